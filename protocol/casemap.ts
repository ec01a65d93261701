/**
 * Case mapping: when two names are the same name, and what a name may be. A server of this profile uses `CASEMAPPING=ascii`
 * or `precis`; clients meet others too.
 *
 * SPEC: "Names".
 *
 * @module
 */
import { channelNameProblem, isChannelName, isNick } from "./grammar.ts";
import { composedNameProblem, foldUnicode, prepareChannelName, prepareNick } from "./precis.ts";
import { skeleton } from "./confusables.ts";

// deno-lint-ignore no-control-regex -- the whole of ASCII
const ASCII_REGEXP = /^[\x00-\x7f]*$/;

declare const FOLDED: unique symbol;

/** A name after case mapping: the only form that may be used as a key. */
export type Folded = string & { readonly [FOLDED]: true };

/** When names are equal, and what they may be. */
export interface CaseMapping {
  /** The value of CASEMAPPING. */
  readonly name: string;
  /** The key of a name. Takes any text. */
  fold(name: string): Folded;
  /** A nickname as it is shown, or `null` if the text is none. */
  nick(text: string): string | null;
  /** A channel name as it is shown, or `null` if the text is none. */
  channel(text: string): string | null;
  /** What a text would need to be a channel name, as the end of a sentence; `null` if it is one. (NAME-7) */
  channelProblem(text: string): string | null;
  /** What nicks that look alike have in common; the folded nick where no two do. */
  look(nick: string): string;
}

/** Maps A–Z to a–z and leaves all else alone. */
export function fold(name: string): Folded {
  if (ASCII_REGEXP.test(name)) return name.toLowerCase() as Folded; // three times as fast
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) as Folded;
}

/** `fold` of RFC 1459: `[]\~` are the capitals of `{}|^`; the strict one leaves `~` and `^` alone. */
function foldRfc1459(name: string, isStrict: boolean): Folded {
  const folded = fold(name).replace(
    /[[\]\\]/g,
    (sign) => sign === "[" ? "{" : sign === "]" ? "}" : "|",
  );
  return (isStrict ? folded : folded.replaceAll("~", "^")) as Folded;
}

/** Letters of ASCII are equal in either case. */
export const ASCII: CaseMapping = {
  name: "ascii",
  fold,
  nick: (text) => isNick(text) ? text : null,
  channel: (text) => isChannelName(text) ? text : null,
  channelProblem: channelNameProblem,
  look: fold,
};

/** Letters of all scripts are equal in either case, by RFC 8265. */
export const PRECIS: CaseMapping = {
  name: "precis",
  fold: (name) => foldUnicode(name) as Folded,
  nick: prepareNick,
  channel: prepareChannelName,
  channelProblem: composedNameProblem,
  look: skeleton,
};

/** Every mapping that a server of this profile can use. */
export const CASE_MAPPINGS = { ascii: ASCII, precis: PRECIS } as const;

/** How the server with this value of CASEMAPPING maps names; ASCII's way where it is not known. */
export function foldOf(casemapping: string | undefined): (name: string) => Folded {
  switch (casemapping) {
    case "precis":
    case "rfc8265":
      return PRECIS.fold;
    case "rfc1459":
      return (name) => foldRfc1459(name, false);
    case "rfc1459-strict":
    case "strict-rfc1459":
      return (name) => foldRfc1459(name, true);
    default:
      return fold;
  }
}
