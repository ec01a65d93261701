/**
 * Masks, and what they match and do not.
 *
 * @module
 */

/** One mask. */
export interface MaskVector {
  readonly mask: string;
  readonly matches: readonly string[];
  readonly misses: readonly string[];
}

/** Globs over sources and other texts. */
export const MASK_VECTORS: readonly MaskVector[] = [
  { mask: "*", matches: ["", "a", "a!b@c"], misses: [] },
  { mask: "", matches: [""], misses: ["a"] },
  {
    mask: "alice!*@*",
    matches: ["alice!~a@host", "ALICE!x@"],
    misses: ["alice", "malice!~a@host"],
  },
  {
    mask: "*!~b?b@*",
    matches: ["x!~bob@h", "!~bib@"],
    misses: ["x!~bb@h", "x!bob@h", "x!~boob@h"],
  },
  { mask: "a?c", matches: ["abc", "a?c", "AxC"], misses: ["ac", "abbc"] },
  { mask: "a*c", matches: ["ac", "abc", "abcc", "a*c"], misses: ["a", "acb", "bac"] },
  { mask: "*a*a*a*", matches: ["aaa", "banana!"], misses: ["aa", "bana"] },
  { mask: "**a**", matches: ["a", "bab"], misses: ["b"] },
  { mask: "*.example", matches: ["x.example", ".example"], misses: ["xexample", "x.example.org"] },
  { mask: "a[b]{c}|\\^", matches: ["A[B]{C}|\\^"], misses: ["a{b}[c]\\|~"] },
  { mask: "a.c+(d)$", matches: ["a.c+(d)$"], misses: ["abc+(d)$", "a.cc(d)"] },
  { mask: "é?", matches: ["éx", "Éx"], misses: ["ex", "é"] },
];

/** Abbreviated masks and what they are completed to. */
export const COMPLETION_VECTORS: readonly (readonly [string, string])[] = [
  ["alice", "alice!*@*"],
  ["alice!~a", "alice!~a@*"],
  ["~a@host", "*!~a@host"],
  ["@host", "*!*@host"],
  ["alice!~a@host", "alice!~a@host"],
  ["alice!@", "alice!*@*"],
  ["!", "*!*@*"],
  ["*", "*!*@*"],
  ["*@*", "*!*@*"],
];
