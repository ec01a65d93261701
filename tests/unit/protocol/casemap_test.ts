import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { fold, foldOf } from "../../../protocol/casemap.ts";

Deno.test("fold() NAME-1 maps A to Z and nothing else", () => {
  assertEquals<string>(fold("AZaz[]\\^{}|~Äİ\u212a0"), "azaz[]\\^{}|~Äİ\u212a0");
});

Deno.test("fold() NAME-1 changes no length, and nothing the second time", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.nat(0x10ffff).map((code) => String.fromCodePoint(code)) }),
      (name) => {
        const folded = fold(name);
        assertEquals(folded.length, name.length);
        assertEquals(fold(folded), folded);
        assertEquals(fold(name.replace(/[a-z]/g, (letter) => letter.toUpperCase())), folded);
      },
    ),
  );
});

Deno.test("foldOf() follows CASEMAPPING: RFC 1459 has four more pairs, and the strict one three", () => {
  const fold1459 = foldOf("rfc1459");
  const strict = foldOf("strict-rfc1459");
  assertEquals<string>(fold1459("A[]\\~É"), "a{}|^É");
  assertEquals<string>(strict("A[]\\~É"), "a{}|~É");
  assertEquals<string>(foldOf("precis")("A[]\\~É"), "a[]\\~é");
  for (const other of [undefined, "ascii", "nonsense"]) {
    assertEquals<string>(foldOf(other)("A[]\\~É"), "a[]\\~É");
  }
});
