import { assertEquals } from "@std/assert";
import { codeOf, commentsOf, importsOf, literalsOf } from "../../support/source.ts";

const SOURCE = `
// a "comment" with \`quotes\`
import { a } from "./a.ts"; /* from "./no.ts" */
const r = /["'\`/*]\\/[/"]/g, d = 4 / 2 / 1;
const t = \`x \${f({ y: "in" }, \`deep \${1}\`)} // z\`;
const lazy = await import("./lazy.ts");
const s = 'it\\'s // no comment'; // last
const m = y.match(/re"gexp/);
`;

Deno.test("segments of source: comments, literals, imports and the code between", () => {
  assertEquals(commentsOf(SOURCE), [
    '// a "comment" with `quotes`',
    '/* from "./no.ts" */',
    "// last",
  ]);
  assertEquals(literalsOf(SOURCE), [
    "./a.ts",
    "x ",
    "in",
    "deep ",
    "",
    " // z",
    "./lazy.ts",
    "it\\'s // no comment",
  ]);
  assertEquals(importsOf(SOURCE), ["./a.ts", "./lazy.ts"]);
  assertEquals(/\b(comment|deep|re|z)\b/.test(codeOf(SOURCE)), false);
  assertEquals(codeOf("a / b / c"), "a / b / c");
});
