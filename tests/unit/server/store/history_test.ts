import { assert, assertEquals } from "@std/assert";
import { type Folded, PRECIS } from "../../../../protocol/mod.ts";
import {
  directConversation,
  type HistoryRange,
  parseRetention,
  type Reference,
} from "../../../../server/core/history.ts";
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

const RANGES: readonly [what: string, range: Partial<HistoryRange>, found: string][] = [
  ["all", {}, "m1 m2 m3 m4 m5 m6 m7 m8 m9 m10"],
  ["the latest", { from: "newest", limit: 3 }, "m8 m9 m10"],
  ["the oldest", { limit: 3 }, "m1 m2 m3"],
  ["after an instant, which many bear", { after: { at: 2 }, limit: 2 }, "m4 m5"],
  ["before an instant, which many bear", { before: { at: 2 } }, "m1"],
  ["after one of an instant", { after: { msgid: "m2" }, limit: 2 }, "m3 m4"],
  ["before one of an instant", { before: { msgid: "m3" } }, "m1 m2"],
  ["the latest before", { before: { msgid: "m5" }, from: "newest", limit: 2 }, "m3 m4"],
  ["between", { after: { msgid: "m2" }, before: { msgid: "m6" } }, "m3 m4 m5"],
  ["nothing between neighbours", { after: { msgid: "m2" }, before: { msgid: "m3" } }, ""],
  ["nothing where the ends are swapped", { after: { msgid: "m6" }, before: { msgid: "m2" } }, ""],
  ["nothing from before one may read", { since: 8 }, "m8 m9 m10"],
  ["what one may read of what is after", { since: 8, after: { msgid: "m2" } }, "m8 m9 m10"],
  ["nothing of none", { limit: 0 }, ""],
  ["no message that is not there", { before: { msgid: "m99" } }, "unknown-reference"],
  ["nothing where nothing was said", { conversation: MILK }, ""],
  [
    "no message of another conversation",
    { conversation: MILK, after: { msgid: "m2" } },
    "unknown-reference",
  ],
];

for (const [what, range, found] of RANGES) {
  Deno.test(`SqliteHistory.read() finds ${what}`, () => {
    assertEquals(read(withTen().history, range), found);
  });
}

const AROUND: readonly [reference: Reference, limit: number, found: string][] = [
  [{ msgid: "m5" }, 4, "m3 m4 m5 m6"],
  [{ msgid: "m5" }, 1, "m5"],
  [{ msgid: "m1" }, 4, "m1 m2 m3 m4"],
  [{ msgid: "m10" }, 4, "m8 m9 m10"],
  [{ at: 2 }, 4, "m1 m2 m3 m4"],
  [{ at: 99 }, 4, "m9 m10"],
  [{ msgid: "none" }, 4, "unknown-reference"],
];

for (const [reference, limit, found] of AROUND) {
  Deno.test(`SqliteHistory.around() ${JSON.stringify(reference)} finds ${limit} at most`, () => {
    const { history } = withTen();
    const range = { conversation: TEA, since: 0, level: 0, withEvents: false, limit };
    assertEquals(ids(history.around(reference, range)), found);
  });
}

Deno.test("SqliteHistory.read() has no joins committed where messages are asked for", () => {
  const { history, database } = withTen();
  assertEquals(read(history, { limit: 1 }), "m1");
  history.begin("#tea" as Folded);
  history.record(TEA, entry("j1", 20, { msgid: null, verb: "JOIN" }), null);
  assertEquals([read(history, { limit: 1 }), database.waiting], ["m1", 1]);
  history.record(TEA, entry("n1", 21), null);
  assertEquals([read(history, { from: "newest", limit: 1 }), database.waiting], ["n1", 0]);
  history.record(TEA, entry("j2", 22, { msgid: null, verb: "JOIN" }), null);
  read(history, { withEvents: true });
  assertEquals(database.waiting, 0);
});

Deno.test("SqliteHistory tells entries as they were kept", () => {
  const { history } = openStore(null);
  const entries = [
    entry("a", 1, { account: "ann", isBot: true, isOper: true, target: "@" }),
    entry("b", 2, { tags: new Map([["+draft/reply", "a"], ["+x", ""]]), verb: "NOTICE" }),
    entry("c", 3, {
      params: ["one\ntwo"],
      lines: [{ text: "one", isJoined: false }, { text: "two", isJoined: true }],
    }),
    entry(null, 4, { verb: "KICK", params: ["bob", "too\tloud"] }),
    entry(null, 5, { verb: "PART", params: [] }),
    entry("d", 6, { params: [""] }),
  ];
  for (const each of entries) history.record(TEA, each, null);
  const scope = { conversation: TEA, since: 0, level: 9, withEvents: true };
  assertEquals(history.read({ ...scope, from: "oldest", limit: 9 }), entries);
});

Deno.test("HIST-2 what is done comes among what is said, in order, for those who want it", () => {
  const { history } = openStore(null);
  for (let i = 0; i < 6; i++) {
    const isDone = i % 2 === 1;
    history.record(
      TEA,
      isDone ? entry(null, i, { verb: "JOIN", params: [] }) : entry(`m${i}`, i),
      null,
    );
  }
  assertEquals(read(history), "m0 m2 m4");
  assertEquals(read(history, { withEvents: true }), "m0 JOIN m2 JOIN m4 JOIN");
  assertEquals(read(history, { withEvents: true, from: "newest", limit: 3 }), "JOIN m4 JOIN");
});

Deno.test("HIST-5 what was said to a rank is for that rank", () => {
  const { history } = openStore(null);
  for (const [i, target] of ["", "+", "@"].entries()) {
    history.record(TEA, entry(`m${i}`, i, { target }), null);
  }
  assertEquals([0, 1, 2, 3].map((level) => read(history, { level })), [
    "m0",
    "m0 m1",
    "m0 m1",
    "m0 m1 m2",
  ]);
});

Deno.test("HIST-4 what is taken back is gone, with its reactions and from the search", () => {
  const store = withTen();
  const { history } = store;
  const reaction = new Map([["+draft/react", "tea"], ["+draft/reply", "m4"]]);
  history.record(TEA, entry("r1", 11, { verb: "TAGMSG", params: [], tags: reaction }), null);
  history.record(TEA, entry("r2", 12, { tags: new Map([["+draft/reply", "m4"]]) }), null);
  assertEquals(search(history, "text"), "m1 m2 m3 m4 m5 m6 m7 m8 m9 m10 r2");
  history.redact("m4");
  history.redact("m11");
  assertEquals(read(history, { withEvents: true, after: { at: 9 } }), "m10 r2");
  assertEquals(search(history, "m4"), "", "nothing of it is found");
  assertEquals(history.find("m4"), undefined);
  assertEquals(read(history, { after: { msgid: "m4" }, limit: 1 }), "m5", "its place is known");
  const left = store.database.read(() =>
    store.database.prepare("SELECT text, data, source FROM messages WHERE msgid IN ('m4', 'r1')")
      .all().map((row) => Object.values(row))
  );
  assertEquals(left, [[null, null, ""], [null, null, ""]]);
});

Deno.test("SqliteHistory.search() finds what is said after all the rest was forgotten", () => {
  const store = withTen();
  catchUp(store);
  store.history.tend(1000, { forMs: 10, count: 0 });
  store.history.record(TEA, entry("new", 1000), null);
  assertEquals(search(store.history, "text"), "new");
});

Deno.test("SqliteHistory.search() knows a nick as the network folds it", () => {
  const { history } = openStore(null, { names: PRECIS });
  history.record(TEA, entry("a", 1, { source: "Ärger[1]!u@h" }), null);
  history.record(TEA, entry("b", 2, { source: "Ärger!u@h" }), null);
  assertEquals(search(history, "", { from: "äRGER[1]" }), "a");
});

Deno.test("SqliteHistory.tend() takes no room from messages that wait for the file", () => {
  const store = openStore(null, { maxPages: 200 });
  for (let i = 0; !store.condition.isPaused; i++) {
    store.history.record(TEA, entry(`m${i}`, i, { params: ["x".repeat(1000)] }), null);
    store.flush();
  }
  const { waiting } = store.database;
  for (let i = 0; i < 10; i++) store.history.tend(i, FOREVER);
  assertEquals(store.database.waiting, waiting);
});

Deno.test("SqliteHistory.search() finds words in any case and without their accents, all of them", () => {
  const { history } = openStore(null);
  const texts = ["Der Käse ist grün", "der kase", "tea & scones", "Чай с молоком", "今日は お茶"];
  for (const [i, text] of texts.entries()) {
    history.record(TEA, entry(`m${i}`, i, { params: [text] }), null);
  }
  assertEquals(search(history, "KÄSE"), "m0 m1");
  assertEquals(search(history, "kase der"), "m0 m1");
  assertEquals(search(history, "kase ist"), "m0");
  assertEquals(search(history, "чай"), "m3");
  assertEquals(search(history, "お茶"), "m4");
  assertEquals(search(history, "absent"), "");
});

Deno.test("SqliteHistory.search() takes what is typed for words, never the language of the index", () => {
  const { history } = openStore(null);
  history.record(TEA, entry("a", 1, { params: ["tea OR scones"] }), null);
  history.record(TEA, entry("b", 2, { params: ["only tea"] }), null);
  for (
    const text of ['"', "'", "tea*", "tea AND", 'text : "tea"', "NOT scones", "(tea", "marks:c1"]
  ) {
    search(history, text);
  }
  assertEquals(search(history, "tea OR scones"), "a", "OR is a word");
  assertEquals(search(history, 'tea" OR "only'), "");
  assertEquals(search(history, "t*"), "");
  assertEquals(search(history, "!?"), "");
  assertEquals(search(history, ""), "a b");
});

Deno.test("SqliteHistory.search() finds by sender, by time, and only where one may read", () => {
  const { history } = openStore(null);
  history.record(TEA, entry("a", 1, { source: "Ann!u@h" }), null);
  history.record(TEA, entry("b", 2, { source: "bob!u@h" }), null);
  history.record(MILK, entry("c", 3, { source: "ann!u@h" }), null);
  history.record(TEA, entry("d", 4, { source: "ann!u@h", target: "@" }), null);
  history.record(TEA, entry("e", 5, { source: "ann!u@h" }), null);
  assertEquals(search(history, "text"), "a b e");
  assertEquals(search(history, "text", { from: "ANN" }), "a e");
  assertEquals(search(history, "", { from: "bob" }), "b");
  assertEquals(search(history, "text", { after: 1, before: 5 }), "b");
  assertEquals(search(history, "text", { limit: 2 }), "b e", "the latest");
  const scopes = [TEA, MILK].map((conversation) => ({ conversation, since: 2, level: 5 }));
  assertEquals(search(history, "text", { scopes }), "b c d e");
  assertEquals(search(history, "text", { scopes: [] }), "");
});

Deno.test("SqliteHistory.last() and direct() tell where something was said last", () => {
  const { history } = withTen();
  history.record(TEA, entry("x", 20, { target: "@" }), null);
  history.record(TEA, entry(null, 21, { verb: "JOIN" }), null);
  history.record(BOTH, entry("d1", 5, { target: "bob" }), null);
  history.record(directConversation("=ann", "=zoe"), entry("d2", 3, { target: "zoe" }), null);
  history.record(directConversation("=ann", "=ann"), entry("d3", 4, { target: "ann" }), null);
  const scopes = [TEA, MILK].map((conversation) => ({ conversation, since: 0, level: 0 }));
  assertEquals(ids(history.last(scopes).map(({ entry }) => entry)), "m10");
  const own = history.direct("=ann", 10);
  assertEquals(ids(own.map(({ entry }) => entry)), "d1 d3 d2");
  assertEquals(own[0]?.conversation, BOTH);
  assertEquals(history.direct("=ann", 1).length, 1);
  assertEquals(ids(history.direct("chatd/1-2", 10).map(({ entry }) => entry)), "d1");
  assertEquals(history.direct("=bob", 10), []);
});

Deno.test("SqliteHistory.find() tells where a message was said", () => {
  const { history } = withTen();
  assertEquals(history.find("m3")?.conversation, TEA);
  assertEquals(history.find("m3")?.entry.at, 2);
  assertEquals(history.find("m33"), undefined);
});

Deno.test("HIST-7 a channel takes its history along to another name, and finds none of another there", () => {
  const { history } = withTen();
  history.record(MILK, entry("old", 1), null);
  history.rename("#tea" as Folded, "#milk" as Folded);
  assertEquals(read(history, { conversation: MILK, limit: 2 }), "m1 m2");
  assertEquals(read(history, { conversation: TEA }), "");
  history.record(TEA, entry("new", 20), null);
  assertEquals(read(history), "new");
});

Deno.test("SqliteHistory reads by its indexes alone", () => {
  const store = withTen();
  const { database, history } = store;
  const texts: string[] = [];
  const prepare = database.prepare.bind(database);
  database.prepare = (sql) => {
    texts.push(sql);
    return prepare(sql);
  };
  for (const from of ["oldest", "newest"] as const) {
    read(history, { from, after: { at: 1 }, before: { msgid: "m9" } });
    read(history, { from, withEvents: true });
  }
  history.find("m1");
  history.direct("=ann", 3);
  search(history, "text");
  history.tend(100, { forMs: 50, count: 5 });
  store.flush();
  for (const sql of new Set(texts)) {
    if (!/^\s*SELECT/.test(sql)) continue;
    const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map(({ detail }) => String(detail));
    const slow = plan.filter((step) => /^SCAN messages/.test(step) && !/USING/.test(step));
    assertEquals(slow, [], sql);
    // Two sorted halves of at most so many, and a list of talks, are sorted; no range of messages is.
    const isSmall = sql.includes("UNION ALL") || sql.includes("FROM ends");
    assert(isSmall || !plan.some((step) => step.includes("TEMP B-TREE")), sql);
  }
});

Deno.test("SqliteHistory goes on where it was after the file was opened again", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/chatd.db`;
  for (const [run, msgid] of ["a", "b", "c"].entries()) {
    const store = openStore(file);
    store.history.record(TEA, entry(msgid, run), null);
    store.history.record(BOTH, entry(`d${msgid}`, run), null);
    assertEquals(read(store.history), "a b c".slice(0, run * 2 + 1));
    store.history.tend(0, FOREVER);
    assert(search(store.history, "text").endsWith(msgid));
    store.database.close();
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SqliteHistory numbers conversations anew after a commit that failed", () => {
  const store = openStore(null);
  const { history, database } = store;
  history.record(TEA, entry("a", 1), null);
  database.enqueue(() => {
    throw new Error("a defect");
  });
  history.record(MILK, entry("b", 2), null);
  store.flush();
  assertEquals([read(history), read(history, { conversation: MILK })], ["a", "b"]);
});

for (
  const [text, wanted] of [
    ["500:7d", { count: 500, forMs: 604_800_000 }],
    ["0:12h", { count: 0, forMs: 43_200_000 }],
    ["10:0", { count: 10, forMs: 0 }],
    ["0:0", null],
    ["7d", null],
    ["x:7d", null],
    ["5:soon", null],
    ["5:", null],
    ["9999999999:1d", null],
  ] as const
) {
  Deno.test(`parseRetention() MODE-9 ${text} is ${wanted === null ? "none" : "one"}`, () => {
    const retention = parseRetention(text);
    assertEquals(
      retention === null ? null : { count: retention.count, forMs: retention.forMs },
      wanted,
    );
  });
}

/** Whether it is behind, how many entries have their place, and how many can be found. */
function stateOf(store: SqliteStore): unknown[] {
  return [store.history.isBehind, rowsIn(store, "messages"), rowsIn(store, "search")];
}

Deno.test("SqliteHistory.catchUp() puts what has come in its place, and makes it ready to be found, slice by slice", () => {
  const store = openStore(null);
  const { history, database } = store;
  for (let i = 1; i <= 150; i++) history.record(TEA, entry(`m${i}`, i), null);
  database.flush();
  const slice = (): unknown[] => {
    history.catchUp();
    return stateOf(store);
  };
  assertEquals(stateOf(store), [true, 0, 0]);
  assertEquals(slice(), [true, 150, 0]);
  assertEquals(slice(), [true, 150, 100]);
  assertEquals(slice(), [false, 150, 150]);
});

Deno.test("SqliteHistory leaves few that have come to what is done once a second", () => {
  const store = openStore(null);
  const { history, database } = store;
  const tend = (): void => {
    history.tend(0, FOREVER);
    database.tend(0);
  };
  tend();
  for (let i = 1; i <= 50; i++) {
    history.record(TEA, entry(`m${i}`, i), null);
    database.flush();
  }
  assertEquals(stateOf(store), [false, 0, 0]);
  tend();
  assertEquals(stateOf(store), [false, 50, 50]);
  for (let i = 51; i <= 150; i++) history.record(TEA, entry(`m${i}`, i), null);
  database.flush();
  assertEquals([history.isBehind, rowsIn(store, "messages")], [true, 50]);
});

Deno.test("SqliteHistory.read() REDACT-3 an event can be referred to by its id, and cannot be taken back by it", () => {
  const { history } = withTen();
  read(history);
  history.record(TEA, entry("j1", 20, { verb: "JOIN", params: ["Bob"] }), null);
  assertEquals(read(history, { before: { msgid: "j1" }, from: "newest", limit: 1 }), "m10");
  assertEquals(history.find("j1"), undefined);
  history.redact("j1");
  assertEquals(read(history, { withEvents: true, after: { msgid: "m9" } }), "m10 j1");
});

Deno.test("SqliteHistory.ahead() HIST-10 tells which conversations are ahead of the clock", () => {
  const { history } = withTen();
  history.record(MILK, entry("n1", 7), null);
  history.record(MILK, entry("j1", 12, { verb: "JOIN", params: [] }), null);
  history.record(BOTH, entry("d1", 9), null);
  assertEquals(new Map(history.ahead(10)), new Map([["#tea", 10], ["#milk", 12]]));
  assertEquals(history.ahead(13), []);
});
