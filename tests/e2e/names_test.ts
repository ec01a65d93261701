/**
 * Names: who gets which, who keeps it, and that nobody speaks under another's.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runProgram, TestChat } from "../support/join.ts";

Deno.test("R1 000-7 001-2 001-4 003-8 who gives no name gets user1, user2, …: the lowest that is free", async () => {
  await using chat = await TestChat.start();
  const first = await chat.join("");
  const second = await chat.join("");
  await second.type("/users");
  assertEquals(await second.lines(), ["user1", "user2 (you)"]);
  await first.type("/quit");
  assertEquals(await first.exitCode(), 0);
  await second.until("server: user1 is quitting.");
  const third = await chat.join("");
  await third.type("/users");
  assertEquals(await third.lines(), ["user1 (you)", "user2"]);
});

Deno.test("R1 --name-template gives other names, and passes over those that are taken", async () => {
  await using chat = await TestChat.start(["--name-template", "client{n}"]);
  await chat.user("CLIENT1");
  const raw = await chat.connect();
  raw.send("NICK *");
  raw.send("USER x 0 * :x");
  const [welcome] = await raw.receive();
  assertMatch(welcome!, /^:chatd\.local 001 client2 :/);
});

Deno.test("R1 without --quiet a client tells its user which name the server chose", async () => {
  await using chat = await TestChat.start();
  const { code, stdout } = await runProgram(["join", chat.address]);
  assertEquals(code, 0);
  assertEquals(stdout.split("\n").slice(0, 3), [
    `server: Connecting to ${chat.address} …`,
    "server: Connected to the server!",
    "server: You are user1.",
  ]);
});

Deno.test("R2 001-4 a name belongs to the session: two from one address have two, and none can be forged", async () => {
  await using chat = await TestChat.start();
  const [carol] = await chat.joinAll("carol");
  const bob = await chat.user("bob");
  const alice = await chat.user("alice");
  await bob.receive();
  await carol!.lines();
  alice.send(":bob PRIVMSG #lobby :I am bob");
  alice.send(":bob!~bob@elsewhere PRIVMSG carol :me too");
  alice.send("@+typing=active :chatd.local NOTICE carol :I am the server");
  await alice.receive();
  assertEquals(await carol!.lines(), [
    "alice: I am bob",
    "alice: me too",
    "alice (notice): I am the server",
  ]);
  const [line, ...more] = await bob.receive();
  assertMatch(line!, /^:alice!~alice@\S+ PRIVMSG #lobby :I am bob$/);
  assertEquals(more, []);
});

Deno.test("002-1 000-7 a taken name, in whatever case, on a pipe: a sentence on standard error, exit code 3", async () => {
  await using chat = await TestChat.start();
  await chat.joinAll("Alice");
  for (const nick of ["Alice", "aLICE"]) {
    const { code, stdout, stderr } = await runProgram(
      ["join", chat.address, "--nick", nick, "--quiet"],
      "never said\n",
    );
    assertEquals({ code, stdout, stderr }, {
      code: 3,
      stdout: "",
      stderr: `Nickname "${nick}" is already in use.\n`,
    });
  }
});

Deno.test("002-1 a name that is not allowed: the rule is stated, exit code 3", async () => {
  await using chat = await TestChat.start();
  const { code, stderr } = await runProgram(["join", chat.address, "--nick", "9lives"]);
  assertMatch(stderr, /^Nickname "9lives" is not allowed: use .*letters.*\n$/);
  assertEquals(code, 3);
  const raw = await chat.connect();
  raw.send("NICK :User 1");
  assertMatch((await raw.receive()).join("\n"), / 432 \* \S.* :Nickname "User 1" is not allowed: /);
});

Deno.test("000-7 names stay unique when they change, and are free again at once", async () => {
  await using chat = await TestChat.start();
  const [alice, bob] = await chat.joinAll("alice", "bob");
  await alice!.type("/nick BOB");
  await alice!.type("/nick alicia");
  assertEquals(await alice!.lines(), [
    'server: Nickname "BOB" is already in use.',
    "server: You are now known as alicia.",
  ]);
  await bob!.type("/nick Alice");
  assertEquals(await bob!.lines(), [
    "server: alice is now known as alicia.",
    "server: You are now known as Alice.",
  ]);
  await bob!.type("/nick ALICE");
  assertEquals(await bob!.lines(), ["server: You are now known as ALICE."]);
});

Deno.test("004-8 a name can be taken again as soon as its user is gone, however that went", async () => {
  await using chat = await TestChat.start();
  const [watcher] = await chat.joinAll("watcher");
  for (let round = 0; round < 3; round++) {
    const alice = await chat.join("alice");
    await watcher!.until("server: alice joined the chat!");
    alice.kill("SIGKILL");
    await watcher!.until("server: alice has lost its connection.");
  }
  const raw = await chat.user("alice");
  assert(!(await raw.receive()).some((line) => line.includes(" 433 ")));
  await watcher!.until("server: alice joined the chat!");
  raw.send("QUIT :bye");
  await raw.until(() => false);
  const again = await chat.join("alice");
  await again.type("/users");
  assertEquals(await again.lines(), ["alice (you)", "watcher"]);
});

Deno.test("NAME-4 NAME-8 with --casemapping precis people have names in their own letters, and nobody has one that looks the same", async () => {
  await using chat = await TestChat.start(["--casemapping", "precis"]);
  const zoe = await chat.join("Zoë");
  const alice = await chat.join("アリス");
  await zoe.until("server: アリス joined the chat!");
  await alice.type("hello zoë");
  await zoe.until("アリス: hello zoë");
  await zoe.type("/dm ｱﾘｽ in half width");
  await alice.until("Zoë: in half width");
  const raw = await chat.connect();
  raw.send("NICK ｚoë");
  raw.send("NICK сосо");
  raw.send("USER x 0 * :x");
  const lines = await raw.receive();
  assertMatch(lines[0] ?? "", / 433 \S+ zoë :/);
  assertMatch(lines[1] ?? "", / 001 сосо :/);
  const { code, stderr } = await runProgram(["join", chat.address, "--plain", "--nick", "coco"]);
  assertEquals(code, 3);
  assertMatch(stderr, /looks like "сосо"/);
});
