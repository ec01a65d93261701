/**
 * Who stays without a device: for a moment after a loss, or always.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ALWAYS_ON_FOR_MS } from "../../server/core/absences.ts";
import { ALICE, device, household, pass, stayer } from "../support/devices.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const GRACE = { graceMs: 30_000 };

Deno.test("GRACE-1 who is lost and back in time has never been away for the others", () => {
  const host = new TestNode(GRACE);
  const [desk, phone, bob] = household(host);
  desk.close();
  phone.close();
  pass(host, 29);
  assertEquals(bob.take(), []);
  const again = device(host, "alice", { nick: "*" });
  pass(host, 60);
  assertEquals(bob.take(), []);
  assertEquals(again.session.target, "alice");
  bob.send("PRIVMSG alice :there?");
  assertEquals(bob.take(), []);
});

Deno.test("GRACE-2 who is not back in time is lost, with the text and the cause of the loss", () => {
  for (
    const [reason, text] of [
      [{ kind: "lost", detail: "reset" }, "Connection lost"],
      [{ kind: "ping-timeout", seconds: 120 }, "Ping timeout: 120 seconds"],
      [{ kind: "sendq-exceeded" }, "SendQ exceeded"],
    ] as const
  ) {
    const host = new TestNode(GRACE);
    const [desk, phone, bob] = household(host);
    phone.send("QUIT :not this one");
    host.node.supervisor.end(desk.session, reason);
    pass(host, 29);
    assertEquals(bob.take(), []);
    pass(host, 1);
    assertEquals(bob.takeWithoutIds(), [`@chatd/cause=lost :${ALICE} QUIT :${text}`]);
    pass(host, 60);
    assertEquals(bob.take(), []);
  }
});

Deno.test("GRACE-3 who quits, is killed, floods or is not logged in leaves at once", () => {
  const ends: readonly (readonly [(host: TestNode, peer: TestPeer) => void, string, string])[] = [
    [(_, peer) => peer.send("QUIT :bye"), "quit", "Quit: bye"],
    [
      (host, { session }) => host.node.supervisor.end(session, { kind: "flood" }),
      "killed",
      "Excess flood",
    ],
    [
      (host, { session }) => host.node.supervisor.end(session, { kind: "banned", text: "spam" }),
      "killed",
      "Banned: spam",
    ],
  ];
  for (const [end, cause, text] of ends) {
    const host = new TestNode(GRACE);
    const [desk, phone, bob] = household(host);
    phone.close();
    end(host, desk);
    assertEquals(bob.takeWithoutIds(), [`@chatd/cause=${cause} :${ALICE} QUIT :${text}`]);
  }
  const host = new TestNode(GRACE);
  const guest = host.user("guest");
  const bob = host.user("bob", ["message-tags"]);
  for (const peer of [guest, bob]) peer.send("JOIN #tea");
  bob.take();
  guest.close();
  assertMatch(bob.takeWithoutIds().join(), /^@chatd\/cause=lost \S+ QUIT :Connection lost$/);
});

Deno.test("GRACE-3 who was lost and is killed or banned meanwhile is gone at once", () => {
  for (const line of ["KILL alice :enough", "KLINE *@192.0.2.1 :enough"]) {
    const host = new TestNode(GRACE);
    const [desk, phone] = household(host);
    for (const peer of [desk, phone]) peer.close();
    const root = host.open("203.0.113.1").register("root", ["message-tags"]);
    root.send("JOIN #tea");
    root.send("OPER root secret");
    root.take();
    root.send(line);
    const quits = root.take().filter((told) => told.includes(`:${ALICE} QUIT `));
    assertEquals(quits.length, 1, line);
    assertMatch(quits.join(), /chatd\/cause=killed/);
    pass(host, 60);
    assertEquals(root.take(), []);
  }
});

Deno.test("DEVICE-8 who is not connected is shown as away, and messages reach who comes back", () => {
  const host = new TestNode(GRACE);
  const [desk, phone, bob] = household(host);
  for (const peer of [desk, phone]) peer.close();
  bob.send("PRIVMSG alice :there?");
  assertEquals(bob.take(), [":chatd.test 301 bob alice :Not connected. Messages are kept."]);
  for (
    const [line, pattern] of [
      ["NAMES #tea", / 353 bob = #tea :@alice bob$/],
      ["WHO alice", / 352 bob #tea \S+ \S+ \S+ alice G@ :/],
      ["WHOIS alice", / 317 bob alice 10 /],
      ["USERHOST alice", / 302 bob :alice=-/],
      ["ISON alice", / 303 bob :?alice$/],
      ["MONITOR + alice", / 730 bob :alice!/],
    ] as const
  ) {
    if (line.startsWith("WHOIS")) pass(host, 10);
    bob.send(line);
    assert(bob.take().some((told) => pattern.test(told)), line);
  }
  for (const line of ["INVITE alice #tea", "MODE #tea", "NOTICE $* :all", "KICK #tea alice"]) {
    bob.send(line);
  }
});

Deno.test("DEVICE-2 REPLAY-2 REPLAY-5 who comes back is told what was said meanwhile, and to it alone", async () => {
  const host = new TestNode({ replay: 20 });
  await stayer(host, "alice");
  const [desk, phone, bob] = household(host);
  bob.send("PRIVMSG #tea :seen");
  host.clock.advance(1000);
  for (const peer of [desk, phone]) peer.close();
  host.clock.advance(1000);
  bob.send("PRIVMSG #tea :missed");
  bob.send("PRIVMSG alice :psst");
  const back = host.open();
  back.session.account = "alice";
  for (const line of ["NICK alice", "USER alice 0 * :alice"]) back.send(line);
  const said = back.take().flatMap((line) => / PRIVMSG (\S+ :.*)$/.exec(line)?.[1] ?? []);
  assertEquals(said, ["#tea :[2026-01-01 00:00] missed", "alice :[2026-01-01 00:00] psst"]);
});

Deno.test("DEVICE-9 an operator who is not connected is none", () => {
  const host = new TestNode(GRACE);
  const [desk, phone] = household(host);
  desk.send("OPER root secret");
  assertMatch(phone.take().join(), / MODE alice \+o$/);
  for (const peer of [desk, phone]) peer.close();
  device(host, "alice");
  assertEquals(host.node.state.userByNick("alice")?.isOperator, false);
});

Deno.test("ALWAYS-1 who is always on stays when the last device has gone, even by QUIT", async () => {
  const host = new TestNode();
  await stayer(host, "alice");
  const [desk, phone, bob] = household(host);
  desk.close();
  phone.send("QUIT :bye");
  assertEquals(bob.take(), [`:${ALICE} AWAY :Not connected. Messages are kept.`]);
  pass(host, 3600);
  assertEquals(bob.take(), []);
  device(host, "alice");
  assertEquals(bob.take(), [`:${ALICE} AWAY`]);
});

Deno.test("ALWAYS-1 GRACE-2 who is lost, not back in time and always on is away then", async () => {
  const host = new TestNode(GRACE);
  await stayer(host, "alice");
  const [desk, phone, bob] = household(host);
  for (const peer of [desk, phone]) peer.close();
  pass(host, 29);
  assertEquals(bob.take(), []);
  pass(host, 1);
  assertEquals(bob.take(), [`:${ALICE} AWAY :Not connected. Messages are kept.`]);
});

Deno.test("ALWAYS-1 who has said why is away for that reason", async () => {
  const host = new TestNode();
  await stayer(host, "alice");
  const [desk, phone, bob] = household(host);
  desk.send("AWAY :on holiday");
  phone.close();
  assertEquals(bob.take(), [`:${ALICE} AWAY :on holiday`]);
  desk.close();
  assertEquals(bob.take(), []);
  bob.send("PRIVMSG alice :there?");
  assertEquals(bob.take(), [":chatd.test 301 bob alice :on holiday"]);
});

for (
  const [said, told] of [
    [null, []],
    ["AWAY *", []],
    ["AWAY :bus", ["AWAY :bus"]],
    ["AWAY", ["AWAY"]],
  ] as const
) {
  Deno.test(`DEVICE-7 DEVICE-2 who had no device is as away as before, and others are told once what is new: ${said}`, async () => {
    for (const text of ["lunch", "*"]) {
      const host = new TestNode();
      await stayer(host, "alice");
      const [desk, phone, bob] = household(host);
      phone.close();
      desk.send(`AWAY :${text}`);
      desk.close();
      bob.take();
      const back = host.open();
      back.session.account = "alice";
      back.send("CAP REQ draft/pre-away");
      if (said !== null) back.send(said);
      for (const line of ["NICK alice", "USER alice 0 * :alice"]) back.send(line);
      back.take();
      back.send("CAP END");
      const isBack = said === "AWAY" || said === null && text === "*";
      assertEquals(back.take().some((line) => / 306 /.test(line)), !isBack);
      const lines = isBack ? ["AWAY"] : told;
      assertEquals(bob.take(), lines.map((line) => `:${ALICE} ${line}`));
    }
  });
}

Deno.test("DEVICE-7 DEVICE-8 whose last device has gone without a word is back with one before which somebody sits", async () => {
  const host = new TestNode();
  await stayer(host, "alice");
  const [desk, phone, bob] = household(host);
  for (const peer of [desk, phone]) peer.close();
  assertEquals(bob.take(), [`:${ALICE} AWAY :Not connected. Messages are kept.`]);
  const bot = host.open();
  bot.session.account = "alice";
  bot.send("CAP REQ draft/pre-away");
  bot.send("AWAY *");
  bot.register("alice", ["away-notify"]);
  assertEquals(bob.take(), [`:${ALICE} AWAY :*`]);
  device(host, "alice");
  assertEquals(bob.take(), [`:${ALICE} AWAY`]);
});

Deno.test("ALWAYS-2 the stay ends with the account's choice, and tells how the last device has ended", async () => {
  const ends = [
    (host: TestNode) => host.store.accounts.change("alice", { isAlwaysOn: false }),
    (host: TestNode) => host.store.accounts.drop("alice"),
  ];
  for (const end of ends) {
    const host = new TestNode();
    await stayer(host, "alice");
    const [desk, phone, bob] = household(host);
    phone.close();
    desk.send("QUIT :bye");
    bob.take();
    pass(host, 60);
    assertEquals(bob.take(), []);
    end(host);
    pass(host, 1);
    assertEquals(bob.takeWithoutIds(), [`@chatd/cause=quit :${ALICE} QUIT :Quit: bye`]);
  }
});

Deno.test("ALWAYS-2 KILL and flood end the stay, and always_on = off allows none", async () => {
  const host = new TestNode();
  await stayer(host, "alice");
  const [desk, phone, bob] = household(host);
  phone.close();
  host.node.supervisor.end(desk.session, { kind: "flood" });
  assertEquals(bob.takeWithoutIds(), [`@chatd/cause=killed :${ALICE} QUIT :Excess flood`]);
  const off = new TestNode({ alwaysOn: "off" });
  await stayer(off, "alice");
  const [home, away, other] = household(off);
  home.close();
  away.send("QUIT :bye");
  assertEquals(other.takeWithoutIds(), [`@chatd/cause=quit :${ALICE} QUIT :Quit: bye`]);
});

Deno.test("ALWAYS-3 who has not come for very long has left", async () => {
  const host = new TestNode();
  await stayer(host, "alice");
  const [desk, phone, bob] = household(host);
  for (const peer of [desk, phone]) peer.close();
  bob.take();
  pass(host, ALWAYS_ON_FOR_MS / 1000 - 1);
  assertEquals(bob.take(), []);
  pass(host, 2);
  assertEquals(bob.takeWithoutIds(), [`@chatd/cause=lost :${ALICE} QUIT :Connection lost`]);
});

Deno.test("ALWAYS-1 of two users of one account only one stays", async () => {
  const host = new TestNode(GRACE);
  await stayer(host, "alice");
  const [, , bob] = household(host);
  const late = host.user("late");
  late.send("JOIN #tea");
  host.node.network.submit({
    type: "account",
    user: late.session.user?.id ?? "",
    account: "alice",
    at: host.clock.epoch(),
  });
  bob.take();
  late.close();
  assertMatch(bob.take().join(), / QUIT :Connection lost$/);
});

Deno.test("ALWAYS-1 with opt-out users of accounts stay unless they choose otherwise", async () => {
  const host = new TestNode({ alwaysOn: "opt-out" });
  for (const name of ["alice", "bob"]) await host.store.accounts.register(name, "correct-horse", 0);
  host.store.accounts.change("bob", { isAlwaysOn: false });
  for (const peer of [device(host, "alice"), device(host, "bob"), host.user("carol")]) {
    peer.send("QUIT");
  }
  assertEquals(host.node.state.userByNick("alice")?.absence, "told");
  assertEquals(host.node.state.userByNick("bob"), undefined);
  assertEquals(host.node.state.userByNick("carol"), undefined);
});
