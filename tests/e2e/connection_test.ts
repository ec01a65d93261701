/**
 * Coming together and falling apart: addresses, ports, limits, rude peers, lost links, and what those who stay are told.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawPeer, startProgram, Transcription } from "../support/daemon.ts";
import {
  Detour,
  Join,
  runProgram,
  signalTest,
  startInTerminal,
  terminalTest,
  TestChat,
} from "../support/join.ts";
import { soon } from "../support/patience.ts";

/** Whether this machine has that address, and nobody listens on the port. Port 0 stands for any. */
function canListen(hostname: string, port: number): boolean {
  try {
    Deno.listen({ hostname, port }).close();
    return true;
  } catch {
    return false;
  }
}

/** The ports that documents 001, 002 and 004 name. */
const DOCUMENTS_PORTS = [55555, 5555, 12345];

/** A port that nobody listens on now. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

Deno.test({
  name: "R8 001-1 --listen takes the ports of the documents; without it the port is IRC's own",
  ignore: !DOCUMENTS_PORTS.every((port) => canListen("127.0.0.1", port)), // others use them here
  async fn() {
    const listen = ["127.0.0.1:55555", ":5555", "12345"].flatMap((at) => ["--listen", at]);
    await using chat = await TestChat.start(listen);
    for (const port of DOCUMENTS_PORTS) {
      await chat.daemon.log.until(`Server is listening on 127.0.0.1:${port}.`);
    }
    for (
      const words of [["127.0.0.1:5555"], ["127.0.0.1", "55555"], ["127.0.0.1", "--port", "12345"]]
    ) {
      const { code, stdout } = await runProgram(["join", ...words, "--quiet"]);
      assertEquals([code, stdout], [0, "server: Connected to the server!\n"]);
    }
    const { stdout } = await runProgram(["serve", "--help"]);
    assertStringIncludes(stdout, "[127.0.0.1:6667,[::1]:6667]");
  },
});

terminalTest("004-1 join with an address and a name asks nothing", async () => {
  await using chat = await TestChat.start();
  const args = ["join", `localhost:${chat.daemon.port}`, "--nick", "x", "--quiet"];
  await using pty = await startInTerminal(args);
  await pty.waitFor("[#lobby] x>");
  assert(!/\?|nickname|address|Port/.test(pty.screen.text), pty.screen.text);
});

Deno.test({
  name: "R8 serve and join without an address meet on IRC's own port",
  ignore: Deno.build.os === "windows" || !canListen("127.0.0.1", 6667), // somebody else's server is there
  async fn() {
    const child = await startProgram(["serve"]);
    const log = new Transcription(child.stderr);
    await log.until("Server is listening on 127.0.0.1:6667.");
    if (canListen("::1", 0)) await log.until("[::1]:6667");
    const { code, stdout } = await runProgram(["join", "127.0.0.1", "--quiet"]);
    assertEquals([code, stdout], [0, "server: Connected to the server!\n"]);
    child.kill("SIGTERM");
    assertEquals((await soon("the end", child.status)).code, 0);
    await log.done;
    await child.stdout.cancel();
  },
});

Deno.test("002-7 join takes HOST PORT, HOST:PORT and irc://HOST:PORT/#room", async () => {
  await using chat = await TestChat.start();
  const { port } = chat.daemon;
  for (
    const words of [
      ["127.0.0.1", `${port}`],
      [`127.0.0.1:${port}`],
      [`irc://127.0.0.1:${port}`],
      ["127.0.0.1", "--port", `${port}`],
    ]
  ) {
    const { code, stdout } = await runProgram(["join", ...words, "--quiet"]);
    assertEquals([code, stdout], [0, "server: Connected to the server!\n"], words.join(" "));
  }
  const { code, stdout } = await runProgram(
    ["join", `irc://127.0.0.1:${port}/#tea`, "--nick", "ann", "--quiet"],
    "milk?\n",
  );
  assertEquals(code, 0);
  assertEquals(stdout.split("\n").slice(0, -1), [
    "server: Connected to the server!",
    "server: You joined #tea.",
    "server: In #tea: ann",
    "ann: milk?",
  ]);
});

Deno.test({
  name: "002-7 join takes an IPv6 address in brackets",
  ignore: !canListen("::1", 0),
  async fn() {
    const port = freePort();
    await using _ = await TestChat.start(["--listen", `[::1]:${port}`]);
    for (const words of [[`[::1]:${port}`], ["[::1]", `${port}`], [`irc://[::1]:${port}/`]]) {
      const { code, stdout } = await runProgram(["join", ...words, "--quiet"]);
      assertEquals([code, stdout], [0, "server: Connected to the server!\n"]);
    }
  },
});

Deno.test("002-T1 nobody listens there: the sentence on standard error, exit code 1", async () => {
  const port = freePort();
  const { code, stdout, stderr } = await runProgram(["join", `127.0.0.1:${port}`, "--quiet"]);
  assertEquals(
    stderr,
    `Cannot connect to 127.0.0.1:${port}: connection refused. ` +
      "Is the server running? Check host and port.\n",
  );
  assertEquals([code, stdout], [1, ""]);
});

Deno.test("003-1 without a terminal and without an address: usage, exit code 2", async () => {
  const { code, stdout, stderr } = await runProgram(["join"]);
  assertMatch(stderr, /^chatd: .*chatd join HOST:PORT\n$/);
  assertEquals([code, stdout], [2, ""]);
});

Deno.test("002-8 without --quiet: connecting, connected, the greeting and the hints, in this order", async () => {
  const motd = await Deno.makeTempFile();
  await Deno.writeTextFile(motd, "Welcome to the tea house.\nMind the cups.\n");
  try {
    await using chat = await TestChat.start(["--motd", motd]);
    const args = ["join", chat.address, "--nick", "ann"];
    const { stdout } = await runProgram(args);
    assertEquals(stdout.split("\n"), [
      `server: Connecting to ${chat.address} …`,
      "server: Connected to the server!",
      "server: Welcome to the tea house.",
      "server: Mind the cups.",
      "server: Type a message and press Enter to send it.",
      "server: /help shows the commands, /quit leaves.",
      "",
    ]);
    const quiet = await runProgram([...args, "--quiet"]);
    assertEquals(quiet.stdout, "server: Connected to the server!\n");
  } finally {
    await Deno.remove(motd);
  }
});

Deno.test("002-9 001-9 reset, half-close, garbage and TLS on the plain port disturb nobody", async () => {
  await using chat = await TestChat.start();
  const [alice, bob] = await chat.joinAll("alice", "bob");
  const hello = new Uint8Array([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);
  const garbage = crypto.getRandomValues(new Uint8Array(60_000));
  const newlines = new Uint8Array(5000).fill(10);
  for (const bytes of [hello, garbage, newlines, new Uint8Array(20_000).fill(65)]) {
    const peer = await chat.connect();
    peer.sendBytes(bytes);
    await peer.sent();
    peer.close(); // with unread bytes: the kernel resets
  }
  const half = await chat.connect();
  half.send("NICK half");
  half.send("USER half 0 * :half");
  await half.sent();
  await half.conn.closeWrite();
  const answers = await half.until(() => false);
  half.close();
  assert(answers.some((line) => line.includes(" 001 half ")), answers.join("\n"));
  await bob!.until("server: half has lost its connection.");
  await alice!.lines();
  await alice!.type("still here");
  await bob!.until("alice: still here");
});

signalTest(
  "R6 000-8 003-7 003-12 003-13 each way to go is told once to each who stays: quitting, or lost",
  async () => {
    await using chat = await TestChat.start(["--ping-after", "0.2", "--pong-within", "0.2"]);
    const [bob, carol] = await chat.joinAll("bob", "carol");
    const ways: readonly (readonly [string, () => Promise<unknown>, string])[] = [
      ["/quit", async () => {
        const join = await chat.join("alice");
        await join.type("/quit");
        assertEquals(await join.exitCode(), 0);
      }, "server: alice is quitting."],
      ["the end of its input", async () => {
        const join = await chat.join("alice");
        await join.closeInput();
        assertEquals(await join.exitCode(), 0);
      }, "server: alice is quitting."],
      ["SIGTERM", async () => {
        const join = await chat.join("alice");
        join.kill("SIGTERM");
        assertEquals(await join.exitCode(), 143);
      }, "server: alice is quitting."],
      ["kill -9", async () => {
        const join = await chat.join("alice");
        join.kill("SIGKILL");
        await join.exitCode();
      }, "server: alice has lost its connection."],
      ["a closed socket", async () => {
        (await chat.user("alice")).close();
      }, "server: alice has lost its connection."],
      ["silence", async () => {
        const raw = await chat.user("alice");
        const [error] = (await raw.until(() => false)).slice(-1);
        assertMatch(error ?? "", /^ERROR :Closing link: \(.*\) \[Ping timeout: \d+ seconds\]$/);
        raw.close();
      }, "server: alice has lost its connection."],
    ];
    for (const [what, leave, notice] of ways) {
      await leave();
      const told = ["server: alice joined the chat!", notice];
      assertEquals(await bob!.until(notice), told, what);
      assertEquals(await carol!.until(notice), told, what);
    }
    assertEquals(await bob!.lines(), []);
    assertEquals(await carol!.lines(), []);
  },
);

Deno.test("R6 000-8 a departure is told once, however many rooms one shared", async () => {
  await using chat = await TestChat.start();
  const bob = await chat.user("bob");
  const alice = await chat.user("alice");
  for (const peer of [alice, bob]) {
    peer.send("JOIN #tea,#milk,#sugar");
    await peer.receive();
  }
  await bob.receive();
  alice.send("QUIT :off");
  await alice.until(() => false);
  assertEquals((await bob.receive()).map((line) => line.replace(/!\S+/, "")), [
    ":alice QUIT :Quit: off",
  ]);
});

signalTest("a daemon whose log nobody reads any more goes on", async () => {
  const child = await startProgram(["serve", "--listen", "127.0.0.1:0"]);
  const reader = child.stderr.getReader();
  const { value } = await soon("something to read", reader.read());
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(new TextDecoder().decode(value))?.[1]);
  await reader.cancel();
  for (let count = 0; count < 3; count++) {
    const peer = new RawPeer(await Deno.connect({ hostname: "127.0.0.1", port }));
    peer.send("NICK ann");
    peer.send("USER ann 0 * :ann");
    assert((await peer.receive()).some((line) => line.includes(" 001 ann ")));
    peer.send("QUIT");
    await peer.until(() => false);
    peer.close();
  }
  child.kill("SIGTERM");
  assertEquals((await soon("the end", child.status)).code, 0);
  await child.stdout.cancel();
});

signalTest("003-12 join whose output nobody reads any more leaves in order", async () => {
  await using chat = await TestChat.start();
  const [bob] = await chat.joinAll("bob");
  const child = await startProgram(["join", chat.address, "--nick", "ann"], { stdin: "piped" });
  const output = child.stdout.getReader();
  await output.read();
  await output.cancel();
  await bob!.until("server: ann joined the chat!");
  await bob!.type("anybody there?");
  await bob!.until("server: ann is quitting.");
  assertEquals((await soon("the end", child.status)).code, 0);
  assertEquals(await new Response(child.stderr).text(), "");
  await child.stdin.close();
});

Deno.test("R5 002-T2 a line that the server never took is marked as not sent", async () => {
  await using chat = await TestChat.start();
  const [bob] = await chat.joinAll("bob");
  await using way = new Detour(chat.daemon.port);
  await using alice = await Join.start([way.address, "--plain", "--quiet", "--nick", "alice"]);
  await alice.lines();
  await alice.type("this one arrives");
  await alice.until("alice: this one arrives");
  way.onSent = (bytes) => {
    if (!new TextDecoder().decode(bytes).includes("PRIVMSG #lobby")) return true;
    way.cut();
    return false;
  };
  await alice.type("this one does not");
  assertEquals(await alice.rest(), [
    "server: Not sent: this one does not",
    "server: Connection lost.",
  ]);
  assertEquals(await alice.exitCode(), 1);
  assertEquals(await bob!.until("server: alice has lost its connection."), [
    "server: alice joined the chat!",
    "alice: this one arrives",
    "server: alice has lost its connection.",
  ]);
});

terminalTest(
  "000-L1 002-9 a link that is cut again and again: the terminal client comes back, with its name and rooms",
  async () => {
    await using chat = await TestChat.start();
    const [bob] = await chat.joinAll("bob");
    await using way = new Detour(chat.daemon.port);
    await using pty = await startInTerminal(["join", way.address, "--nick", "alice", "--quiet"]);
    await pty.waitFor("[#lobby] alice>");
    await pty.type("/join #tea\r");
    await pty.waitFor("[#tea] alice>");
    await pty.type("one\r");
    await pty.waitFor("alice: one");
    way.cut();
    await pty.waitFor("server: Connection lost. Reconnecting in 2 s …");
    await bob!.until("server: alice has lost its connection.");
    await pty.waitFor(/Reconnecting in 2 s[^]*\[#tea\] alice>$/);
    await pty.type("two\r");
    await pty.waitFor("alice: two");
    assertEquals(await bob!.until("server: alice joined the chat!"), [
      "server: alice joined the chat!",
    ]);
    assertEquals(pty.screen.text.match(/alice: one/g)?.length, 1);
  },
);

Deno.test("000-1 a thousand at once: all are let in, all hear a broadcast once", async () => {
  // The lobby full of a thousand is in tests/load: who comes there is told to all.
  await using chat = await TestChat.start(["--lobby", "none"]);
  const peers = [];
  for (let batch = 0; batch < 10; batch++) {
    const nicks = Array.from({ length: 100 }, (_, index) => `u${batch}-${index}`);
    peers.push(...await Promise.all(nicks.map((nick) => chat.user(nick))));
  }
  peers[0]!.send("PRIVMSG $* :to all of you");
  await peers[0]!.receive();
  const heard = await Promise.all(peers.slice(1).map((peer) => peer.receive()));
  for (const lines of heard) {
    assertEquals(lines.map((line) => line.replace(/@\S+/, "")), [
      ":u0-0!~u0-0 PRIVMSG $* :to all of you",
    ]);
  }
  assertEquals(peers.length, 1000);
});

Deno.test("000-L2 --max-clients refuses one too many in words, and lets in again when one has gone", async () => {
  await using chat = await TestChat.start(["--max-clients", "2"]);
  const [alice, bob] = await chat.joinAll("alice", "bob");
  const { code, stdout } = await runProgram(["join", chat.address, "--nick", "carol", "--quiet"]);
  assertEquals(code, 1);
  assertStringIncludes(stdout, "server: The server is full. Try again later.");
  await bob!.type("/quit");
  await bob!.exitCode();
  await alice!.until("server: bob is quitting.");
  await chat.join("carol");
  assertEquals(await alice!.lines(), ["server: carol joined the chat!"]);
});

Deno.test("000-L2 001-10 who does not read is dropped alone, with SendQ exceeded; the others notice nothing else", async () => {
  await using chat = await TestChat.start(["--sendq", "64K"]);
  const [bob] = await chat.joinAll("bob");
  const frozen = await chat.user("frozen");
  const loud = await chat.user("loud");
  await bob!.lines();
  const lost = "server: frozen has lost its connection.";
  let told = false;
  const text = "x".repeat(400);
  void bob!.out.until(`${lost}\n`).then(() => told = true);
  // Its sockets hold some megabytes, its queue 64 KiB.
  for (let round = 0; round < 100 && !told; round++) {
    for (let count = 0; count < 500; count++) loud.send(`PRIVMSG frozen :${text}`);
    await loud.receive();
  }
  assert(told);
  assertEquals(await bob!.lines(), [lost]);
  const last = (await frozen.until(() => false)).at(-1) ?? "";
  frozen.close();
  assertMatch(last, /SendQ exceeded|PRIVMSG frozen/);
});

Deno.test("004-8 a session is gone within a second of its connection's end: name, rooms and all", async () => {
  await using chat = await TestChat.start();
  const watcher = await chat.user("watcher");
  const alice = await chat.user("alice");
  alice.send("JOIN #tea");
  await alice.receive();
  await watcher.receive();
  alice.close();
  await watcher.until((line) => line.includes(" QUIT "));
  for (const line of ["WHOIS alice", "NAMES #lobby", "LIST", "LUSERS"]) watcher.send(line);
  const answers = (await watcher.receive()).join("\n");
  assertMatch(answers, / 401 watcher alice /);
  assertMatch(answers, / 353 watcher = #lobby :watcher$/m);
  assert(!answers.includes("#tea"), answers);
  assertMatch(answers, / 255 watcher :?.*1/);
});

Deno.test("004-L2 listening in plain text beyond this machine is warned of, with what to do", async () => {
  await using chat = await TestChat.start(["--listen", `0.0.0.0:${freePort()}`]);
  await chat.daemon.log.until("Waiting for connections");
  const warning = chat.daemon.log.text.split("\n").find((line) => line.includes(" warn "));
  assertMatch(warning ?? "", /plain text on 0\.0\.0\.0:\d+: .*put a TLS proxy in front/);
  await using quiet = await TestChat.start();
  await quiet.daemon.log.until("Waiting for connections");
  assert(!quiet.daemon.log.text.includes(" warn "), quiet.daemon.log.text);
});
