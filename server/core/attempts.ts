/**
 * How often an address may give a wrong password: some at once, then one now and then. Nobody guesses a password by trying,
 * and nobody keeps the server busy with checking.
 *
 * SPEC: "Operators", "Accounts".
 *
 * @module
 */
import { LIMITS } from "../../protocol/mod.ts";
import { TokenBucket } from "./flood.ts";

/** Attempts that may come at once, and how many a second after that. */
const BURST = 5;
const PER_SECOND = 1 / 30;

/** Counts attempts by where they come from. All times monotonic milliseconds. */
export class Attempts {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #buckets = new Map<string, TokenBucket>();

  /**
   * @param burst Attempts that may come at once.
   * @param perSecond Attempts that may come for long.
   */
  constructor(burst = BURST, perSecond = PER_SECOND) {
    this.#burst = burst;
    this.#perSecond = perSecond;
  }

  /**
   * Whether one more may be made from there; if so it is counted.
   *
   * @param from Whatever stands for one peer: an address, or a network that one peer has for itself.
   */
  take(from: string, now: number): boolean {
    if (this.waitMs(from, now) > 0) return false;
    this.count(from, now);
    return true;
  }

  /** Counts one that was made from there. */
  count(from: string, now: number): void {
    const bucket = this.#buckets.get(from) ??
      new TokenBucket(this.#perSecond, now, this.#burst - 1);
    bucket.spend(1);
    this.#buckets.delete(from); // the latest last
    this.#buckets.set(from, bucket);
    if (this.#buckets.size > LIMITS.ATTEMPTS.value) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
    }
  }

  /** Milliseconds until one more may be made from there. */
  waitMs(from: string, now: number): number {
    return this.#buckets.get(from)?.waitMs(now) ?? 0;
  }

  /** Takes one back that was counted: it was no wrong one. */
  giveBack(from: string): void {
    this.#buckets.get(from)?.spend(-1);
  }

  /** Forgets what was counted: the password was right. */
  forgive(from: string): void {
    this.#buckets.delete(from);
  }
}
