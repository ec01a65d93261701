import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  awaitsAnswer,
  type CommandContext,
  COMMANDS,
  execute,
  findCommand,
} from "../../../client/commands.ts";
import { enter } from "../../../client/room_commands.ts";
import { newSession, type SessionState } from "../../../client/session.ts";
import type { RoomTarget } from "../../../client/target.ts";
import { lines, PLAIN_LOOK } from "../../../client/view.ts";
import { formatMessage } from "../../../protocol/message.ts";
import { take, welcomed } from "./support.ts";

/** Carries lines out and writes down what happens: `>` sent, `"` said, `=` shown, `!` quit. */
function run(inputs: string | readonly string[], setup: {
  readonly state?: SessionState;
  readonly connected?: boolean;
  readonly interactive?: boolean;
  readonly target?: RoomTarget | null;
} = {}): string[] {
  const { state = welcomed(), connected = true, interactive = true } = setup;
  const done: string[] = [];
  const context: CommandContext = {
    state,
    connected,
    get target() {
      return setup.target === undefined ? state.targets.current : setup.target;
    },
    keep: (why) => done.push(`kept: ${why}`),
    send: (command, ...params) => done.push(`> ${formatMessage({ command, params })}`),
    speak: (target, text, how = "text") => done.push(`" ${target} ${how} ${text}`),
    show: (event) => done.push(...lines(event, PLAIN_LOOK).map((line) => `= ${line}`)),
    older: ({ target, count, before }) => done.push(`< ${target} ${count} ${before}`),
    search: (search) => done.push(`? ${JSON.stringify(search)}`),
    register: (mail) => done.push(`register ${mail}`),
    logIn: (name) => done.push(`login ${name}`),
    stop: () => done.push("stop") > 1,
    now: () => new Date(2026, 10, 20, 13, 51),
    quit: (reason) => done.push(`! ${reason}`),
  };
  for (const input of [inputs].flat()) execute(context, input, interactive);
  return done;
}

const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  ["002-2 a plain line goes to the room", "hi there", ['" #lobby text hi there']],
  ["an empty line does nothing", "   ", []],
  ["000-2 /dm", "/dm bob hi  there", ['" bob text hi  there']],
  ["003-5 /dm with quotes", '/dm bob "hi there"', ['" bob text hi there']],
  ["001-7 /msg with typographic quotes", "/MSG bob “hi”", ['" bob text hi']],
  ["000-2 /dm without a name", "/dm", ["= server: Usage: /dm NAME TEXT"]],
  ["000-2 /dm without a text", "/dm bob ", ["= server: Usage: /dm NAME TEXT"]],
  ["R3 /dm with an empty text in quotes", '/dm bob ""', ["= server: Usage: /dm NAME TEXT"]],
  ["/dm never reaches everybody", "/dm $* hi", ["= server: Usage: /dm NAME TEXT"]],
  ["000-3 /bc", "/bc hi", ['" $* text hi']],
  ["R4 /bm", '/bm "hi"', ['" $* text hi']],
  ["R4 /broadcast", "/broadcast hi", ['" $* text hi']],
  ["000-3 /bc without a text", "/bc", ["= server: Usage: /bc TEXT"]],
  ["000-5 /users", "/users", ["> WHO $*", "> WHO *"]],
  ["/join adds the #", "/join tea", ["> JOIN #tea"]],
  ["/join with a key", "/join #tea secret", ["> JOIN #tea secret"]],
  ["/join of several with keys: those that have one come first", "/join #ka, kb,#kc,, ,x k1,,k3", [
    "> JOIN #ka,#kc,#kb,#x k1,k3",
  ]],
  ["/join with more keys than rooms", "/join #tea a,b", [
    "= server: Usage: /join #ROOM[,#ROOM]... [KEY[,KEY]...]",
  ]],
  ["/join of nothing", "/join ,", ["= server: Usage: /join #ROOM[,#ROOM]... [KEY[,KEY]...]"]],
  ["/join of some that one is in asks for the others only", "/join #lobby,#tea k1,k2", [
    "> JOIN #tea k2",
  ]],
  ["/join of a room one is in switches", "/join #LOBBY", ["= server: You are talking in #lobby."]],
  ["/part leaves the current room", "/part", ["> PART #lobby"]],
  ["/part with a reason", "/part see you", ["> PART #lobby :see you"]],
  ["/part of another room", "/leave #tea bye", ["> PART #tea bye"]],
  ["/rooms", "/rooms", ["> LIST"]],
  ["/topic asks", "/topic", ["> TOPIC #lobby"]],
  ["/topic sets", "/topic Green tea", ["> TOPIC #lobby :Green tea"]],
  ["/topic clears", '/topic #tea ""', ["> TOPIC #tea :"]],
  ["/nick", "/nick al", ["> NICK al"]],
  ["/nick with two words", "/nick a l", ["= server: Usage: /nick NAME"]],
  ["an argument that does not fit into a message", "/kick :bob go", [
    "= server: Usage: /kick [#ROOM] NAME [REASON]",
  ]],
  ["/me", "/me waves", ['" #lobby action waves']],
  ["/away with a text", "/away at tea", ["> AWAY :at tea"]],
  ["/away without", "/away", ["> AWAY"]],
  ["/whois", "/whois bob", ["> WHOIS bob"]],
  ["/kick", "/kick bob go away", ["> KICK #lobby bob :go away"]],
  ["/kick from another room", "/kick #tea bob", ["> KICK #tea bob"]],
  ["/say", "/say /quit", ['" #lobby text /quit']],
  ["/ignore of nobody", "/ignore", ["= server: You ignore nobody."]],
  ["/ignore for a time", "/ignore Bob 1d12h", ["= server: Bob is ignored for 1 day."]],
  ["/ignore a mask", "/ignore *@host.example", [
    "= server: *!*@host.example is ignored until you leave.",
  ]],
  ["/ignore an account", "/ignore ACCOUNT:eve 90s", [
    "= server: account:eve is ignored for 1 minute.",
  ]],
  ...["0x10m", "1e3s", "-5m", "5", "0s", "101y", "5m tea", "１m"].map((time) =>
    [`/ignore for what is no time: ${time}`, `/ignore bob ${time}`, [
      "= server: Usage: /ignore [NAME|MASK|account:NAME] [FOR]",
    ]] as const
  ),
  ["/ignore of oneself", "/ignore Alice", [
    "= server: Usage: /ignore [NAME|MASK|account:NAME] [FOR]",
  ]],
  ["/unignore of nobody", "/unignore", ["= server: Usage: /unignore NAME|MASK|account:NAME"]],
  ["/unignore of who is not", "/unignore bob", ["= server: bob was not ignored."]],
  ["/stop", "/stop", ["stop", "= server: Nothing waits to be sent."]],
  ["/raw", "/raw mode #tea +k :a b", ["> MODE #tea +k :a b"]],
  ["/raw with what is no line of IRC", "/raw !", ["= server: Usage: /raw LINE"]],
  ["/history of the room", "/history", ["< #lobby 50 null"]],
  ["/history of somebody, with a number", "/history bob 5", ["< bob 5 null"]],
  ["/history before a time", "/history 5 #tea before:12:00", [
    `< #tea 5 ${new Date(2026, 10, 20, 12).toISOString()}`,
  ]],
  ["/history with what is no date", "/history before:tea", [
    "= server: Usage: /history [#ROOM|NAME] [N] [before:DATE]",
  ]],
  ["/history of two", "/history bob carol", [
    "= server: Usage: /history [#ROOM|NAME] [N] [before:DATE]",
  ]],
  ["/search", "/search green  tea", ['? {"text":"green tea"}']],
  ["/search with a quoted text", '/search from:bob "a b"', ['? {"from":"bob","text":"a b"}']],
  ["/search with all there is", "/search in:#tea After:yesterday before:2026-11-20 FROM:bob x:y", [
    `? ${
      JSON.stringify({
        in: "#tea",
        after: new Date(2026, 10, 19).toISOString(),
        before: new Date(2026, 10, 20).toISOString(),
        from: "bob",
        text: "x:y",
      })
    }`,
  ]],
  ["/search for nothing", "/search ", [
    "= server: Usage: /search WORDS [from:NAME] [in:#ROOM] [before:DATE] [after:DATE]",
  ]],
  ["002-F6 /register", "/register", ["register null"]],
  ["002-F6 /register with an address", "/register al@example.org", ["register al@example.org"]],
  ["002-F6 /register takes no password where it can be read", "/register sesame", [
    "= server: Usage: /register [E-MAIL]",
  ]],
  ["002-F6 /login", "/login", ["login null"]],
  ["002-F6 /login to another account", "/login al", ["login al"]],
  ["002-F6 /login takes no password where it can be read", "/login al sesame", [
    "= server: Usage: /login [ACCOUNT]",
  ]],
  ["R7 exit quits", "exit", ["! Goodbye!"]],
  ["R7 /say exit says it", "/say exit", ['" #lobby text exit']],
  ["R7 exit quits with blanks too", " exit\t", ["! Goodbye!"]],
  ["exit in a sentence is said", "exit now", ['" #lobby text exit now']],
  ["000-6 /quit", "/quit", ["! Goodbye!"]],
  ["000-6 /quit with a reason", "/quit so long", ["! so long"]],
  ["000-4 an unknown command sends nothing", "/foo bar", [
    '= server: Unknown command "/foo". Type /help for help.',
  ]],
  ["000-4 /help about an unknown command", "/help foo", [
    '= server: Unknown command "/foo". Type /help for help.',
  ]],
  ["a paste of lines is text, though one looks like a command", "a\n/quit", [
    '" #lobby text a\n/quit',
  ]],
  ["a paste with a command's head gives it the whole text", "/dm bob a\nb", ['" bob text a\nb']],
  ["a paste cannot smuggle a command in", "/away a\nQUIT", ["> AWAY :a QUIT"]],
];

/** `formatMessage` may put a colon where none is needed: compare what it says. */
function normal(line: string): string {
  return line.replace(/^(> .*) :(\S+)$/, "$1 $2");
}

for (const [name, input, expected] of CASES) {
  Deno.test(`execute() ${name}`, () => assertEquals(run(input).map(normal), [...expected]));
}

Deno.test("execute() R7 exit is a word like any other on a pipe, and when switched off", () => {
  assertEquals(run("exit", { interactive: false }), ['" #lobby text exit']);
  assertEquals(run(["/set exit_word off", "exit"]), [
    "= server: exit_word is off.",
    '" #lobby text exit',
  ]);
});

Deno.test("execute() 000-4 /help lists every command with arguments, offline too", () => {
  const shown = run("/help", { connected: false });
  assertEquals(shown.length, COMMANDS.length);
  for (const row of COMMANDS) {
    assert(shown.some((line) => line.startsWith(`= /${row.name} ${row.usage}`.trimEnd())));
  }
});

Deno.test("execute() 000-4 /help dm tells more", () => {
  const shown = run("/help /dm").join("\n");
  assertStringIncludes(shown, "/dm NAME TEXT");
  assertStringIncludes(shown, "Also: /msg");
});

Deno.test("execute() offline nothing is sent, and a text stays its writer's", () => {
  assertEquals(run(["hi", "/users", "/dm bob hi", "/quit"], { connected: false }), [
    "kept: you are not connected",
    "= server: Not connected to a server.",
    "kept: you are not connected",
    "! Goodbye!",
  ]);
});

Deno.test("execute() a command is one after blanks, too, and with a password never a text", () => {
  const command = "/msg NickServ IDENTIFY hunter2";
  for (const blanks of ["", " ", "\t ", "\n", "\u00a0", "\u200b", "\u2060 ", "\x02"]) {
    assertEquals(run(blanks + command), ['" NickServ text IDENTIFY hunter2'], blanks);
  }
  for (const text of [`look:\n${command}\nbye`, `/dm bob look:\n ${command}`, `${command}\nbye`]) {
    const [said, unsent, ...others] = run(text);
    assertEquals(
      said,
      "= server: There is a command with a password in a text of several lines: type it alone.",
    );
    assertMatch(unsent ?? "", /^= server: Not sent: .*\/msg NickServ IDENTIFY \*\*\*$/);
    assertEquals(others, []);
  }
  assertEquals(run(`${command}\n`), ['" NickServ text IDENTIFY hunter2']);
  assertEquals(awaitsAnswer("  /join x"), true);
});

Deno.test("execute() a text goes to the room that its line was begun for, or stays its writer's", () => {
  const state = welcomed();
  const none = newSession("alice", { notices: true, exitWord: true });
  enter(state, ["#vault"]);
  const texts = ["hi", "/me waves", "/say /x", "\n hi"];
  assertEquals(run(texts, { state }), texts.map(() => "kept: you are not in #vault yet"));
  take(state, ":chat 475 alice #vault :Cannot join channel (+k)");
  assertEquals(run(texts, { state }), texts.map(() => "kept: you are not in #vault"));
  assertEquals(run("hi", { state: none }), [
    "kept: no room was chosen when it was begun, /join #ROOM chooses one",
  ]);
  assertEquals(run(["/join #lobby", "hi"], { state }), [
    "= server: You are talking in #lobby.",
    '" #lobby text hi',
  ]);
  const target = state.targets.current;
  take(state, ":b!b@h RENAME #lobby #hall");
  enter(state, ["#tea"]);
  assertEquals(run(["hi", "/me waves", "/topic Tea", "/part"], { state, target }).map(normal), [
    '" #hall text hi',
    '" #hall action waves',
    "> TOPIC #hall Tea",
    "> PART #hall",
  ]);
});

Deno.test("execute() /raw JOIN is a wish as /join is", () => {
  const state = welcomed();
  run("/raw JOIN #ka,#kb k1", { state });
  assertEquals(state.targets.current, { name: "#kb", reach: "coming" });
  run("/raw JOIN 0", { state });
  assertEquals(state.targets.current?.name, "#kb");
});

Deno.test("execute() /ignore lists, /unignore takes off, and there is a bound", () => {
  const state = welcomed();
  assertEquals(
    run(["/ignore bob 10m", "/ignore troll*", "/ignore BOB 2h", "/ignore", "/unignore bOb"], {
      state,
    })
      .slice(3),
    ["= troll*!*@*", "= BOB (for 2 hours more)", "= server: bOb is ignored no longer."],
  );
  for (let count = 1; count < 100; count++) run(`/ignore bob${count}`, { state });
  assertEquals(run("/ignore bob", { state }), [
    "= server: You ignore 100 already: /unignore takes one off.",
  ]);
});

Deno.test("execute() /set shows and changes", () => {
  assertEquals(run(["/set", "/set notices off", "/set notices maybe"]), [
    "= server: notices is on.",
    "= server: exit_word is on.",
    "= server: notices is off.",
    "= server: Usage: /set [notices|exit_word on|off]",
  ]);
});

Deno.test("awaitsAnswer() is true for what asks the server", () => {
  assertEquals(
    ["/join x", "/users", "/nick a", "/dm a b", "/help", "hi", "/foo"].map(awaitsAnswer),
    [true, true, true, false, false, false, false],
  );
});

Deno.test("COMMANDS names and aliases are unique", () => {
  const names = COMMANDS.flatMap((row) => [row.name, ...row.aliases]);
  assertEquals(new Set(names).size, names.length);
  for (const name of names) assert(findCommand(name.toUpperCase()) !== undefined);
});
