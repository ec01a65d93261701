/**
 * Who may write to whom: ACCEPT, and what happens to those who are not expected.
 *
 * SPEC: "Messages".
 *
 * @module
 */
import { LIMITS } from "../../protocol/mod.ts";
import type { MessageEvent, UserId } from "../core/events.ts";
import type { User } from "../core/state.ts";
import { type CommandContext, type CommandRule, packWords } from "./context.ts";

/** What a line of nicks has room for, beside source, numeric and nick. */
const NICKS_BYTES = 350;
/** How long nobody else is announced to a user who was told of one. */
const TELL_AGAIN_MS = 60_000;

/** ACCEPT [<nick>{,<nick>}]: `-<nick>` takes off the list, `*` or nothing shows it. */
function accept(context: CommandContext): void {
  const { node, user } = context;
  const words = context.param(0).split(",").filter((word) => word !== "");
  const accepted = new Map<UserId, User>();
  for (const id of user.accepted) {
    const other = node.state.users.get(id);
    if (other !== undefined) accepted.set(id, other); // whoever has left is not on it any more
  }
  for (const word of words) if (word !== "*") change(context, word, accepted);
  if (words.length > (words.includes("*") ? 1 : 0)) {
    context.submit({ type: "accept", user: user.id, accepted: [...accepted.keys()] });
  }
  if (words.length > 0 && !words.includes("*")) return;
  const nicks = [...accepted.values()].map(({ nick }) => nick);
  for (const line of packWords(nicks, NICKS_BYTES)) context.numeric("RPL_ACCEPTLIST", line);
  context.numeric("RPL_ENDOFACCEPT");
}

/** Puts one on the list, or takes one off. */
function change(context: CommandContext, word: string, accepted: Map<UserId, User>): void {
  const isRemoval = word.startsWith("-");
  const nick = isRemoval ? word.slice(1) : word;
  const other = context.node.state.userByNick(nick);
  if (other === undefined) return context.numeric("ERR_NOSUCHNICK", nick);
  if (isRemoval) {
    if (!accepted.delete(other.id)) context.numeric("ERR_ACCEPTNOT", other.nick);
  } else if (accepted.has(other.id)) {
    context.numeric("ERR_ACCEPTEXIST", other.nick);
  } else if (accepted.size >= LIMITS.ACCEPT.value) {
    context.numeric("ERR_ACCEPTFULL");
  } else {
    accepted.set(other.id, other);
  }
}

/** Whether what the sender writes to the user may come through. (ACCEPT-1) */
export function isExpected(user: User, sender: User): boolean {
  return !user.modes.has("g") || user === sender || sender.isOperator ||
    user.accepted.has(sender.id);
}

/** Tells the sender why a message was kept back, and now and then the user from whom. (ACCEPT-2) */
export function keepBack(
  context: CommandContext,
  recipient: User,
  verb: MessageEvent["verb"],
): void {
  if (verb === "TAGMSG") return;
  const mayAnswer = verb === "PRIVMSG";
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
