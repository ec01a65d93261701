/**
 * What waits to be written to one connection, and when it is written.
 *
 * Everything that a turn queues leaves in one write; there is one write in flight per connection; and no more than about a
 * hundred writes start in one turn of the event loop, for above that the runtime lets reads starve.
 *
 * What is for a crowd may wait for what follows it: at once when the last such flush is {@linkcode GATHER_MS} ago, so that a quiet
 * room has no delay; else until it is, so that in a busy one several lines share a write, and a commit of what is kept. What is
 * for one alone never waits, and takes along what does.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { byteLength } from "../../protocol/mod.ts";

/** The most writes that start in one turn of the event loop. */
const WRITES_PER_TURN = 100;
/** The shortest time between two flushes of what is for crowds, in milliseconds. A write costs 50 times what it costs to copy a line. */
const GATHER_MS = 5;
/** The most bytes that are gathered into one write. */
const GATHER_BYTES = 64 * 1024;

/** What a queue writes to: the part of `Deno.Conn` that it needs. */
export interface Writer {
  /** Writes some of the bytes and tells how many. */
  write(bytes: Uint8Array): Promise<number>;
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

/** Starts the writes of all queues, in the order in which they asked, some each turn. */
class Flusher {
  #waiting: SendQueue[] = [];
  #started = 0;
  #isScheduled = false;
  /** Those who may wait, and when they were flushed last. Monotonic milliseconds. */
  #gathering: SendQueue[] = [];
  #isGathering = false;
  #gatheredAt = -Infinity;

  /** Asks for a flush at the end of this turn. */
  add(queue: SendQueue): void {
    this.#waiting.push(queue);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.#run());
  }

  /** Asks for a flush soon: as soon as the last one for crowds is long enough ago. */
  gather(queue: SendQueue): void {
    this.#gathering.push(queue);
    if (this.#isGathering) return;
    this.#isGathering = true;
    const waitMs = this.#gatheredAt + GATHER_MS - performance.now();
    if (waitMs <= 0) queueMicrotask(() => this.#release());
    else setTimeout(() => this.#release(), waitMs);
  }

  #release(): void {
    const queues = this.#gathering;
    this.#gathering = [];
    this.#isGathering = false;
    this.#gatheredAt = performance.now();
    for (const queue of queues) queue.ask();
  }

  #run(): void {
    // STORE-2
    for (const hook of beforeWrites) hook();
    this.#isScheduled = false;
    const queues = this.#waiting;
    if (this.#started === 0) setImmediate(() => this.#nextTurn());
    const room = WRITES_PER_TURN - this.#started;
    if (queues.length <= room) {
      this.#waiting = [];
      this.#started += queues.length;
      for (const queue of queues) queue.flush();
      return;
    }
    this.#waiting = queues.slice(room);
    this.#started = WRITES_PER_TURN;
    for (let i = 0; i < room; i++) queues[i]?.flush();
    this.#isScheduled = true; // the next turn goes on with the rest
  }

  #nextTurn(): void {
    this.#started = 0;
    if (this.#waiting.length > 0) this.#run();
  }
}

const flusher = new Flusher();
const encoder = new TextEncoder();

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
export class SendQueue {
  readonly #writer: Writer;
  readonly #events: SendQueueEvents;
  readonly #limitBytes: number;
  /** Bytes that are shared by many queues, and text that is this one's alone: encoded when it is written, all at once. */
  #chunks: (Uint8Array | string)[] = [];
  /** What is being written, if anything is. */
  #inFlight: Uint8Array | null = null;
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
    this.#chunks.push(chunk);
    this.waitingBytes += bytes;
    if (this.#inFlight !== null) return;
    if (!mayWait) {
      this.ask();
    } else if (this.#asked === "not") {
      this.#asked = "soon";
      flusher.gather(this);
    }
  }

  /** Drops what waits, but for the write in flight, so that there is room again. */
  clear(): void {
    this.#chunks = [];
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
    this.#chunks = [];
    this.waitingBytes = 0;
  }

  /** Starts a write of what waits. For the flusher. */
  flush(): void {
    this.#asked = "not";
    if (this.#inFlight !== null || this.#chunks.length === 0) return;
    this.#inFlight = this.#gather();
    this.#write(this.#inFlight);
  }

  /** Asks for a flush at the end of this turn. */
  ask(): void {
    if (this.#asked === "now") return;
    this.#asked = "now";
    flusher.add(this);
  }

  /** The first chunks as one: the same bytes where it is one only, a copy of bounded size otherwise. */
  #gather(): Uint8Array {
    const chunks = this.#chunks;
    let count = 0;
    let bytes = 0;
    while (count < chunks.length) {
      const length = sizeOf(chunks[count] as Uint8Array | string);
      if (count > 0 && bytes + length > GATHER_BYTES) break;
      bytes += length;
      count++;
    }
    const taken = count === chunks.length ? chunks : chunks.slice(0, count);
    this.#chunks = count === chunks.length ? [] : chunks.slice(count);
    const [first] = taken;
    if (taken.length === 1 && typeof first === "object") return first;
    if (isLastGathered(taken)) return lastGathered;
    const gathered = new Uint8Array(bytes);
    let at = 0;
    let text = "";
    for (const chunk of taken) {
      if (typeof chunk === "string") {
        text += chunk;
        continue;
      }
      at += encode(text, gathered, at);
      text = "";
      gathered.set(chunk, at);
      at += chunk.length;
    }
    encode(text, gathered, at);
    lastTaken = taken;
    lastGathered = gathered;
    return gathered;
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
    if (this.#chunks.length > 0) this.ask();
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

/** What was gathered last, and of what: members of one channel wait for the same lines, which are copied once for all. */
let lastTaken: readonly (Uint8Array | string)[] = [];
let lastGathered = new Uint8Array(0);

function isLastGathered(taken: readonly (Uint8Array | string)[]): boolean {
  if (taken.length !== lastTaken.length) return false;
  // From the end, where they differ if they do.
  for (let i = taken.length - 1; i >= 0; i--) if (taken[i] !== lastTaken[i]) return false;
  return true;
}

function sizeOf(chunk: Uint8Array | string): number {
  return typeof chunk === "string" ? byteLength(chunk) : chunk.length;
}

/** Writes text into bytes from a place on, and tells how many it took. */
function encode(text: string, into: Uint8Array, at: number): number {
  return text === "" ? 0 : encoder.encodeInto(text, into.subarray(at)).written;
}
