/**
 * The daemon as its users have it: a process of its own, and sockets to it. Nothing here sleeps: it waits for what is
 * written, for an answer to PING, or for the end.
 *
 * @module
 */
import { Framer, SERVER_LIMITS } from "../../protocol/mod.ts";
import { PATIENCE_MS, soon } from "./patience.ts";
import type { Host, Peer } from "./transcript.ts";
import { assertValidLine } from "./valid.ts";

const ROOT = new URL("../../", import.meta.url);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The flags of `deno run` in the task `chatd`, so that tests run with the permissions that users have. */
export async function programFlags(): Promise<string[]> {
  const manifest = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const command: string = manifest.tasks.chatd.command;
  return command.split(" ").slice(1);
}

/** How a program is started. */
export interface ProgramOptions extends Deno.CommandOptions {
  /** How many files it may have open. */
  readonly files?: number;
}

/** Starts the program with these arguments. */
export async function startProgram(
  args: readonly string[],
  { files, ...options }: ProgramOptions = {},
): Promise<Deno.ChildProcess> {
  const command = [Deno.execPath(), ...await programFlags(), ...args];
  if (files !== undefined) command.unshift("sh", "-c", `ulimit -n ${files}; exec "$0" "$@"`);
  return new Deno.Command(command[0] as string, {
    args: command.slice(1),
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...options,
    // Nobody's data is touched; a test that wants a file says which.
    env: { CHATD_EPHEMERAL: "on", ...options.env },
  }).spawn();
}

/** Collects what a stream says, and lets a test wait for it. */
export class Transcription {
  text = "";
  #isDone = false;
  #waiting: (() => void)[] = [];
  readonly done: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.done = this.#read(stream);
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of stream) {
      this.text += decoder.decode(chunk, { stream: true });
      this.#wake();
    }
    this.#isDone = true;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Waits until the text from `from` on holds the pattern, and gives the text from there. */
  until(pattern: string | RegExp, from = 0, patienceMs = PATIENCE_MS): Promise<string> {
    return soon(String(pattern), this.#find(pattern, from), () => this.text, patienceMs);
  }

  async #find(pattern: string | RegExp, from: number): Promise<string> {
    for (;;) {
      const rest = this.text.slice(from);
      if (typeof pattern === "string" ? rest.includes(pattern) : pattern.test(rest)) return rest;
      if (this.#isDone) throw new Error(`The end came before ${pattern}:\n${this.text}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

/** A daemon that runs as a process on a free port of 127.0.0.1. */
export class Daemon implements Host {
  readonly child: Deno.ChildProcess;
  readonly port: number;
  readonly log: Transcription;
  readonly out: Transcription;
  /** Whether each line to a peer is held against the grammar: not where the time of lines is what is looked at. */
  isChecking = true;

  readonly #peers: RawPeer[] = [];

  private constructor(
    child: Deno.ChildProcess,
    port: number,
    log: Transcription,
    out: Transcription,
  ) {
    this.child = child;
    this.port = port;
    this.log = log;
    this.out = out;
  }

  /** Starts a daemon and waits until it listens. */
  static async start(
    args: readonly string[] = [],
    options: ProgramOptions = {},
  ): Promise<Daemon> {
    const child = await startProgram([
      "serve",
      "--listen",
      "127.0.0.1:0",
      "--flood-rate",
      "0",
      ...args,
    ], options);
    const log = new Transcription(child.stderr);
    const out = new Transcription(child.stdout);
    const said = await log.until(/listening on 127\.0\.0\.1:\d+/);
    const port = Number(/listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
    return new Daemon(child, port, log, out);
  }

  /** A new connection that has said nothing. */
  async connect(): Promise<RawPeer> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    const peer = new RawPeer(conn, this.isChecking);
    this.#peers.push(peer);
    return peer;
  }

  /** A registered user, in the lobby if there is one. */
  async user(nick: string, capabilities: readonly string[] = []): Promise<RawPeer> {
    const peer = await this.connect();
    if (capabilities.length > 0) peer.send(`CAP REQ :${capabilities.join(" ")}`);
    peer.send(`NICK ${nick}`);
    peer.send(`USER ${nick === "*" ? "guest" : nick} 0 * :${nick}`);
    if (capabilities.length > 0) peer.send("CAP END");
    await peer.receive();
    return peer;
  }

  /** Ends it as an operator would, when nobody looks any more, and tells its exit code: it need not wait for who does not read. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<number> {
    for (const peer of this.#peers) peer.close();
    try {
      this.child.kill(signal);
    } catch { /* it has ended already */ }
    const ended = Promise.all([this.child.status, this.log.done, this.out.done]);
    const [{ code }] = await soon(`the end of the daemon by ${signal}`, ended, () => this.log.text);
    return code;
  }

  async close(): Promise<void> {
    await this.stop();
  }
}

let barriers = 0;
/** How long a line is waited for that never comes: it may be the last of many. And how many others are shown then. */
const LINE_PATIENCE_MS = 30_000;
const SHOWN = 20;

/** One raw connection to a server. */
export class RawPeer implements Peer {
  readonly conn: Deno.TcpConn;
  readonly #framer = new Framer(SERVER_LIMITS);
  readonly #buffer = new Uint8Array(64 * 1024);
  readonly #isChecking: boolean;
  #lines: string[] = [];
  /** What is being sent, one write after the other. */
  #sending: Promise<void> = Promise.resolve();
  closed = false;

  constructor(conn: Deno.TcpConn, isChecking = true) {
    this.conn = conn;
    this.#isChecking = isChecking;
    conn.setNoDelay(true);
  }

  /** Sends a line. */
  send(line: string): void {
    this.sendBytes(encoder.encode(line + "\r\n"));
  }

  /** Sends bytes as they are. */
  sendBytes(bytes: Uint8Array): void {
    this.#sending = this.#sending.then(async () => {
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.conn.write(rest));
    }).catch(() => {}); // the reader sees that it is closed
  }

  /** Settles when all that was sent has left. */
  sent(): Promise<void> {
    return this.#sending;
  }

  /** All lines since the last call, up to the server's answer to a PING sent now, or to the end. */
  async receive(): Promise<string[]> {
    const token = `barrier-${++barriers}`;
    this.send(`PING ${token}`);
    const isAnswer = (line: string): boolean => line.endsWith(` ${token}`) && / PONG /.test(line);
    const lines = await this.until(isAnswer, "an answer to PING");
    return lines.filter((line) => !line.endsWith(` ${token}`));
  }

  /** All lines since the last call, up to one that is wanted; or to the end of the connection. */
  until(
    isWanted: (line: string) => boolean,
    what = `a line for which ${isWanted}`,
  ): Promise<string[]> {
    const seen = (): string => this.#lines.slice(-SHOWN).join("\n");
    return soon(what, this.#find(isWanted), seen, LINE_PATIENCE_MS);
  }

  async #find(isWanted: (line: string) => boolean): Promise<string[]> {
    for (;;) {
      const index = this.#lines.findIndex(isWanted);
      if (index >= 0) return this.#lines.splice(0, index + 1);
      if (this.closed) return this.#lines.splice(0);
      await this.#read();
    }
  }

  async #read(): Promise<void> {
    try {
      const count = await this.conn.read(this.#buffer);
      if (count === null) this.closed = true;
      else this.#framer.push(this.#buffer.subarray(0, count));
    } catch {
      this.closed = true;
    }
    if (this.closed) return;
    for (let line = this.#framer.next(); line !== null; line = this.#framer.next()) {
      if (typeof line !== "string") {
        throw new Error(`The server sent what is no line: ${line.failure}`);
      }
      if (this.#isChecking) assertValidLine(line);
      this.#lines.push(line);
    }
  }

  /** Goes without a word. */
  close(): void {
    this.closed = true;
    try {
      this.conn.close();
    } catch { /* it is closed already */ }
  }
}
