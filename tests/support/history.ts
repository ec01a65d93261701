/**
 * A history with something in it, and short words for what is read of it.
 *
 * @module
 */
import type { Folded } from "../../protocol/mod.ts";
import {
  type Conversation,
  directConversation,
  type HistoryEntry,
  type HistoryRange,
} from "../../server/core/history.ts";
import type { SqliteHistory } from "../../server/store/history.ts";
import { openStore, type SqliteStore } from "../../server/store/store.ts";

/** A channel. */
export const TEA: Conversation = { kind: "channel", channel: "#tea" as Folded };
/** Another channel. */
export const MILK: Conversation = { kind: "channel", channel: "#milk" as Folded };
/** What an account and a guest say to each other. */
export const BOTH = directConversation("=ann", "chatd/1-2");
/** All is kept. */
export const FOREVER = { forMs: 0, count: 0 };

/** A message, or what else is said of it. */
export function entry(
  msgid: string | null,
  at: number,
  more: Partial<HistoryEntry> = {},
): HistoryEntry {
  return {
    msgid,
    at,
    verb: "PRIVMSG",
    source: "ann!~ann@host",
    account: null,
    isBot: false,
    isOper: false,
    target: "",
    params: [`text of ${msgid}`],
    ...more,
  };
}

/** A store in which ten messages were said in #tea: m1 at 1, m2 and m3 at 2, then m4 at 4 and so on. */
export function withTen(): SqliteStore {
  const store = openStore(null);
  for (let i = 1; i <= 10; i++) {
    store.history.record(TEA, entry(`m${i}`, i === 3 ? 2 : i), null);
  }
  return store;
}

/** How many rows a table has, as it stands. */
export function rowsIn({ database }: SqliteStore, table: string): number {
  return Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.["n"]);
}

/** Has all that was said in its place, and ready to be found. */
export function catchUp({ history, database }: SqliteStore): void {
  database.transact(() => {
    while (history.index.fill(100));
  });
}

/** The ids of entries, or the verbs of those that have none. */
export function ids(entries: readonly HistoryEntry[] | "unknown-reference"): string {
  return typeof entries === "string"
    ? entries
    : entries.map(({ msgid, verb }) => msgid ?? verb).join(" ");
}

/** The ids of what is read of #tea. */
export function read(history: SqliteHistory, range: Partial<HistoryRange> = {}): string {
  return ids(history.read({
    conversation: TEA,
    since: 0,
    level: 0,
    from: "oldest",
    limit: 100,
    withEvents: false,
    ...range,
  }));
}

/** The ids of what is found in #tea. */
export function search(history: SqliteHistory, text: string, more = {}): string {
  const scopes = [{ conversation: TEA, since: 0, level: 0 }];
  return ids(
    history.search({ scopes, text, limit: 100, ...more }).map(({ entry }) => entry),
  );
}
