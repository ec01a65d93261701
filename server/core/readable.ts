/**
 * Which conversations a user may read, and what of them: pure questions about the state.
 *
 * SPEC: "Who may read it".
 *
 * @module
 */
import { type Folded, levelOfRanks, looksLikeChannel } from "../../protocol/mod.ts";
import {
  type Conversation,
  directConversation,
  type HistoryEntry,
  type HistoryScope,
  type Identity,
  identityOf,
} from "./history.ts";
import type { Membership, NetworkState, User } from "./state.ts";

/** The target that stands for everybody. */
export const EVERYONE = "$*";

/** A conversation that somebody may read, and what of it. */
export interface Readable extends HistoryScope {
  /** What it is called now. */
  readonly name: string;
}

/** What a session has asked `*playback` for, for channels that it joins soon. Times in milliseconds since the epoch. */
export interface Playing {
  /** Exclusive bounds; `null` for none. */
  readonly after: number | null;
  readonly before: number | null;
  /** Folded names; `null` for all. */
  readonly names: ReadonlySet<Folded> | null;
  /** Until when it counts. */
  readonly until: number;
}

/** A channel, to one who is in it. (READ-1) */
export function readableChannel({ channel, ranks, joinedAt }: Membership): Readable {
  return {
    conversation: { kind: "channel", channel: channel.folded },
    name: channel.name,
    // What was said there next is later. (HIST-10)
    since: channel.flags.has("J") ? joinedAt + 1 : 0,
    level: levelOfRanks(ranks),
  };
}

/** What the user and somebody else have said to each other. (READ-3) */
export function readableDirect(
  state: NetworkState,
  user: User,
  other: Identity,
  name: string,
): Readable {
  const conversation = directConversation(identityOf(state, user), other);
  return { conversation, name, since: 0, level: 0 };
}

/** What was said to everybody. (READ-5) */
export function readableByAll(user: User): Readable {
  const since = user.account === null ? user.signedOnAt : 0;
  return { conversation: { kind: "everyone" }, name: EVERYONE, since, level: 0 };
}

/** The channels of the user. */
export function readableChannels(user: User): Readable[] {
  return [...user.channels.values()].map(readableChannel);
}

/** What the name stands for, if it is no nick and the user may read it; a nick is `"nick"`. */
export function readableByName(
  state: NetworkState,
  user: User,
  name: string,
): Readable | "nick" | null {
  if (name === EVERYONE) return readableByAll(user);
  if (looksLikeChannel(name)) {
    const membership = user.channels.get(state.fold(name));
    return membership === undefined ? null : readableChannel(membership);
  }
  return state.names.nick(name) === null ? null : "nick";
}

/** The other end of a direct conversation; oneself where one has talked to oneself. */
export function otherEnd(
  own: Identity,
  [first, second]: readonly [Identity, Identity],
): Identity {
  return first === own ? second : first;
}

/** What names a conversation among those of one user. */
export function placeOf(state: NetworkState, user: User, conversation: Conversation): string {
  switch (conversation.kind) {
    case "channel":
      return conversation.channel;
    case "direct":
      return otherEnd(identityOf(state, user), conversation.ends);
    case "everyone":
      return EVERYONE;
  }
}

/** Whether the user has said what an entry of a conversation of theirs tells. */
export function isOwn(
  state: NetworkState,
  user: User,
  { account, source, target }: HistoryEntry,
): boolean {
  if (user.account !== null) {
    return account !== null && state.fold(account) === state.fold(user.account);
  }
  // Who is not logged in may have had another nick since.
  return account === null && (source === user.source || state.fold(target) !== user.folded);
}
