/**
 * Channels in the database, those that are registered and those in which somebody stays: each with its modes, lists and
 * topic as one text, and its access list by account. They go with the account that they belong to.
 *
 * SPEC: "Registered channels".
 *
 * @module
 */
import type { Folded } from "../../protocol/mod.ts";
import type { Channels } from "../core/ports.ts";
import { type ChannelRecord, recordOf } from "../core/registered.ts";
import type { Channel } from "../core/state.ts";
import type { Database } from "./database.ts";

/** The part of a record that is one text. */
type State = Omit<ChannelRecord, "name" | "founder" | "createdAt" | "access">;

const UPSERT = `
  INSERT INTO channels (folded, name, founder, created_at, state)
  SELECT ?1, ?2, ?3, ?4, ?5
  WHERE ?3 IS NULL OR EXISTS (SELECT 1 FROM accounts WHERE folded = ?3)
  ON CONFLICT (folded) DO UPDATE SET
    name = excluded.name, founder = excluded.founder,
    created_at = excluded.created_at, state = excluded.state`;
const GIVE = `
  INSERT OR REPLACE INTO access (channel, account, ranks)
  SELECT ?1, ?2, ?3
  WHERE EXISTS (SELECT 1 FROM accounts WHERE folded = ?2)
    AND EXISTS (SELECT 1 FROM channels WHERE folded = ?1)`;

/** The channels of a database. */
export class ChannelStore implements Channels {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  keep(channel: Channel, mayBeFree = false): void {
    // As it is when it is written: while the file cannot be, what waits takes no memory.
    this.#database.enqueue(() => {
      const { folded, founder } = channel;
      if (founder === null && !mayBeFree) return;
      const { name, founder: _, createdAt, access: __, ...state } = recordOf(channel);
      const owner = founder?.folded ?? null;
      this.#database.prepare(UPSERT)
        .run(folded, name, owner, createdAt, JSON.stringify(state satisfies State));
    });
  }

  keepAccess(channel: Channel): void {
    this.#database.enqueue(() => {
      this.#database.prepare("DELETE FROM access WHERE channel = ?").run(channel.folded);
      for (const [account, { ranks }] of channel.access) {
        this.#database.prepare(GIVE).run(channel.folded, account, ranks);
      }
    });
  }

  drop(channel: Folded): void {
    this.#database.enqueue(() => {
      this.#database.prepare("DELETE FROM channels WHERE folded = ?").run(channel);
    });
  }

  list(): readonly ChannelRecord[] {
    return this.#database.read(() => {
      const access = this.#database.prepare(
        "SELECT name, ranks FROM access JOIN accounts ON folded = account WHERE channel = ? ORDER BY folded",
      );
      const rows = this.#database.prepare(
        "SELECT channels.folded, channels.name, accounts.name AS founder, channels.created_at, state " +
          "FROM channels LEFT JOIN accounts ON accounts.folded = founder ORDER BY channels.folded",
      ).all();
      return rows.map(({ folded, name, founder, created_at, state }) => ({
        ...JSON.parse(String(state)) as State,
        name: String(name),
        founder: founder === null || founder === undefined ? null : String(founder),
        createdAt: Number(created_at),
        access: access.all(folded ?? "").map(({ name, ranks }) => ({
          name: String(name),
          ranks: Number(ranks),
        })),
      }));
    });
  }
}
