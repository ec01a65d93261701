/**
 * Buffers that are used again: to make one costs five times as much as to fill it.
 *
 * @module
 */

/** Buffers of one size, of which those that nobody has are kept up to a number. */
export class BufferPool {
  readonly #bytes: number;
  readonly #most: number;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  /**
   * @param bytes The size of each.
   * @param most How many are kept that nobody has.
   */
  constructor(bytes: number, most: number) {
    this.#bytes = bytes;
    this.#most = most;
  }

  /** Lends one; it holds whatever was in it. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#spare.pop() ?? new Uint8Array(this.#bytes);
  }

  /** Takes one back, which nobody may use any more. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#spare.length < this.#most) this.#spare.push(buffer);
  }
}
