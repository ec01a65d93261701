/**
 * Passwords as text that is the same from every keyboard: SASLprep (RFC 4013), as far as it serves passwords.
 *
 * Spaces become one kind, what is not seen is dropped, the rest is composed by NFKC, and what RFC 3454 prohibits is refused.
 * Two things are otherwise: characters are assigned or not by the Unicode of today rather than by its version 3.2, so that
 * the scripts and signs of later years may be used; and the rule on directions, which could only refuse passwords that
 * people type without trouble, is not applied. Where a strict program accepts a password, the result is the same.
 *
 * SPEC: "Accounts".
 *
 * @module
 */

/** Printable ASCII, which stays as it is. */
const PLAIN_REGEXP = /^[\x20-\x7e]*$/;
/** Table C.1.2 of RFC 3454. */
const SPACE_REGEXP = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g;
/** Table B.1: commonly mapped to nothing. */
const DROPPED_REGEXP = /[\u00ad\u034f\u1806\u180b-\u180d\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]/g;
/** Tables C.2 to C.9, and what is not assigned. */
const PROHIBITED_REGEXP =
  /[\p{Cc}\p{Co}\p{Cn}\p{Cs}\u0340\u0341\u06dd\u070f\u180e\u200e\u200f\u2028-\u202e\u2060-\u2063\u206a-\u206f\u2ff0-\u2fff\ufff9-\ufffd\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/u;

/** The password as it is hashed; `null` if it is empty, or has a character that none may have. */
export function preparePassword(text: string): string | null {
  if (text === "") return null;
  if (PLAIN_REGEXP.test(text)) return text;
  const prepared = text.replace(SPACE_REGEXP, " ").replace(DROPPED_REGEXP, "").normalize("NFKC");
  return prepared === "" || PROHIBITED_REGEXP.test(prepared) ? null : prepared;
}
