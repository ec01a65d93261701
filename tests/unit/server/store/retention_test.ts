import { assert, assertEquals } from "@std/assert";
import type { Folded } from "../../../../protocol/mod.ts";
import { directConversation, parseRetention } from "../../../../server/core/history.ts";
import { openStore, type SqliteStore } from "../../../../server/store/store.ts";
import {
  BOTH,
  catchUp,
  entry,
  FOREVER,
  ids,
  MILK,
  read,
  rowsIn,
  search,
  TEA,
  withTen,
} from "../../../support/history.ts";

/** How many rows a table has once all is in its place. */
function count(store: SqliteStore, table: string): number {
  return store.database.read(() => rowsIn(store, table));
}

/** Where in a folder a word still stands. */
function filesWith(folder: string, word: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
    new TextDecoder("latin1").decode(Deno.readFileSync(`${folder}/${name}`)).includes(word)
  );
}

Deno.test("HIST-4 no word of what is taken back, and HIST-8 no text of what is too old, stays in the files", async () => {
  const folder = await Deno.makeTempDir();
  const store = openStore(`${folder}/chatd.db`);
  const { history } = store;
  for (let i = 0; i < 400; i++) {
    const word = i === 7 ? "zxq" : i === 200 ? "qvj" : i === 399 ? "jqx" : "tea";
    const lines = [{ text: `the ${word}word is common`, isJoined: false }];
    history.record(TEA, entry(`m${i}`, i, { params: [`the ${word}word is common`], lines }), null);
  }
  catchUp(store);
  assertEquals(search(history, "qvjword"), "m200");
  history.redact("m200");
  history.tend(0, FOREVER);
  assertEquals(filesWith(folder, "qvjword"), []);
  assertEquals(filesWith(folder, "jqxword").length > 0, true);
  history.tend(1000, { forMs: 900, count: 0 });
  store.flush();
  store.database.checkpoint("TRUNCATE");
  assertEquals(search(history, "zxqword"), "");
  assertEquals(filesWith(folder, "the zxqword"), [], "its words leave the index by and by");
  history.redact("m399");
  store.database.close();
  assertEquals(filesWith(folder, "jqxword"), []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("HIST-6 what was said in a closed channel is not for those who make it anew", () => {
  const { history } = withTen();
  history.begin("#tea" as Folded);
  assertEquals(read(history, { limit: 1 }), "m1", "it was open to all");
  history.close("#tea" as Folded, true);
  history.close("#tea" as Folded, false);
  history.begin("#tea" as Folded);
  assertEquals(read(history, { limit: 1 }), "m1", "it was open in the end");
  history.close("#tea" as Folded, true);
  history.begin("#tea" as Folded);
  history.record(TEA, entry("n1", 71), null);
  assertEquals(read(history), "n1");
  assertEquals(search(history, "text"), "n1");
  history.begin("#tea" as Folded);
  assertEquals(read(history), "n1", "now it is open");
  history.tend(100, FOREVER);
  assertEquals(history.find("m1"), undefined, "what nobody may read is forgotten");
});

Deno.test("HIST-6 not even what was said in the same instant is", () => {
  const { history } = withTen();
  history.close("#tea" as Folded, true);
  history.begin("#tea" as Folded);
  history.record(TEA, entry("n1", 10), null);
  assertEquals(read(history), "n1");
  assertEquals(read(history, { after: { msgid: "m10" } }), "unknown-reference");
  assertEquals([history.find("m10"), history.find("n1")?.conversation], [undefined, TEA]);
});

Deno.test("HIST-7 what another channel of the new name has left is forgotten", () => {
  const store = withTen();
  store.history.record(MILK, entry("old", 1), null);
  store.history.rename("#tea" as Folded, "#milk" as Folded);
  assertEquals(store.history.find("old"), undefined);
  store.history.tend(20, FOREVER);
  assertEquals([count(store, "messages"), count(store, "conversations")], [10, 1]);
});

Deno.test("HIST-9 what guests of an earlier run said to each other is forgotten", () => {
  const store = openStore(null);
  const { history } = store;
  const between = [
    directConversation("s-1", "s-2"),
    directConversation("=ann", "s-1"),
    TEA,
  ] as const;
  for (const [i, where] of between.entries()) history.record(where, entry(`m${i}`, i), null);
  history.forgetGuests();
  assertEquals(
    between.map((conversation) => read(history, { conversation })),
    ["", "m1", "m2"],
  );
  assertEquals(ids(history.direct("s-1", 9).map(({ entry }) => entry)), "m1");
  history.tend(20, FOREVER);
  assertEquals([count(store, "messages"), count(store, "conversations")], [2, 2]);
  assertEquals(count(store, "ends"), 2);
});

Deno.test("HIST-8 so much is kept, and for so long; a channel may keep less", () => {
  const { history } = withTen();
  history.tend(100, { forMs: 0, count: 4 });
  assertEquals(read(history), "m7 m8 m9 m10");
  history.tend(100, { forMs: 92, count: 0 });
  assertEquals(read(history), "m8 m9 m10");
  history.retain("#tea" as Folded, parseRetention("2:0"));
  history.tend(100, { forMs: 0, count: 3 });
  assertEquals(read(history), "m9 m10");
  history.retain("#tea" as Folded, parseRetention("100:1h"));
  history.tend(100, { forMs: 0, count: 1 });
  assertEquals(read(history), "m10", "never more than the server keeps");
});

Deno.test("HIST-8 is done in slices", () => {
  const store = openStore(null);
  for (let i = 0; i < 2000; i++) store.history.record(TEA, entry(`m${i}`, i), null);
  catchUp(store);
  store.history.tend(5000, FOREVER); // has seen that so many have come
  let slices = 0;
  for (let left = count(store, "messages"); left > 100; slices++) {
    store.history.tend(5000, { forMs: 0, count: 100 });
    const before = left;
    left = count(store, "messages");
    assert(left < before && before - left <= 500);
  }
  assert(slices >= 4);
  assertEquals(read(store.history, { limit: 1 }), "m1900");
});

Deno.test("HIST-8 a limit that takes long to count up to is kept to as well", () => {
  const { history } = withTen();
  history.tend(100, { forMs: 95, count: 1_000_000_000 });
  assertEquals(read(history), "m5 m6 m7 m8 m9 m10");
});

Deno.test("HIST-8 a room is counted when something has come to it, or its limit is another", () => {
  const { history, database } = withTen();
  let counted = 0;
  const prepare = database.prepare.bind(database);
  database.prepare = (sql) => {
    if (sql.includes("OFFSET")) counted++;
    return prepare(sql);
  };
  const look = (count: number): [counted: boolean, left: string] => {
    counted = 0;
    history.tend(100, { forMs: 0, count });
    return [read(history) !== "" && counted > 0, read(history)];
  };
  assertEquals(look(4), [true, "m7 m8 m9 m10"]);
  assertEquals(look(4), [false, "m7 m8 m9 m10"]);
  history.record(TEA, entry("m11", 11), null);
  assertEquals(look(4), [true, "m8 m9 m10 m11"]);
  assertEquals(look(3), [true, "m9 m10 m11"]);
  history.retain("#tea" as Folded, parseRetention("2:0"));
  assertEquals(look(3), [true, "m10 m11"]);
});

Deno.test("SqliteHistory forgets a conversation of which nothing is left", () => {
  const store = openStore(null);
  store.history.record(BOTH, entry("d", 1), null);
  store.history.tend(100, { forMs: 10, count: 0 });
  assertEquals([count(store, "conversations"), count(store, "ends")], [0, 0]);
  store.history.record(BOTH, entry("e", 200), null);
  assertEquals(read(store.history, { conversation: BOTH }), "e");
});
