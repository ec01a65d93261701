import { assertEquals, assertThrows } from "@std/assert";
import { anchorOf, parseSpec, regenerate, TABLES, tablesIn } from "../../support/spec.ts";

const TEXT = [
  "# One & two",
  "",
  "**AB-1** A rule",
  "of two lines (untested: it is too big).",
  "",
  "```irc AB-1 AB-2",
  "alice> X",
  "# with bob",
  "```",
  "## 3. Third",
  "**AB-2** Another.",
  "````",
  "```irc",
  "````",
].join("\n");

Deno.test("parseSpec() finds clauses, headings and blocks", () => {
  const { clauses, headings, blocks } = parseSpec(TEXT);
  assertEquals(clauses, [
    { id: "AB-1", line: 3, untested: "it is too big" },
    { id: "AB-2", line: 11, untested: null },
  ]);
  assertEquals(headings.map(({ text, anchor, level }) => [text, anchor, level]), [
    ["One & two", "one--two", 1],
    ["3. Third", "3-third", 2],
  ]);
  assertEquals(blocks.map(({ language, info, line, text }) => [language, info, line, text]), [
    ["irc", ["AB-1", "AB-2"], 7, "alice> X\n# with bob"],
    ["", [], 13, "```irc"],
  ]);
  assertEquals(anchorOf("3. Third"), "3-third");
});

Deno.test("regenerate() writes a table that differs, and leaves one that does not", () => {
  const limits = TABLES["limits"]?.() ?? "";
  const text = `a\n<!-- begin:limits -->\nold\n<!-- end -->\nb\n`;
  const first = regenerate(text);
  assertEquals(first.changed, ["limits"]);
  assertEquals(first.text, `a\n<!-- begin:limits -->\n${limits}\n<!-- end -->\nb\n`);
  assertEquals(regenerate(first.text), { text: first.text, changed: [] });
  assertEquals(tablesIn(text), ["limits"]);
  assertThrows(() => regenerate("<!-- begin:nonsense -->\n<!-- end -->"), Error, "nonsense");
});
