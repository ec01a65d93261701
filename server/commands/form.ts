/**
 * Lines that are the same for everybody but for the nick that they address, formatted once: each newcomer is told some fifteen
 * of them.
 *
 * @module
 */
import { byteLength, LIMITS, type NumericName, NUMERICS, Outgoing } from "../../protocol/mod.ts";

/** One line of a form: a numeric, and its parameters behind the nick. */
export type FormLine = readonly [name: NumericName, ...params: readonly string[]];

/** Numerics of the server that only want a nick. */
export class Form {
  readonly lines: readonly FormLine[];
  /** What stands before the nick of each line, and behind it. */
  readonly #formatted: readonly { readonly begin: string; readonly end: string }[];
  readonly #longestBytes: number;

  constructor(source: string, lines: readonly FormLine[]) {
    this.lines = lines;
    this.#formatted = lines.map(([name, ...params]) => {
      const begin = `:${source} ${NUMERICS[name].code} `;
      const { body } = new Outgoing(source, NUMERICS[name].code, ["*", ...params]);
      return { begin, end: body.slice(begin.length + 1) };
    });
    this.#longestBytes = Math.max(
      0,
      ...this.#formatted.map(({ begin, end }) => byteLength(begin + end)),
    );
  }

  /** Whether no line is too long with this nick. */
  isFor(nick: string): boolean {
    return this.#longestBytes + byteLength(nick) <= LIMITS.LINE.value;
  }

  /**
   * The lines as a session of this variant sees them, without the last line end.
   *
   * @param at Milliseconds since the epoch.
   * @param batch The reference of the batch that they are in.
   */
  text(nick: string, at: number, variant: number, batch: string | undefined): string {
    const blank = new Outgoing(null, "NOTICE", [], { at });
    const tags = blank.text(variant, batch === undefined ? "" : `batch=${batch}`)
      .slice(0, -blank.body.length);
    let text = "";
    for (const { begin, end } of this.#formatted) {
      text += (text === "" ? "" : "\r\n") + tags + begin + nick + end;
    }
    return text;
  }
}
