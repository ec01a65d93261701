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
  i: "іІιΙıɩɪꟾ",
  j: "јЈյȷᴊ",
  k: "кКκΚĸᴋ",
  l: "ӏӀǀƖʟꞁԼוןا",
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
  w: "ωԝԜᴡѡѠ",
  x: "хХχΧ",
  y: "уУүҮγΥʏ",
  z: "Ζᴢ",
  "2": "Ƨƨ",
  "3": "ЗзӠƷ",
  "5": "Ƽƽ",
  "6": "бБ",
  "8": "Ȣȣ",
  "ß": "β",
  // Letters of Latin, Greek and Cyrillic that look like one another, and like nothing in ASCII.
  "ə": "әӘ",
  "ɔ": "ͻϽↃↄᴐ",
  "ɵ": "өӨθΘѳѲ",
  "ʒ": "ӡ",
  "ε": "ɛƐԑԐ",
  "φ": "фɸ",
  "ψ": "ѱѰ",
  "Γ": "Г",
  "Λ": "Ʌ",
  "Π": "П",
  "Σ": "Ʃ",
  "Φ": "Ф",
  // Letters with a stroke, as those without one and the mark of a stroke.
  "b\u0335": "ƀɃ",
  "d\u0335": "đĐÐƉ",
  "g\u0335": "ǥǤ",
  "h\u0335": "ħĦ",
  "i\u0335": "ɨƗ",
  "l\u0337": "łŁ",
  "o\u0337": "øØ",
  "t\u0335": "ŧŦ",
  "z\u0335": "ƶƵ",
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
/** A letter that has a dot of its own, such as i, and its marks. */
const DOTTED_REGEXP = /(\p{Soft_Dotted})(\p{Mn}+)/gu;
const DOT_ABOVE = "\u0307";
/** A mark stands on the same mark. */
const DOUBLE_REGEXP = /(\p{Mn})\1+/gu;
/** Strokes through a letter: the long one of each looks like the short one. */
const LONG_STROKES: readonly (readonly [long: string, short: string])[] = [
  ["\u0336", "\u0335"],
  ["\u0338", "\u0337"],
];

/** What names that look alike have in common. Not to be shown. */
export function skeleton(name: string): string {
  if (ASCII_REGEXP.test(name)) return name.toLowerCase();
  let look = "";
  for (const character of name.normalize("NFKD").replace(UNSEEN_REGEXP, "")) {
    look += LOOKS.get(character) ?? character;
  }
  return withoutVainMarks(foldUnicode(look).normalize("NFD"));
}

/** Leaves out marks that change nothing on what they stand on. */
function withoutVainMarks(look: string): string {
  for (const [long, short] of LONG_STROKES) look = look.replaceAll(long, short);
  return look
    .replace(DOTTED_REGEXP, (_, letter, marks) => letter + marks.replaceAll(DOT_ABOVE, ""))
    .replace(DOUBLE_REGEXP, "$1");
}
