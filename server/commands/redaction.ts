/**
 * What was said is taken back: REDACT.
 *
 * SPEC: "Messages".
 *
 * @module
 */
import { levelOfRanks, LIMITS, looksLikeChannel, RANKS, truncate } from "../../protocol/mod.ts";
import type { MessageTarget } from "../core/events.ts";
import {
  type Conversation,
  directConversation,
  type History,
  identityOf,
  type Kept,
  keyOf,
} from "../core/history.ts";
import type { Store } from "../core/ports.ts";
import type { RecentMessage } from "../core/recent.ts";
import { EVERYONE } from "../core/readable.ts";
import type { Channel, NetworkState, User } from "../core/state.ts";
import { StoreError } from "../core/store_error.ts";
import {
  canSeeChannel,
  levelIn,
  modeAgainst,
  OPERATOR_LEVEL,
  reachIn,
} from "../core/visibility.ts";
import type { CommandContext, CommandRule } from "./context.ts";

/** Where a message is looked for: what a name stands for. */
type Place =
  | { readonly kind: "channel"; readonly channel: Channel }
  | { readonly kind: "user"; readonly other: User }
  | { readonly kind: "everyone" };

/** REDACT <target> <msgid> [<reason>] */
function redact(context: CommandContext): void {
  const { node, session, user } = context;
  if (!session.has("draft/message-redaction")) { // REDACT-1
    return context.numeric("ERR_UNKNOWNCOMMAND", "REDACT");
  }
  const name = context.param(0);
  const msgid = context.param(1);
  const place = findPlace(context, name);
  if (place === null) {
    return context.failSaying("INVALID_TARGET", "There is no such user or channel.", name);
  }
  // The history first: it knows who is of the same account.
  const message = recall(context, place, msgid) ?? node.state.recent.find(msgid);
  if (message === undefined || !knows(user, place, message)) {
    return context.fail("UNKNOWN_MSGID", name, msgid);
  }
  if (!isModerator(user, place)) {
    if (message.from !== user.id) return context.fail("REDACT_FORBIDDEN", name, msgid);
    const { redactWithinMs } = node.settings;
    if (node.clock.epoch() - message.at >= redactWithinMs) {
      const seconds = String(Math.round(redactWithinMs / 1000));
      return context.fail("REDACT_WINDOW_EXPIRED", name, msgid, seconds);
    }
  }
  const reason = truncate(context.param(2), LIMITS.KICK.value) || null;
  context.submit({
    type: "redact",
    source: user.source,
    from: user.id,
    session: session.id,
    target: message.target,
    msgid,
    text: isHeard(user, place) ? reason : null,
  });
}

/** Whether what the user says reaches those who are there. (REACH-3) */
function isHeard(user: User, place: Place): boolean {
  switch (place.kind) {
    case "channel":
      return reachIn(user, place.channel) === "all";
    case "user":
      return modeAgainst(place.other, user, false) === null;
    case "everyone":
      return true;
  }
}

/** A message that is kept in the history of that place. (REDACT-3) */
function recall(
  { node: { state, settings, store }, user }: CommandContext,
  place: Place,
  msgid: string,
): RecentMessage | undefined {
  const kept = settings.history ? find(store.history, msgid) : undefined;
  if (kept === undefined || !isOf(state, user, place, kept.conversation)) return undefined;
  const { entry: { at, target }, from } = kept;
  const isOwn = from === user.id ||
    // Somebody else may have had an account of that name before. (READ-7)
    (from === identityOf(state, user) && at >= memberSince(store, user));
  switch (place.kind) {
    case "channel": {
      const { folded: channel } = place.channel;
      const prefix = target === "" ? {} : { prefix: target };
      return {
        msgid,
        at,
        from: isOwn ? user.id : null,
        target: { kind: "channel", channel, ...prefix },
      };
    }
    case "user": {
      const { other } = place;
      const [sender, recipient] = isOwn ? [user, other] : [other, user];
      return { msgid, at, from: sender.id, target: { kind: "user", user: recipient.id } };
    }
    case "everyone":
      return { msgid, at, from: isOwn ? user.id : null, target: { kind: "everyone" } };
  }
}

/** When the user's account was made. */
function memberSince({ accounts }: Store, { account }: User): number {
  try {
    return (account === null ? null : accounts.find(account))?.createdAt ?? 0;
  } catch (error) {
    if (error instanceof StoreError) return Infinity;
    throw error;
  }
}

function find(history: History, msgid: string): Kept | undefined {
  try {
    return history.find(msgid);
  } catch (error) {
    if (error instanceof StoreError) return undefined; // what was said last is remembered all the same
    throw error;
  }
}

/** Whether a conversation is what was said in that place, and can be the user's. */
function isOf(
  state: NetworkState,
  user: User,
  place: Place,
  conversation: Conversation,
): boolean {
  switch (place.kind) {
    case "channel":
      return conversation.kind === "channel" && conversation.channel === place.channel.folded;
    case "user": {
      const own = directConversation(identityOf(state, user), identityOf(state, place.other));
      return conversation.kind === "direct" && keyOf(conversation) === keyOf(own);
    }
    case "everyone":
      return conversation.kind === "everyone";
  }
}

/** What the name stands for, if the sender may know of it. The prefix of a rank makes no difference. (REDACT-2) */
function findPlace({ node: { state }, user }: CommandContext, name: string): Place | null {
  if (name === EVERYONE) return { kind: "everyone" };
  const isRanked = RANKS.some(({ prefix }) => prefix === name[0]);
  const place = isRanked && looksLikeChannel(name.slice(1)) ? name.slice(1) : name;
  if (looksLikeChannel(place)) {
    const channel = state.channelByName(place);
    return channel !== undefined && canSeeChannel(user, channel)
      ? { kind: "channel", channel }
      : null;
  }
  const other = state.userByNick(place);
  return other === undefined ? null : { kind: "user", other };
}

/** Whether the message was sent there, and the user has sent or received it, or rules there. (REDACT-3) */
function knows(user: User, place: Place, { from, target, at }: RecentMessage): boolean {
  switch (place.kind) {
    case "everyone":
      return target.kind === "everyone";
    case "user":
      return target.kind === "user" &&
        (from === user.id
          ? target.user === place.other.id
          : from === place.other.id && target.user === user.id);
    case "channel":
      if (target.kind !== "channel" || target.channel !== place.channel.folded) return false;
      return from === user.id || isModerator(user, place) ||
        hasReceived(user, place.channel, target, at);
  }
}

/** Whether the user was in the channel when something was said there to such ranks. */
function hasReceived(
  user: User,
  channel: Channel,
  { prefix }: Extract<MessageTarget, { kind: "channel" }>,
  at: number,
): boolean {
  const membership = channel.members.get(user.id);
  if (membership === undefined || membership.joinedAt > at) return false;
  const least = RANKS.find((rank) => rank.prefix === prefix)?.bit ?? 0;
  return levelOfRanks(membership.ranks) >= levelOfRanks(least);
}

/** Whether the user may take back what others have said there. (REDACT-4) */
function isModerator(user: User, place: Place): boolean {
  if (place.kind === "channel") return levelIn(user, place.channel) >= OPERATOR_LEVEL;
  return place.kind === "everyone" && user.isOperator;
}

/** The rules of this chapter that are about messages already sent. */
export const redaction = {
  REDACT: { stage: "active", cost: 2, run: redact },
} as const satisfies Record<string, CommandRule>;
