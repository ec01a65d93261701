/**
 * Finds messages by their words: a full-text index that is filled in slices, behind what is said.
 *
 * Beside its words each message has two marks, its conversation and its sender's nick, so that a search in one room looks at
 * no other. What a user types is words, never the index's own language.
 *
 * What is taken back is gone from the file too: the index is told what it held, and takes it out of its pages at once
 * (`secure-delete`). What is only too old is marked as gone, and leaves the file when pages are merged.
 *
 * SPEC: "SEARCH".
 *
 * @module
 */
import { ASCII, type CaseMapping } from "../../protocol/mod.ts";
import type { HistorySearch } from "../core/history.ts";
import type { Database } from "./database.ts";
import { SAID } from "./history_row.ts";

/** Messages that a search makes ready to be found before it looks. */
const FILLED_BEFORE = 2000;
/** Hits that are looked at for one search at most. */
const MOST_HITS = 10_000;
/** Words of one search. */
const MOST_WORDS = 16;
/** Conversations of one search. */
const MOST_CONVERSATIONS = 200;

/** Messages for which one page of the index is merged: left to itself it merges all at once, now and then, for 100 ms and more. */
const MERGED_BY = 8;

const FILLED = "indexed";
const WORD_REGEXP = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;

/** What of a message is in the index. */
interface Indexed {
  readonly conversation: number;
  readonly source: string;
  readonly text: string;
}

/** The messages that are in the index, once their turn has come. */
const INDEXED = "verb IN (0, 1) AND text IS NOT NULL";

/** The index of a database. */
export class SearchIndex {
  readonly #database: Database;
  readonly #names: CaseMapping;

  /** @param names When nicks are equal. */
  constructor(database: Database, names: CaseMapping = ASCII) {
    this.#database = database;
    this.#names = names;
  }

  /**
   * Makes the next messages ready to be found. Inside a transaction.
   *
   * @param most How many.
   * @returns Whether there may be more.
   */
  fill(most: number): boolean {
    const from = this.#filled;
    const { last } = this.#database.prepare(
      "SELECT max(id) AS last FROM (SELECT id FROM messages WHERE id > ? ORDER BY id LIMIT ?)",
    ).get(from, most) as { last: number | null };
    if (last === null) return false;
    const rows = this.#database.prepare(
      `SELECT id, conversation, source, text FROM messages WHERE id > ? AND id <= ? AND ${INDEXED}`,
    ).all(from, last) as unknown as (Indexed & { readonly id: number })[];
    const insert = this.#database.prepare(
      "INSERT INTO search (rowid, marks, text) VALUES (?, ?, ?)",
    );
    for (const row of rows) insert.run(row.id, this.#marksOf(row), row.text);
    this.#database.prepare("INSERT INTO search (search, rank) VALUES ('merge', ?)").run(
      Math.ceil(rows.length / MERGED_BY),
    );
    this.#database.prepare(
      "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
    ).run(FILLED, last);
    return last - from >= most;
  }

  /** Takes the words of a message out of the file at once. It must be there still. Inside a transaction. */
  erase(id: number): void {
    // It costs some 20 times as much as to mark it as gone.
    const isSecure = (value: 0 | 1): void => {
      this.#database.prepare(
        `INSERT INTO search (search, rank) VALUES ('secure-delete', ${value})`,
      ).run();
    };
    isSecure(1);
    this.forget(id);
    isSecure(0);
  }

  /**
   * Forgets a message, whose words leave the file when the index is merged. It must be there still. Inside a transaction.
   *
   * @returns Whether the index held it.
   */
  forget(id: number): boolean {
    if (id > this.#filled) return false;
    const row = this.#database.prepare(
      `SELECT conversation, source, text FROM messages WHERE id = ? AND ${INDEXED}`,
    ).get(id) as unknown as Indexed | undefined;
    if (row === undefined) return false;
    this.#database.prepare(
      "INSERT INTO search (search, rowid, marks, text) VALUES ('delete', ?, ?, ?)",
    ).run(id, this.#marksOf(row), row.text);
    return true;
  }

  /** The messages that hold all that is wanted, those first that are kept: by number, and more than wanted for some may not be seen. */
  *find(
    conversations: readonly number[],
    { text = "", from, after, before, keep }: Omit<HistorySearch, "scopes">,
  ): Generator<number> {
    const words = text.normalize("NFC").match(WORD_REGEXP) ?? [];
    if (words.length === 0 && text.trim() !== "") return; // no letter in it: nothing is found by it
    if (!this.#database.condition.isPaused) {
      this.#database.transact(() => this.fill(FILLED_BEFORE));
    }
    const looked = conversations.slice(0, MOST_CONVERSATIONS);
    const places = looked.map((id) => `c${id}`).join(" OR ");
    const terms = [`marks : (${places})`];
    if (from !== undefined) terms.push(`marks : ${this.#markOf(from)}`);
    for (const word of words.slice(0, MOST_WORDS)) terms.push(`text : "${word}"`);
    const rows = this.#database.prepare(`
      SELECT rowid AS id FROM search WHERE search MATCH ? AND rowid >= ? AND rowid <= ?
      ORDER BY rowid ${keep === "earliest" ? "ASC" : "DESC"} LIMIT ${MOST_HITS}
    `).iterate(
      terms.join(" AND "),
      ...this.#span(looked, after ?? -1, before ?? Number.MAX_SAFE_INTEGER),
    );
    for (const { id } of rows as Iterable<{ id: number }>) yield id;
  }

  #marksOf({ conversation, source }: Indexed): string {
    const [nick = ""] = source.split("!", 1);
    return `c${conversation} ${this.#markOf(nick)}`;
  }

  /** A nick as one word of letters and digits. */
  #markOf(nick: string): string {
    return `n${new TextEncoder().encode(this.#names.fold(nick)).toHex()}`;
  }

  get #filled(): number {
    const row = this.#database.prepare("SELECT value FROM meta WHERE key = ?").get(FILLED);
    return Number(row?.["value"] ?? 0);
  }

  /**
   * Between which numbers messages of these conversations from between two instants can be. In each of them numbers grow with
   * time (HIST-10), but not so among them: one in which much is said at once is ahead of the others.
   */
  #span(conversations: readonly number[], after: number, before: number): [number, number] {
    const first = this.#database.prepare(`
      SELECT id FROM messages WHERE conversation = ? AND ${SAID} AND at > ? ORDER BY at, id LIMIT 1
    `);
    const last = this.#database.prepare(`
      SELECT id FROM messages WHERE conversation = ? AND ${SAID} AND at < ?
      ORDER BY at DESC, id DESC LIMIT 1
    `);
    const idOf = (row: Record<string, unknown> | undefined, none: number): number =>
      row === undefined ? none : Number(row["id"]);
    let [from, to] = [Number.MAX_SAFE_INTEGER, 0];
    for (const conversation of conversations) {
      from = Math.min(from, idOf(first.get(conversation, after), from));
      to = Math.max(to, idOf(last.get(conversation, before), to));
    }
    return [from, to];
  }
}
