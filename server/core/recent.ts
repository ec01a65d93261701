/**
 * The messages that were sent last, without what they said: who may take one back must be known for a while.
 *
 * SPEC: "Messages", REDACT.
 *
 * @module
 */
import { type Folded, LIMITS } from "../../protocol/mod.ts";
import type { MessageEvent, MessageTarget, UserId } from "./events.ts";

/** What is remembered of a message. */
export interface RecentMessage {
  readonly msgid: string;
  /** Who sent it; `null` for the server. */
  readonly from: UserId | null;
  readonly target: MessageTarget;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A place in the ring. It is written again and again, so that a message costs no memory. */
type Slot = { -readonly [K in keyof RecentMessage]: RecentMessage[K] };

/** Tags that say nothing for long: a TAGMSG of these only need not be taken back. */
const FLEETING_TAGS: ReadonlySet<string> = new Set(["+typing", "+draft/typing"]);

/** The last messages in a ring: a new one takes the place of the oldest. */
export class RecentMessages {
  readonly #slots: Slot[] = [];
  #next = 0;

  /** Remembers a message. */
  add(event: MessageEvent): void {
    if (event.verb === "TAGMSG" && isFleeting(event)) return;
    const { msgid, from, target, at } = event;
    const slot = this.#slots[this.#next];
    if (slot === undefined) {
      this.#slots.push({ msgid, from, target, at });
    } else {
      slot.msgid = msgid;
      slot.from = from;
      slot.target = target;
      slot.at = at;
    }
    this.#next = (this.#next + 1) % LIMITS.RECENT.value;
  }

  /** The message of this id, if it is remembered. Walks the ring: nobody asks often. */
  find(msgid: string): RecentMessage | undefined {
    return msgid === "" ? undefined : this.#slots.find((slot) => slot.msgid === msgid);
  }

  /** Forgets a message. */
  forget(msgid: string): void {
    for (const slot of this.#slots) if (slot.msgid === msgid) slot.msgid = "";
  }
  /** Finds the messages of a channel under its new name. */
  rename(from: Folded, to: Folded): void {
    for (const slot of this.#slots) {
      const { target } = slot;
      if (target.kind === "channel" && target.channel === from) {
        slot.target = { ...target, channel: to };
      }
    }
  }
}

/** Whether it says nothing for long. */
export function isFleeting({ tags }: MessageEvent): boolean {
  if (tags === undefined) return true;
  for (const key of tags.keys()) if (!FLEETING_TAGS.has(key)) return false;
  return true;
}
