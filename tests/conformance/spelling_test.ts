/**
 * NAME-10: nobody is shown the form in which names are compared, wherever a name may come from.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exportHistory } from "../../server/store/export.ts";
import { exportPerson } from "../../server/store/person.ts";
import { openStore } from "../../server/store/store.ts";
import { FROM, TO } from "../support/company.ts";
import { memoryStore, TestNode, type TestPeer } from "../support/node.ts";

const CAPABILITIES = [
  "draft/chathistory",
  "draft/event-playback",
  "draft/read-marker",
  "znc.in/playback",
  "soju.im/search",
  "batch",
  "message-tags",
  "echo-message",
];
/** Names as they are spelled, and nothing but. Asked for in capitals, so that what is told is neither that nor the folded form by chance. */
const NAMES = ["Fry", "Leela", "Zoidberg", "#TheShip", "#OldHold", "#NewHold"] as const;
const FOLDED = new RegExp(NAMES.map((name) => name.toLowerCase()).join("|"));

/** What may tell of names: every answer to bender, who asks in capitals. */
const QUESTIONS = [
  ...NAMES.flatMap((name) => [
    `CHATHISTORY LATEST ${name.toUpperCase()} * 50`,
    `MARKREAD ${name.toUpperCase()}`,
    `MARKREAD ${name.toUpperCase()} timestamp=2026-01-01T00:00:00.000Z`,
    `PRIVMSG *playback :PLAY ${name.toUpperCase()} 0`,
    `SEARCH in=${name.toUpperCase()}`,
    `WHOIS ${name.toUpperCase()}`,
    `WHOWAS ${name.toUpperCase()}`,
    `WHO ${name.toUpperCase()}`,
    `MONITOR + ${name.toUpperCase()}`,
    `ISON ${name.toUpperCase()}`,
    `USERHOST ${name.toUpperCase()}`,
    `LIST ${name.toUpperCase()}`,
    `NAMES ${name.toUpperCase()}`,
    `MODE ${name.toUpperCase()}`,
    `TOPIC ${name.toUpperCase()}`,
    `INVITE ${name.toUpperCase()} #THESHIP`,
    `METADATA ${name.toUpperCase()} LIST`,
    `PRIVMSG ${name.toUpperCase()} :hi`,
    `PRIVMSG NickServ :INFO ${name.toUpperCase()}`,
    `PRIVMSG ChanServ :INFO ${name.toUpperCase()}`,
    `PRIVMSG ChanServ :ACCESS ${name.toUpperCase()} LIST`,
  ]),
  `CHATHISTORY TARGETS ${FROM} ${TO} 50`,
  "PRIVMSG *playback :LIST",
  "PRIVMSG *playback :PLAY * 0",
  "SEARCH text=hello",
  "MONITOR L",
  "MONITOR S",
  "LIST",
  "WHO *",
  "STATS u",
  "LUSERS",
];

function login(node: TestNode, nick: string): TestPeer {
  const peer = node.open();
  peer.session.account = nick;
  return peer.register(nick, CAPABILITIES);
}

/** Asks everything, and looks at every answer. */
function askAll(bender: TestPeer): void {
  bender.take();
  for (const question of QUESTIONS) {
    bender.send(question);
    for (const line of bender.take()) assert(!FOLDED.test(line), `${question}: ${line}`);
  }
}

/** The names in what is exported. */
function exported(node: TestNode): string {
  const { store } = node;
  const all = [...exportHistory(store.database, { since: 0, places: new Set() })];
  const bender = store.accounts.find("bender");
  assert(bender !== null);
  return JSON.stringify([all, [...exportPerson(store, bender)].join("")]);
}

Deno.test("NAME-10 who and what is gone is called as it was spelled last, by every command, in exports, and after a restart", async () => {
  const store = openStore(null, memoryStore({}));
  for (const name of ["bender", "Fry", "Leela"]) {
    await store.accounts.register(name, "correct-horse", 1);
  }
  let node = new TestNode({}, store, "a");
  let bender = login(node, "bender");
  const [fry, leela] = [login(node, "Fry"), login(node, "Leela")];
  const zoidberg = node.user("Zoidberg", CAPABILITIES);
  fry.send("JOIN #TheShip,#OldHold");
  await fry.sendAndWait("PRIVMSG ChanServ :REGISTER #theship");
  await fry.sendAndWait("PRIVMSG ChanServ :ACCESS #theship ADD bender voice");
  for (const peer of [bender, leela, zoidberg]) peer.send("JOIN #theship,#oldhold");
  for (const peer of [fry, leela, zoidberg]) {
    peer.send("PRIVMSG BENDER :hello");
    bender.send(`PRIVMSG ${peer.session.user?.nick.toLowerCase()} :hello`);
    peer.send("PRIVMSG #theship :hello");
    peer.send("PRIVMSG #oldhold :hello");
  }
  for (const name of ["fry", "zoidberg", "#theship"]) {
    bender.send(`MARKREAD ${name} timestamp=2026-01-01T00:00:00.000Z`);
  }
  fry.send("RENAME #oldhold #NewHold");
  fry.send("KICK #theship zoidberg :out");
  askAll(bender);
  for (const peer of [fry, leela, zoidberg]) peer.send("QUIT");
  askAll(bender);
  assert(!FOLDED.test(exported(node)), exported(node));
  store.accounts.drop("leela");
  askAll(bender);
  assertStringIncludes(exported(node), "Leela@");
  bender.send("MARKREAD #newhold timestamp=2026-01-01T00:00:00.000Z");
  bender.send("PART #newhold"); // it is gone
  bender.take();
  bender.send("MARKREAD #NEWHOLD");
  assertStringIncludes(bender.take().join(), " #NewHold timestamp=");
  assert(!FOLDED.test(exported(node)));
  assert(!FOLDED.test(JSON.stringify(node.log.entries)));

  node = new TestNode({}, store, "b");
  bender = login(node, "bender");
  bender.send("JOIN #theship");
  askAll(bender);
  assert(!FOLDED.test(exported(node)));
  assertEquals(batches(bender, "FRY"), ["Fry"]);
});

/** The names of the batches that tell a conversation. */
function batches(peer: TestPeer, name: string): string[] {
  peer.send(`CHATHISTORY LATEST ${name} * 50`);
  return peer.take().flatMap((line) => / BATCH \+\S+ chathistory (\S+)/.exec(line)?.[1] ?? []);
}

Deno.test("NAME-10 a nick that was never here is called as the asker wrote it, and an account as it is spelled", async () => {
  const node = new TestNode();
  await node.store.accounts.register("Fry", "correct-horse", 1);
  const bender = node.user("bender", CAPABILITIES);
  assertEquals(batches(bender, "nObody"), ["nObody"]);
  assertEquals(batches(bender, "FRY"), ["Fry"]);
});

Deno.test("NAME-10 a channel is called as it was spelled last where it is made again, renamed in case, or older than that", () => {
  const node = new TestNode();
  const [fry, bender] = [node.user("fry"), node.user("bender")];
  const places = (): unknown[] => [
    ...new Set(
      [...exportHistory(node.store.database, { since: 0, places: new Set() })].map((
        { in: place },
      ) => place),
    ),
  ];
  fry.send("JOIN #Hold");
  assertEquals(places(), ["#Hold"]);
  fry.send("RENAME #hold #HOLD");
  assertEquals(places(), ["#HOLD"]);
  fry.send("PART #hold");
  bender.send("JOIN #hold");
  assertEquals(places(), ["#hold"]);
  bender.send("PART #hold");
  fry.send("JOIN #HoLd");
  assertEquals(places(), ["#HoLd"]);
  node.clock.advance(60_000);
  fry.send("RENAME #hold #cargo");
  assertEquals(places(), ["#cargo"]);
  fry.send("PRIVMSG #cargo :hi");
  assertEquals(places(), ["#cargo"]);
});
