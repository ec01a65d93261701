/**
 * What is said: PRIVMSG NOTICE TAGMSG, to users, channels and everybody.
 *
 * SPEC: "Messages".
 *
 * @module
 */
import { byteLength, LIMITS, looksLikeChannel } from "../../protocol/mod.ts";
import { isClientTag, relayedTags } from "../core/client_tags.ts";
import type { MessageEvent, MessageTarget } from "../core/events.ts";
import { canSpeak } from "../core/visibility.ts";
import { splitTargets } from "./channels.ts";
import type { CommandContext, CommandRule } from "./context.ts";

/** The target that stands for everybody. */
const EVERYONE = "$*";

type Verb = MessageEvent["verb"];

/** PRIVMSG <target>{,<target>} <text> */
function privmsg(context: CommandContext): void {
  if (context.param(0) === "") return context.numeric("ERR_NORECIPIENT");
  if (context.param(1) === "") return context.numeric("ERR_NOTEXTTOSEND");
  sendAll(context, "PRIVMSG", context.param(1));
}

/** NOTICE <target>{,<target>} <text> */
function notice(context: CommandContext): void {
  if (context.param(0) !== "" && context.param(1) !== "") {
    sendAll(context, "NOTICE", context.param(1));
  }
}

/** TAGMSG <target>{,<target>} */
function tagmsg(context: CommandContext): void {
  if (context.param(0) === "") return context.numeric("ERR_NORECIPIENT");
  sendAll(context, "TAGMSG", "");
}

function sendAll(context: CommandContext, verb: Verb, text: string): void {
  const list = context.param(0);
  if (!list.includes(",")) return sendOne(context, verb, list, text);
  const targets = splitTargets(list);
  for (const target of targets.slice(0, LIMITS.TARGETS.value)) sendOne(context, verb, target, text);
  const left = targets[LIMITS.TARGETS.value];
  if (left !== undefined && verb !== "NOTICE") context.numeric("ERR_TOOMANYTARGETS", left);
}

/** Finds out whom the target names and whether the sender may speak to them; a NOTICE is never answered. */
function sendOne(context: CommandContext, verb: Verb, name: string, text: string): void {
  const { node, user } = context;
  const mayAnswer = verb !== "NOTICE";
  if (!fitsRelayed(user.source, verb, name, text)) {
    if (mayAnswer) context.numeric("ERR_INPUTTOOLONG");
    return;
  }
  if (looksLikeChannel(name)) {
    const channel = node.state.channelByName(name);
    if (channel === undefined) {
      if (mayAnswer) context.numeric("ERR_NOSUCHCHANNEL", name);
    } else if (!canSpeak(user, channel)) {
      if (mayAnswer) context.numeric("ERR_CANNOTSENDTOCHAN", channel.name);
    } else {
      submit(context, verb, { kind: "channel", channel: channel.folded }, text);
    }
  } else if (name === EVERYONE) {
    if (mayBroadcast(context, mayAnswer)) submit(context, verb, { kind: "everyone" }, text);
  } else {
    const recipient = node.state.userByNick(name);
    if (recipient === undefined) {
      if (mayAnswer) context.numeric("ERR_NOSUCHNICK", name);
      return;
    }
    submit(context, verb, { kind: "user", user: recipient.id }, text);
    if (recipient.away !== null && verb === "PRIVMSG") {
      context.numeric("RPL_AWAY", recipient.nick, recipient.away);
    }
  }
}

/** Whether the line fits as others will see it. What would not is refused, never cut. (FRAME-9) */
function fitsRelayed(source: string, verb: Verb, target: string, text: string): boolean {
  const others = source.length + verb.length + target.length + 5; // ":", two spaces, " :"
  if (others + text.length * 3 <= LIMITS.LINE.value) return true;
  return byteLength(source) + verb.length + byteLength(target) + 5 + byteLength(text) <=
    LIMITS.LINE.value;
}

/** Whether the policy and the sender's own rate allow a broadcast. */
function mayBroadcast(context: CommandContext, mayAnswer: boolean): boolean {
  const { node, session, user } = context;
  const { broadcast } = node.settings;
  if (broadcast === "off" || (broadcast === "ops" && !user.isOperator)) {
    if (mayAnswer) {
      context.numericSaying("ERR_NOPRIVILEGES", "You may not broadcast on this server.");
    }
    return false;
  }
  if (!user.isOperator && session.broadcasts.waitMs(node.clock.now()) > 0) {
    if (mayAnswer) context.fail("RATE_LIMITED", EVERYONE);
    return false;
  }
  session.broadcasts.spend(1);
  return true;
}

function submit(context: CommandContext, verb: Verb, target: MessageTarget, text: string): void {
  const { node, session, user } = context;
  const tags = tagsFor(context, verb, target);
  if (tags === null) return; // CTAG-3
  context.submit({
    type: "message",
    verb,
    source: user.source,
    from: user.id,
    session: session.id,
    target,
    text,
    msgid: node.random.id(),
    tags,
  });
}

/** The tags that go with a message; `null` for a TAGMSG that has lost every tag of its own, and says nothing any more. */
function tagsFor(
  { node, session, message: { tags } }: CommandContext,
  verb: Verb,
  target: MessageTarget,
): ReadonlyMap<string, string> | undefined | null {
  if (tags === null || !session.has("message-tags")) return undefined;
  const isPrivate = target.kind === "user";
  const passed = relayedTags(tags, node.settings.clientTagDeny, { verb, isPrivate });
  const isSilenced = verb === "TAGMSG" && passed === undefined &&
    [...tags.keys()].some(isClientTag);
  return isSilenced ? null : passed;
}

/** The rules of this chapter. */
export const messages = {
  NOTICE: { stage: "active", arity: 0, run: notice },
  PRIVMSG: { stage: "active", arity: 0, run: privmsg },
  TAGMSG: { stage: "active", arity: 0, run: tagmsg },
} as const satisfies Record<string, CommandRule>;
