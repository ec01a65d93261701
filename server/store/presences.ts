/**
 * Users who are always on, in the database: each as one text, that goes with its account.
 *
 * SPEC: "Always on".
 *
 * @module
 */
import type { Folded } from "../../protocol/mod.ts";
import type { Presences } from "../core/ports.ts";
import type { PresenceRecord } from "../core/presence.ts";
import type { Database } from "./database.ts";

const KEEP = `
  INSERT OR REPLACE INTO presences (account, state)
  SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM accounts WHERE folded = ?1)`;

/** The presences of a database. */
export class PresenceStore implements Presences {
  readonly #database: Database;
  /** The number of each account's last change: what is written is as it is then, so that earlier ones need not be. */
  readonly #latest = new Map<Folded, number>();
  #changes = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  keep(account: Folded, record: () => PresenceRecord): void {
    const change = ++this.#changes;
    this.#latest.set(account, change);
    this.#database.enqueue(() => {
      if (this.#latest.get(account) !== change) return;
      this.#database.prepare(KEEP).run(account, JSON.stringify(record()));
    });
  }

  drop(account: Folded): void {
    this.#latest.delete(account);
    this.#database.enqueue(() => {
      this.#database.prepare("DELETE FROM presences WHERE account = ?").run(account);
    });
  }

  list(): readonly PresenceRecord[] {
    const sql = "SELECT name, state FROM presences JOIN accounts ON folded = account " +
      "WHERE is_always_on >= 0 ORDER BY account";
    const rows = this.#database.read(() => this.#database.prepare(sql).all());
    return rows.map(({ name, state }) => ({
      ...JSON.parse(String(state)) as PresenceRecord,
      account: String(name),
    }));
  }

  clear(): void {
    this.#latest.clear();
    this.#database.enqueue(() => {
      this.#database.prepare("DELETE FROM presences").run();
    });
  }
}
