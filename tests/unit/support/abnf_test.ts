import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AbnfError, arbitrary, matcher, parseGrammar, unreachable } from "../../support/abnf.ts";

const GRAMMAR = parseGrammar(`
list    = item *( "," item )          ; a comment with "quotes"
item    = 1*3DIGIT / word
        / %x2D.2D [ word ]
word    = %s"ab" / "cd" / 2%x65-67
DIGIT   = %d48-57
word    =/ "x"
`);

Deno.test("matcher() follows alternation, repetition, option, series and case", () => {
  const isList = matcher(GRAMMAR, "List");
  for (const good of ["1", "123", "ab", "CD", "cD", "ef", "--", "--ab", "--gg", "x", "1,--,ab"]) {
    assert(isList(good), good);
  }
  for (const bad of ["", "1234", "AB", "e", "efg", "1,", "---", "é"]) assert(!isList(bad), bad);
});

Deno.test("arbitrary() draws only what matcher() accepts", () => {
  const isList = matcher(GRAMMAR, "list");
  fc.assert(fc.property(arbitrary(GRAMMAR, "list"), (text) => isList(text)), { numRuns: 300 });
});

Deno.test("arbitrary() draws every alternative", () => {
  const drawn = new Set(fc.sample(arbitrary(GRAMMAR, "word"), { numRuns: 200, seed: 1 }));
  assert(drawn.has("ab") && drawn.has("x") && !drawn.has("AB"));
  assert([...drawn].some((word) => /^[e-g]{2}$/.test(word)));
});

Deno.test("matcher() is not exponential", () => {
  const nested = parseGrammar(`a = *( *"x" ) "y"`);
  assertEquals(matcher(nested, "a")("x".repeat(200)), false);
});

Deno.test("parseGrammar() refuses what is not a complete grammar", () => {
  for (
    const bad of ["a = b", "a = <prose>", 'a = ( "x"', "a = / b", 'a = "x"\na = "y"', '"x" = a']
  ) {
    assertThrows(() => parseGrammar(bad), AbnfError, "");
  }
});

Deno.test("unreachable() names the rules that nothing leads to", () => {
  assertEquals(unreachable(GRAMMAR, ["item"]), ["list"]);
});
