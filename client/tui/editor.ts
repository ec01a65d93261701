/**
 * The line being typed: pure, no terminal. Takes key events, keeps text, cursor, history and the
 * last killed text, and says what the user wants done. Positions are UTF-16 offsets that always lie
 * between two grapheme clusters.
 * @module
 */

import type { KeyEvent } from "./keys.ts";
import { HIDDEN, width } from "./text.ts";

/** What may stand in place of the text from `from` to the cursor. */
export interface Completion {
  readonly from: number;
  /** Whole replacements, in the order in which Tab offers them, with what should follow (`" "`). */
  readonly candidates: readonly string[];
}

/** Offers completions for the text before `cursor`. */
export type Completer = (line: string, cursor: number) => Completion | null;

/** Tells where in a line begins what nobody may see; `null` if nothing is secret. */
export type SecretFinder = (line: string) => number | null;

/** What the user asked for with a key, beyond editing. */
export type EditorAction<Begun = undefined> =
  /** `begun`: what there was when the first character of the line was typed. */
  | { readonly do: "submit"; readonly line: string; readonly begun: Begun | undefined }
  /** A paste was left out: the line has no room for the whole of it. */
  | { readonly do: "overflow" }
  /** Ctrl-C on an empty line. On one with text it clears the line. */
  | { readonly do: "interrupt" }
  /** Ctrl-D on an empty line. */
  | { readonly do: "eof" }
  /** Ctrl-L. */
  | { readonly do: "redraw" };

/** The line as it fits into a row. */
export interface EditorView {
  readonly shown: string;
  /** Cells before the cursor, within `shown`. */
  readonly column: number;
}

/** How much the editor remembers. */
export interface EditorLimits {
  /** UTF-16 units of one line; typing more is ignored. Default 64 Ki. */
  readonly line?: number;
  /** Lines of history. Default 500. */
  readonly history?: number;
}

interface Cycle {
  readonly from: number;
  readonly original: string;
  readonly candidates: readonly string[];
  index: number;
  /** Where the inserted candidate ends. */
  end: number;
}

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const WORD = /[\p{L}\p{N}\p{M}_]/u;

/**
 * A line editor with the keys that shells have. A line begins when its first character is typed, and ends when it is
 * submitted or emptied; what `begin` gives then stays with it.
 */
export class LineEditor<Begun = undefined> {
  #text = "";
  #cursor = 0;
  #killed = "";
  #killedLast = false;
  #history: string[] = [];
  /** Place in the history; `history.length` is the draft. */
  #place = 0;
  #draft = "";
  #isBegun = false;
  #begun: Begun | undefined;
  #draftBegun: Begun | undefined;
  #cycle: Cycle | null = null;
  /** First cell of the line that is shown. */
  #scroll = 0;
  readonly #complete: Completer;
  readonly #secretAt: SecretFinder;
  readonly #begin: (() => Begun) | undefined;
  readonly #maxLine: number;
  readonly #maxHistory: number;

  /** Without `complete`, Tab does nothing; without `secretAt`, all is shown and remembered. */
  constructor(
    complete: Completer = () => null,
    limits: EditorLimits = {},
    secretAt: SecretFinder = () => null,
    begin?: () => Begun,
  ) {
    this.#begin = begin;
    this.#complete = complete;
    this.#secretAt = secretAt;
    this.#maxLine = limits.line ?? 65_536;
    this.#maxHistory = limits.history ?? 500;
  }

  /** The line as it stands. */
  get text(): string {
    return this.#text;
  }

  /** UTF-16 offset of the cursor. */
  get cursor(): number {
    return this.#cursor;
  }

  /** What there was when the line was begun; `undefined` when it is empty. */
  get begun(): Begun | undefined {
    return this.#begun;
  }

  /** Replaces the line; the cursor goes to its end. */
  set(text: string): void {
    this.#text = text;
    this.#cursor = text.length;
    this.#cycle = null;
    this.#follow();
  }

  /** Puts a line that was submitted back, as it was begun. */
  putBack(text: string, begun: Begun | undefined): void {
    this.set(text);
    this.#begun = begun;
  }

  #follow(): void {
    const isLine = this.#text !== "";
    if (isLine !== this.#isBegun) this.#begun = isLine ? this.#begin?.() : undefined;
    this.#isBegun = isLine;
  }

  /** Puts a line into the history as if it had been submitted, without what is secret. */
  remember(typed: string): void {
    const line = typed.slice(0, this.#secretAt(typed) ?? undefined);
    if (line.trim() !== "" && this.#history.at(-1) !== line) this.#history.push(line);
    if (this.#history.length > this.#maxHistory) this.#history.shift();
    this.#place = this.#history.length;
    this.#draft = "";
  }

  /** Applies one event. Returns what the user asked for, or `null` when it was only editing. */
  handle(event: KeyEvent): EditorAction<Begun> | null {
    const action = this.#apply(event);
    this.#follow();
    return action;
  }

  #apply(event: KeyEvent): EditorAction<Begun> | null {
    const cycle = this.#cycle;
    this.#cycle = null;
    const killedLast = this.#killedLast;
    this.#killedLast = false;
    if (event.kind === "paste") {
      const text = event.text.replace(/\n+$/, "");
      // Half a paste would be said for the whole.
      if (this.#text.length + text.length > this.#maxLine) return { do: "overflow" };
      this.#insert(text);
      return null;
    }
    if (event.kind === "text") {
      this.#insert(event.text);
      return null;
    }
    if (event.name === "tab" && !event.ctrl && !event.alt) {
      this.#tab(cycle, event.shift ? -1 : 1);
      return null;
    }
    if (event.ctrl && !event.alt) return this.#ctrl(event.name, killedLast);
    if (event.alt) {
      this.#alt(event.name, killedLast);
      return null;
    }
    return this.#plain(event.name);
  }

  #plain(name: string): EditorAction<Begun> | null {
    switch (name) {
      case "enter":
        return this.#submit();
      case "backspace":
        this.#erase(this.#before(this.#cursor), this.#cursor);
        break;
      case "delete":
        this.#erase(this.#cursor, this.#after(this.#cursor));
        break;
      case "left":
        this.#cursor = this.#before(this.#cursor);
        break;
      case "right":
        this.#cursor = this.#after(this.#cursor);
        break;
      case "home":
        this.#cursor = 0;
        break;
      case "end":
        this.#cursor = this.#text.length;
        break;
      case "up":
        this.#recall(-1);
        break;
      case "down":
        this.#recall(1);
        break;
    }
    return null;
  }

  #ctrl(name: string, killedLast: boolean): EditorAction<Begun> | null {
    switch (name) {
      case "a":
        return this.#plain("home");
      case "e":
        return this.#plain("end");
      case "b":
        return this.#plain("left");
      case "f":
        return this.#plain("right");
      case "h":
        return this.#plain("backspace");
      case "p":
        return this.#plain("up");
      case "n":
        return this.#plain("down");
      case "j":
      case "m":
        return this.#submit();
      case "d":
        if (this.#text === "") return { do: "eof" };
        return this.#plain("delete");
      case "c":
        if (this.#text === "") return { do: "interrupt" };
        this.set("");
        this.#place = this.#history.length;
        return null;
      case "l":
        return { do: "redraw" };
      case "k":
        this.#kill(this.#cursor, this.#text.length, killedLast);
        break;
      case "u":
        this.#kill(0, this.#cursor, killedLast);
        break;
      case "w":
        this.#kill(this.#blankWordStart(), this.#cursor, killedLast);
        break;
      case "y":
        this.#insert(this.#killed);
        break;
      case "t":
        this.#transpose();
        break;
      case "left":
        this.#cursor = this.#wordStart();
        break;
      case "right":
        this.#cursor = this.#wordEnd();
        break;
      case "delete":
        this.#kill(this.#cursor, this.#wordEnd(), killedLast);
        break;
      case "backspace":
        this.#kill(this.#wordStart(), this.#cursor, killedLast);
        break;
    }
    return null;
  }

  #alt(name: string, killedLast: boolean): void {
    switch (name) {
      case "b":
      case "left":
        this.#cursor = this.#wordStart();
        break;
      case "f":
      case "right":
        this.#cursor = this.#wordEnd();
        break;
      case "d":
      case "delete":
        this.#kill(this.#cursor, this.#wordEnd(), killedLast);
        break;
      case "backspace":
      case "h":
        this.#kill(this.#wordStart(), this.#cursor, killedLast);
        break;
      case "enter":
        this.#insert("\n");
        break;
      case "<":
        this.#recall(-this.#history.length);
        break;
      case ">":
        this.#recall(this.#history.length);
        break;
    }
  }

  #submit(): EditorAction<Begun> {
    const line = this.#text;
    const begun = this.#begun;
    this.remember(line);
    this.set("");
    return { do: "submit", line, begun };
  }

  #insert(text: string): void {
    if (this.#text.length + text.length > this.#maxLine) {
      text = text.slice(0, Math.max(0, this.#maxLine - this.#text.length)).toWellFormed();
    }
    this.#text = this.#text.slice(0, this.#cursor) + text + this.#text.slice(this.#cursor);
    this.#cursor += text.length;
    // A combining character may have joined what follows: step over the whole cluster.
    this.#cursor = this.#boundaryAtOrAfter(this.#cursor);
  }

  #erase(from: number, to: number): void {
    this.#text = this.#text.slice(0, from) + this.#text.slice(to);
    this.#cursor = this.#boundaryAtOrAfter(from);
  }

  #kill(from: number, to: number, append: boolean): void {
    if (from === to) return;
    const cut = this.#text.slice(from, to);
    // Kills in a row gather: backwards in front, forwards behind.
    if (!append) this.#killed = cut;
    else this.#killed = to === this.#cursor ? cut + this.#killed : this.#killed + cut;
    this.#killedLast = true;
    this.#erase(from, to);
  }

  #transpose(): void {
    const at = this.#cursor === this.#text.length ? this.#before(this.#cursor) : this.#cursor;
    const start = this.#before(at);
    const end = this.#after(at);
    if (start === at || at === end) return;
    this.#text = this.#text.slice(0, start) + this.#text.slice(at, end) +
      this.#text.slice(start, at) + this.#text.slice(end);
    this.#cursor = end;
  }

  #recall(step: number): void {
    const place = Math.min(this.#history.length, Math.max(0, this.#place + step));
    if (place === this.#place) return;
    if (this.#place === this.#history.length) {
      this.#draft = this.#text;
      this.#draftBegun = this.#begun;
    }
    this.#place = place;
    const isDraft = place === this.#history.length;
    if (isDraft) this.putBack(this.#draft, this.#draftBegun);
    else this.set(this.#history[place]!);
  }

  #tab(cycle: Cycle | null, step: 1 | -1): void {
    if (cycle === null) {
      const secret = this.#secretAt(this.#text);
      if (secret !== null && this.#cursor > secret) return;
      const found = this.#complete(this.#text, this.#cursor);
      if (found === null || found.candidates.length === 0) return;
      const { from, candidates } = found;
      const original = this.#text.slice(from, this.#cursor);
      cycle = { from, original, candidates, index: step > 0 ? -1 : 0, end: this.#cursor };
    }
    const count = cycle.candidates.length;
    cycle.index = (cycle.index + step + count) % count;
    const candidate = cycle.candidates[cycle.index]!;
    const rest = this.#text.slice(cycle.end);
    // A completion in the middle of a line must not double the blank that stands there.
    const inserted = rest.startsWith(" ") ? candidate.trimEnd() : candidate;
    this.#text = this.#text.slice(0, cycle.from) + inserted + rest;
    cycle.end = cycle.from + inserted.length;
    this.#cursor = cycle.end;
    if (count > 1) this.#cycle = cycle;
  }

  /** The boundary before `at`; 0 at the start. */
  #before(at: number): number {
    let last = 0;
    for (const { index } of SEGMENTER.segment(this.#text)) {
      if (index >= at) break;
      last = index;
    }
    return last;
  }

  /** The boundary after `at`; the length at the end. */
  #after(at: number): number {
    const segment = SEGMENTER.segment(this.#text).containing(at);
    return segment === undefined ? this.#text.length : segment.index + segment.segment.length;
  }

  #boundaryAtOrAfter(at: number): number {
    const segment = SEGMENTER.segment(this.#text).containing(at);
    return segment === undefined || segment.index === at
      ? Math.min(at, this.#text.length)
      : segment.index + segment.segment.length;
  }

  #wordStart(): number {
    let at = this.#cursor;
    while (at > 0 && !WORD.test(this.#text.slice(this.#before(at), at))) at = this.#before(at);
    while (at > 0 && WORD.test(this.#text.slice(this.#before(at), at))) at = this.#before(at);
    return at;
  }

  #wordEnd(): number {
    const { length } = this.#text;
    let at = this.#cursor;
    while (at < length && !WORD.test(this.#text.slice(at, this.#after(at)))) at = this.#after(at);
    while (at < length && WORD.test(this.#text.slice(at, this.#after(at)))) at = this.#after(at);
    return at;
  }

  /** Ctrl-W: words are what stands between blanks. */
  #blankWordStart(): number {
    const before = this.#text.slice(0, this.#cursor).trimEnd();
    return before.search(/\S+$/) < 0 ? 0 : before.search(/\S+$/);
  }

  /**
   * The part of the line that fits into `columns` cells, scrolled so that the cursor is inside.
   * Line ends show as `⏎`, other controls as `^X`, a secret as `***`.
   */
  view(columns: number): EditorView {
    const room = Math.max(1, columns);
    const cells: { readonly text: string; readonly at: number; readonly width: number }[] = [];
    let total = 0;
    let cursorCell = -1;
    const secret = this.#secretAt(this.#text) ?? this.#text.length;
    const line = secret < this.#text.length ? this.#text.slice(0, secret) + HIDDEN : this.#text;
    // Within a secret it stands behind the whole of it.
    const cursor = this.#cursor > secret ? line.length : this.#cursor;
    for (const { segment, index } of SEGMENTER.segment(line)) {
      if (index === cursor) cursorCell = total;
      const text = visible(segment);
      const cell = { text, at: total, width: width(text) };
      cells.push(cell);
      total += cell.width;
    }
    if (cursorCell < 0) cursorCell = total;
    // The cursor needs a cell of its own behind the last character.
    if (total + 1 <= room) {
      this.#scroll = 0;
    } else if (cursorCell < this.#scroll + 1) {
      this.#scroll = Math.max(0, cursorCell - Math.floor(room / 3));
    } else if (cursorCell > this.#scroll + room - 1) {
      this.#scroll = cursorCell - Math.ceil((room * 2) / 3);
    }
    this.#scroll = Math.min(this.#scroll, Math.max(0, total + 1 - Math.min(room, total + 1)));
    let shown = "";
    let column = 0;
    let used = 0;
    for (const cell of cells) {
      if (cell.at < this.#scroll) continue;
      if (used + cell.width > room) break;
      if (cell.at < cursorCell) column += cell.width;
      shown += cell.text;
      used += cell.width;
    }
    return { shown, column: Math.min(column, room - 1) };
  }
}

/** A cluster as it is shown: nothing in it may move the terminal's cursor. */
function visible(segment: string): string {
  if (segment === "\n" || segment === "\r\n") return "⏎";
  // deno-lint-ignore no-control-regex
  return segment.replace(/[\x00-\x1f\x7f]/g, (char) => {
    return char === "\t"
      ? " "
      : char === "\x7f"
      ? "^?"
      : "^" + String.fromCharCode(char.charCodeAt(0) + 64);
  }).replace(/[\x80-\x9f\u2028-\u202e\u2066-\u2069]/g, "\ufffd");
}
