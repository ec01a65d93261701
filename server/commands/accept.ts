/**
 * Who may write to whom: ACCEPT, and what happens to those who are not expected.
 *
 * SPEC: "Messages".
 *
 * @module
 */
import { LIMITS, roomBehind } from "../../protocol/mod.ts";
import type { MessageEvent, UserId } from "../core/events.ts";
import type { User } from "../core/state.ts";
import { modeAgainst } from "../core/visibility.ts";
import { type CommandContext, type CommandRule, packWords } from "./context.ts";

/** What a line of nicks has room for. */
const NICKS_BYTES = roomBehind(":<server> 281 <nick> :");
/** How long nobody else is announced to a user who was told of one. */
const TELL_AGAIN_MS = 60_000;

/** ACCEPT [<nick>{,<nick>}]: `-<nick>` takes off the list, `*` or nothing shows it. */
function accept(context: CommandContext): void {
  const { user } = context;
  const words = context.param(0).split(",").filter((word) => word !== "");
  const accepted = present(context, user.accepted);
  const awaited = present(context, user.awaited);
  for (const word of words) if (word !== "*") change(context, word, accepted, awaited);
  if (words.length > (words.includes("*") ? 1 : 0)) {
    context.submit({
      type: "accept",
      user: user.id,
      accepted: [...accepted.keys()],
      awaited: [...awaited.keys()],
    });
  }
  if (words.length > 0 && !words.includes("*")) return;
  const nicks = [...new Map([...accepted, ...awaited]).values()].map(({ nick }) => nick);
  for (const line of packWords(nicks, NICKS_BYTES)) context.numeric("RPL_ACCEPTLIST", line);
  context.numeric("RPL_ENDOFACCEPT");
}

/** Those of them who are still here: whoever has left is on no list any more. */
function present({ node: { state } }: CommandContext, ids: Iterable<UserId>): Map<UserId, User> {
  const users = new Map<UserId, User>();
  for (const id of ids) {
    const user = state.users.get(id);
    if (user !== undefined) users.set(id, user);
  }
  return users;
}

/** Puts one on the list, or takes one off, and then awaits no answer of theirs either. */
function change(
  context: CommandContext,
  word: string,
  accepted: Map<UserId, User>,
  awaited: Map<UserId, User>,
): void {
  const isRemoval = word.startsWith("-");
  const nick = isRemoval ? word.slice(1) : word;
  const other = context.node.state.userByNick(nick);
  if (other === undefined) return context.numeric("ERR_NOSUCHNICK", nick);
  if (isRemoval) {
    const wasAwaited = awaited.delete(other.id);
    if (!accepted.delete(other.id) && !wasAwaited) context.numeric("ERR_ACCEPTNOT", other.nick);
  } else if (accepted.has(other.id)) {
    context.numeric("ERR_ACCEPTEXIST", other.nick);
  } else if (accepted.size >= LIMITS.ACCEPT.value) {
    context.numeric("ERR_ACCEPTFULL");
  } else {
    accepted.set(other.id, other);
  }
}

/**
 * Whether what the sender writes comes through to the user; otherwise answers why not. (REACH-2)
 *
 * @param verb What it is answered as: a NOTICE is never, a TAGMSG not where it is only unexpected.
 * @param isCtcp It is a request or an answer of CTCP.
 */
export function mayWrite(
  context: CommandContext,
  recipient: User,
  verb: MessageEvent["verb"] | "INVITE",
  isCtcp = false,
): boolean {
  const mode = modeAgainst(recipient, context.user, isCtcp);
  if (mode === null) return true;
  if (mode === "g") keepBack(context, recipient, verb);
  else if (verb === "NOTICE") return false;
  else if (mode === "T") context.numeric("ERR_CANNOTSENDTOUSER", recipient.nick);
  else {
    const text = `${recipient.nick} takes messages only from those who are logged in.`;
    context.numericSaying("ERR_NEEDREGGEDNICK", text, recipient.nick); // UMODE-5
  }
  return false;
}

/** Tells the sender why a message was kept back, and now and then the user from whom. (ACCEPT-2) */
function keepBack(
  context: CommandContext,
  recipient: User,
  verb: MessageEvent["verb"] | "INVITE",
): void {
  if (verb === "TAGMSG") return;
  const mayAnswer = verb !== "NOTICE";
  if (mayAnswer) context.numeric("RPL_TARGUMODEG", recipient.nick);
  if (context.node.clock.epoch() - recipient.toldOfCallerAt < TELL_AGAIN_MS) return;
  const { nick, username, host } = context.user;
  context.submit({ type: "caller", user: recipient.id, nick, address: `${username}@${host}` });
  if (mayAnswer) context.numeric("RPL_TARGNOTIFY", recipient.nick);
}

/** The rule of the accept list. */
export const accepting = {
  ACCEPT: { stage: "active", run: accept },
} as const satisfies Record<string, CommandRule>;
