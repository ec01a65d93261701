/**
 * An entry of the history as it stands in the database, and back: a plain message is one row of columns, and what else there is
 * stands in one more as JSON.
 *
 * @module
 */
import { type Folded, levelOfRanks, RANKS } from "../../protocol/mod.ts";
import type { UserId } from "../core/events.ts";
import { type Conversation, HISTORY_VERBS, type HistoryEntry, keyOf } from "../core/history.ts";
import type { Arrival } from "./arrivals.ts";

/** The number of what is left of a message that was taken back; those of verbs are below. */
export const REDACTED = 100;

/** What was said: the rows of the one index. */
export const SAID = "verb IN (0, 1)";
/** What was done: those of the other, with what was taken back. */
export const DONE = "verb >= 2";
/** What can be taken back: PRIVMSG, NOTICE, TAGMSG, the first of the verbs. */
export const IS_MESSAGE = "verb < 3";

/** A row of the table. */
export interface Row {
  readonly id: number;
  readonly conversation: number;
  readonly at: number;
  readonly msgid: string | null;
  readonly verb: number;
  readonly level: number;
  readonly source: string;
  readonly account: string | null;
  readonly target: string;
  readonly text: string | null;
  readonly data: string | null;
}

/** What few entries have. */
interface Extra {
  readonly bot?: 1;
  readonly oper?: 1;
  readonly relay?: string;
  readonly params?: readonly string[];
  readonly lines?: HistoryEntry["lines"];
  readonly tags?: readonly (readonly [string, string])[];
}

/** What a {@linkcode Row} is made of. */
export const COLUMNS =
  "id, conversation, at, msgid, verb, level, source, account, target, text, data";

function levelOfPrefix(prefix: string): number {
  if (prefix === "") return 0;
  return levelOfRanks(RANKS.find((rank) => rank.prefix === prefix)?.bit ?? 0);
}

/** The conversation of a key. */
export function conversationOf(key: string): Conversation {
  if (key === "$*") return { kind: "everyone" };
  if (key.startsWith("#")) return { kind: "channel", channel: key as Folded };
  const [first = "", second = ""] = key.split(" ");
  return { kind: "direct", ends: [first, second], key };
}

/** An entry as it is kept at first. */
export function arrivalOf(
  conversation: Conversation,
  entry: HistoryEntry,
  by: UserId | null,
): Arrival {
  const { msgid, at, verb, source, account, target, params, tags } = entry;
  const isReaction = verb === "TAGMSG" && tags !== undefined &&
    (tags.has("+draft/react") || tags.has("+draft/unreact"));
  const key = keyOf(conversation);
  const name = conversation.kind === "channel" ? conversation.name ?? key : key;
  return [
    key,
    at,
    msgid,
    HISTORY_VERBS.indexOf(verb),
    conversation.kind === "channel" ? levelOfPrefix(target) : 0,
    source,
    account,
    account === null ? by : null,
    target,
    params[0] ?? null,
    isReaction ? tags.get("+draft/reply") ?? tags.get("+reply") ?? null : null,
    extraOf(entry),
    name === key ? null : name,
  ];
}

/** The key of a conversation as people know it, as a column: a channel as it was spelled last. */
export const SPELLED =
  "coalesce(conversations.name, (SELECT name FROM channels WHERE folded = key), key)";

/** What few entries have, as JSON; `null` for most. */
function extraOf(
  { isBot, isOper, params, lines, relayedBy, tags }: HistoryEntry,
): string | null {
  const isPlain = !isBot && !isOper && relayedBy === undefined;
  if (isPlain && params.length < 2 && lines === undefined && !tags?.size) return null;
  const extra: Extra = {
    ...isBot ? { bot: 1 } : {},
    ...isOper ? { oper: 1 } : {},
    ...relayedBy === undefined ? {} : { relay: relayedBy },
    ...params.length < 2 ? {} : { params },
    ...lines === undefined ? {} : { lines },
    ...tags?.size ? { tags: [...tags] } : {},
  };
  return JSON.stringify(extra);
}

/** The entry of a row. */
export function entryOf(row: Row): HistoryEntry {
  const { msgid, at, verb, source, account, target, text, data } = row;
  const extra: Extra = data === null ? {} : JSON.parse(data);
  return {
    msgid,
    at,
    verb: HISTORY_VERBS[verb] ?? "PRIVMSG",
    source,
    account,
    isBot: extra.bot === 1,
    isOper: extra.oper === 1,
    target,
    params: extra.params ?? (text === null ? [] : [text]),
    ...extra.relay === undefined ? {} : { relayedBy: extra.relay },
    ...extra.lines === undefined ? {} : { lines: extra.lines },
    ...extra.tags === undefined ? {} : { tags: new Map(extra.tags) },
  };
}
