/**
 * When things were said: within a conversation each is later than what was before it, also where many are said at once, and
 * where the clock was set back. So an instant names one place in a conversation, and who pages by it misses nothing.
 *
 * SPEC: "What is kept", HIST-10.
 *
 * @module
 */
import type { NetworkEvent } from "./events.ts";
import { type Conversation, keyOf } from "./history.ts";
import type { NetworkState } from "./state.ts";

/** Conversations that are remembered one by one, twice so many at the most; of the others it is known that they are not ahead. */
const MOST = 8192;

/** The last time of conversations, by key. Milliseconds since the epoch. */
export class Times {
  readonly #most: number;
  #recent = new Map<string, number>();
  #earlier: ReadonlyMap<string, number> = new Map();
  /** No conversation that is not remembered has a later time. */
  #floor = -Infinity;

  /** @param most For tests. */
  constructor(most = MOST) {
    this.#most = most;
  }

  /** Takes up what is kept: conversations whose last time is not before `now`. */
  begin(now: number, ahead: Iterable<readonly [key: string, at: number]>): void {
    this.#floor = now - 1;
    for (const [key, at] of ahead) this.#set(key, at, now);
  }

  /** The time of what comes next in a conversation: now, if that is later than all before. */
  next(key: string, now: number): number {
    const last = this.#lastOf(key);
    const at = now > last ? now : last + 1;
    this.#set(key, at, now);
    return at;
  }

  /** One time in several conversations. */
  nextOfAll(keys: readonly string[], now: number): number {
    let at = now;
    for (const key of keys) at = Math.max(at, this.#lastOf(key) + 1);
    for (const key of keys) this.#set(key, at, now);
    return at;
  }

  #lastOf(key: string): number {
    return this.#recent.get(key) ?? this.#earlier.get(key) ?? this.#floor;
  }

  #set(key: string, at: number, now: number): void {
    this.#recent.set(key, at);
    if (this.#recent.size >= this.#most) this.#forget(now);
  }

  /** Lets go of those in which nothing was said lately, but for those that are ahead: they would take all others with them. */
  #forget(now: number): void {
    const recent = this.#recent;
    const kept = new Map<string, number>();
    for (const [key, at] of this.#earlier) {
      if (recent.has(key)) continue;
      if (at > now && kept.size < this.#most / 2) kept.set(key, at);
      else this.#floor = Math.max(this.#floor, at);
    }
    this.#earlier = recent;
    this.#recent = kept;
  }
}

/**
 * The time of a fact that was decided on at `event.at`.
 *
 * @param conversation What a message, or its end, is part of.
 */
export function timeOf(
  times: Times,
  state: NetworkState,
  event: NetworkEvent,
  conversation: Conversation | null,
): number {
  switch (event.type) {
    case "message":
    case "redact":
      return conversation === null ? event.at : times.next(keyOf(conversation), event.at);
    case "join":
      return times.next(state.fold(event.channel), event.at);
    case "part":
    case "kick":
    case "topic":
    case "channel-modes":
      return times.next(event.channel, event.at);
    case "rename":
      return times.nextOfAll([event.channel, state.fold(event.name)], event.at);
    case "quit":
    case "nick":
      return times.nextOfAll([...state.user(event.user).channels.keys()], event.at);
    default:
      return event.at;
  }
}
