/**
 * The clients of a load, in this process or in several: one swarm here, or one in each worker, asked for the same by the same
 * names. A worker reads one JSON call per line and answers with one.
 *
 * @module
 */
import { Histogram } from "../../server/core/histogram.ts";
import { type Account, speakersIn } from "./ledger.ts";
import {
  type Heard,
  LoadError,
  type Opened,
  type Stormed,
  Swarm,
  type SwarmOptions,
  type Talk,
} from "./swarm.ts";

/** What workers can be asked. */
type Method =
  | "grow"
  | "begin"
  | "settle"
  | "speak"
  | "readers"
  | "hear"
  | "storm"
  | "stormed"
  | "churn"
  | "closed";

/** A line to a worker: a call, the options it begins with, or what others have. */
export type ToWorker =
  | { readonly start: SwarmOptions }
  | { readonly call: Method; readonly args: readonly unknown[] }
  | { readonly speaker: number; readonly number: number };

/** A line from a worker: an answer, why there is none, or what everybody there has. */
export type FromWorker =
  | { readonly result: unknown }
  | { readonly error: string }
  | { readonly speaker: number; readonly number: number };

/** What a talk was for everybody. */
export interface Talked {
  readonly account: Account;
  readonly latency: Histogram;
  readonly closed: number;
  /** From the first line said to the last one received. */
  readonly elapsedMs: number;
}

/** One share of the clients. */
interface Member {
  call(method: Method, ...args: readonly unknown[]): Promise<unknown>;
  have(speaker: number, number: number): void;
  close(): Promise<void>;
}

const encoder = new TextEncoder();

/** All clients of a load. */
export class Fleet {
  readonly #options: Omit<SwarmOptions, "share" | "shares">;
  readonly #members: readonly Member[];
  /** By member and speaker: up to which number everybody there has all lines. */
  #whole: Uint32Array[] = [];

  /** @param workers Processes of their own; with 1 the clients are in this one. */
  constructor(options: Omit<SwarmOptions, "share" | "shares">, workers: number) {
    this.#options = options;
    this.#members = workers === 1
      ? [here({ ...options, share: 0, shares: 1 })]
      : Array.from({ length: workers }, (_, share) =>
        there(
          { ...options, share, shares: workers },
          (speaker, number) => this.#relay(share, speaker, number),
        ));
  }

  #all<T>(method: Method, ...args: readonly unknown[]): Promise<T[]> {
    return Promise.all(this.#members.map((member) => member.call(method, ...args) as Promise<T>));
  }

  /** Tells those who wait for it that the others have a line. */
  #relay(from: number, speaker: number, number: number): void {
    (this.#whole[from] as Uint32Array)[speaker] = number;
    this.#members.forEach((member, to) => {
      const others = this.#whole.filter((_, i) => i !== to).map((whole) => whole[speaker] ?? 0);
      member.have(speaker, Math.min(...others));
    });
  }

  /** Opens all clients. */
  async grow(mayBeRefused = false): Promise<Opened> {
    const opened = merged(await this.#all<Opened>("grow", mayBeRefused));
    if (this.#options.channel !== null) await this.#all("settle");
    return opened;
  }

  /** Lets the speakers talk, and waits until all has arrived that was said. */
  async talk(talk: Talk): Promise<Talked> {
    const readers = await this.#all<number[]>("readers");
    // A process in which nobody reads a speaker has all of its lines.
    this.#whole = readers.map((counts) =>
      Uint32Array.from(counts, (count) => count === 0 ? 0xffff_ffff : 0)
    );
    await this.#all("begin", talk);
    const startedAt = performance.now();
    const sent = await this.#all<number[]>("speak", talk);
    const said = Array.from(
      { length: speakersIn(this.#options) },
      (_, i) => Math.max(...sent.map((counts) => counts[i] ?? 0)),
    );
    const heard = await Promise.all(this.#members.map((member, k) => {
      const expected = said.reduce((sum, count, i) => sum + count * (readers[k]?.[i] ?? 0), 0);
      return member.call("hear", expected).then((heard) => ({ ...heard as Heard, expected }));
    }));
    const elapsedMs = performance.now() - startedAt;
    const latency = new Histogram();
    for (const one of heard) latency.add(one.latency);
    const sum = (name: "expected" | "delivered" | "twice" | "late" | "strange" | "closed") =>
      heard.reduce((total, one) => total + one[name], 0);
    return {
      account: {
        expected: sum("expected"),
        delivered: sum("delivered"),
        lost: sum("expected") - sum("delivered"),
        twice: sum("twice"),
        late: sum("late"),
        strange: sum("strange"),
      },
      latency,
      closed: sum("closed"),
      elapsedMs,
    };
  }

  /** All clients join one channel. */
  async storm(channel: string): Promise<Stormed> {
    await this.#all("storm", channel);
    const all = await this.#all<Stormed>("stormed");
    return {
      delivered: all.reduce((sum, { delivered }) => sum + delivered, 0),
      twice: all.reduce((sum, { twice }) => sum + twice, 0),
    };
  }

  /** So many clients come and go. */
  async churn(lives: number, channel: string): Promise<Opened> {
    const each = Math.ceil(lives / this.#members.length);
    return merged(await this.#all<Opened>("churn", each, channel));
  }

  /** Clients that the server has closed. */
  async closed(): Promise<number> {
    return (await this.#all<number>("closed")).reduce((sum, count) => sum + count, 0);
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.close()));
  }
}

function merged(all: readonly Opened[]): Opened {
  const latency = new Histogram();
  for (const one of all) latency.add(one.latency);
  return {
    opened: all.reduce((sum, { opened }) => sum + opened, 0),
    refused: all.reduce((sum, { refused }) => sum + refused, 0),
    latency: latency.toJSON(),
  };
}

/** Asks a swarm as a worker is asked. */
function ask(swarm: Swarm, method: Method, args: readonly unknown[]): Promise<unknown> {
  const call = swarm[method] as (...args: readonly unknown[]) => unknown;
  return Promise.resolve(call.apply(swarm, [...args]));
}

function here(options: SwarmOptions): Member {
  const swarm = new Swarm(options);
  return {
    call: (method, ...args) => ask(swarm, method, args),
    have: (speaker, number) => swarm.haveElsewhere(speaker, number),
    close: () => Promise.resolve(swarm.close()),
  };
}

function there(
  options: SwarmOptions,
  onWhole: (speaker: number, number: number) => void,
): Member {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "--allow-net", "--allow-ffi", import.meta.url],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const tell = (line: ToWorker): void => {
    writer.write(encoder.encode(JSON.stringify(line) + "\n")).catch(() => {});
  };
  const waiting: PromiseWithResolvers<unknown>[] = [];
  (async () => {
    for await (const line of linesOf<FromWorker>(child.stdout)) {
      if ("speaker" in line) onWhole(line.speaker, line.number);
      else if ("error" in line) waiting.shift()?.reject(new LoadError(line.error));
      else waiting.shift()?.resolve(line.result);
    }
    for (const { reject } of waiting) reject(new Error("A worker has ended"));
  })();
  tell({ start: options });
  return {
    call(call, ...args) {
      const answer = Promise.withResolvers<unknown>();
      waiting.push(answer);
      tell({ call, args });
      return answer.promise;
    },
    have: (speaker, number) => tell({ speaker, number }),
    async close() {
      await writer.close();
      await child.status;
    },
  };
}

async function* linesOf<T>(stream: ReadableStream<Uint8Array>): AsyncGenerator<T> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as T;
  }
}

/** The worker: calls come in, and answers go out. */
async function work(): Promise<void> {
  const tell = (line: FromWorker): void => {
    Deno.stdout.writeSync(encoder.encode(JSON.stringify(line) + "\n"));
  };
  let swarm: Swarm | null = null;
  for await (const line of linesOf<ToWorker>(Deno.stdin.readable)) {
    if ("start" in line) {
      swarm = new Swarm(line.start, (speaker, number) => tell({ speaker, number }));
    } else if (swarm === null) throw new TypeError("A worker was asked before it was started");
    else if ("speaker" in line) swarm.haveElsewhere(line.speaker, line.number);
    else {
      ask(swarm, line.call, line.args).then(
        (result) => tell({ result: result ?? null }),
        (error) => tell({ error: String(error.message ?? error) }),
      );
    }
  }
  swarm?.close();
}

if (import.meta.main) await work();
