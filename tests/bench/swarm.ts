/**
 * Many clients of one IRC server in this process. They may be all there are, or a share of those that several processes have
 * between them: what goes in and out of the methods is plain data.
 *
 * @module
 */
import { afterTags, Client, counted, digits, nowUs, type Sink } from "./client.ts";
import { Histogram, type HistogramData } from "../../server/core/histogram.ts";
import {
  type Account,
  clientOf,
  Ledger,
  type Seating,
  shareOf,
  speakerOf,
  speakersIn,
  Windows,
} from "./ledger.ts";
import { Socket, SocketAddress, TooManyFilesError } from "./sockets.ts";

/** When nothing has come for so long, what is not there is lost. */
const QUIET_MS = 5000;
/** When nothing has happened for so long while connections are opened, nothing will. */
const STUCK_MS = 30_000;

/** The clients that a swarm is to have. */
export interface SwarmOptions extends Seating {
  readonly hostname: string;
  readonly port: number;
  /** What each nickname begins with; the number of the client follows. */
  readonly nicks: string;
  /** Where clients are: all in one channel, each group in one whose name has the group's number, or in none. */
  readonly channel: string | null;
  readonly hasChannelEach: boolean;
  /** Capabilities that each client asks for, and must have. */
  readonly capabilities: readonly string[];
  /** Connections that are being opened at a time, in all processes. */
  readonly openingAtOnce: number;
  /** Which share of the clients is here. */
  readonly share: number;
  readonly shares: number;
}

/** How speakers talk: so many lines a second each, or so many lines each that not everybody has yet. */
export type Pace = { readonly perSecond: number } | { readonly window: number };

/** What a run of talking is. */
export interface Talk {
  readonly pace: Pace;
  readonly seconds: number;
  /** The most lines that a speaker says, where time does not end it sooner. */
  readonly lines: number;
  readonly textBytes: number;
}

/** What came of opening connections. */
export interface Opened {
  readonly opened: number;
  readonly refused: number;
  readonly latency: HistogramData;
}

/** What has been received. */
export interface Heard extends Omit<Account, "expected" | "lost"> {
  readonly latency: HistogramData;
  /** Clients that the server has closed. */
  readonly closed: number;
}

/** What came of a join storm: JOIN lines that were received, and those of them that had been before. */
export interface Stormed {
  readonly delivered: number;
  readonly twice: number;
}

/** What is told while a talk with windows goes on: by speaker, up to which number everybody here has all lines. */
export type OnWhole = (speaker: number, number: number) => void;

/** The load cannot be what was asked for. */
export class LoadError extends Error {}

/** The clients of this process, and the account of what they receive. */
export class Swarm implements Sink {
  readonly #options: SwarmOptions;
  /** By number; the clients of other processes are not there. */
  readonly clients: (Client | undefined)[] = [];
  readonly #members: number[] = [];
  #address: Promise<SocketAddress> | null = null;
  latency: Histogram = new Histogram();
  #ledger: Ledger;
  #windows: Windows | null = null;
  #nowUs = 0;
  #closed = 0;
  #isClosing = false;
  /** Lines that each speaker has sent. */
  #sent = new Uint32Array(0);
  /** Up to which number those in other processes have all lines, by speaker. */
  #elsewhere: Uint32Array | null = null;
  #say: ((speaker: number) => void) | null = null;
  /** Where listeners of one speaker are in other processes too. */
  readonly #onWhole: OnWhole | null;
  #onAll: (() => void) | null = null;
  #expected = Infinity;
  /** In a join storm: who has been seen to join, a bit for each client by each client. */
  #seen: Uint8Array[] | null = null;
  #joins = { delivered: 0, twice: 0 };

  /** @param onWhole Told in talks with windows, where other processes have clients too. */
  constructor(options: SwarmOptions, onWhole: OnWhole | null = null) {
    this.#options = options;
    this.#onWhole = options.clients / options.groupSize < options.shares ? onWhole : null;
    this.#ledger = new Ledger(options);
    for (let i = 0; i < options.clients; i++) {
      if (shareOf(options, i, options.shares) === options.share) this.#members.push(i);
    }
  }

  /** Opens and registers all clients, and waits until each of them is where it should be. */
  async grow(mayBeRefused = false): Promise<Opened> {
    const latency = new Histogram();
    let refused = 0;
    await this.#each(this.#members, async (index) => {
      const startedAt = performance.now();
      try {
        this.clients[index] = await this.#open(index);
        latency.record((performance.now() - startedAt) * 1000);
      } catch (error) {
        if (!mayBeRefused || error instanceof LoadError) throw error;
        refused++;
      }
    });
    // What the last ones caused has reached everybody once everybody has an answer; those who are nowhere cause nothing.
    if (this.#options.channel !== null) await this.settle();
    return { opened: this.#members.length - refused, refused, latency: latency.toJSON() };
  }

  /** Does something for each item, for some at a time. */
  async #each(items: readonly number[], act: (item: number) => Promise<void>): Promise<void> {
    const atOnce = Math.ceil(this.#options.openingAtOnce / this.#options.shares);
    let next = 0, done = 0, before = -1;
    const stuck = Promise.withResolvers<never>();
    const watch = setInterval(() => {
      if (before === done) stuck.reject(new LoadError(`The server is silent. ${LIMIT_HINT}`));
      before = done;
    }, STUCK_MS);
    const work = async (): Promise<void> => {
      while (next < items.length) {
        await act(items[next++] as number);
        done++;
      }
    };
    try {
      await Promise.race([Promise.all(Array.from({ length: atOnce }, work)), stuck.promise]);
    } finally {
      clearInterval(watch);
    }
  }

  async #open(index: number): Promise<Client> {
    const { hostname, port, nicks, capabilities, channel, hasChannelEach, groupSize } =
      this.#options;
    this.#address ??= SocketAddress.find(hostname, port);
    const socket = await Socket.connect(await this.#address).catch((error) => {
      if (!(error instanceof TooManyFilesError)) throw error;
      throw new LoadError(`Too many open files. ${LIMIT_HINT}`);
    });
    const client = new Client(index, socket, this);
    const nick = nicks + index;
    const caps = capabilities.join(" ");
    const welcomed = client.until(/^:\S+ (376|422) | CAP \S+ NAK /);
    client.say([
      ...caps === "" ? [] : [`CAP REQ :${caps}`],
      `NICK ${nick}`,
      `USER ${nick} 0 * :client ${index}`,
      ...caps === "" ? [] : ["CAP END"],
    ].join("\r\n"));
    if (/ NAK /.test(await welcomed)) {
      client.close();
      throw new LoadError(`The server has not all of these capabilities: ${caps}`);
    }
    // A server whose lobby this is has joined us by itself, and says nothing to this.
    if (channel !== null) {
      client.say(`JOIN ${hasChannelEach ? channel + Math.floor(index / groupSize) : channel}`);
    }
    return client;
  }

  /** The clients that are there. */
  #present(): Client[] {
    return this.#members.flatMap((index) => this.clients[index] ?? []);
  }

  /** Waits until each client has an answer to a PING sent now. */
  async settle(): Promise<void> {
    await Promise.all(
      this.#present().map((client) => {
        const answered = client.until(/ PONG .*barrier/).catch(() => {}); // told as closed
        client.say("PING barrier");
        return answered;
      }),
    );
  }

  /** Lets the speakers that are here talk, after `begin`; tells how many lines each speaker has said. */
  async speak(talk: Talk): Promise<number[]> {
    const { pace, seconds, lines, textBytes } = talk;
    const options = this.#options;
    const targets = Array.from({ length: this.#sent.length }, (_, speaker) => {
      const client = clientOf(options, speaker);
      if (options.channel === null) return options.nicks + (client + 1);
      return options.hasChannelEach
        ? options.channel + Math.floor(client / options.groupSize)
        : options.channel;
    });
    const speakers = [...targets.keys()].filter((i) => this.clients[clientOf(options, i)]);
    const say = (speaker: number): void => {
      const number = this.#sent[speaker] = (this.#sent[speaker] as number) + 1;
      const client = clientOf(options, speaker);
      this.clients[client]?.send(counted(targets[speaker] as string, client, number, textBytes));
    };
    if ("window" in pace) await this.#keepWindow(pace.window, lines, seconds, speakers, say);
    else await this.#keepRate(pace.perSecond, lines, seconds, new Set(speakers), say);
    return [...this.#sent];
  }

  /** Forgets what was heard, before anybody speaks anywhere. */
  begin({ pace }: Talk): void {
    const options = this.#options;
    const speakers = speakersIn(options);
    this.latency = new Histogram();
    this.#ledger = new Ledger(options);
    this.#sent = new Uint32Array(speakers);
    this.#expected = Infinity;
    this.#elsewhere = null;
    this.#windows = "window" in pace ? new Windows(this.readers(), pace.window) : null;
  }

  /** How many here should have each line of each speaker. */
  readers(): number[] {
    const options = this.#options;
    const readers = new Array<number>(speakersIn(options)).fill(0);
    for (const member of this.#members) {
      const first = Math.floor(member / options.groupSize) * options.speakers;
      for (let seat = 0; seat < options.speakers; seat++) {
        if (!options.hasEcho && speakerOf(options, member) === first + seat) continue;
        readers[first + seat] = (readers[first + seat] ?? 0) + 1;
      }
    }
    return readers;
  }

  /** Those in other processes have all lines of a speaker up to this one. */
  haveElsewhere(speaker: number, number: number): void {
    this.#elsewhere ??= new Uint32Array(this.#sent.length);
    this.#elsewhere[speaker] = number;
    this.#say?.(speaker);
  }

  async #keepWindow(
    window: number,
    lines: number,
    seconds: number,
    speakers: readonly number[],
    say: (speaker: number) => void,
  ): Promise<void> {
    const ended = Promise.withResolvers<void>();
    const timer = seconds === Infinity ? null : setTimeout(ended.resolve, seconds * 1000);
    const whole = this.#windows?.whole ?? new Uint32Array(0);
    let saying = speakers.length;
    const hasOthers = this.#onWhole !== null;
    const go = (speaker: number): void => {
      const here = whole[speaker] as number;
      const least = hasOthers ? Math.min(here, this.#elsewhere?.[speaker] ?? 0) : here;
      const to = Math.min(least + window, lines);
      if (this.#sent[speaker] === lines) return;
      while ((this.#sent[speaker] as number) < to) say(speaker);
      if (this.#sent[speaker] === lines && --saying === 0) ended.resolve();
    };
    const mine = new Set(speakers);
    this.#say = (speaker) => {
      if (mine.has(speaker)) go(speaker);
    };
    for (const speaker of speakers) go(speaker);
    const quiet = this.#quiet();
    await Promise.race([ended.promise, quiet.promise]);
    this.#say = null;
    quiet.end();
    if (timer !== null) clearTimeout(timer);
  }

  async #keepRate(
    perSecond: number,
    lines: number,
    seconds: number,
    speakers: ReadonlySet<number>,
    say: (speaker: number) => void,
  ): Promise<void> {
    const startedAt = performance.now();
    const count = this.#sent.length;
    const all = count * Math.min(lines, Math.floor(perSecond * seconds));
    // Speakers take turns, so that they do not all speak at once.
    for (let turn = 0; turn < all;) {
      const due = (performance.now() - startedAt) * perSecond * count / 1000;
      for (; turn < all && turn < due; turn++) {
        if (speakers.has(turn % count)) say(turn % count);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Settles when nothing has come for some seconds. */
  #quiet(): { promise: Promise<void>; end: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    let before = -1;
    const watch = setInterval(() => {
      if (before === this.#ledger.delivered) resolve();
      before = this.#ledger.delivered;
    }, QUIET_MS);
    return { promise, end: () => clearInterval(watch) };
  }

  /** Waits until so many lines have come, or nothing has come for some seconds, and tells what came. */
  async hear(expected: number): Promise<Heard> {
    this.#expected = expected;
    if (this.#ledger.delivered < expected) {
      const quiet = this.#quiet();
      await Promise.race([new Promise<void>((resolve) => this.#onAll = resolve), quiet.promise]);
      quiet.end();
    }
    await this.settle(); // whatever comes twice comes before the answer
    const { delivered, twice, late, strange } = this.#ledger;
    return {
      delivered,
      twice,
      late,
      strange,
      latency: this.latency.toJSON(),
      closed: this.#closed,
    };
  }

  /** Clients that the server has closed. */
  closed(): number {
    return this.#closed;
  }

  /** All talk of one process that has all clients: what became of it. */
  async talk(talk: Talk): Promise<Account> {
    const readers = this.readers();
    this.begin(talk);
    const sent = await this.speak(talk);
    const expected = sent.reduce((sum, count, i) => sum + count * (readers[i] ?? 0), 0);
    const { delivered, twice, late, strange } = await this.hear(expected);
    return { expected, delivered, lost: expected - delivered, twice, late, strange };
  }

  /** Every client joins one channel, all at once; ends when each has joined. */
  async storm(channel: string): Promise<void> {
    const bytes = Math.ceil(this.#options.clients / 8);
    this.#seen = [];
    for (const member of this.#members) this.#seen[member] = new Uint8Array(bytes);
    this.#joins = { delivered: 0, twice: 0 };
    await Promise.all(
      this.#present().map((client) => {
        const joined = client.until(/ PONG .*barrier/);
        client.say(`JOIN ${channel}\r\nPING barrier`);
        return joined;
      }),
    );
  }

  /** What came of a join storm, once all that it caused is here. */
  async stormed(): Promise<Stormed> {
    await this.settle();
    this.#seen = null;
    return this.#joins;
  }

  /** So many clients come, join one of several channels, and quit, some at a time. */
  async churn(lives: number, channel: string): Promise<Opened> {
    const latency = new Histogram();
    let refused = 0;
    await this.#each(Array.from({ length: lives }, (_, i) => i), async (life) => {
      const startedAt = performance.now();
      try {
        const client = await this.#open(life * this.#options.shares + this.#options.share);
        const ended = client.ended();
        this.#isClosing = true;
        client.say(`JOIN ${channel}${life % 5}\r\nQUIT`);
        await ended;
        latency.record((performance.now() - startedAt) * 1000);
      } catch (error) {
        if (error instanceof LoadError) throw error;
        refused++;
      }
    });
    return { opened: lives - refused, refused, latency: latency.toJSON() };
  }

  onChunk(): void {
    this.#nowUs = nowUs();
  }

  onCounted(client: number, sender: number, number: number, sentUs: number): void {
    if (!this.#ledger.take(client, sender, number)) return;
    this.latency.record(this.#nowUs - sentUs);
    if (this.#windows !== null) {
      const speaker = speakerOf(this.#options, sender);
      if (this.#windows.add(speaker, number)) {
        this.#onWhole?.(speaker, number);
        this.#say?.(speaker);
      }
    }
    if (this.#ledger.delivered === this.#expected) this.#onAll?.();
  }

  onOther(client: number, bytes: Uint8Array, from: number, end: number): boolean {
    if (this.#seen === null) return false;
    const joined = joinerOf(bytes, from, end, this.#options.nicks);
    if (joined < 0) return false;
    const seen = this.#seen[client] as Uint8Array;
    const bit = 1 << (joined & 7);
    if (((seen[joined >> 3] ?? 0) & bit) !== 0) this.#joins.twice++;
    else this.#joins.delivered++;
    seen[joined >> 3] = (seen[joined >> 3] ?? 0) | bit;
    return true;
  }

  onClosed(): void {
    if (!this.#isClosing) this.#closed++;
  }

  /** Closes every connection. */
  close(): void {
    for (const client of this.#present()) client.close();
  }
}

const LIMIT_HINT =
  'Each connection is an open file: raise the limit with "ulimit -n" where the load runs, and where the server was started.';
const SPACE = 0x20, COLON = 0x3a, BANG = 0x21;

/** The number of the client whose JOIN a line is; -1 for other lines. */
function joinerOf(bytes: Uint8Array, from: number, end: number, nicks: string): number {
  const start = afterTags(bytes, from);
  if (bytes[start] !== COLON) return -1;
  const number = start + 1 + nicks.length;
  for (let i = 0; i < nicks.length; i++) {
    if (bytes[start + 1 + i] !== nicks.charCodeAt(i)) return -1;
  }
  let at = number;
  while (at < end && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at++;
  if (bytes[at] !== BANG || at === number) return -1;
  const verb = bytes.indexOf(SPACE, at) + 1;
  const isJoin = bytes[verb] === 0x4a && bytes[verb + 1] === 0x4f && bytes[verb + 2] === 0x49;
  return isJoin ? digits(bytes, number, at - number) : -1;
}
