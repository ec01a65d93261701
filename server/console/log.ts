/**
 * The log: one line for each event, for people or for programs.
 *
 * A line is one line and drives no terminal, whatever a stranger put into its fields; what looks like a secret is
 * never written. Where lines go is the caller's: a stream, or the console above its input.
 *
 * SPEC: "Log".
 *
 * @module
 */
import type { Log, LogFields } from "../core/ports.ts";

/** The levels, from the least. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** What a log needs to know. */
export interface LogOptions {
  readonly level: LogLevel;
  readonly format: "text" | "json";
  /** Takes a line without its end. */
  readonly sink: (line: string) => void;
  /** @default {() => new Date()} */
  readonly now?: () => Date;
}

/** Says an event; `f` gives the first field of these names that is there, else `?`. */
type Sentence = (f: (...names: string[]) => string) => string;

/**
 * What an event says to people. No free text of a stranger's: that stands in the fields, in quotes, where it cannot
 * pass for a field or a sentence.
 */
const SENTENCES: ReadonlyMap<string, Sentence> = new Map(Object.entries<Sentence>({
  listening: (f) => `Server is listening on ${f("address")}`,
  waiting: () => "Waiting for connections",
  connected: (f) => `Connected with (${f("ip")}, ${f("port")})`,
  proxied: (f) => `${f("by")} speaks for ${f("ip")}`,
  registered: (f) => `Nickname of client is ${f("nick")}`,
  disconnected: (f) => `${f("nick", "ip")} has gone`,
  refused: (f) => `Refused: ${f("reason")}`,
  "logged-in": (f) => `Somebody from ${f("ip")} is logged in as ${f("account")}`,
  "account-made": (f) => `The account ${f("account")} was made`,
  "nick-changed": (f) => `${f("from")} is now ${f("to")}`,
  oper: (f) =>
    `${f("nick")} ${f("accepted") === "false" ? "may not be an operator" : "is an operator now"}`,
  kill: (f) => `${f("nick")} was killed by ${f("by")}`,
  ban: (f) => `${f("target")} was banned by ${f("by")}`,
  unban: (f) => `${f("target")} is banned no more, says ${f("by")}`,
  rehash: () => "The settings were read anew",
  "rehash-asked": (f) => `${f("by")} asks to read the settings anew`,
  restart: (f) => `${f("by")} asks to start the server again`,
  kick: (f) => `${f("nick")} was kicked from ${f("channel")} by ${f("by")}`,
  shutdown: (f) => `Server is shutting down: ${f("reason")}`,
  "internal-error": (f) => `Internal error: ${f("message")}`,
  "accept-error": (f) => `Cannot accept a connection: ${f("message")}`,
  "sendq-exceeded": (f) => `${f("nick", "ip")} does not read fast enough`,
  config: (f) => f("message"),
}));

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const SECRET_REGEXP = /^(?:pass|password|passwd|secret|credentials|key)$/i;
const REDACTED = "[redacted]";

// Controls, and what a terminal shows as nothing or uses to turn the line round.
const UNSEEN_REGEXP =
  // deno-lint-ignore no-control-regex -- control characters are what it looks for
  /[\x00-\x1f\x7f-\xa0\xad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
const SHORT_ESCAPES = new Map([["\n", "\\n"], ["\r", "\\r"], ["\t", "\\t"]]);
// Text in which nothing is unseen, which is nearly all: far cheaper to tell than to look for what is.
const SEEN_REGEXP = /^[\x20-\x7e]*$/;
const PLAIN_REGEXP = /^[^\s"'\\=]+$/;

/** Makes a log that writes to the given sink. */
export function createLog(options: LogOptions): Log {
  const { level: least, format, sink, now = () => new Date() } = options;
  const formatLine = format === "json" ? formatJson : formatText;
  const at = (level: LogLevel) =>
    LEVELS.indexOf(level) < LEVELS.indexOf(least)
      ? () => {}
      : (event: string, fields: LogFields = {}) =>
        sink(formatLine(now(), level, event, redact(fields)));
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Without what looks like a secret; the same fields where there is none. */
function redact(fields: LogFields): LogFields {
  const secret = Object.keys(fields).filter((name) => SECRET_REGEXP.test(name));
  if (secret.length === 0) return fields;
  return { ...fields, ...Object.fromEntries(secret.map((name) => [name, REDACTED])) };
}

function formatText(time: Date, level: LogLevel, event: string, fields: LogFields): string {
  const digits = (part: number): string => part < 10 ? `0${part}` : String(part);
  const clock = `${digits(time.getHours())}:${digits(time.getMinutes())}:${
    digits(time.getSeconds())
  }`;
  const say = SENTENCES.get(event);
  const sentence = say === undefined ? event : say((...names) => firstOf(fields, names));
  const end = say === undefined || /[.!?…]$/.test(sentence) ? "" : ".";
  let line = `${clock} ${level.padEnd(5)} ${sentence}${end}`;
  for (const [name, value] of Object.entries(fields)) {
    // A message is the sentence itself, or its end: once is enough.
    if (say === undefined || name !== "message") line += ` ${name}=${quote(value)}`;
  }
  return escapeUnseen(line);
}

function firstOf(fields: LogFields, names: readonly string[]): string {
  for (const name of names) {
    const value = fields[name];
    if (value !== undefined && value !== null) return String(value);
  }
  return "?";
}

/** As it is where it is one plain word, else as a JSON string. */
function quote(value: LogFields[string]): string {
  const text = String(value);
  if (typeof value !== "string" || (PLAIN_REGEXP.test(text) && escapeUnseen(text) === text)) {
    return text;
  }
  return JSON.stringify(text);
}

function formatJson(time: Date, level: LogLevel, event: string, fields: LogFields): string {
  const head = { time: time.toISOString(), level, event };
  return escapeUnseen(JSON.stringify({ ...head, ...fields, ...head }));
}

/** `\u001b` for what nobody would see; within a JSON string it still is the same value. */
function escapeUnseen(text: string): string {
  if (SEEN_REGEXP.test(text)) return text;
  return text.toWellFormed().replace(UNSEEN_REGEXP, (char) => {
    const short = SHORT_ESCAPES.get(char);
    if (short !== undefined) return short;
    let escaped = "";
    for (let index = 0; index < char.length; index += 1) {
      escaped += `\\u${char.charCodeAt(index).toString(16).padStart(4, "0")}`;
    }
    return escaped;
  });
}
