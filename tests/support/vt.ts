/**
 * A terminal's screen in memory: enough of one to see what a person would see. Knows what a line
 * editor writes; refuses anything else, so that a test notices it.
 * @module
 */

import stringWidth from "string-width";

const SEGMENTER = new Intl.Segmenter();
const CONTINUES = "";

/** Rows of cells, a cursor, and the rows that scrolled away. */
export class VirtualScreen {
  /** Modes that programs switched (`?2004` …) and left on. */
  readonly modes: Set<string> = new Set();
  /** Sequences that are not known here. Empty after a well-behaved program. */
  readonly unknown: string[] = [];
  #columns: number;
  #rows: number;
  #lines: string[][] = [];
  #scrolled: string[] = [];
  #row = 0;
  #column = 0;
  /** The last column was written: the next character begins a new row. */
  #wrapNext = false;
  #rest = "";

  /** An empty screen. */
  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
    this.clear();
  }

  /** Takes everything away, scrollback too. */
  clear(): void {
    this.#lines = Array.from({ length: this.#rows }, () => []);
    this.#scrolled = [];
    this.#row = 0;
    this.#column = 0;
    this.#wrapNext = false;
  }

  /** Another size. What stands there is kept as xterm keeps it: rows are cut, none is broken anew. */
  resize(columns: number, rows: number): void {
    this.#columns = columns;
    this.#rows = rows;
    while (this.#lines.length > rows) {
      if (this.#row === 0) this.#lines.pop();
      else this.#scroll();
    }
    while (this.#lines.length < rows) this.#lines.push([]);
    for (const line of this.#lines) line.length = Math.min(line.length, columns);
    this.#column = Math.min(this.#column, columns - 1);
    this.#wrapNext = false;
  }

  /** Scrollback and screen, without blanks at the ends of rows and empty rows at the end. */
  get text(): string {
    return [...this.#scrolled, ...this.#lines.map(shown)].join("\n").trimEnd();
  }

  /** The rows on the screen, from the top. */
  get rows(): readonly string[] {
    return this.#lines.map(shown);
  }

  /** The row that the cursor is in, and the cell. */
  get cursor(): { readonly line: string; readonly column: number } {
    return { line: shown(this.#lines[this.#row]!), column: this.#column };
  }

  /** Takes what a program wrote. */
  write(text: string): void {
    let rest = this.#rest + text;
    this.#rest = "";
    while (rest !== "") {
      // deno-lint-ignore no-control-regex -- these are what a terminal reads
      const plain = /^[^\x00-\x1f\x7f]+/.exec(rest)?.[0];
      if (plain !== undefined) {
        for (const { segment } of SEGMENTER.segment(plain)) this.#put(segment);
        rest = rest.slice(plain.length);
      } else if (rest.startsWith("\x1b")) {
        // deno-lint-ignore no-control-regex -- these are what a terminal reads
        const sequence = /^\x1b(?:\[[0-?]*[ -/]*[@-~]|[^[])/.exec(rest)?.[0];
        if (sequence === undefined) {
          this.#rest = rest;
          return;
        }
        this.#sequence(sequence);
        rest = rest.slice(sequence.length);
      } else {
        this.#control(rest.charAt(0));
        rest = rest.slice(1);
      }
    }
  }

  #put(segment: string): void {
    const cells = stringWidth(segment);
    if (this.#wrapNext || this.#column + cells > this.#columns) {
      this.#column = 0;
      this.#newline();
    }
    const line = this.#lines[this.#row]!;
    while (line.length < this.#column) line.push(" ");
    line[this.#column] = segment;
    for (let cell = 1; cell < cells; cell++) line[this.#column + cell] = CONTINUES;
    this.#column += cells;
    this.#wrapNext = this.#column >= this.#columns;
    if (this.#wrapNext) this.#column = this.#columns - 1;
  }

  #control(char: string): void {
    if (char === "\r") this.#column = 0;
    else if (char === "\n") this.#newline();
    else if (char === "\b") this.#column = Math.max(0, this.#column - 1);
    else if (char !== "\x07" && char !== "\0") this.unknown.push(JSON.stringify(char));
    this.#wrapNext = false;
  }

  #newline(): void {
    this.#wrapNext = false;
    if (this.#row < this.#rows - 1) this.#row++;
    else this.#scroll();
  }

  #scroll(): void {
    this.#scrolled.push(shown(this.#lines.shift()!));
    if (this.#lines.length < this.#rows) this.#lines.push([]);
    else this.#row = Math.max(0, this.#row - 1);
  }

  #sequence(sequence: string): void {
    const final = sequence.at(-1)!;
    const params = sequence.slice(2, -1);
    const count = Math.max(1, Number.parseInt(params) || 1);
    this.#wrapNext = false;
    switch (sequence.startsWith("\x1b[") ? final : "") {
      case "A":
        this.#row = Math.max(0, this.#row - count);
        break;
      case "C":
        this.#column = Math.min(this.#columns - 1, this.#column + count);
        break;
      case "H":
        this.#row = 0;
        this.#column = 0;
        break;
      case "J":
        if (params === "2") this.#lines = this.#lines.map(() => []);
        else {
          this.#lines[this.#row]!.length = Math.min(this.#column, this.#lines[this.#row]!.length);
          for (let row = this.#row + 1; row < this.#rows; row++) this.#lines[row] = [];
        }
        break;
      case "K":
        this.#lines[this.#row]!.length = Math.min(this.#column, this.#lines[this.#row]!.length);
        break;
      case "h":
        this.modes.add(params);
        break;
      case "l":
        this.modes.delete(params);
        break;
      case "m":
        break;
      default:
        this.unknown.push(JSON.stringify(sequence));
    }
  }
}

function shown(line: readonly string[]): string {
  return line.join("").trimEnd();
}
