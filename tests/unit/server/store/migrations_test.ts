import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { HistoryEntry } from "../../../../server/core/history.ts";
import { MIGRATIONS } from "../../../../server/store/migrations.ts";
import { openStore } from "../../../../server/store/store.ts";
import { inFolder } from "../../../support/files.ts";
import { entry, TEA } from "../../../support/history.ts";

/** A file as the first versions have left it, with what was said and done, some of it without a place yet. */
function makeOld(file: string): void {
  const db = new DatabaseSync(file);
  for (const migration of MIGRATIONS.slice(0, 2)) db.exec(migration);
  db.exec(`
    INSERT INTO conversations (id, key) VALUES (1, '#tea'), (2, '#milk');
    INSERT INTO messages (conversation, at, msgid, verb, level, source, target, text) VALUES
      (1, 2, 'm1', 0, 0, 'ann!u@h', '', 'hello'),
      (1, 2, NULL, 3, 0, 'bob!u@h', '', 'Bob'),
      (1, 2, NULL, 5, 0, 'bob!u@h', '', 'bye'),
      (2, 2, NULL, 5, 0, 'bob!u@h', '', 'bye');
    PRAGMA user_version = 2;
    PRAGMA application_id = ${0x43484154};
  `);
  const waiting = [
    ["#tea", 7, "m2", 0, 0, "ann!u@h", null, "1-1", "", 'so "quiet", isn\'t it? é', null, null],
    ["#tea", 8, null, 8, 0, "ann!u@h", null, null, "", "Assam", null, null],
    [
      "#tea",
      9,
      null,
      6,
      0,
      "ann!u@h",
      null,
      null,
      "",
      "bob",
      null,
      '{"params":["bob","too loud"]}',
    ],
  ];
  db.prepare("INSERT INTO arrivals (data) VALUES (?)").run(JSON.stringify(waiting));
  db.close();
}

Deno.test(
  "STORE-5 HIST-10 what an older version has kept at one time is at several, in its order",
  inFolder((folder) => {
    const file = `${folder}/chatd.db`;
    makeOld(file);
    const db = new DatabaseSync(file);
    const add = db.prepare(`
      INSERT INTO messages (conversation, at, msgid, verb, level, source, target, text)
      VALUES (3, ?, ?, 0, 0, 'ann!u@h', '', '')
    `);
    for (const [i, at] of [10, 10, 10, 11, 20, 20, 15, 30].entries()) add.run(at, `x${i}`);
    db.close();
    const { database } = openStore(file);
    const sql = "SELECT msgid, at FROM messages WHERE conversation = 3 ORDER BY at";
    assertEquals(database.prepare(sql).all().map(({ msgid, at }) => `${msgid} ${at}`), [
      "x0 10",
      "x1 11",
      "x2 12",
      "x3 13",
      "x6 15",
      "x4 20",
      "x5 21",
      "x7 30",
    ]);
    database.close();
  }),
);

Deno.test(
  "STORE-5 TAG-5 what an older version has kept is there, and all of it has an id",
  inFolder((folder) => {
    const file = `${folder}/chatd.db`;
    makeOld(file);
    const { history, database } = openStore(file);
    const scope = { conversation: TEA, since: 0, level: 0, withEvents: true, limit: 99 };
    const all = history.read({ ...scope, from: "oldest" });
    assert(typeof all !== "string");
    assertEquals(all.map(({ verb, params }) => `${verb} ${params.join()}`), [
      "PRIVMSG hello",
      "JOIN Bob",
      "QUIT bye",
      'PRIVMSG so "quiet", isn\'t it? é',
      "TOPIC Assam",
      "KICK bob,too loud",
    ]);
    const msgids = all.map(({ msgid }) => msgid ?? "");
    assertEquals([msgids[0], msgids[3]], ["m1", "m2"]);
    assertEquals(new Set(msgids).size, all.length);
    for (const [i, msgid] of msgids.entries()) {
      assert(/^[A-Za-z0-9_-]+$/.test(msgid), msgid);
      const later = history.read({ ...scope, after: { msgid }, from: "oldest" });
      assertEquals(later, all.slice(i + 1));
      assert(i === 0 || (all[i]?.at ?? 0) > (all[i - 1]?.at ?? 0));
    }
    database.close();
    // The copy is what was there, and for the same eyes only.
    const copy = new DatabaseSync(`${file}.before-3`, { readOnly: true });
    assertEquals(copy.prepare("SELECT count(*) AS n FROM messages").get()?.["n"], 4);
    assertEquals(copy.prepare("PRAGMA user_version").get()?.["user_version"], 2);
    copy.close();
    assertEquals(Deno.statSync(`${file}.before-3`).mode, Deno.statSync(file).mode);
  }),
);

Deno.test(
  "STORE-5 TAG-5 one id stands in several conversations, in a file of an older version too",
  inFolder((folder) => {
    const file = `${folder}/chatd.db`;
    makeOld(file);
    const { history, database } = openStore(file);
    const quit: Partial<HistoryEntry> = { verb: "QUIT", params: ["bye"] };
    const places = [TEA, { kind: "channel", channel: "#milk" } as typeof TEA];
    for (const place of places) history.record(place, entry("q1", 12, quit), null);
    for (const conversation of places) {
      const range = { conversation, since: 0, level: 0, withEvents: true, limit: 1 };
      assertEquals(history.around({ msgid: "q1" }, range), [entry("q1", 12, quit)]);
    }
    database.close();
  }),
);
