import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { fold } from "../../../protocol/casemap.ts";

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
