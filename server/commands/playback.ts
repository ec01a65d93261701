/**
 * What was said is told again: entries of the history as lines for one session, as many as it has room for.
 *
 * SPEC: "CHATHISTORY", "Replay".
 *
 * @module
 */
import {
  byteLength,
  type MultilineLine,
  Outgoing,
  type OutgoingTags,
  RANKS,
} from "../../protocol/mod.ts";
import { knowsMultiline, Said } from "../core/delivery.ts";
import type { HistoryEntry, HistoryVerb } from "../core/history.ts";
import type { Session } from "../core/state.ts";
import { type CommandContext, TAG_BYTES } from "./context.ts";

/** Which entries are left out first where there is no room for all. */
export type Keep = "oldest" | "newest" | "middle";

/** Entries that cost what one line costs. (CHATH-8) */
export const ENTRIES_PER_TOKEN = 50;

/** What is told again. */
export interface Told {
  readonly entry: HistoryEntry;
  /** What its conversation is called now: lines of a channel are addressed to it. */
  readonly name: string;
}

/** How entries are told. */
export interface Telling {
  readonly keep: Keep;
  /** The bytes that may be used; what the session has room for unless said otherwise. */
  readonly room?: number;
  /** The most lines, if there are more than one entry. */
  readonly lines?: number;
  /** Puts the time before each text, for those who see no other. */
  readonly isStamped?: boolean;
}

/** One entry as lines. */
export type Piece = readonly Outgoing[];

/** Where a text that is an action begins. */
const ACTION = "\x01ACTION ";

/** Verbs that everybody knows who asks for history. */
const MESSAGES: ReadonlySet<HistoryVerb> = new Set(["PRIVMSG", "NOTICE"]);

/** Whether the session is told more than messages. (CHATH-5) */
export function knowsEvents(session: Session): boolean {
  return session.has("draft/event-playback");
}

/** The entries of one conversation, under its name. */
export function under(name: string, entries: readonly HistoryEntry[]): Told[] {
  return entries.map((entry) => ({ entry, name }));
}

/** Tells pieces, in a batch that the caller has opened. */
export function tellPieces(context: CommandContext, pieces: readonly Piece[]): void {
  for (const lines of pieces) for (const line of lines) context.answer(line);
}

/** The entries that there is room for, as lines, in their order. (REPLY-4) */
export function piecesOf(
  { session, roomBytes }: CommandContext,
  entries: readonly Told[],
  { keep, room = roomBytes, lines: most = Infinity, isStamped = false }: Telling,
): Piece[] {
  const pieces = new Map<number, Piece>();
  let bytes = 0;
  let count = 0;
  for (const index of inOrderOf(keep, entries.length)) {
    const told = entries[index];
    if (told === undefined) continue;
    const { entry, name } = told;
    const lines = linesOf(session, isStamped ? stamped(entry) : entry, name);
    count += lines.length;
    for (const line of lines) bytes += byteLength(line.text(session.variant)) + TAG_BYTES;
    if (bytes > room || (count > most && pieces.size > 0)) break;
    if (lines.length > 0) pieces.set(index, lines);
  }
  return [...pieces].sort(([a], [b]) => a - b).map(([, piece]) => piece);
}

/** Whether an entry is a text for people: no CTCP but ACTION, which programs would answer. */
export function isText({ verb, params, lines }: HistoryEntry): boolean {
  if (!MESSAGES.has(verb)) return false;
  const texts = lines?.map(({ text }) => text) ?? params;
  return !texts.some((text) => text.startsWith("\x01") && !text.startsWith(ACTION));
}

/** Whether a target is the prefix of a rank, or nothing: what stands before a channel's name. */
function isPrefix(target: string): boolean {
  return target === "" || RANKS.some(({ prefix }) => prefix === target);
}

/** The indexes of so many entries, those first that are kept the longest. */
function* inOrderOf(keep: Keep, count: number): Generator<number> {
  const middle = count >> 1;
  for (let i = 0; i < count; i++) {
    if (keep === "oldest") yield i;
    else if (keep === "newest") yield count - 1 - i;
    else yield middle + (i % 2 === 1 ? -((i + 1) >> 1) : i >> 1);
  }
}

/** An entry as the session would have received it, but for the name of the channel, which is that of now. (READ-6) */
function linesOf(session: Session, entry: HistoryEntry, name: string): readonly Outgoing[] {
  const { verb, source, params } = entry;
  if (!MESSAGES.has(verb) && !knowsEvents(session)) return [];
  const target = isPrefix(entry.target) ? entry.target + name : entry.target;
  const tags = tagsOf(entry);
  const one = (
    ...words: readonly string[]
  ): Outgoing[] => [Outgoing.fitting(source, verb, words, tags)];
  switch (verb) {
    case "PRIVMSG":
    case "NOTICE":
      return entry.lines === undefined
        ? one(target, ...params)
        : several(session, entry, entry.lines, target);
    case "TAGMSG":
      return session.has("message-tags") ? one(target) : [];
    case "JOIN":
      return session.has("extended-join") ? one(name, entry.account ?? "*", ...params) : one(name);
    case "PART":
    case "KICK":
    case "TOPIC":
    case "MODE":
      return one(name, ...params);
    case "QUIT":
    case "NICK":
      return one(...params);
    case "REDACT":
      return session.has("draft/message-redaction") ? one(target, ...params) : [];
    case "RENAME":
      return session.has("draft/channel-rename") ? one(...params) : [];
  }
}

/** A message of several lines: as one to those who know such, else line by line. */
function several(
  session: Session,
  entry: HistoryEntry,
  lines: readonly MultilineLine[],
  target: string,
): readonly Outgoing[] {
  const { source, msgid } = entry;
  const verb = entry.verb === "NOTICE" ? "NOTICE" : "PRIVMSG";
  const said = { source, verb, msgid: msgid ?? "" } as const;
  const { whole, single } = new Said(said, lines, target, tagsOf(entry), {
    ...speakerOf(entry),
    tags: entry.tags,
  });
  return knowsMultiline(session) ? whole : single;
}

/** What tells of the speaker, and when. */
function speakerOf({ at, account, isBot, isOper, relayedBy }: HistoryEntry): OutgoingTags {
  return { at, account, isOper, isBot, relayedBy };
}

/** All tags of an entry. */
function tagsOf(entry: HistoryEntry): OutgoingTags {
  const { msgid, tags } = entry;
  return { ...speakerOf(entry), msgid, tags };
}

/** The entry with its time before each text. */
function stamped(entry: HistoryEntry): HistoryEntry {
  const stamp = `[${new Date(entry.at).toISOString().slice(0, 16).replace("T", " ")}] `;
  const { lines, params } = entry;
  if (lines === undefined) {
    return {
      ...entry,
      params: params.map((text) => stampedText(stamp, text)),
    };
  }
  const shown = lines.filter(({ text }) => text !== "").map((line) => ({
    ...line,
    text: stampedText(stamp, line.text),
  }));
  return { ...entry, lines: shown };
}

function stampedText(stamp: string, text: string): string {
  return text.startsWith(ACTION) ? ACTION + stamp + text.slice(ACTION.length) : stamp + text;
}
