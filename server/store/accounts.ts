/**
 * Accounts in the database, and their passwords: as a hash of Argon2id, against which PLAIN is checked, and as a verifier of
 * SCRAM-SHA-256. Neither gives the password back.
 *
 * The verifier takes 600,000 rounds of PBKDF2, as OWASP recommends: whoever steals the file tries passwords against the weaker
 * of the two. It is made when a password is set (some 0.2 s, off the turn, a few at a time); to check a proof is cheap
 * however many rounds there are.
 *
 * SPEC: "Accounts".
 *
 * @module
 */
import {
  ASCII,
  byteLength,
  type Bytes,
  type CaseMapping,
  type Folded,
  formatVerifier,
  fromBase64,
  LIMITS,
  makeVerifier,
  parseVerifier,
  preparePassword,
  type SaslCrypto,
  type ScramVerifier,
  toBase64,
} from "../../protocol/mod.ts";
import { identityOfAccount } from "../core/history.ts";
import { formatPasswordHash, type HashCost } from "../core/password.ts";
import type { Account, AccountChange, Accounts, LoginVerdict } from "../core/ports.ts";
import { StoreError } from "../core/store_error.ts";
import type { Database } from "./database.ts";
import { release } from "./identity.ts";
import { COST, hashPassword, PasswordChecker } from "./passwords.ts";
import { saslCrypto } from "./sasl_crypto.ts";

/** What passwords cost. */
export interface AccountCost {
  readonly argon2: HashCost;
  readonly iterations: number;
}

const FULL_COST: AccountCost = { argon2: COST, iterations: 600_000 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const SECRET_BYTES = 32;
/** Logins that may wait: after a restart everybody comes at once. */
const WAITING = 512;

const encoder = new TextEncoder();

/** What is kept of an account. */
interface Row {
  readonly folded: string;
  readonly name: string;
  readonly created_at: number;
  readonly seen_at: number;
  readonly password: string | null;
  readonly scram: string | null;
  /** 1 for yes, -1 for no, 0 where the account has not chosen. */
  readonly is_always_on: number;
  readonly is_multiclient: number;
}

/** A password as it is kept. */
interface Credentials {
  readonly password: string;
  readonly scram: string;
}

function choiceOf(kept: number): boolean | null {
  return kept === 0 ? null : kept > 0;
}

function accountOf(row: Row): Account {
  return {
    name: row.name,
    folded: row.folded as Folded,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    isAlwaysOn: choiceOf(row.is_always_on),
    isMulticlient: row.is_multiclient !== 0,
  };
}

/** A password as it is hashed; `null` if none may be so. */
function prepared(password: string): string | null {
  return byteLength(password) > LIMITS.PASSWORD.value ? null : preparePassword(password);
}

/** The accounts of a database. */
export class AccountStore implements Accounts {
  readonly crypto: SaslCrypto = saslCrypto;
  readonly #database: Database;
  readonly #names: CaseMapping;
  readonly #cost: AccountCost;
  readonly #checker = new PasswordChecker(WAITING);
  /** What is checked in place of a password that is not there: it takes as long. (LOGIN-5) */
  readonly #decoy: string;
  /** Who has chosen to be always on, or not to, by folded names: asked often, and where the file cannot be read too. */
  #alwaysOn: Map<string, boolean>;
  onAlwaysOn: Accounts["onAlwaysOn"] = null;
  /** What SQLite counts the commits of others by. */
  #version: number | null = null;

  constructor(
    database: Database,
    names: CaseMapping,
    cost: AccountCost = FULL_COST,
  ) {
    this.#database = database;
    this.#names = names;
    this.#cost = cost;
    const nothing = { salt: new Uint8Array(SALT_BYTES), hash: new Uint8Array(HASH_BYTES) };
    this.#decoy = formatPasswordHash({ ...cost.argon2, ...nothing });
    this.#alwaysOn = this.#readAlwaysOn();
    if (names !== ASCII) this.#look();
  }

  choosesAlwaysOn(name: string): boolean | null {
    return this.#alwaysOn.get(this.#names.fold(name)) ?? null;
  }

  find(name: string): Account | null {
    const row = this.#row(name);
    return row === null ? null : accountOf(row);
  }

  ownerOf(nick: string): Account | null {
    try {
      // Whoever's name it is, before whoever's name it looks like.
      const sql = "SELECT * FROM accounts WHERE folded = ?1 OR look = ?2 ORDER BY folded = ?1 DESC";
      const [folded, look] = [this.#names.fold(nick), this.#names.look(nick)];
      const row = this.#database.peek(() => this.#database.prepare(sql).get(folded, look));
      return row === undefined ? null : accountOf(row as unknown as Row);
    } catch (error) {
      if (error instanceof StoreError) return null;
      throw error;
    }
  }

  async register(name: string, password: string, at: number): Promise<Account | "exists" | "busy"> {
    if (this.ownerOf(name) !== null) return "exists";
    const credentials = await this.#credentials(password);
    if (credentials === "busy") return "busy";
    return this.#database.transact(() => {
      const { changes } = this.#database.prepare(
        "INSERT OR IGNORE INTO accounts (folded, look, name, created_at, seen_at, password, scram) " +
          "VALUES (?, ?, ?, ?, ?, ?, ?)",
      ).run(
        this.#names.fold(name),
        this.#names.look(name),
        name,
        at,
        at,
        credentials.password,
        credentials.scram,
      );
      return changes === 0 ? "exists" : this.find(name) ?? "exists";
    });
  }

  async verify(name: string, password: string, from?: string): Promise<LoginVerdict> {
    const secret = prepared(password);
    const stored = this.#row(name)?.password ?? null;
    const verdict = await this.#checker.verify(secret ?? password, stored ?? this.#decoy, from);
    if (verdict === "busy") return "busy";
    if (verdict === "wrong" || stored === null || secret === null) return "wrong";
    // It may have another password by now, or be gone.
    const row = this.#row(name);
    return row?.password === stored ? accountOf(row) : "wrong";
  }

  async verifierOf(name: string): Promise<ScramVerifier> {
    const kept = parseVerifier(this.#row(name)?.scram ?? "");
    if (kept !== null) return kept;
    // The same at each attempt, so that nobody can tell it from a verifier of an account. (LOGIN-5)
    const hash = await this.crypto.sign(this.#secret(), encoder.encode(this.#names.fold(name)));
    const unknowable = (): Bytes => crypto.getRandomValues(new Uint8Array(HASH_BYTES));
    return {
      salt: hash.slice(0, SALT_BYTES),
      iterations: this.#cost.iterations,
      storedKey: unknowable(),
      serverKey: unknowable(),
    };
  }

  byFingerprint(fingerprint: string): Account | null {
    const sql = "SELECT accounts.* FROM accounts JOIN fingerprints ON account = folded " +
      "WHERE fingerprint = ?";
    const row = this.#database.read(() => this.#database.prepare(sql).get(fingerprint));
    return row === undefined ? null : accountOf(row as unknown as Row);
  }

  async setPassword(name: string, password: string): Promise<"done" | "gone" | "busy"> {
    if (this.#row(name) === null) return "gone";
    const credentials = await this.#credentials(password);
    if (credentials === "busy") return "busy";
    const sql = "UPDATE accounts SET password = ?, scram = ? WHERE folded = ?";
    return this.#write(sql, credentials.password, credentials.scram, this.#names.fold(name))
      ? "done"
      : "gone";
  }

  change(name: string, { isAlwaysOn, isMulticlient }: AccountChange): boolean {
    const folded = this.#names.fold(name);
    let isDone = false;
    if (isMulticlient !== undefined) {
      const sql = "UPDATE accounts SET is_multiclient = ? WHERE folded = ?";
      isDone = this.#write(sql, Number(isMulticlient), folded);
    }
    if (isAlwaysOn === undefined) return isDone;
    const sql = "UPDATE accounts SET is_always_on = ? WHERE folded = ?";
    isDone = this.#write(sql, isAlwaysOn ? 1 : -1, folded);
    if (isDone) this.#alwaysOn.set(folded, isAlwaysOn);
    this.onAlwaysOn?.(name);
    return isDone;
  }

  drop(name: string): boolean {
    const folded = this.#names.fold(name);
    const isDone = this.#database.transact(() => {
      const sql = "DELETE FROM accounts WHERE folded = ? RETURNING name";
      const gone = this.#database.prepare(sql).get(folded);
      if (gone === undefined) return false;
      const identity = identityOfAccount(folded);
      release(this.#database, identity, String(gone["name"]), Date.now()); // READ-7
      return true;
    });
    this.#alwaysOn.delete(folded);
    return isDone;
  }

  haveChanged(): boolean {
    const row = this.#database.read(() => this.#database.prepare("PRAGMA data_version").get());
    const version = Number(row?.["data_version"]);
    const isChanged = this.#version !== null && version !== this.#version;
    this.#version = version;
    if (isChanged) { // nothing that was read before may be relied on
      this.#database.generation++;
      this.#alwaysOn = this.#readAlwaysOn();
    }
    return isChanged;
  }

  list(): readonly Account[] {
    const sql = "SELECT * FROM accounts ORDER BY folded";
    const rows = this.#database.read(() => this.#database.prepare(sql).all());
    return rows.map((row) => accountOf(row as unknown as Row));
  }

  touch(name: string, at: number): void {
    const folded = this.#names.fold(name);
    this.#database.enqueue(() => {
      this.#database.prepare("UPDATE accounts SET seen_at = ? WHERE folded = ?").run(at, folded);
    });
  }

  fingerprintsOf(name: string): readonly string[] {
    const sql = "SELECT fingerprint FROM fingerprints WHERE account = ? ORDER BY fingerprint";
    const folded = this.#names.fold(name);
    const rows = this.#database.read(() => this.#database.prepare(sql).all(folded));
    return rows.map(({ fingerprint }) => String(fingerprint));
  }

  addFingerprint(name: string, fingerprint: string): boolean {
    const sql = "INSERT OR IGNORE INTO fingerprints (fingerprint, account) VALUES (?, ?)";
    return this.#write(sql, fingerprint, this.#names.fold(name));
  }

  removeFingerprint(name: string, fingerprint: string): boolean {
    const sql = "DELETE FROM fingerprints WHERE fingerprint = ? AND account = ?";
    return this.#write(sql, fingerprint, this.#names.fold(name));
  }

  /**
   * Looks at all names anew: what looks alike may be known better than when they were kept. Of two that look alike now both
   * keep their names, and one has the look. (OWN-1)
   */
  #look(): void {
    const read = this.#database.prepare(
      "SELECT folded, name, look FROM accounts ORDER BY created_at",
    );
    const stale = this.#database.read(() => read.all()).map(({ folded, name, look }) => ({
      folded: String(folded),
      look: this.#names.look(String(name)),
      isStale: this.#names.look(String(name)) !== look,
    })).filter(({ isStale }) => isStale);
    if (stale.length === 0) return;
    try {
      this.#database.transact(() => {
        // No name has a space: these are nobody's looks.
        const set = this.#database.prepare(
          "UPDATE OR IGNORE accounts SET look = ? WHERE folded = ?",
        );
        for (const { folded } of stale) set.run(` ${folded}`, folded);
        for (const { folded, look } of stale) set.run(look, folded);
      });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error; // next time, then
    }
  }

  #readAlwaysOn(): Map<string, boolean> {
    const sql = "SELECT folded, is_always_on FROM accounts WHERE is_always_on <> 0";
    const rows = this.#database.read(() => this.#database.prepare(sql).all());
    return new Map(rows.map((row) => [String(row["folded"]), Number(row["is_always_on"]) > 0]));
  }

  #row(name: string): Row | null {
    const sql = "SELECT * FROM accounts WHERE folded = ?";
    const folded = this.#names.fold(name);
    const row = this.#database.read(() => this.#database.prepare(sql).get(folded));
    return row === undefined ? null : row as unknown as Row;
  }

  /** Makes a change. Whether there was anything to change. */
  #write(sql: string, ...values: readonly (string | number)[]): boolean {
    return this.#database.transact(() => this.#database.prepare(sql).run(...values).changes > 0);
  }

  /**
   * Hashes a password, when it is its turn.
   *
   * @throws {TypeError} If it is none that an account may have.
   */
  async #credentials(password: string): Promise<Credentials | "busy"> {
    const secret = prepared(password);
    if (secret === null) throw new TypeError("No account may have this password");
    const { argon2, iterations } = this.#cost;
    return await this.#checker.work(async () => {
      const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
      return {
        password: await hashPassword(secret, argon2),
        scram: formatVerifier(await makeVerifier(secret, salt, iterations, this.crypto)),
      };
    });
  }

  /** What salts of accounts that are not there are made of: made once, and kept. */
  #secret(): Bytes {
    const read = (): Bytes | null => {
      const row = this.#database.prepare("SELECT value FROM meta WHERE key = 'login-secret'").get();
      return fromBase64(String(row?.["value"] ?? "")) ?? null;
    };
    const kept = this.#database.read(read);
    if (kept !== null && kept.length > 0) return kept;
    const made = toBase64(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
    return this.#database.transact(() => {
      const sql = "INSERT OR IGNORE INTO meta (key, value) VALUES ('login-secret', ?)";
      this.#database.prepare(sql).run(made);
      return read() ?? new Uint8Array();
    });
  }
}
