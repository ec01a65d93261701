/**
 * Who is told: the sessions that a fact concerns, and the tags that say who has caused it.
 *
 * @module
 */
import {
  type Folded,
  levelOfRanks,
  NUMERICS,
  Outgoing,
  type OutgoingTags,
  parseSource,
  RANKS,
} from "../../protocol/mod.ts";
import type { Outbox } from "./ports.ts";
import type { Channel, NetworkState, Session, User } from "./state.ts";
import { isWitness } from "./visibility.ts";

/** The sessions that have the capability, or those that have not. */
export function* having(
  sessions: Iterable<Session>,
  capability: Parameters<Session["has"]>[0],
  wanted = true,
): Generator<Session> {
  for (const session of sessions) if (session.has(capability) === wanted) yield session;
}

/** What tells of the sender on every line that a user causes. */
export function by(
  user: User | null,
  at: number,
  tags?: ReadonlyMap<string, string>,
  msgid: string | null = null,
): OutgoingTags {
  if (user === null) return { at, msgid, tags };
  const { account, isOperator: isOper, modes } = user;
  return { at, account, isOper, isBot: modes.has("B"), msgid, tags };
}

/** The sessions that are shown what the user does in the channel. */
export function witnesses(channel: Channel, user: User): ReadonlySet<Session> {
  if (!channel.flags.has("u")) return channel.local;
  const sessions = new Set<Session>();
  for (const session of channel.local) {
    if (session.user !== null && isWitness(session.user, channel, user)) sessions.add(session);
  }
  return sessions;
}

/**
 * Every session that sees the user in some channel, once; the user's own too. Where there is one channel only these are its
 * own set: a crowd that leaves the lobby at once does not have it copied for each.
 */
export function audience(user: User): ReadonlySet<Session> {
  if (user.channels.size === 1) {
    for (const { channel } of user.channels.values()) return witnesses(channel, user);
  }
  const sessions = new Set(user.sessions);
  for (const { channel } of user.channels.values()) {
    for (const session of witnesses(channel, user)) sessions.add(session);
  }
  return sessions;
}

/**
 * The sessions with the capability that are told of a change of the user: those that share a channel, and those that watch
 * the nick with extended-monitor; each once. (MONITOR-9)
 */
export function* interested(
  state: NetworkState,
  user: User,
  capability: Parameters<Session["has"]>[0],
): Generator<Session> {
  const sharing = audience(user);
  yield* having(sharing, capability);
  for (const session of having(state.watches.of(user.folded), capability)) {
    if (!sharing.has(session) && session.has("extended-monitor")) yield session;
  }
}

/** The sessions that see the user in some channel, and those that watch the nick; each once. (META-12) */
export function* hearers(state: NetworkState, user: User): Generator<Session> {
  const sharing = audience(user);
  yield* sharing;
  for (const session of state.watches.of(user.folded)) if (!sharing.has(session)) yield session;
}

/** Tells those who watch the nick that somebody has it now, or nobody any more. (MONITOR-7) */
export function tellWatchers(
  state: NetworkState,
  outbox: Outbox,
  nick: Folded,
  numeric: "RPL_MONONLINE" | "RPL_MONOFFLINE",
  shown: string,
  { at, cause }: { readonly at: number; readonly cause?: string | undefined },
): void {
  const watchers = state.watches.of(nick);
  if (watchers.size === 0) return;
  // Addressed to "*", so that it is one line for all of them.
  const { code } = NUMERICS[numeric];
  outbox.fanOut(watchers, new Outgoing(state.serverName, code, ["*", shown], { at }), cause);
}

/** Those of the sessions that are not the user's own. */
export function* othersOf(user: User, sessions: Iterable<Session>): Generator<Session> {
  for (const session of sessions) if (session.user !== user) yield session;
}

/** The local sessions of members that have the rank of this prefix, or a higher one. */
export function ranked(channel: Channel, prefix: string): ReadonlySet<Session> {
  const least = levelOfRanks(RANKS.find((rank) => rank.prefix === prefix)?.bit ?? 0);
  const sessions = new Set<Session>();
  for (const { user, ranks } of channel.members.values()) {
    if (levelOfRanks(ranks) >= least) {
      for (const session of user.sessions) sessions.add(session);
    }
  }
  return sessions;
}

/** The user of a source, if it is one's. */
export function author(state: NetworkState, source: string): User | null {
  const user = state.userByNick(parseSource(source).nick);
  return user?.source === source ? user : null;
}
