/**
 * ACCEPT: the rules that are of time and limits.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { LIMITS } from "../../protocol/mod.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

/** The numerics and verbs that the peer was sent. */
function told(peer: TestPeer): string[] {
  return peer.take().map((line) => line.replace(/^(@\S+ )?:\S+ (\S+).*$/, "$2"));
}

Deno.test("ACCEPT-2 a user is told once a minute of those who are not expected", () => {
  const node = new TestNode();
  const [alice, bob, carol] = ["alice", "bob", "carol"].map((nick) =>
    node.user(nick, ["message-tags"])
  ) as [TestPeer, TestPeer, TestPeer];
  alice.send("MODE alice +g");
  alice.take();
  bob.send("@+typing=active TAGMSG alice");
  assertEquals([told(bob), told(alice)], [[], []]);
  bob.send("NOTICE alice :hi");
  assertEquals([told(bob), told(alice)], [[], ["718"]]);
  node.clock.advance(59_999);
  carol.send("PRIVMSG alice :hi");
  assertEquals([told(carol), told(alice)], [["716"], []]);
  node.clock.advance(1);
  carol.send("PRIVMSG alice :hi");
  assertEquals([told(carol), told(alice)], [["716", "717"], ["718"]]);
});

Deno.test("ACCEPT-3 456 beyond the limit, and who has left makes room", () => {
  const node = new TestNode();
  const alice = node.user("alice");
  const peers = Array.from({ length: LIMITS.ACCEPT.value + 1 }, (_, i) => node.user(`n${i}`));
  for (const i of peers.keys()) alice.send(`ACCEPT n${i}`);
  assertEquals(told(alice), ["456"]);
  alice.send("ACCEPT");
  const nicks = alice.take().filter((line) => / 281 /.test(line))
    .flatMap((line) => line.slice(line.lastIndexOf(":") + 1).split(" "));
  assertEquals(nicks.length, LIMITS.ACCEPT.value);
  peers[0]?.send("QUIT");
  alice.send(`ACCEPT n${LIMITS.ACCEPT.value}`);
  assertEquals(told(alice), []);
});
