/**
 * Conversations as rows of the database: their numbers by key, which are remembered, and how channels are spelled.
 *
 * @module
 */
import type { Database } from "./database.ts";
import { conversationOf } from "./history_row.ts";

/** Conversations that are remembered. */
const KNOWN = 4096;

/** The conversations of a database. Those that change something are called inside of a transaction. */
export class Conversations {
  readonly #database: Database;
  /** Their numbers, as of one generation of the database. */
  readonly #known: Map<string, number> = new Map();
  /** How channels among them are spelled, where that is not as their key. */
  readonly #spelled: Map<number, string> = new Map();
  #generation = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Notes how a channel is spelled, where that is not as its key. */
  spell(id: number, name: string | undefined): void {
    if (this.#spelled.get(id) === name) return;
    this.#database.prepare("UPDATE conversations SET name = ? WHERE id = ?").run(name ?? null, id);
    if (name === undefined) this.#spelled.delete(id);
    else this.#spelled.set(id, name);
  }

  /** Looks into the database again for what is known of conversations. */
  forget(): void {
    this.#known.clear();
    this.#spelled.clear();
  }

  /** The number of a conversation, if anything was kept of it. */
  find(key: string): number | undefined {
    if (this.#generation !== this.#database.generation) {
      this.forget();
      this.#generation = this.#database.generation;
    }
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const row = this.#database.prepare("SELECT id, name FROM conversations WHERE key = ?").get(key);
    if (row === undefined) return undefined;
    if (this.#known.size >= KNOWN) this.forget();
    const id = Number(row["id"]);
    this.#known.set(key, id);
    if (row["name"] !== null) this.#spelled.set(id, String(row["name"]));
    return id;
  }

  /** The number of a conversation, which is made if need be. */
  make(key: string): number {
    const known = this.find(key);
    if (known !== undefined) return known;
    const { lastInsertRowid } = this.#database.prepare(
      "INSERT INTO conversations (key) VALUES (?)",
    ).run(key);
    const conversation = conversationOf(key);
    if (conversation.kind === "direct") {
      for (const identity of new Set(conversation.ends)) {
        this.#database.prepare("INSERT INTO ends (identity, conversation) VALUES (?, ?)")
          .run(identity, lastInsertRowid);
      }
    }
    return Number(lastInsertRowid);
  }
}
