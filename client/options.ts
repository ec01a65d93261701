/**
 * The command line of `chatd join`: its flags as data, and what they and the address mean.
 * @module
 */

import { parseNumber } from "../protocol/number.ts";

/** One flag. The program's argument parser and its help read these rows. */
export interface OptionRow {
  /** Without its dashes. */
  readonly flag: string;
  /** The placeholder of its value; `null` for a switch. */
  readonly value: string | null;
  readonly help: string;
  readonly default?: string;
  readonly many?: boolean;
  readonly negatable?: boolean;
}

/** The flags of `chatd join`. */
export const JOIN_OPTIONS: readonly OptionRow[] = [
  {
    flag: "nick",
    value: "NAME",
    help: "your name; without it you are asked, or the server chooses",
  },
  { flag: "password", value: "TEXT", help: "the server's password" },
  {
    flag: "account",
    value: "NAME",
    help: "log in to this account; its password is asked for, or comes from a file",
  },
  {
    flag: "password-file",
    value: "FILE",
    help: "the account's password is the first line of this file; - is standard input",
  },
  { flag: "port", value: "PORT", help: "the server's port", default: "6667" },
  {
    flag: "history",
    value: "N",
    help: "show the last N lines of each room that you enter, where the server keeps them",
    default: "20; with --plain and without a terminal 0",
  },
  {
    flag: "plain",
    value: null,
    help: "lines in, lines out, no questions and no control sequences; so it is without a terminal",
  },
  { flag: "quiet", value: null, help: "leave out the server's banner and the hints" },
  {
    flag: "reconnect",
    value: null,
    help: "connect again when the connection is lost, in a terminal",
    default: "yes",
    negatable: true,
  },
];

/** How `chatd join` is called. */
export const JOIN_USAGE =
  "chatd join [HOST[:PORT] | HOST PORT | irc://HOST[:PORT]/#ROOM] [OPTION]...";

/** Where the server is, and the room to enter. */
export interface Address {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly room: string | null;
}

/** Flags that were understood. */
export interface JoinOptions {
  /** `null`: not given. */
  readonly address: Address | null;
  /** For questions when only the port was given. */
  readonly port: number | null;
  /** `null`: not given. Empty: the server chooses. */
  readonly nick: string | null;
  readonly password: string | null;
  /** The account to log in to. */
  readonly account: string | null;
  readonly passwordFile: string | null;
  /** `null`: not given. */
  readonly history: number | null;
  readonly plain: boolean;
  readonly quiet: boolean;
  readonly reconnect: boolean;
}

/** IRC's own port, where other clients look too. */
export const DEFAULT_PORT = 6667;
/** The server that questions offer. */
export const DEFAULT_HOST = "127.0.0.1";

/** A command line that cannot be understood. Says which flag, what it got and what it wanted. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** The exit code of the program. */
  readonly exitCode = 2;
}

/** A port from text, or `null` when it is none. */
export function parsePort(text: string): number | null {
  return parseNumber(text.trim(), 1, 65_535);
}

/** What is wrong with a name, or `null`. Only what could never be sent: the server has the say on the rest. */
export function nickProblem(nick: string): string | null {
  if (/[\s\p{Cc}]/u.test(nick)) return "it may not contain spaces";
  if (/^[:$#&]/.test(nick)) return `it may not begin with "${nick.charAt(0)}"`;
  if (/[,!@*?]/.test(nick)) return "it may not contain any of , ! @ * ?";
  return null;
}

/**
 * Understands the flags and words of a command line.
 *
 * @throws {UsageError}
 */
export function parseOptions(
  flags: Readonly<Record<string, string | boolean | readonly string[]>>,
  positionals: readonly string[],
): JoinOptions {
  const port = portFlag(flags["port"]);
  const nick = text(flags["nick"]);
  if (nick !== null && nickProblem(nick) !== null) {
    throw new UsageError(`--nick: got "${nick}", wanted a name: ${nickProblem(nick)}`);
  }
  const password = text(flags["password"]);
  if (password !== null && (/[\r\n\0]/.test(password) || password === "")) {
    throw new UsageError("--password: wanted a text of one line");
  }
  const account = text(flags["account"]);
  if (account !== null && nickProblem(account) !== null) {
    throw new UsageError(`--account: got "${account}", wanted a name: ${nickProblem(account)}`);
  }
  const passwordFile = text(flags["password-file"]);
  if (passwordFile !== null && account === null) {
    throw new UsageError("--password-file: wanted --account NAME too, whose password it is");
  }
  return {
    address: parseAddress(positionals, port),
    port,
    nick,
    password,
    account,
    passwordFile,
    history: historyFlag(flags["history"]),
    plain: flags["plain"] === true,
    quiet: flags["quiet"] === true,
    reconnect: flags["reconnect"] !== false && flags["no-reconnect"] !== true,
  };
}

function text(value: string | boolean | readonly string[] | undefined): string | null {
  const last = Array.isArray(value) ? value.at(-1) : value;
  return typeof last === "string" ? last : null;
}

function portFlag(value: string | boolean | readonly string[] | undefined): number | null {
  const given = text(value);
  if (given === null) return null;
  return wantPort("--port", given);
}

/** Lines of a room that a terminal begins with. */
export const DEFAULT_HISTORY = 20;
/** More is for `/history`. */
const MOST_HISTORY = 1000;

function historyFlag(value: string | boolean | readonly string[] | undefined): number | null {
  const given = text(value);
  if (given === null) return null;
  const count = parseNumber(given, 0, MOST_HISTORY);
  if (count === null) {
    throw new UsageError(`--history: got "${given}", wanted a number from 0 to ${MOST_HISTORY}`);
  }
  return count;
}

function wantPort(where: string, given: string): number {
  const port = parsePort(given);
  if (port === null) {
    throw new UsageError(`${where}: got "${given}", wanted a number from 1 to 65535`);
  }
  return port;
}

/**
 * The address from the words HOST, HOST:PORT, HOST PORT, [V6], [V6]:PORT or irc://HOST:PORT/#ROOM;
 * `null` when there is none. `port` is that of the flag.
 *
 * @throws {UsageError}
 */
export function parseAddress(words: readonly string[], port: number | null): Address | null {
  const [first, second, ...more] = words;
  if (first === undefined) return null;
  if (more.length > 0) {
    throw new UsageError(`got "${more[0]}" after the address, wanted HOST PORT and flags only`);
  }
  const { host, port: inFirst, room } = /^[a-z]+:\/\//i.test(first)
    ? parseUrl(first)
    : parseHostPort(first);
  const ports = [
    inFirst === null ? null : wantPort("port", inFirst),
    second === undefined ? null : wantPort("port", second),
    port,
  ].filter((value) => value !== null);
  if (new Set(ports).size > 1) {
    throw new UsageError(`got more than one port (${ports.join(", ")}), wanted one`);
  }
  return { host, port: ports[0] ?? DEFAULT_PORT, room };
}

interface Parts {
  readonly host: string;
  readonly port: string | null;
  readonly room: string | null;
}

function parseHostPort(word: string): Parts {
  const match = /^\[([^\]]*)\](?::(.*))?$/.exec(word) ?? // [v6]:port
    /^([^:]*):([^:]*)$/.exec(word) ?? // host:port
    /^(.*)$/.exec(word); // host, or v6 without a port
  const host = match?.[1] ?? "";
  if (!/^[^\s/\p{Cc}]+$/u.test(host)) {
    throw new UsageError(`address: got "${word}", wanted HOST or HOST:PORT`);
  }
  return { host, port: match?.[2] ?? null, room: null };
}

function parseUrl(word: string): Parts {
  const match = /^([a-z]+):\/\/(\[[^\]]*\]|[^:/#]*)(?::([^/#]*))?(?:\/?(.*))$/i.exec(word);
  const [, scheme = "", host = "", port = null, path = ""] = match ?? [];
  if (scheme.toLowerCase() === "ircs") {
    throw new UsageError(`address: got "${word}", but TLS is not there yet: wanted irc://`);
  }
  if (scheme.toLowerCase() !== "irc") {
    throw new UsageError(`address: got "${word}", wanted HOST:PORT or irc://HOST:PORT/#room`);
  }
  return { ...parseHostPort(host), port, room: roomOf(word, path) };
}

function roomOf(word: string, path: string): string | null {
  let name: string;
  try {
    name = decodeURIComponent(path.replace(/[?].*$/, ""));
  } catch {
    throw new UsageError(`address: got "${word}", wanted irc://HOST:PORT/#room`);
  }
  if (name === "") return null;
  const room = /^[#&]/.test(name) ? name : `#${name}`;
  if (/[\s,\p{Cc}]/u.test(room)) {
    throw new UsageError(`address: got "${word}", wanted one room, without spaces`);
  }
  return room;
}

/** HOST:PORT, with brackets round an IPv6 address. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
