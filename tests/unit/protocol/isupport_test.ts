import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decodeIsupport,
  encodeIsupport,
  ISUPPORT,
  isupportChanges,
} from "../../../protocol/isupport.ts";
import { matcher } from "../../support/abnf.ts";
import { grammarOf, readSpec } from "../../support/spec.ts";

const isToken = matcher(grammarOf(readSpec()), "isupport-token");

Deno.test("encodeIsupport() ISUPPORT-1 writes tokens of the grammar, at most 13 a line, no name twice", () => {
  const lines = encodeIsupport({ NETWORK: "Café = \\ net" });
  const names = lines.flat().map((token) => token.split("=")[0]);
  assertEquals(new Set(names).size, names.length);
  for (const line of lines) assert(line.length >= 1 && line.length <= 13);
  for (const token of lines.flat()) assert(isToken(token), token);
});

Deno.test("encodeIsupport() and decodeIsupport() ISUPPORT-2 round-trip", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."ab =\\é,x20") }), (network) => {
      const tokens = new Map<string, string>();
      for (const line of encodeIsupport({ NETWORK: network })) decodeIsupport(line, tokens);
      assertEquals(tokens.get("NETWORK"), network);
      assertEquals(tokens.size, Object.keys(ISUPPORT).length + 1);
    }),
  );
});

Deno.test("decodeIsupport() lets a later line take a token back", () => {
  const tokens = new Map<string, string>();
  decodeIsupport(["A=1", "B", "C=x\\x3Dy"], tokens);
  decodeIsupport(["-A", "B=2", "-Z"], tokens);
  assertEquals([...tokens], [["B", "2"], ["C", "x=y"]]);
});

Deno.test("isupportChanges() has what is new, what is different and what is gone", () => {
  const before = encodeIsupport({ A: "1", B: "2", C: "3" });
  const after = encodeIsupport({ A: "1", B: "x", D: "" });
  assertEquals(isupportChanges(before, before), []);
  assertEquals(isupportChanges(before, after), [["B=x", "D", "-C"]]);
  const tokens = new Map<string, string>();
  for (const line of [...before, ...isupportChanges(before, after)]) decodeIsupport(line, tokens);
  assertEquals(["A", "B", "C", "D"].map((name) => tokens.get(name)), ["1", "x", undefined, ""]);
});
