/**
 * Client-only tags: which of them pass from one client to another.
 *
 * SPEC: "Tags", "Client tags"; IRCv3 message-tags, channel-context.
 *
 * @module
 */
import { isChannelName, isTagDenied } from "../../protocol/mod.ts";

/** What a message's tags are for. */
export interface TaggedMessage {
  readonly verb: "PRIVMSG" | "NOTICE" | "TAGMSG";
  /** Whether it is for one user. */
  readonly isPrivate: boolean;
}

/** The tags that say in which channel a private message is shown. */
const CONTEXT_TAGS: ReadonlySet<string> = new Set(["+channel-context", "+draft/channel-context"]);

/** Whether a tag is one of the clients' own. */
export function isClientTag(key: string): boolean {
  return key.startsWith("+") && key !== "+";
}

/**
 * The client-only tags that pass, as they came; `undefined` when none does.
 *
 * @param deny The value of CLIENTTAGDENY.
 */
export function relayedTags(
  tags: ReadonlyMap<string, string>,
  deny: string,
  message: TaggedMessage,
): ReadonlyMap<string, string> | undefined {
  const passed = new Map<string, string>();
  for (const [key, value] of tags) {
    if (!isClientTag(key)) continue; // TAG-4
    if (deny !== "" && isTagDenied(deny, key)) continue; // CTAG-2
    if (CONTEXT_TAGS.has(key) && !isContext(value, message)) continue; // CTAG-4
    passed.set(key, value);
  }
  return passed.size === 0 ? undefined : passed;
}

/** Whether a channel context stands where it may, and names a channel. */
function isContext(value: string, { verb, isPrivate }: TaggedMessage): boolean {
  return verb !== "TAGMSG" && isPrivate && isChannelName(value);
}
