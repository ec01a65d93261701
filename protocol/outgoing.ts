/**
 * A line on its way out: formatted once, encoded once for each variant of tags that some session wants, however many
 * sessions there are.
 *
 * SPEC: "Capabilities".
 *
 * @module
 */
import { ACCOUNT_BIT, OPER_BIT, RELAY_BIT, TAGS_BIT, TIME_BIT } from "./capabilities.ts";
import { byteLength, truncate } from "./grammar.ts";
import { LIMITS } from "./limits.ts";
import { formatMessage } from "./message.ts";
import { formatTags } from "./tags.ts";

/** What an {@linkcode Outgoing} may carry besides its message. */
export interface OutgoingTags {
  /** When it was said: milliseconds since the epoch. For those with server-time. */
  readonly at?: number;
  /** The sender is a bot. For those with message-tags. */
  readonly isBot?: boolean;
  /** The message's id. For those with message-tags. */
  readonly msgid?: string | null;
  /** Further tags for those with message-tags: `chatd/cause`, client-only ones. */
  readonly tags?: ReadonlyMap<string, string> | undefined;
  /** The sender's account. For those with account-tag. */
  readonly account?: string | null;
  /** The sender is an operator of the server. For those with draft/oper-tag. */
  readonly isOper?: boolean;
  /** The nick of the bridge that says it for somebody else. For those with draft/relaymsg. */
  readonly relayedBy?: string | undefined;
  /** Tags for everybody whom the line goes to: the batch that it is in, and its place there. */
  readonly always?: ReadonlyMap<string, string> | undefined;
}

const encoder = new TextEncoder();
const NOTHING: OutgoingTags = {};

let stampedSecond = NaN;
let stamp = "";

/** The tag `time` of an instant. Messages come in bursts, each at an instant of its own: the last second is kept. */
function timeTag(at: number): string {
  const second = Math.floor(at / 1000);
  if (second !== stampedSecond) {
    stampedSecond = second;
    stamp = `time=${new Date(second * 1000).toISOString().slice(0, -"000Z".length)}`;
  }
  return `${stamp}${String(Math.floor(at) - second * 1000).padStart(3, "0")}Z`;
}

/** One line for any number of sessions. */
export class Outgoing {
  /** The message without tags and line end. */
  readonly body: string;
  readonly #at: number | undefined;
  readonly #isBot: boolean;
  readonly #msgid: string | null;
  readonly #tags: ReadonlyMap<string, string> | undefined;
  readonly #account: string | null;
  readonly #relayedBy: string | undefined;
  /** The reference of the batch that the line is in for everybody. */
  readonly batch: string | undefined;
  /** Tags for everybody, formatted. */
  readonly #always: string;
  /** The variant bits that make a difference to this line. */
  readonly #present: number;
  readonly #encoded: (Uint8Array | undefined)[] = [];

  constructor(
    source: string | null,
    command: string,
    params: readonly string[],
    {
      at,
      account = null,
      isOper = false,
      isBot = false,
      msgid = null,
      tags,
      relayedBy,
      always,
    }: OutgoingTags = NOTHING,
  ) {
    this.body = formatMessage({ source, command, params });
    this.#at = at;
    this.#isBot = isBot;
    this.#msgid = msgid;
    this.#tags = tags?.size ? tags : undefined;
    this.#account = account;
    this.#relayedBy = relayedBy;
    this.batch = always?.get("batch");
    this.#always = always === undefined ? "" : `;${formatTags(always)}`;
    this.#present = (at === undefined ? 0 : TIME_BIT) | (account === null ? 0 : ACCOUNT_BIT) |
      (isOper ? OPER_BIT : 0) | (relayedBy === undefined ? 0 : RELAY_BIT) |
      (isBot || msgid !== null || this.#tags !== undefined ? TAGS_BIT : 0);
  }

  /** A line whose last parameter is cut where it would be too long. */
  static fitting(
    source: string | null,
    command: string,
    params: readonly string[],
    tags: OutgoingTags,
  ): Outgoing {
    const line = new Outgoing(source, command, params, tags);
    const most = LIMITS.LINE.value;
    const excess = line.body.length * 3 <= most ? 0 : byteLength(line.body) - most;
    if (excess <= 0) return line;
    const last = params.at(-1) ?? "";
    const cut = truncate(last, Math.max(0, byteLength(last) - excess));
    return new Outgoing(source, command, [...params.slice(0, -1), cut], tags);
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
    if (key === 0 && first === "" && this.#always === "") return this.body;
    let section = first === "" ? this.#always : `;${first}${this.#always}`;
    if ((key & TIME_BIT) !== 0 && this.#at !== undefined) section += `;${timeTag(this.#at)}`;
    if ((key & ACCOUNT_BIT) !== 0) {
      section += `;${formatTags(new Map([["account", this.#account ?? ""]]))}`;
    }
    if ((key & OPER_BIT) !== 0) section += ";draft/oper";
    if ((key & RELAY_BIT) !== 0) {
      section += `;${formatTags(new Map([["draft/relaymsg", this.#relayedBy ?? ""]]))}`;
    }
    if ((key & TAGS_BIT) !== 0) {
      if (this.#isBot) section += ";bot";
      if (this.#msgid !== null) section += `;msgid=${this.#msgid}`;
      if (this.#tags !== undefined) section += `;${formatTags(this.#tags)}`;
    }
    return `@${section.slice(1)} ${this.body}`;
  }
}
