/**
 * Who has spoken last in which room: Tab offers them first. Pure.
 * @module
 */

import type { Folded } from "../protocol/casemap.ts";

/** Of one room, and rooms: more than a user looks for. */
const MOST_SPEAKERS = 100;
const MOST_ROOMS = 200;

/** The last speakers of the rooms of one connection. */
export class Speakers {
  readonly #rooms = new Map<Folded, Set<Folded>>();

  /** Somebody speaks. */
  heard(room: Folded, nick: Folded): void {
    const speakers = this.#rooms.get(room) ?? new Set();
    this.#rooms.set(room, speakers);
    // The last is at the end.
    speakers.delete(nick);
    speakers.add(nick);
    forgetOldest(speakers, MOST_SPEAKERS);
    forgetOldest(this.#rooms, MOST_ROOMS);
  }

  /** Somebody has another name. */
  renamed(from: Folded, to: Folded): void {
    for (const [room, speakers] of this.#rooms) {
      if (!speakers.has(from)) continue;
      this.#rooms.set(room, new Set([...speakers].map((nick) => nick === from ? to : nick)));
    }
  }

  /** Those of a room, the last first. */
  of(room: Folded): Folded[] {
    return [...this.#rooms.get(room) ?? []].reverse();
  }
}

function forgetOldest<Key>(
  kept: { readonly size: number; delete(key: Key): boolean; keys(): Iterable<Key> },
  most: number,
): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(oldest);
  }
}
