/**
 * WHOWAS, USERHOST, ISON and AWAY: their limits, and AWAY before there is a user.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { byteLength, LIMITS } from "../../protocol/mod.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const HOST = "192-0-2-1.cloaked";

function ask(peer: TestPeer, command: string): string[] {
  peer.take();
  peer.send(command);
  return peer.take();
}

Deno.test("WHOWAS-1 the latest first, and as many as a positive count says", () => {
  const node = new TestNode();
  const alice = node.user("alice");
  for (const realname of ["first", "second", "third"]) {
    const eve = node.user("Eve");
    eve.send(`SETNAME :${realname}`);
    eve.send("QUIT");
    node.clock.advance(1000);
  }
  const found = (query: string): (string | undefined)[] =>
    ask(alice, `WHOWAS ${query}`).filter((line) => / 314 /.test(line)).map((line) =>
      line.split(" :")[1]
    );
  const all = ["third", "second", "first"];
  assertEquals(found("EVE"), all);
  assertEquals(found("eve 2"), ["third", "second"]);
  for (const count of ["0", "-1", "x", "9", ":"]) assertEquals(found(`eve ${count}`), all, count);
  assertEquals(ask(alice, "WHOWAS eve 1"), [
    `:chatd.test 314 alice Eve ~Eve ${HOST} * :third`,
    ":chatd.test 312 alice Eve chatd.test :2026-01-01T00:00:02.000Z",
    ":chatd.test 369 alice eve :End of WHOWAS",
  ]);
  assertMatch(ask(alice, "WHOWAS e*").join("\n"), /^\S+ 406 alice e\* :.*\n\S+ 369 alice e\* :.*$/);
});

Deno.test("USERHOST-1 USERIP-1 five nicks, in lines that fit and lose nothing", () => {
  const node = new TestNode();
  const nicks = Array.from({ length: 6 }, (_, i) => `${"n".repeat(29)}${i}`);
  for (const nick of nicks) node.user(nick);
  const root = node.user("root");
  root.send("OPER root secret");
  for (const nick of nicks) root.send(`CHGHOST ${nick} ${"h".repeat(50)}.example`);
  for (const [command, code] of [["USERHOST", "302"], ["USERIP", "340"]]) {
    const lines = ask(root, `${command} ${nicks.join(" ")}`);
    for (const line of lines) assert(byteLength(line) <= LIMITS.LINE.value, line);
    const replies = lines.flatMap((line) => line.split(` ${code} root :`)[1]?.split(" ") ?? []);
    assertEquals(replies.map((reply) => reply.split("=")[0]), nicks.slice(0, 5));
    assertEquals(ask(root, `${command} nobody`), [`:chatd.test ${code} root :`]);
  }
});

Deno.test("ISON-1 as many lines as the nicks need", () => {
  const node = new TestNode();
  const nicks = Array.from({ length: 16 }, (_, i) => `${"n".repeat(27)}${i + 10}`);
  for (const nick of nicks) node.user(nick);
  const lines = ask(node.user("alice"), `ISON ${nicks.join(" ")}`);
  for (const line of lines) assert(byteLength(line) <= LIMITS.LINE.value);
  assertEquals(lines.flatMap((line) => line.split(" 303 alice :")[1]?.split(" ")), nicks);
  assertEquals(ask(node.user("bob"), `ISON :${nicks[0]} nobody ${nicks[1]}`), [
    `:chatd.test 303 bob :${nicks[0]} ${nicks[1]}`,
  ]);
});

Deno.test("AWAY-3 JOIN-7 who is away before there is a user is so from the first moment on", () => {
  const node = new TestNode({ lobby: "#lobby" });
  const alice = node.user("alice", ["away-notify"]);
  const bob = node.open();
  bob.send("CAP REQ draft/pre-away");
  bob.send("NICK bob");
  bob.send("AWAY :gone fishing");
  bob.send("USER bob 0 * :bob");
  alice.take();
  bob.send("CAP END");
  assertEquals(alice.take(), [
    `:bob!~bob@${HOST} JOIN #lobby`,
    `:bob!~bob@${HOST} AWAY :gone fishing`,
  ]);
  assertEquals(ask(alice, "WHO bob %fn")[0], ":chatd.test 354 alice bob G");
  bob.send("AWAY");
  assertEquals(alice.take(), [`:bob!~bob@${HOST} AWAY`]);
});

Deno.test("AWAY-3 a text that is too long is refused before registration as after it", () => {
  const bob = new TestNode().open();
  bob.send("CAP REQ :draft/pre-away standard-replies");
  const refusal = ask(bob, `AWAY :${"a".repeat(LIMITS.AWAY.value + 1)}`);
  bob.send("NICK bob");
  bob.send("USER bob 0 * :bob");
  bob.send("CAP END");
  assertEquals(refusal.length, 1);
  const again = ask(bob, `AWAY :${"a".repeat(LIMITS.AWAY.value + 1)}`);
  assertEquals(again.map((line) => line.replace(" bob ", " * ")), refusal);
  assertMatch(ask(bob, "WHO bob %f")[0] ?? "", / H$/);
});
