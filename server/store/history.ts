/**
 * The history over SQLite.
 *
 * What is said and what is done have an index each, so that joins and quits cost nothing to those who read messages only.
 * Words are made ready to be found in slices, when nobody waits.
 *
 * SPEC: "History".
 *
 * @module
 */
import { ASCII, type CaseMapping, type Folded } from "../../protocol/mod.ts";
import type { UserId } from "../core/events.ts";
import type {
  Conversation,
  Found,
  History,
  HistoryEntry,
  HistoryRange,
  HistoryScope,
  HistorySearch,
  HistoryVerb,
  Identity,
  Kept,
  LastSaid,
  Reference,
  Retention,
} from "../core/history.ts";
import { identityOfAccount, keyOf } from "../core/history.ts";
import { StoreError } from "../core/store_error.ts";
import { keysOf } from "../core/times.ts";
import { type Arrival, Arrivals } from "./arrivals.ts";
import { Conversations } from "./conversations.ts";
import type { Database } from "./database.ts";
import {
  arrivalOf,
  COLUMNS,
  conversationOf,
  DONE,
  entryOf,
  IS_MESSAGE,
  REDACTED,
  type Row,
  SAID,
} from "./history_row.ts";
import { HistoryRetention } from "./retention.ts";
import { SearchIndex } from "./search_index.ts";

/** Entries whose words are made ready to be found at a time. */
const FILLED_AT_ONCE = 100;
/** Entries that are worth a slice of the upkeep: of fewer each costs several times as much, and as many pages of the disk. */
const ENOUGH = 64;
/**
 * Hits of a search that are looked at beyond what is wanted: they come by number, and where much is said in one conversation
 * at once it is ahead of the others, so that a later number may have an earlier time. (HIST-10)
 */
const OUT_OF_STEP = 200;

/** What those read who want no events, with what ends with it. */
const MESSAGES: ReadonlySet<HistoryVerb> = new Set(["PRIVMSG", "NOTICE", "TAGMSG"]);

/** A place in the order of a conversation. */
interface Place {
  readonly at: number;
  readonly id: number;
}

/** The history of a database. */
export class SqliteHistory implements History {
  readonly #database: Database;
  readonly #names: CaseMapping;
  /** The words of what is kept. */
  readonly index: SearchIndex;
  readonly #retention: HistoryRetention;
  readonly #arrivals: Arrivals;
  readonly #conversations: Conversations;
  /** Entries that have come since the last look at what is due. */
  #arrived = 0;
  /** How many wait to be made ready to be found, and whether their turn is next. At the start there may be many. */
  #unfilled = ENOUGH;
  #isFillNext = false;
  /**
   * Whether something waits that readers of messages must see: joins and quits alone are not committed for them. Another process
   * may have left something.
   */
  #hasNews = true;
  /** Whether something was taken back since the log was emptied last. */
  #hasRedacted = false;

  /** @param names When the names of accounts are equal. */
  constructor(database: Database, names: CaseMapping = ASCII) {
    this.#database = database;
    this.#names = names;
    this.index = new SearchIndex(database, names);
    this.#retention = new HistoryRetention(database, this.index);
    this.#conversations = new Conversations(database);
    this.#arrivals = new Arrivals(database, (arrival) => this.#place(arrival));
  }

  record(conversation: Conversation, entry: HistoryEntry, by: UserId | null): void {
    const arrival = arrivalOf(conversation, entry, by);
    if (MESSAGES.has(entry.verb)) this.#hasNews = true;
    this.#database.enqueue(() => this.#arrivals.add(arrival), by);
  }

  read(range: HistoryRange): readonly HistoryEntry[] | "unknown-reference" {
    if (range.withEvents || this.#hasNews || hasMsgid(range)) this.#settle();
    return this.#database.peek(() => {
      const id = this.#conversations.find(keyOf(range.conversation));
      if (id === undefined) return hasMsgid(range) ? "unknown-reference" : [];
      const after = this.#placeOf(id, range, range.after, "after");
      const before = this.#placeOf(id, range, range.before, "before");
      if (after === undefined || before === undefined) return "unknown-reference";
      return this.#rows(id, range, after, before, range.from, range.limit).map(entryOf);
    });
  }

  around(
    reference: Reference,
    range: Omit<HistoryRange, "after" | "before" | "from">,
  ): readonly HistoryEntry[] | "unknown-reference" {
    return this.#database.read(() => {
      const id = this.#conversations.find(keyOf(range.conversation));
      if (id === undefined) return "msgid" in reference ? "unknown-reference" : [];
      const place = this.#placeOf(id, range, reference, "before");
      if (place === undefined || place === null) return "unknown-reference";
      const half = Math.floor(range.limit / 2);
      const rows = this.#rows(id, range, null, place, "newest", half);
      // The place itself belongs to what comes after.
      const from = { at: place.at, id: place.id - 1 };
      return [...rows, ...this.#rows(id, range, from, null, "oldest", range.limit - rows.length)]
        .map(entryOf);
    });
  }

  last(scopes: readonly HistoryScope[]): readonly LastSaid[] {
    return this.#database.read(() =>
      scopes.flatMap((scope): LastSaid[] => {
        const id = this.#conversations.find(keyOf(scope.conversation));
        if (id === undefined) return [];
        const [row] = this.#rows(id, { ...scope, withEvents: false }, null, null, "newest", 1);
        return row === undefined ? [] : [{ conversation: scope.conversation, entry: entryOf(row) }];
      })
    );
  }

  direct(identity: Identity, limit: number): readonly LastSaid[] {
    return this.#database.read(() =>
      this.#database.prepare(`
        SELECT ${COLUMNS}, (SELECT key FROM conversations WHERE id = conversation) AS key
        FROM messages WHERE id IN (
          SELECT (
            SELECT id FROM messages WHERE conversation = ends.conversation AND verb IN (0, 1)
            ORDER BY at DESC, id DESC LIMIT 1
          ) FROM ends WHERE identity = ?
        ) ORDER BY at DESC, id DESC LIMIT +?
      `).all(identity, limit).map((row) => {
        const found = row as unknown as Row & { readonly key: string };
        return { conversation: conversationOf(found.key), entry: entryOf(found) };
      })
    );
  }

  ahead(of: number): readonly (readonly [key: string, at: number])[] {
    // A look into each of two indexes for each conversation: a look at all entries takes a second for some millions of them.
    const last = (verbs: string): string =>
      `coalesce((SELECT max(at) FROM messages WHERE conversation = conversations.id AND ${verbs}), 0)`;
    return this.#database.read(() =>
      this.#database.prepare(`
        SELECT key, last FROM (SELECT key, max(${last(SAID)}, ${
        last(DONE)
      }) AS last FROM conversations)
        WHERE last >= ?
      `).all(of).flatMap(({ key, last }) =>
        keysOf(conversationOf(String(key))).map((each) => [each, Number(last)] as const)
      )
    );
  }

  find(msgid: string): Kept | undefined {
    return this.#database.read(() => {
      const row = this.#database.prepare(`
        SELECT ${COLUMNS}, author, (SELECT key FROM conversations WHERE id = conversation) AS key
        FROM messages WHERE msgid = ? AND ${IS_MESSAGE}
          AND (SELECT since FROM conversations WHERE id = conversation) = 0
      `).get(msgid) as unknown as
        | (Row & { readonly key: string; readonly author: string | null })
        | undefined;
      if (row === undefined) return undefined;
      const { key, account, author } = row;
      const from = account === null ? author : identityOfAccount(this.#names.fold(account));
      return { conversation: conversationOf(key), entry: entryOf(row), from };
    });
  }

  search({ scopes, ...wanted }: HistorySearch): readonly Found[] {
    return this.#database.read(() => {
      const byId = new Map<number, HistoryScope>();
      for (const scope of scopes) {
        const id = this.#conversations.find(keyOf(scope.conversation));
        if (id !== undefined) byId.set(id, scope);
      }
      if (byId.size === 0) return [];
      const found: { readonly scope: HistoryScope; readonly row: Row }[] = [];
      for (const id of this.index.find([...byId.keys()], wanted)) {
        const row = this.#database.prepare(
          `SELECT ${COLUMNS} FROM messages WHERE id = ? AND verb IN (0, 1)`,
        ).get(id) as unknown as Row | undefined;
        if (row === undefined) continue;
        const scope = byId.get(row.conversation);
        const { after = -Infinity, before = Infinity } = wanted;
        const isSeen = scope !== undefined && row.at >= scope.since && row.level <= scope.level;
        if (!isSeen || row.at <= after || row.at >= before) continue;
        found.push({ scope, row });
        if (found.length === wanted.limit + OUT_OF_STEP) break;
      }
      found.sort((one, other) => one.row.at - other.row.at || one.row.id - other.row.id);
      const kept = wanted.keep === "earliest"
        ? found.slice(0, wanted.limit)
        : found.slice(-wanted.limit);
      return kept.map(({ scope, row }) => ({ scope, entry: entryOf(row) }));
    });
  }

  redact(msgid: string): void {
    this.#hasRedacted = true;
    this.#change(() => {
      const ids = this.#database.prepare(
        `SELECT id FROM messages WHERE msgid = ?1 AND ${IS_MESSAGE}
          UNION ALL SELECT id FROM messages WHERE reply_to = ?1`,
      ).all(msgid);
      for (const { id } of ids as { id: number }[]) {
        this.index.erase(id);
        this.#database.prepare(`
          UPDATE messages SET verb = ${REDACTED}, source = '', account = NULL, author = NULL,
          target = '', text = NULL, reply_to = NULL, data = NULL WHERE id = ?
        `).run(id);
      }
    });
  }

  rename(from: Folded, to: Folded): void {
    this.#change(() => {
      // What another channel of that name has left is nobody's any more.
      this.#leave("key = ?", to);
      this.#database.prepare("UPDATE conversations SET key = ? WHERE key = ?").run(to, from);
      this.#conversations.forget();
    });
  }

  close(channel: Folded, isClosed: boolean): void {
    this.#change(() => {
      const id = this.#conversations.make(channel);
      this.#database.prepare("UPDATE conversations SET is_closed = ? WHERE id = ?")
        .run(Number(isClosed), id);
    });
  }

  begin(channel: Folded): void {
    if (!this.#hasNews && !this.#isBound(channel)) return;
    this.#change(() => {
      this.#leave("key = ? AND is_closed = 1", channel);
      this.#database.prepare(
        "UPDATE conversations SET keep_count = NULL, keep_ms = NULL WHERE key = ?",
      ).run(channel);
    });
  }

  retain(channel: Folded, retention: Retention | null): void {
    this.#change(() => {
      const id = this.#conversations.make(channel);
      this.#database.prepare("UPDATE conversations SET keep_count = ?, keep_ms = ? WHERE id = ?")
        .run(retention?.count || null, retention?.forMs || null, id);
      this.#retention.recount(id);
    });
  }

  /**
   * Forgets what users without an account said to each other while another process ran: nobody is one of them any more. For
   * the start of a server.
   */
  forgetGuests(): void {
    const of = (test: string): string =>
      `(SELECT conversation FROM ends WHERE identity ${test} GLOB '=*')`;
    this.#change(() => {
      this.#leave(`id IN ${of("NOT")} AND id NOT IN ${of("")}`);
      this.#database.prepare(
        "DELETE FROM ends WHERE conversation IN (SELECT id FROM conversations WHERE since > 0)",
      ).run();
    });
  }

  tend(at: number, retention: Retention): void {
    // What waits is bounded: messages come first.
    if (this.#database.condition.isPaused) return;
    if (this.#hasRedacted) {
      // The log holds the pages as they were before.
      this.#database.flush();
      this.#hasRedacted = !this.#database.checkpoint("TRUNCATE");
    }
    this.#change(() => {
      const arrived = this.#arrived;
      this.#arrived = 0;
      if (this.#retention.expire(at, retention, arrived)) this.#conversations.forget();
      if (this.#unfilled > 0) this.#fill();
    });
  }

  /** Whether much of what has come is not in its place yet, or not ready to be found, and the file can be written. */
  get isBehind(): boolean {
    const { isPaused } = this.#database.condition;
    return !isPaused && (this.#arrivals.count >= ENOUGH || this.#unfilled >= ENOUGH);
  }

  /** Does a little of that, the one or the other: some 2 ms where people talk fast. What is less than much is left to `tend`. */
  catchUp(): void {
    if (this.#database.condition.isPaused) return;
    if (this.#unfilled >= ENOUGH && (this.#isFillNext || this.#arrivals.count < ENOUGH)) {
      this.#database.enqueue(() => this.#fill());
      this.#database.flush();
      this.#isFillNext = false;
    } else {
      this.#settle();
      this.#isFillNext = true;
    }
  }

  /** Makes some ready to be found. */
  #fill(): void {
    const mayBeMore = this.index.fill(FILLED_AT_ONCE);
    this.#unfilled = mayBeMore ? ENOUGH : 0;
  }

  /** Whether a conversation has what ends with its channel. */
  #isBound(key: string): boolean {
    const sql = "SELECT 1 FROM conversations WHERE key = ? " +
      "AND (is_closed = 1 OR keep_count IS NOT NULL OR keep_ms IS NOT NULL)";
    try {
      return this.#database.peek(() => this.#database.prepare(sql).get(key)) !== undefined;
    } catch (error) {
      if (error instanceof StoreError) return true; // it may have
      throw error;
    }
  }

  /** Puts all that waits in its place, where the file can be written. */
  #settle(): void {
    this.#database.flush();
    this.#database.settle();
    if (this.#database.waiting === 0 && this.#arrivals.isEmpty) this.#hasNews = false;
  }

  /** Queues a change of what is kept: of all that was said before it. */
  #change(run: () => void): void {
    this.#hasNews = true;
    this.#database.enqueue(() => {
      this.#arrivals.settle();
      run();
    });
  }

  #place(arrival: Arrival): void {
    const [
      key,
      at,
      msgid,
      verb,
      level,
      source,
      account,
      author,
      target,
      text,
      replyTo,
      data,
      name,
    ] = arrival;
    const id = this.#conversations.make(key);
    this.#conversations.spell(id, name ?? undefined);
    this.#retention.grow(id);
    this.#arrived++;
    this.#unfilled++;
    this.#database.prepare(`
      INSERT INTO messages
        (conversation, at, msgid, verb, level, source, account, author, target, text, reply_to, data)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    `).run(id, at, msgid, verb, level, source, account, author, target, text, replyTo, data);
  }

  /**
   * Puts conversations out of everybody's reach: no name holds a space. What is from before `since`, which is all, is forgotten
   * by and by.
   */
  #leave(where: string, ...values: readonly string[]): void {
    const { changes } = this.#database.prepare(`
      UPDATE conversations SET key = key || ' ' || id, since = ${Number.MAX_SAFE_INTEGER},
        is_closed = 0, keep_count = NULL, keep_ms = NULL
      WHERE ${where}
    `).run(...values);
    if (Number(changes) > 0) this.#conversations.forget();
  }

  /** Where a reference points to: `null` for none, `undefined` for one that the reader may not know of. */
  #placeOf(
    conversation: number,
    { level }: Pick<HistoryScope, "level">,
    reference: Reference | undefined,
    bound: "after" | "before",
  ): Place | null | undefined {
    if (reference === undefined) return null;
    // An instant is before, or after, all that bears it.
    if ("at" in reference) {
      return { at: reference.at, id: bound === "after" ? Number.MAX_SAFE_INTEGER : 0 };
    }
    // One may know a message from before one may read: what comes after it is asked for.
    return this.#database.prepare(
      "SELECT at, id FROM messages WHERE msgid = ? AND conversation = ? AND level <= ?",
    ).get(reference.msgid, conversation, level) as Place | undefined;
  }

  #rows(
    id: number,
    { since, level, withEvents }: Pick<HistoryRange, "since" | "level" | "withEvents">,
    after: Place | null,
    before: Place | null,
    from: "oldest" | "newest",
    limit: number,
  ): Row[] {
    if (limit <= 0) return [];
    const lower = after !== null && after.at >= since ? after : { at: since, id: 0 };
    const upper = before ?? { at: Number.MAX_SAFE_INTEGER, id: 0 };
    const order = from === "oldest" ? "ASC" : "DESC";
    // A limit that is a bare parameter has the statement compiled anew whenever it is bound, which costs more than the rows.
    const select = (verbs: string): string => `
      SELECT * FROM (
        SELECT ${COLUMNS} FROM messages
        WHERE conversation = ?1 AND ${verbs} AND at >= ?2 AND at <= ?4
          AND (at > ?2 OR id > ?3) AND (at < ?4 OR id < ?5) AND level <= ?6
        ORDER BY at ${order}, id ${order} LIMIT +?7
      )`;
    const sql = withEvents
      ? `${select(SAID)} UNION ALL ${
        select(`${DONE} AND verb < ${REDACTED}`)
      } ORDER BY at ${order}, id ${order} LIMIT +?7`
      : select(SAID);
    const rows = this.#database.prepare(sql)
      .all(id, lower.at, lower.id, upper.at, upper.id, level, limit) as unknown as Row[];
    return from === "oldest" ? rows : rows.reverse();
  }
}

function hasMsgid({ after, before }: HistoryRange): boolean {
  return [after, before].some((reference) => reference !== undefined && "msgid" in reference);
}
