/**
 * Masks: globs over `nick!user@host`, and the parts of a source.
 *
 * SPEC: "Names".
 *
 * @module
 */
import { foldUnicode } from "./precis.ts";

/** The parts of a source; a server's name is all `nick`. */
export interface Source {
  readonly nick: string;
  readonly user: string | null;
  readonly host: string | null;
}

/** Splits `nick!user@host`. */
export function parseSource(source: string): Source {
  const at = source.lastIndexOf("@");
  const host = at < 0 ? null : source.slice(at + 1);
  const left = at < 0 ? source : source.slice(0, at);
  const bang = left.indexOf("!");
  return bang < 0
    ? { nick: left, user: null, host }
    : { nick: left.slice(0, bang), user: left.slice(bang + 1), host };
}

/** Joins the parts of a user's source. */
export function formatSource(nick: string, user: string, host: string): string {
  return `${nick}!${user}@${host}`;
}

/** The key of a mask: two masks with the same one match the same. */
export function foldMask(mask: string): string {
  return foldUnicode(mask);
}

/** Completes a mask that names only a part: `bob` is `bob!*@*`, `*@host` is `*!*@host`. */
export function completeMask(mask: string): string {
  const { nick, user, host } = parseSource(mask);
  if (user === null && host !== null) return `*!${nick || "*"}@${host || "*"}`;
  return `${nick || "*"}!${user || "*"}@${host || "*"}`;
}

/** What an entry of a channel's list is about: a mask, or as an extended ban a mask for speaking, or an account. */
export interface ListMask {
  /** `m` only takes the word, `R` is an account, and the empty one is about `nick!user@host`. */
  readonly type: "" | "m" | "R";
  readonly mask: string;
}

/** Reads an entry of a list: `m:bob!*@*`, `R:account` or `bob!*@*`. */
export function parseListMask(entry: string): ListMask {
  const [, type, mask] = /^([mR]):(.*)$/s.exec(entry) ?? [];
  return type === "m" || type === "R" ? { type, mask: mask ?? "" } : { type: "", mask: entry };
}

/** Completes an entry of a list as {@linkcode completeMask} does; accounts are left as they are. */
export function completeListMask(entry: string): string {
  const { type, mask } = parseListMask(entry);
  if (type === "R") return entry;
  return (type === "" ? "" : `${type}:`) + completeMask(mask);
}

/**
 * Whether the text matches the glob: `*` any run, `?` any one character, without regard to case. Linear in the text for
 * each star, never exponential: both come from strangers.
 */
export function matchMask(mask: string, text: string): boolean {
  const glob = foldUnicode(mask);
  const subject = foldUnicode(text);
  let g = 0, s = 0, star = -1, mark = 0;
  while (s < subject.length) {
    const character = glob[g];
    if (character === "*") {
      star = g++;
      mark = s;
    } else if (character === "?" || character === subject[s]) {
      g++;
      s++;
    } else if (star >= 0) {
      g = star + 1;
      s = ++mark;
    } else {
      return false;
    }
  }
  while (glob[g] === "*") g++;
  return g === glob.length;
}
