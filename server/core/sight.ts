/**
 * Who comes into whose sight, and who goes out of it: what a member's coming looks like to others, and the same where it was
 * there already and is only now to be seen. In an auditorium (mode `u`) that is so with many facts. Part of `apply`.
 *
 * SPEC: CMODE-5, CMODE-7.
 *
 * @module
 */
import { Outgoing } from "../../protocol/mod.ts";
import { introduce } from "./apply_metadata.ts";
import { by, having, othersOf } from "./audience.ts";
import type { Outbox } from "./ports.ts";
import type { Channel, Membership, NetworkState, Session, User } from "./state.ts";
import { isShownToAll, isSilenced, reachIn, seesAll } from "./visibility.ts";

/** What others are told of somebody who is away, but whose own words may not reach them. (REACH-6) */
export const AWAY_UNHEARD = "Away";

/** When something was done, and for whose sake. */
export interface Moment {
  readonly at: number;
  readonly cause?: string | undefined;
}

/** What tells of a member who is new: plain, and for those with extended-join. */
export function joinLines(
  channel: Channel,
  user: User,
  at: number,
  id?: string,
): [Outgoing, Outgoing] {
  const tags = by(user, at, undefined, id);
  const account = user.account ?? "*";
  return [
    new Outgoing(user.source, "JOIN", [channel.name], tags),
    new Outgoing(user.source, "JOIN", [channel.name, account, user.realname], tags),
  ];
}

/** Tells of a member who is new: to each in the form that it knows. */
export function tellJoin(
  state: NetworkState,
  outbox: Outbox,
  told: Iterable<Session>,
  channel: Channel,
  user: User,
  { at, cause }: Moment,
  id?: string,
): void {
  const tags = by(user, at);
  const [plain, extended] = joinLines(channel, user, at, id);
  outbox.fanOut(having(told, "extended-join", false), plain, cause);
  outbox.fanOut(having(told, "extended-join"), extended, cause);
  if (user.away !== null) {
    const isHeard = user.awayText === null || reachIn(user, channel) === "all";
    const text = isHeard ? user.away : AWAY_UNHEARD;
    const away = new Outgoing(user.source, "AWAY", [text], tags);
    outbox.fanOut(othersOf(user, having(told, "away-notify")), away, cause);
  }
  const hasMore = user.metadata.size > 0 && !isSilenced(user, channel); // REACH-5
  if (hasMore) introduce(state, user, told, at, outbox);
}

/** Who is to be seen in a channel, and who sees everybody there, as it is now. */
export interface Sight {
  /** Those whom everybody sees. */
  readonly shown: ReadonlySet<Membership>;
  /** Those who see everybody. */
  readonly seeing: ReadonlySet<User>;
}

/**
 * What can be seen in the channel; `null` where everybody sees everybody.
 *
 * @param isWhole It is wanted all the same: the mode is about to change, or has.
 */
export function sightOf(channel: Channel, isWhole = false): Sight | null {
  if (!isWhole && !channel.flags.has("u")) return null;
  const shown = new Set<Membership>();
  const seeing = new Set<User>();
  for (const membership of channel.members.values()) {
    const { user } = membership;
    if (isShownToAll(user, channel)) shown.add(membership);
    if (seesAll(user, channel)) seeing.add(user);
  }
  return { shown, seeing };
}

/**
 * Tells of a fact that may change what can be seen: first who comes into sight, by JOIN, then the fact itself, then who goes
 * out of sight, by PART; each to those alone for whom it is so. (CMODE-7)
 *
 * @param before What could be seen before the fact; `null` if it changes nothing of that.
 * @param tell Tells of the fact.
 */
export function tellInSight(
  state: NetworkState,
  channel: Channel,
  before: Sight | null,
  moment: Moment,
  outbox: Outbox,
  tell: () => void,
): void {
  if (before === null) return tell();
  const after = sightOf(channel, true) ?? before;
  for (const [membership, sessions] of onlyBy(after, before, channel)) {
    tellJoin(state, outbox, sessions, channel, membership.user, moment);
  }
  tell();
  for (const [{ user }, sessions] of onlyBy(before, after, channel)) {
    const part = new Outgoing(user.source, "PART", [channel.name], by(user, moment.at));
    outbox.fanOut(sessions, part, moment.cause);
  }
}

/** The members who are seen by the one sight where they are not by the other, each with the sessions for which it is so. */
function* onlyBy(
  one: Sight,
  other: Sight,
  { local, members }: Channel,
): Generator<readonly [Membership, readonly Session[]]> {
  // Among thousands it is most often one viewer, or one member.
  const seeing = [...one.seeing.difference(other.seeing)].flatMap(({ sessions }) => [...sessions]);
  for (const membership of members.values()) {
    if (other.shown.has(membership)) continue;
    const sessions: Session[] = [];
    for (const session of one.shown.has(membership) ? local : seeing) {
      const { user } = session;
      const isBlind = user !== null && user !== membership.user && !other.seeing.has(user);
      if (isBlind) sessions.push(session);
    }
    if (sessions.length > 0) yield [membership, sessions];
  }
}
