/**
 * The rules of all commands, and the one place where the checks that are common to them are made.
 *
 * @module
 */
import {
  CLIENT_COMMANDS,
  type ClientCommand,
  COMMANDS,
  isClientCommand,
  requiredParams,
} from "../../protocol/mod.ts";
import type { Awaitable } from "../core/ports.ts";
import type { Privilege } from "../core/privileges.ts";
import { bans } from "./bans.ts";
import { accepting } from "./accept.ts";
import { accounts } from "./accounts.ts";
import { channels } from "./channels.ts";
import { connection } from "./connection.ts";
import type { CommandContext, CommandRule } from "./context.ts";
import { helping } from "./help.ts";
import { remembering } from "./history.ts";
import { information } from "./information.ts";
import { listing } from "./list.ts";
import { marking } from "./markers.ts";
import { messages } from "./messages.ts";
import { metadataRules } from "./metadata.ts";
import { batches, collect } from "./multiline.ts";
import { modes } from "./modes.ts";
import { monitoring } from "./monitor.ts";
import { operators } from "./operators.ts";
import { queries } from "./queries.ts";
import { gateways } from "./webirc.ts";
import { services } from "./services.ts";
import { redaction } from "./redaction.ts";
import { finding } from "./search.ts";
import { relaying } from "./relaying.ts";
import { renaming } from "./rename.ts";
import { statistics } from "./stats.ts";
import { searching } from "./who.ts";

/** One rule for each client command: a missing one does not compile. */
export const RULES: { readonly [K in ClientCommand]: CommandRule } = {
  ...connection,
  ...accounts,
  ...channels,
  ...renaming,
  ...listing,
  ...modes,
  ...messages,
  ...relaying,
  ...accepting,
  ...batches,
  ...redaction,
  ...remembering,
  ...marking,
  ...finding,
  ...metadataRules,
  ...queries,
  ...monitoring,
  ...searching,
  ...information,
  ...helping,
  ...statistics,
  ...operators,
  ...bans,
  ...gateways,
  ...services,
};

/** A rule with nothing left out. */
type CheckedRule = Required<Omit<CommandRule, "operator">> & {
  readonly operator: Privilege | null;
  /** Its place in the counts of uses. */
  readonly index: number;
};

/** What dispatch needs of a rule, by verb: worked out once. */
const TABLE: ReadonlyMap<string, CheckedRule> = new Map(
  Object.entries(RULES).map(([verb, rule]) => [verb, {
    arity: isClientCommand(verb) ? requiredParams(COMMANDS[verb]) : 0,
    cost: 1,
    operator: null,
    index: isClientCommand(verb) ? CLIENT_COMMANDS.indexOf(verb) : -1,
    ...rule,
  }]),
);

/** What a browser would begin with, if a web page made it send a form to this port. */
const HTTP_METHODS = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/** Beginnings of something else than IRC, and what is answered before the end. (REG-7, PROXY-3) */
const NOT_IRC: ReadonlyMap<string, string> = new Map([
  ...HTTP_METHODS.map((method) => [method, "This is an IRC server, not a web server."] as const),
  ["PROXY", "You are not a trusted proxy."],
]);

/** Checks what every command must pass, charges the sender, and runs the handler. */
export function dispatch(context: CommandContext): Awaitable<void> {
  const { session, message } = context;
  const mayBeInBatch = session.batch !== null || message.tags !== null;
  if (mayBeInBatch && collect(context)) return; // MULTI-2
  const rule = TABLE.get(message.command);
  session.bucket.spend(rule?.cost ?? 1);
  if (session.stage === "registering") {
    if (message.command !== "PING" && message.command !== "PONG") session.commands++;
    const text = session.commands === 1 ? NOT_IRC.get(message.command) : undefined;
    if (text !== undefined) return context.node.supervisor.end(session, { kind: "refused", text });
  }
  if (rule === undefined) return context.numeric("ERR_UNKNOWNCOMMAND", message.command);
  const { uses } = context.node;
  uses[rule.index] = (uses[rule.index] ?? 0) + 1;
  if (rule.stage === "active" && session.stage !== "active") {
    return context.numeric("ERR_NOTREGISTERED");
  }
  if (rule.stage === "registering" && session.stage !== "registering") {
    return context.numeric("ERR_ALREADYREGISTERED");
  }
  if (message.params.length < rule.arity) {
    return context.numeric("ERR_NEEDMOREPARAMS", message.command);
  }
  if (rule.operator !== null) { // OPER-1
    const { operator } = context.user;
    if (operator === null) return context.numeric("ERR_NOPRIVILEGES");
    if (!operator.privileges.includes(rule.operator)) {
      return context.numeric("ERR_NOPRIVS", rule.operator);
    }
  }
  return rule.run(context);
}
