/**
 * The client's time, as far as tests want another.
 * @module
 */

/** Tells time and calls back. */
export interface Clock {
  /** Milliseconds that never go back. */
  now(): number;
  /** Calls back once, so many milliseconds later; returns what prevents that. */
  after(ms: number, run: () => void): () => void;
}

/** This machine's own. */
export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
