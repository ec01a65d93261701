/**
 * What is kept of what was said and done: conversations and their entries, as plain data, and the port through which they are
 * kept and read.
 *
 * SPEC: "History".
 *
 * @module
 */
import type { Folded, MultilineLine } from "../../protocol/mod.ts";
import type { UserId } from "./events.ts";
import type { NetworkState, User } from "./state.ts";
import { parseDuration, parseNumber } from "../../protocol/mod.ts";

/** Who somebody is in the history: an account, which lasts, or a user, who is gone with its last session. */
export type Identity = string;

/** Where something was said. */
export type Conversation =
  /** With the name as it is spelled, where it is told what is said there. */
  | { readonly kind: "channel"; readonly channel: Folded; readonly name?: string }
  /** In order; both the same for what one says to oneself. */
  | {
    readonly kind: "direct";
    readonly ends: readonly [Identity, Identity];
    /** Both, as {@linkcode keyOf} has them: put together once, for who keeps it asks again. */
    readonly key: string;
  }
  | { readonly kind: "everyone" };

/** What entries are of, in the order of their numbers in the database. */
export const HISTORY_VERBS = [
  "PRIVMSG",
  "NOTICE",
  "TAGMSG",
  "JOIN",
  "PART",
  "QUIT",
  "KICK",
  "NICK",
  "TOPIC",
  "MODE",
  "RENAME",
  "REDACT",
] as const;

/** What an entry is of. */
export type HistoryVerb = typeof HISTORY_VERBS[number];

/** One thing that was said or done. */
export interface HistoryEntry {
  /** `null` for what was never told of by a line. */
  readonly msgid: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly verb: HistoryVerb;
  /** `nick!user@host` as it was shown, or the name of a server. */
  readonly source: string;
  readonly account: string | null;
  readonly isBot: boolean;
  readonly isOper: boolean;
  /** As it was shown: the recipient's nick; for a channel only the prefix of a rank, or nothing. */
  readonly target: string;
  /** What came after the target: the text of a message, who was kicked and why, the new nick. */
  readonly params: readonly string[];
  /** The lines of a message that has several. */
  readonly lines?: readonly MultilineLine[] | undefined;
  /** The nick of the bridge that said it for somebody else. */
  readonly relayedBy?: string | undefined;
  /** Client-only tags. */
  readonly tags?: ReadonlyMap<string, string> | undefined;
}

/** The key of a conversation. Channels begin with `#`, and neither they nor identities hold a space. */
export function keyOf(conversation: Conversation): string {
  switch (conversation.kind) {
    case "channel":
      return conversation.channel;
    case "direct":
      return conversation.key;
    case "everyone":
      return "$*";
  }
}

/** A place in a conversation. */
export type Reference = { readonly at: number } | { readonly msgid: string };

/** What a reader may see of a conversation. */
export interface HistoryScope {
  readonly conversation: Conversation;
  /** Nothing from before. Milliseconds since the epoch. */
  readonly since: number;
  /** Nothing for ranks above: as `levelOfRanks` has it. */
  readonly level: number;
}

/** A part of a conversation. */
export interface HistoryRange extends HistoryScope {
  /** Exclusive. */
  readonly after?: Reference | undefined;
  /** Exclusive. */
  readonly before?: Reference | undefined;
  /** Which end counts where there is more than `limit`. */
  readonly from: "oldest" | "newest";
  readonly limit: number;
  /** Whether more is wanted than PRIVMSG and NOTICE. */
  readonly withEvents: boolean;
}

/** What is looked for in conversations. */
export interface HistorySearch {
  readonly scopes: readonly HistoryScope[];
  /** Words, all of which must be in a message; none for any. */
  readonly text?: string | undefined;
  /** The nick of the sender, in any case. */
  readonly from?: string | undefined;
  /** Exclusive; milliseconds since the epoch. */
  readonly after?: number | undefined;
  /** Exclusive; milliseconds since the epoch. */
  readonly before?: number | undefined;
  /** So many: the latest, unless the earliest are wanted. */
  readonly limit: number;
  readonly keep?: "latest" | "earliest" | undefined;
}

/** A message that was found, and in which of the scopes. */
export interface Found {
  readonly scope: HistoryScope;
  readonly entry: HistoryEntry;
}

/** A conversation, and the last message in it that the reader may see. */
export interface LastSaid {
  readonly conversation: Conversation;
  readonly entry: HistoryEntry;
}

/** A message that is kept, and who has sent it. */
export interface Kept extends LastSaid {
  /** `null` for the server. */
  readonly from: Identity | null;
}

/** How much is kept of each conversation; 0 for no limit. */
export interface Retention {
  readonly forMs: number;
  readonly count: number;
}

/**
 * Keeps and tells what was said. Writes are queued and cannot fail; reads see what was queued before.
 *
 * @throws {StoreError} Reads throw when the database cannot be read now.
 */
export interface History {
  /** @param by Whose message it is: told if it cannot be kept. */
  record(conversation: Conversation, entry: HistoryEntry, by: UserId | null): void;
  /** Entries in ascending order. */
  read(range: HistoryRange): readonly HistoryEntry[] | "unknown-reference";
  /** What surrounds a place: half of it before, then what is there and after. */
  around(
    reference: Reference,
    range: Omit<HistoryRange, "after" | "before" | "from">,
  ): readonly HistoryEntry[] | "unknown-reference";
  /** The last message of each of these conversations, where there is one. */
  last(scopes: readonly HistoryScope[]): readonly LastSaid[];
  /** The direct conversations of somebody, those first in which something was said last, at most so many. */
  direct(identity: Identity, limit: number): readonly LastSaid[];
  /** The last times in conversations that have one not before that instant, by what bears them. (HIST-10) */
  ahead(of: number): readonly (readonly [key: string, at: number])[];
  /** The message of this id, if it is kept. */
  find(msgid: string): Kept | undefined;
  /** Messages that hold all that is wanted, in ascending order. */
  search(search: HistorySearch): readonly Found[];
  /** Forgets what a message said, and the reactions to it. */
  redact(msgid: string): void;
  /** A channel has another name; what another of that name left behind is out of reach. */
  rename(from: Folded, to: Folded): void;
  /** A channel is closed to some, or is open to all. */
  close(channel: Folded, isClosed: boolean): void;
  /** A channel is made: what was said in a closed one of its name is not for its members. */
  begin(channel: Folded): void;
  /** How much of a channel is kept; `null` as much as of all. */
  retain(channel: Folded, retention: Retention | null): void;
  /** Does a part of what is due: forgets what is not kept any more, and makes what is new ready to be found. */
  tend(at: number, retention: Retention): void;
}

/** What mode `H` keeps of a channel. */
export interface ChannelRetention extends Retention {
  /** As the mode has it: `500:7d`. */
  readonly text: string;
}

/** Reads the parameter of mode `H`: messages and a duration, of which one may be 0; `null` for what is none. (MODE-9) */
export function parseRetention(text: string): ChannelRetention | null {
  const [, digits = "", duration = ""] = /^(\d+):(\w{1,20})$/.exec(text) ?? [];
  const count = parseNumber(digits, 0, 999_999_999);
  const forMs = duration === "0" ? 0 : parseDuration(duration);
  if (count === null || forMs === null || Number.isNaN(forMs) || (count === 0 && forMs === 0)) {
    return null;
  }
  return { count, forMs, text: `${count}:${duration.toLowerCase()}` };
}

/** Who a user is in the history. */
export function identityOf(state: NetworkState, user: User): Identity {
  return user.account === null ? user.id : identityOfAccount(state.fold(user.account));
}

/** Who an account is in the history. No user's id begins so. */
export function identityOfAccount(folded: Folded): Identity {
  return `=${folded}`;
}

/** What two say to each other. */
export function directConversation(a: Identity, b: Identity): Conversation {
  const ends = a < b ? [a, b] as const : [b, a] as const;
  return { kind: "direct", ends, key: `${ends[0]} ${ends[1]}` };
}
