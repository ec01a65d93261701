/**
 * Commands as data: what each is for, its parameters and the answers it may get. HELP, arity checks and the table of the
 * specification read the same rows.
 *
 * SPEC: the chapter that each row names.
 *
 * @module
 */
import { ACCOUNT_COMMANDS } from "./account_commands.ts";
import { HISTORY_COMMANDS } from "./history_commands.ts";
import { INFORMATION_COMMANDS } from "./information_commands.ts";
import type { NumericName } from "./numerics.ts";
import { OPERATOR_COMMANDS } from "./operator_commands.ts";
import { SERVICE_COMMANDS } from "./service_commands.ts";

/** One command. */
export interface CommandSpec {
  /** Syntax after the verb: `<required>`, `[<optional>]`, `{,<more>}`. The arity is derived from it. */
  readonly params: string;
  /** Who sends it. */
  readonly from: "client" | "server" | "both";
  /** The numerics that it may be answered with, in the order of their chapter. */
  readonly numerics: readonly NumericName[];
  readonly summary: string;
  /** Anchor in SPEC.md. */
  readonly spec: string;
}

/** Every command of the profile by its verb. */
export const COMMANDS = {
  ACCEPT: {
    params: "[<nick>{,<nick>}]",
    from: "client",
    numerics: [
      "RPL_ACCEPTLIST",
      "RPL_ENDOFACCEPT",
      "ERR_NOSUCHNICK",
      "ERR_ACCEPTFULL",
      "ERR_ACCEPTEXIST",
      "ERR_ACCEPTNOT",
    ],
    summary: "Let users write to you while you have mode +g; -<nick> takes one back, * lists them",
    spec: "#accept",
  },
  AWAY: {
    params: "[<text>]",
    from: "both",
    numerics: ["RPL_UNAWAY", "RPL_NOWAWAY", "ERR_NOTREGISTERED"],
    summary: "Say that you are away, or back",
    spec: "#away",
  },
  ACCOUNT: {
    params: "<account>",
    from: "server",
    numerics: [],
    summary: "A user has logged in, or out with `*`",
    spec: "#account",
  },
  ACK: {
    params: "",
    from: "server",
    numerics: [],
    summary: "A labelled command was done and had nothing to say",
    spec: "#ack",
  },
  BATCH: {
    params: "<reference> [<type> [<parameter>]]",
    from: "both",
    numerics: [],
    summary: "Begin or end a batch",
    spec: "#batch",
  },
  CAP: {
    params: "<subcommand> [<version or capabilities>]",
    from: "both",
    numerics: ["ERR_INVALIDCAPCMD"],
    summary: "Negotiate capabilities",
    spec: "#cap",
  },
  ERROR: {
    params: "<text>",
    from: "server",
    numerics: [],
    summary: "The last line of a connection that is closed",
    spec: "#error",
  },
  FAIL: {
    params: "<command> <code> [<context>] <text>",
    from: "server",
    numerics: [],
    summary: "A command could not be done",
    spec: "#standard-replies",
  },
  INVITE: {
    params: "[<nick> <channel>]",
    from: "both",
    numerics: [
      "RPL_INVITELIST",
      "RPL_ENDOFINVITELIST",
      "RPL_INVITING",
      "ERR_NOSUCHNICK",
      "ERR_NOSUCHCHANNEL",
      "ERR_NOTONCHANNEL",
      "ERR_CHANOPRIVSNEEDED",
      "ERR_USERONCHANNEL",
      "ERR_NEEDREGGEDNICK",
      "RPL_TARGUMODEG",
      "RPL_TARGNOTIFY",
      "RPL_AWAY",
    ],
    summary: "Invite a user to a channel; alone, list where you are invited",
    spec: "#invite",
  },
  ISON: {
    params: "<nick>{ <nick>}",
    from: "client",
    numerics: ["RPL_ISON"],
    summary: "Tell which of these users are here",
    spec: "#ison",
  },
  JOIN: {
    params: "<channel>{,<channel>} [<key>{,<key>}]",
    from: "both",
    numerics: [
      "RPL_TOPIC",
      "RPL_TOPICWHOTIME",
      "RPL_NAMREPLY",
      "RPL_ENDOFNAMES",
      "ERR_NOSUCHCHANNEL",
      "ERR_TOOMANYCHANNELS",
      "ERR_BADCHANNELKEY",
      "ERR_BANNEDFROMCHAN",
      "ERR_CHANNELISFULL",
      "ERR_INVITEONLYCHAN",
      "ERR_NEEDREGGEDNICK",
      "ERR_LINKCHANNEL",
      "ERR_UNAVAILRESOURCE",
    ],
    summary: "Join channels; `JOIN 0` leaves them all",
    spec: "#join",
  },
  KICK: {
    params: "<channel>{,<channel>} <nick>{,<nick>} [<reason>]",
    from: "both",
    numerics: [
      "ERR_NOSUCHCHANNEL",
      "ERR_NOTONCHANNEL",
      "ERR_CHANOPRIVSNEEDED",
      "ERR_USERNOTINCHANNEL",
      "ERR_NOSUCHNICK",
    ],
    summary: "Remove a user from a channel",
    spec: "#kick",
  },
  LIST: {
    params: "[<channel or condition>{,<channel or condition>}] [<condition>{,<condition>}]",
    from: "client",
    numerics: [
      "RPL_LISTSTART",
      "RPL_LIST",
      "ERR_TOOMANYMATCHES",
      "ERR_TOOMANYTARGETS",
      "RPL_LISTEND",
    ],
    summary: "List channels with their size and topic",
    spec: "#list",
  },
  METADATA: {
    params: "<target> <subcommand> [<key>{ <key>}] [<value>]",
    from: "client",
    numerics: [
      "RPL_WHOISKEYVALUE",
      "RPL_KEYVALUE",
      "RPL_KEYNOTSET",
      "RPL_METADATASUBOK",
      "RPL_METADATAUNSUBOK",
      "RPL_METADATASUBS",
      "ERR_METADATASYNCLATER",
      "ERR_METADATARATELIMIT",
      "ERR_NEEDMOREPARAMS",
    ],
    summary: "Tell things of yourself or a channel, and hear of others'",
    spec: "#metadata",
  },
  MODE: {
    params: "<nick or channel> [<modes> [<parameter>{ <parameter>}]]",
    from: "both",
    numerics: [
      "RPL_UMODEIS",
      "RPL_CHANNELMODEIS",
      "RPL_CREATIONTIME",
      "RPL_BANLIST",
      "RPL_ENDOFBANLIST",
      "RPL_EXCEPTLIST",
      "RPL_ENDOFEXCEPTLIST",
      "RPL_INVEXLIST",
      "RPL_ENDOFINVEXLIST",
      "ERR_NOSUCHCHANNEL",
      "ERR_NOSUCHNICK",
      "ERR_USERSDONTMATCH",
      "ERR_UMODEUNKNOWNFLAG",
      "ERR_UNKNOWNMODE",
      "ERR_CHANOPRIVSNEEDED",
      "ERR_USERNOTINCHANNEL",
      "ERR_NOTONCHANNEL",
      "ERR_KEYSET",
      "ERR_INVALIDMODEPARAM",
      "ERR_BANLISTFULL",
    ],
    summary: "Show or change modes",
    spec: "#mode",
  },
  MONITOR: {
    params: "<+|-|C|L|S> [<nick>{,<nick>}]",
    from: "client",
    numerics: [
      "RPL_MONONLINE",
      "RPL_MONOFFLINE",
      "RPL_MONLIST",
      "RPL_ENDOFMONLIST",
      "ERR_MONLISTFULL",
      "ERR_ERRONEUSNICKNAME",
    ],
    summary: "Watch nicknames: be told when somebody comes or goes",
    spec: "#monitor",
  },
  NAMES: {
    params: "[<channel>{,<channel>}]",
    from: "client",
    numerics: ["RPL_NAMREPLY", "RPL_ENDOFNAMES"],
    summary: "List the users of channels",
    spec: "#names",
  },
  NICK: {
    params: "<nick>",
    from: "both",
    numerics: [
      "ERR_NONICKNAMEGIVEN",
      "ERR_ERRONEUSNICKNAME",
      "ERR_NICKNAMEINUSE",
      "ERR_BANNICKCHANGE",
      "ERR_NICKTOOFAST",
    ],
    summary: "Choose or change your nickname",
    spec: "#nick",
  },
  NOTE: {
    params: "<command> <code> [<context>] <text>",
    from: "server",
    numerics: [],
    summary: "Something worth knowing",
    spec: "#standard-replies",
  },
  NOTICE: {
    params: "<target>{,<target>} <text>",
    from: "both",
    numerics: [],
    summary: "Send a message that is never answered",
    spec: "#notice",
  },
  PART: {
    params: "<channel>{,<channel>} [<reason>]",
    from: "both",
    numerics: ["ERR_NOSUCHCHANNEL", "ERR_NOTONCHANNEL"],
    summary: "Leave channels",
    spec: "#part",
  },
  PASS: {
    params: "<password>",
    from: "client",
    numerics: ["ERR_ALREADYREGISTERED", "ERR_PASSWDMISMATCH"],
    summary: "Give the server's password",
    spec: "#pass",
  },
  PING: {
    params: "<token>",
    from: "both",
    numerics: ["ERR_NOORIGIN"],
    summary: "Ask for a PONG",
    spec: "#ping",
  },
  PONG: {
    params: "[<server>] [<token>]",
    from: "both",
    numerics: [],
    summary: "Answer a PING",
    spec: "#pong",
  },
  PRIVMSG: {
    params: "<target>{,<target>} <text>",
    from: "both",
    numerics: [
      "ERR_NORECIPIENT",
      "ERR_NOTEXTTOSEND",
      "ERR_NOSUCHNICK",
      "ERR_NOSUCHCHANNEL",
      "ERR_CANNOTSENDTOCHAN",
      "ERR_CANNOTSENDTOUSER",
      "ERR_NEEDREGGEDNICK",
      "ERR_TOOMANYTARGETS",
      "ERR_INPUTTOOLONG",
      "ERR_NOPRIVILEGES",
      "RPL_AWAY",
    ],
    summary: "Send a message to users, channels or, as `$*`, everybody",
    spec: "#privmsg",
  },
  QUIT: {
    params: "[<reason>]",
    from: "both",
    numerics: [],
    summary: "Leave the server",
    spec: "#quit",
  },
  REDACT: {
    params: "<target> <msgid> [<reason>]",
    from: "both",
    numerics: ["ERR_UNKNOWNCOMMAND"],
    summary: "Take back a message",
    spec: "#redact",
  },
  RENAME: {
    params: "<channel> <new name> [<reason>]",
    from: "both",
    numerics: ["ERR_NOSUCHCHANNEL", "ERR_NOTONCHANNEL", "ERR_CHANOPRIVSNEEDED"],
    summary: "Give a channel another name",
    spec: "#rename",
  },
  SETNAME: {
    params: "<real name>",
    from: "both",
    numerics: [],
    summary: "Change your real name",
    spec: "#setname",
  },
  RELAYMSG: {
    params: "<channel> <name> <text>",
    from: "client",
    numerics: [
      "ERR_NOSUCHCHANNEL",
      "ERR_CANNOTSENDTOCHAN",
      "ERR_NOTEXTTOSEND",
      "ERR_INPUTTOOLONG",
    ],
    summary: "Say in a channel what somebody on another network has said",
    spec: "#relaymsg",
  },
  TAGMSG: {
    params: "<target>{,<target>}",
    from: "both",
    numerics: [
      "ERR_NORECIPIENT",
      "ERR_NOSUCHNICK",
      "ERR_NOSUCHCHANNEL",
      "ERR_CANNOTSENDTOCHAN",
      "ERR_CANNOTSENDTOUSER",
      "ERR_TOOMANYTARGETS",
    ],
    summary: "Send tags without a text",
    spec: "#tagmsg",
  },
  TOPIC: {
    params: "<channel> [<topic>]",
    from: "both",
    numerics: [
      "RPL_NOTOPIC",
      "RPL_TOPIC",
      "RPL_TOPICWHOTIME",
      "ERR_NOSUCHCHANNEL",
      "ERR_NOTONCHANNEL",
      "ERR_CHANOPRIVSNEEDED",
      "ERR_CANNOTSENDTOCHAN",
    ],
    summary: "Show or change a channel's topic",
    spec: "#topic",
  },
  USER: {
    params: "<user> <ignored> <ignored> <real name>",
    from: "client",
    numerics: ["ERR_ALREADYREGISTERED", "ERR_INVALIDUSERNAME"],
    summary: "Give your user name and real name",
    spec: "#user",
  },
  USERHOST: {
    params: "<nick>{ <nick>}",
    from: "client",
    numerics: ["RPL_USERHOST"],
    summary: "Tell user name and host of up to five users",
    spec: "#userhost",
  },
  USERIP: {
    params: "<nick>{ <nick>}",
    from: "client",
    numerics: ["RPL_USERIP"],
    summary: "Tell user name and address of up to five users",
    spec: "#userip",
  },
  WARN: {
    params: "<command> <code> [<context>] <text>",
    from: "server",
    numerics: [],
    summary: "Something is not as it should be",
    spec: "#standard-replies",
  },
  WEBIRC: {
    params: "<password> <gateway> <hostname> <ip> [<option>{ <option>}]",
    from: "client",
    numerics: ["ERR_ALREADYREGISTERED"],
    summary: "Tell for whom a gateway speaks",
    spec: "#webirc",
  },
  WHO: {
    params: "<mask> [[o][%<fields>[,<token>]]]",
    from: "client",
    numerics: ["RPL_WHOREPLY", "RPL_WHOSPCRPL", "ERR_TOOMANYMATCHES", "RPL_ENDOFWHO"],
    summary: "List users by channel or mask",
    spec: "#who",
  },
  WHOIS: {
    params: "[<server>] <nick>",
    from: "client",
    numerics: [
      "RPL_WHOISUSER",
      "RPL_WHOISSERVER",
      "RPL_WHOISOPERATOR",
      "RPL_WHOISACCOUNT",
      "RPL_WHOISBOT",
      "RPL_WHOISIDLE",
      "RPL_WHOISCHANNELS",
      "RPL_WHOISACTUALLY",
      "RPL_WHOISSPECIAL",
      "RPL_AWAY",
      "RPL_ENDOFWHOIS",
      "ERR_NOSUCHNICK",
      "ERR_NONICKNAMEGIVEN",
    ],
    summary: "Tell about a user",
    spec: "#whois",
  },
  WHOWAS: {
    params: "<nick> [<count>]",
    from: "client",
    numerics: [
      "RPL_WHOWASUSER",
      "RPL_WHOISSERVER",
      "RPL_ENDOFWHOWAS",
      "ERR_WASNOSUCHNICK",
      "ERR_NONICKNAMEGIVEN",
    ],
    summary: "Tell about a user who has left",
    spec: "#whowas",
  },
  ...ACCOUNT_COMMANDS,
  ...HISTORY_COMMANDS,
  ...INFORMATION_COMMANDS,
  ...OPERATOR_COMMANDS,
  ...SERVICE_COMMANDS,
} as const satisfies Record<string, CommandSpec>;

/** The verb of a command of this profile. */
export type CommandName = keyof typeof COMMANDS;

/** A verb that a client may send. */
export type ClientCommand = {
  [K in CommandName]: (typeof COMMANDS)[K]["from"] extends "server" ? never : K;
}[CommandName];

/** Every verb that a client may send, in the order of the alphabet. */
export const CLIENT_COMMANDS: readonly ClientCommand[] = Object.keys(COMMANDS).filter(
  isClientCommand,
).sort();

/** Whether the verb is one that a client may send. */
export function isClientCommand(verb: string): verb is ClientCommand {
  return Object.hasOwn(COMMANDS, verb) && COMMANDS[verb as CommandName].from !== "server";
}

/** The number of parameters that a command needs: those outside brackets and braces. */
export function requiredParams(spec: Pick<CommandSpec, "params">): number {
  const optionalRemoved = spec.params.replace(/\[.*\]$/, "").replace(/\[[^\]]*\]/g, "").replace(
    /\{[^}]*\}/g,
    "",
  );
  return (optionalRemoved.match(/<[^>]*>/g) ?? []).length;
}
