/**
 * Messages of several lines, in both directions: lines that come in a batch are put together, a long text is split into
 * lines for one.
 *
 * SPEC: "Multiline"; IRCv3 batch, client-batch, multiline.
 *
 * @module
 */
import { byteLength, truncate } from "./grammar.ts";
import { LIMITS } from "./limits.ts";
import type { Message } from "./message.ts";

/** The type of a batch that is one message of several lines. */
export const MULTILINE = "draft/multiline";
/** The tag of a line that goes on with the line before it. */
export const CONCAT_TAG = "draft/multiline-concat";

// batch-reference = 1*( ALPHA / DIGIT / "-" )
const REFERENCE_REGEXP = /^[A-Za-z0-9-]+$/;

/** Whether the text is a reference of a batch. */
export function isBatchReference(text: string): boolean {
  return REFERENCE_REGEXP.test(text);
}

/** One line of a message. */
export interface MultilineLine {
  readonly text: string;
  /** Whether it goes on with the line before, without a line feed between them. */
  readonly isJoined: boolean;
}

/** A message of several lines. */
export interface Multiline {
  readonly verb: "PRIVMSG" | "NOTICE";
  /** As they were sent: at least one that is not blank. */
  readonly lines: readonly MultilineLine[];
  /** All of them as one text. */
  readonly text: string;
}

/** Why a batch is no message: a code of the standard replies, and what goes with it. */
export interface MultilineFault {
  readonly fault:
    | "MULTILINE_MAX_BYTES"
    | "MULTILINE_MAX_LINES"
    | "MULTILINE_INVALID_TARGET"
    | "MULTILINE_INVALID";
  readonly context: readonly string[];
}

const INVALID: MultilineFault = { fault: "MULTILINE_INVALID", context: [] };

/** Tells a fault from a message. */
export function isMultilineFault(result: Multiline | MultilineFault): result is MultilineFault {
  return "fault" in result;
}

/** The text of lines put together. */
export function joinLines(lines: readonly MultilineLine[]): string {
  let text = "";
  for (const [index, line] of lines.entries()) {
    text += (index === 0 || line.isJoined ? "" : "\n") + line.text;
  }
  return text;
}

/** Puts the lines of one batch together. After a fault it is of no more use. */
export class MultilineAssembly {
  readonly target: string;
  readonly #fold: (name: string) => string;
  readonly #maxBytes: number;
  readonly #maxLines: number;
  readonly #lines: MultilineLine[] = [];
  #verb: Multiline["verb"] | null = null;
  #bytes = 0;

  /**
   * @param target The parameter of the batch.
   * @param fold How names are compared.
   */
  constructor(
    target: string,
    fold: (name: string) => string,
    maxBytes: number = LIMITS.MULTILINE_BYTES.value,
    maxLines: number = LIMITS.MULTILINE_LINES.value,
  ) {
    this.target = target;
    this.#fold = fold;
    this.#maxBytes = maxBytes;
    this.#maxLines = maxLines;
  }

  /** How many lines there are. */
  get size(): number {
    return this.#lines.length;
  }

  /**
   * Adds a line of the batch.
   *
   * @returns Why it is none, or `null`.
   */
  add({ tags, command, params }: Message): MultilineFault | null {
    const [target, text] = params;
    if (command !== "PRIVMSG" && command !== "NOTICE") return INVALID;
    if (command !== (this.#verb ?? command) || target === undefined || text === undefined) {
      return INVALID;
    }
    if (this.#fold(target) !== this.#fold(this.target)) {
      return { fault: "MULTILINE_INVALID_TARGET", context: [this.target, target] };
    }
    const isJoined = tags?.has(CONCAT_TAG) ?? false;
    if (isJoined && text === "") return INVALID;
    const isFirst = this.#lines.length === 0;
    this.#bytes += byteLength(text) + (isFirst || isJoined ? 0 : 1);
    if (this.#bytes > this.#maxBytes) {
      return { fault: "MULTILINE_MAX_BYTES", context: [String(this.#maxBytes)] };
    }
    if (this.#lines.length === this.#maxLines) {
      return { fault: "MULTILINE_MAX_LINES", context: [String(this.#maxLines)] };
    }
    this.#verb = command;
    this.#lines.push({ text, isJoined });
    return null;
  }

  /** The message, when the batch has ended. */
  finish(): Multiline | MultilineFault {
    const verb = this.#verb;
    if (verb === null || this.#lines.every(({ text }) => text === "")) return INVALID;
    return { verb, lines: this.#lines, text: joinLines(this.#lines) };
  }
}

/**
 * Splits a text into lines that fit: at its line ends, and where a line is too long after a space, which stays at the end.
 *
 * @param bytes What a line has room for.
 */
export function splitLines(text: string, bytes: number): MultilineLine[] {
  const lines: MultilineLine[] = [];
  for (const line of text.split("\n")) {
    let rest = line;
    let isJoined = false;
    while (byteLength(rest) > bytes) {
      const whole = truncate(rest, bytes);
      const space = whole.lastIndexOf(" ");
      // What has no space is cut between characters, and one that is too long by itself within it.
      const piece = space > 0 ? whole.slice(0, space + 1) : whole || [...rest][0] || rest;
      lines.push({ text: piece, isJoined });
      rest = rest.slice(piece.length);
      isJoined = true;
    }
    if (rest !== "" || !isJoined) lines.push({ text: rest, isJoined });
  }
  return lines;
}
