/**
 * Message tags: escaping of their values, reading and writing a tag section, and the registry of the tags that this
 * profile knows.
 *
 * SPEC: "Message format"; IRCv3 message-tags.
 *
 * @module
 */
import type { CapabilityName } from "./capabilities.ts";

/** One known tag: who may see it, and what it says. */
export interface TagSpec {
  /** The capability that a session needs to be sent this tag. */
  readonly capability: CapabilityName;
  readonly summary: string;
}

/** Tags that a server of this profile sends. Names with a `+` are the clients' own and pass as they come. */
export const TAGS = {
  account: { capability: "account-tag", summary: "The account that the sender is logged in to" },
  bot: { capability: "message-tags", summary: "The sender is a bot" },
  "draft/oper": {
    capability: "draft/oper-tag",
    summary: "The sender is an operator of the server",
  },
  "draft/relaymsg": {
    capability: "draft/relaymsg",
    summary: "Whoever says this for somebody else",
  },
  time: { capability: "server-time", summary: "When the message was sent, ISO 8601 in UTC" },
  msgid: { capability: "message-tags", summary: "The message's identity on the network" },
  label: { capability: "labeled-response", summary: "The label of the command that this answers" },
  batch: { capability: "batch", summary: "The batch that the message belongs to" },
  "draft/multiline-concat": {
    capability: "draft/multiline",
    summary: "In a message of several lines: goes on with the line before",
  },
  "chatd/cause": {
    capability: "message-tags",
    summary: "On QUIT: why the user left: quit, lost, killed or shutdown",
  },
} as const satisfies Record<string, TagSpec>;

const ESCAPES: Readonly<Record<string, string>> = {
  ";": "\\:",
  " ": "\\s",
  "\\": "\\\\",
  "\r": "\\r",
  "\n": "\\n",
};
const UNESCAPES: ReadonlyMap<string, string> = new Map([
  [":", ";"],
  ["s", " "],
  ["r", "\r"],
  ["n", "\n"],
]);
// What would end a name or the section; other names are for their owners to judge.
const KEY_REGEXP = /^[^ ;=\0\r\n]+$/;

/** A value of CLIENTTAGDENY: `*` alone or before `-name` of those that pass, or names of those that do not. */
const TAG_DENY_REGEXP =
  /^(?:\*(?:,-[A-Za-z0-9.\-/]+)*|[A-Za-z0-9./][A-Za-z0-9.\-/]*(?:,[A-Za-z0-9./][A-Za-z0-9.\-/]*)*)$/;

/** Whether the text is a value of CLIENTTAGDENY, and not an empty one. */
export function isTagDeny(text: string): boolean {
  return TAG_DENY_REGEXP.test(text);
}

/**
 * Whether a value of CLIENTTAGDENY blocks a client-only tag.
 *
 * @param key With its `+`.
 */
export function isTagDenied(deny: string, key: string): boolean {
  const names = deny.split(",");
  const name = key.slice(1);
  return names[0] === "*" ? !names.includes(`-${name}`) : names.includes(name);
}

/** Escapes a tag's value for the wire. */
export function escapeTagValue(value: string): string {
  return value.replace(/[; \\\r\n]/g, (character) => ESCAPES[character] ?? character);
}

/** Reads an escaped value: an unknown escape gives its character, a lone backslash at the end nothing. */
export function unescapeTagValue(value: string): string {
  if (!value.includes("\\")) return value;
  return value.replace(
    /\\(.?)/gsu,
    (_, character: string) => UNESCAPES.get(character) ?? character,
  );
}

/** Reads a tag section without its `@`. Later values of a name win; a name without a value has the empty one. */
export function parseTags(section: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const tag of section.split(";")) {
    const equals = tag.indexOf("=");
    const key = equals < 0 ? tag : tag.slice(0, equals);
    if (key !== "") tags.set(key, equals < 0 ? "" : unescapeTagValue(tag.slice(equals + 1)));
  }
  return tags;
}

/**
 * Writes a tag section without its `@`.
 *
 * @throws {TypeError} If a name is not a tag name, or a value holds a NUL.
 */
export function formatTags(tags: ReadonlyMap<string, string>): string {
  const parts: string[] = [];
  for (const [key, value] of tags) {
    if (!KEY_REGEXP.test(key)) {
      throw new TypeError(`Cannot format tags: "${key}" is not a tag name`);
    }
    if (value.includes("\0")) {
      throw new TypeError(`Cannot format tags: the value of "${key}" holds NUL`);
    }
    parts.push(value === "" ? key : `${key}=${escapeTagValue(value)}`);
  }
  return parts.join(";");
}
