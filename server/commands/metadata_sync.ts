/**
 * How metadata reaches those who have subscribed to its keys, beside the changes: on SYNC, SUB, JOIN and MONITOR, in WHOIS,
 * and in the welcome.
 *
 * SPEC: "METADATA"; IRCv3 metadata.
 *
 * @module
 */
import { byteLength, LIMITS } from "../../protocol/mod.ts";
import { metadataParams } from "../core/apply_metadata.ts";
import { Channel, type Metadata, type User } from "../core/state.ts";
import { canSeeMember } from "../core/visibility.ts";
import type { CommandContext } from "./context.ts";

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
  const { session, node } = context;
  const keys = session.subscriptions;
  const entries = target instanceof Channel
    ? channelEntries(context, target, keys)
    : entriesOf(name, target, keys);
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

/** The first values, or `null` if there are more. */
function atMost(entries: Iterable<Entry>, most: number): Entry[] | null {
  const taken: Entry[] = [];
  for (const entry of entries) if (taken.push(entry) > most) return null;
  return taken;
}

function tell(context: CommandContext, { target, key, value }: Entry): void {
  context.line("METADATA", ...metadataParams(target, key, value));
}

function tellBatch(context: CommandContext, name: string, entries: Iterable<Entry>): void {
  context.batch("metadata", [name], () => {
    for (const entry of entries) tell(context, entry);
  });
}

function syncLater(context: CommandContext, target: string): void {
  context.numeric("RPL_METADATASYNCLATER", target, RETRY_AFTER_SECONDS);
}

/** The values of keys that the session has just subscribed to, of all from whom it hears. */
export function tellSubscribed(context: CommandContext, keys: ReadonlySet<string>): void {
  const { session } = context;
  const { user } = session;
  if (user === null) return;
  let room: number = LIMITS.METADATA_SYNC.value;
  for (const entry of entriesOf(user.nick, user.metadata, keys)) tell(context, entry);
  const told = new Set<string>();
  for (const nick of session.watched.keys()) {
    const watched = context.node.state.nicks.get(nick);
    if (watched === undefined || told.has(watched.nick) || watched === user) continue;
    told.add(watched.nick);
    const entries = atMost(entriesOf(watched.nick, watched.metadata, keys), room);
    if (entries === null) {
      syncLater(context, watched.nick);
      continue;
    }
    room -= entries.length;
    for (const entry of entries) tell(context, entry);
  }
  for (const { channel } of user.channels.values()) {
    const entries = atMost(channelEntries(context, channel, keys), room);
    if (entries === null) {
      syncLater(context, channel.name);
      continue;
    }
    const news = entries.filter(({ target }) => !told.has(target));
    for (const entry of news) tell(context, entry);
    for (const { target } of news) told.add(target);
    room -= news.length;
  }
}

/** What a session that has just joined a channel is told of it and of those who are there. */
export function tellJoined(context: CommandContext, channel: Channel): void {
  const { session } = context;
  if (session.subscriptions.size === 0 || !session.has("draft/metadata-2")) return;
  const entries = atMost(
    channelEntries(context, channel, session.subscriptions),
    LIMITS.METADATA_SYNC.value,
  );
  if (entries === null) syncLater(context, channel.name);
  else if (entries.length > 0) tellBatch(context, channel.name, entries);
}

/** What a session that begins to watch a nick is told of the user who has it. */
export function tellWatched(context: CommandContext, nick: string): void {
  const { session } = context;
  if (session.subscriptions.size === 0 || !session.has("draft/metadata-2")) return;
  const user = context.node.state.userByNick(nick);
  if (user === undefined) return;
  for (const entry of entriesOf(user.nick, user.metadata, session.subscriptions)) {
    tell(context, entry);
  }
}

/** The part of WHOIS that is metadata. */
export function tellWhois(context: CommandContext, user: User): void {
  if (user.metadata.size === 0 || !context.session.has("draft/metadata-2")) return;
  for (const [key, value] of user.metadata) {
    context.numeric("RPL_WHOISKEYVALUE", user.nick, key, "*", value);
  }
}

/** What a newcomer is told of itself, before the message of the day. */
export function tellOwn(context: CommandContext): void {
  const { session, user } = context;
  if (!session.has("draft/metadata-2")) return;
  tellBatch(context, user.nick, entriesOf(user.nick, user.metadata, null));
}
