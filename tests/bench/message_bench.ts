/**
 * Parsing and formatting of lines.
 *
 * @module
 */
import { formatMessage, type Message, parseMessage } from "../../protocol/mod.ts";

/** Lines as they come. */
const LINES = {
  PRIVMSG: "PRIVMSG #lobby :the quick brown fox jumps over the lazy dog, and then over the next",
  "relayed PRIVMSG":
    ":alice!~alice@abcdefghijklmnop.cloaked PRIVMSG #lobby :the quick brown fox jumps over it",
  "tagged PRIVMSG":
    "@+draft/reply=abc;label=42;+typing=active PRIVMSG #lobby :the quick brown fox jumps over",
  PING: "PING barrier-1",
};
/** Lines of one run; the group says it, so that figures can be told per line. */
const MANY = 1000;

for (const [name, line] of Object.entries(LINES)) {
  Deno.bench(`parse ${name}`, { group: "1000 lines" }, () => {
    for (let i = 0; i < MANY; i++) parseMessage(line);
  });
}

for (const [name, line] of Object.entries(LINES)) {
  const message = parseMessage(line) as Message;
  Deno.bench(`format ${name}`, { group: "1000 lines" }, () => {
    for (let i = 0; i < MANY; i++) formatMessage(message);
  });
}
