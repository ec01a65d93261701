/**
 * The commands of operators as data: a part of the table in commands.ts.
 *
 * SPEC: "Operators".
 *
 * @module
 */
import type { CommandSpec } from "./commands.ts";

/** Every command of the chapter by its verb. */
export const OPERATOR_COMMANDS = {
  CHGHOST: {
    params: "<nick> <host>",
    from: "both",
    numerics: ["ERR_NOPRIVILEGES", "ERR_NOPRIVS", "ERR_NOSUCHNICK"],
    summary: "Give a user another host (operators)",
    spec: "#chghost",
  },
  CONNECT: {
    params: "<server> [<port> [<remote server>]]",
    from: "client",
    numerics: ["ERR_NOPRIVILEGES", "ERR_NOPRIVS", "ERR_NOSUCHSERVER"],
    summary: "Link to another server, of which there is none (operators)",
    spec: "#connect",
  },
  DLINE: {
    params: "[[<duration>] <address or network> [<reason>]]",
    from: "client",
    numerics: [
      "ERR_NOPRIVILEGES",
      "ERR_NOPRIVS",
      "ERR_NEEDMOREPARAMS",
      "RPL_STATSDLINE",
      "RPL_ENDOFSTATS",
    ],
    summary: "Ban addresses, or list such bans (operators)",
    spec: "#dline",
  },
  KILL: {
    params: "<nick> [<reason>]",
    from: "both",
    numerics: ["ERR_NOPRIVILEGES", "ERR_NOPRIVS", "ERR_NOSUCHNICK"],
    summary: "Disconnect a user (operators)",
    spec: "#kill",
  },
  KLINE: {
    params: "[[<duration>] <user@host> [<reason>]]",
    from: "client",
    numerics: [
      "ERR_NOPRIVILEGES",
      "ERR_NOPRIVS",
      "ERR_NEEDMOREPARAMS",
      "RPL_STATSKLINE",
      "RPL_ENDOFSTATS",
    ],
    summary: "Ban users by mask, or list such bans (operators)",
    spec: "#kline",
  },
  OPER: {
    params: "<name> <password>",
    from: "client",
    numerics: ["RPL_YOUREOPER", "ERR_PASSWDMISMATCH", "ERR_NOOPERHOST"],
    summary: "Become an operator",
    spec: "#oper",
  },
  REHASH: {
    params: "",
    from: "client",
    numerics: ["ERR_NOPRIVILEGES", "ERR_NOPRIVS", "RPL_REHASHING"],
    summary: "Read the settings anew (operators)",
    spec: "#rehash",
  },
  RESTART: {
    params: "",
    from: "client",
    numerics: ["ERR_NOPRIVILEGES", "ERR_NOPRIVS"],
    summary: "End the server so that it is started again (operators)",
    spec: "#restart",
  },
  SQUIT: {
    params: "<server> <comment>",
    from: "client",
    numerics: ["ERR_NOPRIVILEGES", "ERR_NOPRIVS", "ERR_NOSUCHSERVER"],
    summary: "Unlink another server, of which there is none (operators)",
    spec: "#squit",
  },
  UNDLINE: {
    params: "<address or network>",
    from: "client",
    numerics: ["ERR_NOPRIVILEGES", "ERR_NOPRIVS"],
    summary: "Lift a ban of addresses (operators)",
    spec: "#undline",
  },
  UNKLINE: {
    params: "<user@host>",
    from: "client",
    numerics: ["ERR_NOPRIVILEGES", "ERR_NOPRIVS"],
    summary: "Lift a ban by mask (operators)",
    spec: "#unkline",
  },
  WALLOPS: {
    params: "<text>",
    from: "both",
    numerics: ["ERR_NOPRIVILEGES", "ERR_NOPRIVS"],
    summary: "Tell all users with mode +w (operators)",
    spec: "#wallops",
  },
} as const satisfies Record<string, CommandSpec>;
