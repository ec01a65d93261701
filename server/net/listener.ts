/**
 * Accepts connections on one address, and goes on doing so whatever befalls a single one.
 *
 * @module
 */
import type { Log } from "../core/ports.ts";
import { traceOf } from "../core/trace.ts";
import type { Cloak } from "./cloak.ts";
import { type SessionHost, StreamConnection } from "./stream.ts";

/** Pause after an error of accept, such as too many open files: doubled each time up to the most. */
const FIRST_PAUSE_MS = 5;
const MOST_PAUSE_MS = 1000;

/** IPv4 as it is, also where a socket of IPv6 shows it. */
function plainAddress(hostname: string): string {
  return hostname.startsWith("::ffff:") ? hostname.slice("::ffff:".length) : hostname;
}

/** One listening socket. */
export class Listener {
  readonly #listener: Deno.TcpListener;
  readonly #host: SessionHost;
  readonly #cloak: Cloak;
  readonly #log: Log;
  #isOpen = true;

  /**
   * Listens at once.
   *
   * @throws {Deno.errors.AddrInUse} If another program listens there.
   */
  constructor(
    address: { hostname: string; port: number },
    host: SessionHost,
    cloak: Cloak,
    log: Log,
  ) {
    this.#listener = Deno.listen(address);
    this.#host = host;
    this.#cloak = cloak;
    this.#log = log;
  }

  /** Where it listens; the port is the real one where 0 was asked for. */
  get address(): Deno.NetAddr {
    return this.#listener.addr;
  }

  /** Accepts until closed. */
  async run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (this.#isOpen) {
      try {
        const conn = await this.#listener.accept();
        pauseMs = FIRST_PAUSE_MS;
        this.#welcome(conn);
      } catch (error) {
        if (!this.#isOpen) return;
        this.#log.warn("accept-error", { message: String(error), pauseMs });
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        pauseMs = Math.min(2 * pauseMs, MOST_PAUSE_MS);
      }
    }
  }

  /** Accepts no more; those who are connected stay. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#listener.close();
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
      new StreamConnection(conn, peer, this.#host).run().catch(this.#onFault);
    } catch (error) {
      this.#log.debug("accept-error", { message: String(error) });
      try {
        conn.close();
      } catch { /* it is closed already */ }
    }
  }
}
