/**
 * The commands that tell what was said, as data: a part of the table in commands.ts.
 *
 * SPEC: "History".
 *
 * @module
 */
import type { CommandSpec } from "./commands.ts";

/** Every command of the chapter by its verb. */
export const HISTORY_COMMANDS = {
  CHATHISTORY: {
    params: "<subcommand> <target> [<reference> [<reference>]] [<limit>]",
    from: "both",
    numerics: ["ERR_UNKNOWNCOMMAND"],
    summary: "Tell what was said in a channel, or with a user",
    spec: "#chathistory",
  },
  MARKREAD: {
    params: "<target> [<timestamp>]",
    from: "both",
    numerics: [],
    summary: "Say, or ask, how far you have read",
    spec: "#markread",
  },
  SEARCH: {
    params: "<attributes>",
    from: "client",
    numerics: ["ERR_UNKNOWNCOMMAND"],
    summary: "Find what was said",
    spec: "#search",
  },
} as const satisfies Record<string, CommandSpec>;
