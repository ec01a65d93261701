/**
 * What the tests of history have in common: people in a channel, what they say, and what they are told of it.
 *
 * @module
 */
import { type SETTINGS, TestNode, type TestPeer } from "./node.ts";

/** What a client needs that asks with CHATHISTORY. */
export const READER: readonly string[] = ["draft/chathistory", "batch", "message-tags"];
/** References before and after everything. */
export const FROM = "timestamp=2000-01-01T00:00:00.000Z";
/** @see {@linkcode FROM} */
export const TO = "timestamp=2100-01-01T00:00:00.000Z";

/** A server, with alice, bob and carol in alice's #tea. */
export function company(
  capabilities: readonly string[] = READER,
  settings: Partial<typeof SETTINGS> = {},
): { node: TestNode; alice: TestPeer; bob: TestPeer; carol: TestPeer } {
  const node = new TestNode(settings);
  const [alice, bob, carol] = ["alice", "bob", "carol"].map((nick) => {
    const peer = node.user(nick, capabilities);
    peer.send("JOIN #tea");
    return peer;
  }) as [TestPeer, TestPeer, TestPeer];
  node.clock.advance(1000);
  for (const peer of [alice, bob, carol]) peer.take();
  return { node, alice, bob, carol };
}

/** Says something, a second after what was said before. */
export function say(node: TestNode, speaker: TestPeer, ...lines: readonly string[]): void {
  for (const line of lines) {
    speaker.send(line);
    node.clock.advance(1000);
  }
}

/** The lines of an answer, without tags, sources' hosts and batches' references. */
export function ask(peer: TestPeer, command: string): string[] {
  peer.take();
  peer.send(command);
  return peer.take().map((line) =>
    line.replace(/^@\S+ /, "").replace(/^:(\w+)!\S+ /, "$1 ").replace(/^:chatd\.test /, "")
      .replace(/(BATCH [+-])\S+/, "$1")
  );
}

/** The texts of an answer. */
export function texts(peer: TestPeer, command: string): string[] {
  return ask(peer, command).filter((line) => !/^(BATCH|FAIL)/.test(line))
    .map((line) => line.replace(/^\w+ (?:PRIVMSG|NOTICE) \S+ :?/, ""));
}
