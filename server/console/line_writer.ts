/**
 * Lines on their way to a stream that may be slow, or stand still: a frozen terminal must not freeze the chat. What waits is
 * bounded; what is over the bound is counted, and told when there is room again.
 *
 * @module
 */

/** The most characters that wait. */
const MOST_WAITING = 1 << 20;

/** Where lines go: standard error, say. */
export interface LineSink {
  write(bytes: Uint8Array): Promise<number>;
  writeSync(bytes: Uint8Array): number;
}

const encoder = new TextEncoder();

/** Writes lines in order, all of a turn at once, without making anybody wait. */
export class LineWriter {
  readonly #sink: LineSink;
  #waiting = "";
  #dropped = 0;
  #writing: Promise<void> | null = null;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  /** Takes a line without its end. */
  write(line: string): void {
    if (this.#waiting.length > MOST_WAITING) {
      this.#dropped++;
      return;
    }
    this.#waiting += line + "\n";
    this.#writing ??= Promise.resolve().then(() => this.#drain());
  }

  /** Settles when all is written that was taken. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  /** Writes what waits before the process ends, at whatever cost. */
  flushSync(): void {
    try {
      this.#writeSync(encoder.encode(this.#take()));
    } catch { /* nobody reads the log */ }
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting !== "") {
        for (let rest = encoder.encode(this.#take()); rest.length > 0;) {
          rest = rest.subarray(await this.#sink.write(rest));
        }
      }
    } catch {
      /* nobody reads the log: the chat goes on */
    } finally {
      this.#writing = null;
    }
  }

  #writeSync(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(this.#sink.writeSync(rest));
  }

  #take(): string {
    const note = this.#dropped === 0
      ? ""
      : `(${this.#dropped} lines left out: the log was not read)\n`;
    const text = this.#waiting + note;
    this.#waiting = "";
    this.#dropped = 0;
    return text;
  }
}
