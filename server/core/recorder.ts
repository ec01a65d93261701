/**
 * Turns facts into what is kept of them. Called for every fact just before it is applied, while those whom it takes away are
 * still there.
 *
 * SPEC: "What is kept".
 *
 * @module
 */
import { formatModeChanges } from "../../protocol/mod.ts";
import { author } from "./audience.ts";
import type { MessageEvent, NetworkEvent } from "./events.ts";
import {
  type Conversation,
  directConversation,
  type History,
  type HistoryEntry,
  type HistoryVerb,
  identityOf,
} from "./history.ts";
import { isFleeting } from "./recent.ts";
import type { Channel, NetworkState, User } from "./state.ts";

/**
 * Keeps what is to be kept of a fact.
 *
 * @param conversation What a message, or its end, is part of.
 */
export function record(
  state: NetworkState,
  event: NetworkEvent,
  conversation: Conversation | null,
  history: History,
): void {
  switch (event.type) {
    case "message":
      if (conversation !== null) recordMessage(state, event, conversation, history);
      return;
    case "join": {
      const channel = state.channelByName(event.channel);
      const folded = channel?.folded ?? state.fold(event.channel);
      if (channel === undefined) history.begin(folded);
      const user = state.user(event.user);
      if (channel !== undefined && hidesMembers(channel)) return; // HIST-3
      const entry = entryOf("JOIN", user, user.source, event, [user.realname]);
      const { name } = channel ?? { name: event.channel };
      return history.record({ kind: "channel", channel: folded, name }, entry, null);
    }
    case "part": {
      const user = state.user(event.user);
      const params = event.text === null ? [] : [event.text];
      const entry = entryOf("PART", user, user.source, event, params);
      return note(state.channel(event.channel), entry, history);
    }
    case "quit":
      return noteEverywhere(state.user(event.user), "QUIT", event, event.text, history);
    case "nick":
      return noteEverywhere(state.user(event.user), "NICK", event, event.nick, history);
    case "kick": {
      const { source, text } = event;
      const params = [state.user(event.user).nick, text];
      const entry = entryOf("KICK", author(state, source), source, event, params);
      return note(state.channel(event.channel), entry, history);
    }
    case "topic": {
      const { source, text } = event;
      const entry = entryOf("TOPIC", author(state, source), source, event, [text]);
      return note(state.channel(event.channel), entry, history);
    }
    case "channel-modes": {
      const { source, changes } = event;
      const params = formatModeChanges(changes);
      const entry = entryOf("MODE", author(state, source), source, event, params);
      return note(state.channel(event.channel), entry, history);
    }
    case "rename": {
      const { source, name, text } = event;
      const channel = state.channel(event.channel);
      const entry = entryOf("RENAME", author(state, source), source, event, [
        channel.name,
        name,
        text,
      ]);
      note(channel, entry, history, name);
      const folded = state.fold(name);
      if (folded !== channel.folded) history.rename(channel.folded, folded);
      return;
    }
    case "redact": {
      history.redact(event.msgid);
      if (conversation === null) return;
      const user = state.user(event.from);
      const params = event.text === null ? [event.msgid] : [event.msgid, event.text];
      const entry = entryOf("REDACT", user, event.source, event, params);
      return history.record(conversation, { ...entry, target: targetOf(state, event) }, null);
    }
    default:
      return;
  }
}

/**
 * Whether a fact is kept and is no message: the line that tells of it has a `msgid`. What is kept nowhere has none, for whoever
 * referred to it would find nothing. (TAG-5)
 */
export function isNoted(state: NetworkState, event: NetworkEvent): boolean {
  switch (event.type) {
    case "join": {
      const channel = state.channelByName(event.channel);
      return channel === undefined || !hidesMembers(channel);
    }
    case "part":
    case "kick":
      return !hidesMembers(state.channel(event.channel));
    case "quit":
    case "nick":
      for (const { channel } of state.user(event.user).channels.values()) {
        if (!hidesMembers(channel)) return true;
      }
      return false;
    case "topic":
    case "channel-modes":
    case "rename":
    case "redact":
      return true;
    default:
      return false;
  }
}

/** Whether it is not kept who comes to a channel, and goes. (HIST-3) */
function hidesMembers({ flags }: Channel): boolean {
  return flags.has("u");
}

/** Keeps what has come of a fact, once it is true. */
export function recordOutcome(state: NetworkState, event: NetworkEvent, history: History): void {
  if (event.type !== "channel-modes") return;
  const channel = state.channel(event.channel);
  if (event.changes.some(({ mode }) => "biIkRs".includes(mode))) {
    history.close(channel.folded, isClosed(channel));
  }
  if (event.changes.some(({ mode }) => mode === "H")) {
    history.retain(channel.folded, channel.retention);
  }
}

/** Whether there are some whom the channel would not let in, or see. (HIST-6) */
function isClosed({ flags, key, lists }: Channel): boolean {
  return flags.has("i") || flags.has("R") || flags.has("s") || key !== null || lists.b.size > 0;
}

function recordMessage(
  state: NetworkState,
  event: MessageEvent,
  conversation: Conversation,
  history: History,
): void {
  if (event.verb === "TAGMSG" && isFleeting(event)) return;
  const { from, relayedBy } = event;
  const isOwn = from !== null && relayedBy === undefined;
  const sender = isOwn ? state.users.get(from) ?? null : null;
  history.record(conversation, {
    msgid: event.msgid,
    at: event.at,
    verb: event.verb,
    source: event.source,
    account: sender?.account ?? null,
    isBot: sender?.modes.has("B") ?? false,
    isOper: sender?.isOperator ?? false,
    target: targetOf(state, event),
    params: event.verb === "TAGMSG" ? [] : [event.text],
    lines: event.lines,
    relayedBy,
    tags: event.tags,
  }, event.from);
}

/** What a message, or its end, is part of; `null` for other facts. */
export function conversationOf(state: NetworkState, event: NetworkEvent): Conversation | null {
  if (event.type !== "message" && event.type !== "redact") return null;
  const { from, target } = event;
  switch (target.kind) {
    case "channel":
      return {
        kind: "channel",
        channel: target.channel,
        name: state.channel(target.channel).name,
      };
    case "everyone":
      return { kind: "everyone" };
    case "user": {
      const sender = from === null ? undefined : state.users.get(from);
      const recipient = state.users.get(target.user);
      if (sender === undefined || recipient === undefined) return null;
      return directConversation(identityOf(state, sender), identityOf(state, recipient));
    }
  }
}

/** The target as an entry has it. */
function targetOf(state: NetworkState, { target }: Pick<MessageEvent, "target">): string {
  switch (target.kind) {
    case "channel":
      return target.prefix ?? "";
    case "user":
      return state.users.get(target.user)?.nick ?? "*";
    case "everyone":
      return "$*";
  }
}

function entryOf(
  verb: HistoryVerb,
  by: User | null,
  source: string,
  { at, id }: Pick<NetworkEvent, "at" | "id">,
  params: readonly string[],
): HistoryEntry {
  return {
    msgid: id ?? null,
    at,
    verb,
    source,
    account: by?.account ?? null,
    isBot: by?.modes.has("B") ?? false,
    isOper: by?.isOperator ?? false,
    target: "",
    params,
  };
}

/** Keeps what happened in a channel whose members all see each other. (HIST-3) */
function note(
  channel: Channel,
  entry: HistoryEntry,
  history: History,
  name: string = channel.name,
): void {
  const isHidden = hidesMembers(channel) && (entry.verb === "PART" || entry.verb === "KICK" ||
    entry.verb === "QUIT" || entry.verb === "NICK");
  if (!isHidden) history.record({ kind: "channel", channel: channel.folded, name }, entry, null);
}

/** Keeps what a user did in each of its channels. */
function noteEverywhere(
  user: User,
  verb: HistoryVerb,
  event: NetworkEvent,
  text: string,
  history: History,
): void {
  const entry = entryOf(verb, user, user.source, event, [text]);
  for (const { channel } of user.channels.values()) note(channel, entry, history);
}
