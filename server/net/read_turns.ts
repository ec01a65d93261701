/**
 * Who may be read from again, and when: so that those who talk fast keep nobody waiting who has something to say too.
 *
 * The runtime reads from 128 connections in a turn of the event loop. Of more it puts the rest off, and takes those first that
 * have come since: whoever answers at once would be served again and again, and others not for seconds. So while turns are full,
 * who was read from waits until all others were: until a turn is not full any more. And nobody is read from again in the same
 * turn, which is cheaper than to look for what is not there yet.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** Reads from which on a turn counts as full. */
const FULL = 100;
/** After so long without a read everybody was read from. Milliseconds. */
const IDLE_MS = 2;

/** Lets connections take turns. */
export class ReadTurns {
  /** Reads in this turn. */
  #count = 0;
  #waiting: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** A connection was read from: settles when it may be again. */
  next(): Promise<void> {
    if (++this.#count === 1) setImmediate(this.#onRound);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  readonly #onRound = (): void => {
    const isFull = this.#count >= FULL;
    this.#count = 0;
    clearTimeout(this.#timer);
    if (isFull) this.#timer = setTimeout(this.#release, IDLE_MS);
    else this.#release();
  };

  readonly #release = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  };
}

/** Those of this process: all connections share its event loop. */
export const readTurns = new ReadTurns();
