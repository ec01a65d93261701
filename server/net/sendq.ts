/**
 * What waits to be written to one connection: bounded, written in order, one write in flight. When it is written is the
 * flusher's business.
 *
 * @module
 */
import { byteLength } from "../../protocol/mod.ts";
import { BufferPool } from "./buffer_pool.ts";
import { type Flushable, flusher } from "./flusher.ts";

/** The most bytes that are gathered into one write. */
const GATHER_BYTES = 64 * 1024;
/** The size of a lent buffer, and how many that nobody has are kept. */
const LENT_BYTES = 4 * 1024;
const MOST_SPARE = 256;

/** What a queue writes to: the part of `Deno.Conn` that it needs. */
export interface Writer {
  /** Writes some of the bytes and tells how many. */
  write(bytes: Uint8Array): Promise<number>;
}

const encoder = new TextEncoder();
/** What nearly all queues hold nearly always. Never changed. */
const NONE: (Uint8Array | string)[] = [];
/** Buffers for what is one connection's alone, while it is written. */
const writeBuffers = new BufferPool(LENT_BYTES, MOST_SPARE);

/** What a queue tells its connection. */
export interface SendQueueEvents {
  /** More waits than may. Told once, inside of `push`. */
  onOverflow(): void;
  /** The connection takes no more bytes. Told once. */
  onBroken(): void;
  /** All that was queued before `end` has been accepted. Told once. */
  onDrained(): void;
}

/** The bytes that wait for one connection: bounded, written in order, one write at a time. */
export class SendQueue implements Flushable {
  readonly #writer: Writer;
  readonly #events: SendQueueEvents;
  readonly #limitBytes: number;
  /** Bytes that are shared by many queues, and text that is this one's alone: encoded when it is written, all at once. */
  #chunks: (Uint8Array | string)[] = NONE;
  /** What is being written, if anything is, and the buffer that was lent for it. */
  #inFlight: Uint8Array | null = null;
  #lent: Uint8Array<ArrayBuffer> | null = null;
  /** Whether something waits that is for this connection alone. */
  #isUrgent = false;
  /** Whether it waits for a flush, and for which. */
  #asked: "not" | "soon" | "now" = "not";
  #state: "open" | "ending" | "closed" = "open";
  #hasOverflown = false;
  /** Bytes that wait to be accepted. */
  waitingBytes = 0;
  /** Bytes that were accepted so far. */
  acceptedBytes = 0;

  constructor(writer: Writer, limitBytes: number, events: SendQueueEvents) {
    this.#writer = writer;
    this.#limitBytes = limitBytes;
    this.#events = events;
  }

  /**
   * Queues bytes, which must not change after, or text. What comes when the queue is full or ended is dropped.
   *
   * @param mayWait Whether it is for a crowd, and may wait for what follows it.
   */
  push(chunk: Uint8Array | string, mayWait = false): void {
    if (this.#state !== "open" || this.#hasOverflown) return;
    const bytes = sizeOf(chunk);
    if (this.waitingBytes + bytes > this.#limitBytes) {
      this.#hasOverflown = true;
      this.#events.onOverflow();
      return;
    }
    // An array that is made of one is smaller than one that has grown to one.
    if (this.#chunks.length === 0) this.#chunks = [chunk];
    else this.#chunks.push(chunk);
    this.waitingBytes += bytes;
    if (!mayWait) this.#isUrgent = true;
    if (this.#inFlight === null) this.#ask();
  }

  /** Drops what waits, but for the write in flight, so that there is room again. */
  clear(): void {
    this.#chunks = NONE;
    this.waitingBytes = this.#inFlight?.length ?? 0;
    this.#hasOverflown = false;
  }

  /** Whether nothing will be written any more. */
  get isClosed(): boolean {
    return this.#state === "closed";
  }

  /** Takes nothing more, and tells when all is written. */
  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ending";
    if (this.waitingBytes === 0) this.#drained();
  }

  /** Drops everything. */
  close(): void {
    this.#state = "closed";
    this.#chunks = NONE;
    this.waitingBytes = 0;
  }

  flush(): number {
    this.#asked = "not";
    if (this.#inFlight !== null || this.#chunks.length === 0) return 0;
    this.#isUrgent = false;
    this.#inFlight = this.#gather();
    this.#write(this.#inFlight);
    return this.#inFlight.length;
  }

  #ask(): void {
    if (this.#isUrgent) {
      if (this.#asked === "now") return;
      this.#asked = "now";
      flusher.add(this);
    } else if (this.#asked === "not") {
      this.#asked = "soon";
      flusher.gather(this);
    }
  }

  /** The first chunks as one: the same bytes where it is one only, a copy of bounded size otherwise. */
  #gather(): Uint8Array {
    const taken = this.#chunks;
    let bytes = this.waitingBytes;
    this.#chunks = NONE;
    if (bytes > GATHER_BYTES) {
      bytes = sizeOf(taken[0] as Uint8Array | string);
      let count = 1;
      for (; count < taken.length; count++) {
        const more = sizeOf(taken[count] as Uint8Array | string);
        if (bytes + more > GATHER_BYTES) break;
        bytes += more;
      }
      this.#chunks = taken.splice(count);
      this.#isUrgent = this.#chunks.length > 0;
    }
    const [first] = taken;
    if (taken.length === 1 && typeof first === "object") return first;
    if (taken.every((chunk) => typeof chunk === "object")) {
      return joined(taken as Uint8Array[], bytes);
    }
    return fill(this.#take(bytes), taken);
  }

  /** A buffer for this many bytes: lent where they are few, as they are nearly always. */
  #take(bytes: number): Uint8Array<ArrayBuffer> {
    if (bytes > LENT_BYTES) return new Uint8Array(bytes);
    return this.#lent = writeBuffers.take();
  }

  #giveBack(): void {
    if (this.#lent !== null) writeBuffers.give(this.#lent);
    this.#lent = null;
  }

  #write(bytes: Uint8Array): void {
    this.#writer.write(bytes).then(this.#onAccepted, this.#onFailed);
  }

  readonly #onAccepted = (count: number): void => {
    if (this.#state === "closed" || this.#inFlight === null) return;
    this.acceptedBytes += count;
    this.waitingBytes -= count;
    if (count < this.#inFlight.length) {
      this.#inFlight = this.#inFlight.subarray(count);
      this.#write(this.#inFlight);
      return;
    }
    this.#inFlight = null;
    this.#giveBack();
    if (this.#chunks.length > 0) this.#ask();
    else if (this.#state === "ending") this.#drained();
  };

  readonly #onFailed = (): void => {
    if (this.#state === "closed") return;
    this.close();
    this.#events.onBroken();
  };

  #drained(): void {
    this.#state = "closed";
    this.#events.onDrained();
  }
}

/** What was joined last, and of what: members of one channel wait for the same lines, which are copied once for all. */
let lastTaken: readonly Uint8Array[] = [];
let lastJoined = new Uint8Array(0);

/** Shared bytes as one. */
function joined(taken: readonly Uint8Array[], bytes: number): Uint8Array {
  if (!isLastTaken(taken)) {
    lastJoined = fill(new Uint8Array(bytes), taken);
    lastTaken = taken;
  }
  return lastJoined;
}

function isLastTaken(taken: readonly Uint8Array[]): boolean {
  if (taken.length !== lastTaken.length) return false;
  // From the end, where they differ if they do.
  for (let i = taken.length - 1; i >= 0; i--) if (taken[i] !== lastTaken[i]) return false;
  return true;
}

/** Writes chunks into a buffer that is large enough; returns the part that they take. */
function fill(
  buffer: Uint8Array<ArrayBuffer>,
  chunks: readonly (Uint8Array | string)[],
): Uint8Array<ArrayBuffer> {
  let at = 0;
  let text = "";
  for (const chunk of chunks) {
    if (typeof chunk === "string") {
      text += chunk;
      continue;
    }
    at += encode(text, buffer, at);
    text = "";
    buffer.set(chunk, at);
    at += chunk.length;
  }
  at += encode(text, buffer, at);
  return buffer.subarray(0, at);
}

function sizeOf(chunk: Uint8Array | string): number {
  return typeof chunk === "string" ? byteLength(chunk) : chunk.length;
}

/** Writes text into bytes from a place on, and tells how many it took. */
function encode(text: string, into: Uint8Array, at: number): number {
  return text === "" ? 0 : encoder.encodeInto(text, at === 0 ? into : into.subarray(at)).written;
}
