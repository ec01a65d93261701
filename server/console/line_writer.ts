/**
 * Lines on their way to a stream that may be slow, or stand still: a frozen terminal must not freeze the chat. What waits is
 * bounded; what is over the bound is counted, and told when there is room again. Lines that come fast share a write, which
 * wakes another thread and costs more than all of them.
 *
 * @module
 */

/** The most characters that wait. */
const MOST_WAITING = 1 << 20;
/** The shortest time between two writes: nobody reads faster. */
const GATHER_MS = 50;

/** Where lines go: standard error, say. */
export interface LineSink {
  write(bytes: Uint8Array): Promise<number>;
  writeSync(bytes: Uint8Array): number;
}

const encoder = new TextEncoder();

/** Writes lines in order, without making anybody wait. */
export class LineWriter {
  readonly #sink: LineSink;
  readonly #gatherMs: number;
  #waiting = "";
  #dropped = 0;
  #writing: Promise<void> | null = null;
  /** When it last wrote, in monotonic milliseconds; and what ends the wait until it may again. */
  #wroteAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(sink: LineSink, gatherMs = GATHER_MS) {
    this.#sink = sink;
    this.#gatherMs = gatherMs;
  }

  /** Takes a line without its end. */
  write(line: string): void {
    if (this.#waiting.length > MOST_WAITING) {
      this.#dropped++;
      return;
    }
    const isFirst = this.#waiting === "";
    this.#waiting += line + "\n";
    if (isFirst && this.#writing === null) this.#startInTime();
  }

  /** Settles when all is written that was taken. */
  async flush(): Promise<void> {
    while (this.#writing !== null || this.#waiting !== "") {
      this.#start();
      await this.#writing;
    }
  }

  /** Writes what waits before the process ends, at whatever cost. */
  flushSync(): void {
    clearTimeout(this.#timer);
    try {
      this.#writeSync(encoder.encode(this.#take()));
    } catch { /* nobody reads the log */ }
  }

  #startInTime(): void {
    const waitMs = this.#wroteAt + this.#gatherMs - performance.now();
    if (waitMs > 0) this.#timer = setTimeout(() => this.#start(), waitMs);
    else this.#start();
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#writing ??= Promise.resolve().then(() => this.#drain());
  }

  async #drain(): Promise<void> {
    try {
      for (let rest = encoder.encode(this.#take()); rest.length > 0;) {
        rest = rest.subarray(await this.#sink.write(rest));
      }
    } catch { /* nobody reads the log: the chat goes on */ }
    this.#writing = null;
    this.#wroteAt = performance.now();
    if (this.#waiting !== "") this.#startInTime();
  }

  #writeSync(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(this.#sink.writeSync(rest));
  }

  #take(): string {
    const note = this.#dropped === 0
      ? ""
      : `(${this.#dropped} lines left out: nobody has read them)\n`;
    const text = this.#waiting + note;
    this.#waiting = "";
    this.#dropped = 0;
    return text;
  }
}
