/**
 * Clients that no one here wrote: irssi, WeeChat and a bot on irc-framework do all that clients do, talk with `chatd join`
 * and with each other, and leave. A task of its own (`deno task test:clients`), for not every machine has them; where one is
 * missing its tests are ignored, and their names say so.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  areInstalled,
  Bot,
  type Client,
  Irssi,
  type SaslLogin,
  WeeChat,
} from "../support/clients.ts";
import type { RawPeer } from "../support/daemon.ts";
import { Detour, TestChat } from "../support/join.ts";

const hasIrssi = await areInstalled("irssi", "script");
const hasWeeChat = await areInstalled("weechat-headless");
const noIrssi = hasIrssi ? "" : " (IGNORED: irssi or script is not installed)";
const noWeeChat = hasWeeChat ? "" : " (IGNORED: weechat-headless is not installed)";

Deno.test({
  name: `irssi joins, talks both ways with chatd join, and quits${noIrssi}`,
  ignore: !hasIrssi,
  async fn() {
    await using chat = await TestChat.start();
    const ann = await chat.join("ann");
    await using irssi = await Irssi.start(chat.daemon.port, "irene");
    await ann.until("server: irene joined the chat!");
    await irssi.shows("#lobby");
    await ann.type("hello irene, this is a sentence");
    await irssi.shows("hello irene, this is a sentence");
    await irssi.type("/msg #lobby hello ann, nice day");
    await ann.until("irene: hello ann, nice day");
    await irssi.type("/action #lobby waves");
    await ann.until("* irene waves");
    await irssi.type("/nick iris");
    await ann.until("server: irene is now known as iris.");
    await ann.type("/dm iris just between us");
    await irssi.shows("just between us");
    await irssi.type("/msg ann our secret");
    await ann.until("iris: our secret");
    await ann.type("/bc everybody hears this");
    await irssi.shows("everybody hears this");
    await irssi.type("/msg nobody-here hi");
    await irssi.shows("No such nick/channel"); // its own words for 401
    await irssi.type("/quit see you");
    await ann.until("server: iris is quitting.");
    await irssi.ended();
    assertEquals(await ann.lines(), []);
  },
});

Deno.test({
  name: `irssi that is killed has lost its connection${noIrssi}`,
  ignore: !hasIrssi,
  async fn() {
    await using chat = await TestChat.start();
    const ann = await chat.join("ann");
    await using irssi = await Irssi.start(chat.daemon.port, "irene");
    await ann.until("server: irene joined the chat!");
    irssi.kill();
    assertEquals(await ann.until("server: irene has lost its connection."), [
      "server: irene has lost its connection.",
    ]);
    assertEquals(await ann.lines(), []);
  },
});

Deno.test({
  name: `WeeChat joins, talks both ways with chatd join, and is killed${noWeeChat}`,
  ignore: !hasWeeChat,
  async fn() {
    await using chat = await TestChat.start();
    const ann = await chat.join("ann");
    await using wee = await WeeChat.start(chat.daemon.port, "wendy");
    await ann.until("server: wendy joined the chat!");
    await wee.logs("127.0.0.1.#lobby", "has joined #lobby");
    await ann.type("hello wendy");
    await wee.logs("127.0.0.1.#lobby", "ann\thello wendy");
    await wee.type("hello ann");
    await ann.until("wendy: hello ann");
    await wee.type("/me waves");
    await ann.until("* wendy waves");
    await ann.type("/me waves back");
    await wee.logs("127.0.0.1.#lobby", "ann waves back");
    await ann.type("/dm wendy just between us");
    await wee.logs("127.0.0.1.ann", "ann\tjust between us");
    await wee.type("/msg ann our secret");
    await ann.until("wendy: our secret");
    await wee.type("/msg nobody-here hi");
    await wee.logs("server.127.0.0.1", 'User "nobody-here" is not connected to the server.');
    await ann.type("/bc everybody hears this");
    await wee.logs("127.0.0.1.ann", "everybody hears this");
    await wee.type("/join #tea");
    await wee.logs("127.0.0.1.#tea", "has joined #tea");
    await ann.lines();
    wee.kill();
    assertEquals(await ann.until("server: wendy has lost its connection."), [
      "server: wendy has lost its connection.",
    ]);
    assertEquals(await ann.lines(), []);
  },
});

Deno.test({
  name: `irssi and WeeChat are shown what was said before they came${noIrssi}${noWeeChat}`,
  ignore: !hasIrssi || !hasWeeChat,
  async fn() {
    await using chat = await TestChat.start();
    const ann = await chat.join("ann");
    await ann.type("said before");
    await ann.type("/me smiled");
    await using irssi = await Irssi.start(chat.daemon.port, "irene");
    await irssi.shows("said before");
    await irssi.shows("smiled");
    await using wee = await WeeChat.start(chat.daemon.port, "wendy");
    await ann.until("server: wendy joined the chat!");
    await ann.type("said after");
    const log = await wee.logs("127.0.0.1.#lobby", "ann\tsaid after");
    assertMatch(log, /ann\tsaid before\n.*ann smiled\n/);
  },
});

Deno.test({
  name: `irssi, WeeChat and chatd join in one room: one quits, one is killed${noIrssi}${noWeeChat}`,
  ignore: !hasIrssi || !hasWeeChat,
  async fn() {
    await using chat = await TestChat.start();
    const ann = await chat.join("ann");
    await using wee = await WeeChat.start(chat.daemon.port, "wendy");
    await ann.until("server: wendy joined the chat!");
    await using irssi = await Irssi.start(chat.daemon.port, "irene");
    await ann.until("server: irene joined the chat!");
    await wee.logs("127.0.0.1.#lobby", "irene");
    await irssi.shows("#lobby");
    await wee.type("hello from WeeChat");
    await irssi.shows("hello from WeeChat");
    await irssi.type("/msg #lobby hello from irssi");
    await wee.logs("127.0.0.1.#lobby", "irene\thello from irssi");
    await ann.type("hello from ann");
    await irssi.shows("hello from ann");
    await wee.logs("127.0.0.1.#lobby", "ann\thello from ann");
    await ann.type("/users");
    assertEquals(await ann.lines(), [
      "wendy: hello from WeeChat",
      "irene: hello from irssi",
      "ann: hello from ann",
      "ann (you)",
      "irene",
      "wendy",
    ]);
    irssi.kill();
    await ann.until("server: irene has lost its connection.");
    assertStringIncludes(
      await wee.logs("127.0.0.1.#lobby", "has quit"),
      "has quit (Connection lost)",
    );
    await wee.type("/quit bye all");
    assertEquals(await ann.until("server: wendy is quitting."), ["server: wendy is quitting."]);
    assertEquals(await wee.ended(), 0);
    await chat.daemon.log.until(/wendy has gone\..* text="Quit: bye all"/);
    assertEquals(await ann.lines(), []);
  },
});

/** Waits for a line at a raw peer, and gives it. */
async function sees(peer: RawPeer, pattern: RegExp): Promise<void> {
  const seen = await peer.until((line) => pattern.test(line), String(pattern));
  if (!pattern.test(seen.at(-1) ?? "")) {
    throw new Error(`Closed before ${pattern}:\n${seen.join("\n")}`);
  }
}

/** Everything that a client does in its life, as those who are with it see it. */
async function live(client: Client, first: string, chat: TestChat): Promise<void> {
  const ann = await chat.user("ann", ["away-notify"]);
  const bob = await chat.user("bob");
  ann.send("JOIN #tea");
  await ann.receive();
  await client.join("#tea");
  await sees(ann, new RegExp(`^:${first}!\\S+ JOIN :?#tea`));
  await client.talk("#tea", "hello, this is a sentence");
  await sees(ann, new RegExp(`^:${first}!\\S+ PRIVMSG #tea :hello, this is a sentence$`));
  ann.send("PRIVMSG #tea :and this an answer");
  await client.hears("#tea", "and this an answer");

  await client.nick("second");
  await sees(ann, new RegExp(`^:${first}!\\S+ NICK :?second$`));
  ann.send("MODE #tea +o second");
  await client.hears("#tea", "+o");
  await client.topic("#tea", "black or green");
  await sees(ann, /^:second!\S+ TOPIC #tea :black or green$/);
  await client.mode("#tea", "+m");
  await sees(ann, /^:second!\S+ MODE #tea :?\+m$/);
  bob.send("JOIN #tea");
  await sees(ann, /^:bob!\S+ JOIN /);
  await client.ban("#tea", "*!*@bad.example");
  await sees(ann, /^:second!\S+ MODE #tea \+b :?\*!\*@bad\.example$/);
  await client.kick("#tea", "bob", "out you go");
  await sees(ann, /^:second!\S+ KICK #tea bob :out you go$/);

  await client.away("gone fishing");
  await sees(ann, /^:second!\S+ AWAY :gone fishing$/);
  await client.away(null);
  await sees(ann, /^:second!\S+ AWAY$/);
  await client.talk("ann", "just between us");
  await sees(ann, /^:second!\S+ PRIVMSG ann :just between us$/);
  ann.send("PRIVMSG second :our secret");
  await client.hears("ann", "our secret");

  await client.reconnect();
  await sees(ann, /^:second!\S+ QUIT :Quit: /);
  await sees(ann, /^:(?:first|second)\S* JOIN :?#lobby/);
  ann.send("PRIVMSG #lobby :welcome back");
  await client.hears("#lobby", "welcome back");
  await client.talk("#lobby", "here again");
  await sees(ann, /^:(?:first|second)!\S+ PRIVMSG #lobby :here again$/);
}

/** What each of them knows of IRCv3, as far as this server has it too. Newer versions may know more. */
const IRSSI_CAPABILITIES =
  "account-notify away-notify chghost extended-join invite-notify multi-prefix server-time setname";
const WEECHAT_CAPABILITIES =
  "account-notify away-notify cap-notify chghost extended-join invite-notify message-tags multi-prefix server-time " +
  "setname userhost-in-names";
const BOT_CAPABILITIES =
  "account-notify account-tag away-notify batch cap-notify chghost echo-message extended-join invite-notify message-tags " +
  "multi-prefix server-time setname userhost-in-names";

function assertHas(capabilities: readonly string[], wanted: string): void {
  assertEquals(wanted.split(" ").filter((name) => !capabilities.includes(name)), []);
}

/** What a client has sent so far. */
function recordSent(detour: Detour): () => string {
  let sent = "";
  detour.onSent = (bytes) => {
    sent += new TextDecoder().decode(bytes);
    return true;
  };
  return () => sent;
}

/** The capabilities that were asked for. */
function requestedIn(sent: string): string[] {
  return [...sent.matchAll(/^CAP REQ :?(.*?)\r?$/gm)].flatMap(([, list = ""]) =>
    list.split(" ").filter((name) => name !== "")
  );
}

Deno.test({
  name: `irssi: CAP, join, talk, nick, topic, modes, kick, ban, away, DM, reconnect${noIrssi}`,
  ignore: !hasIrssi,
  async fn() {
    await using chat = await TestChat.start();
    await using detour = new Detour(chat.daemon.port);
    const sent = recordSent(detour);
    await using irssi = await Irssi.start(Number(detour.address.split(":")[1]), "first");
    await irssi.shows("#lobby");
    await live(irssi, "first", chat);
    const requested = requestedIn(sent());
    assertHas(requested, IRSSI_CAPABILITIES);
  },
});

Deno.test({
  name:
    `WeeChat with all its capabilities: CAP, join, talk, nick, topic, modes, kick, ban, away, DM, reconnect${noWeeChat}`,
  ignore: !hasWeeChat,
  async fn() {
    await using chat = await TestChat.start();
    await using detour = new Detour(chat.daemon.port);
    const sent = recordSent(detour);
    await using wee = await WeeChat.start(Number(detour.address.split(":")[1]), "first");
    await wee.logs("127.0.0.1.#lobby", "has joined #lobby");
    await live(wee, "first", chat);
    const requested = requestedIn(sent());
    assertHas(requested, WEECHAT_CAPABILITIES);
  },
});

Deno.test("a bot on irc-framework: CAP, join, talk, reply, nick, topic, modes, kick, ban, away, DM, reconnect", async () => {
  await using chat = await TestChat.start();
  await using bot = await Bot.start(chat.daemon.port, "first");
  const carl = await chat.user("carl");
  carl.send("PRIVMSG #lobby :ping?");
  await sees(carl, /^:first!\S+ PRIVMSG #lobby :pong!$/);
  await live(bot, "first", chat);
  assertHas(bot.capabilities, BOT_CAPABILITIES);
});

/** A client that logs in is who it says, under the nick that is its own. */
async function logsIn(
  start: (port: number, login: SaslLogin) => Promise<Client>,
  mechanism: SaslLogin["mechanism"],
): Promise<void> {
  const login = { account: "first", password: "correct-horse", mechanism };
  await using chat = await TestChat.start();
  const owner = await chat.user("first");
  owner.send(`REGISTER * * ${login.password}`);
  await sees(owner, / REGISTER SUCCESS first /);
  owner.send("QUIT");
  const ann = await chat.user("ann", ["account-tag", "extended-join"]);
  await using client = await start(chat.daemon.port, login);
  await sees(ann, /^@account=first :first!\S+ JOIN #lobby first /);
  await client.talk("#lobby", "it is me");
  await sees(ann, /^@account=first :first!\S+ PRIVMSG #lobby :it is me$/);
  ann.send("PRIVMSG #lobby :so it is");
  await client.hears("#lobby", "so it is");
}

Deno.test({
  name: `irssi logs in by SASL PLAIN${noIrssi}`, // version 1.4 knows no SCRAM
  ignore: !hasIrssi,
  fn: () => logsIn((port, login) => Irssi.start(port, "first", login), "PLAIN"),
});

for (const mechanism of ["PLAIN", "SCRAM-SHA-256"] as const) {
  Deno.test({
    name: `WeeChat logs in by SASL ${mechanism}${noWeeChat}`,
    ignore: !hasWeeChat,
    fn: () => logsIn((port, login) => WeeChat.start(port, "first", login), mechanism),
  });
}

Deno.test("a bot on irc-framework logs in by SASL PLAIN", () =>
  logsIn((port, login) => Bot.start(port, "first", login), "PLAIN"));
