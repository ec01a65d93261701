/** What tests of the client share: a session that has been welcomed, and messages from text. */

import type { Clock } from "../../../client/clock.ts";
import type { ViewEvent } from "../../../client/events.ts";
import { History, type Outcome } from "../../../client/history.ts";
import { Outgoing } from "../../../client/outgoing.ts";
import { Memory } from "../../../client/memory.ts";
import { newSession, receive, type SessionState } from "../../../client/session.ts";
import { lines, PLAIN_LOOK } from "../../../client/view.ts";
import { isParseFailure, type Message, parseMessage } from "../../../protocol/message.ts";

/** A line as a message. */
export function message(line: string): Message {
  const parsed = parseMessage(line);
  if (isParseFailure(parsed)) throw new TypeError(`Not a message: ${line}`);
  return parsed;
}

/** The own mask of `welcomed`. */
export const MASK = "alice!~alice@abcdefghijklmnop.cloaked";

/** alice in the lobby, with bob, and every capability that changes what the client does. */
export function welcomed(
  capabilities: readonly string[] = ["echo-message", "labeled-response"],
): SessionState {
  const state = newSession("alice", { notices: true, exitWord: true });
  for (const name of capabilities) state.capabilities.add(name);
  take(
    state,
    ":chat 001 alice :Welcome",
    ":chat 376 alice :End",
    `:${MASK} JOIN #lobby`,
    ":chat 353 alice = #lobby :alice bob",
    ":chat 366 alice #lobby :End",
  );
  return state;
}

/** Takes lines in; returns what there is to show. */
export function take(state: SessionState, ...texts: readonly string[]): ViewEvent[] {
  return texts.flatMap((text) => receive(state, message(text)));
}

/** The same, as plain mode shows it. */
export function plain(state: SessionState, ...texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const events = receive(state, message(text));
    const current = state.targets.current?.name ?? null;
    return events.flatMap((event) => lines(event, { ...PLAIN_LOOK, current }));
  });
}

/** A clock that stands still until the test moves it. */
export class StillClock implements Clock {
  #now = 0;
  #due: { readonly at: number; readonly run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const entry = { at: this.#now + ms, run };
    this.#due.push(entry);
    return () => this.#due = this.#due.filter((other) => other !== entry);
  }

  /** When it calls back next, if ever. */
  get next(): number | undefined {
    return this.#due.toSorted((a, b) => a.at - b.at)[0]?.at;
  }

  /** Moves on. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (let at = this.next; at !== undefined && at <= end; at = this.next) {
      const entry = this.#due.find((entry) => entry.at === at)!;
      this.#due.splice(this.#due.indexOf(entry), 1);
      this.#now = at;
      entry.run();
    }
    this.#now = end;
  }
}

/** What alice says over one connection, whose server's lines the test writes. */
export class ScriptedOutgoing {
  readonly state: SessionState;
  readonly clock: StillClock = new StillClock();
  readonly outgoing: Outgoing;
  readonly #sent: string[] = [];
  readonly #shown: string[] = [];

  constructor(
    capabilities: readonly string[] = ["echo-message", "labeled-response"],
    interactive = true,
  ) {
    this.state = welcomed(capabilities);
    this.outgoing = new Outgoing({
      state: this.state,
      clock: this.clock,
      interactive,
      send: (line) => this.#sent.push(line),
      show: (event) => this.#show(event),
    });
  }

  #show(event: ViewEvent): void {
    this.#shown.push(...lines(event, { ...PLAIN_LOOK, current: "#lobby" }));
  }

  /** Takes in lines of the server. */
  take(...texts: readonly string[]): this {
    for (const text of texts) {
      for (const event of receive(this.state, message(text))) this.#show(event);
      this.outgoing.follow(message(text));
    }
    return this;
  }

  /** What was sent since it was last looked at. */
  get sent(): string[] {
    return this.#sent.splice(0);
  }

  /** What was shown since it was last looked at. */
  get shown(): string[] {
    return this.#shown.splice(0);
  }
}

/** All that the client needs to know what was said before. */
export const HISTORY_CAPABILITIES =
  "message-tags server-time batch echo-message labeled-response draft/chathistory " +
  "draft/read-marker soju.im/search";

/** One connection of alice with its history, whose server's lines the test writes. */
export class ScriptedHistory {
  readonly state: SessionState = newSession("alice", { notices: true, exitWord: true });
  readonly history: History;
  /** What was sent and shown since it was last looked at. */
  readonly #sent: string[] = [];
  readonly #shown: string[] = [];

  /** `memory` is what the connection before this has left. */
  constructor(setup: {
    readonly capabilities?: string;
    readonly memory?: Memory;
    readonly lines?: number;
    readonly isBack?: boolean;
  } = {}) {
    const {
      capabilities = HISTORY_CAPABILITIES,
      memory = new Memory(),
      lines = 20,
      isBack = false,
    } = setup;
    for (const name of capabilities.split(" ")) this.state.capabilities.add(name);
    this.history = new History(this.state, memory, { lines, isBack });
  }

  /** Takes in lines of the server; `t=1` stands for the time and id of the first second. */
  take(...texts: readonly string[]): this {
    for (const text of texts) {
      const line = text.replace(
        /\bt=(\d+)/,
        (_, second: string) => `time=${timeOf(Number(second))};msgid=m${second}`,
      );
      this.did(this.history.take(message(line)));
    }
    return this;
  }

  /** Writes down what came of something. */
  did({ events, lines: sent }: Outcome): this {
    this.#sent.push(...sent);
    for (const event of events) {
      this.#shown.push(...lines(event, { ...PLAIN_LOOK, current: "#tea" }));
    }
    return this;
  }

  /** What was sent, without the PINGs that only tell when an answer does not come. */
  get sent(): string[] {
    return this.#sent.splice(0).filter((line) => !line.startsWith("PING "));
  }

  /** What was sent, all of it. */
  get everythingSent(): string[] {
    return this.#sent.splice(0);
  }

  /** What was shown; times as `[t]`. */
  get shown(): string[] {
    return this.#shown.splice(0).map((line) => line.replace(/^\[\d{4}-.{11}\]/, "[t]"));
  }
}

/** A time, so many seconds after noon. */
export function timeOf(second: number): string {
  return new Date(Date.UTC(2026, 10, 20, 12, 0, second)).toISOString();
}

/** Waits, but not for ever. @throws When it takes too long. */
export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited in vain for ${what}`)), 15_000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A server whose every line the test writes. */
export class FakeServer implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #peers: FakePeer[] = [];

  /** Where it listens. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** The next connection. */
  async accept(): Promise<FakePeer> {
    const peer = new FakePeer(await within(this.#listener.accept(), "a connection"));
    this.#peers.push(peer);
    return peer;
  }

  /** The next connection, welcomed as `nick` into the lobby; its answers to PING are given. */
  async welcome(nick: string, capabilities = "echo-message labeled-response"): Promise<FakePeer> {
    const peer = await this.accept();
    await peer.welcome(nick, capabilities);
    return peer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const peer of this.#peers) peer.close();
    await Promise.all(this.#peers.map((peer) => peer.over));
  }
}

/** One connection to a `FakeServer`. */
export class FakePeer {
  readonly #conn: Deno.Conn;
  readonly #lines: string[] = [];
  #wake: () => void = () => {};
  #ended = false;
  #sending: Promise<void> = Promise.resolve();
  /** Settles when the client is gone. */
  readonly over: Promise<void>;

  /** Begins to read. */
  constructor(conn: Deno.Conn) {
    this.#conn = conn;
    if (conn.remoteAddr.transport === "tcp") (conn as Deno.TcpConn).setNoDelay(true);
    this.over = this.#read();
  }

  /** Waits for a line that begins so; those before it are taken too. `null`: the client is gone. */
  async until(beginning: string): Promise<string | null> {
    for (;;) {
      const line = this.#lines.shift();
      if (line?.startsWith(beginning)) return line;
      if (line !== undefined) continue;
      if (this.#ended) return null;
      await within(new Promise<void>((resolve) => this.#wake = resolve), beginning);
    }
  }

  /** The same, and those before it. */
  async before(beginning: string): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const line = this.#lines.shift();
      if (line?.startsWith(beginning) || (line === undefined && this.#ended)) return lines;
      if (line !== undefined) lines.push(line);
      else await within(new Promise<void>((resolve) => this.#wake = resolve), beginning);
    }
  }

  /** Welcomes a client as `nick` into the lobby. */
  async welcome(nick: string, capabilities: string): Promise<void> {
    await this.until("CAP LS");
    this.send(`:chat CAP * LS :${capabilities}`);
    const wanted = capabilities === "" ? "CAP END" : "CAP REQ";
    await this.until(wanted);
    if (capabilities !== "") {
      this.send(`:chat CAP * ACK :${capabilities}`);
      await this.until("CAP END");
    }
    this.send(
      `:chat 001 ${nick} :Welcome`,
      `:chat 376 ${nick} :End`,
      `:${nick}!~u@h JOIN #lobby`,
    );
    await this.until("PING chatd-banner");
    this.send(":chat PONG chat chatd-banner");
  }

  /** Writes lines. */
  send(...lines: readonly string[]): void {
    this.sendBytes(new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join("")));
  }

  /** Writes bytes as they are. */
  sendBytes(bytes: Uint8Array): void {
    this.#sending = this.#sending.then(async () => {
      for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
    }).catch(() => {}); // The reader sees that the client is gone.
  }

  /** Closes once all is written. */
  async finish(): Promise<void> {
    await this.#sending;
    this.close();
  }

  /** Closes without a word. */
  close(): void {
    try {
      this.#conn.close();
    } catch {
      // Closed already.
    }
  }

  async #read(): Promise<void> {
    let rest = "";
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(4096);
    try {
      for (;;) {
        const count = await this.#conn.read(buffer);
        if (count === null) break;
        const lines = (rest + decoder.decode(buffer.subarray(0, count), { stream: true })).split(
          "\r\n",
        );
        rest = lines.pop() ?? "";
        this.#lines.push(...lines);
        this.#wake();
      }
    } catch {
      // Reset by the client, or closed here.
    }
    this.#ended = true;
    this.close();
    this.#wake();
  }
}
