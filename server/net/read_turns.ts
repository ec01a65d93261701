/**
 * Who may be read from again, and when: so that those who talk fast keep nobody waiting who has something to say too.
 *
 * The runtime reads from 128 connections in a turn of the event loop. Of more it puts the rest off, and takes those first that
 * have come since: whoever answers at once would be served again and again, and others not for seconds. So once a turn was
 * full, who was read from waits until all others were, or {@linkcode MOST_WAIT_MS} have passed. That all were is known by turns
 * and not by time, for a turn may be held for long: the runtime looks for what has come after 61 turns on end, or sooner where
 * it is idle, and if then nobody was read from, nobody else has anything to say.
 *
 * And nobody is read from again in the same turn, which is cheaper than to look for what is not there yet.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** Reads from which on a turn counts as full. */
const FULL = 100;
/** After so many turns without a read everybody was read from; an empty one costs 3 µs. */
const QUIET_TURNS = 64;
/** Nobody waits for longer, whoever else comes meanwhile. Milliseconds. */
const MOST_WAIT_MS = 100;

/** Lets connections take turns. */
export class ReadTurns {
  /** Reads in this turn. */
  #count = 0;
  #isAsked = false;
  #waiting: (() => void)[] = [];
  /** Since when a turn was full and not everybody was read from, and how many turns have passed without a read. */
  #fullSince: number | null = null;
  #quietTurns = 0;

  /** A connection was read from: what it has said may take some turns. */
  read(): void {
    this.#count++;
    this.#ask();
  }

  /** Settles when such a connection may be read from again. */
  next(): Promise<void> {
    this.#ask();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    setImmediate(this.#onRound);
  }

  readonly #onRound = (): void => {
    this.#isAsked = false;
    this.#quietTurns = this.#count === 0 ? this.#quietTurns + 1 : 0;
    if (this.#count >= FULL) this.#fullSince ??= performance.now();
    this.#count = 0;
    if (this.#fullSince !== null) {
      const isOver = this.#quietTurns >= QUIET_TURNS ||
        performance.now() - this.#fullSince >= MOST_WAIT_MS;
      if (!isOver) return this.#ask();
      this.#fullSince = null;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  };
}

/** Those of this process: all connections share its event loop. */
export const readTurns = new ReadTurns();
