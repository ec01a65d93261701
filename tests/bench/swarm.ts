/**
 * Many clients of one IRC server in this process, made to be cheap: they speak plain IRC as any server does, sit in one
 * channel, and account for every line that is said there.
 *
 * @module
 */
import { Histogram } from "./histogram.ts";

/** Connections that are being opened at a time. */
const OPENING_AT_ONCE = 50;
/** When nothing has come for so long, what is not there is lost. */
const QUIET_MS = 5000;
const BUFFER_BYTES = 32 * 1024;
const LF = 0x0a, CR = 0x0d, ZERO = 0x30, MARK = 0x7e;

/** What a counted line ends with: `~`, sender, sequence number and the time in µs, in digits of fixed width. */
const SENDER_DIGITS = 4, NUMBER_DIGITS = 8, TIME_DIGITS = 12;
const TAIL_BYTES = 1 + SENDER_DIGITS + NUMBER_DIGITS + TIME_DIGITS;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What became of all that was said. */
export interface Account {
  /** Lines that should have come, and those that came as they should. */
  readonly expected: number;
  readonly delivered: number;
  readonly lost: number;
  readonly twice: number;
  /** Lines that came after a later one of the same sender. */
  readonly late: number;
}

/** One line of the sequence; the text is padded to this many bytes. */
export function counted(
  channel: string,
  sender: number,
  number: number,
  bytes: number,
): Uint8Array {
  const tail = "~" + String(sender).padStart(SENDER_DIGITS, "0") +
    String(number).padStart(NUMBER_DIGITS, "0") +
    String(Math.floor(performance.now() * 1000)).padStart(TIME_DIGITS, "0");
  return encoder.encode(`PRIVMSG ${channel} :${tail.padStart(bytes, ".")}\r\n`);
}

function digits(bytes: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) value = value * 10 + (bytes[i] as number) - ZERO;
  return value;
}

/** One client. */
class Client {
  readonly index: number;
  readonly conn: Deno.TcpConn;
  readonly #swarm: Swarm;
  /** An unfinished line, from one read to the next. */
  #rest: Uint8Array | null = null;
  #onLine: ((line: string) => void) | null = null;
  #onEnd: (() => void) | null = null;
  #sending: Promise<void> = Promise.resolve();
  #isOpen = true;

  constructor(index: number, conn: Deno.TcpConn, swarm: Swarm) {
    this.index = index;
    this.conn = conn;
    this.#swarm = swarm;
    conn.setNoDelay(true);
    this.#read();
  }

  /** Sends bytes after those that were sent before. */
  send(bytes: Uint8Array): void {
    this.#sending = this.#sending.then(async () => {
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.conn.write(rest));
    }).catch(() => {});
  }

  say(line: string): void {
    this.send(encoder.encode(line + "\r\n"));
  }

  /** The first line that the pattern fits, from now on. */
  until(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      let said = "";
      this.#onEnd = () => reject(new Error(`Client ${this.index} was closed: ${said}`));
      if (!this.#isOpen) this.#onEnd();
      this.#onLine = (line) => {
        if (line.startsWith("ERROR")) said = line;
        if (!pattern.test(line)) return;
        this.#onLine = this.#onEnd = null;
        resolve(line);
      };
    });
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.conn.close();
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(BUFFER_BYTES);
    try {
      for (;;) {
        const count = await this.conn.read(buffer);
        if (count === null) break;
        this.#take(buffer.subarray(0, count));
      }
    } catch { /* told below */ }
    if (this.#isOpen) this.#swarm.closed++;
    this.close();
    this.#onEnd?.();
  }

  #take(chunk: Uint8Array): void {
    this.#swarm.now = performance.now() * 1000;
    let bytes = chunk;
    if (this.#rest !== null) {
      bytes = new Uint8Array(this.#rest.length + chunk.length);
      bytes.set(this.#rest);
      bytes.set(chunk, this.#rest.length);
      this.#rest = null;
    }
    let at = 0;
    for (let lf = bytes.indexOf(LF, at); lf >= 0; lf = bytes.indexOf(LF, at)) {
      const end = bytes[lf - 1] === CR ? lf - 1 : lf;
      const tail = end - TAIL_BYTES;
      if (tail > at && bytes[tail] === MARK) {
        const sender = digits(bytes, tail + 1, SENDER_DIGITS);
        const number = digits(bytes, tail + 1 + SENDER_DIGITS, NUMBER_DIGITS);
        this.#swarm.onCounted(
          this.index,
          sender,
          number,
          digits(bytes, end - TIME_DIGITS, TIME_DIGITS),
        );
      } else {
        this.#other(bytes, at, end);
      }
      at = lf + 1;
    }
    if (at < bytes.length) this.#rest = bytes.slice(at);
  }

  #other(bytes: Uint8Array, from: number, end: number): void {
    const isPing = bytes[from] === 0x50 && bytes[from + 1] === 0x49; // "PI"
    if (!isPing && this.#onLine === null) return;
    const line = decoder.decode(bytes.subarray(from, end));
    if (line.startsWith("PING ")) this.say("PONG " + line.slice(5));
    else this.#onLine?.(line);
  }
}

/** How the senders talk: so many lines a second each, or so many lines each that not everybody has yet. */
export type Pace = { readonly perSecond: number } | { readonly window: number };

/** What a run of talking is. */
export interface Talk {
  readonly senders: number;
  readonly pace: Pace;
  /** Lines of each sender. With a window, `seconds` may end it sooner. */
  readonly lines: number;
  readonly seconds?: number;
  readonly textBytes: number;
}

/** The clients, and the account of what they receive. */
export class Swarm {
  readonly channel: string | null;
  readonly clients: Client[] = [];
  readonly #address: Deno.ConnectOptions;
  latency: Histogram = new Histogram();
  /** When the chunk came that is being read, in microseconds. For clients. */
  now = 0;
  delivered = 0;
  #twice = 0;
  #late = 0;
  /** Clients that the server has closed. */
  closed = 0;
  #senders = 0;
  /** Lines that each sender has sent. */
  #sent = new Uint32Array(0);
  /** The last number, by client and sender. */
  #last = new Uint32Array(0);
  /** Numbers that were passed over, by client and sender. */
  #missing = new Map<number, Set<number>>();
  /** By sender: how many have received each line. Only with a window. */
  #received: Uint32Array[] = [];
  #onWhole: ((sender: number) => void) | null = null;
  #onAll: (() => void) | null = null;
  #expected = Infinity;

  /** @param channel Where the clients meet; `null` for clients that are in none, and cannot talk. */
  constructor(address: Deno.ConnectOptions, channel: string | null) {
    this.#address = address;
    this.channel = channel;
  }

  /** Adds registered clients to the channel, and waits until each of them is there. */
  async grow(count: number): Promise<void> {
    const first = this.clients.length;
    for (let from = first; from < first + count; from += OPENING_AT_ONCE) {
      const to = Math.min(from + OPENING_AT_ONCE, first + count);
      await Promise.all(Array.from({ length: to - from }, (_, i) => this.#open(from + i)));
    }
    // What the last ones caused has reached everybody once everybody has an answer.
    await this.settle();
  }

  async #open(index: number): Promise<void> {
    const client = new Client(index, await Deno.connect(this.#address), this);
    this.clients[index] = client;
    const welcomed = client.until(/^:\S+ (376|422) /);
    client.say(`NICK c${index}\r\nUSER c${index} 0 * :client ${index}`);
    await welcomed;
    // A server whose lobby this is has joined us by itself, and says nothing to this.
    if (this.channel !== null) client.say(`JOIN ${this.channel}`);
  }

  /** Waits until each client has an answer to a PING sent now. */
  async settle(): Promise<void> {
    await Promise.all(this.clients.map((client) => {
      const answered = client.until(/ PONG .*barrier/);
      client.say("PING barrier");
      return answered;
    }));
  }

  /** Lets clients talk, and waits until all has arrived that was said, or nothing has come for some seconds. */
  async talk({ senders, pace, lines, seconds = Infinity, textBytes }: Talk): Promise<Account> {
    const { channel } = this;
    if (channel === null) throw new TypeError("Clients that are in no channel cannot talk");
    this.#begin(senders, lines, "window" in pace);
    const say = (sender: number): void => {
      const number = this.#sent[sender] = (this.#sent[sender] ?? 0) + 1;
      this.clients[sender]?.send(counted(channel, sender, number, textBytes));
    };
    const endsAt = performance.now() + seconds * 1000;
    const quiet = Promise.withResolvers<void>();
    let before = -1;
    const watch = setInterval(() => {
      if (before === this.delivered) quiet.resolve();
      before = this.delivered;
    }, QUIET_MS);
    try {
      if ("window" in pace) {
        await Promise.race([this.#keepWindow(pace.window, lines, endsAt, say), quiet.promise]);
      } else {
        await this.#keepRate(pace.perSecond, lines, endsAt, say);
      }
      return await this.#finish(quiet.promise);
    } finally {
      clearInterval(watch);
    }
  }

  #begin(senders: number, lines: number, hasWindow: boolean): void {
    const count = this.clients.length;
    this.latency = new Histogram();
    this.delivered = this.#twice = this.#late = 0;
    this.#senders = senders;
    this.#sent = new Uint32Array(senders);
    this.#last = new Uint32Array(count * senders);
    this.#missing = new Map();
    this.#expected = Infinity;
    this.#received = hasWindow
      ? Array.from({ length: senders }, () => new Uint32Array(lines + 1))
      : [];
  }

  #keepWindow(
    window: number,
    lines: number,
    endsAt: number,
    say: (sender: number) => void,
  ): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let whole = 0;
    const mayGoOn = (sender: number): boolean =>
      (this.#sent[sender] ?? 0) < lines && performance.now() < endsAt;
    this.#onWhole = (sender) => {
      whole++;
      if (mayGoOn(sender)) say(sender);
      else if (whole === this.#sent.reduce((sum, sent) => sum + sent, 0)) resolve();
    };
    for (let sender = 0; sender < this.#senders; sender++) {
      for (let i = 0; i < Math.min(window, lines); i++) say(sender);
    }
    return promise;
  }

  async #keepRate(
    perSecond: number,
    lines: number,
    endsAt: number,
    say: (sender: number) => void,
  ): Promise<void> {
    const startedAt = performance.now();
    for (;;) {
      const now = performance.now();
      if (now >= endsAt) return;
      let isDone = true;
      for (let sender = 0; sender < this.#senders; sender++) {
        // Senders are spread over the interval, so that they do not all speak at once.
        const due = Math.floor((now - startedAt) * perSecond / 1000 + sender / this.#senders);
        while ((this.#sent[sender] ?? 0) < Math.min(due, lines)) say(sender);
        if ((this.#sent[sender] ?? 0) < lines) isDone = false;
      }
      if (isDone) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async #finish(quiet: Promise<void>): Promise<Account> {
    this.#onWhole = null;
    const spoken = this.#sent.reduce((sum, sent) => sum + sent, 0);
    this.#expected = spoken * (this.clients.length - 1);
    if (this.delivered < this.#expected) {
      await Promise.race([
        new Promise<void>((resolve) => this.#onAll = resolve),
        quiet,
      ]);
    }
    await this.settle(); // whatever comes twice comes before the answer
    const missing = this.#expected - this.delivered;
    return {
      expected: this.#expected,
      delivered: this.delivered,
      lost: missing,
      twice: this.#twice,
      late: this.#late,
    };
  }

  /** A counted line has come. For clients. */
  onCounted(client: number, sender: number, number: number, sentUs: number): void {
    const key = client * this.#senders + sender;
    const last = this.#last[key] as number;
    if (number === last + 1) {
      this.#last[key] = number;
    } else if (!this.#isLate(key, last, number)) {
      this.#twice++;
      return;
    }
    this.delivered++;
    this.latency.record(this.now - sentUs);
    const received = this.#received[sender];
    if (received !== undefined) {
      const count = received[number] = (received[number] ?? 0) + 1;
      if (count === this.clients.length - 1) this.#onWhole?.(sender);
    }
    if (this.delivered === this.#expected) this.#onAll?.();
  }

  /** Notes the numbers that were passed over, or that one of those has come after all; `false` for one that came twice. */
  #isLate(key: number, last: number, number: number): boolean {
    let missing = this.#missing.get(key);
    if (missing === undefined) this.#missing.set(key, missing = new Set());
    if (number > last) {
      for (let n = last + 1; n < number; n++) missing.add(n);
      this.#last[key] = number;
      return true;
    }
    if (!missing.delete(number)) return false;
    this.#late++;
    return true;
  }

  /** Closes every connection. */
  close(): void {
    for (const client of this.clients) client.close();
  }
}
