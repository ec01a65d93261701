import { assert, assertEquals } from "@std/assert";
import { PRECIS } from "../../../../protocol/mod.ts";
import { directConversation } from "../../../../server/core/history.ts";
import type { Account } from "../../../../server/core/ports.ts";
import { exportPerson, forgetPerson } from "../../../../server/store/person.ts";
import { openStore } from "../../../../server/store/store.ts";
import { catchUp, entry, TEA } from "../../../support/history.ts";
import { CHEAP, TestNode, type TestPeer } from "../../../support/node.ts";

/** A server on which two with accounts, and one without, have talked. */
async function talked(): Promise<
  { host: TestNode; alice: Account; peers: Record<string, TestPeer> }
> {
  const host = new TestNode();
  const { accounts } = host.store;
  for (const name of ["alice", "bob"]) await accounts.register(name, "correct-horse", 1000);
  const log = async (name: string): Promise<TestPeer> => {
    const peer = host.open();
    await peer.sendAndWait(`PASS ${name}:correct-horse`);
    return peer.register(name);
  };
  const peers = { alice: await log("alice"), bob: await log("bob"), carol: host.user("carol") };
  for (const peer of Object.values(peers)) peer.send("JOIN #tea");
  peers.alice.send("PRIVMSG #tea :green or black?");
  peers.bob.send("PRIVMSG #tea :black");
  peers.bob.send("PRIVMSG alice :only for you");
  peers.alice.send("PRIVMSG bob :and for you");
  peers.carol.send("PRIVMSG #tea :milk");
  host.store.flush();
  const alice = accounts.find("alice");
  assert(alice !== null);
  return { host, alice, peers };
}

/** The texts that are kept anywhere. */
function texts({ store: { database } }: TestNode): string[] {
  const rows = database.prepare("SELECT text FROM messages WHERE verb IN (0, 1) ORDER BY id").all();
  return rows.map(({ text }) => String(text));
}

Deno.test("exportPerson() PERSON-2 is one JSON object with all that stands under the account, and no more", async () => {
  const { host, alice } = await talked();
  host.store.accounts.addFingerprint("alice", "ab12");
  host.store.database.prepare(
    "INSERT INTO markers (identity, target, at) VALUES ('=alice', '#tea', 5000)",
  ).run();
  const kept = JSON.parse([...exportPerson(host.store, alice)].join(""));
  assertEquals(kept.account, {
    name: "alice",
    createdAt: "1970-01-01T00:00:01.000Z",
    seenAt: "2026-01-01T00:00:00.000Z",
    isAlwaysOn: null,
    isMulticlient: true,
  });
  assertEquals(kept.fingerprints, ["ab12"]);
  assertEquals(kept.read, [{ target: "#tea", at: "1970-01-01T00:00:05.000Z" }]);
  const done = kept.messages.map((
    each: Record<string, string>,
  ) => [each["verb"], each["target"], each["text"]]);
  assertEquals(done, [
    ["JOIN", "#tea", "alice"],
    ["PRIVMSG", "#tea", "green or black?"],
    ["PRIVMSG", "bob", "and for you"],
  ]);
});

Deno.test("forgetPerson() PERSON-3 leaves nothing that was said under the account or in direct with it", async () => {
  const { host, alice } = await talked();
  assertEquals(forgetPerson(host.store, alice), 2);
  assertEquals(texts(host), ["black", "milk"]);
  assertEquals(host.store.accounts.find("alice"), null);
  const { database } = host.store;
  const count = (sql: string): unknown => database.prepare(sql).get()?.["n"];
  assertEquals(count("SELECT count(*) AS n FROM messages WHERE account = 'alice'"), 0);
  assertEquals(count("SELECT count(*) AS n FROM messages WHERE source LIKE 'alice!%'"), 0);
  assertEquals(count("SELECT count(*) AS n FROM ends WHERE identity = '=alice'"), 0);
});

Deno.test("forgetPerson() PERSON-3 leaves no word of it in the index, however nicks are folded", async () => {
  const store = openStore(null, { names: PRECIS, accountCost: CHEAP });
  await store.accounts.register("Ärger", "correct-horse", 1000);
  const said = entry("a", 1, { account: "Ärger", source: "Ärger!u@h", params: ["zxq"] });
  store.history.record(TEA, said, null);
  catchUp(store);
  const hits = (): number => {
    const marks = new TextEncoder().encode(PRECIS.fold("Ärger")).toHex();
    return store.database.read(() =>
      store.database.prepare("SELECT rowid FROM search WHERE search MATCH ?")
        .all(`text : zxq OR marks : n${marks}`).length
    );
  };
  assertEquals(hits(), 1);
  const account = store.accounts.find("Ärger");
  assert(account !== null);
  // A message that has no id is forgotten without being taken back first.
  store.database.prepare("UPDATE messages SET msgid = NULL").run();
  forgetPerson(store, account);
  assertEquals(hits(), 0);
});

Deno.test("AccountStore.drop() PERSON-4 leaves nothing to whoever takes the name next", async () => {
  const { host, peers } = await talked();
  const { store } = host;
  const direct = (): number => store.history.direct("=bob", 10).length;
  store.database.prepare(
    "INSERT INTO markers (identity, target, at) VALUES ('=alice', '#tea', 5000)",
  ).run();
  assertEquals(direct(), 1);
  assert(store.accounts.drop("alice"));
  await store.accounts.register("alice", "another-horse", 2000);
  assertEquals(direct(), 1, "the other end keeps it");
  assertEquals(store.history.direct("=alice", 10), []);
  const markers = "SELECT count(*) AS n FROM markers WHERE identity = '=alice'";
  assertEquals(store.database.prepare(markers).get()?.["n"], 0);
  peers["bob"]?.send("PRIVMSG alice :hello again");
  store.flush();
  const range = { since: 0, level: 0, withEvents: true, from: "newest", limit: 10 } as const;
  const conversation = directConversation("=alice", "=bob");
  const entries = store.history.read({ conversation, ...range });
  assert(entries !== "unknown-reference");
  assertEquals(entries.map(({ params }) => params[0]), ["hello again"]);
});
