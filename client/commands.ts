/**
 * What the user can type: slash commands as data, and the one function that carries out a line of
 * input. `/help` and completion read the same rows. A line that is no valid command sends nothing.
 * @module
 */

import { isParseFailure, parseMessage } from "../protocol/message.ts";
import { commandAt, firstWord, oneLine, unquote } from "./compose.ts";
import type { ViewEvent } from "./events.ts";
import type { Older } from "./history.ts";
import { HISTORY_COMMANDS } from "./history_commands.ts";
import { IGNORE_COMMANDS } from "./ignore_commands.ts";
import { enter, ROOM_COMMANDS, roomAnd } from "./room_commands.ts";
import type { Search } from "./search.ts";
import { secretAt } from "./secrets.ts";
import type { SessionState, Settings } from "./session.ts";
import { NOT_CONNECTED, type RoomTarget, whyUnreachable } from "./target.ts";

/** What a command may do. */
export interface CommandContext {
  readonly state: SessionState;
  /** Whether lines can be sent. */
  readonly connected: boolean;
  /** What the line was begun for. */
  readonly target: RoomTarget | null;
  /** Sends one message. @throws {TypeError} If a part does not fit into a message. */
  send(command: string, ...params: readonly string[]): void;
  /** Says a text of any length to a room, a user or everyone (`$*`). @throws {TypeError} */
  speak(target: string, text: string, how?: "text" | "action"): void;
  show(event: ViewEvent): void;
  /** The line could not be used, for this reason: it stays its writer's. */
  keep(why: string): void;
  /** Asks for lines from before; they are shown when they come. */
  older(wanted: Older): void;
  /** Asks for lines that match; they are shown when they come. */
  search(search: Search): void;
  /** Sends no more of what waits to be sent. Whether anything did. */
  stop(): boolean;
  now(): Date;
  /** Makes an account of the own name, after asking for a password. */
  register(mail: string | null): void;
  /** Logs in, after asking for the password; `null`: to the account that the user had, or of the own name. */
  logIn(name: string | null): void;
  quit(reason: string): void;
}

/** One command. */
export interface CommandRow {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Arguments, as `/help` shows them; those in brackets may be left out. */
  readonly usage: string;
  /** One line for `/help`. */
  readonly summary: string;
  /** More, for `/help NAME`. */
  readonly details: readonly string[];
  /** What Tab offers for the first argument. */
  readonly completes?: "nick" | "room" | "command" | "search" | "ignored";
  /** Works without a connection. */
  readonly local?: boolean;
  /** Says something to others; the rest ask the server for something. */
  readonly speaks?: boolean;
  /** Carries it out; `false` when arguments are missing or wrong: then the usage is shown. */
  run(context: CommandContext, args: string): boolean;
}

/** The reason that others are told when the user gives none. */
export const DEFAULT_QUIT_REASON = "Goodbye!";
/** The target that reaches every user. */
export const EVERYONE = "$*";

const SECRET_AMONG_LINES =
  "There is a command with a password in a text of several lines: type it alone.";

const QUOTES_NOTE = "The text may stand in quotes; one pair round all of it is taken off.";

/** Every command, in the order in which `/help` lists them. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: "dm",
    aliases: ["msg"],
    usage: "NAME TEXT",
    summary: "Send a message to one user only",
    details: [QUOTES_NOTE],
    completes: "nick",
    speaks: true,
    run(context, args) {
      const [target, rest] = firstWord(args);
      const text = unquote(rest);
      if (target === "" || text.trim() === "" || target.startsWith("$")) return false;
      context.speak(target, text);
      return true;
    },
  },
  {
    name: "bc",
    aliases: ["bm", "broadcast"],
    usage: "TEXT",
    summary: "Send a message to everybody on the server",
    details: ["It reaches every user once, in whatever room they are.", QUOTES_NOTE],
    speaks: true,
    run(context, args) {
      const text = unquote(args);
      if (text.trim() === "") return false;
      context.speak(EVERYONE, text);
      return true;
    },
  },
  {
    name: "users",
    aliases: [],
    usage: "",
    summary: "List everybody on the server",
    details: ["Only you see the list. (you) marks yourself, (away) those who are away."],
    run(context) {
      // Strangers whom others do not list are among those to whom everything can be said.
      context.send("WHO", EVERYONE);
      context.send("WHO", "*");
      context.state.who = [];
      return true;
    },
  },
  ...ROOM_COMMANDS,
  {
    name: "nick",
    aliases: [],
    usage: "NAME",
    summary: "Change your name",
    details: [],
    run(context, args) {
      const [nick, rest] = firstWord(args);
      if (nick === "" || rest !== "") return false;
      context.send("NICK", nick);
      return true;
    },
  },
  {
    name: "me",
    aliases: [],
    usage: "TEXT",
    summary: "Say what you do: /me waves",
    details: [],
    speaks: true,
    run(context, args) {
      return args.trim() !== "" && say(context, args, "action");
    },
  },
  {
    name: "away",
    aliases: [],
    usage: "[TEXT]",
    summary: "Tell others that you are away; without a text: that you are back",
    details: ["Whoever writes to you only is sent the text."],
    run(context, args) {
      const text = oneLine(unquote(args));
      context.send("AWAY", ...(text === "" ? [] : [text]));
      return true;
    },
  },
  {
    name: "whois",
    aliases: [],
    usage: "NAME",
    summary: "Show who somebody is",
    details: [],
    completes: "nick",
    run(context, args) {
      const [nick] = firstWord(args);
      if (nick === "") return false;
      context.send("WHOIS", nick);
      return true;
    },
  },
  {
    name: "kick",
    aliases: [],
    usage: "[#ROOM] NAME [REASON]",
    summary: "Remove somebody from a room",
    details: ["You must be an operator of the room."],
    completes: "nick",
    run(context, args) {
      const [room, rest] = roomAnd(context, args);
      const [nick, reason] = firstWord(rest);
      if (room === null || nick === "") return false;
      context.send("KICK", room, nick, ...(reason === "" ? [] : [oneLine(unquote(reason))]));
      return true;
    },
  },
  ...HISTORY_COMMANDS,
  ...IGNORE_COMMANDS,
  {
    name: "register",
    aliases: [],
    usage: "[E-MAIL]",
    summary: "Make your name an account that is yours alone",
    details: [
      "You are asked for a password, which nobody sees. Some servers want an e-mail address.",
    ],
    run(context, args) {
      const [mail, rest] = firstWord(args);
      // Whoever types the password here shows it to who looks over the shoulder, and to the history of lines.
      if (rest !== "" || (mail !== "" && !/^[^@]+@[^@]+$/.test(mail))) return false;
      context.register(mail === "" ? null : mail);
      return true;
    },
  },
  {
    name: "login",
    aliases: [],
    usage: "[ACCOUNT]",
    summary: "Log in to your account",
    details: ["You are asked for the password, which nobody sees."],
    run(context, args) {
      const [name, rest] = firstWord(args);
      if (rest !== "") return false;
      context.logIn(name === "" ? null : name);
      return true;
    },
  },
  {
    name: "say",
    aliases: [],
    usage: "TEXT",
    summary: "Send a text as it is, even one that begins with / or is exit",
    details: [],
    speaks: true,
    run(context, args) {
      return args.trim() !== "" && say(context, args);
    },
  },
  {
    name: "raw",
    aliases: [],
    usage: "LINE",
    summary: "Send a line of IRC as it is",
    details: ["For what has no command of its own: /raw MODE #tea +m, /raw OPER NAME PASSWORD."],
    run(context, args) {
      const message = parseMessage(oneLine(args.trim()));
      if (isParseFailure(message)) return false;
      context.send(message.command, ...message.params);
      if (message.command === "JOIN") enter(context.state, (message.params[0] ?? "").split(","));
      return true;
    },
  },
  {
    name: "stop",
    aliases: [],
    usage: "",
    summary: "Send no more of a long text that is on its way",
    details: ["Ctrl-C does the same. What was not sent is shown."],
    local: true,
    run(context) {
      if (!context.stop()) context.show({ kind: "server", text: "Nothing waits to be sent." });
      return true;
    },
  },
  {
    name: "set",
    aliases: [],
    usage: "[notices|exit_word on|off]",
    summary: "Show or change how this client behaves",
    details: [
      "notices: show who joins and leaves.",
      "exit_word: a line that is exactly exit quits.",
    ],
    local: true,
    run(context, args) {
      const { settings } = context.state;
      const [name, rest] = firstWord(args);
      if (name !== "") {
        const key = SETTING_NAMES.get(name);
        const value = firstWord(rest)[0];
        if (key === undefined || (value !== "on" && value !== "off")) return false;
        settings[key] = value === "on";
      }
      for (const [shown, key] of SETTING_NAMES) {
        if (name !== "" && name !== shown) continue;
        context.show({ kind: "server", text: `${shown} is ${settings[key] ? "on" : "off"}.` });
      }
      return true;
    },
  },
  {
    name: "quit",
    aliases: ["exit"],
    usage: "[REASON]",
    summary: "Leave the chat",
    details: ["A line that is exactly exit does the same, unless /set exit_word off."],
    local: true,
    run(context, args) {
      const reason = oneLine(unquote(args.trim()));
      context.quit(reason === "" ? DEFAULT_QUIT_REASON : reason);
      return true;
    },
  },
  {
    name: "help",
    aliases: [],
    usage: "[COMMAND]",
    summary: "List the commands, or tell about one",
    details: [],
    completes: "command",
    local: true,
    run(context, args) {
      const [name] = firstWord(args);
      const row = findCommand(name.replace(/^\//, ""));
      if (name !== "" && row === undefined) unknown(context, name);
      else if (row !== undefined) context.show({ kind: "lines", lines: details(row) });
      else {context.show({
          kind: "commands",
          rows: COMMANDS.map((row) => [usageOf(row), row.summary]),
        });}
      return true;
    },
  },
];

/** Settings by the names that users type. */
const SETTING_NAMES = new Map<string, keyof Settings>([
  ["notices", "notices"],
  ["exit_word", "exitWord"],
]);

/** The row of a command by its name or an alias, without the slash, in any case. */
export function findCommand(name: string): CommandRow | undefined {
  const wanted = name.toLowerCase();
  return COMMANDS.find((row) => row.name === wanted || row.aliases.includes(wanted));
}

/** The command that a line of input begins with; `null` for a text. */
function commandOf(input: string): [word: string, args: string] | null {
  const at = commandAt(input, 0);
  return at === null ? null : firstWord(input.slice(at));
}

/** Whether what follows this line may depend on the server's answer to it. */
export function awaitsAnswer(input: string): boolean {
  const [word] = commandOf(input) ?? [];
  const row = word === undefined ? undefined : findCommand(word.slice(1));
  return row !== undefined && !row.local && !row.speaks;
}

/**
 * Carries out one line of input; `\n` in it separates lines of text that were pasted together. Only
 * its beginning can be a command (`commandAt`). `interactive`: a person types, so the word `exit` quits.
 */
export function execute(context: CommandContext, input: string, interactive: boolean): void {
  if (input.trim() === "") return;
  if (interactive && context.state.settings.exitWord && input.trim() === "exit") {
    return context.quit(DEFAULT_QUIT_REASON);
  }
  if (input.trim().includes("\n") && secretAt(input) !== null) {
    context.show({ kind: "server", text: SECRET_AMONG_LINES });
    return context.show({ kind: "unsent", text: input });
  }
  const command = commandOf(input);
  if (command === null) {
    if (!attempt(() => say(context, input))) context.show({ kind: "unsent", text: input });
    return;
  }
  const [word, args] = command;
  const row = findCommand(word.slice(1));
  if (row === undefined) return unknown(context, word);
  if (!row.local && !context.connected) {
    if (row.speaks) return context.keep(NOT_CONNECTED);
    return context.show({ kind: "server", text: "Not connected to a server." });
  }
  if (!attempt(() => row.run(context, args))) {
    context.show({ kind: "server", text: `Usage: ${usageOf(row)}` });
  }
}

/** Whether it was done; not when an argument does not fit into a message, such as one with a NUL. */
function attempt(run: () => boolean): boolean {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof TypeError) || !error.message.startsWith("Cannot format")) throw error;
    return false;
  }
}

function say(context: CommandContext, text: string, how: "text" | "action" = "text"): true {
  const { target, connected } = context;
  const why = whyUnreachable(target, connected);
  if (target === null || why !== null) context.keep(why ?? "");
  else context.speak(target.name, text, how);
  return true;
}

function unknown(context: CommandContext, word: string): void {
  const name = word.startsWith("/") ? word : `/${word}`;
  context.show({ kind: "server", text: `Unknown command "${name}". Type /help for help.` });
}

function usageOf(row: CommandRow): string {
  return `/${row.name}${row.usage === "" ? "" : ` ${row.usage}`}`;
}

function details(row: CommandRow): string[] {
  const also = row.aliases.length === 0
    ? []
    : [`Also: ${row.aliases.map((alias) => `/${alias}`).join(", ")}`];
  return [`${usageOf(row)}  ${row.summary}`, ...row.details, ...also];
}
