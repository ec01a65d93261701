/**
 * Registered channels: they belong to an account, and outlive their members and the server.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { fold } from "../../protocol/mod.ts";
import { openStore } from "../../server/store/store.ts";
import { CHEAP, memoryStore, TestNode, type TestPeer } from "../support/node.ts";
import { OPERATOR } from "../support/transcript.ts";

const SOURCE = (nick: string): string => `${nick}!~${nick}@192-0-2-1.cloaked`;

/** Logs somebody in, out of thin air. */
function logIn(host: TestNode, { session }: TestPeer, account: string | null): void {
  const user = session.user?.id ?? "";
  host.node.network.submit({ type: "account", user, account, at: host.clock.epoch() });
}

/** A server with the accounts Alice and Bob, where #Tea is Alice's, who is in it. */
async function teaRoom(
  store = openStore(null, memoryStore({})),
): Promise<{ host: TestNode; alice: TestPeer }> {
  for (const name of ["Alice", "Bob"]) await store.accounts.register(name, "open sesame", 1);
  const host = new TestNode({}, store);
  const alice = host.user("ann");
  alice.send("JOIN #Tea");
  logIn(host, alice, "Alice");
  submit(host, { type: "channel-register", channel: fold("#Tea"), founder: "Alice" });
  alice.take();
  return { host, alice };
}

type Registering =
  | { readonly type: "channel-register"; readonly founder: string }
  | { readonly type: "channel-drop" }
  | { readonly type: "access"; readonly account: string; readonly ranks: number };

function submit(host: TestNode, fact: Registering & { readonly channel: string }): void {
  const channel = host.node.state.fold(fact.channel);
  host.node.network.submit({ ...fact, channel, at: host.clock.epoch() });
}

/** What the peer was sent, without the texts of numerics. */
function told(peer: TestPeer): string[] {
  return peer.take().map((line) => line.replace(/^(:chatd\.test \d+ .*?) :.*$/, "$1"));
}

Deno.test("REGCHAN-1 an empty registered channel is there, and makes nobody an operator", async () => {
  const { host, alice } = await teaRoom();
  alice.send("TOPIC #tea :Earl Grey");
  alice.send("PART #tea");
  const bob = host.user("ben");
  for (const line of ["LIST", "NAMES #tea", "WHO #tea", "MODE #tea", "TOPIC #tea", "PART #tea"]) {
    bob.send(line);
  }
  assertEquals(told(bob), [
    ":chatd.test 321 ben Channel",
    ":chatd.test 322 ben #Tea 0",
    ":chatd.test 323 ben",
    ":chatd.test 366 ben #Tea",
    ":chatd.test 315 ben #tea",
    ":chatd.test 324 ben #Tea +nt",
    `:chatd.test 329 ben #Tea ${host.clock.epoch() / 1000}`,
    ":chatd.test 442 ben #Tea",
    ":chatd.test 442 ben #Tea",
  ]);
  bob.send("JOIN #TEA");
  assertEquals(told(bob), [
    `:${SOURCE("ben")} JOIN #Tea`,
    ":chatd.test 332 ben #Tea",
    `:chatd.test 333 ben #Tea ${SOURCE("ann")} ${host.clock.epoch() / 1000}`,
    ":chatd.test 353 ben = #Tea",
    ":chatd.test 366 ben #Tea",
  ]);
  submit(host, { type: "channel-drop", channel: "#tea" });
  bob.send("PART #tea");
  bob.send("TOPIC #tea");
  assertEquals(told(bob).at(-1), ":chatd.test 403 ben #tea");
});

Deno.test("NAME-7 REGCHAN-2 one with a name that nobody could give it now is there again, and its founder's", async () => {
  const folder = await Deno.makeTempDir();
  const open = (): ReturnType<typeof openStore> =>
    openStore(`${folder}/chatd.db`, { accountCost: CHEAP });
  const { host } = await teaRoom(open());
  host.node.network.submit({
    type: "rename",
    source: "ann",
    channel: fold("#tea"),
    name: "#\u202ete\u200ba",
    text: "",
    at: host.clock.epoch(),
  });
  host.store.flush();

  const later = new TestNode({}, open());
  const founder = later.user("ann");
  logIn(later, founder, "Alice");
  founder.send("JOIN #\u202ete\u200ba");
  assertEquals(told(founder).slice(0, 2), [
    `:${SOURCE("ann")} JOIN #\u202ete\u200ba`,
    ":chatd.test MODE #\u202ete\u200ba +q ann",
  ]);
  founder.send("RENAME #\u202ete\u200ba #tea");
  assert(later.node.state.channelByName("#tea") !== undefined);
  later.store.database.close();
  host.store.database.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("REGCHAN-2 BAN-7 what is registered and who is banned is there again after the end", async () => {
  const folder = await Deno.makeTempDir();
  const open = (): ReturnType<typeof openStore> =>
    openStore(`${folder}/chatd.db`, { accountCost: CHEAP });
  const { host, alice } = await teaRoom(open());
  host.user("ben").send("JOIN #tea");
  alice.send(`OPER ${OPERATOR.name} ${OPERATOR.password}`);
  for (
    const line of [
      "METADATA #tea SET url :https://tea.example",
      "TOPIC #tea :Earl: grey",
      "MODE #tea +siklH-t sesame 7 500:7d",
      "MODE #tea +beIv eve!*@* *!*@tea.example ~a:carol ben",
      "KLINE 1h ~mallory@* :milk",
      "KLINE 1s ~trent@* :over soon",
      "KLINE ~peggy@* :a mistake",
      "UNKLINE ~peggy@*",
      "DLINE 198.51.100.0/24 :noise",
    ]
  ) alice.send(line);
  submit(host, { type: "access", channel: "#tea", account: "Bob", ranks: 4 });
  alice.send("RENAME #tea #Milk");
  const questions = [
    "MODE #milk",
    ...["b", "e", "I"].map((list) => `MODE #milk ${list}`),
    "METADATA #milk LIST",
    "TOPIC #milk",
    "KLINE",
    "DLINE",
  ];
  const ask = (peer: TestPeer): string[] => {
    peer.take();
    for (const question of questions) peer.send(question);
    return peer.take();
  };
  const before = ask(alice);
  host.store.flush(); // and no more: it is killed

  const later = new TestNode({}, open());
  later.clock.advance(1000);
  const [founder, bob] = [later.user("ann"), later.user("ben")];
  logIn(later, founder, "Alice");
  logIn(later, bob, "Bob");
  founder.send("JOIN #milk");
  founder.send(`OPER ${OPERATOR.name} ${OPERATOR.password}`);
  assertEquals(ask(founder), before.filter((line) => !line.includes("trent")));
  bob.send("JOIN #milk");
  assertEquals(bob.take().slice(0, 2), [
    `:${SOURCE("ben")} JOIN #Milk`,
    ":chatd.test MODE #Milk +o ben",
  ]);
  later.store.database.close();
  host.store.database.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("REGCHAN-3 REGCHAN-4 accounts have their ranks from the join, the login, or the change on", async () => {
  const { host, alice } = await teaRoom();
  const bob = host.user("ben");
  bob.send("JOIN #tea");
  bob.take();
  alice.take();
  submit(host, { type: "access", channel: "#tea", account: "Bob", ranks: 4 });
  assertEquals(alice.take(), []);
  logIn(host, bob, "bob");
  assertEquals(alice.take(), [":chatd.test MODE #Tea +o ben"]);
  assertEquals(bob.take(), [":chatd.test MODE #Tea +o ben"]);
  submit(host, { type: "access", channel: "#tea", account: "Bob", ranks: 6 });
  assertEquals(alice.take(), [":chatd.test MODE #Tea +h ben"]);
  logIn(host, bob, null);
  submit(host, { type: "access", channel: "#tea", account: "Bob", ranks: 0 });
  assertEquals(alice.take(), [], "what was given stays");
  alice.send("PART #tea");
  bob.send("PART #tea");
  bob.send("JOIN #tea");
  bob.take();
  alice.send("JOIN #tea");
  assertEquals(bob.take(), [
    `:${SOURCE("ann")} JOIN #Tea`,
    ":chatd.test MODE #Tea +q ann",
  ]);
  assert(alice.take().includes(":chatd.test 353 ann = #Tea :ben ~ann"));
});

Deno.test("REGCHAN-5 the doors of a channel are open to those who have a say there", async () => {
  const { host, alice } = await teaRoom();
  alice.send("MODE #tea +ikl-n sesame 1");
  alice.send("MODE #tea +b *!*@*");
  alice.send("PART #tea");
  submit(host, { type: "access", channel: "#tea", account: "Bob", ranks: 1 });
  const bob = host.user("ben");
  logIn(host, bob, "Bob");
  alice.take();
  alice.send("JOIN #tea");
  assertEquals(alice.take()[0], `:${SOURCE("ann")} JOIN #Tea`);
  bob.send("JOIN #tea");
  assertEquals(told(bob), [":chatd.test 474 ben #Tea"], "a voice has no say");
  submit(host, { type: "access", channel: "#tea", account: "Bob", ranks: 2 });
  bob.send("JOIN #tea");
  assertEquals(bob.take()[0], `:${SOURCE("ben")} JOIN #Tea`);
});

Deno.test("REGCHAN-6 a registered channel is renamed by its owners alone", async () => {
  const { host, alice } = await teaRoom();
  const bob = host.user("ben");
  bob.send("JOIN #tea");
  alice.send("MODE #tea +o ben");
  bob.take();
  bob.send("RENAME #tea #milk");
  assertEquals(told(bob), [":chatd.test 482 ben #Tea"]);
  alice.send("RENAME #tea #milk");
  assertEquals(bob.take()[0], `:${SOURCE("ben")} PART #Tea`);
  assertEquals(host.node.state.channelByName("#milk")?.founder?.name, "Alice");
});
