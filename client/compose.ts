/**
 * What the user wrote → what one message may carry: quotes taken off, lines and long texts split so
 * that each fits the wire after the server has put the sender before it. Never cuts anything away.
 * @module
 */

import { parseNumber } from "../protocol/number.ts";

/** Bytes of a relayed line, with its end. */
const LINE_BYTES = 512;
/** When the own mask is not known yet: `!`, user name, `@` and the longest host. */
const UNKNOWN_MASK_BYTES = 1 + 19 + 1 + 64;

const QUOTES: Readonly<Record<string, string>> = { '"': '"', "“": "”", "'": "'" };
const ENCODER = new TextEncoder();
const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function byteLength(text: string): number {
  return ENCODER.encode(text).length;
}

/**
 * Takes off one pair of quotes round the whole text. A text with another quote of the pair inside,
 * or with only one, is left as it is.
 */
export function unquote(text: string): string {
  const open = text.charAt(0);
  const close = QUOTES[open];
  if (close === undefined || text.length < 2 || !text.endsWith(close)) return text;
  const inner = text.slice(1, -1);
  return inner.includes(open) || inner.includes(close) ? text : inner;
}

/** How many bytes of text fit into one message to `target`, once the server has put `mask` before it. */
export function textBudget(nick: string, mask: string | null, target: string): number {
  const source = mask === null ? byteLength(nick) + UNKNOWN_MASK_BYTES : byteLength(mask);
  return Math.max(40, LINE_BYTES - 2 - 1 - source - " PRIVMSG ".length - byteLength(target) - 2);
}

/**
 * Splits a text into parts of at most `bytes` bytes: at line ends, then between words, and only
 * where one word is too long between characters. Joined by blanks (line ends) the parts give the
 * text again; parts without anything but blanks are left out.
 */
export function splitText(text: string, bytes: number): string[] {
  const parts: string[] = [];
  for (const line of text.split(/\r\n?|\n/)) {
    for (let rest = line; rest.trim() !== "";) {
      const end = partEnd(rest, bytes);
      const part = rest.slice(0, end);
      if (part.trim() !== "") parts.push(part);
      rest = rest.slice(end);
      if (rest.startsWith(" ")) rest = rest.slice(1);
    }
  }
  return parts;
}

/** Where the first part ends. Always past the first character. */
function partEnd(text: string, bytes: number): number {
  if (text.length * 3 <= bytes || byteLength(text) <= bytes) return text.length;
  const limit = fitting(text, bytes);
  if (text.charAt(limit) === " " && text.slice(0, limit).trim() !== "") return limit;
  const blank = text.lastIndexOf(" ", limit - 1);
  return blank > 0 && text.slice(0, blank).trim() !== "" ? blank : limit;
}

/** The longest beginning that fits, between clusters if possible, else between code points. */
function fitting(text: string, bytes: number): number {
  let used = 0;
  let end = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    const size = byteLength(segment);
    if (used + size > bytes) break;
    used += size;
    end += segment.length;
  }
  if (end > 0) return end;
  for (const point of text) {
    const size = byteLength(point);
    if (used + size > bytes && end > 0) break;
    used += size;
    end += point.length;
  }
  return end;
}

const BLANKS = /[\s\p{Cc}\p{Cf}]*/uy;

/** Where the first character stands, from there on, that is no blank and can be seen. */
export function afterBlanks(text: string, from: number): number {
  BLANKS.lastIndex = from;
  BLANKS.test(text);
  return BLANKS.lastIndex;
}

/**
 * Where the slash of a command stands that begins there, blanks before it or not; `null` if none does. Who wants to say a
 * text that begins so writes `/say` before it: what was meant as a command, with a password perhaps, is never said.
 */
export function commandAt(text: string, from: number): number | null {
  const at = afterBlanks(text, from);
  return text.charAt(at) === "/" ? at : null;
}

/** The first word and what follows it. */
export function firstWord(text: string): [string, string] {
  const match = /^\s*(\S*)\s*([\s\S]*)$/.exec(text);
  return [match?.[1] ?? "", (match?.[2] ?? "").trimEnd()];
}

/** A text for a place that takes one line only. */
export function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ");
}

/** Seconds as people say them: `3 minutes`. */
export function duration(seconds: number): string {
  const units: readonly (readonly [number, string])[] = [[86_400, "day"], [3600, "hour"], [
    60,
    "minute",
  ]];
  for (const [size, name] of units) {
    const count = Math.floor(seconds / size);
    if (count > 0) return `${count} ${name}${count === 1 ? "" : "s"}`;
  }
  return `${seconds} second${seconds === 1 ? "" : "s"}`;
}

/** As much as a line has room for, whatever stands before it. */
const TARGETS_BYTES = 400;

/**
 * Targets as parameters of a command, as many in each as fit and the server takes.
 *
 * @param most The value of TARGMAX, such as `JOIN:,PRIVMSG:4`.
 */
export function targetLists(
  targets: readonly string[],
  command: string,
  most: string | undefined,
): string[] {
  return listsOf(targets, (target) => target, command, most).map((list) => list.join(","));
}

/** A room to enter, and its key if it has one. */
export interface RoomKey {
  readonly name: string;
  readonly key: string | null;
}

/** Rooms with their keys as parameters of JOIN, as many in each as fit. The n-th key is for the n-th room: those come first. */
export function joinLists(rooms: readonly RoomKey[], most: string | undefined): string[][] {
  const sorted = [...rooms].sort((a, b) => Number(a.key === null) - Number(b.key === null));
  const both = ({ name, key }: RoomKey) => `${name},${key ?? ""}`;
  return listsOf(sorted, both, "JOIN", most).map((list) => {
    const keys = list.flatMap(({ key }) => key ?? []);
    const names = list.map(({ name }) => name).join(",");
    return keys.length === 0 ? [names] : [names, keys.join(",")];
  });
}

/** What stands in one line each, by its text. */
function listsOf<Item>(
  items: readonly Item[],
  textOf: (item: Item) => string,
  command: string,
  most: string | undefined,
): Item[][] {
  const entry = most?.split(",").find((entry) => entry.startsWith(`${command}:`));
  const told = entry?.slice(command.length + 1) ?? "";
  const limit = parseNumber(told, 1, Number.MAX_SAFE_INTEGER) ?? Infinity;
  const lists: Item[][] = [];
  for (const item of items) {
    const last = lists.at(-1);
    const isFull = last === undefined || last.length >= limit ||
      byteLength([...last, item].map(textOf).join(",")) > TARGETS_BYTES;
    if (isFull) lists.push([item]);
    else last.push(item);
  }
  return lists;
}
