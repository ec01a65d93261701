/**
 * What operators of the server may: OPER KILL WALLOPS.
 *
 * SPEC: "Operators".
 *
 * @module
 */
import { isServerName, LIMITS, truncate } from "../../protocol/mod.ts";
import { networkOf } from "../core/address.ts";
import { isPasswordHash } from "../core/password.ts";
import type { Awaitable } from "../core/ports.ts";
import type { Operator } from "../core/settings.ts";
import { after, type CommandContext, type CommandRule } from "./context.ts";

/** OPER <name> <password> */
function oper(context: CommandContext): Awaitable<void> {
  const { node, session } = context;
  const { operators } = node.settings;
  const name = context.param(0);
  if (operators.size === 0) return context.numeric("ERR_NOOPERHOST");
  const from = networkOf(session.peer.address);
  if (!node.attempts.take(from, node.clock.now())) { // OPER-4
    const text = "Too many wrong passwords came from your address. Try again in a minute.";
    return refuse(context, "too many attempts of OPER", text);
  }
  const operator = operators.get(name);
  const { password } = operator ?? decoy(operators);
  return after(node.passwords.verify(context.param(1), password), (verdict) => {
    if (session.closeReason !== null) return; // gone while it was checked
    if (verdict === "busy") {
      return refuse(context, "too busy for OPER", "The server is busy. Try again in a minute.");
    }
    if (verdict === "wrong" || operator === undefined) {
      return refuse(context, "wrong name or password for OPER");
    }
    node.attempts.forgive(from);
    const { user } = context;
    const { privileges } = operator;
    node.log.info("oper", { session: session.id, nick: user.nick, name });
    context.submit({
      type: "user-modes",
      user: user.id,
      changes: [{ sign: "+", mode: "o" }],
      operator: { name, privileges },
    });
    context.numeric("RPL_YOUREOPER");
  });
}

/** One whose password is checked in place of that of somebody who is not there: it takes as long. (OPER-5) */
function decoy(operators: ReadonlyMap<string, Operator>): Operator {
  const all = [...operators.values()];
  const found = all.find(({ password }) => isPasswordHash(password)) ?? all[0];
  if (found === undefined) throw new Error("There are no operators");
  return found;
}

/** Answers a wrong OPER with 464, and tells the log. */
function refuse(context: CommandContext, reason: string, text?: string): void {
  const { node, session, user } = context;
  node.log.warn("refused", {
    session: session.id,
    nick: user.nick,
    ip: session.peer.address,
    reason,
  });
  if (text === undefined) context.numeric("ERR_PASSWDMISMATCH");
  else context.numericSaying("ERR_PASSWDMISMATCH", text);
}

/** KILL <nick> <reason> */
function kill(context: CommandContext): void {
  const { node, user } = context;
  const victim = node.state.userByNick(context.param(0));
  if (victim === undefined) return context.numeric("ERR_NOSUCHNICK", context.param(0));
  const text = truncate(context.param(1), LIMITS.QUIT.value) || "No reason given";
  node.supervisor.kill(victim, { source: user.source, by: user.nick, text });
}

/** CHGHOST <nick> <host> */
function chghost(context: CommandContext): void {
  const { node } = context;
  const user = node.state.userByNick(context.param(0));
  if (user === undefined) return context.numeric("ERR_NOSUCHNICK", context.param(0));
  const host = context.param(1);
  if (!isServerName(host)) return context.fail("INVALID_HOST", host);
  if (host !== user.host) context.submit({ type: "host", user: user.id, host });
}

/** REHASH */
function rehash(context: CommandContext): Awaitable<void> {
  const { node, session } = context;
  node.log.info("rehash-asked", { session: session.id, by: context.user.nick });
  context.numeric("RPL_REHASHING", node.settingsFile ?? "*");
  return after(node.rehash(), (outcome) => {
    if (session.closeReason !== null) return;
    if ("failure" in outcome) return context.failSaying("REHASH_FAILED", outcome.failure);
    for (const { key, message } of outcome.warnings) {
      context.failSaying("RESTART_NEEDED", message, key);
    }
    context.fail("REHASHED");
  });
}

/** RESTART */
function restart({ node, session, user }: CommandContext): void {
  node.log.info("restart", { session: session.id, by: user.nick });
  node.restart();
}

/** CONNECT <server> [<port> [<remote server>]] and SQUIT <server> <comment> */
function route(context: CommandContext): void {
  const text = "This server is linked to no other, and cannot be.";
  context.numericSaying("ERR_NOSUCHSERVER", text, context.param(0));
}

/** WALLOPS <text> */
function wallops(context: CommandContext): void {
  const text = context.param(0);
  if (text === "") return context.numeric("ERR_NEEDMOREPARAMS", "WALLOPS");
  if (!context.fits(text, LIMITS.TOPIC)) return;
  context.submit({ type: "wallops", source: context.user.source, text });
}

/** The rules of this chapter. */
export const operators = {
  CHGHOST: { stage: "active", operator: "chghost", run: chghost },
  CONNECT: { stage: "active", operator: "route", run: route },
  KILL: { stage: "active", operator: "kill", run: kill },
  OPER: { stage: "active", cost: 5, run: oper },
  REHASH: { stage: "active", cost: 5, operator: "rehash", run: rehash },
  RESTART: { stage: "active", operator: "restart", run: restart },
  SQUIT: { stage: "active", operator: "route", run: route },
  WALLOPS: { stage: "active", operator: "wallops", run: wallops },
} as const satisfies Record<string, CommandRule>;
