import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { StoreCondition } from "../../../../server/core/ports.ts";
import { inFolder } from "../../../support/files.ts";
import { claim, Database, DatabaseError, StoreError } from "../../../../server/store/database.ts";

/** Gives a test a folder of its own. */
function put(database: Database, key: string, value: string | number = ""): void {
  database.prepare("INSERT INTO meta (key, value) VALUES (?, ?)").run(key, value);
}

function keys(database: Database): string[] {
  return database.read(() =>
    database.prepare("SELECT key FROM meta ORDER BY key").all().map(({ key }) => String(key))
  );
}

/** The keys that another process would find in the file now. */
function keysIn(file: string): string[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return db.prepare("SELECT key FROM meta ORDER BY key").all().map(({ key }) => String(key));
  } finally {
    db.close();
  }
}

Deno.test(
  "Database STORE-2 keeps what is queued at the flush, in one piece and in order",
  inFolder((folder) => {
    const file = `${folder}/deep/er/chatd.db`;
    const database = Database.open(file);
    for (const key of ["a", "b", "c"]) database.enqueue(() => put(database, key));
    assertEquals(keysIn(file), []);
    database.flush();
    assertEquals(keysIn(file), ["a", "b", "c"]);
    database.close();
    const again = Database.open(file);
    assertEquals(keys(again), ["a", "b", "c"]);
    again.close();
  }),
);

Deno.test("Database reads see what is queued", () => {
  const database = Database.open(null);
  database.enqueue(() => put(database, "a"));
  assertEquals(keys(database), ["a"]);
});

Deno.test(
  "Database.tend() has the log moved when it is long, or some seconds after the last time",
  inFolder((folder) => {
    const database = Database.open(`${folder}/chatd.db`);
    let due = 0;
    database.onCheckpointDue = () => {
      due++;
      database.checkpoint();
    };
    const write = (bytes: number): void => {
      const sql = "INSERT INTO arrivals (data) VALUES (?)";
      database.enqueue(() => void database.prepare(sql).run("x".repeat(bytes)));
    };
    const dueAt = (now: number): number => {
      database.tend(now);
      return due;
    };
    write(10);
    assertEquals(dueAt(0), 1);
    assertEquals(dueAt(10_000), 1, "nothing is new");
    write(10);
    assertEquals(dueAt(11_000), 2);
    write(10);
    assertEquals(dueAt(15_000), 2);
    assertEquals(dueAt(16_000), 3);
    write(5_000_000);
    assertEquals(dueAt(17_000), 4);
    database.close();
  }),
);

Deno.test("Database.tend() keeps what nobody has waited for", () => {
  const database = Database.open(null);
  database.enqueue(() => put(database, "a"));
  database.tend(0);
  assertEquals(database.waiting, 0);
});

Deno.test("Database leaves out a write that can never succeed, and tells of the defect", () => {
  const database = Database.open(null);
  const defects: unknown[] = [];
  database.onDefect = (error) => defects.push(error);
  for (const key of ["a", "a", "b"]) database.enqueue(() => put(database, key));
  database.flush();
  assertEquals([keys(database), defects.length], [["a", "b"], 1]);
  assertEquals(database.condition, { isPaused: false });
});

Deno.test("Database.transact() is undone as a whole when it throws", () => {
  const database = Database.open(null);
  assertThrows(
    () =>
      database.transact(() => {
        put(database, "a");
        throw new Error("no");
      }),
    Error,
    "no",
  );
  assertEquals(keys(database), []);
  database.transact(() => put(database, "b"));
  assertEquals(keys(database), ["b"]);
});

Deno.test(
  "Database STORE-4 waits while the disk is full, tells so once, and goes on when there is room",
  inFolder((folder) => {
    const file = `${folder}/chatd.db`;
    Database.open(file).close();
    const disk = { maxPages: Deno.statSync(file).size / 4096 + 4 };
    const database = Database.open(file, disk);
    const told: StoreCondition[] = [];
    database.onCondition = (condition) => told.push(condition);
    const long = "x".repeat(4000);
    for (let i = 0; i < 10; i++) database.enqueue(() => put(database, `k${i}`, long), `user${i}`);
    database.flush();
    const [condition] = told;
    assert(condition?.isPaused);
    assertStringIncludes(condition.why, "full");
    assertEquals(condition.senders.size, 10);
    database.enqueue(() => put(database, "last"));
    database.flush();
    assertEquals(
      [told.length, database.waiting],
      [1, 11],
      "nothing is lost, nothing is said twice",
    );
    assertThrows(() => database.transact(() => {}), StoreError);
    database.tend(0);
    assert(database.condition.isPaused, "the disk is full still");
    disk.maxPages = 100_000;
    database.tend(500);
    assert(database.condition.isPaused, "it is not tried more than once a second");
    database.tend(1000);
    assertEquals([database.condition.isPaused, told.length], [false, 2]);
    assertEquals(keys(database).length, 11);
    database.close();
  }),
);

Deno.test(
  "Database STORE-4 heals when a broken file is put right",
  inFolder((folder) => {
    const file = `${folder}/chatd.db`;
    const database = Database.open(file);
    database.transact(() => put(database, "before"));
    database.checkpoint("TRUNCATE");
    const good = Deno.readFileSync(file);
    Deno.writeFileSync(file, new Uint8Array(good.length).fill(7));
    database.prepare("PRAGMA shrink_memory").get();
    database.enqueue(() => put(database, "meanwhile"), "ann");
    database.flush();
    assert(database.condition.isPaused);
    database.tend(0);
    assert(database.condition.isPaused, "it is broken still");
    for (const end of ["-wal", "-shm"]) {
      try {
        Deno.removeSync(file + end);
      } catch { /* there is none */ }
    }
    Deno.writeFileSync(file, good);
    database.tend(2000);
    assertEquals(database.condition.isPaused, false);
    assertEquals(keys(database).sort(), ["before", "meanwhile"]);
    database.close();
  }),
);

Deno.test("Database STORE-4 bounds what waits", () => {
  const database = Database.open(null);
  for (let i = 0; i < 20_100; i++) database.enqueue(() => {});
  assertEquals([database.waiting, database.lost], [20_000, 100]);
});

Deno.test(
  "Database.open() STORE-5 refuses what is not ours, or newer, or broken, and says so",
  inFolder((folder) => {
    const file = `${folder}/chatd.db`;
    const made = (sql: string): string => {
      Deno.removeSync(file);
      const db = new DatabaseSync(file);
      db.exec(sql);
      db.close();
      return file;
    };
    Deno.writeTextFileSync(file, "This is no database, but a letter to a friend. ".repeat(99));
    assertThrows(() => Database.open(file), DatabaseError, "file is not a database");
    assertThrows(() => Database.open(made("CREATE TABLE t (x)")), DatabaseError, "another program");
    const newer =
      "PRAGMA user_version = 999; PRAGMA application_id = 0x43484154; CREATE TABLE t (x)";
    assertThrows(() => Database.open(made(newer)), DatabaseError, "newer chatd");
    assertThrows(() => Database.open(folder), DatabaseError, "Cannot use the database");
  }),
);

Deno.test(
  "Database.backup() copies a database that is in use",
  inFolder(async (folder) => {
    const database = Database.open(`${folder}/chatd.db`);
    database.enqueue(() => put(database, "a"));
    await database.backup(`${folder}/copy.db`);
    assertEquals(keysIn(`${folder}/copy.db`), ["a"]);
    database.close();
  }),
);

Deno.test(
  "claim() STORE-5 gives a file to one server at a time",
  inFolder((folder) => {
    const file = `${folder}/deep/chatd.db`;
    const first = claim(file);
    assertThrows(() => claim(file), DatabaseError, "in use by another chatd");
    first[Symbol.dispose]();
    claim(file)[Symbol.dispose]();
  }),
);

Deno.test(
  "Database STORE-3 is for its owner's eyes only",
  { ignore: Deno.build.os === "windows" },
  inFolder((folder) => {
    const file = `${folder}/deep/chatd.db`;
    Database.open(file).close();
    assertEquals((Deno.statSync(file).mode ?? 0) & 0o777, 0o600);
    assertEquals((Deno.statSync(`${folder}/deep`).mode ?? 0) & 0o777, 0o700);
  }),
);
