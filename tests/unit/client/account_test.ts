import { assert, assertEquals } from "@std/assert";
import { Account, type AccountHost } from "../../../client/account.ts";
import type { Registration } from "../../../client/registration.ts";
import { saslCrypto } from "../../../client/sasl_crypto.ts";
import { formatSasl, SaslExchange } from "../../../protocol/sasl.ts";
import { makeVerifier, type ScramVerifier } from "../../../protocol/scram.ts";
import { startChat } from "./chat_support.ts";
import { type FakePeer, FakeServer } from "./support.ts";

const ALICE = { name: "alice", password: "sésame" };

async function verifierOf(password: string): Promise<ScramVerifier> {
  return await makeVerifier(password, new Uint8Array([1, 2, 3, 4]), 4096, saslCrypto);
}

/** Offers capabilities, and grants all that is asked for. */
async function negotiate(peer: FakePeer, offered: string): Promise<string> {
  await peer.until("CAP LS");
  peer.send(`:chat CAP * LS :${offered}`);
  const request = (await peer.until("CAP REQ"))!.replace(/^CAP REQ :?/, "");
  peer.send(`:chat CAP * ACK :${request}`);
  return request;
}

/** The server's side of SCRAM; `isHonest`: it knows the password that it says it knows. */
async function scram(peer: FakePeer, verifier: ScramVerifier, isHonest = true): Promise<string> {
  const exchange = new SaslExchange("SCRAM-SHA-256");
  const take = async () => exchange.receive((await peer.until("AUTHENTICATE"))!.split(" ")[1]!);
  const say = (text: string) => {
    for (const part of formatSasl(text)) peer.send(`AUTHENTICATE ${part}`);
  };
  assertEquals(await peer.until("AUTHENTICATE"), "AUTHENTICATE SCRAM-SHA-256");
  peer.send("AUTHENTICATE +");
  await take();
  say(exchange.challenge(verifier, saslCrypto));
  const proof = await take();
  if (proof.kind !== "proof") return proof.kind;
  const answer = await exchange.prove(proof.message);
  if (typeof answer !== "string") {
    peer.send(":chat 904 * :That is not the password.");
    return "refused";
  }
  say(isHonest ? answer : `v=${btoa("x".repeat(32))}`);
  return (await take()).kind;
}

/** alice is let in. */
function welcome(peer: FakePeer): void {
  peer.send(
    ":chat 900 alice alice!~u@h alice :You are now logged in as alice",
    ":chat 903 alice :Authentication successful",
  );
}

function greet(peer: FakePeer): void {
  peer.send(":chat 001 alice :Welcome", ":chat 422 alice :No MOTD");
}

Deno.test("002-F6 --account logs in by SCRAM before all else, and again after a lost connection", async () => {
  await using server = new FakeServer();
  const { ui, chat, code } = startChat(server, { credentials: ALICE, reconnect: true });
  const verifier = await verifierOf(ALICE.password);
  for (let count = 0; count < 2; count++) {
    const peer = await server.accept();
    const asked = await negotiate(peer, "sasl=PLAIN,SCRAM-SHA-256,EXTERNAL server-time");
    assertEquals(asked, "server-time sasl");
    assertEquals(await scram(peer, verifier), "accepted");
    welcome(peer);
    assertEquals(await peer.until("CAP"), "CAP END");
    greet(peer);
    await peer.until("PING");
    assertEquals(chat.state.account, "alice");
    if (count === 1) chat.quit();
    peer.close();
  }
  assertEquals(await code, 0);
  assertEquals(ui.questions, []);
  assertEquals(
    ui.shown.filter((line) => line === "server: You are logged in as alice.").length,
    2,
  );
});

Deno.test("002-F6 a wrong password is asked for again, three times, and then the chat is over", async () => {
  await using server = new FakeServer();
  const { ui, code } = startChat(server, { credentials: ALICE });
  ui.secrets = ["one", "two", "three", "four"];
  const peer = await server.accept();
  await negotiate(peer, "sasl=SCRAM-SHA-256");
  const verifier = await verifierOf("right");
  for (let count = 0; count < 4; count++) assertEquals(await scram(peer, verifier), "refused");
  await peer.until("QUIT");
  peer.close();
  assertEquals(await code, 3);
  assertEquals(ui.questions, Array(3).fill("Password of the account alice: "));
  assertEquals(ui.shown, Array(3).fill("server: That is not the password."));
  assertEquals(ui.complaints, ["That is not the password."]);
});

Deno.test("002-F6 the second password opens the account, and is the one that is kept", async () => {
  await using server = new FakeServer();
  const { ui, chat, code } = startChat(server, { credentials: ALICE, reconnect: true });
  ui.secrets = ["right"];
  const verifier = await verifierOf("right");
  const first = await server.accept();
  await negotiate(first, "sasl=SCRAM-SHA-256");
  assertEquals(await scram(first, verifier), "refused");
  assertEquals(await scram(first, verifier), "accepted");
  welcome(first);
  await first.until("CAP END");
  greet(first);
  await first.until("PING");
  first.close();
  const second = await server.accept();
  await negotiate(second, "sasl=SCRAM-SHA-256");
  assertEquals(await scram(second, verifier), "accepted");
  chat.quit();
  second.close();
  await code;
});

Deno.test("002-F6 without a terminal a wrong password ends the chat with 3", async () => {
  await using server = new FakeServer();
  const { ui, code } = startChat(server, { credentials: ALICE, interactive: false });
  const peer = await server.accept();
  await negotiate(peer, "sasl=SCRAM-SHA-256");
  await scram(peer, await verifierOf("right"));
  await peer.until("QUIT");
  peer.close();
  assertEquals(await code, 3);
  assertEquals([ui.questions, ui.complaints], [[], ["That is not the password."]]);
});

Deno.test("002-F6 a server that does not know the password is not believed", async () => {
  for (const lie of ["signature", "success"] as const) {
    await using server = new FakeServer();
    const { ui, code } = startChat(server, { credentials: ALICE });
    const peer = await server.accept();
    await negotiate(peer, "sasl=SCRAM-SHA-256");
    if (lie === "signature") {
      assertEquals(await scram(peer, await verifierOf(ALICE.password), false), "aborted");
      peer.send(":chat 906 * :Aborted");
    } else {
      await peer.until("AUTHENTICATE");
      welcome(peer);
    }
    await peer.until("QUIT");
    peer.close();
    assertEquals(await code, 3);
    assertEquals(ui.complaints.map((text) => text.includes("could not prove")), [true]);
  }
});

Deno.test("002-F6 PLAIN only where there is no SCRAM; nothing is warned of on this machine", async () => {
  await using server = new FakeServer();
  const { ui, chat, code } = startChat(server, { credentials: ALICE });
  const peer = await server.accept();
  await negotiate(peer, "sasl=PLAIN,EXTERNAL");
  assertEquals(await peer.until("AUTHENTICATE"), "AUTHENTICATE PLAIN");
  peer.send("AUTHENTICATE +");
  assertEquals(
    await peer.until("AUTHENTICATE"),
    `AUTHENTICATE ${formatSasl("\0alice\0sésame")[0]}`,
  );
  welcome(peer);
  await peer.until("CAP END");
  chat.quit();
  peer.close();
  await code;
  assertEquals(ui.shown.filter((line) => line.includes("encrypted")), []);
});

Deno.test("002-F6 a server that names no mechanisms is asked for the best first", async () => {
  await using server = new FakeServer();
  const { chat, code } = startChat(server, { credentials: ALICE });
  const peer = await server.accept();
  await negotiate(peer, "sasl");
  assertEquals(await peer.until("AUTHENTICATE"), "AUTHENTICATE SCRAM-SHA-256");
  peer.send(":chat 908 * PLAIN,EXTERNAL :are available", ":chat 904 * :No");
  assertEquals(await peer.until("AUTHENTICATE"), "AUTHENTICATE PLAIN");
  chat.quit();
  peer.close();
  await code;
});

Deno.test("002-F6 a name that only the account may have is taken after the login", async () => {
  await using server = new FakeServer();
  const { chat, ui, code } = startChat(server, { credentials: ALICE });
  const peer = await server.accept();
  await peer.until("NICK");
  peer.send(":chat 433 * alice :That name belongs to an account");
  peer.send(":chat CAP * LS :sasl=SCRAM-SHA-256");
  await peer.until("CAP REQ");
  peer.send(":chat CAP * ACK sasl");
  await scram(peer, await verifierOf(ALICE.password));
  welcome(peer);
  assertEquals(await peer.until(""), "NICK alice");
  assertEquals(await peer.until(""), "CAP END");
  chat.quit();
  peer.close();
  await code;
  assertEquals(ui.refusals, []);
});

Deno.test("002-F6 who wants the name of an account is told how to come in with it", async () => {
  await using server = new FakeServer();
  const { ui, code } = startChat(server);
  const peer = await server.accept();
  await negotiate(peer, "sasl=SCRAM-SHA-256 batch");
  peer.send(':chat 433 * alice :The nickname "alice" belongs to an account. Log in to it first.');
  await peer.until("QUIT");
  peer.close();
  assertEquals(await code, 3);
  assertEquals(ui.refusals, [
    'The nickname "alice" belongs to an account. Log in to it first. If it is yours: ' +
    "chatd join --account alice, or another name now and then /login alice",
  ]);
});

for (
  const [what, answers] of [
    ["offers no login", [":chat CAP * LS :server-time"]],
    ["knows no capabilities", [":chat 421 * CAP :Unknown command"]],
    ["says nothing of them", [":chat 001 alice :Welcome"]],
  ] as const
) {
  Deno.test(`002-F6 --account where the server ${what}: a person comes in, a script does not`, async () => {
    for (const interactive of [true, false]) {
      await using server = new FakeServer();
      const { chat, ui, code } = startChat(server, { credentials: ALICE, interactive });
      const peer = await server.accept();
      await peer.until("USER");
      peer.send(...answers);
      const none = "This server has no accounts to log in to.";
      if (interactive) {
        if (answers[0].includes(" LS ")) {
          await peer.until("CAP REQ");
          peer.send(":chat CAP * ACK :server-time");
          await peer.until("CAP END");
        }
        await ui.sees(`server: ${none}`);
        chat.quit();
      } else if (answers[0].includes(" LS ")) {
        await peer.until("CAP REQ");
        peer.send(":chat CAP * ACK :server-time");
      }
      // A script does not come in at all: the next that it says is that it leaves.
      assertEquals((await peer.until(interactive ? "QUIT" : ""))?.slice(0, 4), "QUIT");
      peer.close();
      assertEquals(await code, interactive ? 0 : 3);
      assertEquals(ui.complaints, interactive ? [] : [none]);
    }
  });
}

Deno.test("002-F6 /login asks for the password, logs in, and does so again after a lost connection", async () => {
  await using server = new FakeServer();
  const { ui, chat, code } = startChat(server, { reconnect: true, nick: "al" });
  ui.secrets = ["wrong", "right"];
  const verifier = await verifierOf("right");
  const first = await server.accept();
  assertEquals(await negotiate(first, "sasl=SCRAM-SHA-256 batch"), "batch");
  await first.until("CAP END");
  greet(first);
  await first.until("PING");
  chat.input("/login alice");
  assertEquals(await first.until("CAP"), "CAP REQ sasl");
  first.send(":chat CAP al ACK :sasl");
  assertEquals(await scram(first, verifier), "refused");
  await ui.sees("server: That is not the password.");
  chat.input("/login alice");
  assertEquals(await scram(first, verifier), "accepted");
  welcome(first);
  await ui.sees("server: You are logged in as alice.");
  assertEquals(chat.state.account, "alice");
  first.close();
  const second = await server.accept();
  assertEquals(await negotiate(second, "sasl=SCRAM-SHA-256"), "sasl");
  assertEquals(await scram(second, verifier), "accepted");
  welcome(second);
  greet(second);
  await second.until("PING");
  // Who has logged out is not logged in again.
  second.send(":chat 901 alice alice!~u@h :You are now logged out");
  await ui.sees("server: You are logged out.");
  second.close();
  const third = await server.accept();
  assertEquals(await negotiate(third, "sasl=SCRAM-SHA-256 batch"), "batch");
  chat.quit();
  third.close();
  await code;
  assertEquals(ui.questions, Array(2).fill("Password of the account alice: "));
});

for (
  const [nick, typed, told] of [
    ["", null, "NICK alice"],
    ["", "/nick carol", undefined],
    ["carol", null, undefined],
  ] as const
) {
  Deno.test(`002-F6 /login takes the account's name where the user has chosen none: ${nick || typed}`, async () => {
    await using server = new FakeServer();
    const { ui, chat, code } = startChat(server, { nick });
    ui.secrets = ["right"];
    const peer = await server.accept();
    await negotiate(peer, "sasl=SCRAM-SHA-256 batch");
    await peer.until("CAP END");
    const own = nick || "user1";
    peer.send(`:chat 001 ${own} :Welcome`, `:chat 376 ${own} :End`, `:${own}!~u@h JOIN #lobby`);
    await peer.until("PING chatd-banner");
    peer.send(":chat PONG chat chatd-banner");
    await chat.whenReady();
    if (typed !== null) {
      chat.input(typed);
      await peer.until("NICK");
      peer.send(`:${own}!~u@h NICK carol`);
      await ui.sees("server: You are now known as carol.");
    }
    chat.input("/login alice");
    await peer.until("CAP REQ sasl");
    peer.send(":chat CAP x ACK :sasl");
    assertEquals(await scram(peer, await verifierOf("right")), "accepted");
    peer.send(":chat 900 x x!u@h alice :You are now logged in as alice", ":chat 903 x :Success");
    await ui.sees("server: You are logged in as alice.");
    chat.quit();
    const sent = await peer.before("QUIT");
    assertEquals(sent.find((line) => line.startsWith("NICK")), told);
    peer.close();
    await code;
  });
}

Deno.test("002-F6 /register asks twice, and what it has made is logged in to again", async () => {
  await using server = new FakeServer();
  const { ui, chat, code } = startChat(server, { reconnect: true });
  const offered = "draft/account-registration=custom-account-name sasl=SCRAM-SHA-256";
  const first = await server.accept();
  await negotiate(first, offered);
  await first.until("CAP END");
  greet(first);
  await first.until("PING");
  ui.secrets = ["one", "other"];
  chat.input("/register");
  await ui.sees("server: The two are not the same: nothing was sent.");
  ui.secrets = ["long word", "long word"];
  chat.input("/register al@example.org");
  assertEquals(await first.until("REGISTER"), "REGISTER * al@example.org :long word");
  first.send(":chat REGISTER VERIFICATION_REQUIRED alice :We have sent you a letter.");
  await ui.sees("server: We have sent you a letter. Then type /raw VERIFY alice CODE");
  first.send(":chat VERIFY SUCCESS alice :The account is yours.");
  await ui.sees("server: The account is yours.");
  assertEquals(chat.state.account, "alice");
  first.close();
  const second = await server.accept();
  assert((await negotiate(second, offered)).endsWith(" sasl"));
  assertEquals(await scram(second, await verifierOf("long word")), "accepted");
  chat.quit();
  second.close();
  await code;
});

Deno.test("002-F6 what leaves this machine readably is warned of", () => {
  const said: string[] = [];
  const host: Partial<AccountHost> = { say: (text) => void said.push(text) };
  const account = new Account(host as AccountHost, null);
  const registration = {} as Registration;
  account.attach(registration, true);
  account.warn();
  assertEquals(said, []);
  account.attach(registration, false);
  account.warn();
  assertEquals(said, [
    "This connection is not encrypted: who is on its way can read the password.",
  ]);
});

Deno.test("002-F6 /register and /login say what a server or a pipe cannot", async () => {
  await using server = new FakeServer();
  const { ui, chat, code } = startChat(server);
  const peer = await server.welcome("alice", "");
  await chat.whenReady();
  ui.secrets = ["x"];
  chat.input("/register");
  await ui.sees("server: Accounts are not made by this command on this server.");
  chat.input("/login");
  await ui.sees("server: This server has no accounts to log in to.");
  chat.quit();
  peer.close();
  await code;
  const piped = startChat(server, { interactive: false });
  const other = await server.welcome("alice", "batch");
  await piped.chat.whenReady();
  piped.chat.input("/login");
  await piped.ui.sees(
    "server: Passwords are asked for in a terminal only: see chatd join --help.",
  );
  assertEquals(piped.ui.questions, []);
  piped.chat.quit();
  other.close();
  await piped.code;
});
