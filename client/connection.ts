/**
 * A TCP connection to a server: dial, lines in, lines out, and the knowledge of when it is gone.
 * Knows no command but PING, which asks a silent server whether it is still there.
 * @module
 */

import { type FrameFailure, Framer, SERVER_LIMITS } from "../protocol/framer.ts";
import { isParseFailure, type Message, parseMessage } from "../protocol/message.ts";
import { readLegacyLine } from "./legacy_text.ts";
import { type Address, formatAddress } from "./options.ts";

/** How patient the client is, in milliseconds. */
export interface Timing {
  /** Until a dial is given up. */
  readonly dialMs: number;
  /** Silence after which the server is asked. */
  readonly pingAfterMs: number;
  /** Silence after the question until the server counts as gone. */
  readonly pongWithinMs: number;
  /** The wait for ERROR after QUIT. */
  readonly quitMs: number;
  /** The first wait before connecting again; it doubles up to `mostBackoffMs`. */
  readonly backoffMs: number;
  readonly mostBackoffMs: number;
}

/** What suits people and networks. */
export const DEFAULT_TIMING: Timing = {
  dialMs: 15_000,
  pingAfterMs: 60_000,
  pongWithinMs: 30_000,
  quitMs: 1000,
  backoffMs: 2000,
  mostBackoffMs: 60_000,
};

/** The server cannot be reached. The message is a sentence for people. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
}

/** Opens a connection. `aborted` gives it up. @throws {ConnectError} */
export async function dial(
  address: Address,
  timing: Timing,
  aborted: AbortSignal,
): Promise<Deno.Conn> {
  const { host, port } = address;
  try {
    const signal = AbortSignal.any([aborted, AbortSignal.timeout(timing.dialMs)]);
    const conn = await Deno.connect({ hostname: host, port, signal });
    // Without this a short line waits up to 40 ms for the acknowledgement of the one before.
    conn.setNoDelay(true);
    return conn;
  } catch (error) {
    throw new ConnectError(explain(error, address));
  }
}

function explain(error: unknown, address: Address): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/failed to lookup|name or service|nodename|getaddrinfo|no such host|dns/i.test(message)) {
    return `Cannot find ${address.host}: no server has that name. Check its spelling.`;
  }
  return `Cannot connect to ${formatAddress(address)}: ${
    reason(error, message)
  }. Is the server running? Check host and port.`;
}

function reason(error: unknown, message: string): string {
  if (error instanceof Deno.errors.ConnectionRefused) return "connection refused";
  if (error instanceof Deno.errors.TimedOut || /timed out|timeout/i.test(message)) {
    return "no answer";
  }
  if (/unreachable/i.test(message)) return "no way there";
  return message.replace(/ \(os error \d+\)/, "").replace(/\.$/, "").toLowerCase();
}

/** The wait before another attempt, after so many that have failed. */
export function backoffMs(timing: Timing, failures: number): number {
  return Math.min(timing.mostBackoffMs, timing.backoffMs * 2 ** Math.min(failures, 16));
}

/** What the server says in a line; a sentence about one that is no message, `null` for one that is empty. */
export function readMessage(line: string | FrameFailure): Message | string | null {
  if (typeof line !== "string") {
    return `A line from the server could not be read (${line.failure}).`;
  }
  const message = parseMessage(line);
  if (!isParseFailure(message)) return message;
  return message.failure === "empty" ? null : `The server sent what is no message: ${line}`;
}

/** Whether what goes there stays on this machine. */
export function isLoopback(address: Deno.Addr): boolean {
  return address.transport !== "tcp" ||
    /^(?:127\.|::1$|::ffff:127\.)/i.test(address.hostname);
}

/** Why a connection is over. */
export type Ending = "closed" | "silent" | "lost";

/** The same as a sentence; `registered`: after the welcome. */
export function whyOver(ending: Ending, registered: boolean): string {
  if (ending === "silent") return "No answer from the server.";
  return registered ? "Connection lost." : "The server closed the connection.";
}

/** One open connection. */
export interface Link {
  /** Queues one line, without its line end. After the end it does nothing. */
  send(line: string): void;
  /** Ends the connection at once. */
  close(): void;
  /** Settles when it is over, and what was received before is handled. */
  readonly ended: Promise<Ending>;
}

const ENCODER = new TextEncoder();

/** Runs a connection: hands over each line as it comes, writes what is sent once per turn. */
export function openLink(
  conn: Deno.Conn,
  onLine: (line: string | FrameFailure) => void,
  timing: Timing,
): Link {
  let over = false;
  let silent = false;
  let queue = "";
  let writing = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function close(): void {
    if (over) return;
    over = true;
    clearTimeout(timer);
    try {
      conn.close();
    } catch {
      // Closed already: the system was faster.
    }
  }

  async function flush(): Promise<void> {
    try {
      while (queue !== "" && !over) {
        const bytes = ENCODER.encode(queue);
        queue = "";
        for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
      }
    } catch {
      // What the server sent before (an ERROR, say) may still be unread: the reader ends it all.
    } finally {
      writing = false;
    }
  }

  function send(line: string): void {
    if (over) return;
    queue += `${line}\r\n`;
    if (writing) return;
    writing = true;
    queueMicrotask(flush);
  }

  function listen(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      send("PING :still-there");
      timer = setTimeout(() => {
        silent = true;
        close();
      }, timing.pongWithinMs);
    }, timing.pingAfterMs);
  }

  async function read(): Promise<Ending> {
    const framer = new Framer(SERVER_LIMITS, readLegacyLine);
    const buffer = new Uint8Array(16_384);
    listen();
    try {
      for (;;) {
        const count = await conn.read(buffer);
        if (count === null) return "closed";
        listen();
        framer.push(buffer.subarray(0, count));
        for (let line = framer.next(); line !== null; line = framer.next()) {
          if (over) return "closed";
          onLine(line);
        }
      }
    } catch (error) {
      if (!isNetworkError(error) && !over) throw error;
      return silent ? "silent" : over ? "closed" : "lost";
    } finally {
      close();
    }
  }

  return { send, close, ended: read() };
}

function isNetworkError(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.TimedOut ||
    error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.BadResource ||
    (error instanceof Error && /os error/.test(error.message));
}
