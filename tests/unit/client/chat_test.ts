import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConnectError } from "../../../client/connection.ts";
import { fold } from "../../../protocol/casemap.ts";
import { startChat, TIMING } from "./chat_support.ts";
import { FakeServer } from "./support.ts";

Deno.test("Chat registers with password, name and the capabilities it can use", async () => {
  await using server = new FakeServer();
  const { chat, code } = startChat(server, { password: "secret word" });
  const peer = await server.accept();
  assertEquals(await peer.until("CAP"), "CAP LS 302");
  assertEquals(await peer.until("PASS"), "PASS :secret word");
  assertEquals(await peer.until("NICK"), "NICK alice");
  assertEquals(await peer.until("USER"), "USER alice 0 * :alice");
  peer.send(":chat CAP * LS * :sasl=PLAIN message-tags", ":chat CAP * LS :echo-message unknown");
  assertEquals(await peer.until("CAP"), "CAP REQ :message-tags echo-message");
  peer.send(":chat CAP alice ACK :message-tags echo-message");
  assertEquals(await peer.until("CAP"), "CAP END");
  peer.send(":chat 001 alice :Welcome", ":chat 422 alice :No MOTD");
  await peer.until("PING");
  assertEquals([...chat.state.capabilities], ["message-tags", "echo-message"]);
  chat.quit();
  await peer.until("QUIT");
  peer.close();
  assertEquals(await code, 0);
});

Deno.test("R1 Chat asks for any name with NICK *", async () => {
  await using server = new FakeServer();
  const { ui, chat, code } = startChat(server, { nick: "" });
  const peer = await server.accept();
  assertEquals(await peer.until("NICK"), "NICK *");
  peer.send(":chat 421 * CAP :Unknown command", ":chat 001 user1 :Welcome", ":chat PONG chat x");
  await ui.sees("server: Connected to the server!");
  assertEquals(chat.state.nick, "user1");
  chat.quit();
  peer.close();
  await code;
});

for (
  const [name, answer] of [
    ["refuses it", ":chat 432 * * :Erroneous nickname"],
    ["takes it for nothing", ":chat 451 * :Not registered"],
  ] as const
) {
  Deno.test(`R1 Chat finds a name itself where a server without CAP ${name}`, async () => {
    await using server = new FakeServer();
    const { chat, code } = startChat(server, { nick: "", random: () => 0.5 });
    const peer = await server.accept();
    await peer.until("PING");
    peer.send(":chat 421 * CAP :Unknown command", answer);
    assertEquals(await peer.until("NICK"), "NICK guest5500");
    peer.send(":chat 433 * guest5500 :In use");
    assertEquals(await peer.until("NICK"), "NICK guest5500");
    chat.quit();
    peer.close();
    assertEquals(await code, 0);
  });
}

Deno.test("002-1 Chat asks again when the name is taken", async () => {
  await using server = new FakeServer();
  const { ui, chat, code } = startChat(server);
  ui.names = ["al"];
  const peer = await server.accept();
  peer.send(":chat 433 * alice :Nickname is already in use");
  assertEquals(await peer.until("NICK al"), "NICK alice");
  assertEquals(await peer.until("NICK"), "NICK al");
  assertEquals(ui.refusals, ['Nickname "alice" is already in use.']);
  peer.send(":chat 001 al :Welcome");
  await ui.sees("server: Connected to the server!");
  chat.quit();
  peer.close();
  assertEquals(await code, 0);
});

Deno.test("002-1 Chat ends with 3 when there is nobody to ask", async () => {
  await using server = new FakeServer();
  const { ui, code } = startChat(server);
  const peer = await server.accept();
  peer.send(":chat 432 * alice :Too short.");
  assertEquals(await peer.until("QUIT"), "QUIT :Goodbye!");
  peer.send("ERROR :Bye");
  assertEquals(await code, 3);
  assertEquals(ui.refusals, ['Nickname "alice" is not allowed: Too short.']);
  assertEquals(ui.shown, []);
});

Deno.test("R5 Chat shows an own line once, when the server echoes it", async () => {
  await using server = new FakeServer();
  const { ui, chat, code } = startChat(server);
  const peer = await server.welcome("alice");
  await chat.whenReady();
  chat.input("hello there");
  assertEquals(await peer.until("@"), "@label=c1 PRIVMSG #lobby :hello there");
  assert(!ui.shown.includes("alice: hello there"));
  peer.send("@label=c1 :alice!~u@h PRIVMSG #lobby :hello there");
  await ui.sees("alice: hello there");
  chat.quit();
  peer.close();
  await code;
  assertEquals(ui.shown, ["server: Connected to the server!", "alice: hello there"]);
});

Deno.test("R5 Chat marks what the server never took", async () => {
  await using server = new FakeServer();
  const { ui, chat, code } = startChat(server);
  const peer = await server.welcome("alice");
  await chat.whenReady();
  chat.input("lost");
  await peer.until("@label");
  peer.close();
  assertEquals(await code, 1);
  assertEquals(ui.shown.slice(1), ["server: Not sent: lost", "server: Connection lost."]);
});

Deno.test("Chat answers PING", async () => {
  await using server = new FakeServer();
  const { chat, code } = startChat(server);
  const peer = await server.welcome("alice");
  peer.send("PING :a b");
  assertEquals(await peer.until("PONG"), "PONG :a b");
  chat.quit();
  peer.close();
  await code;
});

Deno.test("Chat asks a silent server and gives it up", async () => {
  await using server = new FakeServer();
  const timing = { ...TIMING, pingAfterMs: 20, pongWithinMs: 20 };
  const { ui, code } = startChat(server, { timing });
  const peer = await server.accept();
  assertEquals(await peer.until("PING"), "PING :still-there");
  assertEquals(await code, 1);
  assertEquals(ui.shown, ["server: No answer from the server."]);
});

Deno.test("003-7 Chat says QUIT and waits for ERROR", async () => {
  await using server = new FakeServer();
  const { ui, chat, code } = startChat(server);
  const peer = await server.welcome("alice");
  await chat.whenReady();
  chat.input("/quit so long");
  assertEquals(await peer.until("QUIT"), "QUIT :so long");
  peer.send("ERROR :Closing link");
  assertEquals(await code, 0);
  assertEquals(ui.shown, ["server: Connected to the server!"]);
});

Deno.test("003-7 Chat does not wait for ever", async () => {
  await using server = new FakeServer();
  const { chat, code } = startChat(server, { timing: { ...TIMING, quitMs: 5 } });
  await server.welcome("alice");
  chat.quit();
  assertEquals(await code, 0);
});

Deno.test("002-9 Chat connects again, takes its rooms and the free name", async () => {
  await using server = new FakeServer();
  const { ui, chat, code } = startChat(server, { reconnect: true });
  const first = await server.welcome("alice");
  await chat.whenReady();
  chat.input("/join #tea");
  await first.until("JOIN");
  first.send(":alice!~u@h JOIN #tea");
  await ui.sees("server: You joined #tea.");
  first.close();
  await ui.sees("server: Connection lost. Reconnecting in 0 s …");
  const second = await server.accept();
  assertEquals(await second.until("NICK"), "NICK alice");
  second.send(":chat 433 * alice :In use");
  assertEquals(await second.until("NICK"), "NICK alice_");
  second.send(
    ":chat 001 alice_ :Welcome",
    ":chat 422 alice_ :No MOTD",
    ":chat PONG chat :chatd-banner",
  );
  assertEquals(await second.until("JOIN"), "JOIN #tea");
  second.close();
  const third = await server.accept();
  assertEquals(await third.until("NICK"), "NICK alice");
  chat.quit();
  await code;
});

for (const capabilities of ["draft/pre-away", "server-time"]) {
  Deno.test(`Chat is away when it connects again, with pre-away before anybody sees it: ${capabilities}`, async () => {
    await using server = new FakeServer();
    const { ui, chat, code } = startChat(server, { reconnect: true });
    const first = await server.welcome("alice", capabilities);
    await chat.whenReady();
    chat.input("/away at tea");
    assertEquals(await first.until("AWAY"), "AWAY :at tea");
    first.send(":chat 306 alice :You are away.");
    await ui.sees("server: You are away.");
    first.close();
    const second = await server.accept();
    await second.until("CAP LS");
    second.send(`:chat CAP * LS :${capabilities}`);
    await second.until("CAP REQ");
    second.send(`:chat CAP * ACK :${capabilities}`);
    const isEarly = capabilities === "draft/pre-away";
    const before = await second.before("CAP END");
    assertEquals(before.filter((line) => line.startsWith("AWAY")), isEarly ? ["AWAY :at tea"] : []);
    if (isEarly) second.send(":chat 306 * :You are away, before anybody sees you.");
    second.send(":chat 001 alice :Welcome", ":chat 422 alice :No MOTD", ":alice!u@h JOIN #lobby");
    await second.until("PING chatd-banner");
    second.send(":chat PONG chat chatd-banner");
    await chat.whenReady();
    chat.input("/raw VERSION");
    const after = await second.before("VERSION");
    assertEquals(after.filter((line) => line.startsWith("AWAY")), isEarly ? [] : ["AWAY :at tea"]);
    assert(!ui.shown.some((line) => line.includes("before anybody")));
    chat.quit();
    second.close();
    await code;
  });
}

Deno.test("004-4 Chat ends in peace after a shutdown where there is no connecting again", async () => {
  await using server = new FakeServer();
  const { ui, code } = startChat(server);
  const peer = await server.welcome("alice");
  peer.send(":chat NOTICE * :The server is shutting down.", "ERROR :Server shutting down");
  assertEquals(await code, 0);
  assertEquals(ui.shown.slice(1), ["server: The server is shutting down."]);
});

Deno.test("004-4 Chat tries again after a shutdown in a terminal, until the user leaves", async () => {
  const server = new FakeServer();
  const { ui, chat, code } = startChat(server, { reconnect: true });
  const peer = await server.welcome("alice");
  await server[Symbol.asyncDispose]();
  peer.close();
  await ui.sees(
    `server: Cannot connect to 127.0.0.1:${server.port}: connection refused. Reconnecting in 0 s …`,
  );
  assertEquals(chat.input("typed meanwhile"), "you are not connected");
  chat.quit();
  assertEquals(await code, 0);
});

Deno.test("002-T1 Chat says why it cannot connect", async () => {
  const server = new FakeServer();
  await server[Symbol.asyncDispose]();
  const error = await assertRejects(() => startChat(server).code, ConnectError);
  assertEquals(
    error.message,
    `Cannot connect to 127.0.0.1:${server.port}: connection refused. Is the server running? Check host and port.`,
  );
});

Deno.test("Chat enters the room of the address and tells when all is ready", async () => {
  await using server = new FakeServer();
  const address = { host: "127.0.0.1", port: server.port, room: "#tea" };
  const { chat, code } = startChat(server, { address });
  const peer = await server.accept();
  peer.send(
    ":chat 001 alice :Welcome",
    ":chat 422 alice :No MOTD",
    ":alice!~u@h JOIN #lobby",
    ":chat PONG chat :chatd-banner",
  );
  assertEquals(await peer.until("JOIN"), "JOIN #tea");
  peer.send(":alice!~u@h JOIN #tea", ":chat PONG chat :chatd-entered");
  await chat.whenReady();
  assertEquals([chat.state.lobby, chat.target], [fold("#lobby"), { name: "#tea", reach: "here" }]);
  chat.quit();
  peer.close();
  await code;
});

Deno.test("Chat asks for the password that the server wants, and ends with 1 without", async () => {
  await using server = new FakeServer();
  const { ui, code } = startChat(server);
  ui.secrets = ["sesame"];
  for (const wanted of ["NICK alice", "PASS sesame"]) {
    const peer = await server.accept();
    await peer.until("CAP");
    assertEquals(await peer.until(wanted.slice(0, 4)), wanted);
    peer.send(":chat 464 * :The password is missing or wrong.", "ERROR :Closing link");
    await peer.over;
  }
  assertEquals(await code, 1);
});

Deno.test("Chat that was put out of the server does not come back by itself", async () => {
  await using server = new FakeServer();
  const { ui, code } = startChat(server, { reconnect: true });
  const peer = await server.welcome("alice");
  peer.send(":root!~r@h KILL alice :spam", "ERROR :Closing link: (~u@h) [Killed (root (spam))]");
  assertEquals(await code, 1);
  assertEquals(ui.shown.slice(1), ["server: You were removed from the server (spam)."]);
});

Deno.test("000-L1 Chat that comes back shows what it has missed, and tells what is read", async () => {
  await using server = new FakeServer();
  const { ui, chat, code } = startChat(server, { reconnect: true });
  const capabilities = "message-tags server-time batch draft/chathistory draft/read-marker";
  const at = (second: number) => `time=2026-11-20T12:00:0${second}.000Z;msgid=m${second}`;
  const first = await server.welcome("alice", capabilities);
  assertEquals(await first.until("CHATHISTORY"), "CHATHISTORY LATEST #lobby * 20");
  first.send(":chat BATCH +a chathistory #lobby", ":chat BATCH -a");
  first.send(`@${at(1)} :bob!~b@h PRIVMSG #lobby :one`);
  await ui.sees("bob: one");
  chat.input("/set");
  assertEquals(
    await first.until("MARKREAD"),
    "MARKREAD #lobby timestamp=2026-11-20T12:00:01.000Z",
  );
  first.close();
  const second = await server.welcome("alice", capabilities);
  assertEquals(await second.until("CHATHISTORY LATEST"), "CHATHISTORY LATEST #lobby msgid=m1 200");
  second.send(
    `@${at(4)} :bob!~b@h PRIVMSG #lobby :four`,
    ":chat BATCH +b chathistory #lobby",
    `@batch=b;${at(2)} :bob!~b@h PRIVMSG #lobby :two`,
    `@batch=b;${at(3)} :alice!~u@h PRIVMSG #lobby :three`,
    ":chat BATCH -b",
  );
  await second.until("CHATHISTORY BETWEEN #lobby msgid=m2 msgid=m1 200");
  second.send(":chat BATCH +b chathistory #lobby", ":chat BATCH -b");
  second.send(":chat PONG chat chatd-history-2");
  await ui.sees("bob: four");
  const from = ui.shown.indexOf("-- missed in #lobby while you were away: 2 lines --");
  assertEquals(ui.shown.slice(from + 1).map((line) => line.replace(/^\[.*\] /, "")), [
    "bob: two",
    "alice: three",
    "bob: four",
  ]);
  chat.quit();
  second.close();
  await code;
});
