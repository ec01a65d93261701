/**
 * Everything at its limits: from whoever has the longest nick, user name and host, to the channel with the longest name, on the
 * server with the longest name. No line has more than 512 bytes, as of every line of every test; here nothing is cut either.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { byteLength, CAPABILITIES, decodeIsupport, LIMITS } from "../../protocol/mod.ts";
import { OPERATOR } from "../support/transcript.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const SERVER = `${"s".repeat(LIMITS.HOST.value - 5)}.test`;
const HOST = `${"h".repeat(LIMITS.HOST.value - 5)}.test`;
const USER = "u".repeat(LIMITS.USER.value);
const CHANNEL = `#${"c".repeat(LIMITS.CHANNEL.value - 1)}`;
/** As long as it may be, and alone so. */
const nick = (letter: string): string => letter.repeat(LIMITS.NICK.value);
const channel = (i: number): string => `#${String(i).padStart(LIMITS.CHANNEL.value - 1, "0")}`;
/** Everything but what has answers come later. */
const ALL = Object.keys(CAPABILITIES).filter((name) => name !== "sasl" && name !== "batch");

/** A text of so many bytes whose end is known; of two bytes each where that is asked for. */
function text(bytes: number, character = "x"): string {
  const end = "-end";
  const count = Math.floor((bytes - end.length) / byteLength(character));
  return character.repeat(count).padEnd(
    count + bytes - end.length - count * byteLength(character),
    "x",
  ) +
    end;
}

/** A user with the longest of everything, who may do everything. */
function longest(node: TestNode, letter: string, capabilities: readonly string[] = []): TestPeer {
  const peer = node.open();
  if (capabilities.length > 0) peer.send(`CAP REQ :${capabilities.join(" ")}`);
  peer.send(`NICK ${nick(letter)}`);
  peer.send(`USER ${USER} 0 * :${text(LIMITS.REALNAME.value)}`);
  peer.send("CAP END");
  peer.send(`OPER ${OPERATOR.name} ${OPERATOR.password}`);
  peer.send(`CHGHOST ${nick(letter)} ${HOST}`);
  peer.take();
  return peer;
}

interface Company {
  readonly node: TestNode;
  readonly alice: TestPeer;
  readonly bob: TestPeer;
  /** Who has none of the capabilities. */
  readonly carol: TestPeer;
}

function company(): Company {
  const node = new TestNode({ name: SERVER, network: "n".repeat(50) });
  const alice = longest(node, "a", ALL);
  const bob = longest(node, "b", ALL);
  const carol = longest(node, "c");
  for (const peer of [alice, bob, carol]) peer.send(`JOIN ${CHANNEL}`);
  for (const peer of [alice, bob, carol]) peer.take();
  return { node, alice, bob, carol };
}

/** What is sent, and what must come to somebody whole. */
const SAID: readonly (readonly [line: string, whole: string])[] = [
  ...["x", "é", "語", "😀"].flatMap((character): [string, string][] => {
    const topic = text(LIMITS.TOPIC.value, character);
    return [[`TOPIC ${CHANNEL} :${topic}`, topic], [`WALLOPS :${topic}`, topic]];
  }),
  [`AWAY :${text(LIMITS.AWAY.value)}`, text(LIMITS.AWAY.value)],
  [`SETNAME :${text(LIMITS.REALNAME.value, "é")}`, text(LIMITS.REALNAME.value, "é")],
  [`KICK ${CHANNEL} ${nick("c")} :${text(LIMITS.KICK.value)}`, text(LIMITS.KICK.value)],
  [`PART ${CHANNEL} :${text(LIMITS.KICK.value)}`, text(LIMITS.KICK.value)],
  [`QUIT :${text(LIMITS.QUIT.value)}`, text(LIMITS.QUIT.value)],
  [`KILL ${nick("c")} :${text(LIMITS.QUIT.value)}`, text(LIMITS.QUIT.value)],
  [`RENAME ${CHANNEL} ${channel(1)} :${text(LIMITS.KICK.value)}`, text(LIMITS.KICK.value)],
  [`INVITE ${nick("d")} ${CHANNEL}`, CHANNEL],
  [`MODE ${CHANNEL} +k ${"k".repeat(LIMITS.KEY.value)}`, "k".repeat(LIMITS.KEY.value)],
  [`MODE ${CHANNEL} +f ${channel(1)}`, channel(1)],
  [`NICK ${nick("z")}`, nick("z")],
  [`CHGHOST ${nick("c")} ${HOST.replace("h", "g")}`, HOST.replace("h", "g")],
  [
    `METADATA ${CHANNEL} SET ${"k".repeat(LIMITS.METADATA_KEY.value)} :${
      text(LIMITS.METADATA_VALUE.value)
    }`,
    text(LIMITS.METADATA_VALUE.value),
  ],
  [`MODE ${CHANNEL} +b ${text(LIMITS.MASK.value - 4)}!*@*`, text(LIMITS.MASK.value - 4)],
];

for (const [line, whole] of SAID) {
  const [verb] = line.split(" ");
  Deno.test(`LIMIT-5 FRAME-9 ${verb} at its limit reaches everybody whole, in 512 bytes: ${line.slice(0, 90)}`, () => {
    const { node, alice, bob, carol } = company();
    const dora = longest(node, "d", ALL);
    for (const peer of [bob, dora, carol]) peer.send(`MODE ${peer.session.target} +ws`);
    bob.send(`METADATA * SUB ${"k".repeat(LIMITS.METADATA_KEY.value)}`);
    for (const peer of [alice, bob, carol, dora]) peer.take();
    assert(byteLength(line) <= LIMITS.LINE.value, "cannot be sent");
    alice.send(line);
    const told = [alice, bob, carol, dora].flatMap((peer) => peer.take());
    assert(told.some((line) => line.includes(whole)), told.join("\n"));
    // Asked for later it is whole too.
    const after = longest(node, "e", ALL);
    after.send(`JOIN ${CHANNEL}`);
    for (
      const query of [`TOPIC ${CHANNEL}`, `LIST`, `WHOIS ${nick("a")}`, `WHO ${CHANNEL}`]
    ) {
      after.send(query);
    }
    after.send(`WHOWAS ${nick("a")}`);
    after.send(`MODE ${CHANNEL} +b`);
    after.send(`WHO ${CHANNEL} %tcuihsnfdlaor,999`);
    after.take();
  });
}

Deno.test("LIMIT-5 TOPIC-1 a topic at its limit is told whole to who comes, asks and lists", () => {
  const { node, alice } = company();
  const topic = text(LIMITS.TOPIC.value, "é");
  alice.send(`TOPIC ${CHANNEL} :${topic}`);
  const dora = longest(node, "d");
  dora.send(`JOIN ${CHANNEL}`);
  dora.send(`TOPIC ${CHANNEL}`);
  dora.send("LIST");
  const told = dora.take();
  assertEquals(told.filter((line) => line.includes(` 332 `) && line.endsWith(topic)).length, 2);
  assertEquals(told.filter((line) => line.includes(` 322 `) && line.endsWith(topic)).length, 1);
});

Deno.test("LIMIT-5 a topic that an earlier version has kept is told as far as it fits, between characters", () => {
  const { node, bob } = company();
  const state = node.node.state.channelByName(CHANNEL);
  if (state === undefined) throw new Error("no channel");
  const topic = "語".repeat(130);
  state.topic = { text: topic, by: "somebody", at: 0 };
  bob.send(`TOPIC ${CHANNEL}`);
  const told = (bob.take()[0] ?? "").replace(/^.* :/, "");
  assert(told.length > 100 && topic.startsWith(told), told);
});

Deno.test("LIMIT-5 MODE with many masks takes as many lines as it needs", () => {
  const { alice, bob } = company();
  const masks = Array.from({ length: 3 }, (_, i) => `${i}${text(107)}!u@h`);
  alice.send(`MODE ${CHANNEL} +${"b".repeat(masks.length)} ${masks.join(" ")}`);
  const lines = bob.take().filter((line) => line.includes(" MODE "));
  assert(lines.length > 1);
  assertEquals(
    lines.flatMap((line) => line.split(" ").filter((word) => masks.includes(word))),
    masks,
  );
});

/** The words at the end of the lines of a numeric. */
function words(lines: readonly string[], code: string, separator = " "): string[] {
  return lines.filter((line) => line.includes(` ${code} `)).flatMap((line) =>
    line.slice(line.lastIndexOf(" :") + 2).split(separator)
  );
}

Deno.test("LIMIT-5 lists that are too long take several lines: 319 353 730 731 732 303 302 281", () => {
  const { node, alice } = company();
  const names = Array.from({ length: 26 }, (_, i) => nick(String.fromCharCode(0x41 + i)).slice(1));
  const bob = longest(node, "y", ["userhost-in-names", "multi-prefix"]);
  for (const name of names) {
    const peer = node.open();
    peer.send(`NICK ${name}`);
    peer.send(`USER ${USER} 0 * :x`);
    peer.send(`JOIN ${CHANNEL}`);
  }
  bob.send(`JOIN ${CHANNEL}`);
  const members = words(bob.take(), "353");
  assertEquals(members.length, names.length + 4);
  for (const member of members) assert(/^[~&@%+]*[^!]+![^@]+@\S+$/.test(member), member);

  for (let i = 0; i < LIMITS.CHANNELS.value - 1; i++) {
    alice.send(`JOIN ${channel(i)}`);
  }
  alice.take();
  bob.send(`WHOIS ${nick("a")}`);
  const rooms = words(bob.take(), "319");
  assertEquals(
    new Set(rooms.map((room) => room.replace(/^[~&@%+]+/, ""))).size,
    LIMITS.CHANNELS.value,
  );
  for (const room of rooms) {
    assertEquals(room.replace(/^[~&@%+]+/, "").length, LIMITS.CHANNEL.value);
  }

  for (let i = 0; i < names.length; i += 13) {
    bob.send(`MONITOR + ${names.slice(i, i + 13).join(",")}`);
  }
  const absent = ["q", "w", "r", "t", "v", "p"].map(nick);
  bob.send(`MONITOR + ${absent.join(",")}`);
  bob.take();
  bob.send("MONITOR S");
  const status = bob.take();
  assertEquals(words(status, "730", ",").map((source) => source.split("!")[0]), names);
  assertEquals(words(status, "731", ","), absent);
  bob.send("MONITOR L");
  assertEquals(words(bob.take(), "732", ","), [...names, ...absent]);

  const asked = names.slice(0, 16);
  bob.send(`ISON ${asked.join(" ")}`);
  assertEquals(words(bob.take(), "303"), asked);
  bob.send(`USERHOST ${[nick("a"), nick("b"), nick("c"), nick("y")].join(" ")}`);
  assertEquals(words(bob.take(), "302").length, 4);
  for (let i = 0; i < names.length; i += 13) bob.send(`ACCEPT ${names.slice(i, i + 13).join(",")}`);
  bob.take();
  bob.send("ACCEPT *");
  assertEquals(words(bob.take(), "281"), names);
});

Deno.test("LIMIT-5 CAP-2 what is asked for at length is acknowledged and refused word by word", () => {
  const { carol } = company();
  const asked = Array(38).fill("multi-prefix");
  carol.send(`CAP REQ :${asked.join(" ")}`);
  const acknowledged = carol.take();
  assertEquals(acknowledged.length, 2);
  for (const line of acknowledged) assert(line.includes(` CAP ${nick("c")} ACK :`), line);
  assertEquals(words(acknowledged, "CAP"), asked);
  carol.send(`CAP REQ :${asked.join(" ").slice(13)} nonsense`);
  const refused = carol.take();
  for (const line of refused) assert(line.includes(` CAP ${nick("c")} NAK :`), line);
  assertEquals(words(refused, "CAP"), [...asked.slice(1), "nonsense"]);
  carol.send(`CAP REQ :${"x".repeat(480)}`);
  assertEquals(carol.take().map((line) => line.split(" ")[1]), ["417"]);
  carol.send("CAP REQ :");
  assertEquals(carol.take().map((line) => line.replace(/^.* CAP \S+ /, "")), ["ACK :"]);
});

Deno.test("LIMIT-5 CAP-1 CAP-3 LS and LIST take as many lines as they need", () => {
  const { alice } = company();
  for (const what of ["LS 302", "LIST"]) {
    alice.send(`CAP ${what}`);
    const lines = alice.take();
    assert(lines.length > 1);
    for (const word of words(lines, "CAP")) {
      assert(Object.hasOwn(CAPABILITIES, word.split("=")[0] ?? ""), word);
    }
  }
});

Deno.test("LIMIT-5 LINKS-2 a description at its limit is told whole, of the server, of users and of services", () => {
  const description = text(LIMITS.DESCRIPTION.value, "é");
  const node = new TestNode({ name: SERVER, description });
  const alice = longest(node, "a");
  for (const query of ["LINKS", `WHOIS ${nick("a")}`, "WHOIS NickServ"]) {
    alice.send(query);
    const told = alice.take().filter((line) => / (312|364) /.test(line));
    assertEquals(told.map((line) => line.endsWith(description)), [true], query);
  }
});

Deno.test("LIMIT-5 ISUPPORT-2 each token is told whole, with the longest values that settings may give", () => {
  const node = new TestNode({
    name: SERVER,
    network: "é".repeat(25),
    icon: `https://example.org/${"i".repeat(180)}`,
    casemapping: "precis",
  });
  const peer = longest(node, "a");
  peer.send("VERSION");
  const tokens = new Map<string, string>();
  const lines = peer.take().filter((line) => line.includes(" 005 "));
  for (const line of lines) {
    assert(line.endsWith(" :are supported by this server"), line);
    decodeIsupport(line.split(" :")[0]?.split(" ").slice(3) ?? [], tokens);
  }
  assertEquals(tokens.get("NETWORK"), "é".repeat(25));
  assertEquals(tokens.get("draft/ICON")?.length, 200);
  assertEquals(tokens.get("HOSTLEN"), String(LIMITS.HOST.value));
});

Deno.test("FRAME-9 a message of exactly 512 bytes as relayed is relayed, and one byte more is refused", () => {
  const targets: readonly [target: string, shown: string][] = [
    [CHANNEL, CHANNEL],
    [`@${CHANNEL}`, `@${CHANNEL}`],
    [nick("b"), nick("b")],
    ["$*", "$*"],
    ["nickserv", "NickServ"],
  ];
  for (const verb of ["PRIVMSG", "NOTICE"]) {
    for (const [target, shown] of targets) {
      const { alice, bob } = company();
      bob.send(`MODE ${CHANNEL} +o ${nick("b")}`);
      alice.send(`MODE ${CHANNEL} +o ${nick("b")}`);
      bob.take();
      const { source } = alice.session.user!;
      const room = LIMITS.LINE.value - `:${source} ${verb} ${shown} :`.length;
      for (const character of ["x", "é", "語"]) {
        alice.take();
        alice.send(`${verb} ${target} :${text(room, character)}`);
        const [line = ""] = (target === "nickserv" ? alice : bob).take();
        assertEquals(
          byteLength(line.replace(/^@\S+ /, "")),
          LIMITS.LINE.value,
          `${verb} ${target}`,
        );
        assert(line.endsWith("-end"));
        alice.take();
        alice.send(`${verb} ${target} :${text(room + 1, character)}`);
        assertEquals(bob.take(), []);
        assertEquals(
          alice.take().map((line) => line.replace(/^@\S+ /, "").split(" ")[1]),
          verb === "PRIVMSG" ? ["417"] : [],
        );
      }
    }
  }
});

Deno.test("FRAME-9 the prefix that the server adds counts, where it adds one", () => {
  const { node, alice } = company();
  const dora = node.open();
  for (const line of [`NICK ${nick("d")}`, `USER ${USER} 0 * :dora`, `JOIN ${CHANNEL}`]) {
    dora.send(line);
  }
  alice.send(`CHGHOST ${nick("d")} ${HOST}`);
  alice.send(`MODE ${CHANNEL} +U`);
  const room = LIMITS.LINE.value - `:${dora.session.user!.source} PRIVMSG %${CHANNEL} :`.length;
  alice.take();
  dora.take();
  dora.send(`PRIVMSG ${CHANNEL} :${text(room)}`);
  const [line = ""] = alice.take().map((line) => line.replace(/^@\S+ /, ""));
  assert(line.includes(` PRIVMSG %${CHANNEL} :`), line);
  assertEquals(byteLength(line), LIMITS.LINE.value);
  dora.send(`PRIVMSG ${CHANNEL} :${text(room + 1)}`);
  assertEquals(alice.take(), []);
  assertEquals(dora.take().map((line) => line.split(" ")[1]), ["417"]);
});

Deno.test("LIMIT-5 BAN-5 the reason of a ban is listed whole", () => {
  const { alice, carol } = company();
  const reason = text(LIMITS.QUIT.value, "é");
  const mask = `~${USER}@${"g".repeat(LIMITS.HOST.value - 5)}.test`;
  alice.send(`KLINE ${mask} :${reason}`);
  carol.send("KLINE");
  assert(carol.take().some((line) => line.includes(` ${mask} `) && line.endsWith(reason)));
});

Deno.test("FRAME-9 MULTI-3 a line of a batch may have exactly 512 bytes as relayed", () => {
  const { node, bob } = company();
  const dora = longest(node, "d", [...ALL, "batch"]);
  dora.send(`JOIN ${CHANNEL}`);
  bob.take();
  const room = LIMITS.LINE.value - `:${dora.session.user!.source} PRIVMSG ${CHANNEL} :`.length;
  for (const [excess, isSent] of [[0, true], [1, false]] as const) {
    dora.take();
    dora.send(`BATCH +1 draft/multiline ${CHANNEL}`);
    dora.send(`@batch=1 PRIVMSG ${CHANNEL} :hello`);
    dora.send(`@batch=1 PRIVMSG ${CHANNEL} :${text(room + excess)}`);
    dora.send("BATCH -1");
    assertEquals(bob.take().some((line) => line.endsWith("-end")), isSent);
    assertEquals(
      dora.take().some((line) => line.includes("FAIL BATCH MULTILINE_INVALID")),
      !isSent,
    );
  }
});
