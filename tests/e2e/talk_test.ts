/**
 * What is said, and who reads it: direct messages, broadcasts, rooms, lists and notices, between `chatd join` processes and
 * raw connections. Rows of the five documents stand in the tests' names; requirements_test.ts knows them all.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../client/commands.ts";
import { runProgram, TestChat } from "../support/join.ts";

Deno.test("R3 001-7 003-5 one outer pair of quotes is taken off, anything else is left alone", async () => {
  await using chat = await TestChat.start();
  const [alice, bob] = await chat.joinAll("alice", "bob");
  const said: readonly (readonly [typed: string, heard: string])[] = [
    ['"hi"', "hi"],
    ["hi", "hi"],
    ["“hi”", "hi"],
    ["'hi'", "hi"],
    ['"a" and "b"', '"a" and "b"'],
    ['"hi', '"hi'],
    ["it's", "it's"],
  ];
  for (const [typed] of said) await alice!.type(`/dm bob ${typed}`);
  for (const [typed] of said) await alice!.type(`/bc ${typed}`);
  const texts = said.map(([, heard]) => heard);
  await alice!.lines();
  assertEquals(await bob!.lines(), [...texts, ...texts].map((text) => `alice: ${text}`));
});

Deno.test('R3 000-2 000-3 an empty text, "" too, is an error and nothing is sent', async () => {
  await using chat = await TestChat.start();
  const [alice, bob] = await chat.joinAll("alice", "bob");
  const raw = await chat.user("raw");
  await bob!.lines();
  await alice!.lines();
  for (const line of ['/dm bob ""', "/dm bob", "/dm", '/bc ""', "/bc", "/bm", '/broadcast "" ']) {
    await alice!.type(line);
  }
  const dm = "server: Usage: /dm NAME TEXT";
  const bc = "server: Usage: /bc TEXT";
  assertEquals(await alice!.lines(), [dm, dm, dm, bc, bc, bc, bc]);
  assertEquals(await bob!.lines(), []);
  assertEquals(await raw.receive(), []);
});

Deno.test("R4 001-3 001-8 003-6 003-10 /bc, /bm and /broadcast reach everybody once, in whatever room; a plain line does not", async () => {
  await using chat = await TestChat.start();
  const [alice, bob, carol] = await chat.joinAll("alice", "bob", "carol");
  await carol!.type("/part");
  assertEquals(await carol!.lines(), ["server: You left #lobby."]);
  await alice!.type("/bc one");
  await alice!.type("/bm “two”");
  await alice!.type('/broadcast "three"');
  await alice!.type("plain");
  const three = ["alice: one", "alice: two", "alice: three"];
  const notice = "server: carol left #lobby.";
  assertEquals(await alice!.lines(), [notice, ...three, "alice: plain"]);
  assertEquals(await bob!.lines(), [notice, ...three, "alice: plain"]);
  assertEquals(await carol!.lines(), three);
});

Deno.test("R5 002-2 004-2 004-7 a plain line is shown once to its sender and once to each other", async () => {
  await using chat = await TestChat.start();
  const [alice, bob, carol] = await chat.joinAll("Alice", "Bob", "Carol");
  const raw = await chat.user("raw");
  for (const person of [alice, bob, carol]) await person!.lines();
  await alice!.type("Hello everyone!");
  const once = ["Alice: Hello everyone!"];
  assertEquals(await alice!.lines(), once);
  assertEquals(await bob!.lines(), once);
  assertEquals(await carol!.lines(), once);
  const [line, ...more] = await raw.receive();
  assertMatch(line ?? "", /^:Alice!~Alice@[a-z2-7]{16}\.cloaked PRIVMSG #lobby :Hello everyone!$/);
  assertEquals(more, []);
});

Deno.test("R9 000-5 001-6 003-4 003-11 /users lists everybody once, sorted, self marked, away marked, to the requester only", async () => {
  await using chat = await TestChat.start();
  const [carol, alice] = await chat.joinAll("carol", "Alice");
  const bob = await chat.user("bob", ["away-notify", "message-tags"]);
  const dave = await chat.user("dave");
  await dave.receive();
  dave.send("MODE dave"); // strangers would not find him
  assert((await dave.receive()).some((line) => / 221 dave :?\+i$/.test(line)));
  await carol!.type("/part");
  await carol!.type("/away gone fishing");
  await carol!.lines();
  await alice!.lines();
  await bob.receive();
  await dave.receive();
  await alice!.type("/users");
  assertEquals(await alice!.lines(), ["Alice (you)", "bob", "carol (away)", "dave"]);
  assertEquals(await bob.receive(), []);
  assertEquals(await dave.receive(), []);
  assertEquals(await carol!.lines(), []);
});

Deno.test("R10 003-9 an unknown name: exactly this text, to the sender only", async () => {
  await using chat = await TestChat.start();
  const [alice, bob] = await chat.joinAll("alice", "bob");
  const raw = await chat.user("raw");
  await alice!.lines();
  await bob!.lines();
  await alice!.type('/dm client4 "Goodbye."');
  assertEquals(await alice!.until('server: User "client4" is not connected to the server.'), [
    'server: User "client4" is not connected to the server.',
  ]);
  assertEquals(await bob!.lines(), []);
  raw.send("PRIVMSG client4 :Goodbye.");
  assertEquals(await raw.receive(), [
    ':chatd.local 401 raw client4 :User "client4" is not connected to the server.',
  ]);
  assertEquals(await bob!.lines(), []);
});

Deno.test("000-2 003-9 002-L3 002-F2 /dm reaches its two ends; others' bytes are unchanged", async () => {
  await using chat = await TestChat.start();
  const [alice] = await chat.joinAll("alice");
  const bob = await chat.user("bob");
  const carol = await chat.user("carol", ["message-tags", "echo-message", "server-time"]);
  await alice!.lines();
  await bob.receive();
  await alice!.type("/dm bob hi");
  await alice!.type("/msg BOB hi again");
  assertEquals(await alice!.lines(), ["alice: hi", "alice: hi again"]);
  const heard = await bob.receive();
  assertEquals(heard.map((line) => line.replace(/@\S+/, "")), [
    ":alice!~alice PRIVMSG bob :hi",
    ":alice!~alice PRIVMSG bob :hi again",
  ]);
  assertEquals(await carol.receive(), []);
});

Deno.test("000-2 who writes to somebody away is sent the away text; /away alone ends it", async () => {
  await using chat = await TestChat.start();
  const [alice, bob] = await chat.joinAll("alice", "bob");
  await bob!.type("/away back at noon");
  assertEquals(await bob!.lines(), ["server: You have been marked as being away"]);
  await alice!.type("/dm bob hi");
  assertEquals(await alice!.lines(), ["alice: hi", "server: bob is away: back at noon"]);
  await bob!.type("/away");
  assertEquals((await bob!.lines()).at(-1), "server: You are no longer marked as being away");
  await alice!.type("/dm bob hi");
  assertEquals(await alice!.lines(), ["alice: hi"]);
});

Deno.test("000-2 a text longer than a line is split between words, never cut", async () => {
  await using chat = await TestChat.start();
  const [alice] = await chat.joinAll("alice");
  const bob = await chat.user("bob");
  await alice!.lines();
  const words = Array.from({ length: 300 }, (_, index) => `wörd-${index}`).join(" ");
  await alice!.type(`/dm bob ${words}`);
  await alice!.lines();
  const parts = (await bob.receive()).map((line) => {
    assert(new TextEncoder().encode(line).length <= 510);
    return line.replace(/^\S+ PRIVMSG bob :/, "");
  });
  assert(parts.length > 1);
  assertEquals(parts.join(""), words);
  bob.send(`PRIVMSG alice :${"x".repeat(600)}`);
  const [refused] = await bob.receive();
  assertEquals(refused, ":chatd.local 417 bob :The line is too long, and was not sent.");
  assertEquals(await alice!.lines(), []);
});

for (const policy of ["off", "ops"] as const) {
  Deno.test(`000-3 --broadcast ${policy} refuses a user's broadcast in words`, async () => {
    await using chat = await TestChat.start(["--broadcast", policy]);
    const [alice, bob] = await chat.joinAll("alice", "bob");
    await alice!.type("/bc hello");
    assertEquals(await alice!.lines(), ["server: You may not broadcast on this server."]);
    assertEquals(await bob!.lines(), []);
    const raw = await chat.user("raw");
    raw.send("PRIVMSG $* :hello");
    assertEquals(await raw.receive(), [
      ":chatd.local 481 raw :You may not broadcast on this server.",
    ]);
  });
}

Deno.test("000-3 --broadcast ops lets an operator broadcast", async () => {
  const file = await Deno.makeTempFile({ suffix: ".toml" });
  try {
    await Deno.writeTextFile(file, 'broadcast = "ops"\n[operators]\nann = "secret"\n');
    await using chat = await TestChat.start(["--config", file]);
    const [bob] = await chat.joinAll("bob");
    const ann = await chat.user("ann");
    await bob!.lines();
    ann.send("OPER ann secret");
    ann.send("PRIVMSG $* :hello");
    await ann.receive();
    assertEquals(await bob!.lines(), ["ann: hello"]);
    await chat.user("witness"); // who comes is in the log behind all that was before
    assert(!(await chat.daemon.log.until("witness")).includes("secret"));
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("000-3 broadcasts in quick succession are refused, and none of those refused is heard", async () => {
  await using chat = await TestChat.start(["--flood-rate", "1000"]);
  const [bob] = await chat.joinAll("bob");
  const alice = await chat.user("alice", ["standard-replies"]);
  await bob!.lines();
  for (let number = 0; number < 100; number++) alice.send(`PRIVMSG $* :${number}`);
  const refused = (await alice.receive()).filter((line) =>
    line.includes(" FAIL PRIVMSG RATE_LIMITED $* :")
  );
  const heard = await bob!.lines();
  assert(heard.length > 0 && refused.length > 0);
  assertEquals(heard.length + refused.length, 100);
  assertEquals(heard[0], "alice: 0");
});

Deno.test("000-4 002-4 003-3 001-3 /help lists every command with its arguments and what it does", async () => {
  await using chat = await TestChat.start();
  const [alice] = await chat.joinAll("alice");
  const raw = await chat.user("raw");
  await alice!.lines();
  await alice!.type("/help");
  const lines = await alice!.lines();
  assertEquals(lines.length, COMMANDS.length);
  for (const [index, { name, usage, summary }] of COMMANDS.entries()) {
    assertEquals(lines[index]!.replace(/ {2,}/, "  "), `/${name} ${usage}`.trim() + `  ${summary}`);
  }
  for (const word of ["users", "dm", "bc", "help", "quit"]) {
    assert(lines.some((line) => line.startsWith(`/${word}`)), word);
  }
  await alice!.type("/help dm");
  await alice!.type("/help /bm");
  const [dm, , also, bc] = await alice!.lines();
  assertStringIncludes(dm!, "/dm NAME TEXT");
  assertEquals(also, "Also: /msg");
  assertStringIncludes(bc!, "/bc TEXT");
  assertEquals(await raw.receive(), []);
});

Deno.test("000-4 an unknown command is an error, and nothing is sent to others", async () => {
  await using chat = await TestChat.start();
  const [alice, bob] = await chat.joinAll("alice", "bob");
  await alice!.type("/foo bar");
  await alice!.type("/help foo");
  const unknown = 'server: Unknown command "/foo". Type /help for help.';
  assertEquals(await alice!.lines(), [unknown, unknown]);
  assertEquals(await bob!.lines(), []);
});

Deno.test("001-9 a malformed line gives an error to its sender, and ends neither its session nor another", async () => {
  await using chat = await TestChat.start();
  const [bob] = await chat.joinAll("bob");
  const alice = await chat.user("alice", ["standard-replies"]);
  await bob!.lines();
  const bad: readonly (readonly [line: string, answer: RegExp])[] = [
    ["NONSENSE 1 2 3", / 421 alice NONSENSE :/],
    ["PRIVMSG", / 411 alice :/],
    ["PRIVMSG bob", / 412 alice :/],
    ["KICK #lobby", / 461 alice KICK :/],
    [`PRIVMSG bob :${"x".repeat(2000)}`, / 417 alice :/],
    ["PRIVMSG bob :\0", / FAIL PRIVMSG INVALID_MESSAGE :/],
    [":", /^:chatd\.local .* :/],
  ];
  for (const [line, answer] of bad) {
    alice.send(line);
    const [got, ...more] = await alice.receive();
    assertMatch(got ?? "", answer, line);
    assertEquals(more, []);
  }
  alice.sendBytes(new Uint8Array([0x4f, 0xff, 0xfe, 13, 10]));
  assertMatch((await alice.receive())[0] ?? "", / FAIL \* INVALID_UTF8 :/);
  alice.send("PRIVMSG bob :still here");
  assertEquals(await alice.receive(), []);
  assertEquals(await bob!.lines(), ["alice: still here"]);
});

Deno.test("001-5 everything passes through the server, and nobody learns another's address", async () => {
  await using chat = await TestChat.start();
  const bob = await chat.user("bob", ["message-tags", "extended-join", "away-notify"]);
  const [alice] = await chat.joinAll("alice");
  await alice!.type("hello");
  await alice!.type("/away soon back");
  await alice!.lines();
  for (const line of ["WHOIS alice", "WHO alice", "USERHOST alice", "WHOWAS alice", "NAMES"]) {
    bob.send(line);
  }
  const heard = (await bob.receive()).join("\n");
  assertStringIncludes(heard, "alice");
  assertMatch(heard, /@[a-z2-7]{16}\.cloaked/);
  assert(!heard.includes("127.0.0.1"), heard);
});

Deno.test("002-3 others see who joins, the newcomer sees that it is connected", async () => {
  await using chat = await TestChat.start();
  const [alice] = await chat.joinAll("Alice");
  const bob = await chat.join("Bob");
  assertEquals(await alice!.lines(), ["server: Bob joined the chat!"]);
  await bob.lines();
  assertEquals(bob.out.text.split("\n")[0], "server: Connected to the server!");
  assert(!bob.out.text.includes("Bob joined"));
});

Deno.test("002-3 /set notices off silences who joins and leaves, and nothing else", async () => {
  await using chat = await TestChat.start();
  const [alice, carol] = await chat.joinAll("Alice", "Carol");
  await alice!.type("/set notices off");
  assertEquals(await alice!.lines(), ["server: notices is off."]);
  const bob = await chat.join("Bob");
  await bob.type("hello");
  await bob.type("/quit");
  assertEquals(await bob.exitCode(), 0);
  await carol!.until("server: Bob is quitting.");
  assertEquals(await alice!.lines(), ["Bob: hello"]);
  await alice!.type("/set notices on");
  assertEquals(await alice!.lines(), ["server: notices is on."]);
  await chat.join("Dora");
  assertEquals(await alice!.lines(), ["server: Dora joined the chat!"]);
});

Deno.test("003-2 002-F8 nothing is dropped: control characters are made visible, formatting is taken off, emoji stay", async () => {
  await using chat = await TestChat.start();
  const [bob] = await chat.joinAll("bob");
  const alice = await chat.user("alice");
  await bob!.lines();
  alice.send("PRIVMSG #lobby :\x1b[2J\x07bell \u202eright to left");
  alice.send("PRIVMSG #lobby :\x02bold\x02 \x0304,01red\x0f plain");
  alice.send("PRIVMSG #lobby :👩‍👩‍👧 日本語 é 🎉");
  alice.send("NOTICE #lobby :a notice");
  alice.send("PRIVMSG #lobby :\x01ACTION waves\x01");
  alice.send("PRIVMSG #lobby :\x01VERSION\x01");
  alice.send("TOPIC #lobby :\x1bc");
  await alice.receive();
  assertEquals((await bob!.lines()).slice(0, 6), [
    "alice: ^[[2J^Gbell <U+202E>right to left",
    "alice: bold red plain",
    "alice: 👩‍👩‍👧 日本語 é 🎉",
    "alice (notice): a notice",
    "* alice waves",
    "server: alice sent a client request: VERSION",
  ]);
});

Deno.test("002-F7 rooms: /join, /part, /rooms, /topic; what is said in a room stays there", async () => {
  await using chat = await TestChat.start();
  const [alice, bob, carol] = await chat.joinAll("alice", "bob", "carol");
  await alice!.type("/join #tea");
  await alice!.lines();
  await bob!.type("/join tea");
  await bob!.lines();
  assertEquals(await alice!.lines(), ["server: bob joined #tea."]);
  await alice!.type('/topic "Green or black"');
  await alice!.type("who is for tea?");
  const topic = "server: alice set the topic of #tea: Green or black";
  assertEquals(await alice!.lines(), [topic, "alice: who is for tea?"]);
  assertEquals(await bob!.lines(), [topic, "alice: who is for tea?"]);
  assertEquals(await carol!.lines(), []);
  await carol!.type("/rooms");
  assertEquals(await carol!.lines(), ["#lobby (3)", "#tea (2): Green or black"]);
  await bob!.type("/join #lobby");
  await bob!.type("back in the lobby");
  assertEquals(await bob!.lines(), [
    "server: You are talking in #lobby.",
    "bob: back in the lobby",
  ]);
  assertEquals(await alice!.lines(), ["[#lobby] bob: back in the lobby"]);
  await bob!.type("/part #tea");
  await bob!.lines();
  assertEquals(await alice!.lines(), ["server: bob left #tea."]);
});

Deno.test("002-F7 operators of a room: /kick, and rooms that are secret, locked or by invitation", async () => {
  await using chat = await TestChat.start();
  const [alice, bob] = await chat.joinAll("alice", "bob");
  const raw = await chat.user("raw");
  raw.send("JOIN #club");
  raw.send("MODE #club +sk sesame");
  await raw.receive();
  await alice!.lines();
  await alice!.type("/rooms");
  await alice!.type("/join #club");
  const [rooms, refused] = await alice!.lines();
  assertEquals(rooms, "#lobby (3)");
  assertStringIncludes(refused!, "#club");
  await alice!.type("/join #club sesame");
  await alice!.lines();
  raw.send("MODE #club +i");
  raw.send("INVITE bob #club");
  await raw.receive();
  await bob!.until("server: raw invites bob to #club. Enter with /join #club");
  await alice!.lines();
  await alice!.type("/kick raw");
  const [notOperator] = await alice!.lines();
  assertEquals(notOperator, "server: Only the operators of #club may do that.");
  raw.send("KICK #club alice :too loud");
  await raw.receive();
  assertEquals(await alice!.lines(), [
    "server: You were removed from #club by raw (too loud).",
  ]);
  await alice!.type("/join #club sesame");
  const [invitedOnly] = await alice!.lines();
  assertStringIncludes(invitedOnly!, "#club");
});

Deno.test("/nick, /me, /whois and /say do what /help says", async () => {
  await using chat = await TestChat.start();
  const [alice, bob] = await chat.joinAll("alice", "bob");
  await alice!.type("/me waves");
  await alice!.type("/say /users");
  await alice!.type("/nick Ally");
  await alice!.type("/whois bob");
  const lines = await alice!.lines();
  assertEquals(lines.slice(0, 3), [
    "* alice waves",
    "alice: /users",
    "server: You are now known as Ally.",
  ]);
  assertMatch(lines[3]!, /^server: bob is ~bob@[a-z2-7]{16}\.cloaked \(.*\)\.$/);
  assertEquals(await bob!.lines(), [
    "* alice waves",
    "alice: /users",
    "server: alice is now known as Ally.",
  ]);
});

Deno.test("R7 on a pipe the word exit is a line like any other, and the end of the input leaves in order", async () => {
  await using chat = await TestChat.start();
  const [bob] = await chat.joinAll("bob");
  const { code, stdout } = await runProgram(
    ["join", chat.address, "--nick", "alice", "--quiet"],
    "exit\nlast words\n",
  );
  assertEquals(stdout, "server: Connected to the server!\nalice: exit\nalice: last words\n");
  assertEquals(code, 0);
  await bob!.until("server: alice is quitting.");
  assertEquals(bob!.out.text.split("\n").slice(-5, -1), [
    "server: alice joined the chat!",
    "alice: exit",
    "alice: last words",
    "server: alice is quitting.",
  ]);
});
