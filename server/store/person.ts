/**
 * All that is kept of one person, to be given to them or to be forgotten: what stands under their account. What somebody said
 * without being logged in is nobody's.
 *
 * SPEC: "Accounts".
 *
 * @module
 */
import { HISTORY_VERBS, identityOfAccount } from "../core/history.ts";
import type { Account } from "../core/ports.ts";
import { StoreError } from "../core/store_error.ts";
import { accountName } from "./export.ts";
import { IS_MESSAGE, SPELLED } from "./history_row.ts";
import type { SqliteStore } from "./store.ts";

/** Rows that are changed in one transaction: a server that writes meanwhile does not wait for long. */
const AT_ONCE = 500;

type Row = Readonly<Record<string, unknown>>;

/** A part of the object: its name, and what stands there. */
function part(name: string, value: unknown): string {
  return `  ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`;
}

function timeOf(at: unknown): string {
  return new Date(Number(at)).toISOString();
}

/** All that is kept of a person, as one JSON object, piece by piece. */
export function* exportPerson(
  { database, accounts }: SqliteStore,
  { name, folded, createdAt, seenAt, isAlwaysOn, isMulticlient }: Account,
): Generator<string> {
  const all = (sql: string, ...values: readonly string[]): Row[] =>
    database.read(() => database.prepare(sql).all(...values));
  const identity = identityOfAccount(folded);
  yield "{\n";
  const times = { createdAt: timeOf(createdAt), seenAt: timeOf(seenAt) };
  yield part("account", { name, ...times, isAlwaysOn, isMulticlient });
  yield part("fingerprints", accounts.fingerprintsOf(name));
  yield part(
    "channels",
    all("SELECT name FROM channels WHERE founder = ? ORDER BY folded", folded).map((row) =>
      row["name"]
    ),
  );
  yield part(
    "access",
    all(
      "SELECT name AS channel, ranks FROM access JOIN channels ON folded = channel " +
        "WHERE account = ? ORDER BY folded",
      folded,
    ),
  );
  yield part(
    "read",
    all(
      "SELECT target, name, at FROM markers WHERE identity = ? AND target <> '' ORDER BY target",
      identity,
    ).map(({ target, name, at }) => ({
      target: name ?? accountName(database, String(target)),
      at: timeOf(at),
    })),
  );
  yield part(
    "presence",
    all("SELECT state FROM presences WHERE account = ?", folded).map(({ state }) => {
      return JSON.parse(String(state));
    })[0] ?? null,
  );
  yield `  "messages": [`;
  let separator = "\n    ";
  for (let after = 0;;) {
    const rows = database.read(() =>
      database.prepare(`
        SELECT messages.id, at, verb, source, target, text, data, ${SPELLED} AS place
        FROM messages JOIN conversations ON conversations.id = conversation
        WHERE account = ? AND at >= ? AND messages.id > ? ORDER BY messages.id LIMIT ?
      `).all(name, createdAt, after, AT_ONCE) // READ-7
    );
    for (const row of rows) {
      yield separator + JSON.stringify(messageOf(row));
      separator = ",\n    ";
      after = Number(row["id"]);
    }
    if (rows.length < AT_ONCE) break;
  }
  yield `\n  ]\n}\n`;
}

/** A message, or what else the person did, as others saw it. */
function messageOf({ at, verb, source, target, text, data, place }: Row): Row {
  const where = String(place);
  return {
    at: timeOf(at),
    verb: HISTORY_VERBS[Number(verb)] ?? "REDACT",
    source,
    // A channel's own name, or the one to whom it was said.
    target: /^[#$]/.test(where) ? `${target}${where}` : target,
    ...text === null ? {} : { text },
    ...data === null ? {} : { more: JSON.parse(String(data)) },
  };
}

/**
 * Forgets a person: the account and what is kept of it alone, what the person said, and what was said in direct with them.
 * It can be done again if it was not done to its end.
 *
 * @returns How many messages there were.
 * @throws {StoreError} If the database cannot be written now.
 */
export function forgetPerson(store: SqliteStore, { name, folded }: Account): number {
  const { accounts } = store;
  const count = forgetSaid(store, name);
  forgetRows(
    store,
    "SELECT id FROM messages WHERE conversation IN (SELECT conversation FROM ends WHERE identity = ?)",
    identityOfAccount(folded),
  );
  accounts.drop(name);
  // A server that runs has let the person talk on until now.
  return count + forgetSaid(store, name);
}

/** Forgets what was said and done under an account. */
function forgetSaid(store: SqliteStore, name: string): number {
  const { database, history } = store;
  let count = 0;
  for (let isMore = true; isMore;) {
    const rows = database.read(() =>
      database.prepare(
        `SELECT msgid FROM messages
          WHERE account = ? AND msgid IS NOT NULL AND ${IS_MESSAGE} LIMIT ${AT_ONCE}`,
      ).all(name)
    );
    for (const { msgid } of rows) history.redact(String(msgid));
    database.flush();
    if (database.condition.isPaused) throw new StoreError(database.condition.why);
    count += rows.length;
    isMore = rows.length === AT_ONCE;
  }
  forgetRows(store, "SELECT id FROM messages WHERE account = ?", name);
  return count;
}

/** Takes messages away for good, a few in each transaction. */
function forgetRows(
  { database, history: { index } }: SqliteStore,
  sql: string,
  value: string,
): void {
  for (let isMore = true; isMore;) {
    isMore = database.transact(() => {
      const rows = database.prepare(`${sql} LIMIT ${AT_ONCE}`).all(value);
      for (const { id } of rows) {
        index.erase(Number(id));
        database.prepare("DELETE FROM messages WHERE id = ?").run(Number(id));
      }
      return rows.length === AT_ONCE;
    });
  }
}
