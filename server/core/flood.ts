/**
 * How fast a session may talk: a bucket of tokens that fills with time. A session without tokens is not read for a while,
 * so that TCP pushes back and nothing is lost; one that stays over its rate for a minute is closed.
 *
 * SPEC: "Limits".
 *
 * @module
 */

/** Seconds of the rate that a bucket holds: what may come at once. */
const BURST_SECONDS = 4;
/** How long a session may be over its rate. */
const PATIENCE_MS = 60_000;

/** A token bucket. All times monotonic milliseconds. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAt: number;
  /** Since when it has been empty again and again. */
  #emptySince: number | null = null;

  /**
   * @param perSecond Tokens a second; 0 for a bucket that is never empty.
   * @param capacity The most tokens that it holds.
   */
  constructor(perSecond: number, now: number, capacity = perSecond * BURST_SECONDS) {
    this.#perSecond = perSecond;
    this.#capacity = capacity;
    this.#tokens = capacity;
    this.#filledAt = now;
  }

  /** Takes tokens, below zero if need be. Asks the clock only when there are none left. */
  spend(tokens: number): void {
    this.#tokens -= tokens;
  }

  /** Whether the clock must be asked before the next line. */
  get isEmpty(): boolean {
    return this.#tokens < 0 && this.#perSecond > 0;
  }

  /** Milliseconds until there is a token again; 0 if there is one now. */
  waitMs(now: number): number {
    this.#fill(now);
    if (!this.isEmpty) return 0;
    this.#emptySince ??= now;
    return Math.ceil(-this.#tokens * 1000 / this.#perSecond);
  }

  /** Whether it has been empty for longer than anyone may take. */
  isExhausted(now: number): boolean {
    return this.#emptySince !== null && now - this.#emptySince > PATIENCE_MS;
  }

  #fill(now: number): void {
    this.#tokens = Math.min(
      this.#capacity,
      this.#tokens + (now - this.#filledAt) * this.#perSecond / 1000,
    );
    this.#filledAt = now;
    if (this.#tokens > this.#capacity / 2) this.#emptySince = null;
  }
}
