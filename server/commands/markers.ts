/**
 * How far somebody has read: MARKREAD.
 *
 * SPEC: "MARKREAD"; IRCv3 read-marker.
 *
 * @module
 */
import { type Folded, LIMITS, Outgoing } from "../../protocol/mod.ts";
import { having } from "../core/audience.ts";
import { identityOf, keyOf } from "../core/history.ts";
import { placeOf, type Readable, readableChannel } from "../core/readable.ts";
import type { Channel } from "../core/state.ts";
import { StoreError } from "../core/store_error.ts";
import { canSeeChannel } from "../core/visibility.ts";
import type { CommandContext, CommandRule } from "./context.ts";
import { findReadable } from "./readables.ts";
import { formatTimestamp, readTimestamp } from "./timestamps.ts";

/** MARKREAD <target> [<timestamp>] */
function markread(context: CommandContext): void {
  const { message: { params } } = context;
  const name = context.param(0);
  const stamp = params[1];
  if (name === "") return context.fail("NEED_MORE_PARAMS"); // MARK-5
  const at = stamp === undefined ? undefined : readTimestamp(stamp);
  if (at === null || params.length > 2) {
    return context.fail("INVALID_PARAMS", name, ...params.slice(1));
  }
  try {
    const readable = findReadable(context, name) ?? findUnread(context, name);
    if (readable === null) return context.fail("INVALID_PARAMS", name); // MARK-5
    const before = markerOf(context, readable);
    const after = Math.max(before ?? -Infinity, upTo(context, readable, at ?? -Infinity));
    const isMoved = at !== undefined && after !== before;
    if (isMoved) moveMarker(context, readable, after);
    tell(context, readable, after === -Infinity ? null : after);
    if (isMoved) tellOthers(context, readable, after);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    context.fail("INTERNAL_ERROR", name);
  }
}

/** A channel that the user is not in: there may be a marker all the same, and nothing to read. (MARK-2) */
function findUnread(
  { node: { state, store }, user }: CommandContext,
  name: string,
): Readable | null {
  const channel = state.channelByName(name);
  if (channel === undefined && state.names.channel(name) === null) return null;
  const folded = state.fold(name);
  const isSeen = channel !== undefined && canSeeChannel(user, channel);
  const known = user.account === null
    ? null
    : store.markers.nameOf(identityOf(state, user), folded);
  return {
    conversation: { kind: "channel", channel: folded },
    name: isSeen ? channel.name : known ?? name, // NAME-10
    since: Number.MAX_SAFE_INTEGER,
    level: 0,
  };
}

/**
 * An instant, or if it has not come yet the latest that anything there bears: what comes next is not read. (MARK-1, HIST-11)
 */
export function upTo(
  { node: { state, clock }, user }: CommandContext,
  { conversation }: Readable,
  at: number,
): number {
  const isElsewhere = conversation.kind === "channel" && !user.channels.has(conversation.channel);
  if (isElsewhere) return Math.min(at, clock.epoch()); // when something was said there is for its members
  const isDirect = conversation.kind === "direct";
  const key = isDirect ? identityOf(state, user) : keyOf(conversation);
  return state.times.upTo([key], at, clock.epoch());
}

/** How far the user has read; `null` if that is not known. */
export function markerOf({ node, user }: CommandContext, readable: Readable): number | null {
  const place = placeOf(node.state, user, readable.conversation);
  if (user.account === null) return user.markers.get(place) ?? null;
  return node.store.markers.get(identityOf(node.state, user), place);
}

/** Remembers how far the user has read. (MARK-1) */
export function moveMarker(
  { node, user }: CommandContext,
  { conversation, name }: Readable,
  at: number,
): void {
  const place = placeOf(node.state, user, conversation);
  if (user.account !== null) {
    node.store.markers.set(identityOf(node.state, user), place, name, at);
    return;
  }
  const markers = new Map(user.markers);
  markers.delete(place);
  markers.set(place, at);
  for (const oldest of markers.keys()) {
    if (markers.size <= LIMITS.MARKERS.value) break;
    markers.delete(oldest);
  }
  user.markers = markers;
}

function paramsOf({ name }: Readable, at: number | null): readonly [string, string] {
  return [name, at === null ? "*" : formatTimestamp(at)];
}

function tell(context: CommandContext, readable: Readable, at: number | null): void {
  context.line("MARKREAD", ...paramsOf(readable, at));
}

/** Tells the other sessions of the same user, and nobody else. (MARK-3) */
function tellOthers({ node, session, user }: CommandContext, readable: Readable, at: number): void {
  const { settings, clock, outbox } = node;
  const params = paramsOf(readable, at);
  const line = new Outgoing(settings.name, "MARKREAD", params, { at: clock.epoch() });
  outbox.fanOut(having(user.sessions, "draft/read-marker"), line, undefined, session);
}

/** Tells a session that is new in a channel how far its user has read there. Before the names. (MARK-4) */
export function tellMarker(context: CommandContext, channel: Channel): void {
  const membership = channel.members.get(context.user.id);
  if (membership === undefined || !context.session.has("draft/read-marker")) return;
  const readable = readableChannel(membership);
  try {
    tell(context, readable, markerOf(context, readable));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    tell(context, readable, null);
  }
}

/** How far its members have read a channel counts under its new name. */
export function renameMarkers({ node }: CommandContext, from: Folded, channel: Channel): void {
  node.store.markers.rename(from, channel.folded, channel.name);
  for (const { user } of channel.members.values()) {
    const at = user.markers.get(from);
    if (at === undefined) continue;
    const others = [...user.markers].filter(([place]) => place !== from);
    user.markers = new Map([...others, [channel.folded, at]]);
  }
}

/** The rule of this section. */
export const marking = {
  MARKREAD: { stage: "active", arity: 0, run: markread },
} as const satisfies Record<string, CommandRule>;
