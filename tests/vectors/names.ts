/**
 * Names of all scripts, written down from the specifications: what is a nick, which are equal, and which look alike.
 *
 * @module
 */

/** Nicks that are valid as they stand, with where that is said. */
export const VALID_NICKS: readonly (readonly [nick: string, why: string])[] = [
  ["fussball", "RFC 8265, table 1"],
  ["fußball", "RFC 8265, table 1: another name than fussball; an exception of RFC 5892, 2.6"],
  ["π", "RFC 8265, table 1"],
  ["Σ", "RFC 8265, table 1"],
  ["σ", "RFC 8265, table 1"],
  ["ς", "RFC 8265, table 1: another name than σ; an exception of RFC 5892, 2.6"],
  ["Zoë", "precomposed letters"],
  ["Дмитрий_2", "Cyrillic with signs and digits of ASCII"],
  ["Ναυσικά", "Greek"],
  ["[山田]", "Han with signs of ASCII"],
  ["たろうtaro", "kana with Latin: highly restrictive, UTS 39"],
  ["ドン・太郎", "katakana middle dot beside katakana: RFC 5892, A.7"],
  ["민수kim", "Hangul with Latin: highly restrictive, UTS 39"],
  ["ราม", "Thai with a vowel sign"],
  ["क्‍ष", "a joiner after a virama: RFC 5892, A.2"],
  ["col·lega", "middle dot between two l: RFC 5892, A.3"],
  ["אבג", "Hebrew"],
  ["אב1", "ends in a European digit: RFC 5893, 2, rule 3"],
  ["علی۲", "extended Arabic-Indic digit: RFC 5892, A.9"],
  ["علي٢", "Arabic-Indic digit: RFC 5892, A.8"],
];

/** What is no nick, with where that is said. */
export const INVALID_NICKS: readonly (readonly [text: string, why: string])[] = [
  ["", "RFC 8265, table 2: empty"],
  ["foo bar", "RFC 8265, table 2: a space"],
  ["henryⅣ", "RFC 8265, table 2: a compatibility character"],
  ["∞", "RFC 8265, table 2: a symbol"],
  ["a\u00a0b", "a space of another width"],
  ["a\u3000b", "an ideographic space, which maps to a space"],
  ["a＠b", "a sign of full width maps to what IRC needs for itself"],
  ["a！b", "a sign of full width maps to what IRC needs for itself"],
  ["aª", "compatibility character: RFC 8264, 9.17"],
  ["aŉ", "compatibility character: RFC 8264, 9.17"],
  ["가\u1100", "old Hangul: RFC 8264, 9.9"],
  ["a\u034f", "ignorable: RFC 8264, 9.13"],
  ["a\u200b", "not seen: RFC 8264, 9.13"],
  ["a\u00ad", "not seen: RFC 8264, 9.13"],
  ["a\u202e", "a control of direction"],
  ["a\u0378", "unassigned: RFC 8264, 9.8"],
  ["a\ue000", "private use"],
  ["a\ufffe", "no character"],
  ["a×", "a symbol"],
  ["a€", "a symbol"],
  ["a🫖", "a symbol"],
  ["a—b", "punctuation"],
  ["علـي", "tatweel: an exception of RFC 5892, 2.6"],
  ["クゝ〱", "a mark that repeats: an exception of RFC 5892, 2.6"],
  ["a·b", "middle dot between others than l: RFC 5892, A.3"],
  ["a\u200cb", "a joiner after no virama: RFC 5892, A.1"],
  ["a・b", "katakana middle dot without Japanese: RFC 5892, A.7"],
  ["علي٢۲", "digits of both kinds: RFC 5892, A.8"],
  ["א2٢", "digits of both directions: RFC 5893, 2, rule 4"],
  ["אבa", "Latin in Hebrew: RFC 5893, 2, rule 2"],
  ["aא", "Hebrew in Latin: RFC 5893, 2, rule 5"],
  ["אב_", "ends in neither letter nor digit: RFC 5893, 2, rule 3"],
  ["_אב", "begins in neither letter: RFC 5893, 2, rule 1"],
  ["pаypal", "Cyrillic in Latin"],
  ["Ωmega", "Greek in Latin"],
  ["Боб山", "Cyrillic with Han"],
  ["ᚠᚢ", "a script of the past: UAX 31, table 4"],
  ["ᏣᎳᎩ", "a script of limited use: UAX 31, table 7"],
  ["\u0301a", "begins with a mark"],
  ["a_\u0332b", "a line below a line: a mark on a sign"],
  ["a-\u0335b", "a stroke through a stroke: a mark on a sign"],
  ["a|\u0338b", "a mark on a sign"],
  ["a1\u0332b", "a mark on a digit"],
  ["al\u20d2b", "a line through a line: a mark for symbols"],
  ["१क", "begins with a digit"],
  ["1é", "begins with a digit"],
  ["é.b", "a sign of ASCII that nicks do not have"],
  ["é#b", "a sign of ASCII that nicks do not have"],
  ["山".repeat(11), "33 bytes"],
];

/** Names that are equal. */
export const EQUAL_NAMES: readonly (readonly [string, string])[] = [
  ["Σ", "σ"],
  ["ZOË", "zoë"],
  ["Zoe\u0308", "Zoë"],
  ["ＡＬＩＣＥ", "alice"],
  ["ｱﾘｽ", "アリス"],
  ["ﾊﾞﾗ", "バラ"],
  ["ДМИТРИЙ", "дмитрий"],
  ["FUẞBALL", "fußball"],
  ["\u212bsa", "åsa"],
  ["ǄAK", "ǆak"],
];

/** Names that are not. */
export const DIFFERENT_NAMES: readonly (readonly [string, string])[] = [
  ["σ", "ς"],
  ["fussball", "fußball"],
  ["zoe", "zoë"],
  ["[a]", "{a}"],
  ["a^", "a~"],
];

/** Nicks that look alike and are not equal. */
export const CONFUSABLE_NICKS: readonly (readonly [string, string])[] = [
  ["coco", "сосо"],
  ["BOB", "ВОВ"],
  ["pop", "рор"],
  ["scope", "ѕсоре"],
  ["KATE", "ΚΑΤΕ"],
  ["nova", "ηοvα"],
  ["jop", "јор"],
  ["ıvan", "ivan"],
  ["paypaӏ", "paypal"],
  ["paypaꞁ", "paypal"],
  ["ꟾvan", "ivan"],
  ["σοσ", "σος"],
  ["カ", "力"],
  ["ニ", "二"],
  ["ヘ", "へ"],
  ["straße", "straβe"],
  ["æther", "aether"],
  ["i\u0307stan", "istan"],
  ["İstan", "istan"],
  ["ı\u0307stan", "istan"],
  ["ị\u0307stan", "ịstan"],
  ["j\u0307an", "jan"],
  ["a\u0301\u0301na", "ána"],
  ["Bjo\u0338rn", "Bjørn"],
  ["Bjo\u0337rn", "BJØRN"],
  ["l\u0335\u0335ukasz", "l\u0336ukasz"],
];

/** Nicks that do not look alike. */
export const DISTINCT_NICKS: readonly (readonly [string, string])[] = [
  ["bob1", "bobl"],
  ["O0", "0O"],
  ["zoe", "zoë"],
  ["Bjørn", "Bjorn"],
  ["e\u0307va", "eva"],
  ["ístan", "istan"],
  ["вов", "bob"],
  ["дима", "dima"],
  ["rn", "m"],
];
