/**
 * The event loop as the core sees it: how long each of its turns was held by work while others waited, in a histogram; and
 * how work that is long lets others have their turn.
 *
 * It is told where work begins and asks to be called when the loop comes round: exact, some 0.4 µs for each turn that has
 * something to do, and nothing at all while the server is idle.
 *
 * @module
 */
import { Histogram } from "./histogram.ts";
import type { Clock } from "./ports.ts";

/** How long a turn may be held by work that can go on in the next one: half of what nobody shall have to wait. */
const LONG_MS = 5;
/**
 * The same of each turn that follows on another. Until there is a pause the runtime looks for what has come after every 61 turns
 * only, and whoever has something to say waits until then. An empty turn costs 0.003 ms.
 */
export const FOLLOWING_MS = 0.1;

/** One event loop, which all work of the server shares. */
export class Loop {
  /** How long the turns that had something to do were held: microseconds. */
  readonly held: Histogram = new Histogram();
  readonly #clock: Clock;
  readonly #onDefect: (error: unknown) => void;
  /** When the work of this turn began; `null` while there is none. Monotonic milliseconds. */
  #since: number | null = null;
  /** Work for the turns that follow. */
  #waiting: (() => void)[] = [];
  #isAsked = false;
  /** How long this turn may be held. */
  #limitMs = LONG_MS;

  /** @param onDefect Told of work that has thrown: it takes no other with it. */
  constructor(clock: Clock, onDefect: (error: unknown) => void) {
    this.#clock = clock;
    this.#onDefect = onDefect;
  }

  /** Work begins that others wait for: what follows counts until the loop has come round. May be called for each line. */
  begin(): void {
    if (this.#since !== null) return;
    this.#since = this.#clock.now();
    this.#clock.nextTurn(this.#onRound);
  }

  /** Whether others have waited long enough in this turn. One measure for all work: many long answers share a turn. */
  get isLong(): boolean {
    return this.#since !== null && this.#clock.now() - this.#since >= this.#limitMs;
  }

  /** Does something in the next turn, or a later one: those who have waited the longest first, and only until it is long. */
  next(work: () => void): void {
    this.#waiting.push(work);
    this.#ask();
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#clock.nextTurn(this.#onTurn);
  }

  readonly #onTurn = (): void => {
    this.#isAsked = false;
    this.begin();
    this.#limitMs = FOLLOWING_MS;
    const works = this.#waiting;
    this.#waiting = [];
    let done = 0;
    do {
      try {
        works[done++]?.();
      } catch (error) {
        this.#onDefect(error);
      }
    } while (done < works.length && !this.isLong);
    this.#limitMs = LONG_MS;
    this.#waiting = works.slice(done).concat(this.#waiting);
    if (this.#waiting.length > 0) this.#ask();
  };

  readonly #onRound = (): void => {
    if (this.#since === null) return;
    this.held.record((this.#clock.now() - this.#since) * 1000);
    this.#since = null;
  };
}
