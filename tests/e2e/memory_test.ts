/**
 * What `chatd join` remembers with a real daemon: lines that were missed while the daemon was killed, what was said before,
 * and the account of its user.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Pty } from "../support/pty.ts";
import {
  Detour,
  Join,
  runProgram,
  startInTerminal,
  terminalTest,
  TestChat,
} from "../support/join.ts";

/** The screen's lines without the times of day, from the one that begins so. */
function screenFrom(pty: Pty, beginning: string): string[] {
  const lines = pty.screen.text.split("\n").map((line) => line.replace(/^(?:\d\d:\d\d| {5}) /, ""));
  return lines.slice(lines.findIndex((line) => line.startsWith(beginning)));
}

/** A port that nobody listens on now. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

/** Runs with a file for the daemon's data. */
async function withFile(run: (args: string[]) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(["--data", `${folder}/chatd.db`]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

terminalTest(
  "000-L1 002-L2 002-9 a daemon that is killed: the client comes back and shows what it missed, once and in order",
  () =>
    withFile(async (args) => {
      const port = freePort();
      const here = [...args, "--listen", `127.0.0.1:${port}`];
      let chat = await TestChat.start(here);
      await using pty = await startInTerminal([
        ...["join", `127.0.0.1:${port}`, "--nick", "alice", "--quiet"],
      ]);
      try {
        await pty.waitFor("[#lobby] alice>");
        await pty.type("/join #tea\r");
        await pty.waitFor("[#tea] alice>");
        const before = await chat.user("bob");
        before.send("JOIN #tea");
        before.send("PRIVMSG #tea :one");
        before.send("PRIVMSG #tea :two");
        await before.receive();
        await pty.waitFor("bob: two");
        chat.daemon.child.kill("SIGKILL");
        before.close();
        await chat.daemon.child.status;
        await pty.waitFor("(offline) >");

        // Elsewhere, so that alice does not find it yet.
        await using meanwhile = await TestChat.start(args);
        const bob = await meanwhile.user("bob");
        bob.send("JOIN #tea");
        for (let number = 3; number <= 250; number++) bob.send(`PRIVMSG #tea :line ${number}`);
        bob.send("PRIVMSG #lobby :in the lobby");
        await bob.receive();
        bob.close();
        meanwhile.daemon.child.kill("SIGKILL");
        await meanwhile.daemon.child.status;

        chat = await TestChat.start(here);
        await pty.waitFor(/line 250[^]*\[#tea\] alice>$/, 30_000);
        const after = await chat.user("bob");
        after.send("JOIN #tea");
        after.send("PRIVMSG #tea :live");
        await after.receive();
        await pty.waitFor("bob: live");
        const shown = screenFrom(pty, "bob: one");
        assertEquals(shown.filter((line) => /bob: (?:one|two|line \d+|live)$/.test(line)), [
          "bob: one",
          "bob: two",
          ...Array.from({ length: 248 }, (_, index) => `bob: line ${index + 3}`),
          "bob: live",
        ]);
        assertEquals(
          shown.filter((line) => line.startsWith("-- missed")).sort(),
          [
            "-- missed in #lobby while you were away: 1 line --",
            "-- missed in #tea while you were away: 248 lines --",
          ],
        );
        assertEquals(shown.filter((line) => line.endsWith("bob: in the lobby")).length, 1);
        await pty.type("\x15/quit\r");
        assertEquals(await pty.exitCode(), 0);
      } finally {
        await pty[Symbol.asyncDispose]();
        await chat[Symbol.asyncDispose]();
      }
    }),
);

/** Lines from before, without their day and time. */
function undated(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^\[\d{4}-\d\d-\d\d \d\d:\d\d\] /, "[t] "));
}

Deno.test("002-F3 002-L2 a room begins with its last lines; /history goes back, /search finds", async () => {
  await using chat = await TestChat.start();
  const bob = await chat.user("bob");
  bob.send("JOIN #tea");
  for (let number = 1; number <= 30; number++) bob.send(`PRIVMSG #tea :cup ${number}`);
  bob.send("PRIVMSG #lobby :who wants a cup of green tea?");
  await bob.receive();
  const alice = await chat.join("alice", ["--history", "3"]);
  assertEquals(undated(alice.out.text.split("\n")).slice(1, 3), [
    "-- the last of #lobby: 1 line --",
    "[t] bob: who wants a cup of green tea?",
  ]);
  await alice.type("/join #tea");
  assertEquals(undated(await alice.lines()).slice(-4), [
    "-- the last of #tea: 3 lines --",
    "[t] bob: cup 28",
    "[t] bob: cup 29",
    "[t] bob: cup 30",
  ]);
  await alice.type("/history 2");
  await alice.type("/history 100");
  await alice.type("/history");
  const older = undated(await alice.lines());
  assertEquals(older.slice(0, 5), [
    "-- older in #tea: 2 lines --",
    "[t] bob: cup 26",
    "[t] bob: cup 27",
    "-- older in #tea: 25 lines, the first of all --",
    "[t] bob: cup 1",
  ]);
  assertEquals(older.slice(-2), ["[t] bob: cup 25", "server: There is nothing older in #tea."]);
  bob.send("PRIVMSG alice :green cups, only for you");
  await bob.receive();
  await alice.lines();
  await alice.type("/search green from:bob after:yesterday");
  assertEquals(undated(await alice.lines()), [
    "-- found: 2 lines --",
    "[t] [#lobby] bob: who wants a cup of green tea?",
    "[t] bob (direct): green cups, only for you",
  ]);
  await alice.type("/search cup 17 in:#tea");
  assertEquals(undated(await alice.lines()), ["-- found: 1 line --", "[t] [#tea] bob: cup 17"]);
  await alice.type("/search coffee");
  await alice.type("/history #nowhere");
  const [nothing, nowhere, ...more] = await alice.lines();
  assertEquals([nothing, more], ["server: Nothing was found.", []]);
  assertStringIncludes(nowhere!, "server: ");
});

/** What was written to the terminal since its program began. */
function written(pty: Pty): string {
  return pty.raw.replace(/^[^]*?begin/, "");
}

/** Alice makes an account. */
async function register(pty: Pick<Pty, "type" | "waitFor">): Promise<void> {
  await pty.type("/register\r");
  await pty.waitFor("Password of the new account alice:");
  await pty.type("correct horse\r");
  await pty.waitFor("The same again:");
  await pty.type("correct horse\r");
  await pty.waitFor("You are logged in as alice.");
}

terminalTest(
  "002-F6 002-L4 R2 004-L3 an account is made and opened by passwords of which nothing is shown",
  () =>
    withFile(async (args) => {
      await using chat = await TestChat.start(args);
      const bob = await chat.user("bob");
      const first = await chat.joinInTerminal("alice");
      await register(first);
      await first.type("/dm NickServ SET ALWAYSON on\r");
      await first.waitFor(/ALWAYSON on\n.*NickServ \(direct\) \(notice\): /);
      await first.type("/quit\r");
      assertEquals(await first.exitCode(), 0);
      bob.send("PRIVMSG alice :are you there?");
      await bob.receive();

      const join = ["join", chat.address, "--account", "alice", "--quiet"];
      await using again = await startInTerminal(join);
      await again.waitFor("Password of the account alice:");
      await again.type("wrong horse\r");
      await again.waitFor(/(?:Password of the account alice:[^]*){2}$/);
      await again.type("correct horse\r");
      await again.waitFor("[#lobby] alice>");
      await again.waitFor("-- missed from bob while you were away: 1 line --");
      await again.waitFor("bob (direct): are you there?");
      await again.type("/quit\r");
      assertEquals(await again.exitCode(), 0);
      for (const pty of [first, again]) {
        assertEquals(await pty.modesAfter(), pty.modesBefore);
        assert(!/horse|\*/.test(written(pty)), written(pty));
      }
      await chat.user("witness"); // who comes is in the log behind all that was before
      assert(!(await chat.daemon.log.until("witness")).includes("horse"));

      // What was read is not shown again.
      const read = await runProgram(
        [...join, "--password-file", "-", "--history", "20"],
        "correct horse\n/users\n",
      );
      assertEquals(read.code, 0);
      assertStringIncludes(read.stdout, "server: You are logged in as alice.\n");
      assertStringIncludes(read.stdout, "alice (you)\n");
      assert(!read.stdout.includes("are you there?"), read.stdout);

      const refused = await runProgram([...join, "--password-file", "-"], "wrong horse\n");
      assertEquals([refused.code, refused.stdout], [3, ""]);
      assert(refused.stderr.length > 0);
      const carol = await chat.user("carol");
      carol.send("PRIVMSG NickServ :REGISTER correct-horse");
      carol.send("QUIT");
      await carol.until(() => false);
      const stranger = await runProgram(["join", chat.address, "--nick", "carol", "--quiet"]);
      assertEquals(stranger.code, 3);
      assertStringIncludes(stranger.stderr, "If it is yours: chatd join --account carol, ");
    }),
);

terminalTest(
  "002-F6 000-L1 a link that is cut: the client logs in again from memory, and shows direct messages that it missed",
  async () => {
    await using chat = await TestChat.start(["--grace", "60"]);
    const bob = await chat.user("bob");
    await using way = new Detour(chat.daemon.port);
    await using pty = await startInTerminal(["join", way.address, "--nick", "alice", "--quiet"]);
    await pty.waitFor("[#lobby] alice>");
    await register(pty);
    bob.send("PRIVMSG alice :one");
    await bob.receive();
    await pty.waitFor("bob (direct): one");
    // The way back is closed until all has been said.
    way.onSent = () => false;
    way.cut();
    await pty.waitFor("Reconnecting in");
    bob.send("PRIVMSG alice :two");
    bob.send("PRIVMSG $* :three");
    await bob.receive();
    way.onSent = () => true;
    await pty.waitFor(/Reconnecting in[^]*bob: three[^]*alice>$/, 30_000);
    await pty.waitFor("bob (direct): two");
    assertEquals(pty.screen.text.match(/bob(?: \(direct\))?: (?:one|two|three)/g)?.sort(), [
      "bob (direct): one",
      "bob (direct): two",
      "bob: three",
    ]);
    await pty.type("\x15/quit\r");
    assertEquals(await pty.exitCode(), 0);
  },
);

terminalTest(
  "002-F6 one person with two programs: each shows what is said once, and neither moves the other to another room",
  async () => {
    await using chat = await TestChat.start();
    const bob = await chat.user("bob");
    bob.send("JOIN #tea");
    const pty = await chat.joinInTerminal("alice");
    await register(pty);
    await using other = await Join.start([
      ...[chat.address, "--plain", "--quiet", "--account", "alice", "--password-file", "-"],
    ]);
    await other.type("correct horse");
    await other.until("server: Connected to the server!");
    await other.type("/join #tea");
    await other.until("server: In #tea: alice, bob");
    await pty.waitFor("You joined #tea.");
    await other.type("from afar");
    await other.until("alice: from afar");
    await pty.waitFor("[#tea] alice: from afar");
    await pty.waitFor(/\[#lobby\] alice>$/);
    await pty.type("from here\r");
    await pty.waitFor("alice: from here");
    await other.until("[#lobby] alice: from here");
    bob.send("PRIVMSG alice :psst");
    await bob.receive();
    await pty.waitFor("bob (direct): psst");
    await other.until("bob: psst");
    await other.type("/dm bob what?");
    await pty.waitFor("alice (to bob): what?");
    await other.lines();
    for (const text of ["from afar", "from here", "psst", "what?"]) {
      const count = other.out.text.split("\n").filter((line) => line.endsWith(`: ${text}`)).length;
      assertEquals(count, 1, text);
      assertEquals(pty.screen.text.split("\n").filter((l) => l.endsWith(`: ${text}`)).length, 1);
    }
    await other.type("/quit");
    assertEquals(await other.exitCode(), 0);
    await pty.type("/users\r");
    await pty.waitFor("alice (you)");
  },
);
