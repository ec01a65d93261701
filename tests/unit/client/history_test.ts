import { assertEquals } from "@std/assert";
import { Memory } from "../../../client/memory.ts";
import { HISTORY_CAPABILITIES, MASK, ScriptedHistory, timeOf } from "./support.ts";

const JOIN = `@time=${timeOf(10)} :${MASK} JOIN #tea`;
const WELCOME = [":chat 001 alice :Welcome", ":chat 422 alice :No MOTD"];
/** A batch of lines that bob said in #tea, and its answer to a label. */
function answer(label: string, ...seconds: readonly number[]): string[] {
  return [
    `@label=${label} :chat BATCH +b chathistory #tea`,
    ...seconds.map((second) => `@batch=b;t=${second} :bob!~b@h PRIVMSG #tea :line ${second}`),
    ":chat BATCH -b",
  ];
}

Deno.test("002-F3 a room that is entered first is shown with its last lines, before what is said meanwhile", () => {
  const alice = new ScriptedHistory({ lines: 3 }).take(...WELCOME, JOIN);
  assertEquals(alice.sent, ["@label=h1 CHATHISTORY LATEST #tea * 3"]);
  alice.take("@t=11 :bob!~b@h PRIVMSG #tea :now", "@time=x :bob!~b@h QUIT :Quit: bye");
  assertEquals(alice.shown, [
    "server: Connected to the server!",
    "server: Type a message and press Enter to send it.",
    "server: /help shows the commands, /quit leaves.",
  ]);
  alice.take(...answer("h1", 8, 9, 11));
  assertEquals(alice.shown, [
    "-- the last of #tea: 3 lines --",
    "[t] bob: line 8",
    "[t] bob: line 9",
    "[t] bob: line 11",
    "server: bob is quitting.",
  ]);
  assertEquals(alice.sent, []);
});

Deno.test("History asks for nothing where the user wants none, and where the server has none", () => {
  assertEquals(new ScriptedHistory({ lines: 0 }).take(...WELCOME, JOIN).sent, []);
  const capabilities = HISTORY_CAPABILITIES.replace("draft/chathistory", "");
  const alice = new ScriptedHistory({ capabilities }).take(...WELCOME, JOIN);
  assertEquals(alice.sent, []);
  alice.did(alice.history.older({ target: "#tea", count: 5, before: null }));
  assertEquals(alice.shown.at(-1), "server: This server keeps no history.");
  const mute = new ScriptedHistory({ capabilities: "" }).take(...WELCOME, JOIN);
  mute.did(mute.history.search({ text: "tea" }));
  assertEquals(mute.shown.at(-1), "server: This server cannot search.");
  assertEquals(mute.history.read(), []);
});

/** alice was in #tea, has seen the line of second 12, and is back. */
function back(setup: { readonly capabilities?: string } = {}): ScriptedHistory {
  const memory = new Memory();
  const before = new ScriptedHistory({ ...setup, memory, lines: 0 }).take(...WELCOME, JOIN);
  before.take("@t=12 :bob!~b@h PRIVMSG #tea :line 12");
  before.history.end();
  return new ScriptedHistory({ ...setup, memory, isBack: true });
}

Deno.test("000-L1 002-L2 what was missed is shown once and in order, before what is said since", () => {
  const alice = back().take(...WELCOME, JOIN);
  assertEquals(alice.sent, [
    `@label=h1 CHATHISTORY TARGETS timestamp=9999-12-31T23:59:59.999Z timestamp=${timeOf(2)} 50`,
    "@label=h2 CHATHISTORY LATEST #tea msgid=m12 200",
  ]);
  alice.take("@label=h1 :chat BATCH +t draft/chathistory-targets", ":chat BATCH -t");
  alice.take("@t=21 :bob!~b@h PRIVMSG #tea :line 21", ":carol!~c@h JOIN #tea");
  alice.shown;
  alice.take(...answer("h2", 19, 20));
  assertEquals([alice.shown, alice.sent], [
    [],
    ["@label=h3 CHATHISTORY BETWEEN #tea msgid=m19 msgid=m12 200"],
  ]);
  alice.take(...answer("h3", 18));
  assertEquals(alice.sent, ["@label=h4 CHATHISTORY BETWEEN #tea msgid=m18 msgid=m12 200"]);
  alice.take(...answer("h4"));
  assertEquals(alice.shown, [
    "-- missed in #tea while you were away: 3 lines --",
    "[t] bob: line 18",
    "[t] bob: line 19",
    "[t] bob: line 20",
    "bob: line 21",
    "server: carol joined the chat!",
  ]);
});

Deno.test("000-L1 one room does not wait for another; who leaves all of them waits for all", () => {
  const milk = JOIN.replace("#tea", "#milk");
  const alice = new ScriptedHistory().take(...WELCOME, JOIN, milk);
  alice.shown;
  alice.take(...answer("h1"), ...["tea", "milk"].map((room) => `:bob!~b@h PRIVMSG #${room} :hi`));
  alice.take(":bob!~b@h PART #milk", ":bob!~b@h QUIT :Quit: bye");
  assertEquals(alice.shown, ["bob: hi"]);
  alice.take("@label=h2 :chat ACK");
  assertEquals(alice.shown, [
    "[#milk] bob: hi",
    "server: bob left #milk.",
    "server: bob is quitting.",
  ]);
});

Deno.test("000-L1 a server that never answers keeps nothing back for ever", () => {
  const alice = new ScriptedHistory().take(...WELCOME, JOIN);
  alice.shown;
  for (let count = 1; count <= 5000; count++) alice.take(`:b!b@h PRIVMSG #tea :${count}`);
  assertEquals(alice.shown.length, 0);
  alice.take(":b!b@h PRIVMSG #tea :5001");
  assertEquals(alice.shown.length, 5001);
});

Deno.test("000-L1 nothing was missed: nothing is said of it", () => {
  const alice = back().take(...WELCOME, JOIN, ...answer("h2"));
  alice.take("@label=h1 :chat ACK");
  assertEquals(alice.shown.filter((line) => line.includes("missed")), []);
  assertEquals(alice.sent.length, 2);
});

Deno.test("000-L1 a server that has forgotten the line is asked by the time", () => {
  const alice = back().take(...WELCOME, JOIN);
  alice.take("@label=h1 :chat FAIL CHATHISTORY INVALID_PARAMS TARGETS :No");
  alice.sent;
  alice.take("@label=h2 :chat FAIL CHATHISTORY MESSAGE_ERROR LATEST #tea :Unknown");
  assertEquals(alice.sent, [`@label=h3 CHATHISTORY LATEST #tea timestamp=${timeOf(10)} 200`]);
  alice.shown;
  alice.take(...answer("h3", 11, 12, 13), ...answer("h4"));
  // The lines of 10 seconds before are asked for again, and not shown again.
  assertEquals(alice.shown, [
    "-- missed in #tea while you were away: 2 lines --",
    "[t] bob: line 11",
    "[t] bob: line 13",
  ]);
});

Deno.test("000-L1 a server that knows places by time alone is asked by it", () => {
  const alice = back();
  alice.take(":chat 005 alice MSGREFTYPES=timestamp CHATHISTORY=10 :are supported", ...WELCOME);
  alice.take(JOIN);
  assertEquals(alice.sent[1], `@label=h2 CHATHISTORY LATEST #tea timestamp=${timeOf(10)} 10`);
});

Deno.test("000-L1 without labels answers are known by their rooms, and their absence by a PONG", () => {
  const capabilities = HISTORY_CAPABILITIES.replace("labeled-response", "");
  const alice = back({ capabilities }).take(...WELCOME, JOIN);
  assertEquals(alice.sent.length, 2);
  alice.take(":chat PONG chat chatd-history-1");
  alice.take("@t=20 :bob!~b@h PRIVMSG #tea :line 20");
  alice.shown;
  alice.take(...answer("x", 19).map((line) => line.replace("@label=x ", "")));
  assertEquals(alice.sent, ["CHATHISTORY BETWEEN #tea msgid=m19 msgid=m12 200"]);
  alice.take(":chat PONG chat chatd-history-3");
  assertEquals(alice.shown, [
    "-- missed in #tea while you were away: 1 line --",
    "[t] bob: line 19",
    "bob: line 20",
  ]);
});

Deno.test("000-L1 more than a thousand missed lines: the last of them, and where the others are", () => {
  const alice = back().take(...WELCOME, JOIN, "@label=h1 :chat ACK");
  alice.shown;
  for (let page = 0; page < 5; page++) {
    const newest = 2000 - page * 200;
    alice.take(
      ...answer(`h${page + 2}`, ...Array.from({ length: 200 }, (_, i) => newest - 199 + i)),
    );
  }
  const shown = alice.shown;
  assertEquals(shown.length, 1001);
  assertEquals(
    shown[0],
    "-- missed in #tea while you were away: the last 1000 lines; /history #tea shows more --",
  );
  assertEquals(shown.slice(1).map((line) => Number(line.split(" ").at(-1))), [
    ...Array.from({ length: 1000 }, (_, i) => 1001 + i),
  ]);
  alice.sent;
  alice.did(alice.history.older({ target: "#tea", count: 10, before: null }));
  assertEquals(alice.sent, ["@label=h7 CHATHISTORY BEFORE #tea msgid=m1001 10"]);
});

Deno.test("000-L1 a link that is lost again while catching up loses nothing and shows nothing twice", () => {
  const memory = new Memory();
  const first = new ScriptedHistory({ memory, lines: 0 }).take(...WELCOME, JOIN);
  first.take("@t=12 :bob!~b@h PRIVMSG #tea :line 12");
  first.history.end();
  const second = new ScriptedHistory({ memory, isBack: true }).take(...WELCOME, JOIN);
  second.take(...answer("h2", 13, 14), "@t=15 :bob!~b@h PRIVMSG #tea :line 15");
  second.shown;
  second.did({ events: second.history.end(), lines: [] });
  assertEquals(second.shown, ["bob: line 15"]);
  const third = new ScriptedHistory({ memory, isBack: true }).take(...WELCOME, JOIN);
  assertEquals(third.sent[1], "@label=h2 CHATHISTORY LATEST #tea msgid=m12 200");
  third.take("@label=h1 :chat ACK", ...answer("h2", 13, 14, 15, 16));
  third.shown;
  third.take(...answer("h3"));
  assertEquals(third.shown, [
    "-- missed in #tea while you were away: 3 lines --",
    "[t] bob: line 13",
    "[t] bob: line 14",
    "[t] bob: line 16",
  ]);
});

Deno.test("000-L1 a room in which nothing had been said is caught up by the time", () => {
  const memory = new Memory();
  const before = new ScriptedHistory({ memory, lines: 0 }).take(...WELCOME, JOIN);
  before.take(`@time=${timeOf(40)} :chat PONG chat :x`);
  before.history.end();
  const alice = new ScriptedHistory({ memory, isBack: true }).take(...WELCOME, JOIN);
  assertEquals(alice.sent[1], `@label=h2 CHATHISTORY LATEST #tea timestamp=${timeOf(30)} 200`);
});

Deno.test("002-F2 direct messages that were missed are found and shown, whoever wrote them", () => {
  const memory = new Memory();
  const before = new ScriptedHistory({ memory, lines: 0 }).take(...WELCOME);
  before.take("@t=12 :bob!~b@h PRIVMSG alice :psst", `@t=13 :${MASK} PRIVMSG bob :what`);
  before.history.end();
  const alice = new ScriptedHistory({ memory, isBack: true }).take(...WELCOME);
  alice.take("@t=30 :bob!~b@h PRIVMSG alice :now");
  alice.sent;
  alice.take(
    "@label=h1 :chat BATCH +t draft/chathistory-targets",
    `@batch=t :chat CHATHISTORY TARGETS #tea ${timeOf(20)}`,
    `@batch=t :chat CHATHISTORY TARGETS carol ${timeOf(20)}`,
    `@batch=t :chat CHATHISTORY TARGETS Bob ${timeOf(21)}`,
    ":chat BATCH -t",
  );
  assertEquals(alice.sent, [
    `@label=h2 CHATHISTORY LATEST carol timestamp=${timeOf(3)} 200`,
    "@label=h3 CHATHISTORY LATEST bob msgid=m13 200",
  ]);
  alice.shown;
  alice.take(
    "@label=h2 :chat BATCH +c chathistory carol",
    "@batch=c;t=20 :carol!~c@h PRIVMSG alice :tea?",
    "@batch=c;t=21 :al!~a@h PRIVMSG carol :\x01ACTION nods\x01",
    ":chat BATCH -c",
    "@label=h4 :chat BATCH +c chathistory carol",
    ":chat BATCH -c",
    "@label=h3 :chat BATCH +c chathistory bob",
    "@batch=c;t=30 :bob!~b@h PRIVMSG alice :now",
    ":chat BATCH -c",
    "@label=h5 :chat ACK",
  );
  assertEquals(alice.shown, [
    "-- missed from carol while you were away: 2 lines --",
    "[t] carol: tea?",
    "[t] * al nods",
    "-- missed from bob while you were away: 1 line --",
    "[t] bob: now",
  ]);
});

Deno.test("000-3 a broadcast that was missed is shown to who is logged in", () => {
  const memory = new Memory();
  const before = new ScriptedHistory({ memory, lines: 0 }).take(...WELCOME);
  before.take("@t=12 :bob!~b@h PRIVMSG $* :tea");
  before.history.end();
  const alice = new ScriptedHistory({ memory, isBack: true });
  alice.take(`:chat 900 alice ${MASK} alice :In`, ...WELCOME);
  assertEquals(alice.sent[0], "@label=h1 CHATHISTORY LATEST $* msgid=m12 200");
  alice.shown;
  alice.take(
    "@label=h1 :chat BATCH +e chathistory $*",
    "@batch=e;t=13 :bob!~b@h PRIVMSG $* :milk",
    ":chat BATCH -e",
    "@label=h2 :chat ACK",
    "@label=h3 :chat ACK",
  );
  assertEquals(alice.shown, [
    "-- missed broadcasts while you were away: 1 line --",
    "[t] bob: milk",
  ]);
  assertEquals(alice.history.read(), []);
});

Deno.test("002-F2 who logs in is shown the direct messages that nobody has read", () => {
  const alice = new ScriptedHistory().take(
    `:chat 900 alice ${MASK} alice :You are now logged in as alice`,
    ...WELCOME,
  );
  assertEquals(alice.sent, [
    "@label=h1 CHATHISTORY TARGETS timestamp=9999-12-31T23:59:59.999Z " +
    "timestamp=1970-01-01T00:00:00.000Z 50",
  ]);
  alice.take(
    "@label=h1 :chat BATCH +t draft/chathistory-targets",
    `@batch=t :chat CHATHISTORY TARGETS bob ${timeOf(21)}`,
    `@batch=t :chat CHATHISTORY TARGETS carol ${timeOf(22)}`,
    ":chat BATCH -t",
  );
  assertEquals(alice.sent, [
    "MARKREAD bob",
    "MARKREAD carol",
    "@label=h2 CHATHISTORY LATEST bob * 100",
    "@label=h3 CHATHISTORY LATEST carol * 100",
  ]);
  alice.shown;
  alice.take(
    `:chat MARKREAD bob timestamp=${timeOf(15)}`,
    ":chat MARKREAD carol *",
    "@label=h2 :chat BATCH +b chathistory bob",
    "@batch=b;t=15 :bob!~b@h PRIVMSG alice :read",
    `@batch=b;t=16 :${MASK} PRIVMSG bob :mine`,
    "@batch=b;t=17 :bob!~b@h PRIVMSG alice :new",
    ":chat BATCH -b",
    "@label=h3 :chat BATCH +b chathistory carol",
    `@batch=b;t=18 :${MASK} PRIVMSG carol :mine`,
    ":chat BATCH -b",
  );
  assertEquals(alice.shown, [
    "-- missed from bob while you were away: 1 line --",
    "[t] bob: new",
  ]);
});

Deno.test("what the user has read is told when the user is there, and marks what is not", () => {
  const alice = new ScriptedHistory().take(...WELCOME, JOIN);
  alice.take(`:chat MARKREAD #tea timestamp=${timeOf(8)}`, ...answer("h1", 7, 8, 9));
  assertEquals(alice.shown.slice(-5), [
    "-- the last of #tea: 3 lines --",
    "[t] bob: line 7",
    "[t] bob: line 8",
    "-- not read yet --",
    "[t] bob: line 9",
  ]);
  assertEquals(alice.history.read(), [`MARKREAD #tea timestamp=${timeOf(9)}`]);
  assertEquals(alice.history.read(), []);
  alice.take("@t=20 :bob!~b@h PRIVMSG #tea :x", "@t=21 :bob!~b@h PRIVMSG $* :y");
  assertEquals(alice.history.read(), [`MARKREAD #tea timestamp=${timeOf(20)}`]);
  alice.take("@t=30 :bob!~b@h PRIVMSG #tea :x", `:chat MARKREAD #tea timestamp=${timeOf(30)}`);
  assertEquals(alice.history.read(), []);
  alice.shown;
  alice.take(":chat FAIL MARKREAD INTERNAL_ERROR #tea :No");
  assertEquals(alice.shown, []);
});

Deno.test("002-F3 /history goes back line by line, to the first of all", () => {
  const alice = new ScriptedHistory({ lines: 0 }).take(...WELCOME, JOIN);
  const older = (count: number, before: string | null = null, target = "#tea") =>
    alice.did(alice.history.older({ target, count, before }));
  older(2);
  assertEquals(alice.sent, ["@label=h1 CHATHISTORY LATEST #tea * 2"]);
  alice.shown;
  alice.take(...answer("h1", 4, 5));
  assertEquals(alice.shown, ["-- older in #tea: 2 lines --", "[t] bob: line 4", "[t] bob: line 5"]);
  older(5);
  assertEquals(alice.sent, ["@label=h2 CHATHISTORY BEFORE #tea msgid=m4 5"]);
  // What happens now does not wait for it.
  alice.take("@t=20 :bob!~b@h PRIVMSG #tea :now", ...answer("h2", 1, 2, 3));
  assertEquals(alice.shown.slice(0, 2), [
    "bob: now",
    "-- older in #tea: 3 lines, the first of all --",
  ]);
  older(5);
  assertEquals(alice.sent, ["@label=h3 CHATHISTORY BEFORE #tea msgid=m1 5"]);
  alice.take(...answer("h3"));
  assertEquals(alice.shown, ["server: There is nothing older in #tea."]);
  older(5, timeOf(3));
  assertEquals(alice.sent, [`@label=h4 CHATHISTORY BEFORE #tea timestamp=${timeOf(3)} 5`]);
  older(5, null, "#secret");
  alice.take("@label=h5 :chat FAIL CHATHISTORY INVALID_TARGET LATEST #secret :Not for you.");
  assertEquals(alice.shown, ["server: Not for you."]);
});

Deno.test("002-F3 /history of more than a page takes several", () => {
  const alice = new ScriptedHistory({ lines: 0 }).take(
    ":chat 005 alice CHATHISTORY=2 :are supported",
    ...WELCOME,
    JOIN,
  );
  alice.did(alice.history.older({ target: "#tea", count: 5, before: null }));
  alice.take(...answer("h1", 8, 9), ...answer("h2", 6, 7), ...answer("h3", 5));
  assertEquals(alice.sent, [
    "@label=h1 CHATHISTORY LATEST #tea * 2",
    "@label=h2 CHATHISTORY BEFORE #tea msgid=m8 2",
    "@label=h3 CHATHISTORY BEFORE #tea msgid=m6 1",
  ]);
  assertEquals(alice.shown.slice(-6).map((line) => line.replace("[t] bob: ", "")), [
    "-- older in #tea: 5 lines --",
    ...["line 5", "line 6", "line 7", "line 8", "line 9"],
  ]);
});

Deno.test("002-F3 /search shows what was found with time, room and name", () => {
  const alice = new ScriptedHistory({ lines: 0 }).take(...WELCOME, JOIN);
  alice.did(alice.history.search({ text: "green tea; hot", from: "bob", in: "#tea" }));
  assertEquals(alice.sent, [
    "@label=h1 SEARCH in=#tea;from=bob;text=green\\stea\\:\\shot;limit=50",
  ]);
  alice.shown;
  alice.take(
    "@label=h1 :chat BATCH +s soju.im/search",
    "@batch=s;t=1 :bob!~b@h PRIVMSG #tea :green tea; hot",
    "@batch=s;t=2 :bob!~b@h PRIVMSG alice :green tea; hot!",
    ":chat BATCH -s",
  );
  assertEquals(alice.shown, [
    "-- found: 2 lines --",
    "[t] [#tea] bob: green tea; hot",
    "[t] bob (direct): green tea; hot!",
  ]);
  for (
    const [reply, text] of [
      ["@label=h2 :chat BATCH +s soju.im/search|:chat BATCH -s", "Nothing was found."],
      ["@label=h3 :chat FAIL SEARCH INVALID_PARAMS text :Too short.", "Too short."],
      [":chat PONG chat chatd-history-4", "Nothing was found."],
    ] as const
  ) {
    alice.did(alice.history.search({ text: "x" }));
    alice.take(...reply.split("|"));
    assertEquals(alice.shown, [`server: ${text}`]);
  }
});

Deno.test("a message of several lines is one place, and shown once with all its lines", () => {
  const memory = new Memory();
  const before = new ScriptedHistory({ memory, lines: 0 }).take(...WELCOME, JOIN);
  const several = [
    `@t=12 :bob!~b@h PRIVMSG #tea :one`,
    `@time=${timeOf(12)} :bob!~b@h PRIVMSG #tea :same`,
    `@time=${timeOf(12)} :bob!~b@h PRIVMSG #tea :same`,
  ];
  before.take(...several);
  assertEquals(before.shown.slice(-3), ["bob: one", "bob: same", "bob: same"]);
  before.history.end();
  const alice = new ScriptedHistory({ memory, isBack: true }).take(...WELCOME, JOIN);
  assertEquals(alice.sent[1], "@label=h2 CHATHISTORY LATEST #tea msgid=m12 200");
  alice.take("@label=h1 :chat ACK", "@label=h2 :chat FAIL CHATHISTORY X LATEST #tea :?");
  alice.shown;
  const batch = (label: string, texts: readonly string[]) => [
    `@label=${label} :chat BATCH +b chathistory #tea`,
    ...texts.map((line) => line.replace("@", "@batch=b;")),
    ":chat BATCH -b",
  ];
  alice.take(...batch("h3", [...several, ...several.map((line) => line.replace("12", "13"))]));
  alice.take(...answer("h4"));
  assertEquals(alice.shown.length, 1 + 3);
});

Deno.test("a batch inside the answer's batch, and one that nobody asked for", () => {
  const alice = new ScriptedHistory({ lines: 2 }).take(...WELCOME, JOIN);
  alice.shown;
  alice.take(
    "@label=h1 :chat BATCH +r labeled-response",
    "@batch=r :chat BATCH +b chathistory #tea",
    "@batch=b;t=1 :bob!~b@h PRIVMSG #tea :line 1",
    "@batch=b :bob!~b@h JOIN #tea",
    "@batch=b :chat BATCH +m draft/multiline #tea",
    "@batch=m;t=2 :bob!~b@h PRIVMSG #tea :line 2",
    "@batch=b :chat BATCH -m",
    "@batch=r :chat BATCH -b",
    ":chat BATCH -r",
  );
  assertEquals(alice.shown, [
    "-- the last of #tea: 2 lines --",
    "[t] bob: line 1",
    "[t] bob: line 2",
  ]);
  alice.take(
    ":chat BATCH +u chathistory #tea",
    "@batch=u;t=2 :bob!~b@h PRIVMSG #tea :line 2",
    "@batch=u;t=3 :bob!~b@h PRIVMSG #tea :line 3",
    ":chat BATCH -u",
  );
  assertEquals(alice.shown, ["-- the last of #tea: 1 line --", "[t] bob: line 3"]);
});

Deno.test("a talk goes on under another name", () => {
  const alice = new ScriptedHistory({ lines: 0 }).take(...WELCOME);
  alice.take("@t=12 :bob!~b@h PRIVMSG alice :psst", ":bob!~b@h NICK robert");
  alice.did(alice.history.older({ target: "robert", count: 5, before: null }));
  assertEquals(alice.sent, ["@label=h1 CHATHISTORY BEFORE robert msgid=m12 5"]);
});

Deno.test("a password is hidden in what was said before, too", () => {
  const alice = new ScriptedHistory().take(...WELCOME);
  alice.did(alice.history.older({ target: "NickServ", count: 5, before: null }));
  alice.take(
    "@label=h1 :chat BATCH +b chathistory NickServ",
    "@batch=b;t=1 :alice!~a@h PRIVMSG NickServ :IDENTIFY hunter2",
    "@batch=b;t=2 :al!~a@h PRIVMSG nickserv :ghost bob hunter2",
    ":chat BATCH -b",
  );
  assertEquals(alice.shown.slice(-2), ["[t] alice: IDENTIFY ***", "[t] al: ghost ***"]);
});

Deno.test("a second own JOIN is no entering: nothing is asked for again", () => {
  const session = new ScriptedHistory().take(":alice!~a@h JOIN #tea");
  assertEquals(session.sent.map((line) => line.replace(/^@\S+ /, "")), [
    "CHATHISTORY LATEST #tea * 20",
  ]);
  assertEquals(session.take(":alice!~a@h JOIN #tea").sent, []);
});
