/**
 * All that the server keeps, over one database.
 *
 * @module
 */
import { ASCII, type CaseMapping } from "../../protocol/mod.ts";
import type { Store, StoreCondition, StoreFigures } from "../core/ports.ts";
import { type AccountCost, AccountStore } from "./accounts.ts";
import { BanStore } from "./bans.ts";
import { ChannelStore } from "./channels.ts";
import { Database, type DatabaseOptions } from "./database.ts";
import { SqliteHistory } from "./history.ts";
import { SqliteMarkers } from "./markers.ts";
import { PresenceStore } from "./presences.ts";

/** How a store is opened. */
export interface StoreOptions extends DatabaseOptions {
  /** When names are equal on the network. @default {ASCII} */
  readonly names?: CaseMapping;
  /** What the passwords of accounts cost; tests need no safety. */
  readonly accountCost?: AccountCost;
}

/** The store over SQLite. */
export class SqliteStore implements Store {
  readonly database: Database;
  readonly history: SqliteHistory;
  readonly markers: SqliteMarkers;
  readonly accounts: AccountStore;
  readonly bans: BanStore;
  readonly channels: ChannelStore;
  readonly presences: PresenceStore;

  constructor(database: Database, { names = ASCII, accountCost }: StoreOptions = {}) {
    this.database = database;
    this.history = new SqliteHistory(database, names);
    this.markers = new SqliteMarkers(database);
    this.accounts = new AccountStore(database, names, accountCost);
    this.bans = new BanStore(database);
    this.channels = new ChannelStore(database);
    this.presences = new PresenceStore(database);
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

  get onDefect(): Store["onDefect"] {
    return this.database.onDefect;
  }

  set onDefect(told: Store["onDefect"]) {
    this.database.onDefect = told;
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
export function openStore(file: string | null, options: StoreOptions = {}): SqliteStore {
  return new SqliteStore(Database.open(file, options), options);
}
