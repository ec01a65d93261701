/**
 * Client-only tags: every value passes as it came, and what the settings block does not.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatTags, isTagDenied, type Message, parseMessage } from "../../protocol/mod.ts";
import { TestNode } from "../support/node.ts";

function tagsOf(line: string | undefined): Record<string, string> {
  const { tags } = parseMessage(line ?? "") as Message;
  return Object.fromEntries(tags ?? []);
}

Deno.test("CTAG-1 the value of a tag has no restrictions, and comes as it was sent", () => {
  const node = new TestNode();
  const alice = node.user("alice", ["message-tags"]);
  const bob = node.user("bob", ["message-tags"]);
  const value = fc.string({ unit: fc.constantFrom(..."ab;: \\=,+é👋\u200d") });
  const name = fc.constantFrom("typing", "reply", "draft/react", "draft/unreact", "x.org/y");
  const verb = fc.constantFrom("TAGMSG bob", "PRIVMSG bob :hi", "NOTICE bob :hi");
  fc.assert(fc.property(name, value, verb, (name, value, verb) => {
    alice.send(`@${formatTags(new Map([[`+${name}`, value]]))} ${verb}`);
    const { msgid, ...others } = tagsOf(bob.take()[0]);
    assert(msgid !== undefined);
    assertEquals(others, { [`+${name}`]: value });
  }));
});

/** The values that the specification gives as examples, and what they do to three tags. */
const DENIALS: readonly (readonly [string, readonly string[]])[] = [
  ["", ["+foo", "+example/bar", "+typing"]],
  ["*", []],
  ["*,-foo,-example/bar", ["+foo", "+example/bar"]],
  ["foo,example/bar", ["+typing"]],
  ["*,-typing", ["+typing"]],
];

for (const [deny, passing] of DENIALS) {
  Deno.test(`CTAG-2 CLIENTTAGDENY=${deny} lets ${passing.join(" ") || "nothing"} pass`, () => {
    const node = new TestNode({ clientTagDeny: deny });
    const bob = node.open();
    bob.send("CAP REQ message-tags");
    bob.send("NICK bob");
    bob.send("USER bob 0 * :bob");
    bob.send("CAP END");
    const tokens = bob.take().filter((line) => / 005 /.test(line)).join(" ").split(" ");
    const told = tokens.filter((token) => token.startsWith("CLIENTTAGDENY"));
    assertEquals(told, deny === "" ? [] : [`CLIENTTAGDENY=${deny}`]);
    const alice = node.user("alice", ["message-tags"]);
    alice.send("@+foo=1;+example/bar=2;+typing=active PRIVMSG bob :hi");
    const { msgid: _, ...tags } = tagsOf(bob.take()[0]);
    assertEquals(Object.keys(tags), passing);
    assertEquals(alice.take(), []);
    assertEquals(isTagDenied(deny, "+foo"), !passing.includes("+foo"));
  });
}
