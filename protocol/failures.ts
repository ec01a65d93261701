/**
 * Codes of the standard replies FAIL, WARN and NOTE, as data.
 *
 * SPEC: "Standard replies"; IRCv3 standard-replies.
 *
 * @module
 */

import { RELAY_SEPARATOR } from "./capabilities.ts";

/** One code: the kind of reply that it comes in, and its text. */
export interface FailureSpec {
  readonly type: "FAIL" | "WARN" | "NOTE";
  /** As it stands on the wire, where another reply has the same. */
  readonly code?: string;
  readonly text: string;
}

const KEY_WANTED = "A key is made of a to z, 0 to 9, and _ . / -, and has at most 64 characters.";

/** Every code that a server of this profile sends. */
export const FAILURES = {
  ACCOUNT_EXISTS: { type: "FAIL", text: "There is an account of that name already." },
  ACCOUNT_NAME_MUST_BE_NICK: {
    type: "FAIL",
    text: "An account has the name of your nickname: take that first, or say *.",
  },
  ALREADY_AUTHENTICATED: { type: "FAIL", text: "You are logged in already." },
  BAD_ACCOUNT_NAME: { type: "FAIL", text: "No account can have this name now." },
  COMPLETE_CONNECTION_REQUIRED: {
    type: "FAIL",
    text: "Come in first: accounts are made by those who are here.",
  },
  INVALID_CODE: {
    type: "FAIL",
    text: "Nothing waits to be verified: an account is complete when it is registered.",
  },
  NEED_NICK: { type: "FAIL", text: "Choose a nickname first: the account will have its name." },
  TEMPORARILY_UNAVAILABLE: { type: "FAIL", text: "That cannot be done now. Try again later." },
  UNACCEPTABLE_PASSWORD: { type: "FAIL", text: "No account may have this password." },
  WEAK_PASSWORD: { type: "FAIL", text: "The password is too easy to guess." },
  INVALID_UTF8: { type: "FAIL", text: "The line is not valid UTF-8, and was not read." },
  INVALID_UTF8_REPLACED: {
    type: "WARN",
    code: "INVALID_UTF8",
    text: "Your real name is not valid UTF-8: what could not be read was replaced.",
  },
  INVALID_MESSAGE: { type: "FAIL", text: "The line is not an IRC message, and was not read." },
  BAN_LIFTED: { type: "NOTE", text: "The ban is lifted." },
  BAN_SET: { type: "NOTE", text: "The ban is set." },
  BANS_FULL: { type: "FAIL", text: "There are as many bans as there may be. Lift some first." },
  INVALID_DURATION: {
    type: "FAIL",
    text: "A duration is from 1s to 100y; without one, a ban is for ever.",
  },
  INVALID_HOST: {
    type: "FAIL",
    text: "The host is not valid: use letters, digits, dots and hyphens.",
  },
  INVALID_LABEL: { type: "FAIL", text: "A label has 1 to 64 bytes; the command was not done." },
  INVALID_MASK: {
    type: "FAIL",
    text: "KLINE takes user@host with * and ?, DLINE an address or a network such as 192.0.2.0/24.",
  },
  INVALID_MSGREFTYPE: {
    type: "FAIL",
    text: "A message is named by timestamp=YYYY-MM-DDThh:mm:ss.sssZ or by msgid=.",
  },
  INVALID_PARAMS: { type: "FAIL", text: "The parameters are not what the command takes." },
  INVALID_REALNAME: { type: "FAIL", text: "The real name is empty or longer than 150 bytes." },
  INVALID_SUBCOMMAND: { type: "FAIL", text: "The command has no such subcommand." },
  INVALID_TARGET: {
    type: "FAIL",
    text: "There is no such user or channel, or the command is not for it.",
  },
  CANNOT_CHANGE_REALNAME: {
    type: "FAIL",
    text: "You are banned in a channel that you are in, and keep your real name while you are.",
  },
  CHANNEL_NAME_IN_USE: { type: "FAIL", text: "There is a channel of that name already." },
  CANNOT_RENAME: { type: "FAIL", text: "This channel cannot be renamed, or not so." },
  INVALID_REFTAG: { type: "FAIL", text: "A batch is named by letters, digits and hyphens." },
  TIMEOUT: { type: "FAIL", text: "The batch was open for too long; it was not sent." },
  UNKNOWN_TYPE: { type: "FAIL", text: "There is no such batch, or you have not asked for it." },
  INTERNAL_ERROR: { type: "FAIL", text: "This cannot be done now. Try again later." },
  MESSAGE_ERROR: { type: "FAIL", text: "The messages cannot be told." },
  NEED_MORE_PARAMS: { type: "FAIL", text: "The command needs a channel or a nickname." },
  MULTILINE_MAX_BYTES: { type: "FAIL", text: "The message is too long; it was not sent." },
  MULTILINE_MAX_LINES: { type: "FAIL", text: "The message has too many lines; it was not sent." },
  MULTILINE_INVALID_TARGET: {
    type: "FAIL",
    text: "A line has another target than its batch; nothing was sent.",
  },
  MULTILINE_INVALID: { type: "FAIL", text: "The batch is not a message; nothing was sent." },
  REDACT_FORBIDDEN: { type: "FAIL", text: "You may not take back this message." },
  REDACT_WINDOW_EXPIRED: { type: "FAIL", text: "It is too late to take back this message." },
  REHASHED: { type: "NOTE", text: "The settings were read anew, and are in force." },
  REHASH_FAILED: { type: "FAIL", text: "The settings are wrong. Nothing was changed." },
  RESTART_NEEDED: { type: "WARN", text: "This setting changes when the server is started again." },
  UNKNOWN_MSGID: { type: "FAIL", text: "There is no such message, or it is too old." },
  NO_SUCH_BAN: { type: "FAIL", text: "There is no such ban." },
  HISTORY_PAUSED: {
    type: "WARN",
    text: "What you say is delivered, but cannot be kept now. History goes on as soon as it can.",
  },
  RATE_LIMITED: {
    type: "FAIL",
    text: "You are broadcasting too fast. Wait a moment and say it again.",
  },
  INVALID_KEY: { type: "FAIL", text: KEY_WANTED },
  INVALID_KEY_SKIPPED: { type: "WARN", code: "INVALID_KEY", text: KEY_WANTED },
  KEY_NO_PERMISSION: { type: "FAIL", text: "You may not change what is told of others." },
  BANNED: { type: "FAIL", text: "The channel has banned this name." },
  INVALID_NICK: {
    type: "FAIL",
    text:
      `The name of whom you speak for holds a ${RELAY_SEPARATOR}, and no sign that means something.`,
  },
  PRIVS_NEEDED: {
    type: "FAIL",
    text: "You may speak for others only where you are an operator of the channel.",
  },
  LIMIT_REACHED: { type: "FAIL", text: "There are as many as there may be, and no room for more." },
  INVALID_VALUE: { type: "FAIL", text: "The value is longer than 256 bytes." },
} as const satisfies Record<string, FailureSpec>;

/** A code of this profile. */
export type FailureCode = keyof typeof FAILURES;
