/**
 * One message to a thousand members, in process: the whole turn from its line to what the sockets would be given.
 *
 * @module
 */
import type { Outgoing } from "../../protocol/mod.ts";
import type { Link, Log } from "../../server/core/ports.ts";
import type { Session } from "../../server/core/state.ts";
import { SendQueue } from "../../server/net/sendq.ts";
import { PasswordChecker } from "../../server/store/passwords.ts";
import { openStore } from "../../server/store/store.ts";
import { createNode, type RunningNode } from "../../server/node.ts";
import { openSession, receive } from "../../server/turn.ts";
import { SETTINGS } from "../support/node.ts";

const MEMBERS = 1000;
/** What is said in one turn of the event loop when it is busy. */
const BURST = 16;
const LINE = "PRIVMSG #room :the quick brown fox jumps over the lazy dog, and then over the next";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Takes lines and drops them once they are encoded. */
class NullLink implements Link {
  readonly waitingBytes = 0;
  acceptedBytes = 0;

  send(line: Outgoing, variant: number): void {
    this.acceptedBytes += line.bytes(variant).length;
  }

  sendText(line: string): void {
    this.acceptedBytes += line.length;
  }

  end(): void {}
  abort(): void {}
}

/** Takes bytes as a socket does that is never full, and tells when it has so many. */
class NullSockets {
  #taken = 0;
  #wanted = Infinity;
  #onDone: () => void = () => {};
  readonly write = (bytes: Uint8Array): Promise<number> => {
    this.#taken += bytes.length;
    if (this.#taken === this.#wanted) this.#onDone();
    return Promise.resolve(bytes.length);
  };

  /** Settles when so many bytes have come from now on. Nothing may be waiting. */
  take(bytes: number): Promise<void> {
    this.#wanted = this.#taken + bytes;
    return new Promise((resolve) => this.#onDone = resolve);
  }
}

/** Queues lines as connections do. */
class QueueLink implements Link {
  readonly #queue: SendQueue;

  constructor(sockets: NullSockets) {
    this.#queue = new SendQueue(sockets, SETTINGS.sendqBytes, {
      onOverflow() {},
      onBroken() {},
      onDrained() {},
    });
  }

  get waitingBytes(): number {
    return this.#queue.waitingBytes;
  }

  get acceptedBytes(): number {
    return this.#queue.acceptedBytes;
  }

  send(line: Outgoing, variant: number): void {
    this.#queue.push(line.bytes(variant));
  }

  sendText(line: string): void {
    this.#queue.push(new TextEncoder().encode(line + "\r\n"));
  }

  end(): void {}
  abort(): void {}
}

/** A room of a thousand; tells the node and the one who speaks. */
function room(link: () => Link): [RunningNode, Session] {
  const node = createNode(SETTINGS, {
    clock: { now: () => performance.now(), epoch: () => Date.now(), nextTurn: setImmediate },
    passwords: new PasswordChecker(),
    store: openStore(null),
    hostOf: (address) => address,
    configuration: { file: null, read: () => ({ failure: "There is no file." }) },
    onRestart() {},
    random: { id: () => "k3f9x0a2b-1z" },
    log: silent,
    onBroken(error) {
      throw error;
    },
  });
  const sessions = Array.from({ length: MEMBERS + 1 }, (_, i) => {
    const session = openSession(node, link(), { address: "::1", port: i, host: "bench.cloaked" });
    for (const line of [`NICK n${i}`, `USER u 0 * :n${i}`, "JOIN #room"]) {
      receive(node, session, line);
    }
    return session;
  });
  return [node, sessions[0] as Session];
}

const [nullNode, nullSpeaker] = room(() => new NullLink());
Deno.bench("fan-out to 1000: turn and outbox", { group: "1000 deliveries" }, () => {
  receive(nullNode, nullSpeaker, LINE);
});

const sockets = new NullSockets();
const [queueNode, queueSpeaker] = room(() => new QueueLink(sockets));
const queues = [...queueNode.state.sessions].map(({ link }) => link);

/** Waits until nothing is queued any more. */
async function settle(): Promise<void> {
  while (queues.some(({ waitingBytes }) => waitingBytes > 0)) {
    await new Promise((resolve) => setTimeout(resolve));
  }
}

await settle(); // the welcome has left
const witness = queues.at(-1) as Link;
const before = witness.acceptedBytes;
receive(queueNode, queueSpeaker, LINE);
await settle();
/** What one message is for each of them. */
const lineBytes = witness.acceptedBytes - before;

async function say(count: number): Promise<void> {
  const taken = sockets.take(count * lineBytes * MEMBERS);
  for (let i = 0; i < count; i++) receive(queueNode, queueSpeaker, LINE);
  await taken;
}
Deno.bench("fan-out to 1000: with queues", { group: "1000 deliveries" }, () => say(1));
Deno.bench(
  "fan-out to 1000: with queues, 16 in a turn",
  { group: "16000 deliveries" },
  () => say(BURST),
);
