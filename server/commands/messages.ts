/**
 * What is said: PRIVMSG NOTICE TAGMSG, to users, channels and everybody.
 *
 * SPEC: "Messages".
 *
 * @module
 */
import {
  byteLength,
  LIMITS,
  looksLikeChannel,
  type Multiline,
  type MultilineLine,
  RANKS,
} from "../../protocol/mod.ts";
import { isClientTag, relayedTags } from "../core/client_tags.ts";
import type { MessageEvent, MessageTarget } from "../core/events.ts";
import type { Awaitable } from "../core/ports.ts";
import { EVERYONE } from "../core/readable.ts";
import { canSeeChannel, mayAddressAll, reachIn } from "../core/visibility.ts";
import { mayWrite } from "./accept.ts";
import { splitTargets } from "./channels.ts";
import { isForPlayback, playback } from "./playback_module.ts";
import type { CommandContext, CommandRule } from "./context.ts";
import { serviceOf, writeTo } from "./services.ts";

/** Who is told what someone may not say, where the channel has mode U. */
const OPERATORS_PREFIX = "%";
type Verb = MessageEvent["verb"];

/** What is said, to whomever. */
interface Said {
  readonly verb: Verb;
  readonly text: string;
  /** The lines of a message that has several. */
  readonly lines?: readonly MultilineLine[] | undefined;
  /** The source under which a bridge says it. (RELAY-1) */
  readonly as?: string;
  /** Answers in place of `417` where it does not fit. */
  readonly onTooLong?: () => void;
}

/** PRIVMSG <target>{,<target>} <text> */
function privmsg(context: CommandContext): Awaitable<void> {
  if (context.param(0) === "") return context.numeric("ERR_NORECIPIENT");
  if (context.param(1) === "") return context.numeric("ERR_NOTEXTTOSEND");
  return sendAll(context, { verb: "PRIVMSG", text: context.param(1) });
}

/** NOTICE <target>{,<target>} <text> */
function notice(context: CommandContext): Awaitable<void> {
  if (context.param(0) !== "" && context.param(1) !== "") {
    return sendAll(context, { verb: "NOTICE", text: context.param(1) });
  }
}

/** TAGMSG <target>{,<target>} */
function tagmsg(context: CommandContext): Awaitable<void> {
  if (context.param(0) === "") return context.numeric("ERR_NORECIPIENT");
  return sendAll(context, { verb: "TAGMSG", text: "" });
}

/**
 * Sends a message of several lines to one target; its tags are those of the BATCH that the context is about.
 *
 * @param onTooLong Told in place of `417` where a line does not fit.
 */
export function sendMultiline(
  context: CommandContext,
  target: string,
  said: Multiline,
  onTooLong: () => void,
): void {
  sendOne(context, { ...said, onTooLong }, target); // a service does not wait before it refuses several lines
}

/** Says in a channel what somebody has said whom the source names, and who is not here. */
export function sendAs(context: CommandContext, as: string, channel: string, text: string): void {
  sendToChannel(context, { verb: "PRIVMSG", text, as }, channel, undefined);
}

function sendAll(context: CommandContext, said: Said): Awaitable<void> {
  const list = context.param(0);
  if (!list.includes(",")) return sendOne(context, said, list);
  const targets = splitTargets(context, list);
  const sent = targets.slice(0, LIMITS.TARGETS.value).map((name) => sendOne(context, said, name));
  const left = targets[LIMITS.TARGETS.value];
  if (left !== undefined && said.verb !== "NOTICE") context.numeric("ERR_TOOMANYTARGETS", left);
  const pending = sent.filter((result) => result instanceof Promise);
  if (pending.length > 0) return Promise.all(pending).then(() => {});
}

/** Finds out whom the target names and whether the sender may speak to them; a NOTICE is never answered. */
function sendOne(context: CommandContext, said: Said, name: string): Awaitable<void> {
  const { node } = context;
  const { verb } = said;
  const mayAnswer = verb !== "NOTICE";
  if (looksLikeChannel(name)) {
    sendToChannel(context, said, name, undefined);
  } else if (looksLikeChannel(name.charAt(1)) && RANKS.some((rank) => rank.prefix === name[0])) {
    sendToChannel(context, said, name, name[0]);
  } else if (isForPlayback(name)) {
    if (verb === "PRIVMSG") playback(context, said.text);
  } else if (name === EVERYONE) {
    if (!fits(context, said, EVERYONE)) return;
    if (mayBroadcast(context, mayAnswer)) submit(context, said, { kind: "everyone" });
  } else {
    const recipient = node.state.userByNick(name);
    if (recipient === undefined) {
      const service = serviceOf(context, name);
      if (service !== undefined) {
        return fits(context, said, service.name) ? writeTo(context, service, said) : undefined;
      }
      if (mayAnswer) context.numeric("ERR_NOSUCHNICK", name);
      return;
    }
    if (!fits(context, said, recipient.nick)) return;
    if (!mayWrite(context, recipient, verb, isRequest(said))) return;
    submit(context, said, { kind: "user", user: recipient.id });
    if (recipient.away !== null && verb === "PRIVMSG") {
      context.numeric("RPL_AWAY", recipient.nick, recipient.away);
    }
  }
}

/** To a channel, or with the prefix of a rank to those of its members who have that rank or a higher one. */
function sendToChannel(
  context: CommandContext,
  said: Said,
  name: string,
  prefix: string | undefined,
): void {
  const { node, user } = context;
  const mayAnswer = said.verb !== "NOTICE";
  const channel = node.state.channelByName(prefix === undefined ? name : name.slice(1));
  if (channel === undefined) {
    if (mayAnswer) context.numeric("ERR_NOSUCHCHANNEL", name);
    return;
  }
  const target = { kind: "channel", channel: channel.folded } as const;
  const reach = reachIn(user, channel);
  const refuse = (): void => {
    if (!mayAnswer) return;
    if (canSeeChannel(user, channel)) context.numeric("ERR_CANNOTSENDTOCHAN", channel.name);
    else context.numeric("ERR_NOSUCHCHANNEL", name); // SEE-2
  };
  if (reach === "none" || (channel.flags.has("C") && isRequest(said))) return refuse();
  const shown = reach === "operators" ? higherOf(prefix, OPERATORS_PREFIX) : prefix;
  if (!fits(context, said, (shown ?? "") + channel.name)) return;
  submit(context, said, shown === undefined ? target : { ...target, prefix: shown });
}

/** The prefix of the higher rank: what was meant for few reaches no more of them. */
function higherOf(prefix: string | undefined, other: string): string {
  return RANKS.find((rank) => rank.prefix === prefix || rank.prefix === other)?.prefix ?? other;
}

/** Whether what is said is a CTCP request or answer, or has a line that some would read as one, but no ACTION. */
function isRequest({ text, lines }: Said): boolean {
  return lines === undefined ? isCtcp(text) : lines.some((line) => isCtcp(line.text));
}

function isCtcp(text: string): boolean {
  return text.startsWith("\x01") && !text.startsWith("\x01ACTION ") && text !== "\x01ACTION\x01";
}

/** Whether what is said fits as others will see it, target and all. What would not is refused, never cut. (FRAME-9) */
function fits(context: CommandContext, said: Said, target: string): boolean {
  const { verb, text, lines } = said;
  const source = said.as ?? context.user.source;
  const doFit = lines === undefined
    ? fitsRelayed(source, verb, target, text)
    : lines.every((line) => fitsRelayed(source, verb, target, line.text));
  if (doFit) return true;
  if (said.onTooLong !== undefined) said.onTooLong();
  else if (verb !== "NOTICE") context.numeric("ERR_INPUTTOOLONG");
  return false;
}

/** Whether a line fits as others will see it. (FRAME-9) */
export function fitsRelayed(source: string, verb: Verb, target: string, text: string): boolean {
  const others = verb.length + 5; // ":", two spaces, " :"
  if (others + (source.length + target.length + text.length) * 3 <= LIMITS.LINE.value) return true;
  return others + byteLength(source) + byteLength(target) + byteLength(text) <= LIMITS.LINE.value;
}

/** Whether the policy and the sender's own rate allow a broadcast. */
function mayBroadcast(context: CommandContext, mayAnswer: boolean): boolean {
  const { node, session, user } = context;
  if (!mayAddressAll(user, node.settings.broadcast)) {
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

function submit(context: CommandContext, said: Said, target: MessageTarget): void {
  const { node, session, user } = context;
  const tags = tagsFor(context, said.verb, target);
  if (tags === null) return; // CTAG-3
  context.submit({
    type: "message",
    verb: said.verb,
    source: said.as ?? user.source,
    from: user.id,
    session: session.id,
    target,
    text: said.text,
    lines: said.lines,
    msgid: node.random.id(),
    relayedBy: said.as === undefined ? undefined : user.nick,
    tags,
  });
  const { condition } = node.store;
  if (condition.isPaused && session.toldOf !== condition) { // STORE-4
    session.toldOf = condition;
    context.fail("HISTORY_PAUSED");
  }
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
