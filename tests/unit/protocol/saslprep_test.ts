import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { preparePassword } from "../../../protocol/mod.ts";

Deno.test("preparePassword() does what the examples of RFC 4013 say, but for directions", () => {
  assertEquals(preparePassword("I\u00adX"), "IX");
  assertEquals(preparePassword("user"), "user");
  assertEquals(preparePassword("USER"), "USER");
  assertEquals(preparePassword("\u00aa"), "a");
  assertEquals(preparePassword("\u2168"), "IX");
  assertEquals(preparePassword("\u0007"), null);
  assertEquals(preparePassword("\u0627\u0031"), "\u0627\u0031", "RFC 4013 refuses it");
});

Deno.test("preparePassword() makes one space of all, and the same of what is composed and what is not", () => {
  assertEquals(preparePassword("a\u00a0b\u3000c"), "a b c");
  assertEquals(preparePassword("e\u0301"), "\u00e9");
  assertEquals(preparePassword("🫖 tea"), "🫖 tea", "assigned after Unicode 3.2");
});

Deno.test("preparePassword() refuses what no password may have", () => {
  for (
    const text of [
      "",
      "\u00ad",
      "a\u0085",
      "\ue000",
      "\ufffd",
      "\u200e",
      "\ud800",
      "\ufdd0",
      "\u{e0041}",
    ]
  ) {
    assertEquals(preparePassword(text), null, escape(text));
  }
});

Deno.test("preparePassword() changes nothing that it has made", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const prepared = preparePassword(text);
    if (prepared !== null) assertEquals(preparePassword(prepared), prepared);
  }));
});
