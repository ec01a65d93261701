/**
 * The grammar of names: each rule of SPEC.md's ABNF above the expression that stands for it.
 *
 * SPEC: "Message format", "Names".
 *
 * @module
 */
import { LIMITS } from "./limits.ts";

// nickname = (letter / special) *(letter / digit / special / "-")
const NICK_REGEXP = /^[A-Za-z[\]\\`_^{|}][A-Za-z0-9[\]\\`_^{|}-]*$/;

// channel = "#" *channel-char ; no space, comma or control of ASCII
// deno-lint-ignore no-control-regex -- the rule excludes control characters
const CHANNEL_REGEXP = /^#[^\x00-\x20,\x7f]*$/u;
// … nor of any script, nor what is not seen or not assigned: two symbols that are blank are named, as no property tells them.
const UNSEEN_REGEXP = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]/u;
// Emoji are put together by characters that are not seen by themselves. (UTS 51, 1.4.9)
const EMOJI_REGEXP = /\p{RGI_Emoji}/gv;

// relayed-name = name-part 1*( "/" name-part ) ; in a part nothing that means something beside a name
const RELAYED_NAME_REGEXP = /^[^ !"#$%&'*+,./:?@~]+(?:\/[^ !"#$%&'*+,./:?@~]+)+$/u;

// username = 1*(letter / digit / "." / "_" / "-" / "~" / special)
const USERNAME_REGEXP = /^[A-Za-z0-9._~[\]\\`^{|}-]+$/;

// key = 1*keychar ; keychar: any of %x21-7E but comma; not beginning with ":"
const KEY_REGEXP = /^[!-+\--9;-~][!-+\--~]*$/;

// metadata-key = 1*(%x61-7A / DIGIT / "_" / "." / "/" / "-")
const METADATA_KEY_REGEXP = /^[a-z0-9_./-]+$/;

// servername = shortname *("." shortname)
const SERVER_NAME_REGEXP =
  /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

/** The length of the text in UTF-8: counted, for encoding each name of a long list would leave as many buffers behind. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes++;
    else bytes += 2; // what stands alone of a surrogate pair is encoded as U+FFFD, in three bytes too
    const isHigh = unit >= 0xd800 && unit < 0xdc00;
    if (isHigh && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++; // a pair has two units and four bytes
  }
  return bytes;
}

/** The longest beginning of the text that fits so many bytes, cut between characters that belong together. */
export function truncate(text: string, bytes: number): string {
  if (text.length * 3 <= bytes || byteLength(text) <= bytes) return text;
  let end = 0;
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += byteLength(segment);
    if (used > bytes) break;
    end += segment.length;
  }
  return text.slice(0, end);
}

/** Whether the text is a nickname of this profile. */
export function isNick(text: string): boolean {
  return text.length <= LIMITS.NICK.value && NICK_REGEXP.test(text);
}

/** What a text would need to be a channel name, as the end of a sentence; `null` if it is one. (NAME-7) */
export function channelNameProblem(text: string): string | null {
  if (!looksLikeChannel(text)) return "begins with #";
  if (byteLength(text) > LIMITS.CHANNEL.value) return `has at most ${LIMITS.CHANNEL.value} bytes`;
  return CHANNEL_REGEXP.test(text) && isSeen(text)
    ? null
    : "has no space, no comma, and nothing that cannot be seen";
}

/** Whether there is nothing in the text that is a space, or that people do not see. */
function isSeen(text: string): boolean {
  return !(UNSEEN_REGEXP.test(text) && UNSEEN_REGEXP.test(text.replace(EMOJI_REGEXP, "")));
}

/** Whether the text is a channel name. */
export function isChannelName(text: string): boolean {
  return channelNameProblem(text) === null;
}

/** Whether the text is a name from beyond a bridge: no nickname, for it has the separator. (RELAY-2) */
export function isRelayedName(text: string): boolean {
  return RELAYED_NAME_REGEXP.test(text) && isSeen(text) &&
    byteLength(text) <= LIMITS.RELAYED_NAME.value;
}

/** Whether the text is meant as a channel: it begins as one. */
export function looksLikeChannel(text: string): boolean {
  return text.startsWith("#");
}

/** Whether the text is a key of METADATA. */
export function isMetadataKey(text: string): boolean {
  return text.length <= LIMITS.METADATA_KEY.value && METADATA_KEY_REGEXP.test(text);
}

/** Whether the text is a user name, without the server's `~`. */
export function isUsername(text: string): boolean {
  return USERNAME_REGEXP.test(text);
}

/** Whether the text is a channel key. */
export function isKey(text: string): boolean {
  return text.length <= LIMITS.KEY.value && KEY_REGEXP.test(text);
}

/** Whether the text is a server's name, or may be a host. */
export function isServerName(text: string): boolean {
  return text.length <= LIMITS.HOST.value && SERVER_NAME_REGEXP.test(text);
}
