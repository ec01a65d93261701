/**
 * The commands that write to services, as data: a part of the table in commands.ts.
 *
 * SPEC: "Services".
 *
 * @module
 */
import type { CommandSpec } from "./commands.ts";

const REQUEST = "[<command>{ <parameter>}]";

/** Every command of the chapter by its verb. */
export const SERVICE_COMMANDS = {
  CHANSERV: {
    params: REQUEST,
    from: "client",
    numerics: [],
    summary: "Ask ChanServ, which keeps channels for you; without a command it tells what it can",
    spec: "#chanserv",
  },
  CS: {
    params: REQUEST,
    from: "client",
    numerics: [],
    summary: "Another name for CHANSERV",
    spec: "#chanserv",
  },
  NICKSERV: {
    params: REQUEST,
    from: "client",
    numerics: ["RPL_LOGGEDIN", "RPL_LOGGEDOUT"],
    summary: "Ask NickServ, which looks after accounts; without a command it tells what it can",
    spec: "#nickserv",
  },
  NS: {
    params: REQUEST,
    from: "client",
    numerics: ["RPL_LOGGEDIN", "RPL_LOGGEDOUT"],
    summary: "Another name for NICKSERV",
    spec: "#nickserv",
  },
} as const satisfies Record<string, CommandSpec>;
