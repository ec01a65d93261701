/**
 * Capabilities as data, with the variant bit of those that decide which tags a session is shown.
 *
 * SPEC: "Capabilities"; IRCv3 capability-negotiation.
 *
 * @module
 */

import { LIMITS } from "./limits.ts";

/** What a name that a bridge speaks for must hold, and no nick can. (RELAY-2) */
export const RELAY_SEPARATOR = "/";

/** What METADATA may be, under whichever of its names. */
const METADATA = {
  value: [
    "before-connect",
    `max-subs=${LIMITS.METADATA_SUBS.value}`,
    `max-keys=${LIMITS.METADATA_KEYS.value}`,
    `max-key-bytes=${LIMITS.METADATA_KEY.value}`,
    `max-value-bytes=${LIMITS.METADATA_VALUE.value}`,
  ].join(","),
  summary: "What users and channels that one has subscribed to tell of themselves",
};

/** One capability. */
export interface CapabilitySpec {
  /** The value shown after `=` to those who negotiate with version 302. */
  readonly value?: string;
  /** The bit that it sets in a session's variant, where it decides what tags the session sees. */
  readonly bit?: number;
  readonly summary: string;
}

/** The capabilities of this profile by name. */
export const CAPABILITIES = {
  "account-notify": { summary: "ACCOUNT of the users in common channels" },
  "account-tag": { bit: 4, summary: "The tag `account`" },
  "away-notify": { summary: "AWAY of the users in common channels" },
  batch: { summary: "BATCH and the tag `batch`" },
  "cap-notify": { summary: "CAP NEW and CAP DEL; implied by version 302" },
  chghost: { summary: "CHGHOST of the users in common channels" },
  "draft/account-registration": {
    value: "before-connect",
    summary: "REGISTER makes an account",
  },
  "draft/channel-rename": { summary: "RENAME gives a channel another name" },
  "draft/chathistory": { summary: "CHATHISTORY tells what was said before" },
  "draft/event-playback": { summary: "CHATHISTORY tells what was done, too" },
  "draft/extended-isupport": { summary: "ISUPPORT before registration, and 005 in a batch" },
  "draft/message-redaction": { summary: "REDACT takes messages back" },
  "draft/pre-away": { summary: "AWAY before registration" },
  "draft/multiline": {
    value: `max-bytes=${LIMITS.MULTILINE_BYTES.value},max-lines=${LIMITS.MULTILINE_LINES.value}`,
    summary: "Messages of several lines, in a batch `draft/multiline`",
  },
  "draft/oper-tag": { bit: 8, summary: "The tag `draft/oper`" },
  "draft/metadata-2": METADATA,
  "draft/metadata-3": METADATA,
  "draft/read-marker": { summary: "MARKREAD: how far one has read" },
  "draft/relaymsg": {
    value: RELAY_SEPARATOR,
    bit: 16,
    summary: "RELAYMSG, and the tag `draft/relaymsg` on what it says",
  },
  "echo-message": { summary: "One's own messages come back when they are accepted" },
  "extended-join": { summary: "JOIN with account and real name" },
  "extended-monitor": {
    summary: "AWAY, ACCOUNT, CHGHOST and SETNAME of the users that MONITOR watches",
  },
  "invite-notify": { summary: "INVITE of others to common channels" },
  "labeled-response": { summary: "The tag `label` ties answers to a command" },
  "message-tags": { bit: 1, summary: "All tags, client-only tags and TAGMSG" },
  "multi-prefix": { summary: "All ranks in NAMES, WHO and WHOIS" },
  "no-implicit-names": { summary: "No names after JOIN" },
  sasl: { value: "PLAIN,SCRAM-SHA-256", summary: "AUTHENTICATE logs in to an account" },
  "server-time": { bit: 2, summary: "The tag `time`" },
  setname: { summary: "SETNAME by oneself and others" },
  "soju.im/search": { summary: "SEARCH finds what was said" },
  "standard-replies": { summary: "FAIL, WARN and NOTE" },
  "userhost-in-names": { summary: "NAMES with user and host" },
  "znc.in/playback": { summary: "`*playback` tells what was said, and nothing unasked" },
} as const satisfies Record<string, CapabilitySpec>;

/** The name of a capability of this profile. */
export type CapabilityName = keyof typeof CAPABILITIES;

/** Whether the name is a capability of this profile. */
export function isCapability(name: string): name is CapabilityName {
  return Object.hasOwn(CAPABILITIES, name);
}

/** The variant bits: a session that has none is sent no tags. */
export const TAGS_BIT: number = CAPABILITIES["message-tags"].bit;
/** @see {@linkcode TAGS_BIT} */
export const TIME_BIT: number = CAPABILITIES["server-time"].bit;
/** @see {@linkcode TAGS_BIT} */
export const ACCOUNT_BIT: number = CAPABILITIES["account-tag"].bit;
/** @see {@linkcode TAGS_BIT} */
export const OPER_BIT: number = CAPABILITIES["draft/oper-tag"].bit;
/** @see {@linkcode TAGS_BIT} */
export const RELAY_BIT: number = CAPABILITIES["draft/relaymsg"].bit;

/** The variant of a session with these capabilities. */
export function variantOf(capabilities: ReadonlySet<CapabilityName>): number {
  let variant = 0;
  for (const name of capabilities) {
    const spec: CapabilitySpec = CAPABILITIES[name];
    variant |= spec.bit ?? 0;
  }
  return variant;
}
