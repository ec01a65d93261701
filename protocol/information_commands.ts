/**
 * The commands by which a server tells of itself, as data: a part of the table in commands.ts.
 *
 * SPEC: "Information".
 *
 * @module
 */
import type { CommandSpec } from "./commands.ts";

/** Every command of the chapter by its verb. */
export const INFORMATION_COMMANDS = {
  ADMIN: {
    params: "[<server>]",
    from: "client",
    numerics: [
      "RPL_ADMINME",
      "RPL_ADMINLOC1",
      "RPL_ADMINLOC2",
      "RPL_ADMINEMAIL",
      "ERR_NOADMININFO",
      "ERR_NOSUCHSERVER",
    ],
    summary: "Tell who runs this server",
    spec: "#admin",
  },
  HELP: {
    params: "[<subject>]",
    from: "client",
    numerics: ["RPL_HELPSTART", "RPL_HELPTXT", "RPL_ENDOFHELP", "ERR_HELPNOTFOUND"],
    summary: "Explain the commands",
    spec: "#help",
  },
  HELPOP: {
    params: "[<subject>]",
    from: "client",
    numerics: ["RPL_HELPSTART", "RPL_HELPTXT", "RPL_ENDOFHELP", "ERR_HELPNOTFOUND"],
    summary: "The same as HELP",
    spec: "#help",
  },
  INFO: {
    params: "[<server>]",
    from: "client",
    numerics: ["RPL_INFO", "RPL_ENDOFINFO", "ERR_NOSUCHSERVER"],
    summary: "Tell about this server program",
    spec: "#info",
  },
  ISUPPORT: {
    params: "",
    from: "client",
    numerics: ["RPL_ISUPPORT", "ERR_NOTREGISTERED"],
    summary: "Tell what the server supports, as numbers 005 do",
    spec: "#isupport",
  },
  LINKS: {
    params: "[[<server>] <mask>]",
    from: "client",
    numerics: ["RPL_LINKS", "RPL_ENDOFLINKS", "ERR_NOSUCHSERVER"],
    summary: "List the servers of the network",
    spec: "#links",
  },
  LUSERS: {
    params: "",
    from: "client",
    numerics: [
      "RPL_LUSERCLIENT",
      "RPL_LUSEROP",
      "RPL_LUSERUNKNOWN",
      "RPL_LUSERCHANNELS",
      "RPL_LUSERME",
      "RPL_LOCALUSERS",
      "RPL_GLOBALUSERS",
    ],
    summary: "Count users and channels",
    spec: "#lusers",
  },
  MOTD: {
    params: "[<server>]",
    from: "client",
    numerics: ["RPL_MOTDSTART", "RPL_MOTD", "RPL_ENDOFMOTD", "ERR_NOMOTD", "ERR_NOSUCHSERVER"],
    summary: "Show the message of the day",
    spec: "#motd",
  },
  STATS: {
    params: "<letter> [<server>]",
    from: "client",
    numerics: [
      "RPL_STATSUPTIME",
      "RPL_STATSCOMMANDS",
      "RPL_STATSDLINE",
      "RPL_STATSKLINE",
      "RPL_ENDOFSTATS",
      "ERR_NOSUCHSERVER",
      "ERR_NOPRIVILEGES",
      "ERR_NOPRIVS",
    ],
    summary:
      "Tell figures of the server: u for how long it is up, m for how often each command came",
    spec: "#stats",
  },
  TIME: {
    params: "[<server>]",
    from: "client",
    numerics: ["RPL_TIME", "ERR_NOSUCHSERVER"],
    summary: "Tell the server's time",
    spec: "#time",
  },
  VERSION: {
    params: "[<server>]",
    from: "client",
    numerics: ["RPL_VERSION", "RPL_ISUPPORT", "ERR_NOSUCHSERVER"],
    summary: "Tell the server's version",
    spec: "#version",
  },
} as const satisfies Record<string, CommandSpec>;
