/**
 * A histogram of durations, in constant memory however many there are.
 *
 * @module
 */

/** Steps between a value and its double: percentiles are right within 1.1 %. */
const STEPS_PER_OCTAVE = 64;
/** Up to 2^32 µs, more than an hour. */
const OCTAVES = 32;

/** A histogram as it goes from one process to another: how many values each step has, for those that have any. */
export interface HistogramData {
  readonly steps: readonly (readonly [step: number, count: number])[];
  readonly max: number;
}

/** Counts microseconds. */
export class Histogram {
  readonly #counts = new Float64Array(STEPS_PER_OCTAVE * OCTAVES + 1);
  count = 0;
  max = 0;

  /** Adds one value. */
  record(us: number): void {
    const step = us <= 1 ? 0 : Math.min(
      Math.floor(Math.log2(us) * STEPS_PER_OCTAVE),
      this.#counts.length - 1,
    );
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    this.count++;
    if (us > this.max) this.max = us;
  }

  /** Begins anew. */
  clear(): void {
    this.#counts.fill(0);
    this.count = 0;
    this.max = 0;
  }

  /** Adds the values of another. */
  add({ steps, max }: HistogramData): void {
    for (const [step, count] of steps) {
      this.#counts[step] = (this.#counts[step] ?? 0) + count;
      this.count += count;
    }
    this.max = Math.max(this.max, max);
  }

  /** What another needs to add these values. */
  toJSON(): HistogramData {
    const steps = [...this.#counts.entries()].filter(([, count]) => count > 0);
    return { steps, max: this.max };
  }

  /** The value that this share of all values does not pass; 0 where there are none. */
  percentile(share: number): number {
    let left = Math.ceil(this.count * share);
    if (left === 0) return 0;
    for (let step = 0; step < this.#counts.length; step++) {
      left -= this.#counts[step] ?? 0;
      if (left <= 0) return Math.min(2 ** ((step + 1) / STEPS_PER_OCTAVE), this.max);
    }
    return this.max;
  }
}
