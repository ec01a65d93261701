/**
 * The rules of SPEC.md on services that no transcript can show: who must not see what, and what becomes of accounts and
 * channels.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LIMITS } from "../../protocol/mod.ts";
import type { NetworkEvent } from "../../server/core/events.ts";
import { StoreError } from "../../server/core/store_error.ts";
import { openStore } from "../../server/store/store.ts";
import { memoryStore, TestNode, type TestPeer } from "../support/node.ts";

const PASSWORD = "correct-horse";

/** Sends lines, and gives what is answered to the last of them. */
async function ask(peer: TestPeer, ...lines: readonly string[]): Promise<string[]> {
  for (const line of lines) {
    peer.take();
    await peer.sendAndWait(line);
  }
  return peer.take();
}

/** The texts that a service says. */
async function told(peer: TestPeer, ...lines: readonly string[]): Promise<string[]> {
  return (await ask(peer, ...lines)).flatMap((line) =>
    /^:(?:Nick|Chan)Serv!\S+ NOTICE \S+ :(.*)$/.exec(line)?.[1] ?? []
  );
}

/** A user with an account of its nick. */
async function withAccount(
  host: TestNode,
  nick: string,
  capabilities?: string[],
): Promise<TestPeer> {
  const peer = host.user(nick, capabilities);
  await peer.sendAndWait(`NS REGISTER ${PASSWORD}`);
  peer.take();
  return peer;
}

/** A server on which alice has registered #tea, and bob and carol are in it. */
async function teaRoom(): Promise<
  Record<"alice" | "bob" | "carol", TestPeer> & { host: TestNode }
> {
  const host = new TestNode();
  const alice = await withAccount(host, "alice");
  const bob = await withAccount(host, "bob");
  const carol = await withAccount(host, "carol");
  for (const peer of [alice, bob, carol]) peer.send("JOIN #tea");
  alice.send("CS REGISTER #tea");
  for (const peer of [alice, bob, carol]) peer.take();
  return { host, alice, bob, carol };
}

/** The prefixes of members, as the peer is told them. */
function ranksIn(peer: TestPeer, channel: string): string {
  peer.take();
  peer.send(`NAMES ${channel}`);
  return peer.take()[0]?.split(" :")[1] ?? "";
}

Deno.test("SERVICE-5 what is written to a service reaches nobody: no event, no history, no log, no other session", async () => {
  const host = new TestNode();
  const events: NetworkEvent[] = [];
  host.node.network.observer = (event) => events.push(event);
  const alice = host.user("alice", ["echo-message"]);
  const root = host.user("root");
  root.send("OPER root secret");
  root.take();
  events.length = 0;
  await ask(
    alice,
    `PRIVMSG NickServ :REGISTER ${PASSWORD}`,
    `PRIVMSG NickServ,ChanServ :IDENTIFY alice ${PASSWORD}`,
    `NOTICE NickServ :IDENTIFY alice ${PASSWORD}`,
    `NS IDENTIFY alice ${PASSWORD}x`,
    `PRIVMSG NickServ :${PASSWORD}`,
    `PRIVMSG NickServ :SET PASSWORD ${PASSWORD} ${PASSWORD}-2`,
  );
  assertEquals(events.map(({ type }) => type), ["account"]);
  assert(!JSON.stringify([events, host.log.entries]).includes(PASSWORD));
  assertEquals(root.take(), []);
  assertEquals(host.node.state.users.size, 2);
  const tables = ["messages", "conversations", "search"];
  for (const table of tables) {
    const { count } = host.store.database.prepare(`SELECT count(*) AS count FROM ${table}`).get() ??
      {};
    assertEquals(count, 0, table);
  }
});

Deno.test("SERVICE-1 nobody has a nick that people take for the server's, or one that looks so", () => {
  const node = new TestNode();
  for (
    const nick of "OperServ HISTSERV Global server services G1obal Gl0bal NlckServ".split(" ")
  ) {
    const guest = node.open();
    guest.send(`NICK ${nick}`);
    assertStringIncludes(
      guest.take().join(),
      ` 433 * ${nick} :The nickname "${nick}" is kept for `,
    );
  }
  const alice = node.user("alice");
  alice.send("NICK observer");
  assertStringIncludes(alice.take().join(), " NICK observer");
});

Deno.test("SERVICE-1 the server chooses no such nick for those who let it choose", () => {
  const guest = new TestNode({ nameTemplate: "Globa{n}" }).open();
  guest.send("NICK *");
  guest.send("USER guest 0 * :Guest");
  assertStringIncludes(guest.take().join(), " 001 Globa2 ");
});

Deno.test("SERVICE-1 SERVICE-6 a service has its name for itself, by whatever letters, and is no user", async () => {
  const host = new TestNode({ casemapping: "precis" });
  const alice = host.user("alice");
  for (const nick of ["NickServ", "nickserv", "CHANSERV", "ＮｉｃｋＳｅｒｖ"]) {
    assertMatch((await ask(alice, `NICK ${nick}`)).join(), /^:chatd\.test 433 /, nick);
  }
  const late = host.open();
  late.send("NICK NickServ");
  assertMatch(late.take().join(), /^:chatd\.test 433 \* NickServ /);
  await host.node.store.accounts.register("ChanServ", PASSWORD, 0);
  await ask(alice, `NS IDENTIFY ChanServ ${PASSWORD}`);
  assertEquals(host.node.state.userByNick("ChanServ"), undefined);
  assertEquals((await ask(alice, "WHO NickServ")).length, 1);
  assertMatch((await ask(alice, "USERHOST NickServ")).join(), / 302 alice :$/);
  assertMatch((await ask(alice, "MONITOR + NickServ")).join(), / 731 alice :NickServ$/);
  assertMatch((await ask(alice, "INVITE NickServ #tea")).join(), / 401 /);
});

Deno.test("SERVICE-2 a message of several lines is refused, and one to many is done for each", async () => {
  const host = new TestNode();
  const alice = host.user("alice", ["batch", "draft/multiline", "message-tags"]);
  const lines = await told(
    alice,
    "BATCH +1 draft/multiline NickServ",
    "@batch=1 PRIVMSG NickServ :REGISTER",
    `@batch=1 PRIVMSG NickServ :${PASSWORD}`,
    "BATCH -1",
  );
  assertEquals(lines.length, 1);
  assertEquals(host.node.store.accounts.find("alice"), null);
  const bob = host.user("bob");
  const both = await ask(bob, "PRIVMSG NickServ,ChanServ :HELP");
  assert(both.some((line) => line.startsWith(":NickServ!")));
  assert(both.some((line) => line.startsWith(":ChanServ!")));
});

Deno.test("SERVICE-4 HELP lists every command and explains each; an unknown one is never repeated", async () => {
  const alice = new TestNode().user("alice");
  for (const [verb, count] of [["NS", 7], ["CS", 9]] as const) {
    const index = await told(alice, `${verb} HELP`);
    const commands = index.slice(1, -1).map((line) => line.split(" ", 1)[0]);
    assertEquals(commands.length, count);
    for (const command of commands) {
      const lines = await told(alice, `${verb} help ${command}`);
      assert(lines.length >= 3 && `${lines[0]} `.includes(` ${command} `), command);
    }
    assertEquals(await told(alice, `${verb} `), index);
    const unknown = await told(alice, `${verb} hunter2 constructor`);
    assertEquals(unknown.slice(1), index);
    assert(!unknown.join().includes("hunter2"));
    assertEquals((await told(alice, `${verb} HELP hunter2`)).slice(1), index);
  }
});

Deno.test("SERVICE-3 where the database cannot answer, the service says so and the session goes on", async () => {
  const host = new TestNode();
  const alice = await withAccount(host, "alice");
  const { accounts } = host.node.store;
  accounts.change = accounts.find = () => {
    throw new StoreError("the disk is full");
  };
  for (const line of ["NS SET ALWAYSON on", "NS INFO"]) {
    assertMatch((await told(alice, line)).join(), /later/, line);
  }
  assert(!alice.closed);
});

Deno.test("NICKSERV-1 REGISTER keeps to the rules of REGISTER", async () => {
  const closed = new TestNode({ registration: "closed" }).user("alice");
  assertEquals((await told(closed, `NS REGISTER ${PASSWORD}`)).length, 1);
  assertEquals(closed.session.user?.account, null);
  const host = new TestNode();
  for (let i = 0; i < 5; i++) await withAccount(host, `user${i}x`);
  const alice = host.user("alice");
  assertMatch((await told(alice, `NS REGISTER ${PASSWORD}`)).join(), /too many/i);
  assertEquals(host.node.store.accounts.find("alice"), null);
});

Deno.test("NICKSERV-2 IDENTIFY counts wrong passwords like any login, and takes a right one from nobody else", async () => {
  const host = new TestNode();
  await host.node.store.accounts.register("alice", "correct horse battery", 0);
  const alice = host.user("ally");
  await told(alice, "NS IDENTIFY alice correct horse battery");
  assertEquals(alice.session.user?.account, "alice");
  assertEquals(alice.session.user?.nick, "ally");
  const bob = await withAccount(host, "bob");
  await told(bob, "NS IDENTIFY alice correct horse battery");
  assertEquals(bob.session.user?.nick, "ally"); // DEVICE-10
  const eve = host.open("198.51.100.7").register("eve");
  for (let i = 0; i < 10; i++) await told(eve, "NS IDENTIFY alice wrong");
  assertMatch((await told(eve, "NS IDENTIFY alice correct horse battery")).join(), /too many/i);
  assertEquals(eve.session.user?.account, null);
});

Deno.test("NICKSERV-4 PASSWD and SET PASSWORD need the old password, and take a good one that is written alike", async () => {
  const host = new TestNode();
  const alice = await withAccount(host, "alice");
  const { accounts } = host.node.store;
  for (
    const line of [
      "NS PASSWD wrong-horse battery-staple",
      `NS PASSWD ${PASSWORD} horse`,
      `NS PASSWD ${PASSWORD} battery-staple battery-stable`,
      `NS SET PASSWORD ${PASSWORD}`,
    ]
  ) {
    assertEquals((await told(alice, line)).length, 1, line);
    assert(typeof await accounts.verify("alice", PASSWORD) !== "string", line);
  }
  await told(alice, `NS PASSWD ${PASSWORD} battery-staple battery-staple`);
  assert(typeof await accounts.verify("alice", "battery-staple") !== "string");
  await told(alice, "NS SET PASSWORD battery-staple correct-horse");
  assert(typeof await accounts.verify("alice", PASSWORD) !== "string");
  const bob = host.user("bob");
  assertMatch((await told(bob, "NS PASSWD a b")).join(), /Log in first/);
});

Deno.test("NICKSERV-5 SET ALWAYSON is kept with the account", async () => {
  const host = new TestNode();
  const alice = await withAccount(host, "alice");
  const isOn = (): boolean | null | undefined => host.node.store.accounts.find("alice")?.isAlwaysOn;
  for (const [value, wanted] of [["on", true], ["maybe", true], ["OFF", false]] as const) {
    assertEquals((await told(alice, `NS SET alwayson ${value}`)).length, 1);
    assertEquals(isOn(), wanted);
  }
});

Deno.test("NICKSERV-6 DROP has to be confirmed, and takes everything of the account away", async () => {
  const { host, alice, bob, carol } = await teaRoom();
  const { accounts } = host.node.store;
  await told(carol, "JOIN #milk", "CS REGISTER #milk", "CS ACCESS #milk ADD alice op");
  const explained = await told(alice, `NS DROP ${PASSWORD}`);
  assertStringIncludes(explained.join(), "#tea");
  await told(alice, `NS DROP ${PASSWORD} bob`, "NS DROP wrong-horse alice");
  assert(accounts.find("alice") !== null);
  bob.send("PRIVMSG alice :just between us");
  const said = async (peer: TestPeer, other: string): Promise<number> =>
    (await ask(peer, "CAP REQ :draft/chathistory batch", `CHATHISTORY LATEST ${other} * 10`))
      .filter((line) => line.includes(" PRIVMSG ")).length;
  assertEquals(await said(alice, "bob"), 1);
  const lines = await ask(alice, `NS DROP ${PASSWORD} ALICE`);
  assertMatch(lines[0] ?? "", /^:chatd\.test 901 alice /);
  assertEquals(accounts.find("alice"), null);
  assertEquals(alice.session.user?.account, null);
  assertEquals(host.node.state.channelByName("#tea")?.founder, null);
  assertEquals(host.node.state.channelByName("#milk")?.access.size, 0);
  assertEquals(host.node.store.channels.list().map(({ name }) => name), ["#milk"]);
  // Whoever has the name later has nothing of what was its.
  await told(alice, `NS REGISTER ${PASSWORD}`, "PART #tea", "JOIN #tea");
  assertEquals(ranksIn(alice, "#tea"), "bob carol alice");
  assertEquals([await said(alice, "bob"), await said(bob, "alice")], [0, 0]);
});

Deno.test("NICKSERV-7 INFO tells strangers no more than that there is an account", async () => {
  const { host, alice, bob } = await teaRoom();
  await told(alice, "CS ACCESS #tea ADD bob voice");
  assertEquals((await told(bob, "NS INFO alice")).length, 1);
  assertMatch((await told(bob, "NS INFO nobody")).join(), /no account/);
  assertEquals((await told(bob, "NS INFO")).at(-1), "Channel: #tea (+v)");
  assertEquals((await told(alice, "NS INFO ALICE")).at(-1), "Channel: #tea (founder)");
  const root = host.user("root");
  assertEquals((await told(root, "OPER root secret", "NS INFO bob")).length, 3);
});

Deno.test("CHANSERV-1 REGISTER is for operators of a channel that nobody has, and who have room for it", async () => {
  const { host, alice, bob } = await teaRoom();
  const { state } = host.node;
  const founder = (name: string): string | undefined => state.channelByName(name)?.founder?.name;
  for (const line of ["CS REGISTER #tea", "CS REGISTER #nowhere"]) {
    assertEquals((await told(bob, line)).length, 1);
  }
  bob.send("JOIN #bob");
  alice.send("JOIN #bob");
  await told(alice, "CS REGISTER #bob");
  assertEquals(founder("#bob"), undefined, "not by its guest");
  assertMatch((await told(host.user("dave"), "CS REGISTER #tea")).join(), /Log in first/);
  for (let i = 1; i < LIMITS.REGISTERED_CHANNELS.value; i++) {
    await told(alice, `JOIN #alice${i}`, `CS REGISTER #alice${i}`);
    assertEquals(founder(`#alice${i}`), "alice");
  }
  await told(alice, "JOIN #toomany", "CS REGISTER #toomany");
  assertEquals(founder("#toomany"), undefined);
});

Deno.test("CHANSERV-2 DROP is for the founder, and written twice", async () => {
  const { host, alice, bob, carol } = await teaRoom();
  const { state } = host.node;
  await told(alice, "CS ACCESS #tea ADD bob owner");
  await told(bob, "CS DROP #tea #tea");
  await told(alice, "CS DROP #tea", "CS DROP #tea #milk");
  assertEquals(state.channelByName("#tea")?.founder?.name, "alice");
  for (const peer of [alice, bob, carol]) peer.send("PART #tea");
  await told(alice, "CS DROP #tea #TEA");
  assertEquals(state.channelByName("#tea"), undefined);
  assertEquals(host.node.store.channels.list(), []);
});

Deno.test("CHANSERV-3 INFO hides what is hidden, but not from those on the access list", async () => {
  const { host, alice, bob, carol } = await teaRoom();
  await told(alice, "MODE #tea +s", "CS ACCESS #tea ADD bob voice");
  bob.send("PART #tea");
  carol.send("PART #tea");
  assertEquals((await told(bob, "CS INFO #tea")).length, 2);
  const hidden = await told(carol, "CS INFO #tea");
  assertEquals(hidden, ["#tea is no registered channel."]);
  assertEquals(await told(carol, "CS OP #tea"), hidden);
  const root = host.user("root");
  assertEquals((await told(root, "OPER root secret", "CS INFO #tea")).length, 1);
});

Deno.test("CHANSERV-4 ranks given by MODE open nothing; operators of the server are above all", async () => {
  const { host, alice, bob } = await teaRoom();
  const { state } = host.node;
  alice.send("MODE #tea +q bob");
  for (
    const line of [
      "CS ACCESS #tea ADD carol voice",
      "CS TRANSFER #tea bob",
      "CS DROP #tea #tea",
      "CS DEOP #tea alice",
    ]
  ) await told(bob, line);
  const channel = state.channelByName("#tea");
  assertEquals([channel?.founder?.name, channel?.access.size], ["alice", 0]);
  const root = host.user("root");
  await told(root, "OPER root secret", "CS ACCESS #tea ADD carol op", "CS TRANSFER #tea bob");
  assertEquals([channel?.founder?.name, channel?.access.size], ["bob", 1]);
  await told(root, "CS DROP #tea #tea");
  assertEquals(channel?.founder, null);
});

Deno.test("CHANSERV-5 the access list is changed by those who could change the rank", async () => {
  const { host, alice, bob, carol } = await teaRoom();
  const access = host.node.state.channelByName("#tea");
  const list = (): string[] =>
    [...access?.access.values() ?? []].map(({ name, ranks }) => name + ranks);
  await told(alice, "CS ACCESS #tea ADD bob @");
  assertEquals(list(), ["bob4"]);
  for (const rank of ["q", "protected"]) await told(bob, `CS ACCESS #tea ADD carol ${rank}`);
  assertEquals(list(), ["bob4"], "an operator makes no owner");
  await told(bob, "CS ACCESS #tea ADD carol +h", "CS ACCESS #tea ADD nobody voice");
  await told(bob, "CS ACCESS #tea ADD carol king", "CS ACCESS #tea ADD carol");
  assertEquals(list(), ["bob4", "carol2"]);
  await told(carol, "CS ACCESS #tea DEL bob", "CS ACCESS #tea ADD alice op");
  assertEquals(list(), ["bob4", "carol2"], "a halfop does not act against an operator");
  assertEquals(await told(carol, "CS ACCESS #tea LIST"), [
    "alice: founder",
    "bob: operator",
    "carol: halfop",
    "That is the access list of #tea.",
  ]);
  const dave = await withAccount(host, "dave");
  assertEquals((await told(dave, "CS ACCESS #tea LIST")).length, 1);
  await told(carol, "CS ACCESS #tea DEL CAROL");
  assertEquals(list(), ["bob4"]);
  assertMatch((await told(alice, "CS ACCESS #tea DEL carol")).join(), /not on the access list/);
});

Deno.test("CHANSERV-5 the access list ends at its limit", async () => {
  const { host, alice } = await teaRoom();
  const { state, network } = host.node;
  const channel = state.fold("#tea");
  for (let i = 0; i < LIMITS.ACCESS.value; i++) {
    network.submit({ type: "access", channel, account: `other${i}`, ranks: 1, at: 0 });
  }
  assertMatch((await told(alice, "CS ACCESS #tea ADD bob voice")).join(), /full/);
  assertEquals(state.channel(channel).access.size, LIMITS.ACCESS.value);
});

Deno.test("CHANSERV-6 a rank that the list gives no more is taken at once, and no other", async () => {
  const { alice, bob } = await teaRoom();
  await told(alice, "MODE #tea +v bob", "CS ACCESS #tea ADD bob op");
  assertEquals(ranksIn(alice, "#tea"), "~alice @bob carol");
  assertEquals(bob.take().at(-1), ":chatd.test MODE #tea +o bob");
  await told(alice, "CS ACCESS #tea ADD bob halfop");
  assertEquals(bob.take(), [
    ":chatd.test MODE #tea +h bob",
    ":ChanServ!ChanServ@chatd.test MODE #tea -o bob",
  ]);
  await told(alice, "CS ACCESS #tea DEL bob");
  assertEquals(ranksIn(alice, "#tea"), "~alice +bob carol");
  await told(alice, "CS ACCESS #tea ADD alice owner", "CS ACCESS #tea DEL alice");
  assertEquals(ranksIn(alice, "#tea"), "~alice +bob carol", "the founder is owner all the same");
});

Deno.test("CHANSERV-7 ranks are changed as MODE would, by what the account gives", async () => {
  const { alice, bob, carol } = await teaRoom();
  await told(alice, "CS ACCESS #tea ADD bob op");
  await told(bob, "CS DEOP #tea", "CS DEOP #tea");
  assertEquals(ranksIn(alice, "#tea"), "~alice bob carol");
  await told(bob, "CS OP #tea", "CS OP #tea carol", "CS VOICE #tea alice");
  assertEquals(ranksIn(carol, "#tea"), "~alice @bob @carol");
  await told(carol, "CS DEOP #tea bob", "CS VOICE #tea");
  await told(bob, "CS DEOP #tea alice", "CS OP #tea nobody");
  assertEquals(ranksIn(carol, "#tea"), "~alice @bob @carol");
  await told(bob, "CS DEOP #tea carol", "CS DEVOICE #tea alice");
  assertEquals(ranksIn(carol, "#tea"), "~alice @bob carol");
});

Deno.test("CHANSERV-7 who may not change ranks does not learn who is there", async () => {
  const { alice, bob, carol } = await teaRoom();
  alice.send("MODE #tea +u");
  const there = await told(bob, "CS VOICE #tea carol");
  carol.send("PART #tea");
  assertEquals(await told(bob, "CS VOICE #tea carol"), there);
});

Deno.test("CHANSERV-1 CHANSERV-4 an operator of the server registers the lobby, which keeps its topic", async () => {
  const store = openStore(null, memoryStore({}));
  const settings = { lobby: "#lobby" };
  const root = new TestNode(settings, store).user("root");
  await told(
    root,
    `NS REGISTER ${PASSWORD}`,
    "CS REGISTER #lobby",
    "OPER root secret",
    "CS REGISTER #lobby",
    "TOPIC #lobby :Welcome",
    "MODE #lobby +m",
  );
  const later = new TestNode(settings, store);
  const alice = later.open();
  alice.send("NICK alice");
  alice.send("USER alice 0 * :Alice");
  assertMatch(alice.take().join("\n"), / 332 alice #lobby :Welcome\n/);
  alice.send("PRIVMSG #lobby :hi");
  assertMatch(alice.take().join(), / 404 alice #lobby /);
});

Deno.test("CHANSERV-8 TRANSFER is for the founder, to somebody who is there", async () => {
  const { host, alice, bob, carol } = await teaRoom();
  const founder = (): string | undefined => host.node.state.channelByName("#tea")?.founder?.name;
  await told(bob, "CS TRANSFER #tea bob");
  await told(alice, "CS TRANSFER #tea nobody");
  carol.send("PART #tea");
  await told(alice, "CS TRANSFER #tea carol");
  assertEquals(founder(), "alice");
  bob.take();
  await told(alice, "CS TRANSFER #tea BOB");
  assertEquals(founder(), "bob");
  assertEquals(bob.take(), [":chatd.test MODE #tea +q bob"]);
  assertEquals((await told(alice, "CS TRANSFER #tea alice")).length, 1);
  assertEquals(founder(), "bob");
});
