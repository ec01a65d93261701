import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  escapeTagValue,
  formatTags,
  isTagDeny,
  parseTags,
  unescapeTagValue,
} from "../../../protocol/tags.ts";
import { arbitrary, matcher } from "../../support/abnf.ts";
import { grammarOf, readSpec } from "../../support/spec.ts";

const GRAMMAR = grammarOf(readSpec());

Deno.test("escapeTagValue() gives a value of the grammar that unescapes to the same", () => {
  const isValue = matcher(GRAMMAR, "tag-value");
  const value = fc.string({ unit: fc.constantFrom(..."ab;: \\\r\nsrn=é🫖") });
  fc.assert(
    fc.property(value, (value) => {
      const escaped = escapeTagValue(value);
      assert(isValue(escaped), escaped);
      assertEquals(unescapeTagValue(escaped), value);
    }),
    { numRuns: 500 },
  );
});

Deno.test("unescapeTagValue() TAG-1 drops a backslash that means nothing", () => {
  assertEquals(unescapeTagValue("\\a\\é\\🫖\\"), "aé🫖");
  assertEquals(unescapeTagValue("\\\\\\"), "\\");
});

Deno.test("parseTags() reads every section of the grammar and formatTags() says the same", () => {
  const isTags = matcher(GRAMMAR, "tags");
  fc.assert(
    fc.property(arbitrary(GRAMMAR, "tags"), (section) => {
      const tags = parseTags(section);
      const written = formatTags(tags);
      assert(isTags(written), written);
      assertEquals(parseTags(written), tags);
    }),
    { numRuns: 300 },
  );
});

Deno.test("parseTags() never throws, whatever the text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.nat(0x10ffff).map((code) => String.fromCodePoint(code)) }),
      (text) => void parseTags(text),
    ),
  );
});

Deno.test("formatTags() refuses a key that would be another tag or none", () => {
  for (const key of ["", "a b", "a;b", "a=b", "a\n", "a\0"]) {
    assertThrows(() => formatTags(new Map([[key, ""]])), TypeError);
  }
});

Deno.test("isTagDeny() takes names, or * with exceptions, and nothing else", () => {
  for (const good of ["*", "*,-typing", "*,-foo,-example/bar", "typing", "foo,example.org/bar-2"]) {
    assert(isTagDeny(good), good);
  }
  for (const bad of ["", "+typing", "-typing", "foo,*", "*,typing", "a,,b", "a b", "*-a", ","]) {
    assert(!isTagDeny(bad), bad);
  }
});
