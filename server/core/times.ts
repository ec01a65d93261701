/**
 * When things were said: within a conversation each is later than what was before it, also where many are said at once, and
 * where the clock was set back. So an instant names one place in a conversation, and who pages by it misses nothing. How far
 * somebody has read, and since when they were away, is told by the same times.
 *
 * What has a time is a channel, an identity (for all that it says to others alone, and they to it) and everybody.
 *
 * SPEC: "What is kept", HIST-10, HIST-11.
 *
 * @module
 */
import type { NetworkEvent } from "./events.ts";
import { type Conversation, identityOf, keyOf } from "./history.ts";
import { EVERYONE } from "./readable.ts";
import type { NetworkState, User } from "./state.ts";

/** Keys that are remembered one by one, twice so many at the most; of the others it is known that they are not ahead. */
const MOST = 8192;

/** The last time of each key. Milliseconds since the epoch. */
export class Times {
  readonly #most: number;
  #recent = new Map<string, number>();
  #earlier: ReadonlyMap<string, number> = new Map();
  /** No key that is not remembered has a later time. */
  #floor = -Infinity;

  /** @param most For tests. */
  constructor(most = MOST) {
    this.#most = most;
  }

  /** Takes up what is kept: keys whose last time is not before `now`. */
  begin(now: number, ahead: Iterable<readonly [key: string, at: number]>): void {
    this.#floor = now - 1;
    for (const [key, at] of ahead) this.#note(key, at, now);
  }

  /** The time of what comes next: now, if that is later than all before. */
  next(key: string, now: number): number {
    const at = this.after(key, now);
    this.#set(key, at, now);
    return at;
  }

  /** The same, of what does not stand there itself. */
  after(key: string, now: number): number {
    const last = this.#lastOf(key);
    return now > last ? now : last + 1;
  }

  /** One time under several keys. */
  nextOfAll(keys: readonly string[], now: number): number {
    let at = now;
    for (const key of keys) at = Math.max(at, this.#lastOf(key) + 1);
    for (const key of keys) this.#set(key, at, now);
    return at;
  }

  /** An instant up to which somebody has seen all: now or the last time at the most. What comes next is later. */
  upTo(keys: readonly string[], at: number, now: number): number {
    let until = now;
    for (const key of keys) until = Math.max(until, this.#lastOf(key));
    until = Math.min(until, at);
    for (const key of keys) this.#note(key, until, now);
    return until;
  }

  #note(key: string, at: number, now: number): void {
    if (at > this.#lastOf(key)) this.#set(key, at, now);
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

/** What bears the times of a conversation. */
export function keysOf(conversation: Conversation): readonly string[] {
  return conversation.kind === "direct" ? conversation.ends : [keyOf(conversation)];
}

/** What bears the times of all that a user sees, but for what is said to everybody. */
export function keysOfUser(state: NetworkState, user: User): readonly string[] {
  return [...user.channels.keys(), identityOf(state, user)];
}

/**
 * The time of a fact that was decided on at `event.at`.
 *
 * @param conversation What a message, or its end, is part of.
 */
export function timeOf(
  state: NetworkState,
  event: NetworkEvent,
  conversation: Conversation | null,
): number {
  const { times } = state;
  switch (event.type) {
    case "message":
    case "redact":
      if (conversation === null) return event.at;
      return conversation.kind === "direct"
        ? times.nextOfAll(conversation.ends, event.at)
        : times.next(keyOf(conversation), event.at);
    case "connect": // what was said to everybody before is not for who comes (READ-5)
      return times.after(EVERYONE, event.at);
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
