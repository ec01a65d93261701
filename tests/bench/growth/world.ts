/**
 * A daemon in this process with as many connections as are wanted, for benchmarks: real connections, framers, turns and
 * queues, over sockets that are none: they take every byte at once. So it is the daemon's own cost that is measured.
 *
 * @module
 */
import { apply } from "../../../server/core/apply.ts";
import type { Log, Outbox } from "../../../server/core/ports.ts";
import { onBeforeWrites } from "../../../server/net/flusher.ts";
import { StreamConnection } from "../../../server/net/stream.ts";
import { createNode, type RunningNode, sessionHost } from "../../../server/node.ts";
import { PasswordChecker } from "../../../server/store/passwords.ts";
import { openStore } from "../../../server/store/store.ts";
import { SETTINGS } from "../../support/node.ts";

/** How long nothing may happen before a piece of work is done: longer than any line waits for those that follow it. */
const QUIET_MS = 8;
/** Connections that are opened in one turn. */
const AT_ONCE = 100;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const nobody: Outbox = { send() {}, sendText() {}, fanOut() {}, close() {} };
const encoder = new TextEncoder();

/** One end of a connection that is none. */
export class Wire {
  readonly #onTaken: () => void;
  #waiting: { readonly buffer: Uint8Array; readonly resolve: (n: number | null) => void } | null =
    null;

  constructor(onTaken: () => void) {
    this.#onTaken = onTaken;
  }

  /** For the server: settles when something is said. */
  read(buffer: Uint8Array): Promise<number | null> {
    return new Promise((resolve) => this.#waiting = { buffer, resolve });
  }

  /** For the server: takes all. */
  write(bytes: Uint8Array): Promise<number> {
    this.#onTaken();
    return Promise.resolve(bytes.length);
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}

  /** Says a line; its answer must have come before the next. */
  say(line: string): void {
    if (this.#waiting === null) throw new Error("The server does not read");
    const { buffer, resolve } = this.#waiting;
    this.#waiting = null;
    resolve(encoder.encodeInto(line + "\r\n", buffer).written);
  }

  /** The connection is lost. */
  lose(): void {
    this.#waiting?.resolve(null);
  }
}

/** What a piece of work took. */
export interface Cost {
  /** All turns that had to do with it, in milliseconds. */
  readonly ms: number;
  /** The longest of them. */
  readonly longestMs: number;
  /** Lines that were handed to connections. */
  readonly lines: number;
}

/** A daemon and its connections, the first of which asks. */
export class World {
  readonly wires: Wire[] = [];
  readonly node: RunningNode;
  readonly #host: ReturnType<typeof sessionHost>;
  readonly #unhook: () => void;
  #writes = 0;
  #aheadMs = 0;

  constructor() {
    const store = openStore(null);
    let ids = 0;
    this.node = createNode({ ...SETTINGS, maxClients: 1_000_000 }, {
      clock: {
        now: () => performance.now() + this.#aheadMs,
        epoch: () => Date.now() + this.#aheadMs,
        nextTurn: setImmediate,
      },
      passwords: new PasswordChecker(),
      store,
      hostOf: (address) => address,
      configuration: { file: null, read: () => ({ failure: "There is no file." }) },
      onRestart() {},
      random: { id: () => `growth-${(++ids).toString(36)}` },
      log: silent,
      onBroken(error) {
        throw error;
      },
    });
    this.#host = sessionHost(this.node);
    this.#unhook = onBeforeWrites(() => store.flush());
  }

  /** Opens connections whose users are called so. */
  async open(nicks: readonly string[]): Promise<Wire[]> {
    const opened: Wire[] = [];
    for (const [i, nick] of nicks.entries()) {
      const wire = new Wire(() => this.#writes++);
      const peer = { address: "192.0.2.1", port: i, host: "0123456789abcdef.cloaked" };
      new StreamConnection(wire as unknown as Deno.Conn, peer, this.#host).run();
      wire.say(`USER ${nick} 0 * :The real name of ${nick}\r\nNICK ${nick}`);
      opened.push(wire);
      if (i % AT_ONCE === 0) await turn();
    }
    await this.quiet();
    this.wires.push(...opened);
    return opened;
  }

  /** Puts users into a channel without a word to anybody. */
  enter(channel: string, nicks: Iterable<string>): void {
    const { state, clock } = this.node;
    for (const nick of nicks) {
      const user = state.userByNick(nick)?.id ?? "";
      apply(state, { type: "join", at: clock.epoch(), user, channel, ranks: 0 }, nobody);
    }
  }

  /** Lets time pass at once. */
  advance(ms: number): void {
    this.#aheadMs += ms;
  }

  /** Does something, and waits until the daemon has nothing to do any more. */
  async measure(work: () => void): Promise<Cost> {
    const { outbox } = this.node;
    const before = outbox.delivered;
    let startedAt = performance.now();
    work();
    let seen = -1;
    let quietAt = startedAt;
    let ms = 0;
    let longestMs = 0;
    while (startedAt - quietAt < QUIET_MS) {
      await turn();
      const now = performance.now();
      const tookMs = now - startedAt;
      startedAt = now;
      if (this.#activity === seen) continue;
      seen = this.#activity;
      quietAt = now;
      ms += tookMs;
      longestMs = Math.max(longestMs, tookMs);
    }
    return { ms, longestMs, lines: outbox.delivered - before };
  }

  /** Waits until the daemon has nothing to do any more. */
  async quiet(): Promise<void> {
    await this.measure(() => {});
  }

  get #activity(): number {
    return this.#writes + this.node.loop.held.count;
  }

  close(): void {
    this.#unhook();
    this.node.store.flush();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
