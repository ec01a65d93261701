/**
 * MARKREAD: how far one has read, on all devices, and for nobody else to know.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { LIMITS } from "../../protocol/mod.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const NEVER = "timestamp=2000-01-01T00:00:00.000Z";

/** A user who is logged in. */
function login(node: TestNode, nick: string, account: string): TestPeer {
  const peer = node.open();
  peer.session.account = account;
  return peer.register(nick, ["draft/read-marker"]);
}

/** The instant of a server's clock, as MARKREAD has it. */
function now({ clock }: TestNode): string {
  return `timestamp=${new Date(clock.epoch()).toISOString()}`;
}

function ask(peer: TestPeer, command: string): string[] {
  peer.take();
  peer.send(command);
  return peer.take().map((line) => line.replace(":chatd.test ", ""));
}

Deno.test("MARK-1 the time only goes forward, and not beyond now", () => {
  const node = new TestNode();
  const alice = node.user("alice");
  alice.send("JOIN #tea");
  const before = now(node);
  node.clock.advance(5000);
  assertEquals(ask(alice, `MARKREAD #tea ${before}`), [`MARKREAD #tea ${before}`]);
  assertEquals(ask(alice, `MARKREAD #tea ${NEVER}`), [`MARKREAD #tea ${before}`]);
  const future = "timestamp=2100-01-01T00:00:00.000Z";
  assertEquals(ask(alice, `MARKREAD #tea ${future}`), [`MARKREAD #tea ${now(node)}`]);
});

Deno.test("MARK-1 HIST-10 what was said last can be marked as read, though it is ahead of the clock", () => {
  const node = new TestNode();
  const [alice, bob] = [node.user("alice", ["server-time", "znc.in/playback"]), node.user("bob")];
  for (const peer of [alice, bob]) peer.send("JOIN #tea");
  alice.take();
  for (let i = 0; i < 5; i++) bob.send(`PRIVMSG #tea :${i}`);
  const last = `timestamp=${/time=([^; ]+)/.exec(alice.take().at(-1) ?? "")?.[1]}`;
  assert(last > now(node));
  const told = (command: string): string[] =>
    ask(alice, command).map((line) => line.replace(/^@\S+ /, ""));
  const third = `timestamp=${new Date(node.clock.epoch() + 3).toISOString()}`;
  assertEquals(told(`MARKREAD #tea ${third}`), [`MARKREAD #tea ${third}`]);
  assertEquals(told("MARKREAD #tea timestamp=2100-01-01T00:00:00.000Z"), [`MARKREAD #tea ${last}`]);
  bob.send("PRIVMSG alice :psst");
  bob.send("PRIVMSG alice :pst");
  alice.send("PRIVMSG *playback :CLEAR bob");
  const read = `timestamp=${new Date(node.clock.epoch() + 1).toISOString()}`;
  assertEquals(told("MARKREAD bob"), [`MARKREAD bob ${read}`]);
});

Deno.test("MARK-2 a marker is asked for by channel or nick, as it is spelled now", () => {
  const node = new TestNode();
  const alice = node.user("alice");
  const bob = node.user("Bob");
  assertEquals(ask(alice, "MARKREAD BOB"), ["MARKREAD Bob *"]);
  assertEquals(ask(alice, `MARKREAD bob ${NEVER}`), [`MARKREAD Bob ${NEVER}`]);
  bob.send("NICK robert");
  assertEquals(ask(alice, "MARKREAD robert"), [`MARKREAD robert ${NEVER}`]);
  assertEquals(ask(alice, "MARKREAD Bob"), ["MARKREAD Bob *"]);
});

Deno.test("MARK-3 an account keeps its markers, and somebody else who has the nick has none", () => {
  const node = new TestNode();
  const alice = login(node, "alice", "Alice");
  alice.send("JOIN #tea");
  alice.send(`MARKREAD #tea ${NEVER}`);
  alice.close();
  const thief = node.user("alice", ["draft/read-marker"]);
  assertEquals(ask(thief, "JOIN #tea").filter((line) => line.startsWith("MARKREAD")), [
    "MARKREAD #tea *",
  ]);
  const back = login(node, "alice2", "alice");
  assertEquals(ask(back, "JOIN #tea").filter((line) => line.startsWith("MARKREAD")), [
    `MARKREAD #tea ${NEVER}`,
  ]);
});

Deno.test("MARK-3 without an account it ends with the user", () => {
  const node = new TestNode();
  const keep = node.user("bob");
  keep.send("JOIN #tea");
  const alice = node.user("alice");
  alice.send("JOIN #tea");
  assertEquals(ask(alice, `MARKREAD #tea ${NEVER}`), [`MARKREAD #tea ${NEVER}`]);
  alice.close();
  const other = node.user("alice");
  other.send("JOIN #tea");
  assertEquals(ask(other, "MARKREAD #tea"), ["MARKREAD #tea *"]);
  assertEquals(keep.take().filter((line) => line.includes("MARKREAD")), []);
});

Deno.test("MARK-3 the user's other sessions with the capability are told, and nobody else", () => {
  const node = new TestNode();
  const alice = login(node, "alice", "alice");
  const bob = node.user("bob", ["draft/read-marker"]);
  for (const peer of [alice, bob]) peer.send("JOIN #tea");
  const second = node.open();
  const third = node.open();
  for (const peer of [second, third]) {
    node.node.state.attach(
      peer.session,
      alice.session.user ?? (() => {
        throw new Error("alice is here");
      })(),
    );
    peer.session.stage = "active";
  }
  second.send("CAP REQ draft/read-marker");
  for (const peer of [alice, bob, second, third]) peer.take();
  alice.send(`MARKREAD #tea ${NEVER}`);
  const line = `:chatd.test MARKREAD #tea ${NEVER}`;
  assertEquals([alice, bob, second, third].map((peer) => peer.take()), [[line], [], [line], []]);
  alice.send(`MARKREAD #tea ${NEVER}`);
  assertEquals([alice, second].map((peer) => peer.take()), [[line], []]);
  alice.send("PART #tea");
  for (const peer of [alice, second, third]) peer.take();
  alice.send("JOIN #tea");
  for (const [peer, count] of [[alice, 1], [second, 1], [third, 0]] as const) {
    assertEquals(peer.take().filter((each) => each === line).length, count);
  }
});

Deno.test("MARK-3 so many are remembered, then the earliest is forgotten", () => {
  for (const account of [null, "alice"]) {
    const node = new TestNode();
    const alice = node.open();
    alice.session.account = account;
    alice.register("alice");
    for (let n = 0; n <= LIMITS.MARKERS.value; n++) {
      alice.send(
        `MARKREAD nick${n} timestamp=2020-01-01T00:${String(n % 3600 / 60 | 0).padStart(2, "0")}:${
          String(n % 60).padStart(2, "0")
        }.000Z`,
      );
    }
    assertEquals(ask(alice, "MARKREAD nick0"), ["MARKREAD nick0 *"]);
    assertMatch(ask(alice, "MARKREAD nick1")[0] ?? "", /^MARKREAD nick1 timestamp=/);
    assertMatch(ask(alice, `MARKREAD nick${LIMITS.MARKERS.value}`)[0] ?? "", /timestamp=/);
  }
});

Deno.test("MARK-4 it comes after JOIN and before the names, also where the names do not come", () => {
  const node = new TestNode();
  const alice = node.user("alice", ["draft/read-marker"]);
  const verbs = (peer: TestPeer, command: string): string[] =>
    ask(peer, command).map((line) => /^(?::\S+ )?(\w+)/.exec(line)?.[1] ?? "");
  assertEquals(verbs(alice, "JOIN #tea"), ["JOIN", "MARKREAD", "353", "366"]);
  alice.send("TOPIC #tea :leaves");
  const bob = node.user("bob", ["draft/read-marker", "no-implicit-names"]);
  assertEquals(verbs(bob, "JOIN #tea"), ["JOIN", "332", "333", "MARKREAD"]);
  const carol = node.user("carol");
  assertEquals(verbs(carol, "JOIN #tea"), ["JOIN", "332", "333", "353", "366"]);
});

Deno.test("MARK-4 who sees a renamed channel as a new one is told where it has read in it", () => {
  for (const account of [null, "alice"]) {
    const node = new TestNode();
    const alice = node.open();
    alice.session.account = account;
    alice.register("alice", ["draft/read-marker"]);
    alice.send("JOIN #tea");
    alice.send(`MARKREAD #tea ${NEVER}`);
    const told = ask(alice, "RENAME #tea #milk").filter((line) => line.startsWith("MARKREAD"));
    assertEquals(told, [`MARKREAD #milk ${NEVER}`]);
  }
});

Deno.test("MARK-2 NAME-10 a channel that one is not in has a marker too, which tells nothing of the channel", () => {
  const node = new TestNode();
  const [alice, bob] = [login(node, "alice", "Alice"), node.user("bob")];
  bob.send("JOIN #Tea,#Secret");
  bob.send("MODE #secret +s");
  assertEquals(ask(alice, "MARKREAD #TEA"), ["MARKREAD #Tea *"]);
  assertEquals(ask(alice, "MARKREAD #SECRET"), ["MARKREAD #SECRET *"]);
  assertEquals(ask(alice, "MARKREAD #NONE"), ["MARKREAD #NONE *"]);
  // The last that was said there is no limit to who is not in it: it is ahead of the clock.
  for (let i = 0; i < 5; i++) bob.send("PRIVMSG #tea :hi");
  assertEquals(ask(alice, "MARKREAD #tea timestamp=2100-01-01T00:00:00.000Z"), [
    `MARKREAD #Tea ${now(node)}`,
  ]);
  assertEquals(ask(alice, `MARKREAD #none ${NEVER}`), [`MARKREAD #none ${NEVER}`]);
  alice.close();
  const again = login(node, "alice", "Alice");
  assertEquals(ask(again, "MARKREAD #NONE"), [`MARKREAD #none ${NEVER}`]);
  again.send("JOIN #none");
  assertEquals(again.take().some((line) => line.endsWith(`MARKREAD #none ${NEVER}`)), true);
  assertEquals(ask(again, `PART #none`).length, 1);
  assertEquals(ask(again, "MARKREAD #none"), [`MARKREAD #none ${NEVER}`]);
});

Deno.test("MARK-2 MARK-3 of somebody without an account, too, and as many are remembered", () => {
  const node = new TestNode();
  const alice = node.user("alice");
  for (let i = 0; i <= LIMITS.MARKERS.value; i++) ask(alice, `MARKREAD #c${i} ${NEVER}`);
  assertEquals(ask(alice, "MARKREAD #c0"), ["MARKREAD #c0 *"]);
  assertEquals(ask(alice, "MARKREAD #c1"), [`MARKREAD #c1 ${NEVER}`]);
});

Deno.test("MARK-5 what cannot be marked is refused", () => {
  const node = new TestNode();
  const alice = node.user("alice", ["draft/read-marker"]);
  node.user("bob").send("JOIN #tea");
  const trials: readonly (readonly [string, string])[] = [
    ["", "NEED_MORE_PARAMS"],
    [":", "NEED_MORE_PARAMS"],
    ["#te\u200ba", "INVALID_PARAMS #te\u200ba"],
    ["#a,b", "INVALID_PARAMS #a,b"],
    ["5times", "INVALID_PARAMS 5times"],
    ["bob *", "INVALID_PARAMS bob *"],
    ["bob 2020-01-01T00:00:00.000Z", "INVALID_PARAMS bob 2020-01-01T00:00:00.000Z"],
    ["bob timestamp=2020-02-31T00:00:00Z", "INVALID_PARAMS bob timestamp=2020-02-31T00:00:00Z"],
    [`bob ${NEVER} x`, `INVALID_PARAMS bob ${NEVER} x`],
  ];
  for (const [params, outcome] of trials) {
    const [line = ""] = ask(alice, `MARKREAD ${params}`);
    assertEquals(line.split(" :")[0], `FAIL MARKREAD ${outcome}`);
  }
});
