/** What tests of the client share: a session that has been welcomed, and messages from text. */

import type { ViewEvent } from "../../../client/events.ts";
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
    const current = state.current === null ? null : state.rooms.get(state.current)?.name ?? null;
    return events.flatMap((event) => lines(event, { ...PLAIN_LOOK, current }));
  });
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
    const peer = new FakePeer(await this.#listener.accept());
    this.#peers.push(peer);
    return peer;
  }

  /** The next connection, welcomed as `nick` into the lobby; its answers to PING are given. */
  async welcome(nick: string, capabilities = "echo-message labeled-response"): Promise<FakePeer> {
    const peer = await this.accept();
    await peer.until("CAP LS");
    peer.send(`:chat CAP * LS :${capabilities}`);
    const wanted = capabilities === "" ? "CAP END" : "CAP REQ";
    await peer.until(wanted);
    if (capabilities !== "") {
      peer.send(`:chat CAP * ACK :${capabilities}`);
      await peer.until("CAP END");
    }
    peer.send(
      `:chat 001 ${nick} :Welcome`,
      `:chat 376 ${nick} :End`,
      `:${nick}!~u@h JOIN #lobby`,
    );
    await peer.until("PING chatd-banner");
    peer.send(":chat PONG chat chatd-banner");
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

  /** Writes lines. */
  send(...lines: readonly string[]): void {
    const bytes = new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join(""));
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
