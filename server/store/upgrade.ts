/**
 * A file that an older version has made becomes one of this version; what is not ours, or newer, is refused.
 *
 * SPEC: "The database", STORE-5.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { MIGRATIONS } from "./migrations.ts";

/** "CHAT", so that no other program's database is taken for ours. */
const APPLICATION_ID = 0x43484154;

/** The file cannot be used: said to the operator at the start, in one line. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  /** The exit code of the program. */
  readonly exitCode = 6;
}

/**
 * Brings the tables up to date, after a copy of what was there.
 *
 * @throws {DatabaseError} If it is not ours, or newer than this program.
 */
export function migrate(db: DatabaseSync, file: string | null): void {
  const number = (pragma: string): number =>
    Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
  const version = number("user_version");
  const id = number("application_id");
  if (version > MIGRATIONS.length) {
    throw new DatabaseError(
      `The database ${file} was made by a newer chatd (its version is ${version}, this program knows ` +
        `${MIGRATIONS.length}): start that one, or go back to a backup.`,
    );
  }
  const isEmpty = db.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
  if (!isEmpty && id !== APPLICATION_ID) {
    throw new DatabaseError(`${file} is a database of another program. Give another --data FILE.`);
  }
  if (version === MIGRATIONS.length) return;
  if (file !== null && version > 0) {
    const copy = `${file}.before-${version + 1}`;
    if (!exists(copy)) copyWhole(db, file, copy);
  }
  for (const [i, migration] of MIGRATIONS.entries()) {
    if (i < version) continue;
    db.exec("BEGIN IMMEDIATE");
    try {
      db.exec(migration);
      db.exec(`PRAGMA user_version = ${i + 1}; PRAGMA application_id = ${APPLICATION_ID}`);
      db.exec("COMMIT");
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      throw error;
    }
  }
}

/**
 * Copies a file while nobody can write to it. Not by VACUUM INTO: it attaches the copy, which a program that may not use all
 * files cannot do.
 *
 * @throws {Error} If it cannot be copied whole.
 */
function copyWhole(db: DatabaseSync, file: string, copy: string): void {
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  db.exec("BEGIN IMMEDIATE");
  try {
    // Another program may have written in between.
    if (sizeOf(`${file}-wal`) > 0) throw new Error("another program uses it");
    Deno.copyFileSync(file, `${copy}.part`);
    Deno.renameSync(`${copy}.part`, copy);
  } finally {
    db.exec("ROLLBACK");
  }
}

function sizeOf(file: string): number {
  return exists(file) ? Deno.statSync(file).size : 0;
}

function exists(file: string): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}
