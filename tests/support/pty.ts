/**
 * A real pseudo-terminal for tests, by `script` of util-linux: a program believes that a person sits
 * there, and the test sees what that person would see. No sleeping: wait for what must appear.
 * @module
 */

import { PATIENCE_MS } from "./patience.ts";
import { VirtualScreen } from "./vt.ts";

/** How a program is started in a terminal. */
export interface PtyOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const ENCODER = new TextEncoder();

/** A program in a terminal. Use with `await using`: what is still running is ended. */
export class Pty implements AsyncDisposable {
  /** The terminal as a person sees it, with its scrollback. */
  readonly screen: VirtualScreen;
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #raw = "";
  #ended = false;
  #changed: (() => void)[] = [];

  private constructor(process: Deno.ChildProcess, columns: number, rows: number) {
    this.screen = new VirtualScreen(columns, rows);
    this.#process = process;
    this.#input = process.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** Starts a program; settles when it is about to run. */
  static async start(command: readonly string[], options: PtyOptions = {}): Promise<Pty> {
    const { columns = 80, rows = 24, cwd, env = {} } = options;
    const script = [
      `stty cols ${columns} rows ${rows}`,
      'printf "tty=%s\\nbefore=%s\\n" "$(tty)" "$(stty -g)"',
      // The inner shell becomes the program, so that its number is the program's.
      `sh -c 'printf "pid=%s\\nbegin\\n" $$; exec "$@"' sh ${command.map(quote).join(" ")}`,
      "code=$?",
      'printf "\\nafter=%s\\n" "$(stty -g)"',
      "exit $code",
    ].join("; ");
    const process = new Deno.Command("script", {
      args: ["-qfec", script, "/dev/null"],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      env: { TERM: "xterm-256color", SHELL: "/bin/sh", CHATD_EPHEMERAL: "on", ...env },
      ...(cwd === undefined ? {} : { cwd }),
    }).spawn();
    const pty = new Pty(process, columns, rows);
    await pty.#until(() => /^begin\r?$/m.test(pty.#raw), "the program's start");
    pty.screen.clear();
    pty.screen.write(pty.#raw.slice(pty.#raw.indexOf("begin") + "begin".length).trimStart());
    pty.#begun = true;
    return pty;
  }

  #begun = false;

  /** Everything that was written to the terminal, as it was written. */
  get raw(): string {
    return this.#raw;
  }

  /** The program's number, to send it a signal. */
  get pid(): number {
    return Number(this.#field("pid"));
  }

  /** The terminal's modes before the program ran, as `stty -g` tells them. */
  get modesBefore(): string {
    return this.#field("before");
  }

  /** The same after it; waits for its end. */
  async modesAfter(): Promise<string> {
    await this.#until(() => this.#ended, "the program's end");
    return this.#field("after");
  }

  /** Types keys. */
  async type(keys: string): Promise<void> {
    await this.#input.write(ENCODER.encode(keys));
  }

  /** Waits until the terminal shows this, scrollback included; blanks at its end do not count. @throws With the screen, after a while. */
  async waitFor(wanted: string | RegExp, patienceMs: number = PATIENCE_MS): Promise<void> {
    await this.#until(
      () => {
        const text = this.screen.text;
        return typeof wanted === "string" ? text.includes(wanted.trimEnd()) : wanted.test(text);
      },
      String(wanted),
      patienceMs,
    );
  }

  /** Makes the window another size; the program gets SIGWINCH. Settles when the terminal has it. */
  async resize(columns: number, rows: number): Promise<void> {
    this.screen.resize(columns, rows);
    await new Deno.Command("stty", {
      args: ["-F", this.#field("tty"), "cols", String(columns), "rows", String(rows)],
    }).output();
  }

  /** The program's exit code (128 and more: ended by a signal). */
  async exitCode(): Promise<number> {
    await this.#until(() => this.#ended, "the program's end");
    return (await this.#process.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) {
      try {
        this.#process.kill("SIGKILL");
      } catch {
        // It ended meanwhile.
      }
    }
    await this.#reading;
    await this.#process.status;
    await this.#input.close().catch(() => {});
  }

  #field(name: string): string {
    const found = new RegExp(`^${name}=(.*?)\\r?$`, "m").exec(this.#raw)?.[1];
    if (found === undefined) throw new Error(`The terminal has not told "${name}":\n${this.#raw}`);
    return found;
  }

  async #read(): Promise<void> {
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      this.#raw += text;
      if (this.#begun) this.screen.write(text);
      this.#notify();
    }
    this.#ended = true;
    this.#notify();
  }

  #notify(): void {
    for (const changed of this.#changed.splice(0)) changed();
  }

  async #until(holds: () => boolean, what: string, patienceMs = PATIENCE_MS): Promise<void> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#notify();
    }, patienceMs);
    try {
      while (!holds()) {
        if (late || this.#ended) {
          const why = late ? `not within ${patienceMs} ms` : "the program ended";
          throw new Error(`Waited for ${what}: ${why}. The screen:\n${this.screen.text}`);
        }
        await new Promise<void>((resolve) => this.#changed.push(resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A word for the shell inside a double-quoted script. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
