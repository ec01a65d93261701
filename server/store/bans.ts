/**
 * Bans from the server in the database.
 *
 * SPEC: "Operators".
 *
 * @module
 */
import { foldMask } from "../../protocol/mod.ts";
import type { BanKind, BanTerms } from "../core/bans.ts";
import type { Bans, KeptBan } from "../core/ports.ts";
import type { Database } from "./database.ts";

/** The bans of a database. */
export class BanStore implements Bans {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  set({ kind, target, reason, by, until }: BanTerms, setAt: number): void {
    const terms = JSON.stringify({ kind, target, reason, by, until, setAt } satisfies KeptBan);
    this.#database.enqueue(() => {
      this.#database.prepare("DELETE FROM bans WHERE terms ->> 'until' <= ?").run(setAt);
      this.#database.prepare("INSERT OR REPLACE INTO bans (kind, target, terms) VALUES (?, ?, ?)")
        .run(kind, foldMask(target), terms);
    });
  }

  lift(kind: BanKind, target: string): void {
    this.#database.enqueue(() => {
      this.#database.prepare("DELETE FROM bans WHERE kind = ? AND target = ?")
        .run(kind, foldMask(target));
    });
  }

  list(): readonly KeptBan[] {
    const rows = this.#database.read(() =>
      this.#database.prepare("SELECT terms FROM bans ORDER BY terms ->> 'setAt'").all()
    );
    return rows.map(({ terms }) => JSON.parse(String(terms)) as KeptBan);
  }
}
