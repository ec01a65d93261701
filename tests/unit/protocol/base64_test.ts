import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { fromBase64, toBase64 } from "../../../protocol/mod.ts";

Deno.test("fromBase64() reads what toBase64() has written", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    assertEquals(fromBase64(toBase64(bytes)), new Uint8Array(bytes));
  }));
});

Deno.test("fromBase64() takes no other form, and any text", () => {
  for (
    const text of ["A", "AA", "AA=", "AB==", "AAB=", "AA==AA==", "A A=", "AA-_", "====", "AAA=\n"]
  ) {
    assertEquals(fromBase64(text), null, text);
  }
  fc.assert(fc.property(fc.string(), (text) => void fromBase64(text)));
});
