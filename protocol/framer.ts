/**
 * Bytes to lines. Keeps its place between chunks and looks at each byte once; a line that breaks a rule of framing comes
 * out as a failure in its place, and the lines after it are unharmed.
 *
 * SPEC: "Framing".
 *
 * @module
 */
import { LIMITS } from "./limits.ts";

/** A line that could not be read. */
export interface FrameFailure {
  readonly failure: "line-too-long" | "tags-too-long" | "invalid-utf8" | "forbidden-byte";
  /**
   * What could be read of it, to know the command that it was: with U+FFFD for what is no UTF-8, and of one that is too long
   * its tags and the first bytes behind them.
   */
  readonly line: string;
}

/** How long a line may be, in bytes. */
export interface FramerLimits {
  /** Without tags and line end. @default {LIMITS.LINE.value} */
  readonly lineBytes: number;
  /** Tag data, without `@` and space. @default {LIMITS.CLIENT_TAGS.value} */
  readonly tagBytes: number;
}

/** What a server reads. */
export const CLIENT_LIMITS: FramerLimits = {
  lineBytes: LIMITS.LINE.value,
  tagBytes: LIMITS.CLIENT_TAGS.value,
};
/** What a client reads: a server adds tags of its own to those of the sender. */
export const SERVER_LIMITS: FramerLimits = {
  lineBytes: LIMITS.LINE.value,
  tagBytes: LIMITS.SERVER_TAGS.value,
};

/** Reads a line that is not UTF-8, as a text if it can. `replaced`: the line with U+FFFD for what is none. */
export type OtherReader = (line: Uint8Array, replaced: string) => string | FrameFailure;

const TAGS_TOO_LONG: FrameFailure = { failure: "tags-too-long", line: "" };
/** What is read of a line that is too long, behind its tags. */
const HEAD_BYTES = 64;

const AT = 0x40, CR = 0x0d, LF = 0x0a, SPACE = 0x20;
const NOTHING = new Uint8Array(0);
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** Three times slower: only for what may be wrong. */
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const REPLACEMENT = "\ufffd";

/**
 * Splits a stream of bytes into lines.
 *
 * Give it a chunk with `push`, take with `next` until that returns `null`, then give it the next. What is left of an
 * unfinished line is copied, so the caller may use the chunk's memory again.
 */
export class Framer {
  readonly #limits: FramerLimits;
  readonly #readOther: OtherReader;
  /** Most bytes that an unfinished line may have: anything longer is over one limit or the other. */
  readonly #mostBytes: number;
  #chunk: Uint8Array = NOTHING;
  /** Where the next line begins in the chunk. */
  #at = 0;
  /** The unfinished line that earlier chunks ended with: `#rest[0..#restBytes]`. */
  #rest: Uint8Array = NOTHING;
  #restBytes = 0;
  /** An unfinished line has passed the limit; its end is awaited and the whole of it reported once. */
  #skipping: FrameFailure | null = null;

  /** Without `readOther` a line that is not UTF-8 is a failure. */
  constructor(
    limits: FramerLimits = CLIENT_LIMITS,
    readOther: OtherReader = (_, line) => ({ failure: "invalid-utf8", line }),
  ) {
    this.#limits = limits;
    this.#readOther = readOther;
    this.#mostBytes = limits.lineBytes + limits.tagBytes + 3; // "@", space, CR
  }

  /** Bytes held of an unfinished line. */
  get pendingBytes(): number {
    return this.#restBytes;
  }

  /** Gives the next chunk. The one before must have been taken to its end. */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** The next line, a failure in the place of a line, or `null` when the chunk holds no further line end. */
  next(): string | FrameFailure | null {
    const chunk = this.#chunk;
    const start = this.#at;
    const end = chunk.indexOf(LF, start);
    if (end < 0) {
      this.#keep(chunk.subarray(start));
      this.#chunk = NOTHING;
      this.#at = 0;
      return null;
    }
    this.#at = end + 1;
    if (this.#skipping !== null) {
      const failure = this.#skipping;
      this.#skipping = null;
      return failure;
    }
    if (this.#restBytes === 0) return this.#read(chunk, start, end);
    const tail = chunk.subarray(start, end);
    if (this.#restBytes + tail.length > this.#mostBytes) {
      const failure = this.#tooLong(tail);
      this.#forget();
      return failure;
    }
    this.#append(tail);
    const line = this.#read(this.#rest, 0, this.#restBytes);
    this.#forget();
    return line;
  }

  /** Keeps the beginning of a line for the next chunk, unless it is already too long to become one. */
  #keep(part: Uint8Array): void {
    if (part.length === 0 || this.#skipping !== null) return;
    if (this.#restBytes + part.length > this.#mostBytes) {
      this.#skipping = this.#tooLong(part);
      this.#forget();
    } else {
      this.#append(part);
    }
  }

  #append(part: Uint8Array): void {
    const needed = this.#restBytes + part.length;
    if (needed > this.#rest.length) {
      const grown = new Uint8Array(
        Math.min(Math.max(needed, 2 * this.#rest.length, 64), this.#mostBytes),
      );
      grown.set(this.#rest.subarray(0, this.#restBytes));
      this.#rest = grown;
    }
    this.#rest.set(part, this.#restBytes);
    this.#restBytes = needed;
  }

  /** An idle connection holds no buffer. */
  #forget(): void {
    this.#rest = NOTHING;
    this.#restBytes = 0;
  }

  /** What is wrong with a line over both limits together, which goes on with this part. */
  #tooLong(part: Uint8Array): FrameFailure {
    const line = new Uint8Array(this.#mostBytes);
    line.set(this.#rest.subarray(0, this.#restBytes));
    line.set(part.subarray(0, this.#mostBytes - this.#restBytes), this.#restBytes);
    const space = line[0] === AT ? line.indexOf(SPACE) : -1;
    const areTagsTooLong = line[0] === AT && (space < 0 || space - 1 > this.#limits.tagBytes);
    return areTagsTooLong ? TAGS_TOO_LONG : this.#beginning(line, 0, space + 1);
  }

  /** A line that is too long, by how it begins: it has at least as many bytes as may be. */
  #beginning(bytes: Uint8Array, start: number, body: number): FrameFailure {
    const head = bytes.subarray(start, body + Math.min(HEAD_BYTES, this.#limits.lineBytes));
    return { failure: "line-too-long", line: decoder.decode(head) };
  }

  /** Checks and decodes `bytes[start..end]`, a line with its LF taken off. */
  #read(bytes: Uint8Array, start: number, end: number): string | FrameFailure {
    if (end > start && bytes[end - 1] === CR) end--;
    let body = start;
    if (bytes[start] === AT) {
      const space = bytes.subarray(start, end).indexOf(SPACE);
      body = space < 0 ? end : start + space + 1;
      const tagBytes = (space < 0 ? end - start : space) - 1;
      if (tagBytes > this.#limits.tagBytes) return TAGS_TOO_LONG;
    }
    if (end - body > this.#limits.lineBytes) return this.#beginning(bytes, start, body);
    let line = decoder.decode(bytes.subarray(start, end));
    if (line.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end))) {
      const other = this.#readOther(bytes.subarray(start, end), line);
      if (typeof other !== "string") return other;
      line = other;
    }
    const isForbidden = line.includes("\0") || line.includes("\r");
    return isForbidden ? { failure: "forbidden-byte", line } : line;
  }
}

/** Whether a replacement character was there, and does not stand for bytes that are none. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictDecoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
