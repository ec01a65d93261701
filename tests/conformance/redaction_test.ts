/**
 * REDACT: who may take back what, for how long, and who learns of it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../protocol/mod.ts";
import { type SETTINGS, TestNode, type TestPeer } from "../support/node.ts";

const CAPABILITIES = ["message-tags", "draft/message-redaction"];

/** A channel of alice's, with bob and carol in it, all of whom know REDACT. */
function company(settings: Partial<typeof SETTINGS> = {}): Record<string, TestPeer> & {
  readonly node: TestNode;
} {
  const node = new TestNode(settings);
  const peers: Record<string, TestPeer> = {};
  for (const nick of ["alice", "bob", "carol"]) {
    const peer = peers[nick] = node.user(nick, CAPABILITIES);
    peer.send("JOIN #tea");
  }
  for (const peer of Object.values(peers)) peer.take();
  return Object.assign(peers, { node }) as Record<string, TestPeer> & { readonly node: TestNode };
}

/** Says something, and tells the id by which the reader knows it. */
function say(speaker: TestPeer | undefined, line: string, reader: TestPeer | undefined): string {
  speaker?.send(line);
  const [id = ""] =
    reader?.take().flatMap((told) =>
      /msgid=([^; ]+)\S* \S+ (?:PRIVMSG|NOTICE|TAGMSG) /.exec(told)?.[1] ?? []
    ) ?? [];
  return id;
}

/** The command, or its code, that the peer was sent since, without tags and texts. */
function told(peer: TestPeer | undefined): string[] {
  return (peer?.take() ?? []).map((line) =>
    line.replace(/^(@\S+ )?:\S+ /, "").replace(/ :.*$/, "")
  );
}

/** Who takes back whose message, and what becomes of it. */
const TRIALS: readonly (readonly [string, string, string])[] = [
  ["bob", "bob", "REDACT #tea {id}"],
  ["alice", "bob", "REDACT #tea {id}"],
  ["carol", "bob", "FAIL REDACT REDACT_FORBIDDEN #tea {id}"],
  ["bob", "alice", "FAIL REDACT REDACT_FORBIDDEN #tea {id}"],
];

for (const [by, of, outcome] of TRIALS) {
  Deno.test(`REDACT-4 ${by} takes back what ${of} said in alice's channel: ${outcome}`, () => {
    const peers = company();
    const others = ["alice", "bob", "carol"].filter((nick) => nick !== by);
    const reader = others.find((nick) => nick !== of) ?? "";
    const id = say(peers[of], "PRIVMSG #tea :hi", peers[reader]);
    for (const nick of [...others, by]) peers[nick]?.take();
    peers[by]?.send(`REDACT #tea ${id}`);
    const expected = [outcome.replace("{id}", id)];
    const isDone = outcome.startsWith("REDACT");
    assertEquals(told(peers[by]), isDone ? [] : expected);
    for (const nick of others) assertEquals(told(peers[nick]), isDone ? expected : []);
  });
}

Deno.test("REDACT-5 the reason is passed on, and the source is who took it back", () => {
  const { alice, bob, carol, node } = company();
  const id = say(bob, "NOTICE #tea :spam", carol);
  alice?.take();
  alice?.send(`REDACT #tea ${id} :no spam, please`);
  const source = node.node.state.userByNick("alice")?.source;
  assertEquals(carol?.takeWithoutIds(), [`:${source} REDACT #tea ${id} :no spam, please`]);
});

Deno.test("REDACT-5 nobody without the capability is told, and the sender only by echo-message", () => {
  const node = new TestNode();
  const alice = node.user("alice", [...CAPABILITIES, "echo-message", "batch", "labeled-response"]);
  const bob = node.user("bob", ["message-tags", "echo-message"]);
  const id = say(alice, "PRIVMSG bob :hi", bob);
  alice.take();
  alice.send(`@label=x REDACT BOB ${id}`);
  assertEquals(alice.take().map((line) => line.replace(/;msgid=\S+/, "")), [
    `@label=x :alice!~alice@192-0-2-1.cloaked REDACT bob ${id}`,
  ]);
  assertEquals(bob.take(), []);
});

Deno.test("REDACT-4 one's own message can be taken back for a while, and by operators for longer", () => {
  const { alice, bob, carol, node } = company({ redactWithinMs: 60_000 });
  node.clock.advance(1000);
  const first = say(bob, "PRIVMSG #tea :1", carol);
  node.clock.advance(1);
  const ids = [first, say(bob, "PRIVMSG #tea :2", carol)];
  alice?.take();
  node.clock.advance(59_998);
  bob?.send(`REDACT #tea ${ids[0]}`);
  assertEquals(told(carol), [`REDACT #tea ${ids[0]}`]);
  alice?.take();
  node.clock.advance(2);
  bob?.send(`REDACT #tea ${ids[1]}`);
  assertEquals(told(bob), [`FAIL REDACT REDACT_WINDOW_EXPIRED #tea ${ids[1]} 60`]);
  assertEquals(told(carol), []);
  alice?.send(`REDACT #tea ${ids[1]}`);
  assertEquals(told(carol), [`REDACT #tea ${ids[1]}`]);
});

Deno.test("REDACT-6 what was taken back is not there any more", () => {
  const { bob, carol } = company();
  const id = say(bob, "PRIVMSG #tea :hi", carol);
  for (let i = 0; i < 2; i++) bob?.send(`REDACT #tea ${id}`);
  assertEquals(told(bob), [`FAIL REDACT UNKNOWN_MSGID #tea ${id}`]);
  assertEquals(told(carol), [`REDACT #tea ${id}`]);
});

Deno.test("REDACT-3 an id of elsewhere is as unknown as one that there never was", () => {
  const { alice, bob, carol, node } = company();
  const secret = say(alice, "PRIVMSG bob :psst", bob);
  carol?.send(`REDACT bob ${secret}`);
  carol?.send(`REDACT alice ${secret}`);
  carol?.send(`REDACT #tea ${secret}`);
  carol?.send("REDACT alice :");
  assertEquals(told(carol), [
    `FAIL REDACT UNKNOWN_MSGID bob ${secret}`,
    `FAIL REDACT UNKNOWN_MSGID alice ${secret}`,
    `FAIL REDACT UNKNOWN_MSGID #tea ${secret}`,
    "FAIL REDACT UNKNOWN_MSGID alice *",
  ]);
  bob?.send(`REDACT alice ${secret}`);
  assertEquals(told(bob), [`FAIL REDACT REDACT_FORBIDDEN alice ${secret}`]);

  const id = say(alice, "PRIVMSG #tea :before dave came", carol);
  node.clock.advance(1);
  const dave = node.user("dave", CAPABILITIES);
  dave.send(`REDACT #tea ${id}`);
  dave.send("JOIN #tea");
  dave.send(`REDACT #tea ${id}`);
  assertEquals(told(dave).filter((line) => line.startsWith("FAIL")), [
    `FAIL REDACT UNKNOWN_MSGID #tea ${id}`,
    `FAIL REDACT UNKNOWN_MSGID #tea ${id}`,
  ]);
});

Deno.test("REDACT-3 what was told to a rank is unknown to those below, and taken back from that rank alone", () => {
  const { alice, bob, carol } = company();
  alice?.send("MODE #tea +v bob");
  for (const peer of [alice, bob, carol]) peer?.take();
  const id = say(alice, "PRIVMSG +#tea :among us", bob);
  assertEquals(told(carol), []);
  carol?.send(`REDACT #tea ${id}`);
  assertEquals(told(carol), [`FAIL REDACT UNKNOWN_MSGID #tea ${id}`]);
  bob?.send(`REDACT +#tea ${id}`);
  assertEquals(told(bob), [`FAIL REDACT REDACT_FORBIDDEN +#tea ${id}`]);
  alice?.send(`REDACT +#tea ${id}`);
  assertEquals([told(bob), told(carol)], [[`REDACT +#tea ${id}`], []]);
});

Deno.test("REDACT-2 a secret channel is as good as none", () => {
  const { alice, node } = company();
  alice?.send("MODE #tea +s");
  const dave = node.user("dave", CAPABILITIES);
  dave.send("REDACT #tea x");
  dave.send("REDACT #none x");
  assertEquals(told(dave), [
    "FAIL REDACT INVALID_TARGET #tea",
    "FAIL REDACT INVALID_TARGET #none",
  ]);
});

Deno.test("REDACT-4 a broadcast is taken back by its sender and by operators of the server", () => {
  const { alice, bob, carol, node } = company();
  const ids = [1, 2].map((n) => say(bob, `PRIVMSG $* :${n}`, carol));
  alice?.take();
  carol?.send(`REDACT $* ${ids[0]}`);
  assertEquals(told(carol), [`FAIL REDACT REDACT_FORBIDDEN $* ${ids[0]}`]);
  bob?.send(`REDACT $* ${ids[0]}`);
  assertEquals(told(carol), [`REDACT $* ${ids[0]}`]);
  const dave = node.user("dave", CAPABILITIES);
  dave.send("OPER root secret");
  dave.take();
  dave.send(`REDACT $* ${ids[1]}`);
  assertEquals(told(carol), [`REDACT $* ${ids[1]}`]);
});

Deno.test("REDACT-3 so many messages are remembered where none are kept, and typing does not push them out", () => {
  const { bob, carol } = company({ history: false });
  const id = say(bob, "@+draft/react=x TAGMSG #tea", carol);
  for (let i = 0; i < LIMITS.RECENT.value; i++) bob?.send("@+typing=active TAGMSG #tea");
  carol?.take();
  bob?.send(`REDACT #tea ${id}`);
  assertEquals(told(carol), [`REDACT #tea ${id}`]);
  const first = say(bob, "PRIVMSG #tea :first", carol);
  for (let i = 0; i < LIMITS.RECENT.value; i++) bob?.send("PRIVMSG #tea :more");
  bob?.send(`REDACT #tea ${first}`);
  assertEquals(told(bob), [`FAIL REDACT UNKNOWN_MSGID #tea ${first}`]);
  assert(carol !== undefined);
});

/** Makes the server remember a message no more, so that only the history has it. */
function pushOut(speaker: TestPeer | undefined): void {
  for (let i = 0; i < LIMITS.RECENT.value; i++) speaker?.send("PRIVMSG #tea :more");
}

Deno.test("REDACT-3 REDACT-4 HIST-4 what is not remembered is taken back from the history, by whom it may be", () => {
  const { alice, bob, carol, node } = company({ redactWithinMs: 60_000 });
  const tea = ["by its sender", "by an operator", "too late"].map((text) =>
    say(bob, `PRIVMSG #tea :${text}`, carol)
  );
  const psst = say(bob, "PRIVMSG carol :psst", carol);
  const [toAll, toAll2] = [1, 2].map((n) => say(bob, `PRIVMSG $* :${n}`, carol));
  pushOut(alice);
  for (const peer of [alice, bob, carol]) peer?.take();
  alice?.send(`REDACT carol ${psst}`);
  alice?.send(`REDACT bob ${psst}`);
  alice?.send(`REDACT #tea ${psst}`);
  carol?.send(`REDACT #tea ${tea[0]}`);
  carol?.send(`REDACT bob ${psst}`);
  carol?.send(`REDACT $* ${toAll}`);
  assertEquals(
    told(alice),
    ["carol", "bob", "#tea"].map((to) => `FAIL REDACT UNKNOWN_MSGID ${to} ${psst}`),
  );
  assertEquals(told(carol), [
    `FAIL REDACT REDACT_FORBIDDEN #tea ${tea[0]}`,
    `FAIL REDACT REDACT_FORBIDDEN bob ${psst}`,
    `FAIL REDACT REDACT_FORBIDDEN $* ${toAll}`,
  ]);
  bob?.send(`REDACT #tea ${tea[0]}`);
  bob?.send(`REDACT carol ${psst}`);
  bob?.send(`REDACT $* ${toAll}`);
  assertEquals(told(bob), []);
  assertEquals(told(carol), [
    `REDACT #tea ${tea[0]}`,
    `REDACT carol ${psst}`,
    `REDACT $* ${toAll}`,
  ]);
  node.clock.advance(61_000);
  bob?.send(`REDACT #tea ${tea[2]}`);
  assertEquals(told(bob), [`FAIL REDACT REDACT_WINDOW_EXPIRED #tea ${tea[2]} 60`]);
  alice?.send(`REDACT #tea ${tea[1]}`);
  alice?.send(`REDACT #tea ${tea[1]}`);
  assertEquals(told(carol), [`REDACT #tea ${tea[1]}`]);
  assertEquals(told(alice).at(-1), `FAIL REDACT UNKNOWN_MSGID #tea ${tea[1]}`);
  const { history } = node.store;
  assertEquals([...tea, psst, toAll, toAll2].map((id) => history.find(id ?? "") !== undefined), [
    false,
    false,
    true,
    false,
    false,
    true,
  ]);
});

Deno.test("REDACT-3 what was told to a rank is known to that rank in the history too", () => {
  const { alice, bob, carol } = company();
  alice?.send("MODE #tea +v bob");
  const id = say(alice, "PRIVMSG +#tea :among us", bob);
  pushOut(carol);
  for (const peer of [alice, bob, carol]) peer?.take();
  carol?.send(`REDACT #tea ${id}`);
  assertEquals(told(carol), [`FAIL REDACT UNKNOWN_MSGID #tea ${id}`]);
  alice?.send(`REDACT #tea ${id}`);
  assertEquals([told(bob), told(carol)], [[`REDACT +#tea ${id}`], []]);
});

Deno.test("REDACT-3 whoever has logged in to the account that sent it takes it back, and nobody who has its nick", () => {
  const { bob, carol, node } = company();
  const { state } = node.node;
  const logIn = (nick: string, account: string | null): void => {
    const user = state.userByNick(nick)?.id ?? "";
    node.node.network.submit({ type: "account", user, account, at: node.clock.epoch() });
  };
  logIn("bob", "Bob");
  const ids = [1, 2].map((n) => say(bob, `PRIVMSG #tea :${n}`, carol));
  const guest = say(carol, "PRIVMSG #tea :I am a guest", bob);
  for (const peer of [bob, carol]) peer?.send("QUIT");
  const [second, third] = ["bob", "carol"].map((nick) => node.user(nick, CAPABILITIES));
  for (const peer of [second, third]) peer?.send("JOIN #tea");
  node.clock.advance(1);
  for (const peer of [second, third]) peer?.take();
  second?.send(`REDACT #tea ${ids[0]}`);
  third?.send(`REDACT #tea ${guest}`);
  assertEquals(told(second), [`FAIL REDACT UNKNOWN_MSGID #tea ${ids[0]}`]);
  assertEquals(told(third), [`FAIL REDACT UNKNOWN_MSGID #tea ${guest}`]);
  logIn("bob", "bob");
  second?.send(`REDACT #tea ${ids[0]}`);
  assertEquals(told(third), [`REDACT #tea ${ids[0]}`]);
});

Deno.test("STD-1 FAIL REDACT needs the capability that brings REDACT, and no other", () => {
  const node = new TestNode();
  const alice = node.user("alice", CAPABILITIES);
  alice.send("REDACT #none x");
  assert(/^:chatd\.test FAIL REDACT INVALID_TARGET #none :\S/.test(alice.take().join()));
});

Deno.test("REDACT-3 TAG-5 what is no message is not taken back by its id, from the history or without one", () => {
  for (const history of [true, false]) {
    const { alice, bob, carol } = company({ history });
    bob?.send("NICK bert");
    const id = /msgid=([^; ]+)\S* \S+ NICK /.exec(carol?.take().join() ?? "")?.[1];
    assert(id !== undefined);
    for (const peer of [alice, bob]) {
      peer?.take();
      peer?.send(`REDACT #tea ${id}`);
      assertEquals(told(peer), [`FAIL REDACT UNKNOWN_MSGID #tea ${id}`]);
    }
    assertEquals(carol?.take(), []);
  }
});
