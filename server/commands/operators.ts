/**
 * What operators of the server may: OPER KILL WALLOPS.
 *
 * SPEC: "Operators".
 *
 * @module
 */
import { isServerName, LIMITS, Outgoing, truncate } from "../../protocol/mod.ts";
import type { CommandContext, CommandRule } from "./context.ts";

/** Compares without telling by its duration where the difference is. */
function equalsInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) {
    difference |= a.charCodeAt(i) ^ b.charCodeAt(i % Math.max(1, b.length));
  }
  return difference === 0;
}

/** OPER <name> <password> */
function oper(context: CommandContext): void {
  const { node, session, user } = context;
  const { operators } = node.settings;
  if (operators.size === 0) return context.numeric("ERR_NOOPERHOST");
  const password = operators.get(context.param(0));
  const isRight = password !== undefined && equalsInConstantTime(context.param(1), password);
  if (!isRight) {
    node.log.warn("refused", {
      session: session.id,
      nick: user.nick,
      reason: "wrong name or password for OPER",
    });
    return context.numeric("ERR_PASSWDMISMATCH");
  }
  node.log.info("oper", { session: session.id, nick: user.nick, name: context.param(0) });
  if (!user.isOperator) {
    context.submit({ type: "user-modes", user: user.id, changes: [{ sign: "+", mode: "o" }] });
  }
  context.numeric("RPL_YOUREOPER");
}

/** KILL <nick> <reason> */
function kill(context: CommandContext): void {
  const { node, user } = context;
  const victim = node.state.userByNick(context.param(0));
  if (victim === undefined) return context.numeric("ERR_NOSUCHNICK", context.param(0));
  const text = truncate(context.param(1), LIMITS.QUIT.value) || "No reason given";
  node.log.info("kill", {
    session: context.session.id,
    nick: victim.nick,
    by: user.nick,
    reason: text,
  });
  const line = new Outgoing(user.source, "KILL", [victim.nick, text], { at: node.clock.epoch() });
  for (const session of [...victim.sessions]) {
    node.outbox.send(session, line);
    node.supervisor.end(session, { kind: "killed", by: user.nick, text });
  }
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

/** WALLOPS <text> */
function wallops(context: CommandContext): void {
  const text = truncate(context.param(0), LIMITS.TOPIC.value);
  if (text === "") return context.numeric("ERR_NEEDMOREPARAMS", "WALLOPS");
  context.submit({ type: "wallops", source: context.user.source, text });
}

/** The rules of this chapter. */
export const operators = {
  CHGHOST: { stage: "active", operator: true, run: chghost },
  KILL: { stage: "active", operator: true, run: kill },
  OPER: { stage: "active", cost: 5, run: oper },
  WALLOPS: { stage: "active", operator: true, run: wallops },
} as const satisfies Record<string, CommandRule>;
