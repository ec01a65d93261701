import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Pty } from "../../support/pty.ts";
import { FakeServer } from "./support.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;
/** As the tasks run it: no more permissions than it needs. */
const JOIN = [
  ...["run", "-q", "--no-prompt", "--allow-net", "--allow-read"],
  ...["--allow-env=CHATD_ACCOUNT_PASSWORD", MAIN, "join"],
];

function inTerminal(args: readonly string[], env: Record<string, string> = {}): Promise<Pty> {
  return Pty.start([Deno.execPath(), ...JOIN, ...args], { env });
}

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The client on pipes; `input` is all there is to read. */
async function onPipes(
  args: readonly string[],
  input = "",
  env: Record<string, string> = {},
): Promise<Ended> {
  const process = new Deno.Command(Deno.execPath(), {
    args: [...JOIN, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", ...env },
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("003-1 join asks for address, port and name, and says what a port is", async () => {
  await using server = new FakeServer();
  await using pty = await inTerminal([]);
  await pty.waitFor("Server address [127.0.0.1]: ");
  await pty.type("\r");
  await pty.waitFor("Port [6667]: ");
  await pty.type("99999\r");
  await pty.waitFor("1–65535");
  await pty.type(`${server.port}\r`);
  await pty.waitFor("Enter your nickname (empty = let the server choose): ");
  await pty.type("alice\r");
  const peer = await server.welcome("alice");
  await pty.waitFor("[#lobby] alice> ");
  await pty.type("/quit\r");
  assertEquals(await peer.until("QUIT"), "QUIT :Goodbye!");
  peer.send("ERROR :Bye");
  assertEquals(await pty.exitCode(), 0);
  assertEquals(await pty.modesAfter(), pty.modesBefore);
  assertEquals([pty.screen.unknown, [...pty.screen.modes]], [[], []]);
});

Deno.test("003-2 join shows hostile texts and lets none reach the terminal", async () => {
  await using server = new FakeServer();
  await using pty = await inTerminal([`127.0.0.1:${server.port}`, "--nick", "alice"]);
  const peer = await server.welcome("alice");
  peer.send(
    ":bob!~b@h PRIVMSG #lobby :\x1b[2J\x1b]0;owned\x07\u009b31m\u202etxet",
    ":chat NOTICE alice :\x1bc",
    ":chat 987 alice \x1b[5m :\x08\x7f",
    ":e\x1b[1mve!~b@h JOIN #lobby",
    ":bob!~b@h TOPIC #lobby :\x1b[?1049h",
  );
  await pty.waitFor("bob: ^[[2J^[]0;owned^G<U+009B>31m<U+202E>txet");
  await pty.waitFor("set the topic of #lobby: ^[[?1049h");
  assertEquals(pty.screen.unknown, []);
  await pty.type("\x04");
  peer.close();
  assertEquals(await pty.exitCode(), 0);
});

Deno.test("001-10 join keeps what is being typed while lines arrive", async () => {
  await using server = new FakeServer();
  await using pty = await inTerminal([`127.0.0.1:${server.port}`, "--nick", "alice"]);
  const peer = await server.welcome("alice");
  await pty.waitFor("alice> ");
  await pty.type("hello wor");
  await pty.waitFor("alice> hello wor");
  peer.send(":bob!~b@h PRIVMSG #lobby :between");
  await pty.waitFor(/bob: between\n.*alice> hello wor$/);
  await pty.type("ld\r");
  assertEquals(await peer.until("@"), "@label=c1 PRIVMSG #lobby :hello world");
  await pty.type("\x03");
  peer.close();
  assertEquals(await pty.exitCode(), 0);
});

Deno.test("join ends in order on a signal and gives the terminal back", async () => {
  await using server = new FakeServer();
  await using pty = await inTerminal([`127.0.0.1:${server.port}`, "--nick", "alice"]);
  const peer = await server.welcome("alice");
  await pty.waitFor("alice> ");
  Deno.kill(pty.pid, "SIGTERM");
  assertEquals(await peer.until("QUIT"), "QUIT :Goodbye!");
  peer.close();
  assertEquals(await pty.exitCode(), 143);
  assertEquals(await pty.modesAfter(), pty.modesBefore);
});

Deno.test("join in the middle of a question gives the terminal back, too", async () => {
  await using pty = await inTerminal([]);
  await pty.waitFor("Server address");
  await pty.type("\x03");
  assertEquals(await pty.exitCode(), 0);
  assertEquals(await pty.modesAfter(), pty.modesBefore);
});

Deno.test("002-T1 join offers to ask again when it asked for the address", async () => {
  await using pty = await inTerminal([]);
  await pty.waitFor("Server address");
  await pty.type("\r");
  await pty.waitFor("Port");
  await pty.type("1\r");
  await pty.waitFor("nickname");
  await pty.type("alice\r");
  await pty.waitFor("Cannot connect to 127.0.0.1:1: connection refused. Is the server running?");
  await pty.waitFor(/Server address \[127.0.0.1\]:[^]*Server address \[127.0.0.1\]:/);
  await pty.type("\x04");
  assertEquals(await pty.exitCode(), 1);
});

Deno.test("002-T1 join with an address says so and ends with 1", async () => {
  await using pty = await inTerminal(["127.0.0.1:1", "--nick", "alice"]);
  assertEquals(await pty.exitCode(), 1);
  assertStringIncludes(
    pty.screen.text,
    "Cannot connect to 127.0.0.1:1: connection refused. Is the server running? Check",
  );
  assertEquals(await pty.modesAfter(), pty.modesBefore);
});

Deno.test("NO_COLOR join shows names without colours", async () => {
  await using server = new FakeServer();
  const args = [`127.0.0.1:${server.port}`, "--nick", "alice"];
  await using pty = await inTerminal(args, { NO_COLOR: "1" });
  const peer = await server.welcome("alice");
  peer.send(":bob!~b@h PRIVMSG #lobby :hi");
  await pty.waitFor("bob: hi");
  // deno-lint-ignore no-control-regex -- colours
  assert(!/\x1b\[[39]\dm/.test(pty.raw));
  await pty.type("\x04");
  peer.close();
  await pty.exitCode();
});

Deno.test("join follows the window's size", async () => {
  await using server = new FakeServer();
  await using pty = await inTerminal([`127.0.0.1:${server.port}`, "--nick", "alice"]);
  const peer = await server.welcome("alice");
  await pty.waitFor("alice> ");
  await pty.type("0123456789".repeat(6));
  await pty.resize(40, 10);
  peer.send(":bob!~b@h PRIVMSG #lobby :one two three four five six seven eight");
  await pty.waitFor(/bob: one two three four five six\n {6}seven eight\n/);
  await pty.waitFor(/alice> \S{10,24}$/);
  await pty.type("\x03\x03");
  peer.close();
  assertEquals(await pty.exitCode(), 0);
});

Deno.test("join on a pipe: lines in, lines out, and a graceful end", async () => {
  await using server = new FakeServer();
  const ended = onPipes(
    [`127.0.0.1:${server.port}`, "--nick", "alice", "--quiet"],
    "hi\nexit\n/users\nlast",
  );
  const peer = await server.welcome("alice");
  for (const text of ["hi", "exit"]) {
    const label = /^@label=(\w+) PRIVMSG #lobby :(.*)$/.exec(await peer.until("@") ?? "");
    assertEquals(label?.[2], text);
    peer.send(`@label=${label?.[1]} :alice!~u@h PRIVMSG #lobby :${text}`);
  }
  assertEquals(await peer.until("WHO"), "WHO $*");
  peer.send(":chat 352 alice * ~b h chat bob G :0 Bob", ":chat 315 alice $* :End");
  assertEquals(await peer.until("WHO"), "WHO *");
  peer.send(
    ":chat 352 alice * ~b h chat bob G :0 Bob",
    ":chat 352 alice * ~a h chat alice H :0 Alice",
    ":chat 315 alice * :End",
  );
  await peer.until("PING");
  peer.send(":chat PONG chat chatd-flushed");
  assertEquals(await peer.until("@"), "@label=c3 PRIVMSG #lobby :last");
  peer.send("@label=c3 :alice!~u@h PRIVMSG #lobby :last");
  await peer.until("PING");
  peer.send(":chat PONG chat chatd-flushed");
  assertEquals(await peer.until("QUIT"), "QUIT :Goodbye!");
  peer.send("ERROR :Bye");
  assertEquals(await ended, {
    code: 0,
    out: "server: Connected to the server!\nalice: hi\nalice: exit\nalice (you)\nbob (away)\n" +
      "alice: last\n",
    err: "",
  });
});

Deno.test("002-1 join on a pipe: a taken name is told on standard error, exit 3", async () => {
  await using server = new FakeServer();
  const ended = onPipes([`127.0.0.1:${server.port}`, "--nick", "Alice", "--quiet"]);
  const peer = await server.accept();
  await peer.until("NICK");
  peer.send(":chat 433 * Alice :In use");
  await peer.until("QUIT");
  peer.close();
  assertEquals(await ended, {
    code: 3,
    out: "",
    err: 'Nickname "Alice" is already in use.\n',
  });
});

Deno.test("003-1 join on a pipe without an address: usage, exit 2", async () => {
  const { code, out, err } = await onPipes([]);
  assertEquals([code, out], [2, ""]);
  assertStringIncludes(err, "chatd join HOST:PORT");
});

Deno.test("002-T1 join on a pipe: nobody there, exit 1", async () => {
  assertEquals(await onPipes(["127.0.0.1", "1", "--quiet"]), {
    code: 1,
    out: "",
    err:
      "Cannot connect to 127.0.0.1:1: connection refused. Is the server running? Check host and port.\n",
  });
});

Deno.test("join on a pipe: the server goes away, exit 1 and what was not sent", async () => {
  await using server = new FakeServer();
  const ended = onPipes([`127.0.0.1:${server.port}`, "--nick", "alice", "--quiet"], "lost\n");
  const peer = await server.welcome("alice");
  await peer.until("@");
  peer.close();
  assertEquals(await ended, {
    code: 1,
    out: "server: Connected to the server!\nserver: Not sent: lost\nserver: Connection lost.\n",
    err: "",
  });
});

/** Lets the client in that logs in by PLAIN; tells the password that it gives. */
async function passwordGiven(server: FakeServer): Promise<string> {
  const peer = await server.accept();
  await peer.until("CAP LS");
  peer.send(":chat CAP * LS :sasl=PLAIN");
  await peer.until("CAP REQ");
  peer.send(":chat CAP * ACK :sasl");
  await peer.until("AUTHENTICATE");
  peer.send("AUTHENTICATE +");
  const [, response = ""] = (await peer.until("AUTHENTICATE"))!.split(" ");
  peer.send(":chat 903 * :In", ":chat 001 alice :Welcome", ":chat 422 alice :No MOTD");
  await peer.until("PING chatd-banner");
  peer.send(":chat PONG chat chatd-banner");
  const [, name, password] = new TextDecoder().decode(Uint8Array.fromBase64(response)).split("\0");
  assertEquals(name, "alice");
  if (await peer.until("QUIT") !== null) peer.send("ERROR :Bye");
  peer.close();
  return password ?? "";
}

Deno.test("002-F6 join on a pipe: the account's password from a file, the environment or the first line", async () => {
  await using server = new FakeServer();
  const args = [`127.0.0.1:${server.port}`, "--account", "alice", "--quiet"];
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "from a file\r\nnot this\n");
    const env = { CHATD_ACCOUNT_PASSWORD: "from the environment" };
    const ways: readonly (readonly [string[], string, string])[] = [
      [["--password-file", file], "/quit\n", "from a file"],
      [["--password-file", "-"], "from the first line\n/quit\n", "from the first line"],
      [[], "/quit\n", "from the environment"],
    ];
    for (const [more, input, password] of ways) {
      const ended = onPipes([...args, ...more], input, env);
      assertEquals(await passwordGiven(server), password);
      assertEquals((await ended).code, 0);
    }
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("002-F6 join on a pipe: an account without a password is a usage error", async () => {
  const args = ["127.0.0.1:1", "--account", "alice"];
  const wrong: readonly (readonly [string[], string, string])[] = [
    [[], "", "without a terminal --account wants --password-file FILE or CHATD_ACCOUNT_PASSWORD"],
    [["--password-file", "/no/such/file"], "", 'cannot read "/no/such/file": no such file'],
    [["--password-file", "-"], "", "standard input: wanted a password in one line"],
  ];
  for (const [more, input, message] of wrong) {
    const { code, out, err } = await onPipes([...args, ...more], input);
    assertEquals([code, out], [2, ""]);
    assertStringIncludes(err, message);
  }
});

Deno.test("002-F6 join asks for the account's password and shows nothing of it", async () => {
  await using server = new FakeServer();
  await using pty = await inTerminal([`127.0.0.1:${server.port}`, "--account", "alice"]);
  await pty.waitFor("Password of the account alice: ");
  const given = passwordGiven(server);
  await pty.type("sesame\r");
  await pty.waitFor("alice> ");
  await pty.type("/quit\r");
  assertEquals(await given, "sesame");
  assertEquals(await pty.exitCode(), 0);
  assertEquals(await pty.modesAfter(), pty.modesBefore);
  const shown = pty.raw.slice(pty.raw.indexOf("Password of the account"));
  assert(!/sesame|\*/.test(shown), shown);
});
