/**
 * When queues are written: everything that a turn queues for a connection leaves in one write, and what must be kept is kept
 * before.
 *
 * - No more than about a hundred writes start in one turn of the event loop: above that the runtime lets reads starve. What is
 *   for crowds takes no more than {@linkcode FOLLOWING_MS} of it, so that the runtime looks for something to read in between.
 * - What is for one alone leaves at the end of the turn, before what is for crowds.
 * - What is for a crowd leaves at once where crowds were quiet, so that a quiet room has no delay. Else it waits for a release
 *   of all that has come meanwhile, {@linkcode GATHER_MS} after the last one began, and after a rest: so the busier crowds are,
 *   the more lines share a write. The more writes a release has, the more is saved by each millisecond of rest: with
 *   {@linkcode MANY_WRITES} and more the rest is as long as the release, so that crowds take no more than half of the time as
 *   long as that is enough; with half as many it is half as long. But no queue shall wait for longer than
 *   {@linkcode MOST_WAIT_MS}, which is a release and a rest; and where writes are large already there is nothing to be had by
 *   it, and no rest.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { Histogram } from "../core/histogram.ts";
import { FOLLOWING_MS } from "../core/loop.ts";

/** The most writes that start in one turn of the event loop. */
const WRITES_PER_TURN = 100;
/** Writes between two looks at the clock. */
const WRITES_PER_LOOK = 4;
/** The shortest time between two releases for crowds. Milliseconds. A write costs 50 times what it costs to copy a line. */
const GATHER_MS = 3;
/** Writes of a release from which on the rest after it is as long as it took. */
const MANY_WRITES = 1000;
/** The longest that a release and the rest after it may take together. Milliseconds. */
const MOST_WAIT_MS = 15;
/** Bytes of a write from which on it costs more to copy them than to write at all. */
const LARGE_BYTES = 4 * 1024;

/** What is flushed. */
export interface Flushable {
  /** Starts a write of what waits, if anything does and none is in flight; tells of how many bytes. */
  flush(): number;
}

/** Called before bytes leave, once for all that leave together. */
const beforeWrites = new Set<() => void>();

/**
 * Has something done before bytes leave: what they tell must be kept by then.
 *
 * @param hook Must not throw.
 * @returns Takes it back.
 */
export function onBeforeWrites(hook: () => void): () => void {
  beforeWrites.add(hook);
  return () => beforeWrites.delete(hook);
}

/** Starts the writes of all queues, some each turn. Instants are monotonic milliseconds. */
class Flusher {
  /**
   * How long queues have waited from their oldest line on, where no write was in flight: one of each release, and the longest
   * of each flush of what is for one alone. Microseconds.
   */
  readonly waited: Histogram = new Histogram();
  /** Writes that were started in this turn. */
  #started = 0;
  /** Those with something for one alone, in the order in which they asked. */
  #urgent: Flushable[] = [];
  #urgentSince = 0;
  #isScheduled = false;
  /** More waits than one turn may write: the next goes on. */
  #isBehind = false;
  /** Those with something for a crowd, which wait for the next release; and those that are released. */
  #gathering: Flushable[] = [];
  #released: Flushable[] = [];
  /** How many of those have been started: a place, for the others would be copied in each of many short turns. */
  #releasedTo = 0;
  /** The one of those that gather whose wait is taken, another each time, since when it waits, and its place among them. */
  #sample: Flushable | null = null;
  #sampledAt = 0;
  #samplePlace = 0;
  #releasedAt = -Infinity;
  /** Writes since this release began, and their bytes. */
  #releasedWrites = 0;
  #releasedBytes = 0;
  #nextReleaseAt = -Infinity;

  /** Asks for a flush at the end of this turn. */
  add(queue: Flushable): void {
    if (this.#urgent.push(queue) === 1) this.#urgentSince = performance.now();
    if (this.#isScheduled || this.#isBehind) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.#run());
  }

  /** Asks for a flush with the next release. */
  gather(queue: Flushable): void {
    const count = this.#gathering.push(queue);
    if (this.#sample === null && count > this.#samplePlace) {
      this.#sample = queue;
      this.#sampledAt = performance.now();
    }
    if (count === 1 && this.#released.length === 0) this.#scheduleRelease(performance.now());
  }

  #scheduleRelease(now: number): void {
    const waitMs = this.#nextReleaseAt - now;
    if (waitMs <= 0) queueMicrotask(() => this.#release());
    else setTimeout(() => this.#release(), waitMs);
  }

  #release(): void {
    this.#released = this.#gathering;
    this.#gathering = [];
    this.#releasedAt = performance.now();
    this.#releasedWrites = 0;
    this.#releasedBytes = 0;
    if (!this.#isBehind) this.#run();
  }

  #run(): void {
    this.#isScheduled = false;
    // STORE-2
    for (const hook of beforeWrites) hook();
    if (this.#started === 0) setImmediate(this.#nextTurn);
    if (this.#urgent.length > 0) {
      this.#urgent = this.#urgent.slice(this.#start(this.#urgent, 0));
      if (this.#urgent.length === 0) this.#note(this.#urgentSince);
    }
    if (this.#released.length > 0) {
      const until = performance.now() + FOLLOWING_MS;
      this.#releasedTo = this.#start(this.#released, this.#releasedTo, until);
      if (this.#releasedTo === this.#released.length) this.#rest();
    }
    this.#isBehind = this.#urgent.length > 0 || this.#released.length > 0;
  }

  /** Starts as many as there is room for in this turn, from a place on and until an instant; returns the place of the next. */
  #start(queues: readonly Flushable[], from: number, until = Infinity): number {
    let at = from;
    for (; at < queues.length && this.#started < WRITES_PER_TURN; at++) {
      if (at % WRITES_PER_LOOK === WRITES_PER_LOOK - 1 && performance.now() >= until) break;
      const queue = queues[at] as Flushable;
      if (queue === this.#sample) {
        this.#note(this.#sampledAt);
        this.#sample = null;
      }
      const bytes = queue.flush();
      if (bytes === 0) continue;
      this.#started++;
      this.#releasedWrites++;
      this.#releasedBytes += bytes;
    }
    return at;
  }

  #note(since: number): void {
    this.waited.record((performance.now() - since) * 1000);
  }

  /** A release is over. */
  #rest(): void {
    const now = performance.now();
    this.#released = [];
    this.#releasedTo = 0;
    this.#samplePlace = Math.floor(Math.random() * this.#releasedWrites);
    const areLarge = this.#releasedBytes >= this.#releasedWrites * LARGE_BYTES;
    const tookMs = now - this.#releasedAt;
    const share = areLarge ? 0 : Math.min(1, this.#releasedWrites / MANY_WRITES);
    const restMs = Math.min(tookMs * share, MOST_WAIT_MS - tookMs);
    this.#nextReleaseAt = Math.max(this.#releasedAt + GATHER_MS, now + restMs);
    if (this.#gathering.length > 0) this.#scheduleRelease(now);
  }

  readonly #nextTurn = (): void => {
    this.#started = 0;
    if (this.#isBehind) this.#run();
  };
}

/** The one of this process: all writes share a turn. */
export const flusher = new Flusher();
