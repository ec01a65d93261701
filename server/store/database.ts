/**
 * The embedded database: one SQLite file, one writer, many writes in one transaction.
 *
 * Writes are queued and committed together, before the first byte of what they are about leaves. When the disk is full or the
 * file is broken they wait, in bounded memory, and the file is tried again and again: the chat goes on meanwhile.
 *
 * SPEC: "History".
 *
 * @module
 */
import { backup, DatabaseSync, type StatementSync } from "node:sqlite";
import type { StoreCondition } from "../core/ports.ts";
import { StoreError } from "../core/store_error.ts";
import { DatabaseError, migrate } from "./upgrade.ts";

export { DatabaseError, StoreError };

/** How long another process that writes is waited for. */
const BUSY_MS = 250;
/** Writes that may wait while the file cannot be written; later ones are lost. */
const WAITING = 20_000;
/** Between two tries to write to a file that could not be written. */
const RETRY_MS = 1000;
/** Pages of the log from which on it is moved into the file at once, and how long fewer may wait. */
const MANY_PAGES = 1000;
const FEW_PAGES_MS = 5000;
/** Pages that are copied in one step: where it takes several, each write of another process in between has it begin anew. */
const ALL_PAGES = 0x7fff_ffff;

/** What makes a commit last. */
export type Durability = "process" | "power";

/** How a database is opened. */
export interface DatabaseOptions {
  /** `power`: each commit waits for the disk. @default {"process"} */
  readonly durability?: Durability;
  /** Milliseconds that another writer is waited for. @default {250} */
  readonly busyMs?: number;
  /** The most pages that the file may have. For tests: so a disk is full. */
  readonly maxPages?: number;
}

/** What keeps things in a provisional form first, so that a commit is cheap. */
export interface Stage {
  /** Whether nothing waits for its place. */
  readonly isEmpty: boolean;
  /** Puts all in its place. Inside a transaction, before anything that may depend on it. */
  settle(): void;
  /** Writes what has come in this transaction. Inside of it, last. */
  write(): void;
  /** The transaction is over. */
  end(isCommitted: boolean): void;
}

/** A write that waits, and whose it is. */
interface Write {
  readonly run: () => void;
  readonly by: string | null;
}

/** Results of SQLite that tell of the disk or of others, and not of a defect of ours: their low byte. */
const ENVIRONMENT: ReadonlySet<number> = new Set([
  5, // BUSY
  6, // LOCKED
  7, // NOMEM
  8, // READONLY
  10, // IOERR
  11, // CORRUPT
  13, // FULL
  14, // CANTOPEN
  15, // PROTOCOL
  22, // NOLFS
  26, // NOTADB
]);

/** An open database. */
export class Database {
  /** `null`: in memory only. */
  readonly file: string | null;
  readonly #options: DatabaseOptions;
  /** `null` between two tries to open it. */
  #db: DatabaseSync | null;
  #statements: Map<string, StatementSync> = new Map();
  #queue: Write[] = [];
  #condition: StoreCondition = { isPaused: false };
  #triedAt = -Infinity;
  #movedAt = -Infinity;
  #lost = 0;
  /** How long the last checkpoint has taken; `null` before the first. */
  checkpointMs: number | null = null;
  /** Changes when what was read or written before may not be there any more: the file was opened anew, or a commit failed. */
  generation = 0;
  /** What has a provisional form first. */
  stage: Stage | null = null;
  /** Told when writes begin to wait, and when they go on. */
  onCondition: ((condition: StoreCondition) => void) | null = null;
  /** Has the log moved into the file by somebody else. `null`: it is done here. */
  onCheckpointDue: (() => void) | null = null;
  /** Told of a defect: a write that can never succeed, and was left out. */
  onDefect: ((error: unknown) => void) | null = null;

  private constructor(file: string | null, db: DatabaseSync, options: DatabaseOptions) {
    this.file = file;
    this.#db = db;
    this.#options = options;
  }

  /**
   * Opens a file, or makes it, and brings it up to date.
   *
   * @param file `null` for a database in memory.
   * @throws {DatabaseError} If it is not ours, is newer than this program, is broken, or cannot be opened.
   */
  static open(file: string | null, options: DatabaseOptions = {}): Database {
    try {
      const db = connect(file, options);
      migrate(db, file);
      return new Database(file, db, options);
    } catch (error) {
      if (error instanceof DatabaseError) throw error;
      throw new DatabaseError(`Cannot use the database ${file}: ${whyNot(error)}`);
    }
  }

  /** Whether queued writes wait for the file. */
  get condition(): StoreCondition {
    return this.#condition;
  }

  /** Writes that were given up while the file could not be written. */
  get lost(): number {
    return this.#lost;
  }

  /** Writes that are queued. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** The statement of a text; kept, so that it is compiled once. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#live.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /**
   * Queues a write for the next commit. It may be run again after a failure, so it must do nothing but use statements.
   *
   * @param by The user whose message it keeps: told when it has to wait.
   */
  enqueue(run: () => void, by: string | null = null): void {
    if (this.#queue.length >= WAITING) this.#lost++;
    else this.#queue.push({ run, by });
  }

  /** Commits what is queued; inside of a transaction nothing. Never throws. */
  flush(): void {
    if (this.#queue.length > 0 && this.#canBegin) this.#commit();
  }

  /** Once a second: commits what nobody has waited for, tries a file again, and has the log moved into the file when that is due. */
  tend(now: number): void {
    if (this.#condition.isPaused) {
      if (now - this.#triedAt < RETRY_MS) return;
      this.#triedAt = now;
      this.#reopen();
      if (this.#db === null) return;
    }
    if (this.#queue.length > 0 || this.#condition.isPaused) this.#commit();
    if (this.#condition.isPaused) return;
    const pages = this.#pagesOfLog;
    if (pages < MANY_PAGES && (pages === 0 || now - this.#movedAt < FEW_PAGES_MS)) return;
    this.#movedAt = now;
    if (this.onCheckpointDue === null) this.checkpoint();
    else this.onCheckpointDue();
  }

  /** Pages of the log that are not in the file yet. */
  get #pagesOfLog(): number {
    try {
      const { log, checkpointed } = this.prepare("PRAGMA wal_checkpoint(NOOP)").get() as {
        log: number;
        checkpointed: number;
      };
      return log - checkpointed;
    } catch {
      return 0; // the next time
    }
  }

  /**
   * Does something at once, in a transaction of its own, after what is queued. It may read.
   *
   * @throws {StoreError} If the file cannot be written now.
   */
  transact<T>(work: () => T): T {
    this.flush();
    if (this.#condition.isPaused) throw new StoreError("The database cannot be written now");
    try {
      return this.#transaction(() => {
        this.stage?.settle();
        return work();
      });
    } catch (error) {
      if (!isEnvironment(error)) throw error;
      throw new StoreError(whyNot(error), { cause: error });
    }
  }

  /**
   * Reads, and sees all that was queued before.
   *
   * @throws {StoreError} If the file cannot be read now.
   */
  read<T>(work: () => T): T {
    this.flush();
    this.settle();
    return this.peek(work);
  }

  /**
   * Reads what has its place, where nothing that waits makes a difference.
   *
   * @throws {StoreError} If the file cannot be read now.
   */
  peek<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof StoreError || !isEnvironment(error)) throw error;
      throw new StoreError(whyNot(error), { cause: error });
    }
  }

  /**
   * Puts what was kept provisionally in its place; where the file cannot be written it stays where it is. Inside of a
   * transaction it is there already. Never throws.
   */
  settle(): void {
    const { stage } = this;
    if (stage === null || stage.isEmpty || !this.#canBegin) return;
    try {
      this.#transaction(() => stage.settle());
    } catch (error) {
      if (!isEnvironment(error)) this.onDefect?.(error);
    }
  }

  /** Moves what was committed from the log into the file. Tells whether it could. */
  checkpoint(mode: "PASSIVE" | "TRUNCATE" = "PASSIVE"): boolean {
    const startedAt = performance.now();
    try {
      const row = this.prepare(`PRAGMA wal_checkpoint(${mode})`).get();
      this.checkpointMs = performance.now() - startedAt;
      return row?.["busy"] === 0;
    } catch {
      return false; // the log stays as it is until the next time
    }
  }

  /** Bytes of the database, without what is in the log only. */
  get sizeBytes(): number {
    try {
      const { page_count: pages } = this.prepare("PRAGMA page_count").get() as {
        page_count: number;
      };
      const { page_size: size } = this.prepare("PRAGMA page_size").get() as { page_size: number };
      return pages * size;
    } catch {
      return 0;
    }
  }

  /**
   * Copies the database into another file, while it is used.
   *
   * @throws {StoreError} If that file cannot be written.
   */
  async backup(to: string): Promise<void> {
    this.flush();
    try {
      await backup(this.#live, to, { rate: ALL_PAGES });
    } catch (error) {
      throw new StoreError(whyNot(error), { cause: error });
    }
  }

  /** Commits what is queued, and closes the file. */
  close(): void {
    this.flush();
    this.settle();
    if (this.#db === null) return;
    if (this.file !== null) this.checkpoint("TRUNCATE");
    this.#statements.clear();
    this.#db.close();
    this.#db = null;
  }

  get #live(): DatabaseSync {
    if (this.#db === null) throw new StoreError("The database is not open");
    return this.#db;
  }

  /** Whether a transaction may begin: none has, and the file can be written. */
  get #canBegin(): boolean {
    return !this.#condition.isPaused && this.#db?.isTransaction !== true;
  }

  #transaction<T>(work: () => T): T {
    this.prepare("BEGIN IMMEDIATE").run();
    try {
      const result = work();
      this.stage?.write();
      this.prepare("COMMIT").run();
      this.stage?.end(true);
      return result;
    } catch (error) {
      this.stage?.end(false);
      this.generation++;
      try {
        // Some failures have ended the transaction already.
        if (this.#live.isTransaction) this.prepare("ROLLBACK").run();
      } catch { /* the first error counts */ }
      throw error;
    }
  }

  #commit(): void {
    const queue = this.#queue;
    try {
      this.#transaction(() => {
        for (const { run } of queue) run();
      });
      this.#queue = [];
      if (this.#condition.isPaused) this.#tell({ isPaused: false });
    } catch (error) {
      if (isEnvironment(error) || error instanceof StoreError) this.#pause(error);
      else this.#commitEach(queue);
    }
  }

  /** After a defect: each write alone, so that one that fails takes no other with it. */
  #commitEach(queue: readonly Write[]): void {
    for (const [i, write] of queue.entries()) {
      try {
        this.#transaction(write.run);
      } catch (error) {
        if (isEnvironment(error)) {
          this.#queue = queue.slice(i);
          return this.#pause(error);
        }
        this.onDefect?.(error);
      }
    }
    this.#queue = [];
  }

  #pause(error: unknown): void {
    if (this.#condition.isPaused) return;
    const senders = new Set<string>();
    for (const { by } of this.#queue) if (by !== null) senders.add(by);
    this.#tell({ isPaused: true, why: whyNot(error), senders });
  }

  #tell(condition: StoreCondition): void {
    this.#condition = condition;
    this.onCondition?.(condition);
  }

  /** A broken file may have been put right, or replaced, by the operator. */
  #reopen(): void {
    if (this.file === null) return;
    try {
      this.#statements.clear();
      this.#db?.close();
    } catch { /* it is broken */ }
    this.#db = null;
    try {
      const db = connect(this.file, this.#options);
      migrate(db, this.file);
      this.generation++;
      this.#db = db;
    } catch { /* the next time */ }
  }
}

/**
 * Keeps a file for one server at a time, as long as the process lives.
 *
 * @throws {DatabaseError} If another server has it.
 */
export function claim(file: string): Disposable {
  makePrivate(`${file}.lock`);
  const lock = Deno.openSync(`${file}.lock`, { write: true, create: true, mode: 0o600 });
  if (!lock.tryLockSync(true)) {
    lock.close();
    throw new DatabaseError(
      `The database ${file} is in use by another chatd. Stop that one, or give another --data FILE.`,
    );
  }
  return lock;
}

function connect(file: string | null, options: DatabaseOptions): DatabaseSync {
  if (file !== null) makePrivate(file);
  const db = new DatabaseSync(file ?? ":memory:", { timeout: options.busyMs ?? BUSY_MS });
  try {
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = ${options.durability === "power" ? "FULL" : "NORMAL"};
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA foreign_keys = ON;
      PRAGMA secure_delete = ON;
      PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -8192;
    `);
    if (options.maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${options.maxPages}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What people have said is for nobody else on the machine. */
function makePrivate(file: string): void {
  const at = Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\"));
  if (at > 0) Deno.mkdirSync(file.slice(0, at), { recursive: true, mode: 0o700 });
  Deno.openSync(file, { read: true, write: true, create: true, mode: 0o600 }).close();
}

/** Whether an error tells of the disk or of other programs, rather than of a defect. */
export function isEnvironment(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" &&
    ENVIRONMENT.has(error.errcode & 0xff);
}

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}
