/**
 * Forgets what is not kept any more, slice by slice: so that neither a limit that was lowered nor a year that is over keeps
 * anybody waiting.
 *
 * SPEC: "What is kept".
 *
 * @module
 */
import type { Retention } from "../core/history.ts";
import type { Database } from "./database.ts";
import { DONE, SAID } from "./history_row.ts";
import type { SearchIndex } from "./search_index.ts";

/** What a slice may cost, where 1 is an entry that no index of words holds: some 8 ms, for which whoever speaks waits. */
const SLICE = 500;
/** Of that, an entry whose words are taken out of the index. */
const INDEXED_COST = 3;
/** The most entries that make a slice longer than it is. */
const MOST_ARRIVED = 2000;
/** Entries that are counted at the cost of 1; a count costs a quarter of a slice at most, so that each does something. */
const COUNTED = 500;
/** Conversations whose retention is looked at in one slice at most. */
const TENDED_AT_ONCE = 20;
/** Conversations of which it is remembered how much has come. */
const MOST_GROWN = 65_536;

/** What is looked at to see what is kept of a conversation. */
interface Tended {
  readonly id: number;
  readonly since: number;
  readonly is_closed: number;
  readonly keep_count: number | null;
  readonly keep_ms: number | null;
}

/** What is kept of the conversations of a database. */
export class HistoryRetention {
  readonly #database: Database;
  readonly #index: SearchIndex;
  /** The conversation whose retention was looked at last. */
  #tended = 0;
  /** What the slice may cost still. */
  #left = 0;
  /** Entries that have come to a conversation since they were counted, of those that were. */
  readonly #grown: Map<number, number> = new Map();
  /** What `#grown` was counted for. */
  #most = 0;

  constructor(database: Database, index: SearchIndex) {
    this.#database = database;
    this.#index = index;
  }

  /** An entry has come to a conversation. */
  grow(conversation: number): void {
    const grown = this.#grown.get(conversation);
    if (grown !== undefined) this.#grown.set(conversation, grown + 1);
  }

  /** How much is kept of a conversation is not what it was. */
  recount(conversation: number): void {
    this.#grown.delete(conversation);
  }

  /**
   * Forgets a slice of what is not kept any more. Inside a transaction.
   *
   * @param arrived How many entries have come since the last slice: as many may go, so that the file does not grow.
   * @returns Whether a conversation has gone with them.
   */
  expire(at: number, retention: Retention, arrived = 0): boolean {
    let hasGone = false;
    if (this.#most !== retention.count || this.#grown.size > MOST_GROWN) this.#grown.clear();
    this.#most = retention.count;
    this.#left = SLICE + Math.min(arrived, MOST_ARRIVED) * INDEXED_COST;
    const conversations = this.#database.prepare(`
      SELECT id, since, is_closed, keep_count, keep_ms FROM conversations
      WHERE id > ? ORDER BY id LIMIT ${TENDED_AT_ONCE}
    `).all(this.#tended) as unknown as Tended[];
    for (const conversation of conversations) {
      this.#expireIn(conversation, at, retention);
      if (this.#left <= 0) return hasGone; // goes on with it the next time
      this.#tended = conversation.id;
      hasGone = this.#dropEmpty(conversation) || hasGone;
    }
    if (conversations.length < TENDED_AT_ONCE) this.#tended = 0;
    return hasGone;
  }

  #expireIn(
    { id, since, keep_count, keep_ms }: Tended,
    at: number,
    { forMs, count }: Retention,
  ): void {
    const age = least(forMs, keep_ms ?? 0);
    const most = least(count, keep_count ?? 0);
    // What nobody may read any more is not kept for nobody.
    const oldest = Math.max(age === 0 ? 0 : at - age, since);
    // To count takes a while: only where as many have come that it may make a difference.
    const grown = this.#grown.get(id) ?? Infinity;
    const isCounted = most !== 0 && grown >= Math.max(1, most / 1000);
    for (const verbs of [SAID, DONE]) {
      const floor = Math.max(oldest, isCounted ? this.#floor(id, verbs, most) : 0);
      if (floor > 0) this.#forget(id, verbs, floor);
    }
    if (isCounted && this.#left > 0) this.#grown.set(id, 0);
  }

  #dropEmpty({ id, is_closed, keep_count, keep_ms }: Tended): boolean {
    const isPlain = is_closed === 0 && keep_count === null && keep_ms === null;
    if (!isPlain || !this.#isEmpty(id)) return false;
    this.#database.prepare("DELETE FROM ends WHERE conversation = ?").run(id);
    this.#database.prepare("DELETE FROM conversations WHERE id = ?").run(id);
    this.#grown.delete(id);
    return true;
  }

  #isEmpty(id: number): boolean {
    return [SAID, DONE].every((verbs) =>
      this.#database.prepare(`SELECT 1 FROM messages WHERE conversation = ? AND ${verbs} LIMIT 1`)
        .get(id) === undefined
    );
  }

  /** The instant of the oldest entry that is among the latest so many. */
  #floor(id: number, verbs: string, count: number): number {
    this.#left -= Math.min(count / COUNTED, SLICE / 4);
    const row = this.#database.prepare(`
      SELECT at FROM messages WHERE conversation = ? AND ${verbs} ORDER BY at DESC, id DESC LIMIT 1 OFFSET ?
    `).get(id, count - 1);
    return Number(row?.["at"] ?? 0);
  }

  /** Forgets what is from before, as much as the slice has room for. */
  #forget(conversation: number, verbs: string, before: number): void {
    const rows = this.#database.prepare(`
      SELECT id FROM messages WHERE conversation = ? AND ${verbs} AND at < ? ORDER BY at, id LIMIT ?
    `).all(conversation, before, Math.max(0, Math.ceil(this.#left)));
    for (const { id } of rows as { id: number }[]) {
      if (this.#left <= 0) return;
      this.#left -= this.#index.forget(id) ? INDEXED_COST : 1;
      this.#database.prepare("DELETE FROM messages WHERE id = ?").run(id);
    }
  }
}

/** The smaller of two limits, of which 0 is none. */
function least(a: number, b: number): number {
  return a === 0 ? b : b === 0 ? a : Math.min(a, b);
}
