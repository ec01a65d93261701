/**
 * Case mapping: when two names are the same name. This profile uses `CASEMAPPING=ascii`.
 *
 * SPEC: "Names".
 *
 * @module
 */

declare const FOLDED: unique symbol;

/** A name after case mapping: the only form that may be used as a key. */
export type Folded = string & { readonly [FOLDED]: true };

/** Maps A–Z to a–z and leaves all else alone. */
export function fold(name: string): Folded {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) as Folded;
}
