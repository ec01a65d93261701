/**
 * The sessions that the documents show, replayed: whole screens are compared, byte for byte. A screen is a real terminal
 * in which `chatd join --plain` runs, so that what is typed stands on it too, as it does in the documents.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Pty } from "../support/pty.ts";
import { startInTerminal, terminalTest, TestChat } from "../support/join.ts";

const CONNECTED = "server: Connected to the server!";

/** Somebody at a terminal that echoes what is typed; in the lobby. An empty name leaves it to the server. */
async function sitDown(chat: TestChat, nick = ""): Promise<Pty> {
  const name = nick === "" ? [] : ["--nick", nick];
  const pty = await startInTerminal(["join", chat.address, "--plain", "--quiet", ...name]);
  await pty.waitFor(CONNECTED);
  return pty;
}

/** The screen's lines, from the first to the last that the program wrote. */
function screenOf(pty: Pty): string[] {
  return pty.screen.text.replace(/\n+after=.*$/s, "").split("\n");
}

terminalTest(
  "003-E R6 the example of document 003, byte for byte, and both ways to leave",
  async () => {
    await using chat = await TestChat.start(["--name-template", "client{n}"]);
    await using client1 = await sitDown(chat);
    await using client2 = await sitDown(chat);
    await client1.waitFor("server: client2 joined the chat!");
    await using client3 = await sitDown(chat);
    await client1.waitFor("server: client3 joined the chat!");
    await client2.waitFor("server: client3 joined the chat!");

    await client1.type('/dm client2 "Hello there!"\n');
    await client1.waitFor(/^client1.*: Hello there!$/m);
    await client2.waitFor(/^client1.*: Hello there!$/m);
    await client2.type('/bc "Hello!"\n');
    for (const client of [client1, client2, client3]) await client.waitFor("client2: Hello!");
    await client3.type('/dm client4 "Goodbye."\n');
    await client3.waitFor('server: User "client4" is not connected to the server.');

    assertEquals(screenOf(client1), [
      CONNECTED,
      "server: client2 joined the chat!",
      "server: client3 joined the chat!",
      '/dm client2 "Hello there!"',
      "client1: Hello there!",
      "client2: Hello!",
    ]);
    assertEquals(screenOf(client3), [
      CONNECTED,
      "client2: Hello!",
      '/dm client4 "Goodbye."',
      'server: User "client4" is not connected to the server.',
    ]);

    await client1.type("/quit\n");
    assertEquals(await client1.exitCode(), 0);
    await client3.waitFor("server: client1 is quitting.");
    await client2.waitFor("server: client1 is quitting.");
    Deno.kill(client3.pid, "SIGKILL");
    await client2.waitFor("server: client3 has lost its connection.");

    assertEquals(screenOf(client2), [
      CONNECTED,
      "server: client3 joined the chat!",
      "client1: Hello there!",
      '/bc "Hello!"',
      "client2: Hello!",
      "server: client1 is quitting.",
      "server: client3 has lost its connection.",
    ]);
  },
);

terminalTest("001-3 001-4 the five commands of document 001, as it writes them", async () => {
  await using chat = await TestChat.start();
  await using user1 = await sitDown(chat);
  await using user2 = await sitDown(chat);
  await user1.waitFor("server: user2 joined the chat!");
  await using user3 = await sitDown(chat);
  await user1.waitFor("server: user3 joined the chat!");
  await user2.waitFor("server: user3 joined the chat!");

  await user1.type("/users\n");
  await user1.waitFor("user1 (you)\nuser2\nuser3");
  await user1.type("/dm user2 “hello user2”\n");
  await user1.waitFor(/^user1.*: hello user2$/m);
  await user2.waitFor(/^user1.*: hello user2$/m);
  await user3.type("/bm “hello everyone”\n");
  for (const user of [user1, user2, user3]) await user.waitFor("user3: hello everyone");
  await user2.type("/help users\n");
  await user2.waitFor("(you) marks yourself");
  await user3.type("/quit\n");
  assertEquals(await user3.exitCode(), 0);
  await user1.waitFor("server: user3 is quitting.");
  await user2.waitFor("server: user3 is quitting.");

  assertEquals(screenOf(user1), [
    CONNECTED,
    "server: user2 joined the chat!",
    "server: user3 joined the chat!",
    "/users",
    "user1 (you)",
    "user2",
    "user3",
    "/dm user2 “hello user2”",
    "user1: hello user2",
    "user3: hello everyone",
    "server: user3 is quitting.",
  ]);
  assertEquals(screenOf(user2), [
    CONNECTED,
    "server: user3 joined the chat!",
    "user1: hello user2",
    "user3: hello everyone",
    "/help users",
    "/users  List everybody on the server",
    "Only you see the list. (you) marks yourself, (away) those who are away.",
    "server: user3 is quitting.",
  ]);
  assertEquals(screenOf(user3), [
    CONNECTED,
    "/bm “hello everyone”",
    "user3: hello everyone",
    "/quit",
  ]);
});

terminalTest("002-2 002-3 the session of document 002: Bob joins, Alice says hello", async () => {
  await using chat = await TestChat.start();
  await using alice = await sitDown(chat, "Alice");
  await using bob = await sitDown(chat, "Bob");
  await alice.waitFor("server: Bob joined the chat!");
  await alice.type("Hello everyone!\n");
  await alice.waitFor("Alice: Hello everyone!");
  await bob.waitFor("Alice: Hello everyone!");
  await bob.type("/quit\n");
  assertEquals(await bob.exitCode(), 0);
  await alice.waitFor("server: Bob is quitting.");
  assertEquals(screenOf(alice), [
    CONNECTED,
    "server: Bob joined the chat!",
    "Hello everyone!",
    "Alice: Hello everyone!",
    "server: Bob is quitting.",
  ]);
  assertEquals(screenOf(bob), [CONNECTED, "Alice: Hello everyone!", "/quit"]);
});

terminalTest(
  "004-1 004-4 004-5 the session of document 004: the server speaks, and its exit ends it for all",
  async () => {
    await using chat = await TestChat.start(["--console"], { stdin: "piped" });
    await using ann = await sitDown(chat, "ann");
    await using ben = await sitDown(chat, "ben");
    await ann.waitFor("server: ben joined the chat!");
    await ann.type("hello\n");
    await ben.waitFor("ann: hello");
    const operator = chat.daemon.child.stdin.getWriter();
    await operator.write(new TextEncoder().encode("welcome to you all\nexit\n"));
    assertEquals((await chat.daemon.child.status).code, 0);
    assertEquals(await ann.exitCode(), 0);
    assertEquals(await ben.exitCode(), 0);
    await operator.close().catch(() => {});
    const end = ["server: welcome to you all", "server: The server is shutting down."];
    assertEquals(screenOf(ann), [
      CONNECTED,
      "server: ben joined the chat!",
      "hello",
      "ann: hello",
      ...end,
    ]);
    assertEquals(screenOf(ben), [CONNECTED, "ann: hello", ...end]);
  },
);
