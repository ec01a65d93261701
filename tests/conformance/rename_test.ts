/**
 * RENAME: all that a channel is stays, under another name, for those who know of it and those who do not.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { TestNode, type TestPeer } from "../support/node.ts";

const SOURCE = (nick: string): string => `${nick}!~${nick}@192-0-2-1.cloaked`;

/** What the peer was sent, without its own nick and the texts of numerics and failures. */
function told(peer: TestPeer): string[] {
  return peer.take().map((line) => line.replace(/^(:chatd\.test [A-Z0-9]+ .*?) :.*$/, "$1"));
}

/** A channel of alice's with a topic, a ban, a key and bob in it. */
function channel(node: TestNode, ...capabilities: string[]): [TestPeer, TestPeer] {
  const alice = node.user("alice", ["draft/channel-rename"]);
  const bob = node.user("bob", capabilities);
  alice.send("JOIN #old");
  bob.send("JOIN #old");
  for (const line of ["TOPIC #old :tea", "MODE #old +bkv *!*@evil sesame bob"]) alice.send(line);
  for (const peer of [alice, bob]) peer.take();
  return [alice, bob];
}

Deno.test("RENAME-1 everything stays but the name, and the reason is there even if empty", () => {
  const node = new TestNode();
  const [alice, bob] = channel(node, "draft/channel-rename");
  const questions = ["TOPIC #old", "MODE #old", "MODE #old b", "NAMES #old"];
  const carol = node.user("carol");
  alice.send("INVITE carol #old");
  for (const peer of [alice, bob, carol]) peer.take();
  const ask = (name: string): string[] => {
    for (const question of questions) bob.send(question.replace("#old", name));
    return bob.take().map((line) => line.replaceAll(name, "#old"));
  };
  const before = ask("#old");
  alice.send("RENAME #old #new");
  for (const peer of [alice, bob]) {
    assertEquals(peer.take(), [`:${SOURCE("alice")} RENAME #old #new :`]);
  }
  assertEquals(ask("#new"), before);
  carol.send("JOIN #new");
  assertEquals(carol.take()[0], `:${SOURCE("carol")} JOIN #new`);
  bob.send("TOPIC #old");
  assertEquals(told(bob).at(-1), ":chatd.test 403 bob #old");
});

Deno.test("RENAME-5 the fallback is as a JOIN of one's own: account and name, names only to those who want them", () => {
  const node = new TestNode();
  const [alice, bob] = channel(node, "extended-join", "no-implicit-names");
  alice.send("RENAME #old #new");
  assertEquals(told(bob), [
    `:${SOURCE("bob")} PART #old`,
    `:${SOURCE("bob")} JOIN #new * bob`,
    ":chatd.test 332 bob #new",
    ":chatd.test 333 bob #new alice!~alice@192-0-2-1.cloaked 1767225600",
  ]);
});

Deno.test("RENAME-2 RENAME-5 whoever renames without the capability is told by the fallback, with the label", () => {
  const node = new TestNode();
  const alice = node.user("alice", ["batch", "labeled-response"]);
  alice.send("JOIN #old");
  alice.take();
  alice.send("@label=x RENAME #old #new :why");
  const lines = told(alice);
  assertEquals(
    lines[0],
    "@label=x :chatd.test BATCH +1-1 labeled-response".replace(
      "1-1",
      /\+(\S+)/.exec(lines[0] ?? "")?.[1] ?? "",
    ),
  );
  assertEquals(
    lines.slice(1, -1).map((line) => line.replace(/^@batch=\S+ /, "").replace(/ :.*/, "")),
    [
      `:${SOURCE("alice")} PART #old`,
      `:${SOURCE("alice")} JOIN #new`,
      ":chatd.test 353 alice = #new",
      ":chatd.test 366 alice #new",
    ],
  );
});

Deno.test("RENAME-3 a name that is taken, is none, or is the lobby's", () => {
  const node = new TestNode({ lobby: "#lobby" });
  const alice = node.user("alice", ["draft/channel-rename"]);
  alice.send("JOIN #tea");
  alice.send("JOIN #milk");
  alice.take();
  for (const name of ["#Milk", "#tea", "tea", "#a,b", "#Lobby"]) alice.send(`RENAME #tea ${name}`);
  alice.send("RENAME #tea :#a b");
  assertEquals(told(alice), [
    ":chatd.test FAIL RENAME CHANNEL_NAME_IN_USE #tea #Milk",
    ":chatd.test FAIL RENAME CHANNEL_NAME_IN_USE #tea #tea",
    ":chatd.test FAIL RENAME CANNOT_RENAME #tea tea",
    ":chatd.test FAIL RENAME CANNOT_RENAME #tea #a,b",
    ":chatd.test FAIL RENAME CHANNEL_NAME_IN_USE #tea #Lobby",
    ":chatd.test FAIL RENAME CANNOT_RENAME #tea #a",
  ]);
  const root = node.user("root", ["draft/channel-rename"]);
  root.send("OPER root secret");
  root.take();
  root.send("RENAME #lobby #hall");
  assertEquals(told(root), [":chatd.test FAIL RENAME CANNOT_RENAME #lobby #hall"]);
  for (const peer of [alice, root]) peer.send("PART #lobby");
  alice.take();
  alice.send("RENAME #tea #lobby");
  assertEquals(told(alice), [":chatd.test FAIL RENAME CANNOT_RENAME #tea #lobby"]);
});

Deno.test("RENAME-4 a channel is not renamed twice in a minute", () => {
  const node = new TestNode();
  const [alice] = channel(node);
  node.clock.advance(1000);
  alice.send("RENAME #old #new");
  node.clock.advance(59_999);
  alice.send("RENAME #new #newer");
  assertEquals(told(alice).slice(1), [":chatd.test FAIL RENAME CANNOT_RENAME #new #newer"]);
  node.clock.advance(1);
  alice.send("RENAME #new #newer");
  assertEquals(told(alice), [`:${SOURCE("alice")} RENAME #new #newer :`]);
});

Deno.test("RENAME-6 a change of case is told to those who know RENAME, and to no others", () => {
  const node = new TestNode();
  const [alice, bob] = channel(node);
  alice.send("RENAME #old #OLD");
  alice.send("RENAME #OLD #Old");
  assertEquals(told(alice), [
    `:${SOURCE("alice")} RENAME #old #OLD :`,
    `:${SOURCE("alice")} RENAME #OLD #Old :`,
  ]);
  assertEquals(bob.take(), []);
});

Deno.test("RENAME-1 REDACT-2 what was said before can be taken back under the new name", () => {
  const node = new TestNode();
  const alice = node.user("alice", ["draft/message-redaction", "message-tags"]);
  const bob = node.user("bob", ["draft/message-redaction", "message-tags"]);
  for (const peer of [alice, bob]) peer.send("JOIN #old");
  alice.take();
  bob.send("PRIVMSG #old :oops");
  const id = /msgid=([^; ]+)/.exec(alice.take()[0] ?? "")?.[1];
  alice.send("RENAME #old #new");
  alice.take();
  bob.send(`REDACT #new ${id}`);
  assertEquals(alice.takeWithoutIds(), [`:${SOURCE("bob")} REDACT #new ${id}`]);
});

Deno.test("RENAME-5 each is told the names in the form of its own capabilities", () => {
  const node = new TestNode();
  const peers = [
    node.user("alice", ["multi-prefix"]),
    node.user("bob"),
    node.user("carol", ["userhost-in-names"]),
    node.user("dave"),
  ];
  for (const peer of peers) peer.send("JOIN #old");
  peers[0]?.send("MODE #old +v alice");
  for (const peer of peers) peer.take();
  const names = (name: string): (string | undefined)[] =>
    peers.map((peer) => peer.take().find((line) => / 353 /.test(line))?.replace(name, "#x"));
  for (const peer of peers) peer.send("NAMES #old");
  const asked = names("#old");
  peers[0]?.send("RENAME #old #new");
  assertEquals(names("#new"), asked);
});
