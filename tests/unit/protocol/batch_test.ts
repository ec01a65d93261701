import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  CONCAT_TAG,
  isBatchReference,
  isMultilineFault,
  joinLines,
  MultilineAssembly,
  type MultilineFault,
  splitLines,
} from "../../../protocol/batch.ts";
import { fold } from "../../../protocol/casemap.ts";
import { byteLength } from "../../../protocol/grammar.ts";
import { type Message, parseMessage } from "../../../protocol/message.ts";
import { matcher } from "../../support/abnf.ts";
import { grammarOf, readSpec } from "../../support/spec.ts";

const message = (line: string): Message => parseMessage(line) as Message;

/** The first fault of a batch of these lines, or its text. */
function assemble(lines: readonly string[], maxBytes = 40, maxLines = 4): string | MultilineFault {
  const assembly = new MultilineAssembly("#tea", fold, maxBytes, maxLines);
  for (const line of lines) {
    const fault = assembly.add(message(line));
    if (fault !== null) return fault;
  }
  const whole = assembly.finish();
  return isMultilineFault(whole) ? whole : whole.text;
}

Deno.test("MultilineAssembly joins lines by line feeds, or as they are", () => {
  const text = assemble([
    "PRIVMSG #tea hello",
    "PRIVMSG #tea :",
    "PRIVMSG #Tea :how is ",
    `@${CONCAT_TAG} PRIVMSG #tea :everyone?`,
  ]);
  assertEquals(text, "hello\n\nhow is everyone?");
});

const INVALID = { fault: "MULTILINE_INVALID", context: [] };
for (
  const [lines, fault] of [
    [[], INVALID],
    [["PRIVMSG #tea :", "PRIVMSG #tea :"], INVALID],
    [["PRIVMSG #tea :hello ", `@${CONCAT_TAG} PRIVMSG #tea :`], INVALID],
    [["PRIVMSG #tea hi", "NOTICE #tea hi"], INVALID],
    [["TOPIC #tea hi"], INVALID],
    [["PRIVMSG #tea"], INVALID],
    [["PRIVMSG #milk hi"], { fault: "MULTILINE_INVALID_TARGET", context: ["#tea", "#milk"] }],
    [Array(5).fill("PRIVMSG #tea a"), { fault: "MULTILINE_MAX_LINES", context: ["4"] }],
    [[`PRIVMSG #tea ${"é".repeat(21)}`], { fault: "MULTILINE_MAX_BYTES", context: ["40"] }],
  ] as const
) {
  Deno.test(`MultilineAssembly finds ${fault.fault} in ${JSON.stringify(lines).slice(0, 90)}`, () => {
    assertEquals(assemble(lines), fault as MultilineFault);
  });
}

Deno.test("MultilineAssembly counts a line feed between lines, and none where they are joined", () => {
  const line = `PRIVMSG #tea ${"a".repeat(20)}`;
  const isText = (result: string | MultilineFault): boolean => typeof result === "string";
  assert(!isText(assemble([line, line])));
  assert(isText(assemble([line, `@${CONCAT_TAG} ${line}`])));
  assert(isText(assemble([line, line], 41)));
});

Deno.test("splitLines() gives lines that fit and say the same when they are joined", () => {
  const text = fc.string({ unit: fc.constantFrom(..."ab é👋\n "), maxLength: 200 });
  fc.assert(fc.property(text, fc.integer({ min: 8, max: 40 }), (text, bytes) => {
    const lines = splitLines(text, bytes);
    assertEquals(joinLines(lines), text);
    for (const line of lines) {
      assert(byteLength(line.text) <= bytes, line.text);
      assert(!line.text.includes("\n") && !(line.isJoined && line.text === ""));
    }
  }));
  assertEquals(splitLines("one two three", 8).map(({ text }) => text), ["one two ", "three"]);
});

Deno.test("isBatchReference() is the grammar's batch-reference", () => {
  const isReference = matcher(grammarOf(readSpec()), "batch-reference");
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."aZ0-_ é+") }), (text) => {
    assertEquals(isBatchReference(text), isReference(text));
  }));
});
