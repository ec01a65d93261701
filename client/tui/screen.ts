/**
 * A terminal with one row for typing below what is printed. Printed lines go to the terminal's own
 * scrollback (no alternate screen); the row being typed is taken away, the lines are written and the
 * row is drawn again, all in one write per turn of the event loop. Whatever happens (close, signal,
 * uncaught error, exit), the terminal is left as it was found.
 *
 * What is printed must be safe already: see `text.ts`.
 * @module
 */

import { type Completer, LineEditor, type SecretFinder } from "./editor.ts";
import { KeyDecoder, type KeyEvent } from "./keys.ts";
import { width, wrap } from "./text.ts";

/** Signals that end a program, as far as a terminal is concerned. */
export type EndSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** The terminal itself: what `Terminal` needs of the system. */
export interface TerminalIo {
  /** Reads at least one byte; `null` when the terminal is gone. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes all of it before it returns. @throws When the terminal is gone. */
  write(text: string): void;
  /** Keys one by one, without echo. */
  setRaw(on: boolean): void;
  /** Cells in a row. */
  columns(): number;
  /** Calls `handler` at each `signal`; returns what ends that. Unknown signals are ignored. */
  onSignal(signal: Deno.Signal, handler: () => void): () => void;
  /** Calls `handler` when the program is about to end in any other way; returns what ends that. */
  onEnd(handler: () => void): () => void;
}

/** What a terminal's owner decides. */
export interface TerminalOptions<Begun = undefined> {
  /** Stands before the line being typed. Must be safe to print; styles are allowed. */
  readonly prompt: string;
  /** What Tab offers. */
  readonly complete?: Completer;
  /** What of a line is neither shown nor remembered. */
  readonly secretAt?: SecretFinder;
  /** Enter. A pasted text may hold `\n`: it is one line of input with several lines of text. */
  readonly onLine: (line: string, begun: Begun | undefined) => void;
  /** The first character of a line is typed: what this gives comes with the line. */
  readonly begin?: () => Begun;
  /** What is being typed has changed. */
  readonly onEdited?: () => void;
  /** A paste was left out: it is too long for a line. */
  readonly onOverflow?: () => void;
  /** Ctrl-C on an empty line. */
  readonly onInterrupt: () => void;
  /** Ctrl-D on an empty line. */
  readonly onEof: () => void;
  /** A signal to end, or the terminal is gone (SIGHUP). Without it the program exits at once. */
  readonly onSignal?: (signal: EndSignal) => void;
  /** Default: this process's own terminal. */
  readonly io?: TerminalIo;
}

/** How a question is asked. */
export interface AskOptions {
  /** Shows nothing of what is typed, not even how much it is, and keeps no trace of it. */
  readonly secret?: boolean;
}

interface Question {
  readonly prompt: string;
  readonly editor: LineEditor;
  readonly secret: boolean;
  readonly answer: (line: string | null) => void;
}

const END_SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
/** Cells that a long prompt leaves for what is typed. */
const ANSWER_COLUMNS = 20;
const PASTE_ON = "\x1b[?2004h";
const PASTE_OFF = "\x1b[?2004l";

/** An interactive terminal: lines out above, one line in below. Takes the terminal over at once. */
export class Terminal<Begun = undefined> {
  readonly #options: TerminalOptions<Begun>;
  readonly #io: TerminalIo;
  readonly #editor: LineEditor<Begun>;
  readonly #decoder = new KeyDecoder();
  readonly #undo: (() => void)[] = [];
  #prompt: string;
  #questions: Question[] = [];
  #pending: string[] = [];
  #scheduled = false;
  #closed = false;
  /** The row as it stands on the terminal, or `null` when there is none. */
  #row: { readonly width: number; readonly column: number } | null = null;

  /** Switches the terminal to raw mode and draws the prompt. */
  constructor(options: TerminalOptions<Begun>) {
    this.#options = options;
    this.#io = options.io ?? processTerminal();
    this.#prompt = options.prompt;
    this.#editor = new LineEditor(options.complete, {}, options.secretAt, options.begin);
    this.#undo.push(this.#io.onEnd(() => this.close()));
    for (const signal of Object.keys(END_SIGNALS) as EndSignal[]) {
      this.#undo.push(this.#io.onSignal(signal, () => this.#end(signal)));
    }
    this.#undo.push(this.#io.onSignal("SIGWINCH", () => this.#schedule()));
    this.#undo.push(this.#io.onSignal("SIGCONT", () => this.#resume()));
    this.#io.setRaw(true);
    this.#write(PASTE_ON);
    this.#schedule();
    void this.#read();
  }

  /** Cells in a row. */
  get columns(): number {
    return Math.max(10, this.#io.columns() || 80);
  }

  /** What is being typed. */
  get line(): string {
    return this.#editor.text;
  }

  /** Replaces what is being typed. */
  set line(text: string) {
    this.#editor.set(text);
    this.#schedule();
  }

  /** What there was when the line being typed was begun; `undefined` when it is empty. */
  get begun(): Begun | undefined {
    return this.#editor.begun;
  }

  /** Puts a line back that could not be used, as it was begun. */
  putBack(line: string, begun: Begun | undefined): void {
    this.#editor.putBack(line, begun);
    this.#schedule();
  }

  /** Changes what stands before the line being typed. */
  set prompt(prompt: string) {
    if (prompt === this.#prompt) return;
    this.#prompt = prompt;
    this.#schedule();
  }

  /**
   * Prints a line above the row being typed, broken between words; what continues it begins with
   * `indent` spaces. May hold line ends and styles. After `close` it is printed as it is.
   */
  print(line: string, indent = 0): void {
    if (this.#closed) {
      this.#write(`${line.replaceAll("\n", "\r\n")}\r\n`);
      return;
    }
    for (const part of line.split("\n")) this.#pending.push(...wrap(part, this.columns, indent));
    this.#schedule();
  }

  /**
   * Asks for one line; the line being typed waits. `null` when the user declines (Ctrl-C, Ctrl-D)
   * or the terminal is closed. Questions are asked in order.
   */
  ask(prompt: string, options: AskOptions = {}): Promise<string | null> {
    if (this.#closed) return Promise.resolve(null);
    return new Promise((answer) => {
      const secret = options.secret === true;
      this.#questions.push({ prompt, editor: new LineEditor(), secret, answer });
      this.#schedule();
    });
  }

  /** Writes what is still to be written and gives the terminal back. Again: does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    for (const undo of this.#undo) undo();
    this.#write(this.#eraseRow() + PASTE_OFF);
    try {
      this.#io.setRaw(false);
    } catch {
      // The terminal is gone: there is nothing to restore.
    }
    for (const question of this.#questions.splice(0)) question.answer(null);
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(4096);
    while (!this.#closed) {
      let count: number | null = null;
      try {
        count = await this.#io.read(buffer);
      } catch {
        // A read error and the end of the input mean the same: the terminal is gone.
      }
      if (this.#closed) return;
      if (count === null) break;
      for (const event of this.#decoder.push(buffer.subarray(0, count))) {
        this.#handle(event);
        if (this.#closed) return;
      }
    }
    if (!this.#closed) this.#end("SIGHUP");
  }

  #handle(event: KeyEvent): void {
    const question = this.#questions[0];
    const action = (question?.editor ?? this.#editor).handle(event);
    if (question === undefined) this.#options.onEdited?.();
    this.#schedule();
    if (action === null) return;
    if (action.do === "redraw") {
      this.#flush();
      this.#write("\x1b[H\x1b[2J");
      this.#row = null;
      return;
    }
    if (action.do === "overflow") return this.#options.onOverflow?.();
    if (question !== undefined) {
      const line = action.do === "submit" ? action.line : null;
      this.#questions.shift();
      this.print(`${question.prompt}${line === null || question.secret ? "" : shownLine(line)}`);
      question.answer(line);
    } else if (action.do === "submit") {
      this.#options.onLine(action.line, action.begun);
    } else if (action.do === "interrupt") {
      this.#options.onInterrupt();
    } else {
      this.#options.onEof();
    }
  }

  #end(signal: EndSignal): void {
    if (this.#options.onSignal !== undefined) return this.#options.onSignal(signal);
    this.close();
    Deno.exit(128 + END_SIGNALS[signal]);
  }

  /** After a stop (SIGSTOP, SIGTSTP) the shell has changed the terminal's modes. */
  #resume(): void {
    this.#io.setRaw(false);
    this.#io.setRaw(true);
    this.#row = null;
    this.#write(PASTE_ON);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#closed) return;
    let out = "";
    if (this.#pending.length > 0) {
      out = this.#eraseRow();
      for (const line of this.#pending) out += `${line}\r\n`;
      this.#pending = [];
    }
    this.#write(out + this.#drawRow());
  }

  #drawRow(): string {
    const columns = this.columns;
    // A row that grew or shrank was broken anew by the terminal: take all of it away.
    const begin = this.#row !== null && this.#row.width >= columns ? this.#eraseRow() : "\r";
    const question = this.#questions[0];
    const prompt = clip(
      question?.prompt ?? this.#prompt,
      Math.max(Math.floor(columns / 2), columns - ANSWER_COLUMNS),
    );
    const promptWidth = width(prompt);
    // The last column stays free: a terminal that wraps there would leave rows behind.
    const view = question?.secret === true
      ? { shown: "", column: 0 }
      : (question?.editor ?? this.#editor).view(columns - promptWidth - 1);
    const column = promptWidth + view.column;
    this.#row = { width: promptWidth + width(view.shown), column };
    const move = column === 0 ? "\r" : `\r\x1b[${column}C`;
    return `${begin}${prompt}${view.shown}\x1b[K${move}`;
  }

  #eraseRow(): string {
    if (this.#row === null) return "\r";
    // After the window became narrower the row takes several: go up to its first.
    const up = Math.floor(this.#row.column / this.columns);
    this.#row = null;
    return `${up > 0 ? `\x1b[${up}A` : ""}\r\x1b[J`;
  }

  #write(text: string): void {
    try {
      this.#io.write(text);
    } catch {
      // The terminal is gone; the reader finds out and ends the program in order.
    }
  }
}

function shownLine(line: string): string {
  const editor = new LineEditor();
  editor.set(line);
  return editor.view(width(line) * 2 + 1).shown;
}

/** Shortens a prompt, whose styles end with it. */
function clip(prompt: string, columns: number): string {
  if (width(prompt) <= columns) return prompt;
  // deno-lint-ignore no-control-regex
  const bare = prompt.replace(/\x1b\[[0-9;]*m/g, "");
  let shown = "";
  for (const { segment } of new Intl.Segmenter().segment(bare)) {
    if (width(shown + segment) > columns - 3) break;
    shown += segment;
  }
  return `${shown}…> `;
}

/** This process's own terminal. */
export function processTerminal(): TerminalIo {
  const encoder = new TextEncoder();
  return {
    read: (buffer) => Deno.stdin.read(buffer),
    write(text) {
      const bytes = encoder.encode(text);
      for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
    },
    setRaw: (on) => Deno.stdin.setRaw(on),
    columns() {
      try {
        return Deno.consoleSize().columns;
      } catch {
        return 80;
      }
    },
    onSignal(signal, handler) {
      try {
        Deno.addSignalListener(signal, handler);
      } catch {
        // Not every system has every signal.
        return () => {};
      }
      return () => Deno.removeSignalListener(signal, handler);
    },
    onEnd(handler) {
      for (const type of END_EVENTS) addEventListener(type, handler);
      return () => {
        for (const type of END_EVENTS) removeEventListener(type, handler);
      };
    },
  };
}

const END_EVENTS = ["error", "unhandledrejection", "unload"] as const;
