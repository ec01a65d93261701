import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  CHANNEL_MODES,
  formatModeChanges,
  type ModeChange,
  parseModeChanges,
  prefixesOf,
  RANKS,
} from "../../../protocol/modes.ts";
import { arbitrary, matcher } from "../../support/abnf.ts";
import { grammarOf, readSpec } from "../../support/spec.ts";

const GRAMMAR = grammarOf(readSpec());
const LETTERS = [...Object.keys(CHANNEL_MODES), ...RANKS.map(({ mode }) => mode)];

/** A change as it can be announced: with a parameter where the mode has one. */
const CHANGE: fc.Arbitrary<ModeChange> = fc.tuple(
  fc.constantFrom("+", "-"),
  fc.constantFrom(...LETTERS),
  fc.stringMatching(/^[a-z!@*]{1,6}$/),
).map(([sign, mode, param]) => {
  const isFlag = "CiJmMnRstuU".includes(mode) || ("lfH".includes(mode) && sign === "-");
  return { sign, mode, param: isFlag ? null : param };
});

Deno.test("formatModeChanges() MODE-3 and parseModeChanges() round-trip", () => {
  const isChange = matcher(GRAMMAR, "mode-string");
  fc.assert(
    fc.property(fc.array(CHANGE, { minLength: 1, maxLength: 8 }), (changes) => {
      const [modes = "", ...params] = formatModeChanges(changes);
      assert(isChange(modes), modes);
      assertEquals(parseModeChanges(modes, params), changes);
    }),
    { numRuns: 300 },
  );
});

Deno.test("formatModeChanges() writes a sign only where it changes, and nothing for nothing", () => {
  const change = (sign: "+" | "-", mode: string, param: string | null = null): ModeChange => ({
    sign,
    mode,
    param,
  });
  assertEquals(formatModeChanges([]), []);
  assertEquals(
    formatModeChanges([
      change("+", "n"),
      change("+", "o", "a"),
      change("-", "t"),
      change("-", "s"),
    ]),
    ["+no-ts", "a"],
  );
});

Deno.test("parseModeChanges() reads every mode string of the grammar, letter by letter", () => {
  fc.assert(
    fc.property(arbitrary(GRAMMAR, "mode-string"), (modes) => {
      const changes = parseModeChanges(modes, []);
      assertEquals(changes.map(({ mode }) => mode).join(""), modes.replace(/[+-]/g, ""));
    }),
  );
});

Deno.test("parseModeChanges() MODE-4 gives parameters in order, and null where one is missing", () => {
  const read = (modes: string, ...params: string[]): string[] =>
    parseModeChanges(modes, params).map(({ sign, mode, param }) => `${sign}${mode} ${param}`);
  assertEquals(read("ntk-lo+bX", "key", "al"), [
    "+n null",
    "+t null",
    "+k key",
    "-l null",
    "-o al",
    "+b null",
    "+X null",
  ]);
  assertEquals(read("-k+l", "key", "5"), ["-k key", "+l 5"]);
  assertEquals(read("++--"), []);
  assertEquals(read(""), []);
});

Deno.test("prefixesOf() NAMES-2 gives the highest prefix, or all of them", () => {
  assertEquals([0, 1, 4, 31].map((ranks) => prefixesOf(ranks, false)), ["", "+", "@", "~"]);
  assertEquals([0, 1, 5, 31].map((ranks) => prefixesOf(ranks, true)), ["", "+", "@+", "~&@%+"]);
});
