/**
 * The message: what one line says, in either direction. Parsing never throws, for what a peer sends
 * is data; formatting refuses whatever would become a second message or another parameter.
 *
 * SPEC: "Message format".
 *
 * @module
 */
import { COMMANDS } from "./commands.ts";
import { LIMITS } from "./limits.ts";
import { NUMERICS, type NumericSpec } from "./numerics.ts";
import { formatTags, parseTags } from "./tags.ts";

/** One message, in either direction. */
export interface Message {
  /** Unescaped values by name (client-only names keep `+`); `null` when none. A Map: peers choose the keys. */
  readonly tags: ReadonlyMap<string, string> | null;
  /** `nick!user@host` or a server name, without its colon; `null` when absent. */
  readonly source: string | null;
  /** Upper-case verb, or three digits. */
  readonly command: string;
  /** At most 15. Only the last may be empty, hold spaces or begin with `:`. */
  readonly params: readonly string[];
}

/** Why a line is not a message. */
export type ParseFailure =
  | { readonly failure: "empty" | "no-command" }
  /** `command`: the word in its place, as it was written. */
  | { readonly failure: "bad-command"; readonly command: string; readonly tags: Message["tags"] };

const EMPTY: ParseFailure = { failure: "empty" };
const NO_COMMAND: ParseFailure = { failure: "no-command" };
const NO_PARAMS: readonly string[] = [];

const COMMAND_REGEXP = /^(?:[A-Za-z]+|[0-9]{3})$/;
/** Verbs as nearly everybody writes them: found faster than checked. */
const VERBS: ReadonlyMap<string, string> = new Map(
  Object.keys(COMMANDS).map((verb) => [verb, verb]),
);
const LINE_BREAKER_REGEXP = /[\0\r\n]/;

/**
 * Commands whose last parameter is read by people. It gets its colon even where it is one word: the grammar does not ask for
 * it, but programs that look for the first ` :` do. With the lowest index that it has: where it is left out, what is last then is
 * a word.
 */
const PROSE_COMMANDS: ReadonlyMap<string, number> = new Map([
  ...Object.entries(COMMANDS)
    .filter(([, { params }]) =>
      /<(?:text|reason|topic|real name|version or capabilities)>\]?$/.test(params)
    )
    .map(([verb, { params }]) => [verb, wordsBeforeLast(params)] as const),
  ...Object.values(NUMERICS)
    .filter(({ params, text }: NumericSpec) => text !== null || params.includes(":"))
    .map(({ code }) => [code, 0] as const),
]);

/** The least number of parameters before the last of a command's syntax. */
function wordsBeforeLast(params: string): number {
  return params.replace(/<[^>]*>/g, "x").replace(/\[x\] /g, "").split(" ").length - 1;
}

/** Tells a failure of {@linkcode parseMessage} from a message. */
export function isParseFailure(result: Message | ParseFailure): result is ParseFailure {
  return "failure" in result;
}

/** The index of the first character at or after `at` that is not a space. */
function skipSpaces(line: string, at: number): number {
  while (line.charCodeAt(at) === 0x20) at++;
  return at;
}

/** The index of the first space at or after `at`, or the end of the line. */
function wordEnd(line: string, at: number): number {
  const end = line.indexOf(" ", at);
  return end < 0 ? line.length : end;
}

/** Reads one line without its line end. Never throws: the peer's mistake is a value. */
export function parseMessage(line: string): Message | ParseFailure {
  let at = 0;
  let tags: ReadonlyMap<string, string> | null = null;
  let source: string | null = null;
  if (line.charCodeAt(0) === 0x40 /* @ */) {
    const end = wordEnd(line, 1);
    tags = parseTags(line.slice(1, end));
    at = end;
  }
  at = skipSpaces(line, at);
  if (line.charCodeAt(at) === 0x3a /* : */) {
    const end = wordEnd(line, at);
    source = line.slice(at + 1, end);
    at = skipSpaces(line, end);
  }
  if (at === line.length) return tags === null && source === null ? EMPTY : NO_COMMAND;

  let end = wordEnd(line, at);
  const word = line.slice(at, end);
  const command = VERBS.get(word) ?? (COMMAND_REGEXP.test(word) ? word.toUpperCase() : null);
  if (command === null) return { failure: "bad-command", command: word, tags };

  at = skipSpaces(line, end);
  if (at === line.length) {
    return { tags, source, command, params: NO_PARAMS };
  }
  const params: string[] = [];
  while (at < line.length) {
    if (line.charCodeAt(at) === 0x3a) {
      params.push(line.slice(at + 1));
      break;
    }
    if (params.length === LIMITS.PARAMS.value - 1) { // the fifteenth takes the rest, colon or not
      params.push(line.slice(at));
      break;
    }
    end = wordEnd(line, at);
    params.push(line.slice(at, end));
    at = skipSpaces(line, end);
  }
  return { tags, source, command, params };
}

/**
 * Writes a message as one line, without its line end. The last parameter gets a colon where it needs one, or is prose.
 *
 * @throws {TypeError} If a part holds a NUL, CR or LF; if the source or a parameter that is not the last is empty,
 *   holds a space or begins with `:`; if the command is neither a word nor three digits; if there are over 15 parameters.
 */
export function formatMessage(message: Partial<Message> & Pick<Message, "command">): string {
  const { tags = null, source = null, command, params = NO_PARAMS } = message;
  if (!VERBS.has(command) && !COMMAND_REGEXP.test(command)) {
    throw new TypeError(`Cannot format a message: command "${command}" is not a verb or numeric`);
  }
  if (params.length > LIMITS.PARAMS.value) {
    throw new TypeError(
      `Cannot format ${command}: it has ${params.length} parameters, the most is 15`,
    );
  }
  let line = tags === null || tags.size === 0 ? "" : `@${formatTags(tags)} `;
  if (source !== null) {
    if (source === "" || source.includes(" ")) {
      throw new TypeError(`Cannot format ${command}: source "${source}" is empty or holds a space`);
    }
    line += `:${source} `;
  }
  line += command;
  for (let i = 0; i < params.length; i++) line += " " + formatParam(command, params, i);
  if (LINE_BREAKER_REGEXP.test(line)) {
    throw new TypeError(`Cannot format ${command}: a part holds NUL, CR or LF`);
  }
  return line;
}

/** One parameter as it stands on the wire: with its colon where it is the last and needs one. */
function formatParam(command: string, params: readonly string[], index: number): string {
  const param = params[index] ?? "";
  const isLast = index === params.length - 1;
  const needsColon = param === "" || param.startsWith(":") || param.includes(" ");
  if (!needsColon) {
    const proseFrom = isLast ? PROSE_COMMANDS.get(command) : undefined;
    return proseFrom !== undefined && index >= proseFrom ? ":" + param : param;
  }
  if (!isLast) {
    throw new TypeError(
      `Cannot format ${command}: parameter ${
        index + 1
      } is not the last, so it may not be "${param}"`,
    );
  }
  return ":" + param;
}
