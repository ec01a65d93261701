/**
 * All that the server keeps, over one database.
 *
 * @module
 */
import type { Store, StoreCondition, StoreFigures } from "../core/ports.ts";
import { Database, type DatabaseOptions } from "./database.ts";

/** The store over SQLite. */
export class SqliteStore implements Store {
  readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  get condition(): StoreCondition {
    return this.database.condition;
  }

  get onCondition(): Store["onCondition"] {
    return this.database.onCondition;
  }

  set onCondition(told: Store["onCondition"]) {
    this.database.onCondition = told;
  }

  get lost(): number {
    return this.database.lost;
  }

  get figures(): StoreFigures {
    const { file, sizeBytes: bytes, checkpointMs } = this.database;
    return { file, bytes, checkpointMs };
  }

  flush(): void {
    this.database.flush();
  }

  tend(now: number): void {
    this.database.tend(now);
  }
}

/**
 * Opens the store.
 *
 * @param file `null`: in memory only.
 * @throws {DatabaseError} If the file cannot be used.
 */
export function openStore(file: string | null, options: DatabaseOptions = {}): SqliteStore {
  return new SqliteStore(Database.open(file, options));
}
