/**
 * One person with many devices: who sees what.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { LIMITS } from "../../protocol/mod.ts";
import { ALICE, device, HOST, household } from "../support/devices.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

Deno.test("DEVICE-1 DEVICE-2 a session of an account whose user is here is told where it is, and nobody else is told", () => {
  const host = new TestNode();
  const desk = device(host, "alice");
  desk.send("MODE alice +B");
  desk.send("JOIN #tea,#milk");
  desk.send("TOPIC #tea :hot");
  const bob = host.user("bob", ["away-notify"]);
  bob.send("JOIN #tea");
  for (const peer of [desk, bob]) peer.take();
  const phone = host.open("192.0.2.7");
  phone.session.account = "alice";
  phone.send("CAP REQ :extended-join");
  phone.send("NICK bob");
  phone.send("USER other 0 * :Somebody else");
  phone.send("CAP END");
  const lines = phone.take();
  assertMatch(lines[1] ?? "", new RegExp(`^:chatd.test 001 alice :.*${ALICE}`));
  const end = lines.findIndex((line) => line.startsWith(":chatd.test 422 "));
  assertEquals(lines.slice(end + 1).map((line) => line.replace(/ :(You have|End of).*/, "")), [
    ":chatd.test 221 alice +B",
    `:${ALICE} JOIN #tea alice alice`,
    ":chatd.test 332 alice #tea :hot",
    `:chatd.test 333 alice #tea ${ALICE} ${Date.UTC(2026, 0, 1) / 1000}`,
    ":chatd.test 353 alice = #tea :@alice bob",
    ":chatd.test 366 alice #tea",
    `:${ALICE} JOIN #milk alice alice`,
    ":chatd.test 353 alice = #milk :@alice",
    ":chatd.test 366 alice #milk",
  ]);
  for (const peer of [desk, bob]) assertEquals(peer.take(), []);
  assertEquals(host.node.state.users.size, 2);
});

Deno.test("DEVICE-1 a nick in use is refused to who negotiates only at the end, and not to who has logged in", () => {
  const host = new TestNode();
  device(host, "alice");
  const [phone, thief] = [host.open(), host.open()];
  for (const peer of [phone, thief]) {
    peer.send("CAP LS 302");
    peer.take();
    peer.send("NICK alice");
    peer.send("USER alice 0 * :alice");
    assertEquals(peer.take(), []);
  }
  phone.session.account = "ALICE";
  for (const peer of [phone, thief]) peer.send("CAP END");
  assertMatch(phone.take()[0] ?? "", / 001 alice /);
  assertMatch(thief.take().join(), /^:chatd\.test 433 \* alice :[^:]*$/);
});

Deno.test("DEVICE-1 of two users of an account the one with its nick is the one", () => {
  const host = new TestNode();
  const late = host.user("guest");
  host.node.network.submit({
    type: "account",
    user: late.session.user?.id ?? "",
    account: "alice",
    at: host.clock.epoch(),
  });
  const second = device(host, "alice", { nick: "alice" });
  assertEquals(second.session.user, late.session.user);
  late.send("NICK other");
  const own = host.user("alice");
  host.node.network.submit({
    type: "account",
    user: own.session.user?.id ?? "",
    account: "Alice",
    at: host.clock.epoch(),
  });
  assertEquals(device(host, "alice").session.user, own.session.user);
});

Deno.test("DEVICE-3 a device too many is refused, and the others stay", () => {
  const host = new TestNode();
  const devices = Array.from({ length: LIMITS.SESSIONS.value }, () => device(host, "alice"));
  const last = host.open();
  last.session.account = "alice";
  last.send("NICK alice");
  last.send("USER alice 0 * :alice");
  assertMatch(last.take().join(), /^ERROR :You are connected 16 times already/);
  assert(last.closed);
  last.close();
  assertEquals(devices.filter(({ closed }) => closed), []);
});

Deno.test("DEVICE-2 what would fill the queue of a device is left out: the names", () => {
  const host = new TestNode({ sendqBytes: 8192 });
  const desk = device(host, "alice");
  desk.send("JOIN #tea,#milk");
  const phone = host.open();
  phone.session.account = "alice";
  phone.link.waitingBytes = 7000;
  phone.send("NICK alice");
  phone.send("USER alice 0 * :alice");
  const told = phone.take().filter((line) => / JOIN | 353 | 366 /.test(line));
  assertEquals(told, [`:${ALICE} JOIN #tea`, `:${ALICE} JOIN #milk`]);
});

Deno.test("DEVICE-3 CAST-3 more devices are not more leave to speak to everybody, or to change metadata", () => {
  const refusals = (devices: 1 | 2, line: string): number => {
    const [desk, phone] = household(new TestNode({ floodRate: 10 }), ["standard-replies"]);
    for (let i = 0; i < 50; i++) {
      (i % devices === 0 ? desk : phone).send(`${line} ${i}`);
    }
    const told = [...desk.take(), ...phone.take()];
    return told.filter((line) => / FAIL PRIVMSG RATE_LIMITED | 775 /.test(line)).length;
  };
  for (const line of ["PRIVMSG $* :hear me", "METADATA * SET colour :red"]) {
    assert(refusals(1, line) > 0);
    assertEquals(refusals(2, line), refusals(1, line));
  }
});

Deno.test("DEVICE-4 what one device says the others receive, with the same msgid and time, echo-message or not", () => {
  const host = new TestNode();
  const [desk, phone, bob] = household(host, ["message-tags", "server-time"], [
    "message-tags",
    "server-time",
  ]);
  for (const target of ["#tea", "bob"]) {
    desk.send(`@+mood=glad PRIVMSG ${target} :hi`);
    const [line = ""] = bob.take();
    assertMatch(
      line,
      /^@time=\S+;account=alice;msgid=\S+;\+mood=glad |^@time=\S+;msgid=\S+;\+mood=glad /,
    );
    assertEquals(phone.take(), [line]);
    assertEquals(desk.take(), []);
  }
  bob.send("PRIVMSG alice :hello");
  const [line = ""] = desk.take();
  assertMatch(line, / PRIVMSG alice :hello$/);
  assertEquals(phone.take(), [line]);
  desk.send("PRIVMSG alice :note to myself");
  assertEquals([desk.take().length, phone.take().length], [1, 1]);
});

Deno.test("DEVICE-4 a label is for the device that has asked", () => {
  const caps = ["batch", "labeled-response", "echo-message", "message-tags"];
  const host = new TestNode();
  const [desk, phone] = household(host, caps);
  desk.send("@label=x PRIVMSG #tea :hi");
  assertMatch(desk.take().join(), /^@(?:\S*;)?label=x\S* \S+ PRIVMSG #tea :hi$/);
  assertMatch(phone.take().join(), /^@(?!\S*label)\S+ \S+ PRIVMSG #tea :hi$/);
  desk.send("@label=y JOIN #milk");
  assert(phone.take().every((line) => !line.includes("label=") && !line.includes("batch=")));
  desk.send("@label=z PRIVMSG alice :note");
  assertEquals(phone.take().length, 1);
  assertEquals(desk.take().filter((line) => line.includes("PRIVMSG alice")).length, 2);
});

Deno.test("DEVICE-5 what happens to the user every device is told, and answers only the one that asks", () => {
  const host = new TestNode();
  const [desk, phone, bob] = household(host, ["setname"]);
  const each = (line: string): string[] => {
    desk.send(line);
    const told = desk.take();
    assertEquals(phone.take(), told, line);
    return told;
  };
  assertEquals(each("JOIN #milk").map((line) => line.split(" ")[1]), ["JOIN", "353", "366"]);
  each("TOPIC #milk :fresh");
  each("MODE #milk +i");
  each("MODE alice +i");
  each("SETNAME :Alice L.");
  assertEquals(each("PART #milk :enough").length, 1);
  each("NICK alicia");
  bob.send("JOIN #cake");
  bob.send("INVITE alicia #cake");
  assertEquals(desk.take().length, 1);
  assertEquals(phone.take().length, 1);
  desk.send("JOIN #cake");
  bob.send("KICK #cake alicia :no");
  assertEquals(phone.take().at(-1), desk.take().at(-1));
  for (const line of ["WHOIS bob", "NAMES #tea", "WHO #tea", "LUSERS", "MODE #tea", "JOIN #tea"]) {
    desk.send(line);
    assertEquals(phone.take(), [], line);
  }
});

Deno.test("DEVICE-5 METADATA of one device reaches the others that have subscribed", () => {
  const host = new TestNode();
  const [desk, phone] = household(host, ["draft/metadata-3"]);
  for (const peer of [desk, phone]) peer.send("METADATA * SUB colour");
  phone.take();
  desk.send("METADATA * SET colour :red");
  assertEquals(phone.take(), [":chatd.test 761 * alice colour * :red"]);
});

Deno.test("DEVICE-2 what a device tells of itself before it is one counts for the user, within its limits", () => {
  const host = new TestNode();
  const desk = device(host, "alice", { caps: ["draft/metadata-3"] });
  const { value: most } = LIMITS.METADATA_KEYS;
  for (let i = 1; i < most; i++) desk.send(`METADATA * SET key${i} :x`);
  desk.take();
  const phone = host.open();
  phone.session.account = "alice";
  phone.send("CAP REQ :draft/metadata-3");
  for (const key of ["one", "two"]) phone.send(`METADATA * SET ${key} :x`);
  phone.send("NICK alice");
  phone.send("USER alice 0 * :alice");
  phone.send("CAP END");
  assertEquals(desk.session.user?.metadata.size, most);
  assertEquals(desk.session.user?.metadata.get("one"), "x");
});

Deno.test("DEVICE-5 MARK-3 how far one device has read the others are told, later ones too", () => {
  const host = new TestNode();
  const [desk, phone, bob] = household(host, ["draft/read-marker"]);
  desk.send("MARKREAD #tea timestamp=2026-01-01T00:00:00.000Z");
  const [line = ""] = phone.take();
  assertMatch(line, /^:chatd\.test MARKREAD #tea timestamp=2026-01-01T00:00:00\.000Z$/);
  assertEquals(desk.take(), [line]);
  assertEquals(bob.take(), []);
  const tablet = host.open();
  tablet.session.account = "alice";
  for (const each of ["CAP REQ draft/read-marker", "NICK x", "USER x 0 * :x", "CAP END"]) {
    tablet.send(each);
  }
  assert(tablet.take().includes(line));
});

Deno.test("DEVICE-6 the end of one device of several is told to nobody", () => {
  const ends = [
    (peer: TestPeer) => peer.send("QUIT :bye"),
    (peer: TestPeer) => peer.close(),
    (peer: TestPeer, host: TestNode) => host.node.supervisor.end(peer.session, { kind: "flood" }),
  ];
  for (const end of ends) {
    const host = new TestNode();
    const [desk, phone, bob] = household(host);
    end(phone, host);
    assertEquals(desk.take(), []);
    assertEquals(bob.take(), []);
    assert(phone.closed || phone.take().at(-1)?.startsWith("ERROR "));
    assertEquals(host.node.state.userByNick("alice")?.sessions.size, 1);
    desk.send("QUIT :good night");
    assertEquals(bob.takeWithoutIds(), [`@chatd/cause=quit :${ALICE} QUIT :Quit: good night`]);
  }
});

Deno.test("DEVICE-6 KILL ends every device, and is told once", () => {
  const host = new TestNode();
  const [desk, phone, bob] = household(host);
  bob.send("OPER root secret");
  bob.take();
  bob.send("KILL alice :enough");
  for (const peer of [desk, phone]) {
    assertEquals(peer.take().map((line) => line.replace(/^:\S+ /, "").split(" ")[0]), [
      "KILL",
      "ERROR",
    ]);
    assert(peer.closed);
  }
  const quits = bob.takeWithoutIds().filter((line) => line.includes(" QUIT "));
  assertEquals(quits, [`@chatd/cause=killed :${ALICE} QUIT :Killed (bob (enough))`]);
});

Deno.test("DEVICE-6 a ban of an address ends the device that is there; a mask of what is shown ends all", () => {
  const host = new TestNode();
  const desk = device(host, "alice", { address: "192.0.2.1" });
  const phone = device(host, "alice", { address: "198.51.100.9" });
  const root = host.open("203.0.113.1").register("root");
  root.send("OPER root secret");
  root.send("DLINE 198.51.100.0/24");
  assert(phone.closed && !desk.closed);
  root.send("DLINE 192.0.2.77");
  assert(!desk.closed);
  root.send("UNDLINE 198.51.100.0/24");
  const second = device(host, "alice", { address: "198.51.100.9" });
  root.send(`KLINE *@${HOST}`);
  assert(desk.closed && second.closed);
  assertEquals(host.node.state.userByNick("alice"), undefined);
});

Deno.test("DEVICE-6 LUSERS-1 users are counted once, connections each", () => {
  const host = new TestNode();
  const [, , bob] = household(host);
  bob.send("LUSERS");
  const told = bob.take().map((line) => line.replace(/^\S+ (\d+) bob /, "$1 "));
  assertEquals(told[0], "251 :There are 2 users and 0 invisible on 1 servers");
  assertMatch(told.find((line) => line.startsWith("255 ")) ?? "", /I have 3 clients/);
});

Deno.test("WHOIS-5 from how many places somebody is connected is for that one and for operators", () => {
  const host = new TestNode();
  const desk = device(host, "alice");
  device(host, "alice", { address: "198.51.100.9" });
  const bob = host.user("bob");
  const told = (peer: TestPeer): string[] => {
    peer.take();
    peer.send("WHOIS alice");
    return peer.take().flatMap((line) => / (3(?:38|20) \S+ alice .*)/.exec(line)?.[1] ?? []);
  };
  assertEquals(told(bob), []);
  const own = told(desk);
  assertEquals(own.map((line) => line.split(" ")[4]), ["192.0.2.1", "198.51.100.9", "connected"]);
  assertMatch(own.at(-1) ?? "", /is connected with 2 devices$/);
  bob.send("OPER root secret");
  assertEquals(told(bob).length, 3);
});

Deno.test("DEVICE-7 a person is away while all devices are, and only the one that says so is answered", () => {
  const host = new TestNode();
  const [desk, phone, bob] = household(host);
  const steps: readonly (readonly [TestPeer, string, string | null])[] = [
    [desk, "AWAY :lunch", null],
    [phone, "AWAY :bus", "AWAY :bus"],
    [desk, "AWAY :long lunch", "AWAY :long lunch"],
    [desk, "AWAY :long lunch", null],
    [phone, "AWAY", "AWAY"],
    [phone, "AWAY", null],
    [phone, "AWAY :long lunch", "AWAY :long lunch"],
    [desk, "AWAY", "AWAY"],
    [desk, "AWAY :lunch", "AWAY :lunch"],
  ];
  for (const [peer, line, told] of steps) {
    peer.send(line);
    assertMatch(peer.take().join(), line === "AWAY" ? / 305 alice :[^:]*$/ : / 306 alice :[^:]*$/);
    assertEquals([desk.take(), phone.take()], [[], []]);
    assertEquals(bob.take(), told === null ? [] : [`:${ALICE} ${told}`], line);
  }
  bob.send("PRIVMSG alice :there?");
  assertMatch(bob.take().join(), / 301 bob alice :lunch$/);
});

Deno.test("DEVICE-7 a device that comes is not away, one that goes is not counted, and what is left is told", () => {
  const host = new TestNode();
  const [desk, phone, bob] = household(host);
  desk.send("AWAY :lunch");
  phone.send("AWAY :bus");
  assertEquals(bob.take(), [`:${ALICE} AWAY :bus`]);
  phone.send("QUIT");
  assertEquals(bob.take(), [`:${ALICE} AWAY :lunch`]);
  const tablet = device(host, "alice");
  assertEquals(bob.take(), [`:${ALICE} AWAY`]);
  assert(!tablet.take().some((line) => / 306 /.test(line)));
  tablet.close();
  assertEquals(bob.take(), [`:${ALICE} AWAY :lunch`]);
  bob.send("WHO alice");
  assertMatch(bob.take()[0] ?? "", / alice G@ /);
});

Deno.test("DEVICE-7 AWAY-4 a device before which nobody sits counts only where nobody sits before any", () => {
  const host = new TestNode();
  const [desk, phone, bob] = household(host, ["draft/pre-away"]);
  phone.send("AWAY *");
  assertEquals(bob.take(), []);
  desk.send("AWAY *");
  assertEquals(bob.take(), [`:${ALICE} AWAY :*`]);
  const third = device(host, "alice");
  assertEquals(bob.take(), [`:${ALICE} AWAY`]);
  third.send("AWAY :lunch");
  bob.take();
  desk.send("AWAY *");
  assertEquals(bob.take(), []);
  third.send("AWAY");
  assertEquals(bob.take(), [`:${ALICE} AWAY`]);
  third.send("QUIT");
  assertEquals(bob.take(), [`:${ALICE} AWAY :*`]);
});

Deno.test("DEVICE-7 what a device says before it is one counts as what it says later", () => {
  const host = new TestNode();
  const [desk, , bob] = household(host);
  const bot = host.open();
  bot.session.account = "alice";
  bot.send("CAP REQ :draft/pre-away");
  bot.send("AWAY *");
  bot.send("NICK alice");
  bot.send("USER alice 0 * :alice");
  bot.send("CAP END");
  assertEquals(bob.take(), []);
  desk.send("AWAY");
  assertEquals(bob.take(), []);
});
