/**
 * What users and channels tell about themselves: METADATA.
 *
 * SPEC: "METADATA"; IRCv3 metadata.
 *
 * @module
 */
import { byteLength, isMetadataKey, LIMITS, looksLikeChannel } from "../../protocol/mod.ts";
import { TokenBucket } from "../core/flood.ts";
import type { Awaitable } from "../core/ports.ts";
import type { Channel, Metadata, User } from "../core/state.ts";
import { canSeeChannel, HALFOP_LEVEL, levelIn, silencingChannel } from "../core/visibility.ts";
import { after, type CommandContext, type CommandRule, packWords } from "./context.ts";
import { ALL, syncAll, tellAll, tellSubscribed } from "./metadata_sync.ts";

/** How often one user may change metadata for long, and how often at once. */
const CHANGES_PER_SECOND = 1;
const CHANGE_BURST = 20;
/** What a list of keys has room for, and how many a line may have beside the nick. */
const KEYS_BYTES = 350;
const KEYS_PER_LINE = 13;

/** What a command is about; `user` is null before there is one. */
type Target =
  | { readonly kind: "self"; readonly name: string; readonly user: User | null }
  | { readonly kind: "user"; readonly name: string; readonly user: User }
  | { readonly kind: "channel"; readonly name: string; readonly channel: Channel };

/** A subcommand: what it does, and with how many parameters, the target and itself among them. */
interface Subcommand {
  readonly least: number;
  readonly most: number;
  /** It is about the sender alone. */
  readonly isOwn?: boolean;
  readonly run: (context: CommandContext, target: Target) => Awaitable<void>;
}

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  CLEAR: { least: 2, most: 2, run: clear },
  GET: { least: 3, most: Infinity, run: get },
  LIST: { least: 2, most: 2, run: list },
  SET: { least: 3, most: 4, run: set },
  SUB: { least: 3, most: Infinity, isOwn: true, run: subscribe },
  SUBS: { least: 2, most: 2, isOwn: true, run: subscriptions },
  SYNC: { least: 2, most: 2, run: sync },
  UNSUB: { least: 3, most: Infinity, isOwn: true, run: unsubscribe },
};

/** METADATA <target> <subcommand> [<key>{ <key>}] [<value>] */
function metadata(context: CommandContext): Awaitable<void> {
  const { session, message: { params } } = context;
  const name = context.param(1).toUpperCase();
  const subcommand = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
  if (subcommand === undefined) return context.fail("INVALID_PARAMS", context.param(1));
  if (params.length < subcommand.least) return context.numeric("ERR_NEEDMOREPARAMS", "METADATA");
  if (params.length > subcommand.most) return context.fail("INVALID_PARAMS", name);
  if (name === "SYNC" && context.param(0) === ALL && session.user !== null) return syncAll(context);
  const target = findTarget(context);
  if (target === null || (subcommand.isOwn && target.kind !== "self")) {
    return context.fail("INVALID_TARGET", context.param(0));
  }
  if (name !== "SET" && !mayKnow(context, target)) {
    const text = "What a channel tells is for its members alone.";
    return context.failSaying("KEY_NO_PERMISSION", text, target.name, "*"); // META-22
  }
  return subcommand.run(context, target);
}

/** Whom the target names, as far as the sender may know. */
function findTarget(context: CommandContext): Target | null {
  const { session, node: { state } } = context;
  const name = context.param(0);
  if (name === "*") return { kind: "self", name: session.user?.nick ?? "*", user: session.user };
  if (session.user === null) return null;
  if (looksLikeChannel(name)) {
    const channel = state.channelByName(name);
    if (channel === undefined || !canSeeChannel(session.user, channel)) return null;
    return { kind: "channel", name: channel.name, channel };
  }
  const user = state.userByNick(name);
  if (user === undefined) return null;
  return { kind: user === session.user ? "self" : "user", name: user.nick, user };
}

/** What is stored of a target; of a session without a user, what it has told so far. */
function valuesOf(context: CommandContext, target: Target): Metadata {
  if (target.kind === "channel") return target.channel.metadata;
  return target.user?.metadata ?? context.session.metadata;
}

/** Whether the sender may know what the target tells: of a channel its members may, and those who are above all ranks. */
function mayKnow({ session }: CommandContext, target: Target): boolean {
  if (target.kind !== "channel" || session.user === null) return true;
  return target.channel.members.has(session.user.id) || levelIn(session.user, target.channel) > 0;
}

/** Whether the sender may change what the target tells of itself. */
function mayChange({ session }: CommandContext, target: Target): boolean {
  if (target.kind === "self") return true;
  if (session.user === null) return false;
  if (target.kind === "user") return session.user.isOperator;
  return levelIn(session.user, target.channel) >= HALFOP_LEVEL;
}

/** METADATA <target> GET <key>{ <key>} */
function get(context: CommandContext, target: Target): void {
  const values = valuesOf(context, target);
  context.batch("metadata", [target.name], () => {
    for (const key of context.message.params.slice(2)) {
      const value = values.get(key);
      if (!isMetadataKey(key)) context.fail("INVALID_KEY_SKIPPED", key);
      else if (value === undefined) context.numeric("RPL_KEYNOTSET", target.name, key);
      else context.numeric("RPL_KEYVALUE", target.name, key, "*", value);
    }
  });
}

/** METADATA <target> LIST */
function list(context: CommandContext, target: Target): void {
  context.batch("metadata", [target.name], () => tellValues(context, target.name, target));
}

function tellValues(context: CommandContext, name: string, target: Target): void {
  for (const [key, value] of valuesOf(context, target)) {
    context.numeric("RPL_KEYVALUE", name, key, "*", value);
  }
}

/** METADATA <target> SET <key> [<value>] */
function set(context: CommandContext, target: Target): Awaitable<void> {
  const key = context.param(2);
  const value = context.param(3) || null; // META-5: an empty value is none
  const values = valuesOf(context, target);
  if (!isMetadataKey(key)) return context.fail("INVALID_KEY", key);
  if (!mayChange(context, target)) return context.fail("KEY_NO_PERMISSION", target.name, key);
  if (
    target.kind === "self" && target.user !== null && silencingChannel(target.user) !== undefined
  ) {
    return context.fail("KEY_NO_PERMISSION", target.name, key); // REACH-5
  }
  // "*" is answered as it was asked: before registration there is no other name.
  const tell = (): void => {
    if (value === null) context.numeric("RPL_KEYNOTSET", context.param(0), key);
    else context.numeric("RPL_KEYVALUE", context.param(0), key, "*", value);
  };
  if (value === (values.get(key) ?? null)) return tell(); // META-6
  const refusal = value === null ? null : whyNotSet(values, key, value);
  if (refusal === "INVALID_VALUE") return context.fail(refusal, key);
  if (refusal !== null) {
    return context.fail(refusal, "SET", context.param(0), String(LIMITS.METADATA_KEYS.value));
  }
  if (isTooFast(context, 1)) return;
  return after(change(context, target, [[key, value]]), tell);
}

/** What of the values themselves forbids a change. */
function whyNotSet(
  values: Metadata,
  key: string,
  value: string,
): "INVALID_VALUE" | "LIMIT_REACHED" | null {
  if (byteLength(value) > LIMITS.METADATA_VALUE.value) return "INVALID_VALUE";
  const isFull = !values.has(key) && values.size >= LIMITS.METADATA_KEYS.value;
  return isFull ? "LIMIT_REACHED" : null;
}

/**
 * Whether the sender has to wait before the command may be done: then it is told so, with the command, to be sent again.
 * Charges it for so many changes if it need not. (META-7)
 */
function isTooFast(context: CommandContext, changes: number): boolean {
  const { node, session, message: { params: [target = "", name = "", ...others] } } = context;
  const now = node.clock.now();
  const rate = node.settings.floodRate === 0 ? 0 : CHANGES_PER_SECOND;
  const holder = session.user ?? session;
  holder.changes ??= new TokenBucket(rate, now, CHANGE_BURST);
  const wait = holder.changes.waitMs(now);
  if (wait === 0) {
    holder.changes.spend(changes);
    return false;
  }
  const seconds = String(Math.ceil(wait / 1000));
  context.numeric("ERR_METADATARATELIMIT", seconds, target, name.toUpperCase(), ...others);
  return true;
}

/** Makes a change true: for users and channels by an event, for who is no user yet in the session. */
function change(
  context: CommandContext,
  target: Target,
  changes: readonly (readonly [string, string | null])[],
): Awaitable<void> {
  const { session } = context;
  if (session.user === null) {
    const values = new Map(session.metadata);
    for (const [key, value] of changes) {
      if (value === null) values.delete(key);
      else values.set(key, value);
    }
    session.metadata = values;
    return;
  }
  if (target.kind !== "channel" && target.user === null) return;
  const submitted = context.submit({
    type: "metadata",
    source: session.user.source,
    session: session.id,
    target: target.kind === "channel"
      ? { kind: "channel", channel: target.channel.folded }
      : { kind: "user", user: target.user?.id ?? session.user.id },
    changes,
  });
  return after(submitted, () => {});
}

/** METADATA <target> CLEAR */
function clear(context: CommandContext, target: Target): Awaitable<void> {
  if (!mayChange(context, target)) return context.fail("KEY_NO_PERMISSION", target.name, "*");
  const keys = [...valuesOf(context, target).keys()];
  const tell = (): void =>
    context.batch("metadata", [target.name], () => {
      for (const key of keys) context.numeric("RPL_KEYNOTSET", target.name, key);
    });
  if (keys.length === 0) return tell();
  if (isTooFast(context, keys.length)) return;
  return after(change(context, target, keys.map((key) => [key, null])), tell);
}

/** METADATA * SUB <key>{ <key>} */
function subscribe(context: CommandContext): void {
  const { session } = context;
  const subscribed = new Set(session.subscriptions);
  const done = new Set<string>();
  let tooMany: string | null = null;
  for (const key of context.message.params.slice(2)) {
    if (subscribed.size >= LIMITS.METADATA_SUBS.value) {
      tooMany = key;
      break;
    }
    if (isMetadataKey(key)) {
      subscribed.add(key);
      done.add(key);
    } else {
      context.fail("INVALID_KEY_SKIPPED", key);
    }
  }
  const added = new Set([...done].filter((key) => !session.subscriptions.has(key)));
  session.subscriptions = subscribed;
  tellKeys(context, "RPL_METADATASUBOK", done);
  if (tooMany !== null) {
    context.fail("LIMIT_REACHED", "SUB", tooMany, String(LIMITS.METADATA_SUBS.value));
  }
  if (added.size > 0) tellSubscribed(context, added);
}

/** METADATA * UNSUB <key>{ <key>} */
function unsubscribe(context: CommandContext): void {
  const { session } = context;
  const subscribed = new Set(session.subscriptions);
  const done = new Set<string>();
  for (const key of context.message.params.slice(2)) {
    if (isMetadataKey(key)) {
      subscribed.delete(key);
      done.add(key);
    } else {
      context.fail("INVALID_KEY_SKIPPED", key);
    }
  }
  session.subscriptions = subscribed;
  tellKeys(context, "RPL_METADATAUNSUBOK", done);
}

/** METADATA * SUBS */
function subscriptions(context: CommandContext): void {
  context.batch("metadata-subs", [], () => {
    tellKeys(context, "RPL_METADATASUBS", context.session.subscriptions);
  });
}

/** Keys, as many to a line as it may have. */
function tellKeys(
  context: CommandContext,
  name: "RPL_METADATASUBOK" | "RPL_METADATAUNSUBOK" | "RPL_METADATASUBS",
  keys: ReadonlySet<string>,
): void {
  for (const line of packWords(keys, KEYS_BYTES)) {
    const words = line.split(" ");
    for (let i = 0; i < words.length; i += KEYS_PER_LINE) {
      context.numeric(name, ...words.slice(i, i + KEYS_PER_LINE));
    }
  }
}

/** METADATA <target> SYNC */
function sync(context: CommandContext, target: Target): void {
  tellAll(
    context,
    target.name,
    target.kind === "channel" ? target.channel : valuesOf(context, target),
  );
}

/** Gives a new user what its session has told before. */
export function adoptMetadata(context: CommandContext): void {
  const { session, user } = context;
  if (session.metadata.size === 0) return;
  const values = new Map(user.metadata);
  const changes = [...session.metadata].filter(([key, value]) => {
    if (whyNotSet(values, key, value) !== null || values.get(key) === value) return false;
    return values.set(key, value);
  });
  session.metadata = new Map();
  if (changes.length === 0) return;
  change(context, { kind: "self", name: user.nick, user }, changes);
}

/** The rule of this chapter. */
export const metadataRules = {
  METADATA: { stage: "any", run: metadata },
} as const satisfies Record<string, CommandRule>;
