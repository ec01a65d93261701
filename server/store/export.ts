/**
 * The whole history, entry by entry, as plain data for other programs.
 *
 * @module
 */
import type { HistoryEntry, Identity } from "../core/history.ts";
import type { Database } from "./database.ts";
import { COLUMNS, conversationOf, entryOf, REDACTED, type Row, SPELLED } from "./history_row.ts";

/** Rows that are read at once, so that the server does not wait. */
const AT_ONCE = 500;

/** What is wanted of it. */
export interface ExportFilter {
  /** Nothing from before. Milliseconds since the epoch. */
  readonly since: number;
  /** Folded channels, `$*`, and identities whose direct conversations are wanted; none for all. */
  readonly places: ReadonlySet<string>;
}

/** An entry as a line of the export has it; what an entry has not is left out. */
export type ExportedEntry = Readonly<Record<string, unknown>>;

/**
 * All entries, in the order in which they were made.
 *
 * @throws {StoreError} If the database cannot be read now.
 */
export function* exportHistory(
  database: Database,
  { since, places }: ExportFilter,
): Generator<ExportedEntry> {
  let after = 0;
  for (;;) {
    const rows = database.read(() =>
      database.prepare(`
        SELECT ${COLUMNS}, (SELECT key FROM conversations WHERE id = conversation) AS key,
          (SELECT ${SPELLED} FROM conversations WHERE id = conversation) AS spelled
        FROM messages WHERE id > ? AND verb < ${REDACTED} ORDER BY id LIMIT ${AT_ONCE}
      `).all(after)
    ) as unknown as (Row & { readonly key: string; readonly spelled: string })[];
    const nameOf = accountNames(database);
    for (const row of rows) {
      after = row.id;
      const where = placesOf(row.key);
      const isWanted = places.size === 0 || where.some((place) => places.has(place));
      if (row.at < since || !isWanted) continue;
      const isDirect = where.length > 1;
      yield exported(entryOf(row), isDirect ? where.map(nameOf) : placesOf(row.spelled));
    }
    if (rows.length < AT_ONCE) return;
  }
}

/** Tells what those are called who talk in direct: accounts by their names, others by what they are known by. */
function accountNames(database: Database): (end: Identity) => string {
  const known = new Map<Identity, string>();
  return (end) => {
    const name = known.get(end) ?? accountName(database, end);
    known.set(end, name);
    return name;
  };
}

/** What somebody is called who talks in direct. */
export function accountName(database: Database, end: Identity): string {
  const folded = end.replace(/^=/, "");
  if (folded === end) return end;
  const sql = "SELECT name FROM accounts WHERE folded = ?";
  const row = database.read(() => database.prepare(sql).get(folded));
  return String(row?.["name"] ?? folded);
}

/** The channel, or both ends. A channel that nobody can read any more has something after its name. */
function placesOf(key: string): readonly string[] {
  const conversation = conversationOf(key);
  switch (conversation.kind) {
    case "channel":
      return [conversation.channel.split(" ", 1)[0] ?? ""];
    case "direct":
      return conversation.ends;
    case "everyone":
      return ["$*"];
  }
}

function exported(entry: HistoryEntry, where: readonly string[]): ExportedEntry {
  const { at, verb, source, account, isBot, isOper, target, params, lines, tags, msgid } = entry;
  const { relayedBy } = entry;
  const isMessage = verb === "PRIVMSG" || verb === "NOTICE";
  return {
    time: new Date(at).toISOString(),
    // Of a direct conversation both ends.
    in: where.length === 1 ? where[0] : where,
    verb,
    from: source,
    ...account === null ? {} : { account },
    ...target === "" ? {} : { to: target },
    ...isMessage ? { text: params[0] ?? "" } : params.length === 0 ? {} : { params },
    ...lines === undefined ? {} : { lines: lines.map(({ text }) => text) },
    ...tags === undefined ? {} : { tags: Object.fromEntries(tags) },
    ...msgid === null ? {} : { msgid },
    ...relayedBy === undefined ? {} : { relayedBy },
    ...isBot ? { bot: true } : {},
    ...isOper ? { oper: true } : {},
  };
}
