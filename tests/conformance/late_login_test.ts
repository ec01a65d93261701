/**
 * Logging in after registration: what the one is told, what others see, and whose session it is then.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatPlain, formatSasl } from "../../protocol/mod.ts";
import { ALICE, device, HOST, household } from "../support/devices.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const PASSWORD = "correct-horse";

/** A server on which alice and clara have accounts, and are not there. */
async function withAccounts(...args: ConstructorParameters<typeof TestNode>): Promise<TestNode> {
  const host = new TestNode(...args);
  for (const name of ["alice", "clara"]) await host.store.accounts.register(name, PASSWORD, 0);
  return host;
}

/** Logs in by PLAIN: the numerics of the answer, in order. */
async function logIn(peer: TestPeer, name: string): Promise<string[]> {
  peer.send("AUTHENTICATE PLAIN");
  peer.take();
  for (const param of formatSasl(formatPlain({ authzid: "", name, password: PASSWORD }))) {
    await peer.sendAndWait(`AUTHENTICATE ${param}`);
  }
  return peer.take().flatMap((line) => /^:chatd\.test (\d{3}) /.exec(line)?.slice(1, 2) ?? []);
}

Deno.test("SASL-10 LIMIT-4 another account takes the place of the first, before registration and after it", async () => {
  const host = await withAccounts({ floodRate: 1000 });
  const peer = host.open();
  assertEquals(await logIn(peer, "clara"), ["900", "903"]);
  assertEquals(await logIn(peer, "alice"), ["900", "903"]);
  peer.register("alice");
  assertEquals(peer.session.user?.account, "alice");
  for (const name of ["clara", "alice", "clara", "alice", "clara"]) {
    assertEquals(await logIn(peer, name), ["900", "903"]);
  }
  assertEquals([peer.session.user?.account, peer.session.user?.nick], ["clara", "alice"]);
  assertEquals(await logIn(peer, "alice"), ["907"]);
  host.clock.advance(10_000);
  assertEquals(await logIn(peer, "alice"), ["900", "903"]);
});

Deno.test("SASL-10 DEVICE-6 the account of a user with other sessions is not changed by one of them", async () => {
  const host = await withAccounts();
  const [desk, phone] = [device(host, "alice"), device(host, "alice")];
  phone.take();
  assertEquals(await logIn(phone, "clara"), ["907"]);
  assertEquals(desk.session.user?.account, "alice");
});

Deno.test("LOGIN-3 who logs in late is told first, keeps the nick, and may take that of the account", async () => {
  const host = await withAccounts();
  const watcher = host.user("watcher", ["account-notify"]);
  watcher.send("MONITOR + alice");
  const peer = host.user("wonder", ["account-notify"]);
  for (const each of [watcher, peer]) each.send("JOIN #tea");
  for (const each of [watcher, peer]) each.take();
  await peer.sendAndWait(`NS IDENTIFY alice ${PASSWORD}`);
  const lines = peer.take();
  assertMatch(lines[0] ?? "", / 900 wonder wonder!\S+ alice :/);
  assertMatch(lines[1] ?? "", /^:wonder!\S+ ACCOUNT alice$/);
  assertMatch(lines.at(-1) ?? "", / NOTICE wonder :Your nickname is free: \/nick alice$/);
  assertEquals(watcher.take().map((line) => line.replace(/^\S+ /, "")), ["ACCOUNT alice"]);
});

Deno.test("DEVICE-10 who logs in late while its user is here is that user from then on", async () => {
  const host = await withAccounts();
  const [desk, phone, bob] = household(host);
  const late = host.user("late", ["message-tags"]);
  for (const line of ["JOIN #milk", "JOIN #tea", "MONITOR + bob,carol"]) late.send(line);
  bob.send("JOIN #milk");
  for (const peer of [desk, phone, bob, late]) peer.take();
  await late.sendAndWait(`NS IDENTIFY alice ${PASSWORD}`);
  const source = `late!~late@${HOST}`;
  const lines = late.take().map((line) => line.replace(/^@\S+ /, ""));
  const at = lines.findIndex((line) => line.includes(" 900 late "));
  assertEquals(lines.slice(at + 1, at + 5), [
    `:${source} PART #milk`,
    `:${source} PART #tea`,
    `:${source} NICK alice`,
    `:${ALICE} JOIN #tea`,
  ]);
  assert(lines.at(-1)?.includes(" NOTICE alice :You are logged in to alice."), lines.at(-1));
  const [quit, ...more] = bob.take();
  assertMatch(quit ?? "", /chatd\/cause=quit\S* :late!\S+ QUIT :Logged in as alice$/);
  assertEquals(more, []);
  assertEquals(host.node.state.userByNick("late"), undefined);
  assertEquals(desk.session.user?.sessions.size, 3);
  late.send("PRIVMSG #tea :here too");
  assertMatch(
    bob.take().join(),
    new RegExp(`:${ALICE.replaceAll(".", "[.]")} PRIVMSG #tea :here too`),
  );
  bob.send("QUIT");
  assert(late.take().some((line) => line.includes(" 731 * :bob")), "it still watches");
});

Deno.test("DEVICE-10 NICKSERV-8 SERVICE-7 an account may have each session be somebody by itself", async () => {
  const host = await withAccounts();
  const desk = device(host, "alice");
  desk.send("NS SET multi-client FALSE");
  assert(host.store.accounts.find("alice")?.isMulticlient === false);
  const phone = device(host, "alice", { nick: "alice" });
  assertEquals(phone.session.user, null);
  phone.send("NICK pocket");
  assertMatch(phone.take()[0] ?? "", / 001 pocket /);
  const late = host.user("late");
  await late.sendAndWait(`NS IDENTIFY alice ${PASSWORD}`);
  assertEquals(late.session.user?.nick, "late");
  for (const word of ["on", "TRUE", "Yes", "1"]) {
    desk.send(`NS SET MULTICLIENT ${word}`);
    assert(host.store.accounts.find("alice")?.isMulticlient === true, word);
    desk.send("NS SET MULTICLIENT 0");
  }
});

for (const [how, settings] of [["lost", { graceMs: 30_000 }], ["gone", {}]] as const) {
  Deno.test(`NICKSERV-8 GRACE-1 ALWAYS-1 where each session is somebody by itself, who was ${how} comes back as the same`, async () => {
    const host = await withAccounts(settings);
    host.store.accounts.change("alice", { isMulticlient: false, isAlwaysOn: how === "gone" });
    const bob = host.user("bob", ["message-tags"]);
    for (const late of [false, true]) {
      const desk = device(host, "alice");
      const { user } = desk.session;
      for (const peer of [desk, bob]) peer.send("JOIN #tea");
      if (how === "lost") desk.close();
      else desk.send("QUIT");
      bob.take();
      const back = late ? host.user("late") : device(host, "alice");
      if (late) await back.sendAndWait(`NS IDENTIFY alice ${PASSWORD}`);
      assertEquals([back.session.user === user, back.session.target], [true, "alice"]);
      assertEquals(bob.take(), []);
      const other = device(host, "alice", { nick: "pocket" });
      assert(other.session.user !== user);
      other.send("QUIT");
      back.send("QUIT");
    }
  });
}

Deno.test("DEVICE-10 a session is told that it has none of the modes of whom it was", async () => {
  const host = await withAccounts();
  const desk = device(host, "alice");
  const late = host.user("late");
  late.send("MODE late +Bw");
  late.take();
  await late.sendAndWait(`NS IDENTIFY alice ${PASSWORD}`);
  assert(late.take().includes(":chatd.test 221 alice +"));
  desk.send("MODE alice +B");
  const later = host.user("later");
  await later.sendAndWait(`NS IDENTIFY alice ${PASSWORD}`);
  assertEquals(later.take().filter((line) => / 221 /.test(line)), [":chatd.test 221 alice +B"]);
});

Deno.test("DEVICE-10 ALWAYS-1 whom a session was stays if that user is always on", async () => {
  const host = await withAccounts();
  host.store.accounts.change("alice", { isAlwaysOn: true });
  const clara = device(host, "clara");
  const late = device(host, "alice");
  for (const peer of [clara, late]) peer.take();
  await late.sendAndWait(`NS IDENTIFY clara ${PASSWORD}`);
  assertEquals([late.session.user?.nick, host.node.state.userByNick("alice")?.absence], [
    "clara",
    "told",
  ]);
});
