/**
 * What the values of settings are read from: switches, numbers, seconds, sizes, addresses, secrets.
 *
 * @module
 */
import {
  boolean,
  check,
  type GenericSchema,
  nonNullable,
  number,
  pipe,
  string,
  transform,
  union,
} from "valibot";
import { isPasswordHash, parsePasswordHash } from "./core/password.ts";
import type { Administrator } from "./core/settings.ts";
import { byteLength, isNick } from "../protocol/grammar.ts";
import { isOwnMode, type UserMode } from "../protocol/modes.ts";
import { parseDecimal, parseNumber } from "../protocol/number.ts";

/** Where to listen. Port 0 takes any free one. */
export interface ListenAddress {
  readonly hostname: string;
  readonly port: number;
}

const SWITCHES = new Map(Object.entries({
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
}));
const SIZE_REGEXP = /^(\d+)([KM]?)$/i;
// "HOST:PORT", "[IPv6]:PORT", "HOST", ":PORT" or "PORT"
const ADDRESS_REGEXP =
  /^(?:(\d{1,5})|(?:\[([0-9a-fA-F:.]+(?:%\w+)?)\]|(?!\d+(?::|$))([A-Za-z0-9._-]+))?(?::(\d{1,5}))?)$/;
/** Control characters. */
// deno-lint-ignore no-control-regex -- they are what it looks for
export const CONTROL_REGEXP = /[\x00-\x1f\x7f-\x9f]/;
/** What a secret or a name of an operator is made of. */
// deno-lint-ignore no-control-regex -- what would end a parameter, or a line of a terminal
export const SECRET_REGEXP = /^[^:\x00-\x20\x7f][^\x00-\x20\x7f]*$/;

const EMAIL_REGEXP = /^[^@\s:][^@\s]*@[^@\s]+$/;

/** Where the server listens if nobody says. */
export const DEFAULT_HOST = "127.0.0.1";
/** The port of IRC in plain text. */
export const DEFAULT_PORT = 6667;
/** Lines that a greeting may have. */
export const MOTD_LINES = 1000;
/** Bytes of `1K`. */
export const KIBIBYTE = 1024;

/** A value that is read from text; `null` is a refusal. A number of the file counts as its text. */
export function readText<T>(read: (text: string) => T | null): GenericSchema<unknown, T> {
  return nonNullable(
    pipe(union([string(), number()]), transform((value) => read(String(value)))),
  ) as GenericSchema<unknown, T>;
}

/** A number of these bounds. */
export function numberFrom(least: number, most: number): GenericSchema<unknown, number> {
  return readText((text) => parseDecimal(text, least, most));
}

/** Seconds of these bounds, as milliseconds. */
export function secondsFrom(least: number, most: number): GenericSchema<unknown, number> {
  return pipe(numberFrom(least, most), transform((seconds) => Math.round(seconds * 1000)));
}

/** Text that the given rule accepts. */
export function textThat(accept: (text: string) => boolean): GenericSchema<string, string> {
  return pipe(string(), check(accept));
}

/** `HOST:PORT`, or a part of it. */
export function readAddress(text: string): ListenAddress | null {
  const match = ADDRESS_REGEXP.exec(text);
  if (match === null || text === "") return null;
  const port = parseNumber(match[1] ?? match[4] ?? String(DEFAULT_PORT), 0, 65_535);
  return port === null ? null : { hostname: match[2] ?? match[3] ?? DEFAULT_HOST, port };
}

/** Bytes, with or without a unit. */
export function readSize(text: string): number | null {
  const [, digits = "", letter = ""] = SIZE_REGEXP.exec(text) ?? [];
  const count = parseNumber(digits, 0, 999_999_999_999);
  if (count === null) return null;
  const unit = letter.toUpperCase();
  return count * (unit === "K" ? KIBIBYTE : unit === "M" ? KIBIBYTE * KIBIBYTE : 1);
}

/** Modes that users may set themselves, each once. */
export function readUserModes(text: string): readonly UserMode[] | null {
  if (text === "none") return [];
  const modes = [...text.replace(/^\+/, "")].filter(isOwnMode);
  const isWhole = modes.length > 0 && modes.length === text.replace(/^\+/, "").length;
  return isWhole && new Set(modes).size === modes.length ? modes : null;
}

/** Whether the text becomes a nick with any number in it. */
export function isNameTemplate(text: string): boolean {
  return text.split("{n}").length === 2 && isNick(text.replace("{n}", "999999"));
}

/** Whether the text may be a password: it has to fit a parameter of a line. */
export function isSecret(text: string): boolean {
  return SECRET_REGEXP.test(text) && byteLength(text) <= 300;
}

/** What a password has to be. */
export const SECRET_WANTED = "1 to 300 bytes without spaces that do not begin with a colon";

/** Up to three parts, of which the last is an e-mail address. */
export function readAdministrator(text: string): Administrator | null {
  const parts = text.split(";").map((part) => part.trim());
  const email = parts.pop() ?? "";
  const isFit = parts.length <= 2 && EMAIL_REGEXP.test(email) && byteLength(text) <= 300 &&
    !CONTROL_REGEXP.test(text) && !parts.includes("");
  if (!isFit) return null;
  const who = parts.pop() ?? null;
  return { place: parts.pop() ?? null, who, email };
}

/** Whether the text is one line of words, of at most so many bytes. */
export function isLabel(text: string, bytes: number): boolean {
  return text.trim() !== "" && byteLength(text) <= bytes && !CONTROL_REGEXP.test(text);
}

/** Whether the text is the address of a picture. */
export function isPictureUrl(text: string): boolean {
  return /^https?:\/\/[!-~]+$/.test(text) && text.length <= 200 && URL.canParse(text);
}

/** A password, or what `chatd mkpasswd` makes of one. */
export const STORED_SCHEMA = textThat((text) =>
  isSecret(text) && (!isPasswordHash(text) || parsePasswordHash(text) !== null)
);

/** On or off. */
export const SWITCH_SCHEMA = union([
  boolean(),
  readText((text) => SWITCHES.get(text.toLowerCase()) ?? null),
]);
