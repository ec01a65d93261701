/**
 * A server in this process: real turns, real state, no socket and no timer. Time stands still until it is moved on, and the
 * indexes are checked after every line.
 *
 * @module
 */
import { CASE_MAPPINGS, type FrameFailure, type Outgoing } from "../../protocol/mod.ts";
import type {
  Awaitable,
  Clock,
  Link,
  Log,
  LogFields,
  RehashOutcome,
} from "../../server/core/ports.ts";
import { parseRange } from "../../server/core/address.ts";
import { ALL_PRIVILEGES } from "../../server/core/privileges.ts";
import type { Settings } from "../../server/core/settings.ts";
import { checkInvariants } from "../../server/core/invariants.ts";
import type { Session } from "../../server/core/state.ts";
import { createNode, type RunningNode } from "../../server/node.ts";
import type { AccountCost } from "../../server/store/accounts.ts";
import { openStore, type StoreOptions } from "../../server/store/store.ts";
import { PasswordChecker } from "../../server/store/passwords.ts";
import { openSession, receive } from "../../server/turn.ts";
import { assertValidLine } from "./valid.ts";
import { type Host, OPERATOR, type Peer } from "./transcript.ts";

/** The settings of a server in tests: open, without lobby and greeting. */
export const SETTINGS: Settings = {
  name: "chatd.test",
  network: "chatd",
  description: "A chat for the tests",
  version: "chatd-test",
  motd: [],
  admin: null,
  icon: null,
  password: null,
  nameTemplate: "user{n}",
  lobby: null,
  broadcast: "everyone",
  userModes: [],
  registration: "open",
  clientTagDeny: "",
  operators: new Map([[OPERATOR.name, {
    password: OPERATOR.password,
    privileges: ALL_PRIVILEGES,
  }]]),
  casemapping: "ascii",
  trustedProxies: [],
  webircPassword: null,
  history: true,
  historyForMs: 0,
  historyMax: 0,
  maxClients: 10_000,
  sendqBytes: 2 * 1024 * 1024,
  floodRate: 0,
  replay: 0,
  playback: 1000,
  redactWithinMs: 900_000,
  pingAfterMs: 90_000,
  pongWithinMs: 30_000,
  registerWithinMs: 30_000,
  graceMs: 0,
  alwaysOn: "opt-in",
};

/** What passwords cost in tests, which need no safety. */
export const CHEAP: AccountCost = {
  argon2: { memory: 64, passes: 1, parallelism: 1 },
  iterations: 4096,
};

/** Time that moves when it is told to. */
export class FakeClock implements Clock {
  #now = 0;
  #epoch = Date.UTC(2026, 0, 1);

  now(): number {
    return this.#now;
  }

  epoch(): number {
    return this.#epoch;
  }

  /** Called back when the next turn comes; `null` where each comes at once. */
  waiting: (() => void)[] | null = null;

  nextTurn(callback: () => void): void {
    if (this.waiting === null) callback();
    else this.waiting.push(callback);
  }

  /** Lets the event loop come round once. */
  turn(): void {
    const due = this.waiting ?? [];
    this.waiting = [];
    for (const callback of due) callback();
  }

  /** Somebody sets the clock of the system: to an earlier time with less than 0. */
  set(ms: number): void {
    this.#epoch += ms;
  }

  /** Lets milliseconds pass. */
  advance(ms: number): void {
    this.#now += ms;
    this.#epoch += ms;
  }
}

/** One line of the log. */
export interface LogEntry {
  readonly level: string;
  readonly event: string;
  readonly fields: LogFields;
}

/** Keeps what was logged. */
export class LogRecorder implements Log {
  readonly entries: LogEntry[] = [];
  debug = (event: string, fields: LogFields = {}): void => this.#add("debug", event, fields);
  info = (event: string, fields: LogFields = {}): void => this.#add("info", event, fields);
  warn = (event: string, fields: LogFields = {}): void => this.#add("warn", event, fields);
  error = (event: string, fields: LogFields = {}): void => this.#add("error", event, fields);

  #add(level: string, event: string, fields: LogFields): void {
    this.entries.push({ level, event, fields });
  }

  /** The entries of one event. */
  of(event: string): LogEntry[] {
    return this.entries.filter((entry) => entry.event === event);
  }
}

/** A link that keeps what it is given. */
export class MemoryLink implements Link {
  lines: string[] = [];
  isEnded = false;
  isAborted = false;
  waitingBytes = 0;
  acceptedBytes = 0;

  send(line: Outgoing, variant: number): void {
    this.sendText(line.text(variant));
  }

  sendText(text: string): void {
    if (this.isEnded) return;
    const lines = text.split("\r\n");
    lines.forEach(assertValidLine);
    this.lines.push(...lines);
  }

  end(): void {
    this.isEnded = true;
  }

  abort(): void {
    this.isAborted = true;
  }
}

/** What others see of an address: in tests it can be told from the address. */
function hostOf(address: string): string {
  return `${address.replaceAll(/[.:]/g, "-")}.cloaked`;
}

/** What is left of a line's tags without the first. */
function idOnly(tag: string): string {
  return tag.endsWith(";") ? "@" : "";
}

/** One connection to a server in this process. */
export class TestPeer implements Peer {
  readonly link = new MemoryLink();
  readonly session: Session;
  readonly #node: RunningNode;

  constructor(node: RunningNode, address = "192.0.2.1", host = hostOf(address)) {
    this.#node = node;
    this.session = openSession(node, this.link, { address, port: 50_000, host });
  }

  /** The server has closed the connection, or is about to. */
  get closed(): boolean {
    return this.link.isEnded || this.link.isAborted;
  }

  /** Handles a line as if it came off the wire. */
  handle(line: string | FrameFailure): Awaitable<void> {
    this.session.heardAt = this.#node.clock.now();
    const pending = receive(this.#node, this.session, line);
    if (pending instanceof Promise) return pending.then(() => checkInvariants(this.#node.state));
    checkInvariants(this.#node.state);
  }

  /** Sends a line as if it came off the wire, and waits for what takes its time. */
  async sendAndWait(line: string): Promise<void> {
    await this.handle(line);
  }

  /** Sends a line as if it came off the wire. */
  send(line: string | FrameFailure): void {
    if (this.handle(line) instanceof Promise) {
      throw new Error("A command of a network of one has made a promise");
    }
  }

  /** What was received since the last call. */
  take(): string[] {
    const { lines } = this.link;
    this.link.lines = [];
    return lines;
  }

  /** The same, without the ids of what it tells. */
  takeWithoutIds(): string[] {
    return this.take().map((line) => line.replace(/^@msgid=[^; ]+(?:;| )/, idOnly));
  }

  receive(): Promise<string[]> {
    return Promise.resolve(this.take());
  }

  /** The peer goes without a word. */
  close(): void {
    this.#node.supervisor.end(this.session, { kind: "lost", detail: "eof" });
    this.#node.supervisor.release(this.session);
    checkInvariants(this.#node.state);
  }

  /** Registers under a nick, with these capabilities, and forgets what was said about it. */
  register(nick: string, capabilities: readonly string[] = []): this {
    if (capabilities.length > 0) this.send(`CAP REQ :${capabilities.join(" ")}`);
    this.send(`NICK ${nick}`);
    this.send(`USER ${nick === "*" ? "guest" : nick} 0 * :${nick}`);
    if (capabilities.length > 0) this.send("CAP END");
    this.take();
    return this;
  }
}

/** How a store of tests is opened: with names as the settings have them, and passwords that cost nothing. */
export function memoryStore({ casemapping = "ascii" }: Partial<Settings>): StoreOptions {
  return { names: CASE_MAPPINGS[casemapping], accountCost: CHEAP };
}

/** A server in this process. */
export class TestNode implements Host {
  readonly clock = new FakeClock();
  readonly log = new LogRecorder();
  readonly node: RunningNode;
  /** Where REHASH finds settings; a test says which. */
  readonly configuration = {
    file: "etc/chatd.toml",
    outcome: { failure: "etc/chatd.toml:1: nothing was said" } as RehashOutcome,
    read: (): Awaitable<RehashOutcome> => this.configuration.outcome,
  };
  /** How often an operator wanted the server to be started again. */
  restarts = 0;

  /** @param prefix How its message ids begin: others where another server has had the store. */
  constructor(
    settings: Partial<Settings> = {},
    readonly store = openStore(null, memoryStore(settings)),
    prefix = "id",
  ) {
    let ids = 0;
    this.node = createNode({ ...SETTINGS, ...settings }, {
      clock: this.clock,
      random: { id: () => `${prefix}${++ids}` },
      passwords: new PasswordChecker(),
      store,
      hostOf,
      configuration: this.configuration,
      onRestart: () => this.restarts++,
      log: this.log,
      onBroken(error) {
        throw error;
      },
    });
  }

  /** A new connection that has said nothing. */
  open(address?: string, host?: string): TestPeer {
    return new TestPeer(this.node, address, host);
  }

  /** A registered user; what the others see of the arrival is theirs to take. */
  user(nick: string, capabilities: readonly string[] = []): TestPeer {
    return this.open().register(nick, capabilities);
  }

  connect(): Promise<TestPeer> {
    return Promise.resolve(this.open());
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Settings from the strings of a transcript. */
export function settingsFrom(given: ReadonlyMap<string, string>): Partial<Settings> {
  const settings: Record<string, unknown> = {};
  for (const [key, value] of given) {
    const name = key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    if (!(name in SETTINGS)) throw new Error(`No setting "${key}"`);
    if (name === "motd") settings[name] = value.split("|");
    else if (name === "userModes") settings[name] = [...value];
    else if (name === "trustedProxies") settings[name] = value.split(",").map(parseRange);
    else {settings[name] = typeof SETTINGS[name as keyof Settings] === "number"
        ? Number(value)
        : value;}
  }
  return settings;
}
