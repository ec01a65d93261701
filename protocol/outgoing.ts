/**
 * A line on its way out: formatted once, encoded once for each variant of tags that some session wants, however many
 * sessions there are.
 *
 * SPEC: "Capabilities".
 *
 * @module
 */
import { TAGS_BIT, TIME_BIT } from "./capabilities.ts";
import { formatMessage } from "./message.ts";
import { formatTags } from "./tags.ts";

/** What an {@linkcode Outgoing} may carry besides its message. */
export interface OutgoingTags {
  /** When it was said: milliseconds since the epoch. For those with server-time. */
  readonly at?: number;
  /** Tags for those with message-tags: `msgid`, `chatd/cause`, client-only ones. */
  readonly tags?: ReadonlyMap<string, string> | undefined;
}

const encoder = new TextEncoder();

let stampedAt = NaN;
let stamp = "";

/** The tag `time` of an instant. Messages come in bursts, so the last one is kept. */
function timeTag(at: number): string {
  if (at !== stampedAt) {
    stampedAt = at;
    stamp = `time=${new Date(at).toISOString()}`;
  }
  return stamp;
}

/** One line for any number of sessions. */
export class Outgoing {
  /** The message without tags and line end. */
  readonly body: string;
  readonly #at: number | undefined;
  readonly #tags: ReadonlyMap<string, string> | undefined;
  /** The variant bits that make a difference to this line. */
  readonly #present: number;
  readonly #encoded: (Uint8Array | undefined)[] = [];

  constructor(
    source: string | null,
    command: string,
    params: readonly string[],
    { at, tags }: OutgoingTags = {},
  ) {
    this.body = formatMessage({ source, command, params });
    this.#at = at;
    this.#tags = tags;
    this.#present = (at === undefined ? 0 : TIME_BIT) |
      (tags === undefined || tags.size === 0 ? 0 : TAGS_BIT);
  }

  /** The line with its line end, for a session of this variant. Shared: do not mutate. */
  bytes(variant: number): Uint8Array {
    const key = variant & this.#present;
    return this.#encoded[key] ??= encoder.encode(this.text(key) + "\r\n");
  }

  /**
   * The line without its line end, for a session of this variant.
   *
   * @param first Tags of one session alone, already formatted: its label, its batch.
   */
  text(variant: number, first = ""): string {
    const key = variant & this.#present;
    let section = first;
    if ((key & TIME_BIT) !== 0 && this.#at !== undefined) {
      section += (section === "" ? "" : ";") + timeTag(this.#at);
    }
    if ((key & TAGS_BIT) !== 0 && this.#tags !== undefined) {
      section += (section === "" ? "" : ";") + formatTags(this.#tags);
    }
    return section === "" ? this.body : `@${section} ${this.body}`;
  }
}
