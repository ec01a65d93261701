/**
 * Names in all scripts: the profile UsernameCaseMapped of RFC 8265 over the IdentifierClass of RFC 8264, as far as the
 * Unicode properties of the language reach, with the signs that IRC needs for itself left out.
 *
 * SPEC: "Names"; RFC 8264, RFC 8265, RFC 5892 (contextual rules), RFC 5893 (Bidi rule), UTS 39 (scripts).
 *
 * @module
 */
import { byteLength, channelNameProblem, isChannelName, isNick } from "./grammar.ts";
import { LIMITS } from "./limits.ts";

// deno-lint-ignore no-control-regex -- the whole of ASCII
const ASCII_REGEXP = /^[\x00-\x7f]*$/;
/** Forms of full and half width: the only decompositions <wide> and <narrow> that there are. */
const WIDTH_REGEXP = /[\u3000\uff01-\uff60\uff61-\uffdc\uffe0-\uffee]+/g;

// RFC 8264, 9.6: valid, and not valid, whatever their properties say.
const VALID_EXCEPTIONS = "\u00df\u03c2\u06fd\u06fe\u0f0b\u3007";
const INVALID_EXCEPTIONS = "\u0640\u07fa\u302e\u302f\u3031\u3032\u3033\u3034\u3035\u303b";
/** The letters and digits of RFC 8264, 9.1. */
const LETTER_DIGIT_REGEXP = /^[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]$/u;
/** Unassigned, ignorable and old Hangul: never valid. */
const NEVER_REGEXP =
  /^[\p{Cn}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]$/u;
/** A mark that stands on no letter, or one for symbols: on a sign or a stroke most of them cannot be seen. (NAME-5) */
const MISPLACED_MARK_REGEXP = /(?:^|[^\p{L}\p{M}\u200c\u200d])\p{M}|[\u20d0-\u20ff]/u;
/** What ASCII may have in a nick: the grammar's own. */
const NICK_ASCII_REGEXP = /^[A-Za-z0-9[\]\\`_^{|}-]$/;
const NICK_START_REGEXP = /^(?:[A-Za-z[\]\\`_^{|}]|[^\p{ASCII}\p{M}\p{Nd}\u00b7\u30fb])/u;

// Viramas (combining class 9) of the scripts below: a joiner may follow them. (RFC 5892, A.1 and A.2)
const VIRAMAS =
  "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u0e3a\u0f84\u1039\u103a\u17d2";

/** Recommended scripts (UAX 31, table 5): a nick is of one of them. */
const SCRIPTS =
  ("Latn Grek Cyrl Armn Hebr Arab Thaa Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Thai Laoo Tibt Mymr Geor Hang " +
    "Ethi Khmr Hani Hira Kana Bopo").split(" ");
/** Scripts that are written together: "highly restrictive" of UTS 39, 5.2. */
const MIXED_SCRIPTS = [
  ["Latn", "Hani", "Hira", "Kana"],
  ["Latn", "Hani", "Bopo"],
  ["Latn", "Hani", "Hang"],
];

let scripts: readonly RegExp[] | undefined;

/** One expression for each set of scripts that a nick may be in; made when the first is needed. */
function scriptSets(): readonly RegExp[] {
  return scripts ??= [...MIXED_SCRIPTS, ...SCRIPTS.map((script) => [script])].map((set) => {
    const classes = [...set, "Zyyy", "Zinh"].map((script) => `\\p{scx=${script}}`).join("");
    return new RegExp(`^[${classes}]*$`, "u");
  });
}

/** Maps widths (RFC 8265, 3.3.1) and composes: the form in which a name is shown. */
function compose(text: string): string {
  return text.replace(WIDTH_REGEXP, (wide) => wide.normalize("NFKC")).normalize("NFC");
}

/** The key of a name: of usual width, in small letters, composed. */
export function foldUnicode(text: string): string {
  if (ASCII_REGEXP.test(text)) return text.toLowerCase();
  return compose(text).toLowerCase().normalize("NFC");
}

/** Whether the character is of the IdentifierClass, apart from the contextual rules. (RFC 8264, 8) */
function isIdentifierCharacter(character: string): boolean {
  if (VALID_EXCEPTIONS.includes(character)) return true;
  if (INVALID_EXCEPTIONS.includes(character) || NEVER_REGEXP.test(character)) return false;
  return LETTER_DIGIT_REGEXP.test(character) && character.normalize("NFKC") === character;
}

/** Whether a character that is valid in some places is so here (RFC 5892, appendix A); `null` for all others. */
function isInContext(characters: readonly string[], index: number): boolean | null {
  const [before = "", character = "", next = ""] = [
    characters[index - 1],
    characters[index],
    characters[index + 1],
  ];
  switch (character) {
    case "\u200c":
    case "\u200d":
      return before !== "" && VIRAMAS.includes(before);
    case "\u00b7":
      return before.toLowerCase() === "l" && next.toLowerCase() === "l";
    case "\u0375":
      return /^\p{Script=Grek}$/u.test(next);
    case "\u05f3":
    case "\u05f4":
      return /^\p{Script=Hebr}$/u.test(before);
    case "\u30fb":
      return characters.some((other) =>
        /^[\p{Script=Hira}\p{Script=Kana}\p{Script=Hani}]$/u.test(other)
      );
  }
  if (/^[\u0660-\u0669]$/.test(character)) {
    return !characters.some((other) => /^[\u06f0-\u06f9]$/.test(other));
  }
  if (/^[\u06f0-\u06f9]$/.test(character)) {
    return !characters.some((other) => /^[\u0660-\u0669]$/.test(other));
  }
  return null;
}

/** Whether the directions of the text agree: the Bidi rule for a text that has something from right to left. (RFC 5893, 2) */
function followsBidiRule(text: string): boolean {
  const rtl = /[\p{Script=Hebr}\p{Script=Arab}\p{Script=Thaa}\u0660-\u0669]/u;
  if (!rtl.test(text)) return true;
  const hasArabicDigits = /[\u0660-\u0669]/.test(text);
  const hasEuropeanDigits = /[0-9\u06f0-\u06f9]/.test(text);
  const startsRight = /^(?!\p{Nd})[\p{Script=Hebr}\p{Script=Arab}\p{Script=Thaa}]/u.test(text);
  const staysRight = /^[\p{Script=Hebr}\p{Script=Arab}\p{Script=Thaa}\p{Mn}\p{Nd}[\]\\`_^{|}-]*$/u
    .test(text);
  const endsRight = /[\p{Script=Hebr}\p{Script=Arab}\p{Script=Thaa}\p{Nd}]\p{Mn}*$/u.test(text);
  return startsRight && staysRight && endsRight && !(hasArabicDigits && hasEuropeanDigits);
}

/** The nickname as it is shown, or `null` if the text is none. */
export function prepareNick(text: string): string | null {
  if (ASCII_REGEXP.test(text)) return isNick(text) ? text : null;
  if (text.length > LIMITS.NICK.value) return null;
  const nick = compose(text);
  if (byteLength(nick) > LIMITS.NICK.value || !NICK_START_REGEXP.test(nick)) return null;
  const characters = [...nick];
  const isValid = characters.every((character, index) =>
    ASCII_REGEXP.test(character)
      ? NICK_ASCII_REGEXP.test(character)
      : isInContext(characters, index) ?? isIdentifierCharacter(character)
  );
  if (MISPLACED_MARK_REGEXP.test(nick)) return null;
  const isOneScript = scriptSets().some((set) => set.test(nick));
  return isValid && isOneScript && followsBidiRule(nick) ? nick : null;
}

/** What a text would need to be a channel name when it is composed, as the end of a sentence; `null` if it is one. (NAME-7) */
export function composedNameProblem(text: string): string | null {
  return channelNameProblem(compose(text));
}

/** The channel name as it is shown, or `null` if the text is none. */
export function prepareChannelName(text: string): string | null {
  const name = compose(text);
  return isChannelName(name) ? name : null;
}
