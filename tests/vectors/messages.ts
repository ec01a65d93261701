/**
 * Lines and what they say. `split` is read only; `join` also comes out as it went in.
 *
 * @module
 */

/** A line and its parts; what is left out is absent. */
export interface MessageVector {
  readonly line: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly source?: string;
  readonly command: string;
  readonly params?: readonly string[];
}

/** Lines that are written exactly as formatMessage() writes them. */
export const JOIN_VECTORS: readonly MessageVector[] = [
  { line: "PING", command: "PING" },
  { line: "NICK alice", command: "NICK", params: ["alice"] },
  { line: "PRIVMSG #tea :two words", command: "PRIVMSG", params: ["#tea", "two words"] },
  { line: "PRIVMSG #tea ::)", command: "PRIVMSG", params: ["#tea", ":)"] },
  { line: "PRIVMSG #tea :", command: "PRIVMSG", params: ["#tea", ""] },
  { line: "PRIVMSG #tea :one", command: "PRIVMSG", params: ["#tea", "one"] },
  { line: "MODE #tea +k a:b", command: "MODE", params: ["#tea", "+k", "a:b"] },
  { line: "PRIVMSG #tea : ", command: "PRIVMSG", params: ["#tea", " "] },
  { line: "PRIVMSG #tea :a:b", command: "PRIVMSG", params: ["#tea", "a:b"] },
  { line: "PRIVMSG #tea :: :", command: "PRIVMSG", params: ["#tea", ": :"] },
  { line: "PRIVMSG #tea :tab\there", command: "PRIVMSG", params: ["#tea", "tab\there"] },
  {
    line: "PRIVMSG #grün :héllo wörld 🫖",
    command: "PRIVMSG",
    params: ["#grün", "héllo wörld 🫖"],
  },
  {
    line: ":irc.example 001 alice :hi",
    source: "irc.example",
    command: "001",
    params: ["alice", "hi"],
  },
  {
    line: ":alice!~a@host JOIN #tea",
    source: "alice!~a@host",
    command: "JOIN",
    params: ["#tea"],
  },
  { line: "@a=b PING", tags: { a: "b" }, command: "PING" },
  { line: "@a PING x", tags: { a: "" }, command: "PING", params: ["x"] },
  {
    line: "@+a/b=c\\:d\\se\\\\f\\rg\\nh;x :s PING",
    tags: { "+a/b": "c;d e\\f\rg\nh", x: "" },
    source: "s",
    command: "PING",
  },
  { line: "@a=b=c;d== PING", tags: { a: "b=c", d: "=" }, command: "PING" },
  {
    line: "A 1 2 3 4 5 6 7 8 9 10 11 12 13 14 :15 16",
    command: "A",
    params: [..."1 2 3 4 5 6 7 8 9 10 11 12 13 14".split(" "), "15 16"],
  },
];

/** Lines that say the same in another way than formatMessage() would write it. */
export const SPLIT_VECTORS: readonly MessageVector[] = [
  { line: "ping", command: "PING" },
  { line: "PriVmsg  bob   :hi", command: "PRIVMSG", params: ["bob", "hi"] },
  { line: "PRIVMSG bob :hi ", command: "PRIVMSG", params: ["bob", "hi "] },
  { line: "PRIVMSG bob hi  ", command: "PRIVMSG", params: ["bob", "hi"] },
  { line: "PRIVMSG bob ::hi:", command: "PRIVMSG", params: ["bob", ":hi:"] },
  { line: ":src   CMD   a   b", source: "src", command: "CMD", params: ["a", "b"] },
  { line: "@t=1   :src  CMD", tags: { t: "1" }, source: "src", command: "CMD" },
  { line: "@a= CMD", tags: { a: "" }, command: "CMD" },
  { line: "@a=1;a=2;b;a CMD", tags: { a: "", b: "" }, command: "CMD" },
  { line: "@a=\\ CMD", tags: { a: "" }, command: "CMD" },
  { line: "@a=x\\ CMD", tags: { a: "x" }, command: "CMD" },
  { line: "@a=\\b\\q\\: CMD", tags: { a: "bq;" }, command: "CMD" },
  { line: "@a=\\\\s\\\\:x CMD", tags: { a: "\\s\\:x" }, command: "CMD" },
  { line: "@not_a_key=1;; CMD", tags: { not_a_key: "1" }, command: "CMD" },
  { line: "@A=1;a=2 CMD", tags: { A: "1", a: "2" }, command: "CMD" },
  {
    line: "@__proto__=1;constructor=2 CMD",
    tags: { ["__proto__"]: "1", constructor: "2" },
    command: "CMD",
  },
  {
    line: "A 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16  17",
    command: "A",
    params: [..."1 2 3 4 5 6 7 8 9 10 11 12 13 14".split(" "), "15 16  17"],
  },
  {
    line: "A 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
    command: "A",
    params: "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15".split(" "),
  },
  {
    line: ":coolguy foo bar baz :  asdf quux ",
    source: "coolguy",
    command: "FOO",
    params: ["bar", "baz", "  asdf quux "],
  },
];

/** Lines that are no messages. */
export const BAD_LINES: readonly string[] = [
  "",
  "   ",
  ":",
  ":source",
  ":source ",
  "@tags",
  "@tags ",
  "@tags :source",
  "P!NG",
  "12",
  "1234",
  "12a",
  "PING\t x",
  "ÄÖÜ x",
];
