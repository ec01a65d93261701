/**
 * Who is always on is here again after the server was started anew.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { CASE_MAPPINGS } from "../../protocol/mod.ts";
import type { Settings } from "../../server/core/settings.ts";
import { dismiss } from "../../server/node.ts";
import { openStore } from "../../server/store/store.ts";
import { ALICE, device, pass, stayer } from "../support/devices.ts";
import { CHEAP, memoryStore, TestNode } from "../support/node.ts";

/** What is left of a server that has ended without a word: its store. */
function restarted(host: TestNode, settings: Partial<Settings> = {}): TestNode {
  host.store.flush();
  return new TestNode(settings, host.store);
}

/** A server on which alice may stay, and the store that is left of it. */
async function homeOfAlice(settings: Partial<Settings> = {}): Promise<TestNode> {
  const host = new TestNode(settings, openStore(null, memoryStore(settings)));
  await stayer(host, "alice");
  return host;
}

/** Registers somebody who asks lines, and tells what was said to the last. */
function ask(host: TestNode, ...lines: readonly string[]): string[] {
  const peer = host.user("asker");
  for (const line of lines) {
    peer.take();
    peer.send(line);
  }
  return peer.take();
}

Deno.test("ALWAYS-4 who is always on is here again after the server has ended, with all that belongs to it", async () => {
  const host = await homeOfAlice();
  const alice = device(host, "alice", { caps: ["draft/metadata-3"], address: "198.51.100.9" });
  for (
    const line of [
      "JOIN #tea,#milk,#gone",
      "PART #gone",
      "NICK ally",
      "SETNAME :Alice L.",
      "MODE ally +B",
      "AWAY :lunch",
      "METADATA * SET colour :red",
    ]
  ) alice.send(line);
  const again = restarted(host);
  const told = ask(again, "OPER root secret", "WHOIS ally").map((line) =>
    line.replace(/^:\S+ (\d+) asker /, "$1 ")
  );
  assertEquals(told[0], "311 ally ~alice 198-51-100-9.cloaked * :Alice L.");
  assertEquals(told[1], "319 ally :@#tea @#milk");
  assert(told.includes("301 ally :lunch"));
  assert(told.some((line) => line.startsWith("335 ally ")));
  assert(told.some((line) => line.startsWith("320 ally :is not connected")));
  assert(!told.join().includes("198.51.100.9"), "the address is not kept");
  const back = device(again, "alice", { caps: ["draft/metadata-3"] });
  assertEquals(back.session.target, "ally");
  assertEquals(back.session.user?.metadata.get("colour"), "red");
  assertEquals(again.node.state.users.size, 2);
});

Deno.test("ALWAYS-4 the stay goes on though nobody comes, from one start to the next, and ends as it would have ended", async () => {
  const host = await homeOfAlice();
  const alice = device(host, "alice");
  alice.send("JOIN #tea");
  alice.send("QUIT :good night");
  const third = restarted(restarted(host));
  const bob = third.user("bob", ["message-tags"]);
  bob.send("JOIN #tea");
  assertMatch(bob.take().join("\n"), / 353 bob = #tea :@alice bob\n/);
  third.store.accounts.change("alice", { isAlwaysOn: false });
  pass(third, 1);
  assertEquals(bob.takeWithoutIds(), [`@chatd/cause=quit :${ALICE} QUIT :Quit: good night`]);
  assertEquals(restarted(third).node.state.users.size, 0);
});

Deno.test("ALWAYS-1 ALWAYS-4 who has not chosen to stay is not kept for another time when all stay", async () => {
  const [optIn, optOut] = [{ alwaysOn: "opt-in" }, { alwaysOn: "opt-out" }] as const;
  let host = new TestNode(optOut, openStore(null, memoryStore({})));
  await host.store.accounts.register("alice", "correct-horse", 0);
  device(host, "alice").send("JOIN #tea");
  const there = (): number => host.node.state.users.size;
  host = restarted(host, optOut);
  assertEquals(there(), 1);
  host = restarted(host, optIn);
  assertEquals([there(), host.node.state.channels.size], [0, 0]);
  host = restarted(host, optOut);
  assertEquals(there(), 0);
});

Deno.test("ALWAYS-4 who was connected when the server ended is away for that reason", async () => {
  for (const isOrderly of [true, false]) {
    const host = await homeOfAlice();
    const alice = device(host, "alice");
    alice.send("JOIN #tea");
    if (isOrderly) dismiss(host.node);
    const again = restarted(host);
    const bob = again.user("bob", ["message-tags"]);
    bob.send("JOIN #tea");
    bob.take();
    again.store.accounts.drop("alice");
    pass(again, 1);
    assertEquals(bob.takeWithoutIds(), [
      `@chatd/cause=shutdown :${ALICE} QUIT :Server shutting down`,
    ]);
  }
});

Deno.test("ALWAYS-5 a channel in which somebody stays keeps its doors shut", async () => {
  const host = await homeOfAlice();
  const alice = device(host, "alice");
  for (
    const line of [
      "JOIN #tea,#milk",
      "MODE #tea +isk sesame",
      "MODE #tea +b bad!*@*",
      "TOPIC #tea :secret",
      "TOPIC #milk :fresh",
      "PART #milk",
    ]
  ) alice.send(line);
  const again = restarted(host);
  const bob = again.user("bob");
  for (const [line, numeric] of [["JOIN #tea", "473"], ["LIST #tea", "323"]] as const) {
    bob.take();
    bob.send(line);
    assertMatch(bob.take().at(-1) ?? "", new RegExp(`^:chatd\\.test ${numeric} bob`));
  }
  const back = device(again, "alice");
  back.send("MODE #tea");
  assertMatch(back.take().join("\n"), / 324 alice #tea \+\w*i\w* sesame/);
  back.send("TOPIC #tea");
  assertMatch(back.take().join("\n"), / 332 alice #tea :?secret/);
  assertEquals(again.node.state.channelByName("#milk"), undefined, "nobody stays there");
});

Deno.test("ALWAYS-5 a channel is forgotten with the last who stays in it, and known by its last name", async () => {
  const host = await homeOfAlice();
  const alice = device(host, "alice", { caps: ["draft/channel-rename"] });
  const bob = host.user("bob");
  for (const peer of [alice, bob]) peer.send("JOIN #tea");
  alice.send("RENAME #tea #coffee :better");
  alice.send("MODE #coffee +s");
  assertEquals([...restarted(host).node.state.channels.keys()], ["#coffee"]);
  alice.send("PART #coffee");
  assertEquals(restarted(host).node.state.channels.size, 0);
  assertEquals(host.store.channels.list(), []);
});

Deno.test("ALWAYS-4 ranks, KICK and another's MODE count too", async () => {
  const host = await homeOfAlice();
  const bob = host.user("bob");
  bob.send("JOIN #tea,#milk");
  const alice = device(host, "alice");
  alice.send("JOIN #tea,#milk");
  bob.send("MODE #tea +v alice");
  bob.send("KICK #milk alice");
  const names = ask(restarted(host), "NAMES #tea");
  assertMatch(names.join("\n"), / 353 asker = #tea :?\+alice\n/);
  assertEquals(restarted(host).node.state.channels.size, 1);
});

Deno.test("ALWAYS-2 KILL and always_on = off leave nothing that could come back", async () => {
  const host = await homeOfAlice();
  const alice = device(host, "alice");
  alice.send("JOIN #tea");
  alice.send("QUIT");
  ask(host, "OPER root secret", "KILL alice :enough");
  assertEquals(restarted(host).node.state.users.size, 0);
  device(host, "alice");
  assertEquals(restarted(host).node.state.users.size, 1);
  assertEquals(restarted(host, { alwaysOn: "off" }).node.state.users.size, 0);
  assertEquals(restarted(host).node.state.users.size, 0);
});

Deno.test("ALWAYS-4 who logs in late is kept from then on, and who logs out no more", async () => {
  const host = await homeOfAlice();
  const alice = host.user("guest");
  alice.send("JOIN #tea");
  const user = alice.session.user?.id ?? "";
  const logIn = (account: string | null): unknown =>
    host.node.network.submit({ type: "account", user, account, at: host.clock.epoch() });
  logIn("alice");
  host.store.flush();
  assertEquals([host.store.presences.list().length, host.store.channels.list().length], [1, 1]);
  logIn(null);
  host.store.flush();
  assertEquals([host.store.presences.list().length, host.store.channels.list().length], [0, 0]);
});

Deno.test("ALWAYS-4 of two users of one account only the one that new sessions belong to is kept", async () => {
  const host = await homeOfAlice();
  device(host, "alice").send("JOIN #tea");
  const late = host.user("late");
  late.send("JOIN #milk");
  const user = late.session.user?.id ?? "";
  host.node.network.submit({ type: "account", user, account: "alice", at: host.clock.epoch() });
  late.send("QUIT");
  const [kept] = restarted(host).node.state.users.values();
  assertEquals([kept?.nick, ...kept?.channels.keys() ?? []], ["alice", "#tea"]);
});

Deno.test("ALWAYS-4 who chooses to stay while connected is kept from then on", async () => {
  const host = new TestNode();
  await host.store.accounts.register("alice", "correct horse battery", 1);
  const alice = device(host, "alice");
  alice.send("JOIN #tea");
  host.store.accounts.change("alice", { isAlwaysOn: true });
  const again = restarted(host).node.state;
  assertEquals([again.users.size, again.channels.size], [1, 1]);
});

Deno.test("ALWAYS-4 whoever cannot be who it was any more is left out, and the log says so", async () => {
  const host = new TestNode(
    { casemapping: "precis" },
    openStore(null, { names: CASE_MAPPINGS.precis, accountCost: CHEAP }),
  );
  await stayer(host, "Zoë");
  device(host, "Zoë").send("JOIN #tea");
  const again = restarted(host, { casemapping: "ascii" });
  assertEquals(again.node.state.users.size, 0);
  assertEquals(again.node.state.channels.size, 0);
  assertEquals(again.log.of("user-not-restored").length, 1);
});

Deno.test("ALWAYS-4 messages to who stays wait, and a registered channel is there before its members", async () => {
  const host = await homeOfAlice();
  const alice = device(host, "alice");
  alice.send("JOIN #tea");
  host.node.network.submit({
    type: "channel-register",
    channel: host.node.state.fold("#tea"),
    founder: "alice",
    at: host.clock.epoch(),
  });
  alice.send("MODE #tea +i");
  alice.send("QUIT");
  const again = restarted(host);
  const channel = again.node.state.channelByName("#tea");
  assertEquals(channel?.founder?.name, "alice");
  assert(channel?.flags.has("i"));
  assertEquals(ask(again, "PRIVMSG alice :there?"), [
    ":chatd.test 301 asker alice :Not connected. Messages are kept.",
  ]);
});

Deno.test("ALWAYS-4 the ranks that a channel's register gives to those who are there last as others do", async () => {
  const host = await homeOfAlice();
  await stayer(host, "berta");
  const [alice, berta] = [device(host, "alice"), device(host, "berta")];
  for (const peer of [alice, berta]) peer.send("JOIN #tea");
  for (const line of ["REGISTER #tea", "ACCESS #tea ADD berta voice"]) {
    await alice.sendAndWait(`PRIVMSG ChanServ :${line}`);
  }
  const ranksIn = ({ node }: TestNode): number[] =>
    ["alice", "berta"].map((nick) =>
      node.state.userByNick(nick)?.channels.get(node.state.fold("#tea"))?.ranks ?? -1
    );
  const before = ranksIn(host);
  await alice.sendAndWait("PRIVMSG ChanServ :DROP #tea #tea"); // no register gives them anew
  assertEquals(ranksIn(restarted(host)), before);
  assertEquals(before, [20, 1]);
});
