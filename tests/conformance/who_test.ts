/**
 * WHO and WHOX: who is found by whom, and what is told of them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { TestNode, type TestPeer } from "../support/node.ts";

const HOST = "192-0-2-1.cloaked";

/** The nicks that an answer of `WHO … %n` tells of. */
function nicksOf(lines: readonly string[]): string[] {
  return lines.filter((line) => / 354 /.test(line)).map((line) =>
    (line.split(" ").at(-1) ?? "").replace(/^:/, "")
  );
}

function ask(peer: TestPeer, command: string): string[] {
  peer.take();
  peer.send(command);
  return peer.take();
}

/** Who looks; what the one looked for is and where; what each way of asking finds. */
interface Sight {
  readonly viewer: "stranger" | "companion" | "operator" | "self";
  readonly isInvisible: boolean;
  readonly isSecret: boolean;
  readonly byNick: boolean;
  readonly byMask: boolean;
  readonly byChannel: boolean;
  /** The channel that is shown where a mask or nick has found the user. */
  readonly channel: string;
}

const SIGHTS: readonly Sight[] = (["stranger", "companion", "operator", "self"] as const).flatMap((
  viewer,
) =>
  [false, true].flatMap((isInvisible) =>
    [false, true].map((isSecret): Sight => {
      const sees = viewer !== "stranger";
      return {
        viewer,
        isInvisible,
        isSecret,
        byNick: true,
        byMask: sees || !isInvisible,
        byChannel: sees || (!isInvisible && !isSecret),
        channel: sees || (!isInvisible && !isSecret) ? "#tea" : "*",
      };
    })
  )
);

for (const sight of SIGHTS) {
  const { viewer, isInvisible, isSecret, byNick, byMask, byChannel, channel } = sight;
  const modes = `${isInvisible ? "+i" : "-i"} in a channel ${isSecret ? "+s" : "-s"}`;
  Deno.test(`WHO-2 SEE-1 WHO by a ${viewer} for a user ${modes}`, () => {
    const node = new TestNode();
    const eve = node.user("eve");
    eve.send("JOIN #tea");
    if (isInvisible) eve.send("MODE eve +i");
    if (isSecret) eve.send("MODE #tea +s");
    const peer = viewer === "self" ? eve : node.user("bob");
    if (viewer === "companion") peer.send("JOIN #tea");
    if (viewer === "operator") peer.send("OPER root secret");
    assertEquals(nicksOf(ask(peer, "WHO EVE %n")), byNick ? ["eve"] : []);
    for (const mask of ["ev*", "e?e", "*!~eve@*", "~ev*"]) {
      assertEquals(nicksOf(ask(peer, `WHO ${mask} %n`)), byMask ? ["eve"] : [], mask);
    }
    const members = nicksOf(ask(peer, "WHO #TEA %n"));
    assertEquals(members.includes("eve"), byChannel);
    assertEquals(
      ask(peer, "WHO eve %nc")[0],
      `:chatd.test 354 ${peer.session.target} ${channel} eve`,
    );
    assert(
      ask(peer, "WHO eve")[0]?.startsWith(`:chatd.test 352 ${peer.session.target} ${channel} `),
    );
  });
}

Deno.test("WHO-4 fields come in the order of the specification, whatever the order of the letters", () => {
  const node = new TestNode();
  const alice = node.user("alice");
  const expected = `9 * ~alice 192.0.2.1 ${HOST} chatd.test alice H 0 5 0 n/a :alice`;
  node.clock.advance(5999);
  for (const letters of ["tcuihsnfdlaor", "roaldfnshiuct", "ttccuihsnfdlaorrZ!"]) {
    const [line] = ask(alice, `WHO alice %${letters},9`);
    assertEquals(line?.replace(/ :?alice$/, " :alice"), `:chatd.test 354 alice ${expected}`);
  }
});

Deno.test("WHO-4 each field alone, and those who ask for none get none", () => {
  const node = new TestNode();
  const alice = node.user("alice");
  alice.send("SETNAME :Alice in Wonderland");
  const shown: Readonly<Record<string, string>> = {
    t: "5",
    c: "*",
    u: "~alice",
    i: "192.0.2.1",
    h: HOST,
    s: "chatd.test",
    n: "alice",
    f: "H",
    d: "0",
    l: "0",
    a: "0",
    o: "n/a",
    r: ":Alice in Wonderland",
  };
  for (const [letter, value] of Object.entries(shown)) {
    assertEquals(ask(alice, `WHO alice %${letter},5`)[0], `:chatd.test 354 alice ${value}`);
  }
  assertEquals(ask(alice, "WHO alice %"), [
    ":chatd.test 354 alice",
    ":chatd.test 315 alice alice :End of WHO list",
  ]);
});

Deno.test("WHO-4 WHOIS-1 NAME-2 the address is for the user and for operators", () => {
  const node = new TestNode();
  const eve = node.open("::1").register("eve");
  const bob = node.user("bob");
  const told = (peer: TestPeer): string => ask(peer, "WHO eve %i")[0]?.split(" ").at(-1) ?? "";
  assertEquals([told(eve), told(bob)], ["0::1", "255.255.255.255"]);
  assertEquals(nicksOf(ask(bob, "WHO ::1 %n")), []);
  bob.send("OPER root secret");
  assertEquals(told(bob), "0::1");
  assertEquals(nicksOf(ask(bob, "WHO *:1 %n")), ["eve"]);
  const actually = ask(eve, "WHOIS eve").filter((line) => / 338 /.test(line));
  const shown = eve.session.user?.source.split("!")[1];
  assertEquals(actually, [`:chatd.test 338 eve eve ${shown} 0::1 :Is actually using host`]);
});

Deno.test("WHO-3 flags: away, operator, and ranks as far as multi-prefix shows them", () => {
  const node = new TestNode();
  const alice = node.user("alice");
  const [bob, carol] = [node.user("bob"), node.user("carol", ["multi-prefix"])];
  for (const peer of [alice, bob, carol]) peer.send("JOIN #tea");
  const flags = (peer: TestPeer): string => ask(peer, "WHO alice %f")[0]?.split(" ").at(-1) ?? "";
  assertEquals([flags(bob), flags(carol)], ["H@", "H@"]);
  alice.send("MODE #tea +v alice");
  alice.send("AWAY :out");
  alice.send("OPER root secret");
  assertEquals([flags(bob), flags(carol)], ["G*@", "G*@+"]);
  assertEquals(nicksOf(ask(bob, "WHO #tea o%n")), ["alice"]);
  assertEquals(ask(bob, "WHO #tea o").length, 2);
});

Deno.test("WHO-6 REPLY-4 an answer that would fill the send queue ends early, and says so", () => {
  const node = new TestNode({ sendqBytes: 8192 });
  const alice = node.user("alice", ["labeled-response", "batch"]);
  for (let i = 0; i < 100; i++) node.user(`user${i}`);
  const lines = ask(alice, "@label=x WHO *");
  const last = lines.slice(-3).map((line) => line.replace(/^@\S+ /, "").split(" ").slice(0, 5));
  assertEquals(last[0], [":chatd.test", "416", "alice", "WHO", "*"]);
  assertEquals(last[1]?.[1], "315");
  const bytes = lines.join("\r\n").length;
  assert(bytes > 4000 && bytes < 7000, `${bytes}`);
  alice.link.waitingBytes = 7000;
  assertEquals(ask(alice, "WHO *").map((line) => line.split(" ")[1]), ["416", "315"]);
});
