/**
 * People in a chat: `chatd join` on pipes and in terminals, and connections of their own, round one daemon. Nothing here
 * sleeps: a line is waited for, or it is known not to come, since the answer to a later question is here.
 *
 * @module
 */
import manifest from "../../deno.json" with { type: "json" };
import { Daemon, type RawPeer, startProgram, Transcription } from "./daemon.ts";
import { soon } from "./patience.ts";
import { Pty, type PtyOptions } from "./pty.ts";

const ROOT = new URL("../../", import.meta.url);
const encoder = new TextEncoder();
let barriers = 0;

/** The words that start the program as its task does, to be run in the project's folder. */
export function programCommand(args: readonly string[]): string[] {
  return [Deno.execPath(), ...manifest.tasks.chatd.command.split(" ").slice(1), ...args];
}

/** Whether a program can be run in a terminal here: by `script` of util-linux. */
const hasTerminal = await (async () => {
  try {
    const { stdout } = await new Deno.Command("script", { args: ["--version"] }).output();
    return new TextDecoder().decode(stdout).includes("util-linux");
  } catch {
    return false;
  }
})();

/** A test that needs a terminal. Where there is none it is ignored, and says so. */
export function terminalTest(name: string, fn: () => Promise<void>): void {
  const why = hasTerminal ? "" : " (IGNORED: script of util-linux is not installed)";
  Deno.test({ name: name + why, ignore: !hasTerminal, fn });
}

/** A test that sends signals, which are not the same on Windows. */
export function signalTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os === "windows", fn });
}

/** Starts the program in a terminal. */
export function startInTerminal(
  args: readonly string[],
  options: PtyOptions = {},
): Promise<Pty> {
  return Pty.start(programCommand(args), { cwd: ROOT.pathname, ...options });
}

/** What a program said until its end. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program to its end, with this on its standard input. */
export async function runProgram(args: readonly string[], input = ""): Promise<Outcome> {
  const child = await startProgram(args, { stdin: "piped" });
  const writer = child.stdin.getWriter();
  // It may end without reading.
  await writer.write(encoder.encode(input)).then(() => writer.close()).catch(() => {});
  const { code, stdout, stderr } = await soon(`the end of ${args.join(" ")}`, child.output());
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** `chatd join` on pipes. */
export class Join implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  /** All that it printed. */
  readonly out: Transcription;
  readonly errors: Transcription;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  #seen = 0;

  private constructor(child: Deno.ChildProcess) {
    this.child = child;
    this.out = new Transcription(child.stdout);
    this.errors = new Transcription(child.stderr);
    this.#input = child.stdin.getWriter();
  }

  /** Starts it; settles at once. */
  static async start(args: readonly string[]): Promise<Join> {
    return new Join(await startProgram(["join", ...args], { stdin: "piped" }));
  }

  /** Types a line. */
  async type(line: string): Promise<void> {
    const written = this.#input.write(encoder.encode(`${line}\n`));
    await soon(`"${line}" to be read`, written, () => this.out.text);
  }

  /** Waits for a whole line. Returns the lines since those that were returned last, up to it. */
  async until(line: string): Promise<string[]> {
    const rest = await this.out.until(`${line}\n`, this.#seen).catch((error) => {
      throw new Error(`${error.message}\n${this.errors.text}`);
    });
    const at = `\n${rest}`.indexOf(`\n${line}\n`);
    if (at < 0) throw new Error(`A line only holds "${line}":\n${rest}`);
    return this.#take(rest.slice(0, at + line.length + 1));
  }

  /** The lines since those that were returned last, up to now: to the answer to a question that it asks the server. */
  async lines(): Promise<string[]> {
    const nobody = `nobody-${++barriers}`;
    await this.type(`/dm ${nobody} are you there?`);
    return (await this.until(`server: User "${nobody}" is not connected to the server.`)).slice(
      0,
      -1,
    );
  }

  /** The lines since those that were returned last, up to the end of the program. */
  async rest(): Promise<string[]> {
    await soon("the end of what is said", this.out.done, () => this.out.text);
    return this.#take(this.out.text.slice(this.#seen));
  }

  #take(text: string): string[] {
    this.#seen += text.length;
    return text.split("\n").slice(0, -1);
  }

  /** Ends its standard input. */
  async closeInput(): Promise<void> {
    await this.#input.close();
  }

  /** Sends it a signal. */
  kill(signal: Deno.Signal): void {
    this.child.kill(signal);
  }

  /** Its exit code, once it has ended. */
  async exitCode(): Promise<number> {
    const { code } = await soon("the end", this.child.status, () => this.out.text);
    await Promise.all([this.out.done, this.errors.done]);
    return code;
  }

  /** Ends it whether it wants to or not. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#input.close().catch(() => {});
    await this.exitCode();
  }
}

/** One daemon and all who come to it. Use with `await using`. */
export class TestChat implements AsyncDisposable {
  readonly daemon: Daemon;
  readonly #people: AsyncDisposable[] = [];
  readonly #peers: RawPeer[] = [];

  private constructor(daemon: Daemon) {
    this.daemon = daemon;
  }

  /** Starts the daemon with further flags of `chatd serve`. */
  static async start(
    args: readonly string[] = [],
    options: Deno.CommandOptions = {},
  ): Promise<TestChat> {
    return new TestChat(await Daemon.start(args, options));
  }

  /** HOST:PORT of the daemon. */
  get address(): string {
    return `127.0.0.1:${this.daemon.port}`;
  }

  /** Somebody who joins on pipes, without banner, and is in the lobby. An empty name leaves it to the server. */
  async join(nick: string, args: readonly string[] = []): Promise<Join> {
    const name = nick === "" ? [] : ["--nick", nick];
    const join = await Join.start([this.address, "--plain", "--quiet", ...name, ...args]);
    this.#people.push(join);
    await join.lines();
    return join;
  }

  /** Several who join, one after the other; none has heard of the others' coming when it is returned. */
  async joinAll(...nicks: readonly string[]): Promise<Join[]> {
    const joins: Join[] = [];
    for (const nick of nicks) joins.push(await this.join(nick));
    for (const join of joins) await join.lines();
    return joins;
  }

  /** Somebody who joins in a terminal, without banner, and is in the lobby. */
  async joinInTerminal(
    nick: string,
    args: readonly string[] = [],
    options: PtyOptions = {},
  ): Promise<Pty> {
    const pty = await startInTerminal(
      ["join", this.address, "--nick", nick, "--quiet", ...args],
      options,
    );
    this.#people.push(pty);
    await pty.waitFor(`[#lobby] ${nick}>`);
    return pty;
  }

  /** Somebody with another program, in the lobby. */
  async user(nick: string, capabilities: readonly string[] = []): Promise<RawPeer> {
    const peer = await this.daemon.user(nick, capabilities);
    this.#peers.push(peer);
    return peer;
  }

  /** A connection that has said nothing. */
  async connect(): Promise<RawPeer> {
    const peer = await this.daemon.connect();
    this.#peers.push(peer);
    return peer;
  }

  /** Ends all; whatever they did, the daemon must not have broken. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) peer.close();
    for (const person of this.#people.reverse()) await person[Symbol.asyncDispose]();
    await this.daemon.stop();
    const said = this.daemon.log.text + this.daemon.out.text;
    if (/Internal error|internal-error/.test(said)) throw new Error(`The daemon broke:\n${said}`);
  }
}

/** A way to a daemon that can be watched and cut. */
export class Detour implements AsyncDisposable {
  /** Called with what a client sends, before it is passed on; `false` keeps it back. */
  onSent: (bytes: Uint8Array) => boolean = () => true;
  readonly #listener: Deno.TcpListener;
  readonly #port: number;
  readonly #open = new Set<Deno.Conn>();
  readonly #accepting: Promise<void>;
  readonly #passing: Promise<void>[] = [];

  /** Opens a way to this port. */
  constructor(port: number) {
    this.#port = port;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#accepting = this.#accept();
  }

  /** HOST:PORT of its beginning. */
  get address(): string {
    return `127.0.0.1:${this.#listener.addr.port}`;
  }

  async #accept(): Promise<void> {
    try {
      for await (const near of this.#listener) {
        const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#port });
        this.#open.add(near).add(far);
        this.#passing.push(
          this.#pass(near, far, (bytes) => this.onSent(bytes)),
          this.#pass(far, near, () => true),
        );
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
  }

  async #pass(
    from: Deno.Conn,
    to: Deno.Conn,
    mayPass: (bytes: Uint8Array) => boolean,
  ): Promise<void> {
    const buffer = new Uint8Array(16 * 1024);
    try {
      for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
        let bytes = buffer.subarray(0, count);
        if (!mayPass(bytes)) continue;
        while (bytes.length > 0) bytes = bytes.subarray(await to.write(bytes));
      }
    } catch {
      // One end is gone, and takes the other along.
    }
    this.#close(from);
    this.#close(to);
  }

  #close(conn: Deno.Conn): void {
    if (!this.#open.delete(conn)) return;
    conn.close();
  }

  /** Cuts all connections that lead through it. New ones may come. */
  cut(): void {
    for (const conn of [...this.#open]) this.#close(conn);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    await this.#accepting;
    await Promise.all(this.#passing);
  }
}
