/**
 * MONITOR: what no transcript can show of it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { byteLength, LIMITS } from "../../protocol/mod.ts";
import { TestNode } from "../support/node.ts";

const HOST = "192-0-2-1.cloaked";

Deno.test("MONITOR-3 the list has room for so many, and the others are named", () => {
  const alice = new TestNode().user("alice");
  const limit = LIMITS.MONITOR.value;
  const names = Array.from({ length: limit - 1 }, (_, i) => `n${i}`);
  alice.send(`MONITOR + ${names.slice(0, 60).join(",")}`);
  alice.send(`MONITOR + ${names.slice(60).join(",")}`);
  alice.take();
  alice.send("MONITOR + N1,Last,Over,over,More");
  assertEquals(alice.take(), [
    ":chatd.test 731 alice :Last",
    `:chatd.test 734 alice ${limit} Over,More :Your list has ${limit} nicknames and is full: Over,More is not watched.`,
  ]);
  alice.send("MONITOR + n2");
  assertEquals(alice.take(), []);
});

Deno.test("MONITOR-1 MONITOR-5 MONITOR-6 long lists take as many lines as they need, each of which fits", () => {
  const node = new TestNode();
  const alice = node.user("alice");
  const names = Array.from({ length: 60 }, (_, i) => `a_rather_long_nickname_${i}`);
  for (const name of names.slice(0, 30)) node.user(name);
  for (let i = 0; i < names.length; i += 15) {
    alice.send(`MONITOR + ${names.slice(i, i + 15).join(",")}`);
  }
  const answers = alice.take();
  alice.send("MONITOR S");
  const status = alice.take();
  for (const lines of [answers, status]) {
    for (const line of lines) assert(byteLength(line) <= LIMITS.LINE.value, line);
    const told = (code: string): string[] =>
      lines.filter((line) => line.startsWith(`:chatd.test ${code} alice :`)).flatMap((line) =>
        (line.split(" ")[3] ?? "").replace(/^:/, "").split(",")
      );
    assertEquals(
      told("730"),
      names.slice(0, 30).map((nick) => `${nick}!~${nick.slice(0, 18)}@${HOST}`),
    );
    assertEquals(told("731"), names.slice(30));
  }
  alice.send("MONITOR L");
  const list = alice.take();
  assertEquals(list.pop(), ":chatd.test 733 alice :End of MONITOR list");
  assertEquals(list.flatMap((line) => (line.split(" :")[1] ?? "").split(",")), names);
});

Deno.test("MONITOR-2 what is no nickname is refused like a NICK of that name, one by one, and the others are added", () => {
  for (const capabilities of [[], ["standard-replies"]]) {
    const node = new TestNode();
    const [alice, bob] = [node.user("alice", capabilities), node.user("bob")];
    const wrong = ["*!username@localhost", "#tea", "1st", "a".repeat(LIMITS.NICK.value + 1), "b:b"];
    alice.send(`MONITOR + ${[wrong[0], "bob", ...wrong.slice(1), wrong[0], "carol"].join(",")}`);
    const [online, offline, ...refused] = alice.take();
    assertEquals(online, `:chatd.test 730 alice :bob!~bob@${HOST}`);
    assertEquals(offline, ":chatd.test 731 alice :carol");
    for (const name of wrong) bob.send(`NICK ${name}`);
    const asNick = bob.take().map((line) => line.replace(" 432 bob ", " 432 alice "));
    assertEquals(refused, asNick);
    alice.send("MONITOR L");
    assertEquals(alice.take()[0], ":chatd.test 732 alice :bob,carol");
  }
});

Deno.test("MONITOR-7 every way to come and to go is told, to those who watch and to nobody else", () => {
  const node = new TestNode();
  const [alice, bob] = [node.user("alice"), node.user("bob")];
  alice.send("MONITOR + eve,eva");
  alice.take();
  const eve = node.user("Eve");
  assertEquals(alice.take(), [`:chatd.test 730 * :Eve!~Eve@${HOST}`]);
  eve.send("NICK eva");
  assertEquals(alice.take(), [":chatd.test 731 * :Eve", `:chatd.test 730 * :eva!~Eve@${HOST}`]);
  eve.close();
  assertEquals(alice.take(), [":chatd.test 731 * :eva"]);
  assertEquals(bob.take(), []);
});

Deno.test("MONITOR-7 who shares a channel is told by QUIT first", () => {
  const node = new TestNode();
  const [alice, bob] = [node.user("alice", ["server-time"]), node.user("bob")];
  for (const peer of [alice, bob]) peer.send("JOIN #tea");
  alice.send("MONITOR + bob");
  alice.take();
  node.clock.advance(1000);
  bob.send("QUIT");
  assertEquals(alice.take(), [
    `@time=2026-01-01T00:00:01.000Z :bob!~bob@${HOST} QUIT :Quit: Client quit`,
    "@time=2026-01-01T00:00:01.000Z :chatd.test 731 * :bob",
  ]);
});

Deno.test("MONITOR-8 the list ends with its session", () => {
  const node = new TestNode();
  const alice = node.user("alice");
  alice.send("MONITOR + bob,carol");
  const again = node.user("again");
  again.send("MONITOR + bob");
  assertEquals(node.node.state.watches.size, 2);
  alice.send("QUIT");
  assertEquals(node.node.state.watches.size, 1);
  again.close();
  assertEquals(node.node.state.watches.size, 0);
  node.user("bob");
});

Deno.test("MONITOR-8 SEE-1 who is invisible can be watched by the exact nick", () => {
  const node = new TestNode();
  const [alice, bob] = [node.user("alice"), node.user("bob")];
  bob.send("MODE bob +i");
  alice.send("MONITOR + bob");
  assertEquals(alice.take(), [`:chatd.test 730 alice :bob!~bob@${HOST}`]);
});

Deno.test("MONITOR-9 who watches and shares a channel is told once, and the user itself is not", () => {
  const node = new TestNode();
  const capabilities = ["extended-monitor", "away-notify", "setname"];
  const [alice, bob] = [node.user("alice", capabilities), node.user("bob", capabilities)];
  for (const peer of [alice, bob]) {
    peer.send("JOIN #tea,#milk");
    peer.send("MONITOR + bob");
    peer.take();
  }
  alice.take();
  bob.send("AWAY :out");
  assertEquals(alice.take(), [`:bob!~bob@${HOST} AWAY :out`]);
  assertEquals(bob.take().length, 1);
  bob.send("SETNAME Robert");
  assertEquals(alice.take(), [`:bob!~bob@${HOST} SETNAME :Robert`]);
  assertEquals(bob.take(), [`:bob!~bob@${HOST} SETNAME :Robert`]);
});

Deno.test("MONITOR-9 a login and another host are told to those who watch", () => {
  const host = new TestNode();
  const alice = host.user("alice", ["extended-monitor", "account-notify", "chghost"]);
  const dave = host.user("dave", ["extended-monitor"]);
  const [bob, root] = [host.user("bob"), host.user("root")];
  for (const peer of [alice, dave]) {
    peer.send("MONITOR + bob");
    peer.take();
  }
  const user = bob.session.user?.id ?? "";
  host.node.network.submit({ type: "account", user, account: "Bob", at: host.clock.epoch() });
  assertEquals(alice.take(), [`:bob!~bob@${HOST} ACCOUNT Bob`]);
  root.send("OPER root secret");
  root.send("CHGHOST bob tea.example");
  assertEquals(alice.take(), [`:bob!~bob@${HOST} CHGHOST ~bob tea.example`]);
  assertEquals(dave.take(), []);
  alice.send("WHO bob %nah");
  assertEquals(alice.take()[0], ":chatd.test 354 alice tea.example bob Bob");
});

for (const lacking of ["extended-monitor", "away-notify"]) {
  Deno.test(`MONITOR-9 without ${lacking} nothing is told beside 730 and 731`, () => {
    const node = new TestNode();
    const alice = node.user(
      "alice",
      ["extended-monitor", "away-notify"].filter((name) => name !== lacking),
    );
    const bob = node.user("bob");
    alice.send("MONITOR + bob");
    alice.take();
    bob.send("AWAY :out");
    assertEquals(alice.take(), []);
  });
}

Deno.test("MONITOR-4 REPLY-1 a labelled command without an answer is acknowledged", () => {
  const alice = new TestNode().user("alice", ["labeled-response", "batch"]);
  for (const command of ["MONITOR - bob", "MONITOR C", "MONITOR S"]) {
    alice.send(`@label=x ${command}`);
    assertEquals(alice.take(), ["@label=x :chatd.test ACK"]);
  }
});
