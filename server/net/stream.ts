/**
 * A connection over a byte stream: reads lines for the turn, and carries what the outbox hands to its session.
 *
 * The end is careful in both directions. What the peer sent before it went is read to the end, so that a QUIT counts even
 * when the peer closed at once behind it; and what the peer is to read, its ERROR above all, is written before the close,
 * for closing with unread bytes would reset the connection and take it away again.
 *
 * @module
 */
import { type FrameFailure, Framer, type Outgoing } from "../../protocol/mod.ts";
import type { CloseReason } from "../core/close_reason.ts";
import type { Awaitable, Link } from "../core/ports.ts";
import type { Peer, Session } from "../core/state.ts";
import { BufferPool } from "./buffer_pool.ts";
import { ProxyReader } from "./proxy.ts";
import { readTurns } from "./read_turns.ts";
import { SendQueue, type SendQueueEvents } from "./sendq.ts";

/** A connection's own read buffer, and the one that it is lent while a burst lasts, of which some are kept for the next. */
const IDLE_BUFFER_BYTES = 512;
const BURST_BUFFER_BYTES = 16 * 1024;
const MOST_SPARE = 64;

const burstBuffers = new BufferPool(BURST_BUFFER_BYTES, MOST_SPARE);

/** What a connection needs of the server behind it. */
export interface SessionHost {
  /** Opens the session; it may be ended at once. */
  open(link: Link, peer: Peer): Session;
  receive(session: Session, line: string | FrameFailure): Awaitable<void>;
  /** Whether a connection from there may begin with the header of a proxy. */
  isTrustedProxy(address: string): boolean;
  /** A trusted proxy has said from whom the connection comes. */
  identify(session: Session, address: string, port: number): Awaitable<void>;
  /** The connection has found a reason to end the session. */
  end(session: Session, reason: CloseReason): void;
  /** The connection is closed. */
  release(session: Session): void;
  /** Monotonic milliseconds. */
  now(): number;
  readonly sendqBytes: number;
}

const nothing = (): void => {};

/**
 * One connection and its session. It is its queue's listener and has one asynchronous function that waits, for each closure
 * and each suspended function would cost a hundred bytes or two of every idle connection.
 */
export class StreamConnection implements Link, SendQueueEvents {
  readonly #conn: Deno.Conn;
  readonly #host: SessionHost;
  readonly #queue: SendQueue;
  readonly #session: Session;
  #isClosed = false;
  /** Called when nothing will be written any more. */
  #onWritten: () => void = nothing;

  constructor(conn: Deno.Conn, peer: Peer, host: SessionHost) {
    this.#conn = conn;
    this.#host = host;
    this.#queue = new SendQueue(conn, host.sendqBytes, this);
    this.#session = host.open(this, peer);
  }

  get waitingBytes(): number {
    return this.#queue.waitingBytes;
  }

  get acceptedBytes(): number {
    return this.#queue.acceptedBytes;
  }

  send(line: Outgoing, variant: number, mayWait = false): void {
    this.#queue.push(line.bytes(variant), mayWait);
  }

  sendText(text: string): void {
    this.#queue.push(text + "\r\n");
  }

  end(): void {
    this.#queue.end();
  }

  abort(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#queue.close();
    this.#onWritten();
    this.#conn.close();
  }

  /**
   * Reads lines and hands them on, until the connection ends. Never throws.
   *
   * @param isProxied Whether it has to begin with the header of a trusted proxy. (PROXY-4)
   */
  async run(isProxied = false): Promise<void> {
    const session = this.#session;
    const framer = new Framer();
    let proxy = this.#host.isTrustedProxy(session.peer.address) ? new ProxyReader() : null;
    if (isProxied && proxy === null) this.#refuse("You are not a trusted proxy.");
    const own = new Uint8Array(IDLE_BUFFER_BYTES);
    let buffer = own;
    let reason: CloseReason = { kind: "lost", detail: "eof" };
    try {
      for (;;) {
        const count = await this.#conn.read(buffer);
        if (count === null) break;
        readTurns.read();
        if (session.closeReason !== null) { // only the end is awaited, and others have their turn meanwhile
          await readTurns.next();
          continue;
        }
        session.heardAt = this.#host.now();
        let bytes = buffer.subarray(0, count);
        if (proxy !== null) {
          const step = proxy.push(bytes);
          if (step.kind === "more") continue;
          proxy = null;
          if (step.kind === "failure") { // PROXY-2
            this.#refuse("The PROXY header is not valid.");
            continue;
          }
          if (step.kind === "none" && isProxied) {
            this.#refuse("A connection to this port begins with a PROXY header.");
            continue;
          }
          if (step.kind === "header" && step.source !== null) {
            const { address, port } = step.source;
            await this.#host.identify(session, address, port);
          }
          bytes = step.rest;
        }
        framer.push(bytes);
        for (let line = framer.next(); line !== null; line = framer.next()) {
          const pending = this.#host.receive(session, line);
          if (pending instanceof Promise) await pending;
          if (session.bucket.isEmpty) await this.#throttle();
        }
        if (count === buffer.length) {
          if (buffer === own) buffer = burstBuffers.take();
        } else if (buffer !== own) {
          burstBuffers.give(buffer);
          buffer = own;
        }
        await readTurns.next();
      }
    } catch (error) {
      const isReset = error instanceof Deno.errors.ConnectionReset;
      reason = { kind: "lost", detail: isReset ? "reset" : "read-error" };
    }
    this.#host.end(session, reason);
    await this.#written();
    this.abort();
    this.#host.release(session);
  }

  #refuse(text: string): void {
    this.#host.end(this.#session, { kind: "refused", text });
  }

  /** Settles when all is written that can be; the supervisor's deadline bounds it. */
  #written(): Promise<void> {
    if (this.#queue.isClosed) return Promise.resolve();
    return new Promise((resolve) => this.#onWritten = resolve);
  }

  /** Not at once: what overflows is in the middle of a fact that is being told. For the queue. */
  onOverflow(): void {
    queueMicrotask(() => {
      this.#queue.clear(); // room for the ERROR
      this.#host.end(this.#session, { kind: "sendq-exceeded" });
    });
  }

  /** The reader finds what the peer still said, and then the end. For the queue. */
  onBroken(): void {
    this.#onWritten();
  }

  /** Holds a fast talker back: it is not read for a while, so that it cannot send. */
  async #throttle(): Promise<void> {
    const session = this.#session;
    for (let now = this.#host.now();; now = this.#host.now()) {
      const waitMs = session.bucket.waitMs(now);
      if (waitMs === 0 || session.closeReason !== null) return;
      if (session.bucket.isExhausted(now)) return this.#host.end(session, { kind: "flood" });
      session.heardAt = now;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  /**
   * Everything is written: says so to the peer, and waits for it to close. The supervisor's deadline bounds the wait. For
   * the queue.
   */
  onDrained(): void {
    this.#onWritten();
    const { closeWrite } = this.#conn as Partial<Deno.TcpConn>;
    closeWrite?.call(this.#conn).catch(() => this.abort());
  }
}
