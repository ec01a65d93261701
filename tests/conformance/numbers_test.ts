/**
 * Numbers and times from outside: what is none is refused as the command refuses, and never means another number.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { TestNode } from "../support/node.ts";

/** What some programs take for a number that nobody meant. */
const NO_NUMBERS = ["0x1", "1e0", "+1", "1.0.0", "1x", "１"];

/** Commands with a number in them, and what is answered where it is none. */
const COMMANDS: readonly (readonly [string, (text: string) => string, RegExp])[] = [
  ["MODE l", (text) => `MODE #tea +l ${text}`, / 696 alice #tea l /],
  ["MODE H", (text) => `MODE #tea +H ${text}:1d`, / 696 alice #tea H /],
  ["MODE H, its duration", (text) => `MODE #tea +H 5:${text}d`, / 696 alice #tea H /],
  ["KLINE", (text) => `KLINE ${text}h a@b :x`, / FAIL KLINE INVALID_MASK /],
  [
    "CHATHISTORY",
    (text) => `CHATHISTORY LATEST #tea * ${text}`,
    / FAIL CHATHISTORY INVALID_PARAMS /,
  ],
  ["LIST", (text) => `LIST <9${text}`, / 321 .*\n.* 323 /],
  ["*playback", (text) => `PRIVMSG *playback :PLAY * ${text}`, /:\*playback!\S+ PRIVMSG alice :/],
  [
    "CHATHISTORY, an instant",
    (text) => `CHATHISTORY AFTER #tea timestamp=2026-01-01T00:00:${text}.000Z 5`,
    / FAIL CHATHISTORY INVALID_PARAMS /,
  ],
  [
    "MARKREAD",
    (text) => `MARKREAD #tea timestamp=2026-01-${text}T00:00:00.000Z`,
    / FAIL MARKREAD INVALID_PARAMS /,
  ],
];

for (const [name, line, refusal] of COMMANDS) {
  Deno.test(`NUM-1 NUM-2 ${name} takes decimal digits alone`, async () => {
    const node = new TestNode();
    const caps = "draft/chathistory batch draft/read-marker znc.in/playback standard-replies";
    const alice = node.user("alice", caps.split(" "));
    await alice.sendAndWait("OPER root secret");
    alice.send("JOIN #tea");
    for (const text of NO_NUMBERS) {
      alice.take();
      await alice.sendAndWait(line(text));
      const answer = alice.take().join("\n");
      assertEquals(refusal.test(answer), true, `${line(text)} -> ${answer}`);
    }
    assertEquals(node.node.state.channelByName("#tea")?.limit, null);
  });
}

Deno.test("NUM-1 CAP LS of what is no number is the first version", () => {
  const node = new TestNode();
  for (const [version, has302] of [["302", true], ["0x12e", false], ["302x", false]] as const) {
    const peer = node.open();
    peer.send(`CAP LS ${version}`);
    assertEquals(peer.take().join().includes("sasl="), has302, version);
  }
});

Deno.test("NUM-1 WHOWAS with what is no number of entries tells all", () => {
  const node = new TestNode();
  for (let i = 0; i < 3; i++) node.user("bob").send("QUIT");
  const alice = node.user("alice");
  const told = (count: string): number => {
    alice.send(`WHOWAS bob ${count}`);
    return alice.take().filter((line) => / 314 /.test(line)).length;
  };
  assertEquals(["1", "2", "0", "-1", "0x1", "1x", "1e0"].map(told), [1, 2, 3, 3, 3, 3, 3]);
});
