/**
 * What people can do here: HELP, HELPOP.
 *
 * SPEC: "HELP".
 *
 * @module
 */
import { COMMANDS, isClientCommand } from "../../protocol/mod.ts";
import type { CommandContext, CommandRule } from "./context.ts";

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
export const helping = {
  HELP: { stage: "active", run: help },
  HELPOP: { stage: "active", run: help },
} as const satisfies Record<string, CommandRule>;
