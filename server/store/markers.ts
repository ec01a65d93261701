/**
 * How far accounts have read, and when they were here last: kept until they read on.
 *
 * SPEC: "MARKREAD".
 *
 * @module
 */
import { type Folded, LIMITS } from "../../protocol/mod.ts";
import type { Identity } from "../core/history.ts";
import type { Markers } from "../core/ports.ts";
import type { Database } from "./database.ts";

/** The place under which an account's last presence is kept; no conversation has this name. */
const PRESENCE = "";

/** A marker as it is kept. */
interface Marker {
  readonly at: number;
  /** `null` for one of an earlier version, and for the last presence. */
  readonly name: string | null;
}

/** Markers over SQLite. */
export class SqliteMarkers implements Markers {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(identity: Identity, place: string): number | null {
    return this.#find(identity, place)?.at ?? null;
  }

  nameOf(identity: Identity, place: string): string | null {
    return this.#find(identity, place)?.name ?? null;
  }

  #find(identity: Identity, place: string): Marker | undefined {
    return this.#database.read(() =>
      this.#database.prepare("SELECT at, name FROM markers WHERE identity = ? AND target = ?")
        .get(identity, place) as Marker | undefined
    );
  }

  set(identity: Identity, place: string, name: string, at: number): void {
    const isNew = this.get(identity, place) === null;
    this.#database.enqueue(() => {
      this.#database.prepare(`
        INSERT INTO markers (identity, target, name, at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO UPDATE SET at = max(at, excluded.at), name = excluded.name
      `).run(identity, place, name, at);
      if (!isNew) return;
      this.#database.prepare(`
        DELETE FROM markers WHERE identity = ?1 AND target IN (
          SELECT target FROM markers WHERE identity = ?1 AND target <> '' AND target <> ?2
          ORDER BY at DESC LIMIT -1 OFFSET ?3
        )
      `).run(identity, place, LIMITS.MARKERS.value - 1);
    });
  }

  ahead(of: number): readonly (readonly [key: string, at: number])[] {
    const sql = "SELECT identity, target, at FROM markers WHERE at >= ?";
    return this.#database.read(() =>
      this.#database.prepare(sql).all(of).map(({ identity, target, at }) => {
        const isDirect = !/^[#$]/.test(String(target));
        return [String(isDirect ? identity : target), Number(at)] as const;
      })
    );
  }

  leftAt(identity: Identity): number | null {
    return this.get(identity, PRESENCE);
  }

  leave(identity: Identity, at: number): void {
    // Also where that is earlier: a clock that was set back must not hide what is said from now on.
    this.#database.enqueue(() => {
      this.#database.prepare(`
        INSERT INTO markers (identity, target, at) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET at = excluded.at
      `).run(identity, PRESENCE, at);
    });
  }

  rename(from: Folded, to: Folded, name: string): void {
    this.#database.enqueue(() => {
      this.#database.prepare("UPDATE OR REPLACE markers SET target = ?, name = ? WHERE target = ?")
        .run(to, name, from);
    });
  }
}
