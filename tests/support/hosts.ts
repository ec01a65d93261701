/**
 * The servers that transcripts run on: in this process, with and without sockets.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type FrameFailure, Framer } from "../../protocol/mod.ts";
import { Cloak } from "../../server/net/cloak.ts";
import { Listener } from "../../server/net/listener.ts";
import { createNode, dismiss, type RunningNode, sessionHost } from "../../server/node.ts";
import { PasswordChecker } from "../../server/store/passwords.ts";
import { openStore } from "../../server/store/store.ts";
import { RawPeer } from "./daemon.ts";
import {
  LogRecorder,
  memoryStore,
  SETTINGS,
  settingsFrom,
  TestNode,
  type TestPeer,
} from "./node.ts";
import type { Host, Peer } from "./transcript.ts";

const encoder = new TextEncoder();

/** A connection in process whose lines go through the framer, as they do off the wire. */
export class FramedPeer implements Peer {
  readonly #peer: TestPeer;
  readonly #framer = new Framer();
  /** The lines that are being handled: the next one waits for a password to be checked. */
  #handled: Promise<void> | null = null;

  constructor(peer: TestPeer) {
    this.#peer = peer;
  }

  get closed(): boolean {
    return this.#peer.closed;
  }

  send(line: string): void {
    this.sendBytes(encoder.encode(line + "\r\n"));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#framer.push(bytes);
    let frame: string | FrameFailure | null;
    while ((frame = this.#framer.next()) !== null) this.#handle(frame);
  }

  #handle(frame: string | FrameFailure): void {
    const pending = this.#handled === null
      ? this.#peer.handle(frame)
      : this.#handled.then(() => this.#peer.handle(frame));
    this.#handled = pending instanceof Promise ? pending : null;
  }

  async receive(): Promise<string[]> {
    await this.#handled;
    this.#handled = null;
    return await this.#peer.receive();
  }

  close(): void {
    this.#peer.close();
  }
}

/** A server in this process, without sockets. */
export class MemoryHost implements Host {
  readonly node: TestNode;

  constructor(settings: ReadonlyMap<string, string>) {
    this.node = new TestNode(settingsFrom(settings));
  }

  connect(): Promise<FramedPeer> {
    return Promise.resolve(new FramedPeer(this.node.open()));
  }

  close(): Promise<void> {
    assertEquals(this.node.log.of("internal-error"), []);
    return this.node.close();
  }
}

/** A server in this process that listens on a real socket. */
export class SocketHost implements Host {
  readonly #node: RunningNode;
  readonly #log = new LogRecorder();
  readonly #listener: Listener;
  readonly #accepting: Promise<void>;
  readonly #peers: RawPeer[] = [];

  /** @param isForProxies Whether each connection has to begin with the header of a proxy. */
  constructor(settings: ReadonlyMap<string, string>, isForProxies = false) {
    let ids = 0;
    const cloak = new Cloak();
    const node = createNode({ ...SETTINGS, ...settingsFrom(settings) }, {
      clock: { now: () => performance.now(), epoch: () => Date.now(), nextTurn: setImmediate },
      random: { id: () => `id-${++ids}` },
      passwords: new PasswordChecker(),
      store: openStore(null, memoryStore(settingsFrom(settings))),
      hostOf: (address) => cloak.of(address),
      configuration: { file: null, read: () => ({ failure: "There is no file." }) },
      onRestart() {},
      log: this.#log,
      onBroken(error) {
        throw error;
      },
    });
    this.#node = node;
    const host = sessionHost(node);
    const acceptor = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#listener = new Listener(acceptor, host, cloak, this.#log, isForProxies);
    this.#accepting = this.#listener.run();
  }

  async connect(): Promise<RawPeer> {
    const { port } = this.#listener.address;
    const peer = new RawPeer(await Deno.connect({ hostname: "127.0.0.1", port }));
    this.#peers.push(peer);
    return peer;
  }

  async close(): Promise<void> {
    this.#listener.close();
    dismiss(this.#node);
    for (const peer of this.#peers) {
      while (!peer.closed) await peer.receive();
      peer.close();
    }
    await Promise.all([this.#accepting, this.#node.supervisor.empty()]);
    assertEquals(this.#log.of("internal-error"), []);
  }
}
