import { assertEquals } from "@std/assert";
import { fold } from "../../../protocol/casemap.ts";
import { enter } from "../../../client/room_commands.ts";
import { isOwn, newSession, type SessionState } from "../../../client/session.ts";
import { MASK, plain, take, welcomed } from "./support.ts";

const BYE = "bob!~bob@b.cloaked";

/** Lines from the server and what plain mode shows for them, to alice in #lobby. */
const SHOWN: readonly (readonly [string, string, readonly string[]])[] = [
  ["002-2 a message in the room", `:${BYE} PRIVMSG #lobby :hi`, ["bob: hi"]],
  ["R5 the own echo", `:${MASK} PRIVMSG #lobby :hi`, ["alice: hi"]],
  ["R4 a broadcast", `:${BYE} PRIVMSG $* :hi`, ["bob: hi"]],
  ["000-2 a direct message", `:${BYE} PRIVMSG alice :hi`, ["bob: hi"]],
  ["000-2 the echo of a direct message", `:${MASK} PRIVMSG bob :hi`, ["alice: hi"]],
  ["a message in another room", `:${BYE} PRIVMSG #tea :hi`, ["[#tea] bob: hi"]],
  ["what a bridge says for somebody", ":smt/discord!~bridge@b PRIVMSG #lobby :hi", [
    "smt/discord: hi",
  ]],
  ["an action", `:${BYE} PRIVMSG #lobby :\x01ACTION waves\x01`, ["* bob waves"]],
  ["a notice of a user", `:${BYE} NOTICE #lobby :hi`, ["bob (notice): hi"]],
  ["a client's question", `:${BYE} PRIVMSG alice :\x01VERSION\x01`, [
    "server: bob sent a client request: VERSION",
  ]],
  ["004-5 an announcement", ":chat NOTICE $* :Tea is ready", ["server: Tea is ready"]],
  ["002-3 somebody joins", ":Bob!~b@c JOIN #lobby", ["server: Bob joined the chat!"]],
  ["extended JOIN", ":Bob!~b@c JOIN #lobby * :Robert", ["server: Bob joined the chat!"]],
  ["somebody joins another room", ":Bob!~b@c JOIN #tea", ["server: Bob joined #tea."]],
  ["somebody leaves a room", ":Bob!~b@c PART #tea :late", ["server: Bob left #tea (late)."]],
  ["R6 quit", `@chatd/cause=quit :${BYE} QUIT :Quit: bye`, ["server: bob is quitting."]],
  ["R6 lost", `@chatd/cause=lost :${BYE} QUIT :Connection lost`, [
    "server: bob has lost its connection.",
  ]],
  ["R6 the tag decides, not the text", `@chatd/cause=lost :${BYE} QUIT :Quit: x`, [
    "server: bob has lost its connection.",
  ]],
  ["R6 without the tag: quit", `:${BYE} QUIT :Quit: bye`, ["server: bob is quitting."]],
  ["R6 without the tag: lost", `:${BYE} QUIT :Ping timeout: 9 seconds`, [
    "server: bob has lost its connection.",
  ]],
  ["killed", `@chatd/cause=killed :${BYE} QUIT :Killed (oper (spam (lots)))`, [
    "server: bob was removed from the server (spam (lots)).",
  ]],
  ["removed for flooding", `@chatd/cause=killed :${BYE} QUIT :Excess flood`, [
    "server: bob was removed from the server (Excess flood).",
  ]],
  ["a new name", `:${BYE} NICK rob`, ["server: bob is now known as rob."]],
  ["a kick", ":chat KICK #lobby bob :enough", [
    "server: bob was removed from #lobby by chat (enough).",
  ]],
  ["a topic", `:${BYE} TOPIC #lobby :Tea`, ["server: bob set the topic of #lobby: Tea"]],
  ["a mode", ":chat MODE #tea +ov bob alice", ["server: chat set mode +ov bob alice on #tea."]],
  ["an invitation", `:${BYE} INVITE alice #tea`, [
    "server: bob invites alice to #tea. Enter with /join #tea",
  ]],
  [
    "from where somebody comes",
    ":chat 338 alice bob ~b@c.cloaked 192.0.2.7 :Is actually using host",
    [
      "server: bob comes from 192.0.2.7.",
    ],
  ],
  ["from where, in the short form", ":chat 338 alice bob 192.0.2.7 :actually using host", [
    "server: bob comes from 192.0.2.7.",
  ]],
  ["from where, in words", ":chat 338 alice bob :is actually using host 192.0.2.7", [
    "server: bob is actually using host 192.0.2.7",
  ]],
  [
    "R10 an unknown name",
    ':chat 401 alice client4 :User "client4" is not connected to the server.',
    [
      'server: User "client4" is not connected to the server.',
    ],
  ],
  ["R10 on another server", ":chat 401 alice client4 :No such nick/channel", [
    'server: User "client4" is not connected to the server.',
  ]],
  ["000-3 refused by policy", ":chat 481 alice :You may not broadcast on this server.", [
    "server: You may not broadcast on this server.",
  ]],
  ["too fast", ":chat 263 alice TOPIC :Slow down.", ["server: Slow down."]],
  ["a standard reply", ":chat FAIL PRIVMSG RATE_LIMITED $* :Slow down.", ["server: Slow down."]],
  ["an unknown numeric", ":chat 987 alice one :two three", ["server: two three"]],
  ["a value that was asked for", ":chat 761 alice bob colour * :red", [
    "server: bob colour * red",
  ]],
  ["a value that is told unasked", ":chat 761 * bob colour * :red", []],
  ["a value that was taken away", ":chat 766 * #lobby colour :The key is not set", []],
  ["an unknown reply", ":chat 287 alice one :two three", ["server: one two three"]],
  ["an unknown command", ":chat FROB x :y z", ["server: FROB x y z"]],
  ["003-2 control characters are shown, not obeyed", `:${BYE} PRIVMSG #lobby :\x1b[2J`, [
    "bob: ^[[2J",
  ]],
  ["an error", ":chat ERROR :Closing link", ["server: Closing link"]],
  ["MOTD", ":chat 372 alice :- x", []],
];

for (const [name, line, expected] of SHOWN) {
  Deno.test(`receive() ${name}`, () => assertEquals(plain(welcomed(), line), [...expected]));
}

Deno.test("receive() R1 the welcome tells the own name", () => {
  const state = newSession("", { notices: true, exitWord: true });
  assertEquals(plain(state, ":chat 001 user7 :Welcome"), [
    "server: Connected to the server!",
    "server: You are user7.",
  ]);
  assertEquals([state.nick, state.registered], ["user7", true]);
});

Deno.test("receive() 002-3 the joiner does not see its own notice", () => {
  const state = newSession("alice", { notices: true, exitWord: true });
  assertEquals(plain(state, ":chat 001 alice :Hi", `:${MASK} JOIN #lobby`), [
    "server: Connected to the server!",
  ]);
  assertEquals([state.lobby, state.mask], [fold("#lobby"), MASK]);
  assertEquals(state.targets.current, { name: "#lobby", reach: "here" });
});

Deno.test("receive() a room that was asked for is told, with who is in it", () => {
  const state = welcomed();
  enter(state, ["#tea"]);
  assertEquals(state.targets.current, { name: "#tea", reach: "coming" });
  assertEquals(
    plain(
      state,
      `:${MASK} JOIN #Tea`,
      ":chat 332 alice #Tea :Green",
      ":chat 353 alice = #Tea :@bob alice",
      ":chat 366 alice #Tea :End",
    ),
    ["server: You joined #Tea.", "server: Topic of #Tea: Green", "server: In #Tea: alice, bob"],
  );
  assertEquals(state.targets.current, { name: "#Tea", reach: "here" });
  assertEquals(plain(state, `:${BYE} PRIVMSG #lobby :x`), ["[#lobby] bob: x"]);
  assertEquals(plain(state, `:${MASK} PART #Tea`), ["server: You left #Tea."]);
  assertEquals(state.targets.current, { name: "#Tea", reach: "gone" });
});

/** alice in the lobby and in `#tea`, which she has asked for. */
function inTea(): SessionState {
  const state = welcomed();
  enter(state, ["#tea"]);
  take(state, `:${MASK} JOIN #tea`, ":chat 353 alice = #tea :alice bob");
  return state;
}

/** What the server may do to who talks in `#tea`, and what becomes of the target. */
const MOVES: readonly (readonly [string, readonly string[], string])[] = [
  ["a kick", [":bob!~b@h KICK #tea alice :out"], "#tea gone"],
  ["a kick of another", [":alice!~b@h KICK #tea bob :out"], "#tea here"],
  ["a part, from whatever device", [`:${MASK} PART #TEA`], "#tea gone"],
  ["a room that another device enters", [`:${MASK} JOIN #milk`], "#tea here"],
  ["another room that is left", [`:${MASK} PART #lobby`], "#tea here"],
  ["a kick and a way back", [":b!b@h KICK #tea alice", `:${MASK} JOIN #tea`], "#tea here"],
  ["another name", [":bob!~b@h RENAME #tea #chai :Typo"], "#chai here"],
  ["another spelling", [":bob!~b@h RENAME #tea #TEA :"], "#TEA here"],
  ["another name, and a new room of the old one", [
    ":bob!~b@h RENAME #tea #chai :",
    `:${MASK} JOIN #tea`,
  ], "#chai here"],
  ["two new names", [":b!b@h RENAME #tea #chai", ":b!b@h RENAME #chai #mate"], "#mate here"],
  ["a kick, and another room takes the name", [
    ":b!b@h KICK #tea alice",
    ":b!b@h RENAME #lobby #tea",
  ], "#tea gone"],
];

for (const [name, lines, expected] of MOVES) {
  Deno.test(`receive() the server does not move the target: ${name}`, () => {
    const state = inTea();
    take(state, ...lines);
    const { current } = state.targets;
    assertEquals(`${current?.name} ${current?.reach}`, expected);
  });
}

/** What the server may answer to who wants to enter `#vault`. */
const REFUSALS: readonly string[] = [
  ":chat 475 alice #vault :Cannot join channel (+k)",
  ":chat 403 alice #VAULT :No such channel",
  ":chat 437 alice #vault :Channel is temporarily unavailable",
  ":chat FAIL JOIN ANYTHING #vault :No.",
  ":chat 470 alice #vault #cellar :Forwarding to another channel",
];

for (const line of REFUSALS) {
  Deno.test(`receive() a target that does not let the user in is none: ${line}`, () => {
    const state = inTea();
    enter(state, ["#vault"]);
    take(state, line, `:${MASK} JOIN #cellar`);
    assertEquals(state.targets.current, { name: "#vault", reach: "gone" });
    assertEquals([...state.asking], []);
    take(state, `:${MASK} JOIN #vault`);
    assertEquals(state.targets.current, { name: "#vault", reach: "here" });
  });
}

Deno.test("receive() what is told of a room that the user enters is no refusal of it", () => {
  for (
    const told of ["766 * #tea url :Not set", "774 alice #tea 5 :Later", "696 alice #tea k * :x"]
  ) {
    const state = welcomed();
    enter(state, ["#tea"]);
    take(state, `:chat ${told}`);
    assertEquals(state.targets.current?.name, "#tea", told);
    assertEquals(state.asking.has(state.fold("#tea")), true, told);
  }
});

Deno.test("receive() a refusal of a room that the user is in changes nothing", () => {
  const state = inTea();
  take(state, ":chat 404 alice #tea :Cannot send to channel", ":chat 482 alice #tea :No operator");
  assertEquals(state.targets.current, { name: "#tea", reach: "here" });
});

Deno.test("receive() of several rooms the last is the target, whichever lets the user in", () => {
  const state = welcomed();
  enter(state, ["#ka", "#kb"]);
  take(state, ":chat 475 alice #kb :Cannot join channel (+k)", `:${MASK} JOIN #ka`);
  assertEquals(state.targets.current, { name: "#kb", reach: "gone" });
});

Deno.test("receive() a second own JOIN changes nothing", () => {
  const state = inTea();
  const before = [...state.rooms.get(fold("#tea"))!.members];
  assertEquals(plain(state, `:${MASK} JOIN #Tea`, `:${MASK} JOIN #tea * :Alice`), []);
  assertEquals([...state.rooms.get(fold("#tea"))!.members], before);
  assertEquals(state.rooms.get(fold("#tea"))!.name, "#tea");
});

Deno.test("receive() a renamed room keeps its members, and is told", () => {
  const state = inTea();
  const { members } = state.rooms.get(fold("#tea"))!;
  assertEquals(plain(state, ":bob!~b@h RENAME #tea #chai :Typo"), [
    "server: bob renamed #tea to #chai (Typo).",
  ]);
  assertEquals(state.rooms.get(fold("#chai")), { name: "#chai", members });
  assertEquals(state.rooms.has(fold("#tea")), false);
});

Deno.test("receive() of the rooms that the user is in already the lobby is the usual one", () => {
  const state = newSession("alice", { notices: true, exitWord: true });
  plain(state, ":chat 001 alice :Hi", `:${MASK} JOIN #tea`, `:${MASK} JOIN #Lobby`);
  assertEquals(state.lobby, fold("#lobby"));
});

Deno.test("receive() 000-5 /users: sorted, self and away marked", () => {
  const state = welcomed();
  state.who = [];
  assertEquals(
    plain(
      state,
      ":chat 352 alice * ~z h chat zoe G :0 Zoe",
      ":chat 352 alice * ~b h chat Bob H*@ :0 Bob",
      ":chat 315 alice $* :End",
      ":chat 352 alice * ~b h chat Bob H*@ :0 Bob",
      ":chat 352 alice * ~a h chat alice H :0 Alice",
      ":chat 315 alice * :End",
    ),
    ["alice (you)", "Bob", "zoe (away)"],
  );
});

Deno.test("receive() /rooms: sorted, with users and topic", () => {
  assertEquals(
    plain(
      welcomed(),
      ":chat 321 alice Channel :Users",
      ":chat 322 alice #tea 2 :Green",
      ":chat 322 alice #lobby 3 :",
      ":chat 323 alice :End",
    ),
    ["#lobby (3)", "#tea (2): Green"],
  );
});

Deno.test("receive() 002-8 banner and hints come after the MOTD", () => {
  assertEquals(
    plain(welcomed(), ":chat 375 alice :-", ":chat 372 alice :- Hi", ":chat 376 a :End"),
    [
      "server: Hi",
      "server: Type a message and press Enter to send it.",
      "server: /help shows the commands, /quit leaves.",
    ],
  );
});

Deno.test("receive() 004-4 a shutdown is told once", () => {
  const state = welcomed();
  assertEquals(
    plain(
      state,
      ":chat NOTICE * :The server is shutting down.",
      ":chat ERROR :Server shutting down",
    ),
    ["server: The server is shutting down."],
  );
  assertEquals(state.shuttingDown, true);
});

Deno.test("receive() a new own name changes the mask too", () => {
  const state = welcomed();
  assertEquals(plain(state, `:${MASK} NICK al`), ["server: You are now known as al."]);
  assertEquals([state.nick, state.mask], ["al", MASK.replace("alice!", "al!")]);
});

Deno.test("receive() a peer's words are never looked up on objects", () => {
  assertEquals(plain(welcomed(), ":x CONSTRUCTOR a"), ["server: CONSTRUCTOR a"]);
});

Deno.test("receive() a message to oneself is shown once", () => {
  const copies = [
    `@label=c1;msgid=x :${MASK} PRIVMSG alice :hi`,
    `@msgid=x :${MASK} PRIVMSG alice :hi`,
  ];
  assertEquals(plain(welcomed(), ...copies), ["alice: hi"]);
  const bare = copies.map((line) => line.replace(/;?msgid=x/, "").replace("@ ", ""));
  assertEquals(plain(welcomed(), ...bare), ["alice: hi"]);
});

Deno.test("receive() compares names as the server's CASEMAPPING says", () => {
  for (const [casemapping, equals] of [["ascii", false], ["precis", true]] as const) {
    const state = newSession("zoë", { notices: true, exitWord: true });
    plain(
      state,
      ":s 001 zoë :Hi",
      `:s 005 zoë CASEMAPPING=${casemapping} NICKLEN=30 :are supported`,
    );
    assertEquals(isOwn(state, "ZOË"), equals);
  }
});
