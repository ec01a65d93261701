import { assert, assertEquals } from "@std/assert";
import {
  DRAIN_WITHIN_MS,
  HALF_OPEN_WITHIN_MS,
  judge,
  STALL_WITHIN_MS,
  type Verdict,
  type Vitals,
} from "../../../../server/core/supervisor.ts";
import { checkInvariants } from "../../../../server/core/invariants.ts";
import { TestNode, type TestPeer } from "../../../support/node.ts";

const LIMITS = { registerWithinMs: 30_000, pingAfterMs: 90_000, pongWithinMs: 20_000 };
const HEALTHY: Vitals = {
  stage: "active",
  openedAt: 0,
  heardAt: 0,
  pingedAt: null,
  stalledAt: null,
  closingAt: null,
  drainedAt: null,
};

const CASES: readonly [what: string, vitals: Partial<Vitals>, now: number, verdict: Verdict][] = [
  ["LIVE-2 one that spoke just now is fine", { heardAt: 1000 }, 1000, "fine"],
  ["LIVE-2 one that has been silent for less than the limit is fine", {}, 89_999, "fine"],
  ["PING-2 LIVE-2 one that has been silent for the limit is pinged", {}, 90_000, "ping"],
  ["LIVE-2 one that was pinged has time to answer", { pingedAt: 90_000 }, 109_999, "fine"],
  ["LIVE-2 one that did not answer is closed", { pingedAt: 90_000 }, 110_000, {
    kind: "ping-timeout",
    seconds: 110,
  }],
  [
    "LIVE-2 any line after the ping is an answer",
    { pingedAt: 90_000, heardAt: 90_001 },
    111_000,
    "fine",
  ],
  [
    "LIVE-2 after the answer the silence counts anew",
    { pingedAt: 90_000, heardAt: 91_000 },
    181_000,
    "ping",
  ],
  ["LIVE-1 one that registers has time", { stage: "registering" }, 29_999, "fine"],
  ["REG-6 LIVE-1 one that does not register is closed", { stage: "registering" }, 30_000, {
    kind: "registration-timeout",
  }],
  [
    "LIVE-1 one that keeps talking without registering is closed all the same",
    { stage: "registering", heardAt: 29_000 },
    30_000,
    { kind: "registration-timeout" },
  ],
  [
    "LIVE-3 one that accepts nothing is lost, though it talks",
    { stalledAt: 0, heardAt: STALL_WITHIN_MS },
    STALL_WITHIN_MS,
    { kind: "lost", detail: "stalled" },
  ],
  [
    "LIVE-3 one that has accepted something lately is only slow",
    { stalledAt: 1, heardAt: STALL_WITHIN_MS },
    STALL_WITHIN_MS,
    "fine",
  ],
  [
    "LIVE-5 one that is closing has time to read",
    { stage: "closing", closingAt: 0 },
    DRAIN_WITHIN_MS - 1,
    "fine",
  ],
  [
    "LIVE-5 one that does not read its end is cut off",
    { stage: "closing", closingAt: 0 },
    DRAIN_WITHIN_MS,
    "abort",
  ],
  [
    "LIVE-5 one that has all has time to close its side",
    { stage: "closing", closingAt: 0, drainedAt: 100 },
    HALF_OPEN_WITHIN_MS + 99,
    "fine",
  ],
  [
    "LIVE-5 one that has all and does not close its side is cut off",
    { stage: "closing", closingAt: 0, drainedAt: 100 },
    HALF_OPEN_WITHIN_MS + 100,
    "abort",
  ],
];

for (const [what, vitals, now, verdict] of CASES) {
  Deno.test(`judge() ${what}`, () => {
    assertEquals(judge(now, { ...HEALTHY, ...vitals }, LIMITS), verdict);
  });
}

Deno.test("sweep() LIVE-2 LIVE-4 pings the silent and ends those who stay silent, telling the others once", () => {
  const host = new TestNode();
  const alice = host.user("alice");
  const bob = host.user("bob");
  alice.send("JOIN #tea");
  bob.send("JOIN #tea");
  alice.take();
  bob.take();

  host.clock.advance(60_000);
  bob.send("PING still-here");
  bob.take();
  host.clock.advance(30_000);
  host.node.supervisor.sweep();
  assertEquals(alice.take(), ["PING chatd.test"]);
  assertEquals(bob.take(), []);

  host.clock.advance(29_000);
  host.node.supervisor.sweep();
  assertEquals(alice.closed, false);
  host.clock.advance(1_000);
  host.node.supervisor.sweep();
  host.node.supervisor.sweep();
  assertEquals(alice.take(), [
    "ERROR :Closing link: (~alice@192-0-2-1.cloaked) [Ping timeout: 120 seconds]",
  ]);
  assertEquals(bob.take(), [":alice!~alice@192-0-2-1.cloaked QUIT :Ping timeout: 120 seconds"]);
  assertEquals(host.node.supervisor.ended.get("ping-timeout"), 1);
  assertEquals(host.log.of("disconnected").length, 1);
});

Deno.test("sweep() LIVE-3 takes a peer that accepts some bytes for slow and one that accepts none for lost", () => {
  const host = new TestNode({ pingAfterMs: 10 * STALL_WITHIN_MS });
  const slow = host.user("slow");
  const frozen = host.user("frozen");
  slow.link.waitingBytes = frozen.link.waitingBytes = 1000;
  for (let at = 0; at <= STALL_WITHIN_MS + 2000; at += 1000) {
    slow.link.acceptedBytes++;
    host.node.supervisor.sweep();
    host.clock.advance(1000);
  }
  assertEquals(slow.session.closeReason, null);
  assertEquals(frozen.session.closeReason, { kind: "lost", detail: "stalled" });
});

Deno.test("sweep() LIVE-5 cuts off a closing connection that does not drain", () => {
  const host = new TestNode();
  const alice = host.user("alice");
  alice.send("QUIT");
  alice.link.waitingBytes = 1;
  host.node.supervisor.sweep();
  host.clock.advance(DRAIN_WITHIN_MS - 1);
  host.node.supervisor.sweep();
  assertEquals(alice.link.isAborted, false);
  host.clock.advance(1);
  host.node.supervisor.sweep();
  assertEquals(alice.link.isAborted, true);
});

Deno.test("sweep() LIVE-5 cuts off one that has all of its end and keeps its side open", () => {
  const host = new TestNode();
  const alice = host.user("alice");
  alice.send("QUIT");
  alice.link.waitingBytes = 1;
  host.node.supervisor.sweep();
  host.clock.advance(HALF_OPEN_WITHIN_MS);
  alice.link.waitingBytes = 0;
  host.node.supervisor.sweep();
  assertEquals(alice.link.isAborted, false);
  host.clock.advance(HALF_OPEN_WITHIN_MS);
  host.node.supervisor.sweep();
  assertEquals(alice.link.isAborted, true);
});

Deno.test("end() LIVE-4 LIVE-6 takes the first reason and tells it once", () => {
  const host = new TestNode();
  const alice = host.user("alice");
  const bob = host.user("bob", ["message-tags"]);
  alice.send("JOIN #tea");
  bob.send("JOIN #tea");
  bob.take();
  alice.send("QUIT :so long");
  host.node.supervisor.end(alice.session, { kind: "lost", detail: "reset" });
  host.node.supervisor.release(alice.session);
  assertEquals(bob.takeWithoutIds(), [
    "@chatd/cause=quit :alice!~alice@192-0-2-1.cloaked QUIT :Quit: so long",
  ]);
  assertEquals([...host.node.supervisor.ended], [["quit", 1]]);
});

Deno.test("release() LIVE-4 of a session that nobody ended is a loss", () => {
  const host = new TestNode();
  const alice = host.user("alice");
  const bob = host.user("bob", ["message-tags"]);
  alice.send("JOIN #tea");
  bob.send("JOIN #tea");
  bob.take();
  host.node.supervisor.release(alice.session);
  assertEquals(bob.takeWithoutIds(), [
    "@chatd/cause=lost :alice!~alice@192-0-2-1.cloaked QUIT :Connection lost",
  ]);
  assertEquals(host.node.supervisor.size, 1);
});

Deno.test("endAll() LIVE-7 tells nobody of the others, and empty() settles when all are gone", async () => {
  const host = new TestNode();
  const peers = ["alice", "bob", "carol"].map((nick) => host.user(nick));
  for (const peer of peers) peer.send("JOIN #tea");
  for (const peer of peers) peer.take();
  host.node.supervisor.endAll({ kind: "shutdown" });
  for (const peer of peers) assertEquals(peer.take(), ["ERROR :Server shutting down"]);
  assertEquals(host.node.state.users.size, 0);
  const empty = host.node.supervisor.empty();
  for (const peer of peers) host.node.supervisor.release(peer.session);
  await empty;
});

Deno.test("kill() KILL-1 tells the user by whom and why before its connection ends", () => {
  const host = new TestNode();
  const alice = host.user("alice");
  const { user } = alice.session;
  if (user === null) throw new Error("alice is not registered");
  host.node.supervisor.kill(user, { source: "chatd.test", by: "chatd.test", text: "spam" });
  assertEquals(alice.take(), [
    ":chatd.test KILL alice :spam",
    "ERROR :Closing link: (~alice@192-0-2-1.cloaked) [Killed (chatd.test (spam))]",
  ]);
});

/** A server with these users in one channel, whose turns come when they are told to. */
function company(nicks: readonly string[]): [TestNode, ...TestPeer[]] {
  const host = new TestNode();
  const peers = nicks.map((nick) => host.user(nick));
  for (const peer of peers) peer.send("JOIN #tea");
  for (const peer of peers) peer.take();
  host.clock.waiting = [];
  return [host, ...peers];
}

/** Lets turns pass until nothing waits for one. */
function settle({ clock }: TestNode): void {
  while ((clock.waiting ?? []).length > 0) {
    clock.advance(5);
    clock.turn();
  }
}

Deno.test("drop() LIVE-9 those who are lost together are not told of each other, and the others of each once", () => {
  const [host, alice, bob, carol] = company(["alice", "bob", "carol"]);
  const { supervisor } = host.node;
  for (const peer of [alice, bob]) supervisor.drop(peer!.session, { kind: "lost", detail: "eof" });
  supervisor.drop(alice!.session, { kind: "flood" });
  assertEquals(carol!.take(), []);
  settle(host);
  const quit = (nick: string): string =>
    `:${nick}!~${nick}@192-0-2-1.cloaked QUIT :Connection lost`;
  assertEquals(carol!.take(), [quit("alice"), quit("bob")]);
  for (const peer of [alice, bob]) {
    assertEquals(peer!.take().map((line) => line.split(" ")[0]), ["ERROR"]);
  }
  assertEquals(host.node.state.users.size, 1);
  checkInvariants(host.node.state);
});

Deno.test("drop() LIVE-9 strangers who come and go on end hold back nothing that is told of users", () => {
  const [host, alice, bob, carol] = company(["alice", "bob", "carol"]);
  const { supervisor } = host.node;
  for (const peer of [alice, bob]) supervisor.drop(peer!.session, { kind: "lost", detail: "eof" });
  for (let i = 0; i < 3; i++) {
    supervisor.drop(host.open().session, { kind: "lost", detail: "reset" });
    host.clock.advance(3);
    host.clock.turn();
  }
  assertEquals(carol!.take().length, 2);
});

Deno.test("drop() LIVE-9 a user whom another device has come back to meanwhile stays", () => {
  const [host, alice, bob] = company(["alice", "bob"]);
  const { state, supervisor } = host.node;
  const again = host.open();
  supervisor.drop(alice!.session, { kind: "lost", detail: "eof" });
  state.attach(again.session, alice!.session.user!);
  again.session.stage = "active";
  settle(host);
  assertEquals(bob!.take(), []);
  assertEquals(state.userByNick("alice")?.sessions.size, 1);
  checkInvariants(state);
});

Deno.test("endAll() LIVE-9 waits for no turn", () => {
  const [host, alice] = company(["alice", "bob"]);
  host.node.supervisor.drop(alice!.session, { kind: "lost", detail: "eof" });
  host.node.supervisor.endAll({ kind: "shutdown" });
  assertEquals(host.node.state.users.size, 0);
  settle(host);
  checkInvariants(host.node.state);
});

Deno.test("sweep() LIVE-9 goes on in the next turn where there is much to do", () => {
  const [host, ...peers] = company(["alice", "bob", "carol"]);
  const { clock, node: { supervisor, loop } } = host;
  clock.advance(90_000);
  const { now } = clock;
  clock.now = () => {
    clock.advance(3); // each look at the clock: a slice has two
    return now.call(clock);
  };
  loop.begin();
  supervisor.sweep();
  const pinged = (): number => peers.filter(({ link }) => link.lines.length > 0).length;
  assert(pinged() < peers.length, `${pinged()}`);
  settle(host);
  assertEquals(pinged(), peers.length);
});

Deno.test("drop() LIVE-9 where some are lost together it is waited for more, but not for ever", () => {
  const nicks = Array.from({ length: 140 }, (_, i) => `user${i}`);
  const [host, carol, ...others] = company(["carol", ...nicks]);
  /** After how many milliseconds it is told that somebody is lost, while every four more are. */
  const toldAfter = (first: number): number => {
    const startedAt = host.clock.now();
    for (let count = first; carol!.take().length === 0; count = 1) {
      for (const { session } of others.splice(0, count)) {
        host.node.supervisor.drop(session, { kind: "lost", detail: "eof" });
      }
      host.clock.turn();
      host.clock.advance(4);
    }
    return host.clock.now() - startedAt - 4;
  };
  assertEquals(toldAfter(1), 0);
  assertEquals(toldAfter(2), 500);
});
