/**
 * LIST: conditions, what they may not tell, and lists that are too long.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../protocol/mod.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const MINUTE = 60_000;

/** The channels that a LIST shows, with their sizes. */
function listed(peer: TestPeer, query: string): string {
  peer.take();
  peer.send(`LIST ${query}`);
  const lines = peer.take();
  assert(lines[0]?.includes(" 321 ") && lines.at(-1)?.includes(" 323 "), lines.join("\n"));
  return lines.slice(1, -1).map((line) => line.split(" ").slice(3, 5).join(" ")).join(", ");
}

/** Three channels: #old of three with an old topic, #new of two, #Other of one with a new topic. */
function place(): TestPeer {
  const node = new TestNode();
  const [alice, bob, carol] = ["alice", "bob", "carol"].map((nick) => node.user(nick)) as [
    TestPeer,
    TestPeer,
    TestPeer,
  ];
  for (const peer of [alice, bob, carol]) peer.send("JOIN #old");
  alice.send("TOPIC #old :antique");
  node.clock.advance(60 * MINUTE);
  for (const peer of [alice, bob]) peer.send("JOIN #new");
  carol.send("JOIN #Other");
  carol.send("TOPIC #Other :fresh");
  node.clock.advance(5 * MINUTE);
  return carol;
}

const QUERIES: readonly (readonly [query: string, channels: string])[] = [
  ["", "#old 3, #new 2, #Other 1"],
  [">1", "#old 3, #new 2"],
  ["<2", "#Other 1"],
  [">1,<3", "#new 2"],
  [">2", "#old 3"],
  [">3", ""],
  ["C>60", "#old 3"],
  ["C<60", "#new 2, #Other 1"],
  ["c<60", "#new 2, #Other 1"],
  ["C<5", ""],
  ["C>5", "#old 3"],
  ["C<6", "#new 2, #Other 1"],
  ["T<60", "#Other 1"],
  ["T>60", "#old 3"],
  ["t>0", "#old 3, #Other 1"],
  ["#o*", "#old 3, #Other 1"],
  ["#O??", "#old 3"],
  ["#n*,#old", "#old 3, #new 2"],
  ["!#o*", "#new 2"],
  ["!#old,!#new", "#Other 1"],
  ["#o*,>1", "#old 3"],
  ["#new,#other,>1", "#new 2"],
  ["#new,#other >1", "#new 2"],
  ["* C<60", "#new 2, #Other 1"],
  ["#other,#OTHER", "#Other 1"],
  ["#none", ""],
  ["nonsense", ""],
  ["C=5", ""],
  [">x", ""],
  ["> chatd.test", ""],
  ["#new chatd.test", "#new 2"],
];

for (const [query, channels] of QUERIES) {
  Deno.test(`LIST-2 LIST-3 LIST ${query}`, () => assertEquals(listed(place(), query), channels));
}

Deno.test("LIST-1 LIST-3 SEE-1 conditions say nothing of what is hidden", () => {
  const node = new TestNode();
  const [alice, eve, bob] = [node.user("alice"), node.user("eve"), node.user("bob")];
  for (const peer of [alice, eve]) peer.send("JOIN #tea,#secret");
  alice.send("MODE #secret +s");
  eve.send("MODE eve +i");
  assertEquals(listed(bob, ">1"), "");
  assertEquals(listed(bob, "<2"), "#tea 1");
  assertEquals(listed(bob, "#s*,C<1"), "");
  assertEquals(listed(bob, "#secret"), "");
  assertEquals(listed(alice, ">1"), "#tea 2, #secret 2");
  bob.send("OPER root secret");
  assertEquals(listed(bob, ">1"), "#tea 2, #secret 2");
});

Deno.test("LIST-4 so many masks and conditions, and the rest is named and left out", () => {
  const alice = place();
  const most = LIMITS.LIST_CONDITIONS.value;
  const conditions = Array.from({ length: most }, (_, i) => `<${100 + i}`);
  assertEquals(listed(alice, conditions.join(",")), "#old 3, #new 2, #Other 1");
  alice.send(`LIST ${conditions.join(",")},>2,>3`);
  const lines = alice.take();
  assertEquals(lines.length, 6);
  assert(lines[4]?.startsWith(":chatd.test 407 carol >2 :"), lines[4]);
});

Deno.test("LIST-5 REPLY-4 a list that would fill the send queue ends early, and says so", () => {
  const node = new TestNode({ sendqBytes: 8192 });
  const alice = node.user("alice");
  alice.send(`JOIN ${Array.from({ length: 50 }, (_, i) => `#room${i}`).join(",")}`);
  for (let i = 0; i < 50; i++) alice.send(`TOPIC #room${i} :${"long ".repeat(40)}`);
  const bob = node.user("bob", ["labeled-response", "batch"]);
  bob.send("@label=1 LIST");
  const lines = bob.take().map((line) => line.replace(/^@\S+ /, ""));
  assertEquals(lines.slice(-3).map((line) => line.split(" ")[1]), [
    "416",
    "323",
    lines.at(-1)?.split(" ")[1],
  ]);
  assert(lines.join("\r\n").length < 8192);
  bob.link.waitingBytes = 7000;
  bob.send("LIST");
  assertEquals(bob.take().map((line) => line.split(" ")[1]), ["321", "416", "323"]);
});
