/**
 * Accepts connections on one address, and goes on doing so whatever befalls a single one.
 *
 * A peer can reset its connection before it is accepted, as often as it likes, and then it is the call for the next one that
 * fails. So an error is one connection's own and the next is accepted at once; only what the system lacks is waited for, as
 * nothing can be accepted until there is more of it. (LIVE-10)
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Log } from "../core/ports.ts";
import { traceOf } from "../core/trace.ts";
import type { Cloak } from "./cloak.ts";
import { type SessionHost, StreamConnection } from "./stream.ts";

/** Of these the whole machine or process has too few: files, memory. */
const SCARCE: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);
/** What befalls one connection: it went before it was accepted, a filter forbids it, its network fails. */
const ITS_OWN: ReadonlySet<string> = new Set([
  "ECONNABORTED",
  "ECONNRESET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "EINTR",
  "ENETDOWN",
  "ENETUNREACH",
  "ENONET",
  "ENOPROTOOPT",
  "ENOTCONN",
  "EOPNOTSUPP",
  "EPERM",
  "EPIPE",
  "EPROTO",
  "ETIMEDOUT",
]);

/** How long it is waited for what is scarce: nobody notices, and twenty tries a second cost nothing. */
const SCARCE_PAUSE_MS = 50;
/** The pause after any other error: it may be the listener that is broken, and what fails at once would fail for ever. */
const UNKNOWN_PAUSE_MS = 1;
/** Connections after which the others have a turn: the runtime hands out a hundred without one. */
const AT_ONCE = 32;
/** Between two lines in the log of the same kind: what a stranger can cause by the thousand. */
const WARN_EVERY_MS = 60_000;
const TELL_EVERY_MS = 1000;

/** What a listener needs of a listening socket. */
export type Acceptor = Pick<Deno.TcpListener, "accept" | "close" | "addr">;

/** IPv4 as it is, also where a socket of IPv6 shows it. */
function plainAddress(hostname: string): string {
  return hostname.startsWith("::ffff:") ? hostname.slice("::ffff:".length) : hostname;
}

function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What the system calls an error; empty where it does not say. */
function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Says something now and then, with how often it has happened since. Instants in monotonic milliseconds. */
class Tally {
  readonly #everyMs: number;
  #saidAt = -Infinity;
  #count = 0;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** Counts one; tells how many there were since it was said last, or `null` where it is too soon to say it again. */
  count(now: number): number | null {
    this.#count++;
    if (now - this.#saidAt < this.#everyMs) return null;
    const count = this.#count;
    this.#saidAt = now;
    this.#count = 0;
    return count;
  }
}

/** One listening socket. */
export class Listener {
  readonly #acceptor: Acceptor;
  readonly #host: SessionHost;
  readonly #cloak: Cloak;
  readonly #log: Log;
  readonly #isForProxies: boolean;
  readonly #pause: (ms: number) => Promise<void>;
  readonly #scarce = new Tally(WARN_EVERY_MS);
  readonly #unknown = new Tally(WARN_EVERY_MS);
  readonly #failed = new Tally(TELL_EVERY_MS);
  #isOpen = true;

  /**
   * @param acceptor A socket that listens already.
   * @param isForProxies Whether each connection has to begin with the header of a trusted proxy. (PROXY-4)
   */
  constructor(
    acceptor: Acceptor,
    host: SessionHost,
    cloak: Cloak,
    log: Log,
    isForProxies = false,
    pause: (ms: number) => Promise<void> = pauseFor,
  ) {
    this.#acceptor = acceptor;
    this.#host = host;
    this.#cloak = cloak;
    this.#log = log;
    this.#isForProxies = isForProxies;
    this.#pause = pause;
  }

  /** Where it listens; the port is the real one where 0 was asked for. */
  get address(): Deno.NetAddr {
    return this.#acceptor.addr;
  }

  /** Accepts until closed. Never throws. */
  async run(): Promise<void> {
    for (let count = 1; this.#isOpen; count++) {
      try {
        this.#welcome(await this.#acceptor.accept());
      } catch (error) {
        if (!this.#isOpen) return;
        const pauseMs = this.#judge(error);
        if (pauseMs > 0) await this.#pause(pauseMs);
      }
      // What waits is handed out without a turn of the event loop, and whoever resets on end keeps something waiting.
      if (count % AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Accepts no more; those who are connected stay. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#acceptor.close();
  }

  /** Logs an error of accept, and tells how long to wait before the next try. */
  #judge(error: unknown): number {
    const code = codeOf(error);
    if (ITS_OWN.has(code)) {
      this.#fail(error);
      return 0;
    }
    const [tally, pauseMs] = SCARCE.has(code)
      ? [this.#scarce, SCARCE_PAUSE_MS]
      : [this.#unknown, UNKNOWN_PAUSE_MS];
    const times = tally.count(this.#host.now());
    if (times !== null) this.#log.warn("accept-error", { message: String(error), times });
    return pauseMs;
  }

  /** A connection was gone before it began. */
  #fail(error: unknown): void {
    const times = this.#failed.count(this.#host.now());
    if (times !== null) this.#log.debug("accept-error", { message: String(error), times });
  }

  readonly #onFault = (error: unknown): void => {
    this.#log.error("internal-error", { message: traceOf(error) });
  };

  async #welcome(conn: Deno.TcpConn): Promise<void> {
    try {
      // Without it a line may wait 40 ms for the acknowledgement of the one before.
      conn.setNoDelay(true);
      conn.setKeepAlive(true);
      const address = plainAddress(conn.remoteAddr.hostname);
      const cloak = this.#cloak.of(address);
      const host = typeof cloak === "string" ? cloak : await cloak;
      const peer = { address, port: conn.remoteAddr.port, host };
      // Not waited for: a function that waits as long as a connection lives costs 300 bytes of each.
      new StreamConnection(conn, peer, this.#host).run(this.#isForProxies).catch(this.#onFault);
    } catch (error) {
      this.#fail(error);
      try {
        conn.close();
      } catch { /* it is closed already */ }
    }
  }
}
