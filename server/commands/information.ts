/**
 * What the server tells of itself: MOTD LUSERS VERSION TIME INFO HELP.
 *
 * SPEC: "Information".
 *
 * @module
 */
import {
  channelModesOfKind,
  COMMANDS,
  isClientCommand,
  matchMask,
  RANKS,
  USER_MODES,
} from "../../protocol/mod.ts";
import type { CommandContext, CommandRule } from "./context.ts";

/** Whether the command is meant for this server; otherwise answers that there is no such one. */
function isForUs(context: CommandContext): boolean {
  const server = context.param(0);
  if (server === "" || matchMask(server, context.node.settings.name)) return true;
  if (context.node.state.userByNick(server) !== undefined) return true;
  context.numeric("ERR_NOSUCHSERVER", server);
  return false;
}

/** The line 004. */
export function myInfo(context: CommandContext): void {
  const { name, version } = context.node.settings;
  const ranks = RANKS.map(({ mode }) => mode).join("");
  const withParam = channelModesOfKind("A") + channelModesOfKind("B") + channelModesOfKind("C") +
    ranks;
  context.numeric(
    "RPL_MYINFO",
    name,
    version,
    Object.keys(USER_MODES).join(""),
    withParam + channelModesOfKind("D"),
    withParam,
  );
}

/** The lines of 005. */
export function isupport(context: CommandContext): void {
  for (const tokens of context.node.isupport) context.numeric("RPL_ISUPPORT", ...tokens);
}

/** The message of the day, or 422. */
export function motd(context: CommandContext): void {
  const { name, motd } = context.node.settings;
  if (motd.length === 0) return context.numeric("ERR_NOMOTD");
  context.numeric("RPL_MOTDSTART", `- ${name} Message of the day - `);
  for (const line of motd) context.numeric("RPL_MOTD", `- ${line}`);
  context.numeric("RPL_ENDOFMOTD");
}

/** The lines 251 to 266. */
export function lusers(context: CommandContext): void {
  const { state } = context.node;
  const { i: invisible, o: operators } = state.usersWith;
  const users = state.users.size;
  const unknown = state.registering;
  context.numeric("RPL_LUSERCLIENT", String(users - invisible), String(invisible), "1");
  context.numeric("RPL_LUSEROP", String(operators));
  if (unknown > 0) context.numeric("RPL_LUSERUNKNOWN", String(unknown));
  context.numeric("RPL_LUSERCHANNELS", String(state.channels.size));
  context.numeric("RPL_LUSERME", String(users), "1");
  context.numeric("RPL_LOCALUSERS", String(users), String(state.mostUsers));
  context.numeric("RPL_GLOBALUSERS", String(users), String(state.mostUsers));
}

/** MOTD [<server>] */
function tellMotd(context: CommandContext): void {
  if (isForUs(context)) motd(context);
}

/** VERSION [<server>] */
function version(context: CommandContext): void {
  if (!isForUs(context)) return;
  const { name, version } = context.node.settings;
  context.numeric("RPL_VERSION", version, name, "IRC for your own machine");
  isupport(context);
}

/** TIME [<server>] */
function time(context: CommandContext): void {
  if (!isForUs(context)) return;
  context.numeric(
    "RPL_TIME",
    context.node.settings.name,
    new Date(context.node.clock.epoch()).toISOString(),
  );
}

/** INFO [<server>] */
function info(context: CommandContext): void {
  if (!isForUs(context)) return;
  const { version } = context.node.settings;
  context.numeric("RPL_INFO", `${version}: a chat daemon that speaks IRC`);
  context.numeric("RPL_INFO", `Started ${new Date(context.node.startedAt).toISOString()}`);
  context.numeric("RPL_ENDOFINFO");
}

const COMMANDS_BY_NAME = Object.entries(COMMANDS).sort(([a], [b]) => a < b ? -1 : 1);

/** HELP [<subject>] */
function help(context: CommandContext): void {
  const subject = context.param(0).toUpperCase();
  if (subject === "") {
    context.numeric("RPL_HELPSTART", "*", "Commands of this server; HELP <command> explains one");
    for (const [verb, { summary }] of COMMANDS_BY_NAME) {
      if (isClientCommand(verb)) {
        context.numeric("RPL_HELPTXT", "*", `${verb.padEnd(9)} ${summary}`);
      }
    }
    return context.numeric("RPL_ENDOFHELP", "*");
  }
  if (!isClientCommand(subject)) return context.numeric("ERR_HELPNOTFOUND", context.param(0));
  const { params, summary } = COMMANDS[subject];
  context.numeric("RPL_HELPSTART", subject, `${subject} ${params}`.trim());
  context.numeric("RPL_HELPTXT", subject, summary);
  context.numeric("RPL_ENDOFHELP", subject);
}

/** The rules of this chapter. */
export const information = {
  HELP: { stage: "active", run: help },
  INFO: { stage: "active", run: info },
  LUSERS: { stage: "active", cost: 2, run: lusers },
  MOTD: { stage: "active", run: tellMotd },
  TIME: { stage: "active", run: time },
  VERSION: { stage: "active", run: version },
} as const satisfies Record<string, CommandRule>;
