/**
 * CTCP, DCC and formatting: what no transcript can show of them.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { TestNode } from "../support/node.ts";

/** Any control character but NUL, CR and LF, and what formats with it. */
const TEXT = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 1, max: 0x20 }).filter((code) => code !== 10 && code !== 13)
      .map((code) => String.fromCharCode(code)),
    fc.constantFrom(..."0123456789,:abc é\x7f\x9b"),
  ),
  minLength: 1,
  maxLength: 60,
});

Deno.test("CTCP-1 CTCP-3 every control character passes as it came, in every text that others see", () => {
  const commands = (text: string): [line: string, command: string, params: readonly string[]][] => [
    [`PRIVMSG bob :${text}`, "PRIVMSG", ["bob"]],
    [`NOTICE #tea :${text}`, "NOTICE", ["#tea"]],
    [`TOPIC #tea :${text}`, "TOPIC", ["#tea"]],
    [`AWAY :${text}`, "AWAY", []],
    [`SETNAME :${text}`, "SETNAME", []],
    [`KICK #tea alice :${text}`, "KICK", ["#tea", "alice"]],
    ["JOIN #tea", "JOIN", []], // back, for the last one
    [`PART #tea :${text}`, "PART", ["#tea"]],
  ];
  fc.assert(
    fc.property(TEXT, (text) => {
      const node = new TestNode();
      const alice = node.user("alice", ["setname"]);
      const bob = node.user("bob", ["setname", "away-notify"]);
      for (const peer of [alice, bob]) peer.send("JOIN #tea");
      bob.take();
      for (const [line, command, params] of commands(text)) {
        alice.send(line);
        const told = bob.take();
        if (command === "JOIN") continue;
        const words = [command, ...params, `:${text}`].join(" ");
        assertEquals(told, [`:${alice.session.user?.source} ${words}`]);
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("CTCP-1 the server answers no CTCP of its own", () => {
  const alice = new TestNode().user("alice");
  for (const query of ["VERSION", "PING 1", "TIME", "CLIENTINFO"]) {
    alice.send(`PRIVMSG alice :\x01${query}\x01`);
    assertEquals(alice.take(), [
      `:${alice.session.user?.source} PRIVMSG alice :\x01${query}\x01`,
    ]);
  }
});
