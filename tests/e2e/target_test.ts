/**
 * Where a text goes (client/target.ts): to the room that its writer meant, or nowhere; `chatd join` on pipes and in
 * terminals with a real daemon.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runProgram, terminalTest, TestChat } from "../support/join.ts";

/** Rows of a person's screen that hold this. */
function rowsWith(text: string, screen: string): string[] {
  return screen.split("\n").filter((row) => row.includes(text));
}

Deno.test("a pipe whose room does not let it in says nothing anywhere, and ends with words and exit code 8", async () => {
  await using chat = await TestChat.start();
  const keeper = await chat.user("keeper");
  keeper.send("JOIN #vault2");
  keeper.send("MODE #vault2 +k sesame");
  await keeper.receive();
  const args = [`irc://${chat.address}/#vault2`, "--plain", "--quiet", "--nick", "alice"];
  const { code, stdout, stderr } = await runProgram(["join", ...args], "secret\n");
  assertEquals(code, 8);
  assertEquals(stderr, "Nothing is said: you are not in #vault2.\n");
  assert(!stdout.includes("secret"), stdout);
  const heard = (await keeper.receive()).join("\n");
  assert(!heard.includes("secret"), heard);
  assertStringIncludes(heard, "alice"); // it was there
});

Deno.test("a pipe that is put out of its room says the rest nowhere, and ends with exit code 8", async () => {
  await using chat = await TestChat.start();
  const keeper = await chat.user("keeper");
  keeper.send("JOIN #first");
  await keeper.receive();
  const alice = await chat.join("alice", []);
  await alice.type("/join #first");
  await alice.type("one");
  await alice.until("alice: one");
  keeper.send("KICK #first alice :out");
  await alice.until("server: You were removed from #first by keeper (out).");
  await alice.type("/users"); // does not need the room
  await alice.type("two");
  await alice.type("three");
  assertEquals(await alice.exitCode(), 8);
  assertStringIncludes(
    alice.errors.text,
    "Line 5 was not sent, and none after it: you are not in #first.\n",
  );
  const said = (await keeper.receive()).filter((line) => line.includes(" PRIVMSG "));
  assertEquals(said.map((line) => line.replace(/!\S+/, "")), [":alice PRIVMSG #first :one"]);
});

Deno.test("a pipe whose line its room does not take ends with exit code 8", async () => {
  await using chat = await TestChat.start();
  const keeper = await chat.user("keeper");
  for (const line of ["JOIN #quiet", "MODE #quiet +m"]) keeper.send(line);
  await keeper.receive();
  const args = [`irc://${chat.address}/#quiet`, "--plain", "--quiet", "--nick", "alice"];
  const { code, stdout, stderr } = await runProgram(["join", ...args], "psst\n");
  assertEquals([code, stderr], [8, "Not everything was sent.\n"]);
  assertStringIncludes(stdout, "server: Not sent: psst\n");
});

Deno.test("/join takes lists of rooms and keys, and what is said next is for the last of them", async () => {
  await using chat = await TestChat.start();
  const keeper = await chat.user("keeper");
  for (const line of ["JOIN #ka", "JOIN #kb", "JOIN #kc", "MODE #kb +k k2"]) keeper.send(line);
  await keeper.receive();
  const input =
    "/join #ka,#kb,#kc k1,k2\nhello\n /msg NickServ IDENTIFY hunter2\n/join #kb\nthere\n";
  const args = [chat.address, "--plain", "--quiet", "--nick", "alice"];
  const { code, stdout } = await runProgram(["join", ...args], input);
  assertEquals(code, 0, stdout);
  const heard = (await keeper.receive()).filter((line) => / (?:JOIN|PRIVMSG) /.test(line));
  assertEquals(heard.map((line) => line.replace(/!\S+/, "")), [
    ":alice JOIN #lobby",
    ":alice JOIN #ka",
    ":alice JOIN #kb",
    ":alice JOIN #kc",
    ":alice PRIVMSG #kc :hello",
    ":alice PRIVMSG #kb :there",
  ]);
  const refused = await runProgram(["join", ...args], "/join #ka,#kb\nsecret\n");
  assertEquals(refused.code, 8);
  assertStringIncludes(
    refused.stderr,
    "Line 2 was not sent, and none after it: you are not in #kb.",
  );
  assert(!(await keeper.receive()).join("\n").includes("secret"));
});

terminalTest(
  "a line that was begun for a room stays when its writer is put out of it, and goes elsewhere by their will alone",
  async () => {
    await using chat = await TestChat.start();
    const keeper = await chat.user("keeper");
    for (const line of ["JOIN #first", "JOIN #second"]) keeper.send(line);
    const pty = await chat.joinInTerminal("alice");
    await pty.type("/join #second\r");
    await pty.waitFor("[#second] alice>");
    await pty.type("/join #first\r");
    await pty.waitFor("[#first] alice>");
    await pty.type("half of wh");
    await pty.waitFor("[#first] alice> half of wh");
    keeper.send("KICK #first alice :out");
    await pty.waitFor("[not in #first] alice> half of wh");
    await pty.type("at I think\r");
    await pty.waitFor("Not sent: you are not in #first.");
    await pty.waitFor(/\[not in #first\] alice> half of what I think$/);
    const said = (await keeper.receive()).filter((line) => line.includes(" PRIVMSG "));
    assertEquals(said, []);
    await pty.type("\x15/join #second\r");
    await pty.waitFor(/\[#second\] alice>$/);
    await pty.type("\x19");
    await pty.waitFor("[#second] alice> half of what I think");
    await pty.type("\r");
    await keeper.until((line) => line.endsWith(" PRIVMSG #second :half of what I think"));
  },
);

terminalTest("a renamed room stays the target, of a line that was begun, too", async () => {
  await using chat = await TestChat.start();
  const keeper = await chat.user("keeper");
  keeper.send("JOIN #boaring");
  const pty = await chat.joinInTerminal("alice");
  await pty.type("/join #boaring\r");
  await pty.waitFor("[#boaring] alice>");
  await pty.type("still th");
  await pty.waitFor("[#boaring] alice> still th");
  keeper.send("RENAME #boaring #boring :Typo");
  await pty.waitFor("[#boring] alice> still th");
  keeper.send("JOIN #boaring");
  await pty.type("ere\r");
  await keeper.until((line) => line.endsWith(" PRIVMSG #boring :still there"));
  assertEquals(rowsWith("renamed", pty.screen.text).map((row) => row.slice(6)), [
    "server: keeper renamed #boaring to #boring (Typo).",
  ]);
});

terminalTest(
  "the rooms that another device of the same person enters and leaves do not move the target",
  async () => {
    await using chat = await TestChat.start();
    const password = "correct-horse-battery";
    const desk = await chat.user("alice");
    desk.send(`REGISTER * * ${password}`);
    await desk.until((line) => line.includes(" 900 alice "));
    const bob = await chat.user("bob");
    const env = { CHATD_ACCOUNT_PASSWORD: password };
    const pty = await chat.joinInTerminal("alice", ["--account", "alice"], { env });
    await pty.type("half");
    await pty.waitFor("[#lobby] alice> half");
    desk.send("JOIN #milk");
    await pty.waitFor("You joined #milk.");
    await pty.waitFor(/\[#lobby\] alice> half$/);
    desk.send("PART #lobby");
    await pty.waitFor(/\[not in #lobby\] alice> half$/);
    await pty.type("\r");
    await pty.waitFor("Not sent: you are not in #lobby.");
    desk.send("JOIN #lobby");
    await pty.waitFor(/\[#lobby\] alice> half$/);
    assertEquals((await bob.receive()).filter((line) => line.includes(" PRIVMSG ")), []);
    await pty.type(" and half\r");
    await bob.until((line) => line.endsWith(" PRIVMSG #lobby :half and half"));
  },
);
