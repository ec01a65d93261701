/**
 * `chatd join` in a real terminal with a real daemon: questions, the line being typed, keys, window and the ways to leave.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../client/commands.ts";
import type { Pty } from "../support/pty.ts";
import { runProgram, startInTerminal, terminalTest, TestChat } from "../support/join.ts";

import { FakeServer } from "../unit/client/support.ts";

const NICK_QUESTION = "Enter your nickname (empty = let the server choose):";

/** The screen's lines without the times of day and the blanks below them, up to the last that the program wrote. */
function screenOf(pty: Pty): string[] {
  const text = pty.screen.text.replace(/\n+after=.*$/s, "");
  return text.split("\n").map((line) => line.replace(/^(?:\d\d:\d\d| {5}) /, ""));
}

/** Says that the program has ended well and the terminal is as it was. */
async function assertLeft(pty: Pty, code: number): Promise<void> {
  assertEquals(await pty.exitCode(), code);
  assertEquals(await pty.modesAfter(), pty.modesBefore);
  assertEquals([...pty.screen.modes], []);
  assertEquals(pty.screen.unknown, []);
}

terminalTest(
  "003-1 R1 002-1 002-8 join without arguments asks for address, port and name, with defaults, until the answers do",
  async () => {
    const motd = await Deno.makeTempFile();
    await Deno.writeTextFile(motd, "Be kind.\n");
    try {
      await using chat = await TestChat.start(["--motd", motd]);
      await chat.user("Alice");
      await using pty = await startInTerminal(["join"]);
      await pty.waitFor("Server address [127.0.0.1]:");
      await pty.type("\r");
      await pty.waitFor("Port [6667]:");
      await pty.type("99999\r");
      await pty.waitFor(/1–65535[^]*Port \[6667\]:$/);
      await pty.type(`${chat.daemon.port}\r`);
      await pty.waitFor(NICK_QUESTION);
      await pty.type("User 1\r");
      await pty.waitFor(/may not contain spaces[^]*choose\):$/);
      await pty.type("alice\r");
      await pty.waitFor(/is already in use\.[^]*choose\):$/);
      await pty.type("9lives\r");
      await pty.waitFor(/"9lives" is not allowed: [^]*choose\):$/);
      await pty.type("\r");
      await pty.waitFor("[#lobby] user1>");
      const screen = screenOf(pty);
      assertEquals(screen.slice(0, 9), [
        "Server address [127.0.0.1]:",
        "Port [6667]: 99999",
        "A port is a number from 1–65535.",
        `Port [6667]: ${chat.daemon.port}`,
        `${NICK_QUESTION} User 1`,
        'Nickname "User 1" is not allowed: it may not contain spaces.',
        `${NICK_QUESTION} alice`,
        `server: Connecting to 127.0.0.1:${chat.daemon.port} …`,
        'Nickname "alice" is already in use.',
      ]);
      assertEquals(screen[9], `${NICK_QUESTION} 9lives`);
      assertEquals(screen.slice(-7), [
        NICK_QUESTION,
        "server: Connected to the server!",
        "server: You are user1.",
        "server: Be kind.",
        "server: Type a message and press Enter to send it.",
        "server: /help shows the commands, /quit leaves.",
        "[#lobby] user1>",
      ]);
      await pty.type("/quit\r");
      await assertLeft(pty, 0);
    } finally {
      await Deno.remove(motd);
    }
  },
);

terminalTest(
  "002-T1 what cannot be reached is said, and asked for again, in a terminal",
  async () => {
    await using chat = await TestChat.start();
    await using pty = await startInTerminal(["join"]);
    await pty.waitFor("Server address [127.0.0.1]:");
    await pty.type("\r");
    await pty.waitFor("Port [6667]:");
    await pty.type("1\r");
    await pty.waitFor(NICK_QUESTION);
    await pty.type("ann\r");
    await pty.waitFor("Cannot connect to 127.0.0.1:1: connection refused. Is the server running?");
    await pty.waitFor(/refused[^]*Server address \[127\.0\.0\.1\]:$/);
    await pty.type("localhost\r");
    await pty.waitFor("Port [1]:");
    await pty.type(`${chat.daemon.port}\r`);
    await pty.waitFor("[#lobby] ann>");
    await pty.type("\x03");
    await assertLeft(pty, 0);
  },
);

terminalTest("a server with a password: it is asked for, never shown, and lets in", async () => {
  await using chat = await TestChat.start(["--password", "sesame"]);
  const args = ["join", chat.address, "--nick", "alice", "--quiet"];
  const refused = await runProgram(args);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stdout + refused.stderr, "The password is missing or wrong.");
  await using pty = await startInTerminal(args);
  await pty.waitFor(/missing or wrong\.[^]*assword[^]*:$/);
  await pty.type("open\r");
  await pty.waitFor(/missing or wrong\.[^]*missing or wrong\.[^]*assword[^]*:$/);
  await pty.type("sesame\r");
  await pty.waitFor("[#lobby] alice>");
  await pty.type("\x04");
  await assertLeft(pty, 0);
  assert(!/sesame|open/.test(pty.raw.replace(/^[^]*begin/, "")));
});

terminalTest("/help is readable from 40 columns on: no row is broken by the terminal", async () => {
  await using chat = await TestChat.start();
  for (const columns of [90, 40]) {
    await using pty = await chat.joinInTerminal(`c${columns}`, [], { columns, rows: 120 });
    await pty.type("/help\r");
    await pty.waitFor(/tell\s+about one\n[^]*>$/);
    const rows = pty.screen.text.split("\n").slice(0, -1);
    for (const row of rows) assert(row.length <= columns, row);
    const text = rows.map((row) => row.slice(6).trim()).join(" ");
    for (const { name, usage, summary } of COMMANDS) {
      assertMatch(text, wordsIn(`/${name} ${usage} ${summary}`));
    }
    // What a command does stands in one column, right of it or below.
    const places = rows.filter((row) => /^ {6}\s*[A-Z]/.test(row)).map((row) =>
      row.search(/[A-Z]/)
    );
    if (columns === 40) assertEquals([...new Set(places)], [10]);
    await pty.type("/quit\r");
    await assertLeft(pty, 0);
  }
});

/** These words in this order, with whatever blanks between them. */
function wordsIn(text: string): RegExp {
  const words = text.split(" ").filter((word) => word !== "");
  return new RegExp(words.map((word) => RegExp.escape(word)).join(" +"));
}

terminalTest(
  "a password in a command is seen nowhere: not while it is typed, not as echo, not called back, not as a talk",
  async () => {
    await using chat = await TestChat.start();
    const bob = await chat.user("bob");
    await using pty = await chat.joinInTerminal("alice");
    await pty.type("  /msg NickServ REGISTER hunter2hunter2");
    await pty.waitFor(/> {3}\/msg NickServ REGISTER \*\*\*$/);
    await pty.type("\r");
    await pty.waitFor("(to NickServ): REGISTER ***");
    await pty.waitFor(/NickServ.*: .*\n[^]*\[#lobby\] alice>$/);
    await pty.type("/raw OPER ann hunter2hunter2");
    await pty.waitFor(/alice> \/raw OPER \*\*\*$/);
    await pty.type("\r/raw PRIVMSG NickServ :IDENTIFY hunter2hunter2\r");
    await pty.waitFor("(to NickServ): IDENTIFY ***");
    await pty.type("\x10");
    await pty.waitFor(/alice> \/raw PRIVMSG NickServ :IDENTIFY$/);
    await pty.type("\x10");
    await pty.waitFor(/alice> \/raw OPER$/);
    await pty.type("\x03/quit\r");
    await assertLeft(pty, 0);
    assert(!pty.raw.replace(/^[^]*begin/, "").includes("hunter2"));
    assert(!(await bob.receive()).some((line) => line.includes("hunter2")));
  },
);

terminalTest(
  "000-6 002-4 003-7 003-12 /quit leaves within a second, tells the others, and gives the terminal back",
  async () => {
    await using chat = await TestChat.start();
    const [bob] = await chat.joinAll("bob");
    const raw = await chat.user("raw", ["message-tags"]);
    const pty = await chat.joinInTerminal("alice");
    await raw.until((line) => line.includes(" JOIN "));
    const since = performance.now();
    await pty.type('/quit "good night"\r');
    await assertLeft(pty, 0);
    assert(performance.now() - since < 1000);
    const [quit, ...more] = await raw.receive();
    assertMatch(quit!, /^@\S*chatd\/cause=quit\S* :alice!\S+ QUIT :Quit: good night$/);
    assertEquals(more, []);
    assertEquals((await bob!.lines()).slice(-1), ["server: alice is quitting."]);
  },
);

terminalTest(
  "R7 004-3 the word exit leaves with Goodbye!; /say exit says it; /set exit_word off switches it off",
  async () => {
    await using chat = await TestChat.start();
    const raw = await chat.user("raw");
    const pty = await chat.joinInTerminal("alice");
    await raw.until((line) => line.includes(" JOIN "));
    await pty.type("/say exit\r");
    await pty.waitFor("alice: exit");
    await pty.type("/set exit_word off\r");
    await pty.type("exit\r");
    await pty.waitFor(/alice: exit[^]*exit_word is off\.[^]*alice: exit/);
    await pty.type("/set exit_word on\r");
    await pty.waitFor("exit_word is on.");
    await pty.type("exit now\r");
    await pty.waitFor("alice: exit now");
    await pty.type("exit\r");
    await assertLeft(pty, 0);
    const heard = (await raw.receive()).map((line) => line.replace(/!\S+/, ""));
    assertEquals(heard, [
      ":alice PRIVMSG #lobby :exit",
      ":alice PRIVMSG #lobby :exit",
      ":alice PRIVMSG #lobby :exit now",
      ":alice QUIT :Quit: Goodbye!",
    ]);
  },
);

terminalTest("001-10 what arrives never breaks the line being typed", async () => {
  await using chat = await TestChat.start();
  const [bob] = await chat.joinAll("bob");
  const pty = await chat.joinInTerminal("alice");
  await bob!.until("server: alice joined the chat!");
  await pty.type("half a sent");
  await pty.waitFor("[#lobby] alice> half a sent");
  for (let number = 1; number <= 5; number++) {
    await bob!.type(`line ${number} ${"with so many words that it takes two rows ".repeat(2)}`);
  }
  await pty.waitFor("line 5");
  await pty.waitFor(/alice> half a sent$/);
  assertEquals(pty.screen.cursor, {
    line: "[#lobby] alice> half a sent",
    column: "[#lobby] alice> half a sent".length,
  });
  assertEquals(pty.screen.text.match(/half a sent/g)?.length, 1);
  assertEquals(pty.screen.text.match(/bob: line \d/g)?.length, 5);
  await pty.type("\x01another \x05ence\r"); // to the beginning, and to the end
  await pty.waitFor("alice: another half a sentence");
  assertEquals((await bob!.lines()).at(-1), "alice: another half a sentence");
});

terminalTest("000-2 a direct message is marked as one in a terminal", async () => {
  await using chat = await TestChat.start();
  const [bob] = await chat.joinAll("bob");
  const pty = await chat.joinInTerminal("alice");
  await bob!.type("/dm alice psst");
  await pty.waitFor("bob (direct): psst");
  await pty.type("/dm bob what\r");
  await pty.waitFor("alice (to bob): what");
});

terminalTest(
  "keys: Tab completes names and commands, Up brings lines back, wide characters keep their cells",
  async () => {
    await using chat = await TestChat.start();
    const [bob] = await chat.joinAll("bobby");
    const pty = await chat.joinInTerminal("alice");
    await bob!.until("server: alice joined the chat!");
    await pty.type("bo\thi\r");
    await pty.waitFor("alice: bobby: hi");
    await pty.type("/broa\twide\r");
    await pty.waitFor("alice: wide");
    await pty.type("日本語x\x7f\x7f👩‍👩‍👧é");
    await pty.waitFor("alice> 日本👩‍👩‍👧é");
    assertEquals(pty.screen.cursor.column, "[#lobby] alice> ".length + 2 + 2 + 2 + 1);
    await pty.type("\r\x1b[A\x1b[A\x1b[A\r");
    await pty.waitFor(/alice: 日本👩‍👩‍👧é\n.*alice: bobby: hi/);
    assertEquals(await bob!.lines(), [
      "alice: bobby: hi",
      "alice: wide",
      "alice: 日本👩‍👩‍👧é",
      "alice: bobby: hi",
    ]);
  },
);

terminalTest(
  "1,500 pasted lines are all said, in order, and what is typed meanwhile waits for none of them",
  async () => {
    await using chat = await TestChat.start();
    const bob = await chat.user("bob");
    const pty = await chat.joinInTerminal("alice");
    await bob.receive();
    const lines = Array.from({ length: 1500 }, (_, index) => `line ${index + 1}`);
    await pty.type(`\x1b[200~${lines.join("\r")}\x1b[201~\r/dm bob still here\r`);
    const heard = await bob.until((line) => line.endsWith(":line 1500"));
    const said = heard.map((line) => /^\S+ PRIVMSG (\S+) :(.*)$/.exec(line)?.slice(1) ?? []);
    assertEquals(said.filter(([to]) => to === "#lobby").map(([, text]) => text), lines);
    const typed = said.findIndex(([to]) => to === "bob");
    assertEquals(said[typed], ["bob", "still here"]);
    assert(typed < 1400, `${typed}`);
    await pty.waitFor(/line 1500\n\[#lobby\] alice>$/);
    await pty.type("/quit\r");
    await assertLeft(pty, 0);
    assert(!pty.screen.text.includes("Not sent"));
  },
);

terminalTest(
  "a paste on its way: the row says how much is left, Ctrl-C stops it, and what was not sent is shown",
  async () => {
    await using server = new FakeServer();
    await using pty = await startInTerminal(
      ["join", `127.0.0.1:${server.port}`, "--nick", "alice", "--quiet"],
    );
    const peer = await server.welcome("alice", "");
    await pty.waitFor("[#lobby] alice>");
    const lines = Array.from({ length: 14 }, (_, index) => `line ${index + 1}`);
    await pty.type(`\x1b[200~${lines.join("\r")}\x1b[201~\r`);
    await pty.waitFor(/\[#lobby\] \(2 to send, Ctrl-C stops\) alice>$/);
    await pty.type("\x03");
    await pty.waitFor("server: Stopped: 2 lines not sent.");
    await pty.waitFor(/Not sent: line 13\n.*Not sent: line 14\n\[#lobby\] alice>$/);
    await pty.type("\x03");
    await peer.until("QUIT");
    peer.send("ERROR :Bye");
    await assertLeft(pty, 0);
  },
);

terminalTest(
  "bracketed paste: nothing is sent before Enter, and a pasted command is text but for its beginning",
  async () => {
    await using chat = await TestChat.start();
    const [bob] = await chat.joinAll("bob");
    const pty = await chat.joinInTerminal("alice");
    await bob!.until("server: alice joined the chat!");
    assert(pty.screen.modes.has("?2004"));
    await pty.type("\x1b[200~first\r/quit\r\x1b[31mthird\x1b[201~");
    await pty.waitFor(/alice> first.*third/);
    assertEquals(await bob!.lines(), []);
    await pty.type("\r");
    await pty.waitFor(/alice: .*third/);
    const heard = await bob!.lines();
    assertEquals(heard.slice(0, 2), ["alice: first", "alice: /quit"]);
    assertEquals(heard.length, 3);
  },
);

terminalTest("resize: the line being typed and what arrives follow the window", async () => {
  await using chat = await TestChat.start();
  const [bob] = await chat.joinAll("bob");
  const pty = await chat.joinInTerminal("alice");
  await bob!.until("server: alice joined the chat!");
  await pty.type("0123456789".repeat(5));
  await pty.waitFor(/alice> \d{50}$/);
  await pty.resize(40, 12);
  await bob!.type("a line that is longer than forty cells are wide");
  await pty.waitFor(/bob: a line that is longer than\n {6}forty cells are wide\n/);
  await pty.waitFor(/alice> \S{10,24}$/);
  await pty.resize(100, 30);
  await bob!.type("and a wide window again, in which this line of many words takes one row");
  await pty.waitFor(
    /bob: and a wide window again, in which this line of many words takes one row\n/,
  );
  await pty.waitFor(/alice> \d{50}$/);
  await pty.type("\r");
  assertEquals(
    await bob!.until(`alice: ${"0123456789".repeat(5)}`).then((lines) => lines.at(-1)),
    [
      `alice: ${"0123456789".repeat(5)}`,
    ][0],
  );
});

for (const [signal, code] of [["SIGTERM", 143], ["SIGHUP", 129], ["SIGINT", 130]] as const) {
  terminalTest(
    `000-6 ${signal} tells the others in order and gives the terminal back`,
    async () => {
      await using chat = await TestChat.start();
      const [bob] = await chat.joinAll("bob");
      const pty = await chat.joinInTerminal("alice");
      await bob!.until("server: alice joined the chat!");
      await pty.type("never sent");
      await pty.waitFor("alice> never sent");
      Deno.kill(pty.pid, signal);
      await assertLeft(pty, code);
      assertEquals(await bob!.until("server: alice is quitting."), ["server: alice is quitting."]);
    },
  );
}

terminalTest(
  "R6 000-8 003-13 kill -9 of a client: it has lost its connection, once to each who stays",
  async () => {
    await using chat = await TestChat.start();
    const [bob, carol] = await chat.joinAll("bob", "carol");
    const pty = await chat.joinInTerminal("alice");
    await bob!.lines();
    await carol!.lines();
    Deno.kill(pty.pid, "SIGKILL");
    const lost = "server: alice has lost its connection.";
    await bob!.until(lost);
    assertEquals(await carol!.until(lost), [lost]);
    assertEquals(await bob!.lines(), []);
    assertEquals(await carol!.lines(), []);
  },
);

terminalTest(
  "004-4 000-6 a server that shuts down says so on the screen, and /quit leaves without it",
  async () => {
    await using chat = await TestChat.start();
    const pty = await chat.joinInTerminal("alice");
    assertEquals(await chat.daemon.stop(), 0);
    await pty.waitFor("(offline) >");
    await pty.type("/quit\r");
    await assertLeft(pty, 0);
    assertEquals(screenOf(pty), [
      "server: Connected to the server!",
      "server: The server is shutting down.",
      "server: Reconnecting in 2 s …",
    ]);
  },
);

terminalTest(
  "002-9 --no-reconnect ends with a sentence and exit code 1 when the server is lost",
  async () => {
    await using chat = await TestChat.start();
    const pty = await chat.joinInTerminal("alice", ["--no-reconnect"]);
    chat.daemon.child.kill("SIGKILL");
    await assertLeft(pty, 1);
    assertEquals(screenOf(pty).slice(-1), ["server: Connection lost."]);
  },
);

terminalTest(
  "002-9 000-L1 000-4 a lost server: the client says so, keeps what is typed, and comes back by itself",
  async () => {
    let chat = await TestChat.start();
    const { port } = chat.daemon;
    const pty = await chat.joinInTerminal("alice");
    try {
      await pty.type("/join #tea\r");
      await pty.waitFor("[#tea] alice>");
      chat.daemon.child.kill("SIGKILL");
      await pty.waitFor("server: Connection lost. Reconnecting in 2 s …");
      await pty.type("hello?\r");
      await pty.waitFor(/Not sent: you are not connected\.[^]*\[#tea\] \(offline\) > hello\?$/);
      await pty.type("\x15");
      await pty.type("/help dm\r");
      await pty.waitFor("/dm NAME TEXT");
      await pty.type("to be cont");
      await pty.waitFor("(offline) > to be cont");
      await chat.daemon.child.status;
      chat = await TestChat.start(["--listen", `127.0.0.1:${port}`]);
      await pty.waitFor("[#tea] alice> to be cont");
      const [bob] = await chat.joinAll("bob");
      await bob!.type("/users");
      assertEquals(await bob!.lines(), ["alice", "bob (you)"]);
      await pty.type("\x15/quit\r");
      await assertLeft(pty, 0);
    } finally {
      await pty[Symbol.asyncDispose]();
      await chat[Symbol.asyncDispose]();
    }
  },
);
