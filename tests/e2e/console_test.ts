/**
 * The operator's console of `chatd serve`, on a pipe and in a terminal; signals, and starting again.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawPeer, startProgram, Transcription } from "../support/daemon.ts";
import {
  runProgram,
  signalTest,
  startInTerminal,
  terminalTest,
  TestChat,
} from "../support/join.ts";
import type { Pty } from "../support/pty.ts";

const encoder = new TextEncoder();

/** A daemon whose operator writes on a pipe. */
async function withOperator(): Promise<{
  readonly chat: TestChat;
  readonly say: (line: string) => Promise<void>;
}> {
  const chat = await TestChat.start(["--console"], { stdin: "piped" });
  const writer = chat.daemon.child.stdin.getWriter();
  void writer.closed.catch(() => {});
  return { chat, say: (line) => writer.write(encoder.encode(`${line}\n`)) };
}

/** A daemon in a terminal, and its port. */
async function serveInTerminal(): Promise<{ readonly pty: Pty; readonly port: number }> {
  const pty = await startInTerminal(["serve", "--listen", "127.0.0.1:0"], { columns: 120 });
  await pty.waitFor(/listening on 127\.0\.0\.1:\d+[^]*chatd\.local>/);
  return { pty, port: Number(/listening on 127\.0\.0\.1:(\d+)/.exec(pty.screen.text)?.[1]) };
}

Deno.test("004-5 a plain line of the console is said to everybody, in whatever room", async () => {
  const { chat, say } = await withOperator();
  await using _ = chat;
  const [alice, bob] = await chat.joinAll("alice", "bob");
  const raw = await chat.user("raw");
  await alice!.lines();
  await bob!.lines();
  await bob!.type("/part");
  await bob!.lines();
  await alice!.lines();
  await raw.receive();
  await say("tea is ready");
  await alice!.until("server: tea is ready");
  assertEquals(await alice!.lines(), []);
  assertEquals(await bob!.until("server: tea is ready"), ["server: tea is ready"]);
  assertEquals(await raw.until((line) => line.includes("tea")), [
    ":chatd.local NOTICE $* :tea is ready",
  ]);
  await chat.daemon.out.until("chatd.local: tea is ready\n");
});

Deno.test("004-4 R6 exit in the console: everybody is told, the port is closed, exit code 0", async () => {
  const { chat, say } = await withOperator();
  await using _ = chat;
  const [alice] = await chat.joinAll("alice");
  const raw = await chat.user("raw", ["message-tags"]);
  await alice!.lines();
  const since = performance.now();
  await say("exit");
  assertEquals(
    await raw.until(() => false).then((lines) => lines.map((line) => line.replace(/^@\S+ /, ""))),
    [
      ":chatd.local NOTICE raw :The server is shutting down.",
      "ERROR :Server shutting down",
    ],
  );
  raw.close();
  assertEquals((await chat.daemon.child.status).code, 0);
  assert(performance.now() - since < 1000);
  assertEquals(await alice!.rest(), ["server: The server is shutting down."]);
  assertEquals(await alice!.exitCode(), 0);
  await chat.daemon.log.done;
  await chat.daemon.out.done;
  assertMatch(chat.daemon.log.text + chat.daemon.out.text, /Server is shutting down: exit/);
});

signalTest("004-5 a console whose pipe nobody reads holds up no chat", async () => {
  const child = await startProgram(
    ["serve", "--listen", "127.0.0.1:0", "--flood-rate", "0", "--console"],
    { stdin: "piped" },
  );
  const log = new Transcription(child.stderr);
  const input = child.stdin.getWriter();
  try {
    await input.write(encoder.encode("/watch on\n"));
    const said = await log.until(/listening on 127\.0\.0\.1:\d+/);
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
    const loud = new RawPeer(await Deno.connect({ hostname: "127.0.0.1", port }));
    loud.send("NICK loud");
    loud.send("USER loud 0 * :loud");
    // More than a pipe holds.
    loud.sendBytes(encoder.encode(`PRIVMSG #lobby :${"x".repeat(400)}\r\n`.repeat(2000)));
    await loud.receive();
    assert(!loud.closed);
    loud.close();
  } finally {
    child.kill("SIGKILL");
    await Promise.all([child.stdout.cancel(), input.close().catch(() => {}), log.done]);
    await child.status;
  }
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  signalTest(`004-4 ${signal}: everybody is told, exit code 0`, async () => {
    await using chat = await TestChat.start();
    const [alice] = await chat.joinAll("alice");
    const raw = await chat.user("raw");
    await raw.receive();
    await alice!.lines();
    chat.daemon.child.kill(signal);
    assertEquals(await raw.until(() => false), [
      ":chatd.local NOTICE raw :The server is shutting down.",
      "ERROR :Server shutting down",
    ]);
    raw.close();
    assertEquals((await chat.daemon.child.status).code, 0);
    assertEquals(await alice!.rest(), ["server: The server is shutting down."]);
  });
}

signalTest("LIVE-7 who has all and keeps its side open holds up the end for a second", async () => {
  await using chat = await TestChat.start();
  const stubborn = await chat.user("stubborn");
  const since = performance.now();
  chat.daemon.child.kill("SIGTERM");
  await stubborn.until((line) => line.startsWith("ERROR"));
  assertEquals((await chat.daemon.child.status).code, 0);
  const ms = performance.now() - since;
  assert(ms > 900 && ms < 3000, `${ms} ms`);
  stubborn.close();
});

signalTest(
  "004-4 a second signal ends at once, without waiting for who does not read",
  async () => {
    await using chat = await TestChat.start(["--sendq", "64M"]);
    const frozen = await chat.user("frozen");
    const loud = await chat.user("loud");
    // More than the sockets between hold: the daemon has to wait for the one that does not read.
    const text = `PRIVMSG frozen :${"x".repeat(400)}\r\n`.repeat(25_000);
    loud.sendBytes(encoder.encode(text));
    await loud.receive();
    const since = performance.now();
    chat.daemon.child.kill("SIGTERM");
    await loud.until((line) => line.startsWith("ERROR"));
    // Signals within half a second count as one.
    await new Promise((resolve) => setTimeout(resolve, 600));
    chat.daemon.child.kill("SIGTERM");
    assertEquals((await chat.daemon.child.status).code, 143);
    assert(performance.now() - since < 2500);
    frozen.close();
  },
);

Deno.test("004-5 004-6 /users, /kick, /watch, /stats and /help of the console", async () => {
  const { chat, say } = await withOperator();
  await using _ = chat;
  const [alice, bob] = await chat.joinAll("alice", "bob");
  const { out, log } = chat.daemon;
  const ask = async (line: string, end: RegExp): Promise<string> => {
    const from = out.text.length;
    await say(line);
    return await out.until(end, from);
  };
  assertMatch(
    await ask("/users", /2 users\n/),
    /^alice \(127\.0\.0\.1 session \d+\)\nbob \(127\.0\.0\.1 session \d+\)\n2 users\n$/,
  );
  const help = await ask("/help", /exit .*\n/);
  for (const word of ["/users", "/kick NICK", "/watch on|off", "/stats", "/help", "exit"]) {
    assertStringIncludes(help, word);
  }
  const figures = await ask("/stats", /memory .*\n/);
  assertMatch(figures, /users 2 \(most 2\), sessions 2\n/);
  assertMatch(figures, /database in memory: 0\.\d MiB/);
  const durations = String.raw`half up to \d+\.\d ms, 99 % up to \d+\.\d ms, longest [\d.]+ ms\n`;
  assertMatch(figures, new RegExp(`event loop held: ${durations}`));
  assertMatch(figures, new RegExp(`lines waited to be written: ${durations}`));
  await ask("/nonsense", /Unknown command "\/nonsense"\. Type \/help for help\.\n/);
  await ask("/kick", /Usage: \/kick NICK \[REASON\]\n/);
  await ask("/kick nobody", /User "nobody" is not connected to the server\.\n/);

  await alice!.type("not for the operator");
  await alice!.lines();
  await ask("/watch on", /What is said is shown\.\n/);
  await alice!.type("watched");
  await alice!.type("/dm bob psst");
  await alice!.lines();
  await out.until(/alice → #lobby: watched\nalice → bob: psst\n/);
  await ask("/watch off", /What is said is not shown\.\n/);
  await alice!.type("not for the operator either");
  await alice!.lines();
  await bob!.lines();

  await say("/kick alice too loud");
  await log.until("alice has gone.");
  assertEquals(await bob!.until("server: alice was removed from the server (too loud)."), [
    "server: alice was removed from the server (too loud).",
  ]);
  assertStringIncludes((await alice!.rest()).join("\n"), "too loud");
  assert(!(out.text + log.text).includes("not for the operator"));
});

Deno.test("the end of the console's input is no order: the server stays", async () => {
  await using chat = await TestChat.start(["--console"], { stdin: "piped" });
  await chat.daemon.child.stdin.close();
  const [alice] = await chat.joinAll("alice");
  await alice!.type("still here");
  assertEquals(await alice!.lines(), ["alice: still here"]);
});

Deno.test("004-6 the console shows who comes and goes, and never a password", async () => {
  const chat = await TestChat.start(["--console", "--password", "sesame"], { stdin: "piped" });
  await using _ = chat;
  const ann = await chat.connect();
  for (const line of ["PASS sesame", "NICK ann", "USER ann 0 * :Ann", "OPER ann geheim"]) {
    ann.send(line);
  }
  await ann.receive();
  const mallory = await chat.connect();
  for (const line of ["PASS open", "NICK mallory", "USER m 0 * :M"]) mallory.send(line);
  await mallory.until(() => false);
  mallory.close();
  ann.send("JOIN #tea");
  ann.send("PART #tea");
  ann.send("QUIT");
  const { out, log } = chat.daemon;
  await out.until("ann joined #tea\nann left #tea\n");
  await log.until(/ann has gone\./);
  await log.until(/mallory has gone\..*password is missing or wrong/);
  assert(!/sesame|geheim|open/.test(out.text + log.text.replace(/opened/g, "")));
  await chat.daemon.child.stdin.close();
});

terminalTest(
  "004-4 004-6 serve in a terminal has a console, and the log does not break the line being typed",
  async () => {
    const { pty, port } = await serveInTerminal();
    await using _ = pty;
    await pty.type("half a sent");
    await pty.waitFor(/chatd\.local> half a sent$/);
    const out = await runProgram(
      ["join", `127.0.0.1:${port}`, "--nick", "alice", "--quiet"],
      "hi\n",
    );
    assertEquals(out.code, 0);
    await pty.waitFor(/Nickname of client is alice[^]*alice joined #lobby[^]*alice has gone/);
    await pty.waitFor(/chatd\.local> half a sent$/);
    assertEquals(pty.screen.text.match(/half a sent/g)?.length, 1);
    assertEquals(pty.screen.cursor.column, "chatd.local> half a sent".length);
    await pty.type("ence\r/he\t\r");
    await pty.waitFor(/chatd\.local: half a sentence\n[^]*A plain line is said to everybody\./);
    assert(!pty.screen.text.includes("alice → #lobby"));
    await pty.type("exit\r");
    assertEquals(await pty.exitCode(), 0);
    assertEquals(await pty.modesAfter(), pty.modesBefore);
    assertEquals([pty.screen.unknown, [...pty.screen.modes]], [[], []]);
  },
);

terminalTest(
  "004-5 the console completes commands and names, and keeps what was typed",
  async () => {
    const { pty, port } = await serveInTerminal();
    await using _ = pty;
    const alice = new RawPeer(await Deno.connect({ hostname: "127.0.0.1", port }));
    alice.send("NICK alice");
    alice.send("USER alice 0 * :alice");
    await alice.receive();
    await pty.type("/ki\t al\t too loud\x01\x05\r");
    await alice.until(() => false);
    alice.close();
    await pty.waitFor(/alice has gone[^]*loud\)/);
    await pty.type("\x1b[A");
    await pty.waitFor(/chatd\.local> \/kick +alice too loud$/);
    await pty.type("\r");
    await pty.waitFor('User "alice" is not connected to the server.');
    await pty.type("\x04");
    assertEquals(await pty.exitCode(), 0);
  },
);

for (
  const [what, stop] of [
    ["Ctrl-C", (pty: Pty) => pty.type("\x03")],
    ["Ctrl-D", (pty: Pty) => pty.type("\x04")],
    ["SIGTERM", (pty: Pty) => Promise.resolve(Deno.kill(pty.pid, "SIGTERM"))],
    ["SIGINT", (pty: Pty) => Promise.resolve(Deno.kill(pty.pid, "SIGINT"))],
  ] as const
) {
  terminalTest(
    `004-4 ${what} ends a server in a terminal in order, and the terminal is as it was`,
    async () => {
      const { pty } = await serveInTerminal();
      await using _ = pty;
      await stop(pty);
      assertEquals(await pty.exitCode(), 0);
      assertEquals(await pty.modesAfter(), pty.modesBefore);
      assertEquals([...pty.screen.modes], []);
    },
  );
}

signalTest(
  "002-T3 004-9 a server can listen again right after a stop, and says so when it cannot",
  async () => {
    let port = 0;
    for (let round = 0; round < 3; round++) {
      await using chat = await TestChat.start(["--listen", `127.0.0.1:${port}`]);
      port ||= chat.daemon.port;
      // A stop with open connections leaves their addresses in TIME_WAIT on the server's side.
      const raw = await chat.user("raw");
      if (round > 0) {
        const { code, stderr } = await runProgram(["serve", "--listen", `127.0.0.1:${port}`]);
        assertEquals(code, 4);
        assertStringIncludes(
          stderr,
          `Cannot listen on 127.0.0.1:${port}: address already in use.`,
        );
      }
      const stopped = chat.daemon.stop();
      await raw.until(() => false);
      raw.close();
      assertEquals(await stopped, 0);
    }
  },
);

Deno.test("002-6 the log tells listening, waiting, connecting and the nickname, with address, port and session", async () => {
  await using chat = await TestChat.start(["--log-level", "info"]);
  const raw = await chat.user("Alice");
  const port = (raw.conn.localAddr as Deno.NetAddr).port;
  const lines = (await chat.daemon.log.until("Alice")).split("\n").map((line) =>
    line.replace(/^\d\d:\d\d:\d\d info {2}/, "")
  );
  const at = chat.daemon.port;
  assertEquals(lines[0], `Server is listening on 127.0.0.1:${at}. address=127.0.0.1:${at}`);
  assert(lines.includes("Waiting for connections."));
  const connected = lines.find((line) => line.startsWith(`Connected with (127.0.0.1, ${port}).`));
  const named = lines.find((line) => line.startsWith("Nickname of client is Alice."));
  const session = /session=(\d+)/.exec(connected ?? "")?.[1];
  assert(session !== undefined);
  for (const word of [`session=${session}`, "ip=127.0.0.1", `port=${port}`]) {
    assertStringIncludes(named ?? "", word);
  }
});
