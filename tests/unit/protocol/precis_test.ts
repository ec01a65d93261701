import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { byteLength, isNick, LIMITS } from "../../../protocol/mod.ts";
import { foldUnicode, prepareChannelName, prepareNick } from "../../../protocol/precis.ts";
import { DIFFERENT_NAMES, EQUAL_NAMES, INVALID_NICKS, VALID_NICKS } from "../../vectors/names.ts";

/** Characters that nicks are made of, and such as they must not have. */
const UNIT = fc.oneof(
  fc.constantFrom(..."abcXYZ019_-[]|éÉßşŞİıσΣςжЖאبक्\u200d山あアｱＡ가\u0301· .#@!*?,:"),
  fc.nat(0x2ffff).map((code) => String.fromCodePoint(code === 0xd800 ? 0 : code)),
);
const TEXT = fc.string({ unit: UNIT, maxLength: 8 });

Deno.test("prepareNick() NAME-5 NAME-6 accepts what the specifications hold valid", () => {
  for (const [nick, why] of VALID_NICKS) assertEquals(prepareNick(nick), nick, why);
});

Deno.test("prepareNick() NAME-5 NAME-6 refuses what they do not", () => {
  for (const [text, why] of INVALID_NICKS) assertEquals(prepareNick(text), null, `${text}: ${why}`);
});

Deno.test("prepareNick() NAME-4 shows a nick composed, and in usual width", () => {
  assertEquals(prepareNick("Zoe\u0308"), "Zoë");
  assertEquals(prepareNick("ＡＬｉｃｅ"), "ALice");
  assertEquals(prepareNick("ﾊﾞﾗ"), "バラ");
});

Deno.test("prepareNick() agrees with ASCII's grammar, and its nicks are stable, fit and stay what they are", () => {
  fc.assert(
    fc.property(TEXT, (text) => {
      const nick = prepareNick(text);
      // deno-lint-ignore no-control-regex -- the whole of ASCII
      if (/^[\x00-\x7f]*$/.test(text)) assertEquals(nick, isNick(text) ? text : null);
      if (nick === null) return;
      assertEquals(prepareNick(nick), nick);
      assert(byteLength(nick) <= LIMITS.NICK.value && !/[\s,!@*?:#]/u.test(nick), nick);
      assertEquals(foldUnicode(nick), foldUnicode(text));
      assertEquals(foldUnicode(foldUnicode(nick)), foldUnicode(nick));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("foldUnicode() NAME-4 by its vectors", () => {
  for (const [a, b] of EQUAL_NAMES) assertEquals(foldUnicode(a), foldUnicode(b));
  for (const [a, b] of DIFFERENT_NAMES) assert(foldUnicode(a) !== foldUnicode(b), `${a} ${b}`);
});

Deno.test("foldUnicode() NAME-4 every letter of Unicode equals its small one, as Unicode's tables have it", () => {
  const wrong: string[] = [];
  for (let code = 0x80; code < 0x20000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const letter = String.fromCodePoint(code);
    if (!/\p{Changes_When_Lowercased}/u.test(letter)) continue;
    const folded = foldUnicode(letter);
    if (folded !== foldUnicode(letter.toLowerCase())) wrong.push(letter);
    if (/\p{Changes_When_Lowercased}/u.test(folded)) wrong.push(letter);
  }
  assertEquals(wrong, []);
});

Deno.test("foldUnicode() of ASCII is what the mapping ascii makes of it", () => {
  // deno-lint-ignore no-control-regex -- the whole of ASCII
  const ascii = fc.stringMatching(/^[\x00-\x7f]*$/);
  fc.assert(
    fc.property(ascii, (text) =>
      assertEquals(
        foldUnicode(text),
        text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32)),
      )),
  );
});

Deno.test("prepareChannelName() NAME-7 takes signs, and nothing that is not seen", () => {
  for (const name of ["#tea", "#☕", "#CAFÉ", "#чай", "##", "#a.b/c"]) {
    assertEquals(prepareChannelName(name), name);
  }
  assertEquals(prepareChannelName("#cafe\u0301"), "#café");
  for (
    const name of ["tea", "#a\u00a0b", "#a\u200b", "#a\u202e", "#a\u0378", "#a\u0085", "#a，b"]
  ) {
    assertEquals(prepareChannelName(name), null, name);
  }
});
