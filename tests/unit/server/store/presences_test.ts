import { assertEquals } from "@std/assert";
import type { Folded } from "../../../../protocol/mod.ts";
import type { PresenceRecord } from "../../../../server/core/presence.ts";
import { openStore, type SqliteStore } from "../../../../server/store/store.ts";
import { CHEAP } from "../../../support/node.ts";

const ALICE = "alice" as Folded;

function record(nick: string): PresenceRecord {
  return {
    account: "Alice",
    nick,
    username: "~alice",
    host: "192-0-2-1.cloaked",
    realname: "Alice",
    away: null,
    modes: ["i"],
    metadata: [["colour", "red"]],
    signedOnAt: 1000,
    spokeAt: 2000,
    absence: { reason: { kind: "ping-timeout", seconds: 120 }, since: 3000 },
    channels: [{ channel: "#Tea", ranks: 1, joinedAt: 1500 }],
  };
}

async function storeOfAlice(file: string | null = null): Promise<SqliteStore> {
  const store = openStore(file, { accountCost: CHEAP });
  await store.accounts.register("Alice", "correct-horse", 1000);
  store.accounts.change("alice", { isAlwaysOn: true });
  return store;
}

Deno.test("PresenceStore ALWAYS-4 keeps who stays, in the file, as it is when it is written", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/chatd.db`;
  const store = await storeOfAlice(file);
  let asked = 0;
  let nick = "alice";
  for (let i = 0; i < 5; i++) {
    store.presences.keep(ALICE, () => {
      asked++;
      return record(nick);
    });
  }
  nick = "ally";
  store.flush();
  assertEquals(asked, 1);
  store.database.close();
  const again = openStore(file, { accountCost: CHEAP });
  assertEquals(again.presences.list(), [record("ally")]);
  assertEquals(again.accounts.choosesAlwaysOn("ALICE"), true);
  again.database.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("PresenceStore ALWAYS-2 forgets who stays no more, by its own doing or with the account", async () => {
  const store = await storeOfAlice();
  const keep = (): void => store.presences.keep(ALICE, () => record("alice"));
  keep();
  store.presences.drop(ALICE);
  assertEquals(store.presences.list(), []);
  keep();
  store.presences.clear();
  assertEquals(store.presences.list(), []);
  keep();
  store.accounts.change("alice", { isAlwaysOn: false });
  assertEquals(store.presences.list(), []);
  store.accounts.change("alice", { isAlwaysOn: true });
  assertEquals(store.presences.list().length, 1);
  store.accounts.drop("alice");
  keep();
  assertEquals(store.presences.list(), []);
});
