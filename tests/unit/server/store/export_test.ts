import { assertEquals } from "@std/assert";
import { ASCII } from "../../../../protocol/mod.ts";
import {
  type Conversation,
  directConversation,
  type HistoryEntry,
} from "../../../../server/core/history.ts";
import { exportHistory } from "../../../../server/store/export.ts";
import { openStore, type SqliteStore } from "../../../../server/store/store.ts";

const TEA: Conversation = { kind: "channel", channel: ASCII.fold("#tea") };
const ALL: { since: number; places: ReadonlySet<string> } = { since: 0, places: new Set() };

function keep(store: SqliteStore, where: Conversation, entry: Partial<HistoryEntry>): void {
  store.history.record(where, {
    msgid: null,
    at: 0,
    verb: "PRIVMSG",
    source: "alice!~alice@host",
    account: null,
    isBot: false,
    isOper: false,
    target: "",
    params: [],
    ...entry,
  }, null);
}

Deno.test("exportHistory() tells what an entry has, and nothing of what it has not", () => {
  const store = openStore(null);
  keep(store, TEA, { msgid: "m1", params: ["hi"] });
  keep(store, TEA, { verb: "JOIN", at: 1, params: ["Alice"] });
  keep(store, directConversation("=bob", "chat/1-2"), {
    msgid: "m2",
    at: 2,
    account: "Bob",
    target: "alice",
    params: ["a\nb"],
    lines: [{ text: "a", isJoined: false }, { text: "b", isJoined: false }],
    tags: new Map([["+x", "y"]]),
    isBot: true,
    isOper: true,
  });
  const from = "alice!~alice@host";
  assertEquals([...exportHistory(store.database, ALL)], [
    {
      time: "1970-01-01T00:00:00.000Z",
      in: "#tea",
      verb: "PRIVMSG",
      from,
      text: "hi",
      msgid: "m1",
    },
    { time: "1970-01-01T00:00:00.001Z", in: "#tea", verb: "JOIN", from, params: ["Alice"] },
    {
      time: "1970-01-01T00:00:00.002Z",
      in: ["bob", "chat/1-2"],
      verb: "PRIVMSG",
      from,
      account: "Bob",
      to: "alice",
      text: "a\nb",
      lines: ["a", "b"],
      tags: { "+x": "y" },
      msgid: "m2",
      bot: true,
      oper: true,
    },
  ]);
});

Deno.test("exportHistory() leaves out what is older, elsewhere or taken back, over many slices", () => {
  const store = openStore(null);
  for (let n = 0; n < 1200; n++) keep(store, TEA, { msgid: `m${n}`, at: n, params: [`${n}`] });
  keep(store, { kind: "everyone" }, { msgid: "all", at: 5000, params: ["to all"] });
  keep(store, directConversation("=bob", "=alice"), { msgid: "d", at: 5000, params: ["psst"] });
  store.history.redact("m1100");
  const texts = (filter: Partial<typeof ALL>): unknown[] =>
    [...exportHistory(store.database, { ...ALL, ...filter })].map(({ text }) => text);
  assertEquals(texts({}).length, 1201);
  assertEquals(texts({ since: 1199 }), ["1199", "to all", "psst"]);
  assertEquals(texts({ since: 1199, places: new Set(["#tea"]) }), ["1199"]);
  assertEquals(texts({ places: new Set(["$*", "=bob"]) }), ["to all", "psst"]);
  assertEquals(texts({ places: new Set(["=carol"]) }), []);
});
