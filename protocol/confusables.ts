/**
 * Names that look alike: the skeleton of UTS 39, 4, which is the same for two of them. Most of it follows from Unicode's own
 * decompositions; what does not is listed here, by what it looks like.
 *
 * Letters of ASCII stand for themselves: two names of ASCII never look alike here.
 *
 * SPEC: "Names".
 *
 * @module
 */
import { foldUnicode } from "./precis.ts";

/** Characters that nothing derives, by what they look like. Case counts: a small letter may look otherwise than its capital. */
export const LOOKALIKES: Readonly<Record<string, string>> = {
  // Cyrillic and Greek letters, Armenian ones, Latin ones without a decomposition (dotless, phonetic, small capitals), and
  // letters and digits of other scripts that are a ring or a stroke.
  a: "аАαΑɑᴀ",
  ae: "æӕÆӔ",
  b: "ВΒЬьʙƅᏏ",
  c: "сСᴄ",
  d: "ԁᴅ",
  e: "еЕΕҽᴇ",
  f: "ꜰ",
  g: "ɡցɢ",
  h: "һҺНΗհʜ",
  i: "іІιΙıɩɪ",
  j: "јЈյȷᴊ",
  k: "кКκΚĸᴋ",
  l: "ӏӀǀƖʟԼוןا",
  m: "МΜᴍ",
  n: "пηΝոɴ",
  o: "оОοΟσςօՕᴏסه०০੦૦௦౦೦൦๐໐٥۵",
  oe: "œŒ",
  p: "рРρΡƿᴘ",
  q: "ԛԚզɋ",
  r: "гʀᴦ",
  s: "ѕЅꜱՏ",
  t: "ТΤτᴛ",
  u: "υսՍᴜʋ",
  v: "νѵѴᴠ",
  w: "ωԝԜᴡ",
  x: "хХχΧ",
  y: "уУүҮγΥʏ",
  z: "Ζᴢ",
  "3": "ЗзӠ",
  "6": "бБ",
  "ß": "β",
  // Katakana and Hiragana that look like one another, or like Han.
  "一": "ー",
  "二": "ニ",
  "八": "ハ",
  "力": "カ",
  "卜": "ト",
  "口": "ロ",
  "夕": "タ",
  "工": "エ",
  "へ": "ヘ",
  "り": "リ",
};

const LOOKS: ReadonlyMap<string, string> = new Map(
  Object.entries(LOOKALIKES).flatMap(([look, characters]) =>
    [...characters].map((character): [string, string] => [character, look])
  ),
);

// deno-lint-ignore no-control-regex -- the whole of ASCII
const ASCII_REGEXP = /^[\x00-\x7f]*$/;
const UNSEEN_REGEXP = /\p{Default_Ignorable_Code_Point}/gu;

/** What names that look alike have in common. Not to be shown. */
export function skeleton(name: string): string {
  if (ASCII_REGEXP.test(name)) return name.toLowerCase();
  let look = "";
  for (const character of name.normalize("NFKD").replace(UNSEEN_REGEXP, "")) {
    look += LOOKS.get(character) ?? character;
  }
  return foldUnicode(look).normalize("NFD");
}
