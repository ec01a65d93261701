/**
 * What has been shown of each conversation: how far it goes back, how far it goes on, and how far the user has read. It
 * outlives a connection, so that after the next one what was missed can be told from what is known. Pure.
 *
 * @module
 */

import type { Folded } from "../protocol/casemap.ts";
import type { MessageEvent } from "./events.ts";
import { parseInstant } from "../protocol/number.ts";

/** A place in a conversation, as the server can find it. */
export interface Place {
  readonly msgid: string | null;
  /** As the tag `time` has it. */
  readonly time: string | null;
}

/** One line that somebody has said. */
export interface Line extends Place {
  /** Equal for the same line, whether it comes now or from what the server keeps. */
  readonly id: string;
  /** The id is the server's: no other line has it. */
  readonly isNamed: boolean;
  readonly event: MessageEvent;
  /** The user does not want to read whoever said it. */
  readonly isHidden: boolean;
}

/** What is known of one room, or of the talk with one user. */
export interface Conversation {
  readonly name: string;
  /** The oldest line that was shown without a gap after it, and the newest. */
  first: Place | null;
  last: Place | null;
  /** Nothing before is missed: when the user came into the room first. */
  readonly since: string | null;
  /** What was said before has been shown, as far as that was wanted: what comes later may be missed. */
  isBegun: boolean;
  /** All until then is known, though nothing may have been said. */
  until: string | null;
  /** How far the user has read: a time, `*` for nothing, `null` when the server has not said. */
  read: string | null;
}

/** Lines whose ids are remembered: more than come again when a time is all that is known of a place. */
const MOST_IDS = 5000;
/** More than a user talks in; the oldest is forgotten. */
const MOST_CONVERSATIONS = 1000;

/** One user's memory of one server. */
export class Memory {
  /** The server's time, as it was last heard; `null` before. */
  time: string | null = null;
  readonly #conversations = new Map<Folded, Conversation>();
  readonly #shown = new Set<string>();

  /** What is known of a conversation, if anything. */
  find(key: Folded): Conversation | undefined {
    return this.#conversations.get(key);
  }

  /** The same; it begins now if nothing is known yet. `since`: when the user came into the room. */
  open(key: Folded, name: string, since: string | null = null): Conversation {
    let conversation = this.#conversations.get(key);
    if (conversation === undefined) {
      conversation = {
        name,
        first: null,
        last: null,
        since,
        isBegun: false,
        until: null,
        read: null,
      };
      this.#conversations.set(key, conversation);
      for (const oldest of this.#conversations.keys()) {
        if (this.#conversations.size <= MOST_CONVERSATIONS) break;
        this.#conversations.delete(oldest);
      }
    }
    return conversation;
  }

  /** All conversations with their keys. */
  all(): Iterable<[Folded, Conversation]> {
    return this.#conversations;
  }

  /** Another user has taken another name: the talk goes on under it. */
  rename(from: Folded, to: Folded, name: string): void {
    const conversation = this.#conversations.get(from);
    if (conversation === undefined || from !== to && this.#conversations.has(to)) return;
    this.#conversations.delete(from);
    this.#conversations.set(to, { ...conversation, name });
  }

  /** Whether a line has been shown. */
  has(line: Line): boolean {
    return this.#shown.has(line.id);
  }

  /** A line is being shown. */
  add(line: Line): void {
    this.#shown.add(line.id);
    for (const oldest of this.#shown) {
      if (this.#shown.size <= MOST_IDS) break;
      this.#shown.delete(oldest);
    }
  }
}

/** The later of two times of the same form. */
export function later(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b > a) ? b : a;
}

/** A time so many milliseconds before or after, in the same form; `null` when it is none. */
export function shifted(time: string | null, milliseconds: number): string | null {
  const at = parseInstant(time ?? "");
  return at === null ? null : new Date(at + milliseconds).toISOString();
}
