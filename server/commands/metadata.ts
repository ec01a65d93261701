/**
 * What users and channels tell about themselves: METADATA.
 *
 * SPEC: "METADATA"; IRCv3 metadata.
 *
 * @module
 */
import {
  byteLength,
  type FailureCode,
  isMetadataKey,
  LIMITS,
  looksLikeChannel,
} from "../../protocol/mod.ts";
import { TokenBucket } from "../core/flood.ts";
import type { Awaitable } from "../core/ports.ts";
import type { Channel, Metadata, User } from "../core/state.ts";
import { canSeeChannel, HALFOP_LEVEL, levelIn, silencingChannel } from "../core/visibility.ts";
import { after, type CommandContext, type CommandRule, packWords } from "./context.ts";
import { tellAll, tellSubscribed } from "./metadata_sync.ts";

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

/** What each subcommand does. */
const SUBCOMMANDS: Readonly<
  Record<string, (context: CommandContext, target: Target) => Awaitable<void>>
> = {
  CLEAR: clear,
  GET: get,
  LIST: list,
  SET: set,
  SUB: own(subscribe),
  SUBS: own(subscriptions),
  SYNC: sync,
  UNSUB: own(unsubscribe),
};

/** METADATA <target> <subcommand> [<key>{ <key>}] [<value>] */
function metadata(context: CommandContext): Awaitable<void> {
  const subcommand = context.param(1).toUpperCase();
  const run = Object.hasOwn(SUBCOMMANDS, subcommand) ? SUBCOMMANDS[subcommand] : undefined;
  if (run === undefined) return context.fail("SUBCOMMAND_INVALID", context.param(1));
  const needsKey = ["GET", "SET", "SUB", "UNSUB"].includes(subcommand);
  if (needsKey && context.message.params.length < 3) {
    return context.numeric("ERR_NEEDMOREPARAMS", "METADATA");
  }
  const target = findTarget(context);
  if (target === null) return refuseTarget(context);
  return run(context, target);
}

/** A subcommand that is about the sender alone. */
function own(
  run: (context: CommandContext) => void,
): (context: CommandContext, target: Target) => void {
  return (context, { kind }) => kind === "self" ? run(context) : refuseTarget(context);
}

function refuseTarget(context: CommandContext): void {
  context.failSaying(
    "INVALID_TARGET",
    "There is no such user or channel, or the subcommand is not for it.",
    context.param(0),
  );
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
      if (!isMetadataKey(key)) context.fail("KEY_INVALID", key);
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
  const value = context.message.params.length > 3 ? context.param(3) : null;
  const values = valuesOf(context, target);
  if (!isMetadataKey(key)) return context.fail("KEY_INVALID", key);
  if (!mayChange(context, target)) return context.fail("KEY_NO_PERMISSION", target.name, key);
  if (
    target.kind === "self" && target.user !== null && silencingChannel(target.user) !== undefined
  ) {
    return context.fail("KEY_NO_PERMISSION", target.name, key); // REACH-5
  }
  const refusal = whyNotSet(values, key, value);
  if (refusal === "VALUE_INVALID") return context.fail(refusal);
  if (refusal === "LIMIT_REACHED") return context.fail(refusal, context.param(0));
  if (refusal !== null) return context.fail(refusal, context.param(0), key);
  const seconds = secondsToWait(context, 1);
  if (seconds > 0) {
    const text = `You are changing metadata too fast. Try again in ${seconds} seconds.`;
    return context.failSaying("RATE_LIMITED", text, context.param(0), key, String(seconds));
  }
  return after(change(context, target, [[key, value]]), () => {
    // "*" is answered as it was asked: before registration there is no other name.
    if (value === null) context.numeric("RPL_KEYNOTSET", context.param(0), key);
    else context.numeric("RPL_KEYVALUE", context.param(0), key, "*", value);
  });
}

/** What of the values themselves forbids a change. */
function whyNotSet(values: Metadata, key: string, value: string | null): FailureCode | null {
  if (value === null) return values.has(key) ? null : "KEY_NOT_SET";
  if (byteLength(value) > LIMITS.METADATA_VALUE.value) return "VALUE_INVALID";
  const isFull = !values.has(key) && values.size >= LIMITS.METADATA_KEYS.value;
  return isFull ? "LIMIT_REACHED" : null;
}

/** How long the sender has to wait before the next change; charges it if it need not. */
function secondsToWait({ node, session }: CommandContext, changes: number): number {
  const now = node.clock.now();
  const rate = node.settings.floodRate === 0 ? 0 : CHANGES_PER_SECOND;
  const holder = session.user ?? session;
  holder.changes ??= new TokenBucket(rate, now, CHANGE_BURST);
  const wait = holder.changes.waitMs(now);
  if (wait === 0) holder.changes.spend(changes);
  return Math.ceil(wait / 1000);
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
  const cleared = [...valuesOf(context, target)];
  const tell = (): void =>
    context.batch("metadata", [target.name], () => {
      for (const [key, value] of cleared) {
        context.numeric("RPL_KEYVALUE", target.name, key, "*", value);
      }
    });
  if (cleared.length === 0) return tell();
  secondsToWait(context, cleared.length);
  return after(change(context, target, cleared.map(([key]) => [key, null])), tell);
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
      context.fail("KEY_INVALID", key);
    }
  }
  const added = new Set([...done].filter((key) => !session.subscriptions.has(key)));
  session.subscriptions = subscribed;
  tellKeys(context, "RPL_METADATASUBOK", done);
  if (tooMany !== null) context.fail("TOO_MANY_SUBS", tooMany);
  if (added.size > 0 && session.has("draft/metadata-2")) tellSubscribed(context, added);
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
      context.fail("KEY_INVALID", key);
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
