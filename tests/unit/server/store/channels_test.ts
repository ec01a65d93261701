import { assertEquals } from "@std/assert";
import { fold } from "../../../../protocol/mod.ts";
import { parseRetention } from "../../../../server/core/history.ts";
import type { ChannelRecord } from "../../../../server/core/registered.ts";
import { Channel } from "../../../../server/core/state.ts";
import { openStore, type SqliteStore } from "../../../../server/store/store.ts";
import { CHEAP } from "../../../support/node.ts";

async function open(file: string | null): Promise<SqliteStore> {
  const store = openStore(file, { accountCost: CHEAP });
  for (const name of ["Alice", "Bob"]) await store.accounts.register(name, "open sesame", 1);
  return store;
}

/** A registered channel of Alice's that has everything. */
function tea(): Channel {
  const channel = new Channel("#Tea", fold("#Tea"), 1000);
  channel.founder = { name: "Alice", folded: fold("Alice") };
  channel.registeredAt = 2000;
  channel.topic = { text: "Earl: grey", by: "alice!~a@host", at: 3000 };
  channel.flags.add("n").add("i");
  channel.key = "sesame";
  channel.limit = 7;
  channel.forward = "#milk";
  channel.retention = parseRetention("500:7d");
  channel.addToList("b", { mask: "Eve!*@*", by: "alice!~a@host", at: 4000 });
  channel.addToList("I", { mask: "~a:bob", by: "alice!~a@host", at: 5000 });
  channel.metadata = new Map([["url", "https://tea.example"]]);
  channel.access = new Map([[fold("Bob"), { name: "Bob", ranks: 4 }]]);
  return channel;
}

const RECORD: ChannelRecord = {
  name: "#Tea",
  founder: "Alice",
  createdAt: 1000,
  registeredAt: 2000,
  topic: { text: "Earl: grey", by: "alice!~a@host", at: 3000 },
  flags: ["n", "i"],
  key: "sesame",
  limit: 7,
  forward: "#milk",
  retention: "500:7d",
  lists: {
    b: [{ mask: "Eve!*@*", by: "alice!~a@host", at: 4000 }],
    e: [],
    I: [{ mask: "~a:bob", by: "alice!~a@host", at: 5000 }],
  },
  metadata: [["url", "https://tea.example"]],
  access: [{ name: "Bob", ranks: 4 }],
};

Deno.test("ChannelStore REGCHAN-2 has everything again when the file is opened again", async () => {
  const folder = await Deno.makeTempDir();
  const store = await open(`${folder}/chatd.db`);
  const channel = tea();
  store.channels.keep(channel);
  store.channels.keepAccess(channel);
  channel.topic = null;
  store.channels.keep(channel);
  store.database.close();
  const again = await open(`${folder}/chatd.db`);
  assertEquals(again.channels.list(), [{ ...RECORD, topic: null }]);
  again.database.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("ChannelStore forgets what is dropped, and keeps nothing for accounts that are not there", async () => {
  const store = await open(null);
  const channel = tea();
  channel.access = new Map([
    ...channel.access,
    [fold("nobody"), { name: "nobody", ranks: 1 }],
  ]);
  store.channels.keep(channel);
  store.channels.keepAccess(channel);
  assertEquals(store.channels.list(), [RECORD]);
  store.accounts.drop("bob");
  assertEquals(store.channels.list(), [{ ...RECORD, access: [] }]);
  store.accounts.drop("alice");
  assertEquals(store.channels.list(), []);
  store.channels.keep(channel);
  store.channels.keepAccess(channel);
  assertEquals(store.channels.list(), []);

  await store.accounts.register("Alice", "open sesame", 1);
  store.channels.keep(channel);
  store.channels.drop(channel.folded);
  assertEquals(store.channels.list(), []);
});
