/**
 * Bytes from a terminal in raw mode → key events. Keeps its place between reads, so characters and
 * sequences may be split anywhere. What it does not know it swallows: an unknown sequence must
 * never end up as text in the line being typed.
 * @module
 */

/** Names of keys that are not characters. */
export type KeyName =
  | "enter"
  | "tab"
  | "backspace"
  | "delete"
  | "insert"
  | "left"
  | "right"
  | "up"
  | "down"
  | "home"
  | "end"
  | "pageup"
  | "pagedown";

/** What the user did. */
export type KeyEvent =
  /** Printable characters, as many as arrived together. */
  | { readonly kind: "text"; readonly text: string }
  /** A named key, or with `ctrl` or `alt` a character (lower case) in `name`. */
  | {
    readonly kind: "key";
    readonly name: KeyName | string;
    readonly ctrl: boolean;
    readonly alt: boolean;
    readonly shift: boolean;
  }
  /** A bracketed paste, whole; line ends are `\n`. */
  | { readonly kind: "paste"; readonly text: string };

const ESC = "\x1b";
const PASTE_END = "\x1b[201~";
/** More than this in one paste is dropped: a terminal that never ends its paste must not fill memory. */
const MAX_PASTE_CHARS = 1 << 20;
/** Longer sequences do not exist in practice; beyond this they are given up. */
const MAX_SEQUENCE_CHARS = 64;

const CSI_LETTERS: Readonly<Record<string, KeyName>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
};
/** rxvt: lower-case finals are the arrow keys with Ctrl (after SS3) or Shift (after CSI). */
const RXVT_LETTERS: Readonly<Record<string, KeyName>> = {
  a: "up",
  b: "down",
  c: "right",
  d: "left",
};
const CSI_NUMBERS: Readonly<Record<string, KeyName>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
};

type Place = "ground" | "escape" | "csi" | "ss3" | "string" | "swallow" | "paste";

/** Decodes what a terminal sends. One per terminal. */
export class KeyDecoder {
  readonly #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  #place: Place = "ground";
  #sequence = "";
  #paste = "";
  #text = "";
  #events: KeyEvent[] = [];

  /** Takes bytes; returns the events they completed, in order. */
  push(chunk: Uint8Array): KeyEvent[] {
    // Ctrl-C alone in a read while a paste is open: the paste's end was lost, and the user is stuck.
    if (this.#place === "paste" && chunk.length === 1 && chunk[0] === 3) {
      this.#place = "ground";
      this.#paste = "";
    }
    const text = this.#utf8.decode(chunk, { stream: true });
    let rest = text;
    while (rest !== "") {
      if (this.#place === "paste") {
        rest = this.#takePaste(rest);
        continue;
      }
      const code = rest.codePointAt(0)!;
      const char = String.fromCodePoint(code);
      rest = rest.slice(char.length);
      this.#take(char, code);
    }
    // `ESC ]` that ends a read is Alt-] typed by a person, not the head of a terminal's report.
    if (this.#place === "string" && this.#sequence.length === 1) {
      const name = this.#sequence;
      this.#place = "ground";
      this.#key(name.toLowerCase(), { alt: true, shift: name !== name.toLowerCase() });
    }
    this.#flushText();
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #take(char: string, code: number): void {
    switch (this.#place) {
      case "ground":
        return this.#ground(char, code);
      case "escape":
        return this.#escape(char, code);
      case "csi":
        return this.#csi(char, code);
      case "ss3":
        return this.#ss3(char, code);
      case "string":
        return this.#string(char, code);
      case "swallow":
        this.#place = "ground";
        return;
      case "paste":
        return;
    }
  }

  #ground(char: string, code: number): void {
    if (char === ESC) {
      this.#place = "escape";
      return;
    }
    if (code < 0x20 || code === 0x7f) return this.#control(code, false);
    if (code >= 0x80 && code < 0xa0) return;
    this.#text += char;
  }

  #control(code: number, alt: boolean): void {
    switch (code) {
      case 0x0d:
      case 0x0a:
        return this.#key("enter", { alt });
      case 0x09:
        return this.#key("tab", { alt });
      case 0x7f:
        return this.#key("backspace", { alt });
      case 0x00:
        return this.#key(" ", { ctrl: true, alt });
      default:
        return this.#key(String.fromCharCode(code + 0x40).toLowerCase(), { ctrl: true, alt });
    }
  }

  #escape(char: string, code: number): void {
    if (char === ESC) return;
    this.#sequence = "";
    if (char === "[") {
      this.#place = "csi";
    } else if (char === "O") {
      this.#place = "ss3";
    } else if ("]P^_X".includes(char)) {
      this.#place = "string";
      this.#sequence = char;
    } else {
      this.#place = "ground";
      if (code < 0x20 || code === 0x7f) this.#control(code, true);
      else this.#key(char.toLowerCase(), { alt: true, shift: char !== char.toLowerCase() });
    }
  }

  #csi(char: string, code: number): void {
    if (code < 0x20 || code > 0x7e) return this.#abandon(char, code);
    if (char === "[" && this.#sequence === "") {
      // The Linux console's function keys: ESC [ [ A.
      this.#place = "swallow";
      return;
    }
    if (code < 0x40) {
      this.#sequence += char;
      if (this.#sequence.length > MAX_SEQUENCE_CHARS) this.#place = "ground";
      return;
    }
    this.#place = "ground";
    this.#finishCsi(this.#sequence, char);
  }

  #finishCsi(params: string, final: string): void {
    // Anything else is a terminal's report, not a key.
    if (!/^[\d;:]*$/.test(params)) return;
    const [first = "", second = "", third = ""] = params.split(";");
    if (final === "~" && first === "200") {
      this.#flushText();
      this.#place = "paste";
      this.#paste = "";
      return;
    }
    if (final === "Z") return this.#key("tab", { shift: true });
    if (final === "u") return this.#coded(leading(first), modifiers(second));
    if (final === "~" && first === "27") {
      return this.#coded(leading(third), modifiers(second));
    }
    const withShift = params === "" ? RXVT_LETTERS[final] : undefined;
    if (withShift !== undefined) return this.#key(withShift, { shift: true });
    const name = final === "~" ? CSI_NUMBERS[first] : CSI_LETTERS[final];
    if (name !== undefined) this.#key(name, modifiers(second));
  }

  /** A key that the terminal names by its code point (CSI u, modifyOtherKeys). */
  #coded(code: number, held: Held): void {
    if (code === 27) return;
    if (code < 0x20 || code === 0x7f) return this.#control(code, held.alt === true);
    if (!Number.isInteger(code) || code > 0x10ffff || (code >= 0x80 && code < 0xa0)) return;
    // The private use area holds keys without a character (keypad, media).
    if (code >= 0xe000 && code <= 0xf8ff) return;
    const char = String.fromCodePoint(code);
    if (held.ctrl || held.alt) this.#key(char.toLowerCase(), held);
    else this.#text += char;
  }

  #ss3(char: string, code: number): void {
    if (code < 0x20 || code > 0x7e) return this.#abandon(char, code);
    if (code >= 0x30 && code < 0x40) return;
    this.#place = "ground";
    if (char === "M") return this.#key("enter", {});
    const name = CSI_LETTERS[char];
    if (name !== undefined) return this.#key(name, {});
    const withCtrl = RXVT_LETTERS[char];
    if (withCtrl !== undefined) this.#key(withCtrl, { ctrl: true });
  }

  #string(char: string, code: number): void {
    if (char === "\x07" || code === 0x9c) {
      this.#place = "ground";
    } else if (char === ESC) {
      // Either ST (ESC \) or the next sequence; ESC \ as a key would be Alt-\, which nothing uses.
      this.#place = "escape";
    } else if (code < 0x20) {
      this.#abandon(char, code);
    } else {
      this.#sequence = this.#sequence.slice(0, MAX_SEQUENCE_CHARS) + char;
    }
  }

  /** A control character inside a sequence: the sequence is given up, the character counts. */
  #abandon(char: string, code: number): void {
    this.#place = "ground";
    this.#ground(char, code);
  }

  #takePaste(text: string): string {
    // The end mark may be split between reads, so look again at the tail of what is held.
    const from = Math.max(0, this.#paste.length - PASTE_END.length);
    this.#paste += text;
    const end = this.#paste.indexOf(PASTE_END, from);
    if (end < 0) {
      if (this.#paste.length > MAX_PASTE_CHARS + PASTE_END.length) {
        this.#paste = this.#paste.slice(0, MAX_PASTE_CHARS) + this.#paste.slice(-PASTE_END.length);
      }
      return "";
    }
    const rest = this.#paste.slice(end + PASTE_END.length);
    const pasted = this.#paste.slice(0, end).replace(/\r\n?/g, "\n");
    this.#paste = "";
    this.#place = "ground";
    if (pasted !== "") this.#events.push({ kind: "paste", text: pasted });
    return rest;
  }

  #key(name: string, held: Held): void {
    this.#flushText();
    this.#events.push({
      kind: "key",
      name,
      ctrl: held.ctrl === true,
      alt: held.alt === true,
      shift: held.shift === true,
    });
  }

  #flushText(): void {
    if (this.#text === "") return;
    this.#events.push({ kind: "text", text: this.#text });
    this.#text = "";
  }
}

interface Held {
  readonly ctrl?: boolean;
  readonly alt?: boolean;
  readonly shift?: boolean;
}

/** The number with which a parameter begins: others follow after a colon. `NaN` where there is none, or it is too long. */
function leading(param: string): number {
  return Number(/^\d{1,9}(?!\d)/.exec(param)?.[0] ?? NaN);
}

/** The modifier parameter is 1 plus a bit each for Shift, Alt, Ctrl; Meta counts as Alt. */
function modifiers(param: string): Held {
  const bits = (leading(param) || 1) - 1;
  return {
    shift: (bits & 1) !== 0,
    alt: (bits & 2) !== 0 || (bits & 8) !== 0,
    ctrl: (bits & 4) !== 0,
  };
}
