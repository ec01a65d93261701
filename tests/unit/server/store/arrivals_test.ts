import { assertEquals } from "@std/assert";
import type { Folded } from "../../../../protocol/mod.ts";
import { openStore, type SqliteStore } from "../../../../server/store/store.ts";
import { inFolder } from "../../../support/files.ts";
import { entry, MILK, read, rowsIn, TEA } from "../../../support/history.ts";

/** Says something, and commits it. */
function say({ history, database }: SqliteStore, ...msgids: readonly string[]): void {
  for (const msgid of msgids) history.record(TEA, entry(msgid, 1), null);
  database.flush();
}

Deno.test("Arrivals what is committed together is one row until somebody reads", () => {
  const store = openStore(null);
  say(store, "m1", "m2", "m3");
  say(store, "m4");
  assertEquals([rowsIn(store, "arrivals"), rowsIn(store, "messages")], [2, 0]);
  assertEquals(read(store.history), "m1 m2 m3 m4");
  assertEquals([rowsIn(store, "arrivals"), rowsIn(store, "messages")], [0, 4]);
});

Deno.test("Arrivals a commit that brings more than may wait puts all in their places", () => {
  const store = openStore(null);
  say(store, "first");
  say(store, ...Array.from({ length: 1000 }, (_, i) => `m${i}`));
  assertEquals([rowsIn(store, "arrivals"), rowsIn(store, "messages")], [0, 1001]);
});

Deno.test("Arrivals a transaction that reads finds all in their places", () => {
  const store = openStore(null);
  const defects: unknown[] = [];
  store.onDefect = (error) => defects.push(error);
  say(store, "m1", "m2");
  assertEquals(store.database.transact(() => read(store.history)), "m1 m2");
  assertEquals([rowsIn(store, "arrivals"), rowsIn(store, "messages")], [0, 2]);
  assertEquals(defects, []);
});

Deno.test(
  "Arrivals STORE-2 what a process leaves behind is there for the next, once",
  inFolder((folder) => {
    const file = `${folder}/chatd.db`;
    const first = openStore(file);
    assertEquals(read(first.history), "");
    say(first, "m1", "m2");
    const second = openStore(file); // the first has not been closed: it was killed
    assertEquals(read(second.history), "m1 m2");
    assertEquals(rowsIn(second, "arrivals"), 0);
    second.database.close();
    say(first, "m3"); // or it was not
    assertEquals(read(first.history), "m1 m2 m3");
    first.database.close();
  }),
);

Deno.test("Arrivals what is taken back, renamed or forgotten is so wherever it is", () => {
  const store = openStore(null);
  say(store, "m1", "m2");
  store.history.redact("m1");
  store.database.flush();
  assertEquals(rowsIn(store, "arrivals"), 0);
  say(store, "m3");
  store.history.rename("#tea" as Folded, "#milk" as Folded);
  store.database.flush();
  assertEquals(read(store.history), "");
  assertEquals(read(store.history, { conversation: MILK }), "m2 m3");
});

Deno.test("Arrivals what can never have a place is left out, takes no other with it, and is told of", () => {
  const store = openStore(null);
  const defects: unknown[] = [];
  store.onDefect = (error) => defects.push(error);
  say(store, "m1", "m2", "m1", "m3");
  assertEquals(read(store.history), "m1 m2 m3");
  assertEquals(defects.length, 1);
});

Deno.test(
  "Arrivals what could not be committed waits and comes once",
  inFolder((folder) => {
    const file = `${folder}/chatd.db`;
    openStore(file).database.close();
    const disk = { maxPages: Deno.statSync(file).size / 4096 };
    const store = openStore(file, disk);
    store.history.record(TEA, entry("m1", 1, { params: ["x".repeat(40_000)] }), null);
    store.database.flush();
    assertEquals(store.condition.isPaused, true);
    store.history.record(TEA, entry("m2", 2), null);
    disk.maxPages = 100_000;
    store.tend(5000);
    assertEquals(store.condition.isPaused, false);
    assertEquals(read(store.history), "m1 m2");
    store.database.close();
  }),
);
