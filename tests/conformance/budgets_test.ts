/**
 * How often one user may do what reaches many, or somebody unasked, without saying anything.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { device } from "../support/devices.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

/** Everything that has a budget: the lines to send, the i-th time, and what the sender is answered when it is over. */
const STIRS: readonly {
  readonly name: string;
  readonly lines: (i: number) => readonly string[];
  readonly refusal: RegExp;
  /** What others receive each time. */
  readonly others: number;
}[] = [
  {
    name: "NICK-6 NICK",
    lines: (i) => [`NICK bob${i}`],
    refusal: /^:\S+ 438 bob4 bob\d :You are doing that too often\. Try again in 10 seconds\.$/,
    others: 1,
  },
  {
    name: "AWAY",
    lines: (i) => [i % 2 === 0 ? "AWAY :lunch" : "AWAY"],
    refusal: /^:\S+ FAIL AWAY RATE_LIMITED 10 :/,
    others: 1,
  },
  {
    name: "SETNAME",
    lines: (i) => [`SETNAME :Bob ${i}`],
    refusal: /^:\S+ FAIL SETNAME RATE_LIMITED 10 :/,
    others: 1,
  },
  {
    name: "TOPIC",
    lines: (i) => [`TOPIC #tea :number ${i}`],
    refusal: /^:\S+ FAIL TOPIC RATE_LIMITED #tea 10 :/,
    others: 1,
  },
  {
    name: "INVITE",
    lines: () => ["INVITE carol #tea"],
    refusal: /^:\S+ FAIL INVITE RATE_LIMITED carol #tea 10 :/,
    others: 1,
  },
  {
    name: "NickServ LOGOUT",
    lines: () => ["login", "NS LOGOUT"],
    refusal: /NickServ!\S+ NOTICE bob :You are doing that too often\. Try again in 10 seconds\./,
    others: 2,
  },
  {
    name: "PART and JOIN",
    lines: () => ["PART #tea", "JOIN #tea"],
    refusal: /^:\S+ 437 bob #tea :You are doing that too often\. Try again in 10 seconds\.$/,
    others: 2,
  },
];
const CAPS = "standard-replies away-notify setname invite-notify account-notify no-implicit-names"
  .split(" ");

/** Alice rules #tea, bob is a member, carol is not. */
function room(floodRate: number): { node: TestNode; alice: TestPeer; bob: TestPeer } {
  const node = new TestNode({ floodRate });
  const [alice, bob] = ["alice", "bob"].map((nick) => node.user(nick, CAPS)) as [
    TestPeer,
    TestPeer,
  ];
  node.user("carol");
  for (const peer of [alice, bob]) peer.send("JOIN #tea");
  alice.send("MODE #tea -t");
  for (const peer of [alice, bob]) peer.take();
  return { node, alice, bob };
}

/** Does what the line says; `login` is to log in without a password. */
function act({ node }: TestNode, peer: TestPeer, line: string): void {
  const { user } = peer.session;
  if (line !== "login") return peer.send(line);
  if (user?.account !== null) return;
  node.network.submit({ type: "account", user: user.id, account: "Bob", at: node.clock.epoch() });
}

for (const { name, lines, refusal, others } of STIRS) {
  Deno.test(`LIMIT-4 ${name}: five at once, then one in ten seconds`, () => {
    const { node, alice, bob } = room(10);
    const all = (i: number): void => lines(i).forEach((line) => act(node, bob, line));
    for (let i = 0; i < 5; i++) all(i);
    assertEquals(alice.take().length, 5 * others);
    bob.take();
    all(5);
    assertEquals(bob.take().filter((line) => refusal.test(line)).length, 1);
    const before = alice.take().length; // a PART is done all the same
    assertEquals(before, others - 1);
    node.clock.advance(10_000);
    all(5);
    assertEquals(bob.take().filter((line) => refusal.test(line)), []);
    assertEquals(alice.take().length, 1);
  });

  Deno.test(`LIMIT-4 ${name}: operators have no such limit, nor has anybody without a rate`, async () => {
    for (const [rate, isOperator] of [[10, true], [0, false]] as const) {
      const { node, alice, bob } = room(rate);
      if (isOperator) await bob.sendAndWait("OPER root secret");
      for (let i = 0; i < 9; i++) for (const line of lines(i)) act(node, bob, line);
      assertEquals(alice.take().length, 9 * others);
      node.clock.advance(1);
    }
  });
}

Deno.test("LIMIT-4 all devices of a user have one budget", async () => {
  const node = new TestNode({ floodRate: 10 });
  await node.store.accounts.register("bob", "correct horse battery", 1);
  const [desk, phone] = [device(node, "bob"), device(node, "bob")];
  for (let i = 0; i < 5; i++) (i % 2 === 0 ? desk : phone).send(`NICK bob${i}`);
  phone.take();
  phone.send("NICK rob");
  assertEquals(phone.take().map((line) => line.split(" ")[1]), ["438"]);
});

Deno.test("LIMIT-4 whoever leaves for long, or comes to many channels, is not held up", () => {
  const { node, bob } = room(10);
  const many = Array.from({ length: 90 }, (_, i) => `#n${i}`).join();
  bob.send(`JOIN ${many}`);
  bob.send(`PART ${many}`);
  node.clock.advance(61_000);
  bob.take();
  bob.send(`JOIN ${many}`);
  assertEquals(bob.take().filter((line) => / 437 /.test(line)), []);
});

Deno.test("NICK-6 what the server or an operator changes is not counted", () => {
  const { node, bob } = room(10);
  const user = bob.session.user?.id ?? "";
  for (let i = 0; i < 9; i++) {
    node.node.network.submit({ type: "nick", user, nick: `guest${i}`, at: node.clock.epoch() });
  }
  bob.take();
  bob.send("NICK bob");
  assertEquals(bob.take().map((line) => line.split(" ")[1]), ["NICK"]);
});

Deno.test("STD-1 STD-2 LIMIT-4 who knows no standard replies is told by 263 which command came too often", () => {
  const node = new TestNode({ floodRate: 10 });
  const bob = node.user("bob");
  for (let i = 0; i < 12; i++) bob.send(i % 2 === 0 ? "AWAY :lunch" : "AWAY");
  assertMatch(bob.take().at(-1) ?? "", /^:chatd\.test 263 bob AWAY :You are doing that too often/);
  for (let i = 0; i < 12; i++) bob.send("PRIVMSG $* :hear me");
  assertMatch(bob.take().at(-1) ?? "", /^:chatd\.test 263 bob PRIVMSG :You are broadcasting too/);
});
