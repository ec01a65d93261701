/**
 * How metadata reaches those who have subscribed to its keys, beside the changes: on SYNC, SUB, JOIN and MONITOR, in WHOIS,
 * and in the welcome.
 *
 * SPEC: "METADATA"; IRCv3 metadata.
 *
 * @module
 */
import { byteLength, LIMITS } from "../../protocol/mod.ts";
import { knowsMetadata } from "../core/apply_metadata.ts";
import { Channel, type Metadata, type User } from "../core/state.ts";
import { canSeeMember } from "../core/visibility.ts";
import type { CommandContext } from "./context.ts";

/** As the target of SYNC: all from whom the sender hears. */
export const ALL = "*ALL";
/** Values of a SYNC that cost what one line costs. */
const VALUES_PER_TOKEN = 20;
/** What a value takes on the wire beside target, key and value: source, command, tags. */
const VALUE_OVERHEAD_BYTES = 150;
/** Seconds after which a client may ask again for what was too much at once. */
const RETRY_AFTER_SECONDS = "5";

/** One value of somebody, to be told. */
interface Entry {
  readonly target: string;
  readonly key: string;
  readonly value: string;
}

/** Tells all subscribed values of a channel and those in it, or of a user whose values are given. */
export function tellAll(
  context: CommandContext,
  name: string,
  target: Channel | Metadata,
): void {
  const keys = context.session.subscriptions;
  const isChannel = target instanceof Channel;
  sync(
    context,
    name,
    isChannel ? channelEntries(context, target, keys) : entriesOf(name, target, keys),
  );
}

/** METADATA *ALL SYNC */
export function syncAll(context: CommandContext): void {
  sync(context, ALL, allEntries(context, context.session.subscriptions));
}

/** Tells so many values as there are, if the queue has room for them. (META-16) */
function sync(context: CommandContext, name: string, entries: Iterable<Entry>): void {
  const { session, node } = context;
  const room = node.settings.sendqBytes / 2 - session.link.waitingBytes;
  let bytes = 0;
  const told: Entry[] = [];
  for (const entry of entries) {
    bytes += VALUE_OVERHEAD_BYTES + byteLength(entry.target) + byteLength(entry.value) +
      entry.key.length;
    if (bytes > room) return syncLater(context, name);
    told.push(entry);
  }
  session.bucket.spend(told.length / VALUES_PER_TOKEN);
  tellBatch(context, name, told);
}

/** The values of the given keys. */
function* entriesOf(
  target: string,
  values: Metadata,
  keys: ReadonlySet<string> | null,
): Generator<Entry> {
  if (values.size === 0) return;
  for (const [key, value] of values) {
    if (keys === null || keys.has(key)) yield { target, key, value };
  }
}

/** The values of a channel, and of those of the others in it whom the sender may see. */
function* channelEntries(
  context: CommandContext,
  channel: Channel,
  keys: ReadonlySet<string>,
): Generator<Entry> {
  if (keys.size === 0) return;
  yield* entriesOf(channel.name, channel.metadata, keys);
  for (const { user } of channel.members.values()) {
    if (user.metadata.size === 0 || user === context.user) continue;
    if (canSeeMember(context.user, channel, user)) {
      yield* entriesOf(user.nick, user.metadata, keys);
    }
  }
}

/** The values of all from whom the sender hears, each once: itself, those whom it watches, its channels, those in them. */
function* allEntries(context: CommandContext, keys: ReadonlySet<string>): Generator<Entry> {
  if (keys.size === 0) return;
  const { session, user, node: { state } } = context;
  const told = new Set([user]);
  yield* entriesOf(user.nick, user.metadata, keys);
  for (const nick of session.watched.keys()) {
    const watched = state.nicks.get(nick);
    if (watched === undefined || told.has(watched)) continue;
    told.add(watched);
    yield* entriesOf(watched.nick, watched.metadata, keys);
  }
  for (const { channel } of user.channels.values()) {
    yield* entriesOf(channel.name, channel.metadata, keys);
    for (const { user: member } of channel.members.values()) {
      if (member.metadata.size === 0 || told.has(member)) continue;
      if (!canSeeMember(user, channel, member)) continue;
      told.add(member);
      yield* entriesOf(member.nick, member.metadata, keys);
    }
  }
}

/** The first values, or `null` if there are more. */
function atMost(entries: Iterable<Entry>, most: number): Entry[] | null {
  const taken: Entry[] = [];
  for (const entry of entries) if (taken.push(entry) > most) return null;
  return taken;
}

function tellBatch(context: CommandContext, name: string, entries: Iterable<Entry>): void {
  context.batch("metadata", [name], () => {
    for (const { target, key, value } of entries) {
      context.numeric("RPL_KEYVALUE", target, key, "*", value);
    }
  });
}

function syncLater(context: CommandContext, target: string): void {
  context.numeric("ERR_METADATASYNCLATER", target, RETRY_AFTER_SECONDS);
}

/** Tells what comes unasked, if it is not too much at once. */
function tellUnasked(context: CommandContext, name: string, entries: Iterable<Entry>): void {
  const told = atMost(entries, LIMITS.METADATA_SYNC.value);
  if (told === null) syncLater(context, name);
  else tellBatch(context, name, told);
}

/** The values of keys that the session has just subscribed to, of all from whom it hears. (META-11) */
export function tellSubscribed(context: CommandContext, keys: ReadonlySet<string>): void {
  const { session } = context;
  if (session.user === null || !knowsMetadata(session)) return;
  tellUnasked(context, ALL, allEntries(context, keys));
}

/** What a session that has just joined a channel is told of it and of those who are there. (META-15) */
export function tellJoined(context: CommandContext, channel: Channel): void {
  const { session } = context;
  if (!knowsMetadata(session)) return;
  tellUnasked(context, channel.name, channelEntries(context, channel, session.subscriptions));
}

/** What a session is told of the users of whom it has just been told that they are here. (META-20) */
export function tellWatched(context: CommandContext, users: Iterable<User>): void {
  const { session } = context;
  if (!knowsMetadata(session)) return;
  let room: number = LIMITS.METADATA_SYNC.value;
  for (const { nick, metadata } of users) {
    const told = atMost(entriesOf(nick, metadata, session.subscriptions), room);
    if (told === null) {
      syncLater(context, nick);
    } else {
      tellBatch(context, nick, told);
      room -= told.length;
    }
  }
}

/** The part of WHOIS that is metadata. */
export function tellWhois(context: CommandContext, user: User): void {
  if (user.metadata.size === 0 || !knowsMetadata(context.session)) return;
  for (const [key, value] of user.metadata) {
    context.numeric("RPL_WHOISKEYVALUE", user.nick, key, "*", value);
  }
}

/** What a newcomer is told of itself, before the message of the day. */
export function tellOwn(context: CommandContext): void {
  const { session, user } = context;
  if (!knowsMetadata(session)) return;
  tellBatch(context, user.nick, entriesOf(user.nick, user.metadata, null));
}
