/**
 * Lines on their way out: made and encoded once, then handed out.
 *
 * @module
 */
import { Outgoing, variantOf } from "../../protocol/mod.ts";

const MANY = 1000;
const SOURCE = "alice!~alice@abcdefghijklmnop.cloaked";
const PARAMS = ["#lobby", "the quick brown fox jumps over the lazy dog, and then over the next"];
const TAGS = new Map([["msgid", "k3f9x0a2b-1z"]]);
const TAGGED = variantOf(new Set(["message-tags", "server-time"]));

const options = { group: "1000 lines" };
Deno.bench("encode for a client without capabilities", options, () => {
  for (let i = 0; i < MANY; i++) {
    new Outgoing(SOURCE, "PRIVMSG", PARAMS, { at: i, tags: TAGS }).bytes(0);
  }
});
Deno.bench("encode with time and msgid", options, () => {
  for (let i = 0; i < MANY; i++) {
    new Outgoing(SOURCE, "PRIVMSG", PARAMS, { at: i, tags: TAGS }).bytes(TAGGED);
  }
});
const line = new Outgoing(SOURCE, "PRIVMSG", PARAMS, { at: 0, tags: TAGS });
Deno.bench("hand out what is encoded", options, () => {
  for (let i = 0; i < MANY; i++) line.bytes(i & 1 ? TAGGED : 0);
});
