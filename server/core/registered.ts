/**
 * Registered channels: they belong to an account, stay when nobody is in them, and give ranks to accounts. Part of `apply`,
 * but for the questions.
 *
 * SPEC: "Registered channels".
 *
 * @module
 */
import {
  type FlagMode,
  type Folded,
  formatModeChanges,
  isFlagMode,
  levelOfRanks,
  type ListMode,
  Outgoing,
  rankOf,
  RANKS,
} from "../../protocol/mod.ts";
import { by } from "./audience.ts";
import type {
  AccessEvent,
  ChannelDropEvent,
  ChannelRegisterEvent,
  ChannelRestoreEvent,
} from "./events.ts";
import { parseRetention } from "./history.ts";
import type { Outbox } from "./ports.ts";
import { type Moment, sightOf, tellInSight } from "./sight.ts";
import {
  Channel,
  type ListEntry,
  type Membership,
  type NetworkState,
  NO_ACCESS,
  type Topic,
  type User,
} from "./state.ts";
import { HALFOP_LEVEL } from "./visibility.ts";

/** An account by its name, as it is shown and as it is found. */
export interface AccountName {
  readonly name: string;
  readonly folded: Folded;
}

/** What an account may do in a registered channel. */
export interface AccessEntry {
  /** The account's name. */
  readonly name: string;
  /** Bits of RANKS. */
  readonly ranks: number;
}

/** A channel as it is kept: plain data. Registered, or one in which somebody stays without a session. */
export interface ChannelRecord {
  readonly name: string;
  /** The name of the account that it belongs to; `null` if it is not registered. */
  readonly founder: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** `null` if it is not registered. */
  readonly registeredAt: number | null;
  readonly topic: Topic | null;
  readonly flags: readonly FlagMode[];
  readonly key: string | null;
  readonly limit: number | null;
  readonly forward: string | null;
  /** The parameter of mode `H`. */
  readonly retention: string | null;
  readonly lists: Readonly<Record<ListMode, readonly ListEntry[]>>;
  readonly metadata: readonly (readonly [key: string, value: string])[];
  readonly access: readonly AccessEntry[];
}

/** The bit of an owner. */
const OWNER_BIT = rankOf("q")?.bit ?? 0;

/** The ranks that an account has in a channel wherever it comes from. (REGCHAN-4) */
export function ranksOf(state: NetworkState, channel: Channel, account: string | null): number {
  if (channel.founder === null || account === null) return 0;
  const folded = state.fold(account);
  const own = channel.founder.folded === folded ? OWNER_BIT : 0;
  return own | (channel.access.get(folded)?.ranks ?? 0);
}

/** Whether no door of the channel is shut for the user: it has a say there. (REGCHAN-5) */
export function isTrusted(state: NetworkState, channel: Channel, user: User): boolean {
  return levelOfRanks(ranksOf(state, channel, user.account)) >= HALFOP_LEVEL;
}

/** The channels that belong to an account. */
export function* foundedBy(state: NetworkState, account: Folded): Generator<Channel> {
  for (const channel of state.channels.values()) {
    if (channel.founder?.folded === account) yield channel;
  }
}

/** A channel as it is to be kept now. */
export function recordOf(channel: Channel): ChannelRecord {
  const { name, founder, createdAt, registeredAt, topic, key, limit, forward } = channel;
  const { b, e, I } = channel.lists;
  return {
    name,
    founder: founder?.name ?? null,
    createdAt,
    registeredAt: founder === null ? null : registeredAt,
    topic,
    flags: [...channel.flags],
    key,
    limit,
    forward,
    retention: channel.retention?.text ?? null,
    lists: { b: [...b.values()], e: [...e.values()], I: [...I.values()] },
    metadata: [...channel.metadata],
    access: [...channel.access.values()],
  };
}

/** A channel belongs to an account, or to another. */
export function applyRegister(
  state: NetworkState,
  event: ChannelRegisterEvent,
  outbox: Outbox,
): void {
  const channel = state.channel(event.channel);
  if (channel.founder === null) channel.registeredAt = event.at;
  channel.founder = { name: event.founder, folded: state.fold(event.founder) };
  grantAll(state, channel, event, outbox);
}

/** A channel belongs to nobody any more, and goes if nobody is there. */
export function applyDrop(state: NetworkState, event: ChannelDropEvent): void {
  const channel = state.channel(event.channel);
  channel.founder = null;
  channel.access = NO_ACCESS;
  if (channel.members.size === 0) state.channels.delete(channel.folded);
}

/** An account has other ranks in a channel, or none any more. */
export function applyAccess(state: NetworkState, event: AccessEvent, outbox: Outbox): void {
  const channel = state.channel(event.channel);
  const access = new Map(channel.access);
  const folded = state.fold(event.account);
  if (event.ranks === 0) access.delete(folded);
  else access.set(folded, { name: event.account, ranks: event.ranks });
  channel.access = access.size === 0 ? NO_ACCESS : access;
  grantAll(state, channel, event, outbox);
}

/** A channel is there again, after the server was started. */
export function applyRestore(state: NetworkState, { record }: ChannelRestoreEvent): void {
  const folded = state.fold(record.name);
  const channel = new Channel(record.name, folded, record.createdAt);
  const { founder } = record;
  channel.founder = founder === null ? null : { name: founder, folded: state.fold(founder) };
  channel.registeredAt = record.registeredAt ?? -Infinity;
  channel.access = new Map(record.access.map((entry) => [state.fold(entry.name), entry]));
  channel.topic = record.topic;
  for (const flag of record.flags) if (isFlagMode(flag)) channel.flags.add(flag);
  channel.key = record.key;
  channel.limit = record.limit;
  channel.forward = record.forward;
  channel.retention = record.retention === null ? null : parseRetention(record.retention);
  for (const mode of ["b", "e", "I"] as const) {
    for (const entry of record.lists[mode]) channel.addToList(mode, entry);
  }
  channel.metadata = new Map(record.metadata);
  state.channels.set(folded, channel);
}

/** Gives the members of a channel what their accounts give them. */
function grantAll(state: NetworkState, channel: Channel, event: Moment, outbox: Outbox): void {
  for (const membership of channel.members.values()) grant(state, membership, event, outbox);
}

/** Gives a user what its account gives it, wherever it is. (REGCHAN-4) */
export function grantEverywhere(
  state: NetworkState,
  user: User,
  event: Moment,
  outbox: Outbox,
): void {
  for (const membership of user.channels.values()) grant(state, membership, event, outbox);
}

function grant(state: NetworkState, membership: Membership, event: Moment, outbox: Outbox): void {
  const { channel, user } = membership;
  const given = ranksOf(state, channel, user.account) & ~membership.ranks;
  if (given === 0) return;
  const before = sightOf(channel);
  membership.ranks |= given;
  tellInSight(state, channel, before, event, outbox, () => {
    outbox.fanOut(channel.local, ranksLine(state, membership, given, event.at), event.cause);
  });
}

/** The line by which the server tells of ranks that a member has. */
export function ranksLine(
  state: NetworkState,
  { channel, user }: Membership,
  ranks: number,
  at: number,
): Outgoing {
  const changes = RANKS.filter(({ bit }) => (ranks & bit) !== 0)
    .map(({ mode }) => ({ sign: "+", mode, param: user.nick } as const));
  const params = [channel.name, ...formatModeChanges(changes)];
  return new Outgoing(state.serverName, "MODE", params, by(null, at));
}
