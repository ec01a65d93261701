/**
 * Long answers: that nobody waits for them, and what becomes of them when things change meanwhile.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { TestNode, type TestPeer } from "../support/node.ts";

/** Makes each look at the clock take so long that every slice is one item, but for the first, which is two. */
function slowly(node: TestNode): void {
  const { clock } = node;
  clock.waiting = [];
  const now = clock.now.bind(clock);
  clock.now = () => {
    clock.advance(5);
    return now();
  };
}

/** Sends a line whose answer takes many turns, and lets so many of them pass. */
async function begin(
  node: TestNode,
  peer: TestPeer,
  line: string,
  turns: number,
): Promise<() => Promise<void>> {
  node.node.loop.begin();
  const pending = peer.handle(line);
  const turn = async (): Promise<void> => {
    node.clock.turn();
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  for (let i = 0; i < turns; i++) await turn();
  return async () => {
    let isDone = false;
    Promise.resolve(pending).then(() => isDone = true);
    while (!isDone) await turn();
  };
}

/** Numeric and the word at this index of each line. */
function shown(lines: readonly string[], index: number): string[] {
  return lines.map((line) => line.split(" ")).map((words) => `${words[1]} ${words[index] ?? ""}`);
}

Deno.test("REPLY-5 a WHO of many lets others speak, and leaves out who has gone", async () => {
  const node = new TestNode();
  const [alice, bob, , dave] = ["alice", "bob", "carol", "dave"].map((nick) => node.user(nick));
  slowly(node);
  const end = await begin(node, alice!, "WHO *", 0);
  assertEquals(shown(alice!.take(), 7), ["352 alice", "352 bob"]);
  bob!.send("PRIVMSG alice :hello");
  dave!.send("QUIT");
  await end();
  assertEquals(shown(alice!.take(), 7), ["PRIVMSG ", "352 carol", "315 list"]);
});

Deno.test("REPLY-5 a WHO of a channel ends where its asker was put out", async () => {
  const node = new TestNode();
  const peers = ["alice", "bob", "carol", "dave", "erin"].map((nick) => node.user(nick));
  for (const peer of peers) peer.send("JOIN #tea");
  const [alice, bob] = peers;
  alice!.send("MODE #tea +s");
  bob!.take();
  slowly(node);
  const end = await begin(node, bob!, "WHO #tea", 0);
  alice!.send("KICK #tea bob");
  await end();
  assertEquals(shown(bob!.take(), 7), ["352 alice", "352 bob", "KICK ", "315 list"]);
});

Deno.test("REPLY-5 a LIST of many shows channels that are made meanwhile, and not those that are gone", async () => {
  const node = new TestNode();
  const [alice, bob] = [node.user("alice"), node.user("bob")];
  bob.send("JOIN #a,#b,#c,#d");
  slowly(node);
  const end = await begin(node, alice, "LIST", 0);
  bob.send("PART #c");
  bob.send("JOIN #e");
  await end();
  assertEquals(shown(alice.take(), 3), [
    "321 Channel",
    "322 #a",
    "322 #b",
    "322 #d",
    "322 #e",
    "323 :End",
  ]);
});

Deno.test("REPLY-5 an answer to somebody who has gone meanwhile ends", async () => {
  const node = new TestNode();
  const [alice, bob] = [node.user("alice"), node.user("bob")];
  bob.send("JOIN #a,#b,#c");
  slowly(node);
  const end = await begin(node, alice, "LIST", 0);
  alice.close();
  await end();
  assertEquals(shown(alice.take(), 3), [
    "321 Channel",
    "322 #a",
    "322 #b",
    ":Closing (~alice@192-0-2-1.cloaked)",
  ]);
});

Deno.test("REPLY-5 JOIN 0 leaves no channel from which one was put out meanwhile", async () => {
  const node = new TestNode();
  const [alice, bob] = [node.user("alice"), node.user("bob")];
  for (const peer of [alice, bob]) peer.send("JOIN #a,#b,#c,#d");
  bob.take();
  slowly(node);
  const end = await begin(node, bob, "JOIN 0", 0);
  alice.send("KICK #c bob");
  await end();
  assertEquals(shown(bob.take(), 2), ["PART #a", "PART #b", "KICK #c", "PART #d"]);
  assertEquals(node.node.state.userByNick("bob")?.channels.size, 0);
});
