/**
 * The rules of SPEC.md on logging in that no transcript can show: SCRAM, certificates, time, load, and what must not be told.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes, fail } from "@std/assert";
import {
  createSaslClient,
  formatPlain,
  formatSasl,
  isParseFailure,
  parseMessage,
  SaslReader,
} from "../../protocol/mod.ts";
import { saslCrypto } from "../../server/store/sasl_crypto.ts";
import { logOut, reviseAccounts } from "../../server/commands/login.ts";
import { forgetPerson } from "../../server/store/person.ts";
import { openStore } from "../../server/store/store.ts";
import { CHEAP, TestNode, type TestPeer } from "../support/node.ts";

const PASSWORD = "correct-horse";

/** A server on which alice has an account, and is not there. */
async function withAlice(...args: ConstructorParameters<typeof TestNode>): Promise<TestNode> {
  const host = new TestNode(...args);
  await host.node.store.accounts.register("alice", PASSWORD, 0);
  return host;
}

/** A connection that may send AUTHENTICATE, and is not registered. */
function open(host: TestNode, address?: string): TestPeer {
  const peer = host.open(address);
  peer.send("CAP REQ :sasl");
  peer.take();
  return peer;
}

/** Numerics without server and client, and other lines whole. */
function told(lines: readonly string[]): string[] {
  return lines.map((line) => /^:chatd\.test (\d{3}) /.exec(line)?.[1] ?? line);
}

/** Logs in by PLAIN: the answer. */
async function plain(peer: TestPeer, name: string, password: string): Promise<string[]> {
  peer.send("AUTHENTICATE PLAIN");
  const begun = peer.take();
  if (begun[0] !== ":chatd.test AUTHENTICATE +") return begun;
  for (const param of formatSasl(formatPlain({ authzid: "", name, password }))) {
    await peer.sendAndWait(`AUTHENTICATE ${param}`);
  }
  return peer.take();
}

/** What the server has said in AUTHENTICATE; `null` if nothing. */
function challengeIn(lines: readonly string[]): string | null {
  const reader = new SaslReader();
  for (const line of lines) {
    const message = parseMessage(line);
    if (isParseFailure(message) || message.command !== "AUTHENTICATE") continue;
    const input = reader.push(message.params[0] ?? "");
    if (input.kind === "message") return input.text;
  }
  return null;
}

/** Logs in by SCRAM, as far as it goes: the last answer, and whether the server has proven itself. */
async function scram(
  peer: TestPeer,
  name: string,
  password: string,
): Promise<{ lines: string[]; isVerified: boolean }> {
  const client = createSaslClient("SCRAM-SHA-256", { name, password }, saslCrypto);
  let lines: string[] = [];
  peer.send("AUTHENTICATE SCRAM-SHA-256");
  for (;;) {
    lines = peer.take();
    const challenge = challengeIn(lines);
    if (challenge === null) return { lines, isVerified: client.isVerified };
    for (const param of formatSasl(await client.respond(challenge) ?? "")) {
      await peer.sendAndWait(`AUTHENTICATE ${param}`);
    }
  }
}

/** Sends messages of one exchange: the numerics that come of them. */
async function send(peer: TestPeer, ...messages: readonly string[]): Promise<string[]> {
  for (const message of messages) {
    for (const param of formatSasl(message)) await peer.sendAndWait(`AUTHENTICATE ${param}`);
  }
  return told(peer.take()).filter((line) => /^\d{3}$/.test(line));
}

Deno.test("SASL-6 SCRAM proves to both sides that the other knows the password", async () => {
  const host = await withAlice();
  const peer = open(host);
  const { lines, isVerified } = await scram(peer, "Alice", PASSWORD);
  assert(isVerified);
  assertEquals(told(lines), ["900", "903"]);
  assertEquals(peer.session.account, "alice");
  const other = open(host);
  for (const [name, password] of [["alice", "wrong-horse"], ["bob", PASSWORD]] as const) {
    const wrong = await scram(other, name, password);
    assertEquals([told(wrong.lines), wrong.isVerified], [["904"], false]);
  }
  assertEquals(other.session.account, null);
});

Deno.test("SASL-6 channel binding, mandatory extensions and steps out of turn are refused", async () => {
  const peer = open(await withAlice());
  const first = "n,,n=alice,r=abc";
  for (
    const message of [
      `p=tls-unique,,${first.slice(3)}`,
      "n,,m=x,n=alice,r=abc",
      "c=biws,r=abc,p=AAAA",
      "",
    ]
  ) {
    peer.send("AUTHENTICATE SCRAM-SHA-256");
    assertEquals(await send(peer, message), ["904"], message);
  }
  for (const final of ["", first, "c=biws,r=abc,p=AAAA"]) {
    peer.send("AUTHENTICATE SCRAM-SHA-256");
    assertEquals(await send(peer, first, final), ["904"], final);
  }
  peer.send("AUTHENTICATE SCRAM-SHA-256");
  assertEquals(await send(peer, "n,a=bob,n=alice,r=abc", "c=x"), ["904"], "for another");
  assertEquals(told(await plain(peer, "alice", PASSWORD)), ["900", "903"], "then it goes on");
});

Deno.test("LOGIN-5 SCRAM shows of who is not there what it shows of who is", async () => {
  const host = await withAlice();
  const begin = async (name: string): Promise<string> => {
    const peer = open(host);
    peer.send("AUTHENTICATE SCRAM-SHA-256");
    peer.take();
    await peer.sendAndWait(`AUTHENTICATE ${formatSasl(`n,,n=${name},r=abc`)[0]}`);
    return challengeIn(peer.take())?.replace(/^r=[^,]*/, "") ?? "";
  };
  assertMatch(await begin("alice"), /^,s=[A-Za-z0-9+/]{22}==,i=4096$/);
  assertMatch(await begin("nobody"), /^,s=[A-Za-z0-9+/]{22}==,i=4096$/);
  assertEquals(await begin("nobody"), await begin("Nobody"));
  assertEquals(await begin("a b c"), await begin("a b c"));
});

Deno.test("SASL-7 a certificate opens the account that it was added to, and is offered to who has one", async () => {
  const host = await withAlice();
  await host.node.store.accounts.register("bob", PASSWORD, 0);
  host.node.store.accounts.addFingerprint("alice", "ab12");
  const peer = host.open();
  peer.session.fingerprint = "ab12";
  peer.send("CAP LS 302");
  assertStringIncludes(peer.take().join(" "), " sasl=PLAIN,SCRAM-SHA-256,EXTERNAL ");
  peer.send("CAP REQ :sasl");
  peer.take();
  peer.send("AUTHENTICATE EXTERNAL");
  assertEquals(await send(peer, "bob"), ["904"]);
  for (const authzid of ["", "ALICE"]) {
    peer.send("AUTHENTICATE EXTERNAL");
    assertEquals(await send(peer, authzid), ["900", "903"]);
  }
  const other = open(host);
  other.session.fingerprint = "cd34";
  other.send("AUTHENTICATE EXTERNAL");
  assertEquals(await send(other, ""), ["904"]);
});

Deno.test("LABEL-2 what an exchange causes comes as the answer of its last command", async () => {
  const host = await withAlice();
  const peer = host.user("bob", ["sasl", "batch", "labeled-response", "account-notify"]);
  peer.send("@label=1 AUTHENTICATE PLAIN");
  assertEquals(peer.take(), ["@label=1 :chatd.test AUTHENTICATE +"]);
  const [param] = formatSasl(`\0alice\0${PASSWORD}`);
  await peer.sendAndWait(`@label=2 AUTHENTICATE ${param}`);
  const lines = peer.take();
  assertMatch(lines[0] ?? "", /^@label=2 :chatd\.test BATCH \+\S+ labeled-response$/);
  assertEquals(lines.slice(1, -1).map((line) => line.split(" ")[2]), [
    "900",
    "903",
    "ACCOUNT",
  ]);
});

Deno.test("PASS-2 an account and its password in PASS log in, and what is wrong does not come in", async () => {
  const host = await withAlice();
  const peer = host.open();
  await peer.sendAndWait(`PASS Alice:${PASSWORD}`);
  assertEquals(peer.take(), [
    ":chatd.test 900 * *!*@192-0-2-1.cloaked alice :You are now logged in as alice",
  ]);
  peer.register("alice");
  assertEquals(peer.session.user?.account, "alice");
  const wrong = host.open();
  await wrong.sendAndWait("PASS alice:wrong:horse");
  assertEquals(told(wrong.take()), ["464", "ERROR :The account or its password is wrong."]);
  assert(wrong.closed);
  const other = host.open();
  for (const line of ["PASS whatever", "PASS :whatever", "PASS whatever:"]) other.send(line);
  assert(!other.register("other").closed, "that is no account");
});

Deno.test("PASS-3 PASS is for the server, for the account, or for each once; neither stands in for the other", async () => {
  const host = await withAlice({ password: "open:sesame" });
  for (const order of [[0, 1], [1, 0]]) {
    const lines = ["PASS open:sesame", `PASS alice:${PASSWORD}`];
    const peer = host.open();
    for (const i of order) await peer.sendAndWait(lines[i] ?? "");
    peer.register(`user${order[0]}`);
    assertEquals([peer.closed, peer.session.user?.account], [false, "alice"]);
  }
  const alone = host.open();
  await alone.sendAndWait(`PASS alice:${PASSWORD}`);
  assert(alone.register("alice").closed);
  const guest = host.open();
  guest.send("PASS open:sesame");
  assertEquals(guest.register("guest").session.user?.account, null);
});

Deno.test("LOGIN-4 ten wrong passwords for an account, then none for a while, not even the right one", async () => {
  const host = await withAlice();
  for (let i = 0; i < 10; i++) {
    const peer = open(host, `198.51.100.${i}`);
    assertEquals(told(await plain(peer, "alice", `wrong-${i}`)), ["904"]);
  }
  const peer = open(host, "203.0.113.1");
  const [line = ""] = await plain(peer, "alice", PASSWORD);
  assertEquals(line, ":chatd.test 904 * :Too many wrong passwords. Try again in 30 seconds.");
  assertEquals(told((await scram(peer, "ALICE", PASSWORD)).lines), ["904"]);
  assertEquals((await scram(peer, "ALICE", PASSWORD)).isVerified, false);
  host.clock.advance(29_000);
  assertMatch((await plain(peer, "alice", PASSWORD))[0] ?? "", /in 1 second\.$/);
  host.clock.advance(1000);
  assertEquals(told(await plain(peer, "alice", PASSWORD)), ["900", "903"]);
  for (let i = 0; i < 50; i++) {
    assertEquals(
      told(await plain(peer, "alice", PASSWORD)),
      ["900", "903"],
      "right ones do not count",
    );
  }
});

Deno.test("LOGIN-4 twenty wrong passwords from an address, whatever the account, by whatever command", async () => {
  const host = await withAlice();
  for (let i = 0; i < 20; i++) {
    const peer = open(host, `2001:db8::${i.toString(16)}`);
    if (i % 2 === 0) assertEquals(told(await plain(peer, `nobody${i}`, "wrong")), ["904"]);
    else await peer.sendAndWait(`PASS somebody${i}:wrong`);
  }
  const peer = open(host, "2001:db8::ffff");
  assertMatch((await plain(peer, "alice", PASSWORD)).join(), / 904 \* :Too many wrong passwords/);
  await peer.sendAndWait(`PASS alice:${PASSWORD}`);
  assertMatch(peer.take().join(), / 464 \* :Too many wrong passwords.*ERROR :Too many/);
  assertEquals(told(await plain(open(host, "2001:db8:1::1"), "alice", PASSWORD)), ["900", "903"]);
});

Deno.test("LOGIN-6 a thousand logins at once: so many wait, the rest is refused at once, and others are heard meanwhile", async () => {
  const host = await withAlice();
  const [ann, bob] = [host.user("ann"), host.user("bob")];
  const peers = Array.from({ length: 1000 }, (_, i) => open(host, `10.0.${i >> 8}.${i & 255}`));
  const answers = peers.map((peer, i) => plain(peer, `nobody${i}`, `wrong ${i}`));
  await Promise.resolve();
  ann.send("PRIVMSG bob :hi");
  assertEquals(bob.take().length, 1);
  const lines = (await Promise.all(answers)).map((answer) => answer.join());
  const busy = lines.filter((line) =>
    line.endsWith(" 904 * :The server is busy. Try again in a minute.")
  );
  assertEquals(busy.length, 1000 - 514);
  assertEquals(lines.filter((line) => line.includes(" 904 * :The name or")).length, 514);
  assertEquals(
    told(await plain(open(host, "192.0.2.7"), "alice", PASSWORD)),
    ["900", "903"],
    "then it goes on",
  );
});

Deno.test("LOGIN-6 who goes while its password is checked is not logged in, and nothing breaks", async () => {
  const host = await withAlice();
  const peer = open(host);
  peer.send("AUTHENTICATE PLAIN");
  const pending = peer.sendAndWait(`AUTHENTICATE ${formatSasl(`\0alice\0${PASSWORD}`)[0]}`);
  peer.close();
  await pending;
  assertEquals(host.log.of("internal-error"), []);
  assertEquals(host.log.of("logged-in"), []);
});

Deno.test("LOGIN-7 the log has no password, and no name that a wrong one came with", async () => {
  const host = await withAlice();
  const peer = open(host);
  await plain(peer, "alice", PASSWORD);
  await plain(peer, "hunter2-typed-as-name", "wrong-horse");
  await peer.sendAndWait("PASS oops-my-password:wrong-horse");
  const other = host.user("bob");
  await other.sendAndWait("REGISTER * * battery-staple");
  await other.sendAndWait("REGISTER * * battery-staple");
  const log = JSON.stringify(host.log.entries);
  for (
    const secret of [PASSWORD, "wrong-horse", "battery-staple", "hunter2", "oops", btoa(PASSWORD)]
  ) {
    assert(!log.includes(secret), secret);
  }
  assertEquals(host.log.of("logged-in").map(({ fields }) => fields["account"]), ["alice", "bob"]);
  assertEquals(host.log.of("refused").length, 2);
});

Deno.test("LOGIN-1 who is logged out is told so, and others see it", async () => {
  const host = await withAlice();
  const peer = host.user("alicia", ["sasl", "account-notify"]);
  await plain(peer, "alice", PASSWORD);
  const { user } = peer.session;
  assert(user !== null);
  logOut(host.node, user);
  assertEquals(peer.take(), [
    ":alicia!~alicia@192-0-2-1.cloaked ACCOUNT *",
    ":chatd.test 901 alicia alicia!~alicia@192-0-2-1.cloaked :You are now logged out",
  ]);
  assertEquals(user.account, null);
});

Deno.test("OWN-1 a nick that looks like that of an account is its user's too", async () => {
  const host = await withAlice({ casemapping: "precis" });
  await host.node.store.accounts.register("coco", PASSWORD, 0);
  const peer = host.user("bob");
  peer.send("NICK сосо");
  assertMatch(peer.take().join(), /^:chatd\.test 433 bob сосо :.* looks like "coco"/);
  peer.send("CAP REQ :sasl");
  peer.take();
  assertEquals(told(await plain(peer, "coco", PASSWORD)), ["900", "903"]);
  peer.send("NICK сосо");
  assertMatch(peer.take().join(), / NICK сосо$/);
});

Deno.test("OWN-2 the server gives nobody a name that belongs to an account", async () => {
  const host = new TestNode();
  await host.node.store.accounts.register("user1", PASSWORD, 0);
  assertEquals(host.open().register("*").session.user?.nick, "user2");
});

Deno.test("REGISTER-6 five accounts from an address, then one in ten minutes; what fails does not count", async () => {
  const host = await withAlice();
  for (let i = 0; i < 5; i++) {
    const peer = host.user(`user${i}`, ["standard-replies"]);
    await peer.sendAndWait("REGISTER * * short");
    await peer.sendAndWait(`REGISTER * * ${PASSWORD}`);
    assertEquals(
      told(peer.take())[1],
      `:chatd.test REGISTER SUCCESS user${i} :The account is made, and the nickname is yours.`,
    );
  }
  const peer = host.user("other", ["standard-replies"]);
  await peer.sendAndWait(`REGISTER * * ${PASSWORD}`);
  assertEquals(peer.take(), [
    ":chatd.test FAIL REGISTER TEMPORARILY_UNAVAILABLE other " +
    ":Too many accounts were made from your address. Try again in 10 minutes.",
  ]);
  host.clock.advance(600_000);
  await peer.sendAndWait(`REGISTER * * ${PASSWORD}`);
  assertEquals(told(peer.take()).length, 2);
});

Deno.test("REGISTER-3 a nick that somebody has got since it was asked for makes no account", async () => {
  const host = new TestNode();
  const peer = host.open();
  peer.send("CAP REQ :draft/account-registration");
  peer.send("NICK bob");
  const bob = host.user("bob");
  peer.take();
  await peer.sendAndWait(`REGISTER * * ${PASSWORD}`);
  assertMatch(peer.take().join(), /^:chatd\.test FAIL REGISTER BAD_ACCOUNT_NAME bob :/);
  await bob.sendAndWait(`REGISTER * * ${PASSWORD}`);
  assertEquals(bob.session.user?.account, "bob");
});

Deno.test("REGISTER-6 where the database cannot be reached accounts wait, and the chat goes on", async () => {
  const host = await withAlice();
  const [peer, bob] = [open(host), host.user("bob", ["standard-replies"])];
  host.store.database.close();
  assertMatch(
    (await plain(peer, "alice", PASSWORD)).join(),
    / 904 \* :Accounts cannot be reached now/,
  );
  assertMatch(
    (await scram(peer, "alice", PASSWORD)).lines.join(),
    / 904 \* :Accounts cannot be reached now/,
  );
  await bob.sendAndWait(`REGISTER * * ${PASSWORD}`);
  assertMatch(bob.take().join(), / FAIL REGISTER TEMPORARILY_UNAVAILABLE bob :Accounts cannot/);
  bob.send("NICK bobby");
  assertMatch(bob.take().join(), / NICK bobby$/);
  assertEquals(host.log.of("internal-error"), []);
});

Deno.test("REGISTER-4 CAP-6 those with cap-notify are told when accounts can be made, and when not", () => {
  const host = new TestNode();
  const alice = host.open();
  for (
    const line of [
      "CAP LS 302",
      "CAP REQ :draft/account-registration",
      "NICK alice",
      "USER a 0 * :A",
      "CAP END",
    ]
  ) {
    alice.send(line);
  }
  const [bob, carol] = [host.user("bob", ["cap-notify"]), host.user("carol")];
  alice.take();
  const change = (registration: "open" | "closed"): void => {
    const settings = { ...host.node.settings, registration };
    host.configuration.outcome = { settings, warnings: [] };
    host.node.rehash();
  };
  change("closed");
  assertEquals(alice.take(), [":chatd.test CAP alice DEL :draft/account-registration"]);
  assertEquals(bob.take(), [":chatd.test CAP bob DEL :draft/account-registration"]);
  assert(!alice.session.has("draft/account-registration"));
  change("closed");
  change("open");
  assertEquals(alice.take(), [
    ":chatd.test CAP alice NEW :draft/account-registration=before-connect",
  ]);
  assertEquals(bob.take(), [":chatd.test CAP bob NEW :draft/account-registration"]);
  assertEquals(carol.take(), []);
});

Deno.test("PERSON-3 an account that is forgotten while the server runs leaves no user, no channel and no rank", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/chatd.db`;
  const options = { accountCost: CHEAP };
  const host = await withAlice({}, openStore(file, options));
  await host.node.store.accounts.register("bob", PASSWORD, 0);
  const [alice, bob] = [host.user("alicia", ["sasl"]), host.user("bobby", ["sasl"])];
  await plain(alice, "alice", PASSWORD);
  await plain(bob, "bob", PASSWORD);
  for (const channel of ["#tea", "#milk"]) alice.send(`JOIN ${channel}`);
  const at = host.clock.epoch();
  const own = (channel: string, founder: string): void => {
    const folded = host.node.state.fold(channel);
    host.node.network.submit({ type: "channel-register", channel: folded, founder, at });
  };
  own("#tea", "alice");
  own("#milk", "bob");
  const milk = host.node.state.fold("#milk");
  const ranks = 4;
  host.node.network.submit({ type: "access", channel: milk, account: "alice", ranks, at });
  reviseAccounts(host.node);

  const other = openStore(file, options);
  forgetPerson(other, other.accounts.find("alice") ?? fail("no alice"));
  other.database.close();
  alice.take();
  reviseAccounts(host.node);
  assertEquals(told(alice.take()).filter((code) => code === "901"), ["901"]);
  assertEquals([alice.session.user?.account, bob.session.user?.account], [null, "bob"]);
  const [mine, others] = ["#tea", "#milk"].map((name) => host.node.state.channelByName(name));
  assertEquals([mine?.founder, others?.founder?.name, others?.access.size], [null, "bob", 0]);
  host.store.database.close();
  await Deno.remove(folder, { recursive: true });
});
