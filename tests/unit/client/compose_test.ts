import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { duration, splitText, targetLists, textBudget, unquote } from "../../../client/compose.ts";

for (
  const [text, expected] of [
    ['"hi"', "hi"],
    ["hi", "hi"],
    ["“hi”", "hi"],
    ["'hi'", "hi"],
    ['"a" and "b"', '"a" and "b"'],
    ['"hi', '"hi'],
    ['hi"', 'hi"'],
    ['""', ""],
    ['"', '"'],
    ["\"say 'x' now\"", "say 'x' now"],
    ["“a “b” c”", "“a “b” c”"],
    ["don't", "don't"],
  ] as const
) {
  Deno.test(`R3 unquote() ${text} → ${expected}`, () => assertEquals(unquote(text), expected));
}

const bytes = (text: string) => new TextEncoder().encode(text).length;

Deno.test("splitText() leaves a short text alone", () => {
  assertEquals(splitText("hello  there ", 50), ["hello  there "]);
});

Deno.test("splitText() splits between words", () => {
  assertEquals(splitText("one two three", 8), ["one two", "three"]);
  assertEquals(splitText("one two three", 7), ["one two", "three"]);
});

Deno.test("splitText() splits a word that is too long between characters", () => {
  assertEquals(splitText("äöüäöü", 5), ["äö", "üä", "öü"]);
  assertEquals(splitText("👨‍👩‍👧👨‍👩‍👧", 20), ["👨‍👩‍👧", "👨‍👩‍👧"]);
});

Deno.test("splitText() splits at line ends and leaves out empty lines", () => {
  assertEquals(splitText("a\n\n  \nb\r\nc", 50), ["a", "b", "c"]);
});

Deno.test("splitText() loses nothing, whatever the text", () => {
  fc.assert(fc.property(
    fc.string({ unit: "grapheme", maxLength: 200 }),
    fc.integer({ min: 4, max: 60 }),
    (text, budget) => {
      const parts = splitText(text, budget);
      const bare = (value: string) => value.replace(/[\s]/g, "");
      assertEquals(bare(parts.join("")), bare(text));
      for (const part of parts) {
        assert(bytes(part) <= budget && part.trim() !== "" && !/[\r\n]/.test(part));
      }
    },
  ));
});

Deno.test("textBudget() makes the relayed line fit 512 bytes exactly", () => {
  const mask = "alice!~alice@abcdefghijklmnop.cloaked";
  const budget = textBudget("alice", mask, "#lobby");
  const line = `:${mask} PRIVMSG #lobby :${"x".repeat(budget)}\r\n`;
  assertEquals(bytes(line), 512);
});

Deno.test("textBudget() leaves room for the longest mask while the own is not known", () => {
  assert(
    textBudget("al", null, "#a") <=
      textBudget("al", `al!~${"u".repeat(18)}@${"h".repeat(63)}`, "#a"),
  );
});

Deno.test("duration() says seconds as people do", () => {
  assertEquals([0, 1, 59, 60, 7300, 86_400 * 3].map(duration), [
    "0 seconds",
    "1 second",
    "59 seconds",
    "1 minute",
    "2 hours",
    "3 days",
  ]);
});

Deno.test("targetLists() puts as many targets into a line as fit and the server takes", () => {
  assertEquals(targetLists(["#a", "#b", "#c"], "JOIN", undefined), ["#a,#b,#c"]);
  assertEquals(targetLists(["#a", "#b", "#c"], "JOIN", "PRIVMSG:1,JOIN:"), ["#a,#b,#c"]);
  assertEquals(targetLists(["#a", "#b", "#c"], "JOIN", "JOIN:2"), ["#a,#b", "#c"]);
  assertEquals(targetLists([], "JOIN", undefined), []);
  const long = Array.from({ length: 20 }, (_, index) => `#${"ä".repeat(20)}${index}`);
  const lists = targetLists(long, "JOIN", undefined);
  assertEquals(lists.join(","), long.join(","));
  assertEquals(lists.filter((list) => new TextEncoder().encode(list).length > 400), []);
});
