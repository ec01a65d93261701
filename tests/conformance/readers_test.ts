/**
 * Who may read what was said: those whom it was for, by whatever way they ask, and nobody else.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { StoreError } from "../../server/core/store_error.ts";
import { ask, company, FROM, READER, say, texts, TO } from "../support/company.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

/** Whether the command was refused, or nothing was told. */
function learnsNothing(peer: TestPeer, command: string): boolean {
  return texts(peer, command).length === 0;
}

/** Every way to ask for what was said there. */
function waysTo(name: string): string[] {
  return [
    `CHATHISTORY LATEST ${name} * 50`,
    `CHATHISTORY BEFORE ${name} ${TO} 50`,
    `CHATHISTORY AFTER ${name} ${FROM} 50`,
    `CHATHISTORY AROUND ${name} ${FROM} 50`,
    `CHATHISTORY BETWEEN ${name} ${FROM} ${TO} 50`,
    `SEARCH in=${name}`,
    "SEARCH text=secret",
    "SEARCH from=alice",
    "PRIVMSG *playback :PLAY *",
    `PRIVMSG *playback :PLAY ${name} 0`,
  ];
}

const CURIOUS = [...READER, "draft/event-playback", "soju.im/search", "znc.in/playback"];

/** Asserts that nobody of them learns what was said. */
function assertSealed(name: string, ...strangers: readonly TestPeer[]): void {
  for (const stranger of strangers) {
    for (const command of waysTo(name)) {
      stranger.take();
      stranger.send(command);
      const answer = stranger.take().join("\n");
      assert(!answer.includes("secret"), `${command}: ${answer}`);
    }
    stranger.send(`CHATHISTORY TARGETS ${FROM} ${TO} 50`);
    assert(!stranger.take().some((line) => line.includes(` TARGETS ${name} `)), "TARGETS tells");
    stranger.send("PRIVMSG *playback :LIST");
    assert(!stranger.take().some((line) => line.includes(`:${name} `)), "LIST tells");
  }
}

/** Asserts that somebody who is in #tea learns no secret of it. */
function assertSealedFrom(member: TestPeer): void {
  for (const command of waysTo("#tea")) {
    member.take();
    member.send(command);
    assert(!member.take().join().includes("secret"), command);
  }
}

Deno.test("READ-1 strangers, those who left, were kicked or banned, and operators of the server read nothing", () => {
  const { node, alice, bob, carol } = company();
  say(node, alice, "PRIVMSG #tea :a secret");
  const peers = ["stranger", "parted", "kicked", "banned", "oper"].map((nick) => {
    const peer = node.user(nick, CURIOUS);
    if (nick !== "stranger" && nick !== "oper") peer.send("JOIN #tea");
    return peer;
  });
  const [, parted, , , oper] = peers;
  parted?.send("PART #tea");
  oper?.send("OPER root secret");
  say(node, alice, "KICK #tea kicked", "MODE #tea +b banned!*@*", "KICK #tea banned");
  assertSealed("#tea", ...peers);
  for (const peer of [bob, carol]) {
    assertEquals(texts(peer, "CHATHISTORY LATEST #tea * 9"), ["a secret"]);
  }
});

Deno.test("READ-1 an invitation or a key is not enough, and a secret channel is as good as none", () => {
  const { node, alice } = company();
  say(node, alice, "PRIVMSG #tea :a secret", "MODE #tea +s");
  const dave = node.user("dave", CURIOUS);
  say(node, alice, "INVITE dave #tea");
  assertSealed("#tea", dave);
  assertEquals(ask(dave, "CHATHISTORY LATEST #tea * 5"), [
    "FAIL CHATHISTORY INVALID_TARGET LATEST #tea :There is nothing there that you may read.",
  ]);
  assertEquals(ask(dave, "CHATHISTORY LATEST #none * 5"), [
    "FAIL CHATHISTORY INVALID_TARGET LATEST #none :There is nothing there that you may read.",
  ]);
});

Deno.test("READ-1 what was for a rank is for those who have it now", () => {
  const { node, alice, bob, carol } = company(CURIOUS);
  say(
    node,
    alice,
    "MODE #tea +v bob",
    "PRIVMSG @#tea :secret of operators",
    "PRIVMSG +#tea :secret",
  );
  const latest = "CHATHISTORY LATEST #tea * 50";
  const said = (peer: TestPeer): string[] =>
    texts(peer, latest).filter((text) => /secret/.test(text));
  assertEquals(said(carol), []);
  assertEquals(said(bob), ["secret"]);
  assertEquals(said(alice), ["secret of operators", "secret"]);
  say(node, alice, "MODE #tea -v bob", "MODE #tea +o carol");
  assertEquals(said(bob), []);
  assertEquals(said(carol), ["secret of operators", "secret"]);
  assertSealedFrom(bob);
});

Deno.test("READ-1 an id of what was for higher ranks is as unknown as one that there never was", () => {
  const { node, alice, carol } = company();
  alice.send("CAP REQ echo-message");
  alice.take();
  say(node, alice, "PRIVMSG @#tea :secret");
  const id = /msgid=([^; ]+)/.exec(alice.take().join())?.[1];
  const unknown = (msgid: string | undefined): string[] =>
    ask(carol, `CHATHISTORY AFTER #tea msgid=${msgid} 5`).map((line) => line.split(" :")[0] ?? "");
  assertEquals(unknown(id), unknown("none"));
});

Deno.test("READ-1 with mode J each reads what was said since joining", () => {
  const { node, alice, bob } = company(CURIOUS);
  say(node, alice, "PRIVMSG #tea :secret");
  say(node, alice, "MODE #tea +J");
  const dave = node.user("dave", CURIOUS);
  dave.send("JOIN #tea");
  node.clock.advance(1000);
  say(node, alice, "PRIVMSG #tea :welcome");
  assertEquals(texts(dave, "CHATHISTORY LATEST #tea * 50").at(-1), "welcome");
  assertSealedFrom(dave);
  assert(texts(bob, "CHATHISTORY LATEST #tea * 50").includes("secret"));
});

for (const closing of ["+k leaf", "+i", "+s", "+R", "+b dave!*@*"]) {
  Deno.test(`READ-2 who makes a channel anew that had ${closing} reads nothing from before`, () => {
    const { node, alice, bob, carol } = company(CURIOUS);
    say(node, alice, "PRIVMSG #tea :a secret", `MODE #tea ${closing}`);
    const dave = node.user("dave", CURIOUS);
    for (const peer of [alice, bob, carol]) peer.send("PART #tea");
    node.clock.advance(1000);
    dave.send("JOIN #tea");
    alice.send("JOIN #tea");
    node.clock.advance(1000);
    say(node, dave, "PRIVMSG #tea :anew");
    assertSealedFrom(dave);
    assertSealedFrom(alice);
    assertEquals(texts(dave, "CHATHISTORY LATEST #tea * 50").at(-1), "anew");
  });
}

Deno.test("READ-2 who makes an open channel anew reads what was said there", () => {
  const { node, alice, bob, carol } = company();
  say(node, alice, "PRIVMSG #tea :for all");
  for (const peer of [alice, bob, carol]) peer.send("PART #tea");
  const dave = node.user("dave", READER);
  dave.send("JOIN #tea");
  assertEquals(texts(dave, "CHATHISTORY LATEST #tea * 50"), ["for all"]);
});

Deno.test("READ-2 who takes the name of a renamed channel reads nothing of either", () => {
  const { node, alice } = company(CURIOUS);
  say(node, alice, "PRIVMSG #tea :a secret", "RENAME #tea #milk");
  const dave = node.user("dave", CURIOUS);
  dave.send("JOIN #tea");
  assertSealedFrom(dave);
});

Deno.test("READ-3 whoever takes a nick has nothing of who had it before", () => {
  const node = new TestNode();
  const alice = node.user("alice", CURIOUS);
  const bob = node.user("bob", CURIOUS);
  say(node, alice, "PRIVMSG bob :a secret", "PRIVMSG alice :my own secret");
  alice.close();
  const other = node.user("alice", CURIOUS);
  assertSealed("bob", other);
  assertSealed("alice", other);
  assert(learnsNothing(bob, "CHATHISTORY LATEST alice * 5"), "the alice of now has said nothing");
  other.send("NICK alison");
  assertEquals(texts(bob, "CHATHISTORY LATEST alice * 5"), ["a secret"]);
});

Deno.test("READ-3 a conversation goes on under other nicks", () => {
  const node = new TestNode();
  const alice = node.user("alice", READER);
  const bob = node.user("bob", READER);
  say(node, alice, "PRIVMSG bob :one");
  say(node, bob, "NICK robert", "PRIVMSG alice :two");
  for (const [peer, nick] of [[alice, "robert"], [bob, "alice"]] as const) {
    assertEquals(texts(peer, `CHATHISTORY LATEST ${nick} * 5`), ["one", "two"]);
  }
  assert(learnsNothing(alice, "CHATHISTORY LATEST bob * 5"));
});

Deno.test("READ-3 a conversation belongs to the account, with whatever nick", () => {
  const node = new TestNode();
  const login = (nick: string, account: string): TestPeer => {
    const peer = node.open();
    peer.session.account = account;
    return peer.register(nick, READER);
  };
  const alice = login("alice", "Alice");
  const bob = node.user("bob", READER);
  say(node, bob, "PRIVMSG alice :a secret");
  alice.close();
  const back = login("alice2", "alice");
  assertEquals(texts(back, "CHATHISTORY LATEST bob * 5"), ["a secret"]);
  assertEquals(texts(bob, "CHATHISTORY LATEST alice2 * 5"), ["a secret"]);
  back.close();
  assertEquals(texts(bob, "CHATHISTORY LATEST ALICE * 5"), ["a secret"]);
  const thief = node.user("alice", CURIOUS);
  assertSealed("bob", thief);
});

Deno.test("READ-3 who logs in has what is said from then on", () => {
  const node = new TestNode();
  const alice = node.user("alice", READER);
  const bob = node.user("bob", READER);
  say(node, bob, "PRIVMSG alice :before");
  const user = alice.session.user?.id ?? "";
  node.node.network.submit({ type: "account", user, account: "alice", at: node.clock.epoch() });
  say(node, bob, "PRIVMSG alice :after");
  for (const [peer, nick] of [[alice, "bob"], [bob, "alice"]] as const) {
    assertEquals(texts(peer, `CHATHISTORY LATEST ${nick} * 5`), ["after"]);
  }
});

Deno.test("READ-4 a nick stands for who has it, then for the one whom the asker talked to", () => {
  const { node, alice, bob, carol } = company();
  say(node, alice, "PRIVMSG bob :one");
  alice.close();
  assertEquals(ask(bob, "CHATHISTORY LATEST Alice * 5"), [
    "BATCH + chathistory alice",
    "alice PRIVMSG bob :one",
    "BATCH -",
  ]);
  assert(learnsNothing(carol, "CHATHISTORY LATEST alice * 5"));
});

Deno.test("READ-5 what was said to everybody is told from when one came", () => {
  const { node, alice } = company();
  say(node, alice, "PRIVMSG $* :before");
  const dave = node.user("dave", READER);
  say(node, alice, "PRIVMSG $* :after");
  assertEquals(texts(dave, "CHATHISTORY LATEST $* * 5"), ["after"]);
  const erin = node.open();
  erin.session.account = "erin";
  erin.register("erin", READER);
  assertEquals(texts(erin, "CHATHISTORY LATEST $* * 5"), ["before", "after"]);
});

Deno.test("CHATH-6 MARK-5 SEARCH-4 what cannot be read now is told, and ends no session", () => {
  const node = new TestNode({ replay: 20 });
  const broken = (): never => {
    throw new StoreError("The disk is gone");
  };
  const dave = node.open();
  dave.session.account = "dave";
  dave.register("dave", [...CURIOUS, "draft/read-marker"]);
  dave.send("JOIN #tea");
  const { history, markers } = node.node.store;
  Object.assign(history, {
    read: broken,
    around: broken,
    last: broken,
    direct: broken,
    search: broken,
  });
  Object.assign(markers, { get: broken, leftAt: broken });
  const answers = [
    "CHATHISTORY LATEST #tea * 5",
    "CHATHISTORY AROUND #tea msgid=x 5",
    `CHATHISTORY TARGETS ${FROM} ${TO} 5`,
    "SEARCH text=tea",
    "MARKREAD #tea",
    "PRIVMSG *playback :LIST",
  ].map((command) => ask(dave, command).join().split(" :")[0]);
  assertEquals(answers, [
    "FAIL CHATHISTORY MESSAGE_ERROR LATEST #tea",
    "FAIL CHATHISTORY MESSAGE_ERROR AROUND #tea",
    `FAIL CHATHISTORY MESSAGE_ERROR TARGETS ${FROM}`,
    "FAIL SEARCH INTERNAL_ERROR",
    "FAIL MARKREAD INTERNAL_ERROR #tea",
    ":*playback!playback@chatd.test PRIVMSG dave",
  ]);
  const erin = node.open();
  erin.session.account = "erin";
  erin.register("erin", ["draft/read-marker"]);
  assert(ask(erin, "JOIN #tea").includes("MARKREAD #tea *"));
  assertEquals([dave.closed, erin.closed, node.log.of("internal-error")], [false, false, []]);
});

Deno.test("READ-7 whoever takes the name of an account that is gone has nothing of it", async () => {
  const node = new TestNode();
  const { accounts } = node.store;
  const login = async (nick: string): Promise<TestPeer> => {
    await accounts.register(nick, "a good password", node.clock.epoch());
    const peer = node.open();
    peer.session.account = nick;
    return peer.register(nick, [...CURIOUS, "draft/message-redaction"]);
  };
  const alice = await login("alice");
  const bob = await login("bob");
  for (const peer of [alice, bob]) peer.send("JOIN #tea");
  say(node, alice, "PRIVMSG bob :a secret", "PRIVMSG #tea :signed");
  say(node, alice, `MARKREAD bob ${TO}`);
  alice.close();
  assert(accounts.drop("alice"));
  assert(!accounts.drop("alice"), "it is gone");
  assertEquals(texts(bob, "CHATHISTORY LATEST alice * 5"), ["a secret"], "the other end keeps it");

  node.clock.advance(1000);
  const thief = await login("alice");
  assertSealed("bob", thief);
  assertEquals(ask(thief, "MARKREAD bob"), ["MARKREAD bob *"]);
  thief.send("JOIN #tea");
  const [entry] = node.store.history.last([
    {
      conversation: { kind: "channel", channel: node.node.state.fold("#tea") },
      since: 0,
      level: 0,
    },
  ]);
  thief.take();
  thief.send(`REDACT #tea ${entry?.entry.msgid}`);
  assert(thief.take().some((line) => line.includes(" FAIL REDACT ")));
  say(node, thief, "PRIVMSG bob :hello");
  thief.close();
  assertEquals(texts(bob, "CHATHISTORY LATEST alice * 5"), ["hello"]);
});
