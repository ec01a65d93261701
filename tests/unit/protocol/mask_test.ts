import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fold } from "../../../protocol/casemap.ts";
import { completeMask, formatSource, matchMask, parseSource } from "../../../protocol/mask.ts";
import { arbitrary, matcher } from "../../support/abnf.ts";
import { grammarOf, readSpec } from "../../support/spec.ts";
import { COMPLETION_VECTORS, MASK_VECTORS } from "../../vectors/masks.ts";

const GRAMMAR = grammarOf(readSpec());

Deno.test("matchMask() MASK-1 matches by its vectors", () => {
  for (const { mask, matches, misses } of MASK_VECTORS) {
    for (const text of matches) assert(matchMask(mask, text), `${mask} matches ${text}`);
    for (const text of misses) assert(!matchMask(mask, text), `${mask} misses ${text}`);
  }
});

Deno.test("matchMask() MASK-1 agrees with a regular expression", () => {
  const glob = fc.string({ unit: fc.constantFrom(..."ab*?B\\["), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom(..."abAB\\["), maxLength: 8 });
  fc.assert(
    fc.property(glob, text, (glob, text) => {
      const source = fold(glob).replace(/[\\[]/g, "\\$&").replaceAll("*", ".*").replaceAll(
        "?",
        ".",
      );
      assertEquals(matchMask(glob, text), new RegExp(`^${source}$`, "s").test(fold(text)));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("matchMask() is not exponential", () => {
  assert(!matchMask("*a".repeat(30) + "b", "a".repeat(2000)));
});

Deno.test("completeMask() MASK-2 completes by its vectors, and only once", () => {
  for (const [mask, complete] of COMPLETION_VECTORS) {
    assertEquals(completeMask(mask), complete);
    assertEquals(completeMask(complete), complete);
  }
});

Deno.test("completeMask() MASK-2 makes a source mask of every mask", () => {
  const isSourceMask = matcher(GRAMMAR, "source-mask");
  fc.assert(
    fc.property(arbitrary(GRAMMAR, "mask"), (mask) => {
      assert(isSourceMask(completeMask(mask)), mask);
    }),
    { numRuns: 200 },
  );
});

Deno.test("parseSource() and formatSource() round-trip every source of a user", () => {
  fc.assert(
    fc.property(arbitrary(GRAMMAR, "user-source"), (text) => {
      const { nick, user, host } = parseSource(text);
      assertEquals(formatSource(nick, user ?? "", host ?? ""), text);
    }),
    { numRuns: 300 },
  );
  assertEquals(parseSource("irc.example"), { nick: "irc.example", user: null, host: null });
});
