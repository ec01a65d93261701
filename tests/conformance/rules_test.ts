/**
 * The rules of SPEC.md that no transcript can show: those of time, of ends, of bytes and of limits.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  byteLength,
  COMMANDS,
  isClientCommand,
  isParseFailure,
  LIMITS,
  NUMERICS,
  type NumericSpec,
  parseMessage,
} from "../../protocol/mod.ts";
import type { CloseReason } from "../../server/core/close_reason.ts";
import { TokenBucket } from "../../server/core/flood.ts";
import { Cloak } from "../../server/net/cloak.ts";
import { announce, dismiss } from "../../server/node.ts";
import { arbitrary } from "../support/abnf.ts";
import { FramedPeer, SocketHost } from "../support/hosts.ts";
import { SETTINGS, TestNode, type TestPeer } from "../support/node.ts";
import { grammarOf, readSpec } from "../support/spec.ts";

const encoder = new TextEncoder();

/** A user who sees tags, in two channels with another. */
function companions(node: TestNode): [TestPeer, TestPeer] {
  const alice = node.user("alice");
  const bob = node.user("bob", ["message-tags"]);
  for (const peer of [alice, bob]) peer.send("JOIN #tea,#milk");
  alice.take();
  bob.take();
  return [alice, bob];
}

const WHO = "~alice@192-0-2-1.cloaked";

/** Each end, the QUIT that others see with its cause, and the ERROR that the peer sees: the table of "Liveness". */
const ENDS: readonly (readonly [CloseReason, string, string, string])[] = [
  [{ kind: "quit", text: "bye" }, "Quit: bye", `Closing link: (${WHO}) [Quit: bye]`, "quit"],
  [
    { kind: "ping-timeout", seconds: 120 },
    "Ping timeout: 120 seconds",
    `Closing link: (${WHO}) [Ping timeout: 120 seconds]`,
    "lost",
  ],
  [{ kind: "sendq-exceeded" }, "SendQ exceeded", "SendQ exceeded", "lost"],
  [
    { kind: "internal-error" },
    "Internal error",
    `Closing link: (${WHO}) [Internal error]`,
    "lost",
  ],
  [{ kind: "flood" }, "Excess flood", `Closing link: (${WHO}) [Excess flood]`, "killed"],
  [
    { kind: "killed", by: "root", text: "spam" },
    "Killed (root (spam))",
    `Closing link: (${WHO}) [Killed (root (spam))]`,
    "killed",
  ],
  [
    { kind: "banned", text: "spam" },
    "Banned: spam",
    `Closing link: (${WHO}) [Banned: spam]`,
    "killed",
  ],
  [{ kind: "shutdown" }, "Server shutting down", "Server shutting down", "shutdown"],
];

for (const [reason, quit, error, cause] of ENDS) {
  Deno.test(`LIVE-4 ${reason.kind} is told once, as the table says`, () => {
    const node = new TestNode();
    const [alice, bob] = companions(node);
    node.node.supervisor.end(alice.session, reason);
    node.node.supervisor.end(alice.session, { kind: "lost", detail: "reset" });
    node.node.supervisor.release(alice.session);
    assertEquals(bob.takeWithoutIds(), [`@chatd/cause=${cause} :alice!${WHO} QUIT :${quit}`]);
    assertEquals(alice.take(), [`ERROR :${error}`]);
    assert(alice.closed);
  });
}

Deno.test("LIVE-4 a connection that goes without a word is lost, and never quits", () => {
  const [alice, bob] = companions(new TestNode());
  alice.close();
  assertEquals(bob.takeWithoutIds(), [`@chatd/cause=lost :alice!${WHO} QUIT :Connection lost`]);
});

Deno.test("LIVE-4 a QUIT counts though the connection is gone right after it (over sockets)", async () => {
  const host = new SocketHost(new Map());
  const bob = await host.connect();
  bob.send("NICK bob");
  bob.send("USER bob 0 * :bob");
  bob.send("JOIN #tea");
  await bob.receive();
  for (let i = 0; i < 20; i++) {
    const alice = await host.connect();
    alice.send("NICK alice");
    alice.send("USER alice 0 * :alice");
    alice.send("JOIN #tea");
    alice.send("QUIT :bye");
    await alice.sent();
    alice.close();
    const lines = await bob.until((line) => line.includes(" QUIT "));
    assert(lines.at(-1)?.endsWith(" QUIT :Quit: bye"), lines.at(-1));
  }
  await host.close();
});

Deno.test("LIVE-6 NICK-5 a user is gone before anybody is told", () => {
  const node = new TestNode();
  const [alice, bob] = companions(node);
  const { state } = node.node;
  let told = 0;
  bob.link.sendText = () => {
    told++;
    assertEquals(state.userByNick("alice"), undefined);
    assertEquals(state.channelByName("#tea")?.members.size, 1);
  };
  alice.send("QUIT");
  assertEquals(told, 1);
});

Deno.test("REG-6 LIVE-1 who does not register in time is closed, and nobody hears of it", () => {
  const node = new TestNode();
  const [, bob] = companions(node);
  const carol = node.open();
  carol.send("NICK carol");
  node.clock.advance(SETTINGS.registerWithinMs - 1);
  node.node.supervisor.sweep();
  assert(!carol.closed);
  node.clock.advance(1);
  node.node.supervisor.sweep();
  assertEquals(carol.take(), [
    "ERROR :Closing link: (unknown@192-0-2-1.cloaked) [Registration timeout]",
  ]);
  assert(carol.closed);
  assertEquals(bob.take(), []);
});

Deno.test("PING-2 LIVE-2 a silent peer is pinged, and closed if it stays silent", () => {
  const node = new TestNode();
  const [alice, bob] = companions(node);
  node.clock.advance(SETTINGS.pingAfterMs);
  bob.send("PONG :x");
  node.node.supervisor.sweep();
  assert(/^(:\S+ )?PING :?\S+$/.test(alice.take().join()));
  assertEquals(bob.take(), []);
  node.clock.advance(SETTINGS.pongWithinMs - 1);
  node.node.supervisor.sweep();
  assert(!alice.closed);
  node.clock.advance(1);
  node.node.supervisor.sweep();
  assertEquals(alice.take(), [`ERROR :Closing link: (${WHO}) [Ping timeout: 120 seconds]`]);
  assertEquals(bob.takeWithoutIds(), [
    `@chatd/cause=lost :alice!${WHO} QUIT :Ping timeout: 120 seconds`,
  ]);
});

Deno.test("LIVE-2 any line from a pinged peer shows that it lives", () => {
  const node = new TestNode();
  const [alice] = companions(node);
  node.clock.advance(SETTINGS.pingAfterMs);
  node.node.supervisor.sweep();
  node.clock.advance(1);
  alice.send("AWAY");
  node.clock.advance(SETTINGS.pongWithinMs);
  node.node.supervisor.sweep();
  assert(!alice.closed);
});

Deno.test("LIVE-3 a peer that takes nothing for a minute is lost; a slow one is not", () => {
  const node = new TestNode();
  const [alice, bob] = companions(node);
  alice.link.waitingBytes = bob.link.waitingBytes = 1000;
  for (let second = 0; second <= 60; second++) {
    bob.link.acceptedBytes++;
    node.node.supervisor.sweep();
    node.clock.advance(1000);
  }
  assert(alice.closed && !bob.closed);
  assertEquals(bob.takeWithoutIds(), [`@chatd/cause=lost :alice!${WHO} QUIT :Connection lost`]);
});

Deno.test("LIVE-5 a close that the peer does not take is cut short after five seconds", () => {
  const node = new TestNode();
  const [alice] = companions(node);
  alice.send("QUIT");
  alice.link.waitingBytes = 1;
  node.clock.advance(4999);
  node.node.supervisor.sweep();
  assert(!alice.link.isAborted);
  node.clock.advance(1);
  node.node.supervisor.sweep();
  assert(alice.link.isAborted);
});

Deno.test("LIVE-7 at the end every user is told, and nobody of the others' leaving", () => {
  const node = new TestNode();
  const peers = [...companions(node), node.user("carol")];
  dismiss(node.node);
  for (const [i, nick] of ["alice", "bob", "carol"].entries()) {
    assertEquals(peers[i]?.take(), [
      `:chatd.test NOTICE ${nick} :The server is shutting down.`,
      "ERROR :Server shutting down",
    ]);
    assert(peers[i]?.closed);
  }
});

Deno.test("LIVE-8 CAST-3 an announcement reaches every user, however many there are", () => {
  const node = new TestNode({ floodRate: 1 });
  const peers = [...companions(node), node.user("carol")];
  for (let i = 0; i < 10; i++) announce(node.node, "tea is ready");
  for (const peer of peers) {
    const lines = peer.take().map((line) => line.replace(/^@\S+ /, ""));
    assertEquals(lines, Array(10).fill(":chatd.test NOTICE $* :tea is ready"));
  }
});

Deno.test("CAST-3 who broadcasts too fast is told, and may again after a while", () => {
  const node = new TestNode({ floodRate: 10 });
  const alice = node.user("alice", ["standard-replies"]);
  const bob = node.user("bob");
  for (let i = 0; i < 50; i++) alice.send("PRIVMSG $* :hear ye");
  const heard = bob.take().length;
  const answers = alice.take();
  assert(heard > 0 && heard < 10, `${heard}`);
  assertEquals(answers.length, 50 - heard);
  for (const answer of answers) {
    assert(answer.startsWith(":chatd.test FAIL PRIVMSG RATE_LIMITED $* :"), answer);
  }
  node.clock.advance(60_000);
  alice.send("PRIVMSG $* :hear ye");
  assertEquals([bob.take().length, alice.take().length], [1, 0]);
});

Deno.test("REG-5 a nick that is taken meanwhile is asked for again", () => {
  const node = new TestNode();
  const alice = node.open();
  alice.send("NICK dave");
  node.user("dave");
  alice.send("USER alice 0 * :Alice");
  const [refusal = "", ...others] = alice.take();
  assert(/^:chatd\.test 433 \S+ dave :/.test(refusal), refusal);
  assertEquals(others, []);
  alice.send("NICK alice");
  assert(alice.take()[0]?.startsWith(":chatd.test 001 alice :"));
});

Deno.test("NAME-2 a host is made of the address, and does not give it away", async () => {
  const cloak = new Cloak();
  const host = await cloak.of("192.0.2.1");
  assert(/^[a-z2-7]{16}\.cloaked$/.test(host), host);
  assertEquals(await cloak.of("192.0.2.1"), host);
  assert(await cloak.of("192.0.2.2") !== host);
  assert(await new Cloak().of("192.0.2.1") !== host);
});

Deno.test("MASK-3 a ban meets the host that others see, and says nothing of the address", () => {
  const node = new TestNode();
  const alice = node.user("alice");
  alice.send("JOIN #tea");
  alice.send("MODE #tea +b *!*@198.51.100.*");
  const mallory = node.open("198.51.100.7").register("mallory");
  mallory.send("JOIN #tea");
  assert(/^:mallory!\S+ JOIN #tea$/.test(mallory.take()[0] ?? ""));
  mallory.send("PART #tea");
  mallory.take();
  alice.send(`MODE #tea +b *!*@${mallory.session.peer.host}`);
  mallory.send("JOIN #tea");
  assert(/^:chatd\.test 474 mallory #tea :/.test(mallory.take().join()));
});

Deno.test("REPLY-2 commands that come at once are answered in their order (over sockets)", async () => {
  const host = new SocketHost(new Map());
  const alice = await host.connect();
  const commands = [
    "NICK alice",
    "USER a 0 * :A",
    "PING 1",
    "HELP",
    "PING 2",
    "NONSENSE",
    "PING 3",
  ];
  alice.sendBytes(encoder.encode(commands.map((line) => `${line}\n`).join("")));
  const verbs = (await alice.receive()).map((line) => line.split(" ")[1]);
  assertEquals(
    verbs.filter((verb) => ["001", "422", "PONG", "704", "706", "421"].includes(verb ?? "")),
    ["001", "422", "PONG", "704", "706", "PONG", "421", "PONG"],
  );
  await host.close();
});

Deno.test("REPLY-3 the text of every error numeric is a sentence", () => {
  for (const [name, { text }] of Object.entries<NumericSpec>(NUMERICS)) {
    // 775 gives the command back, which may end in a value. (META-7)
    if (!name.startsWith("ERR_") || name === "ERR_METADATARATELIMIT") continue;
    assert(text !== null && /^[A-Z{].*[.]$/.test(text), `${name}: ${text}`);
  }
});

Deno.test("REG-7 who has begun with IRC may send what is no command of it", () => {
  const peer = new TestNode().open();
  peer.send("NICK x");
  peer.send("GET / HTTP/1.1");
  peer.send("CONNECT tea.example");
  assertEquals(peer.take().map((line) => line.split(" ")[1]), ["421", "451"]);
  assert(!peer.closed);
});

Deno.test("LIMIT-2 a session over its rate waits, and is flooding after a minute", () => {
  const bucket = new TokenBucket(10, 0);
  let now = 0;
  for (let line = 0; line < 40; line++) {
    assertEquals(bucket.waitMs(now), 0);
    bucket.spend(1);
  }
  bucket.spend(1);
  for (; !bucket.isExhausted(now) && now < 120_000; now += bucket.waitMs(now)) bucket.spend(1);
  assert(now > 59_000 && now < 62_000, `${now}`);
});

Deno.test("LIMIT-3 a connection beyond the most is told so and closed", () => {
  const node = new TestNode({ maxClients: 1 });
  const alice = node.user("alice");
  const bob = node.open();
  assert(bob.closed && !alice.closed);
  const [line = "", ...others] = bob.take();
  assert(/^ERROR :./.test(line) && others.length === 0, line);
});

Deno.test("JOIN-4 405 beyond the limit CHANNELS, and MODE-4 478 beyond LIST_ENTRIES", () => {
  const alice = new TestNode().user("alice");
  const names = Array.from({ length: LIMITS.CHANNELS.value }, (_, i) => `#${i}`);
  alice.send(`JOIN ${names.join(",")}`);
  alice.take();
  alice.send("JOIN #more");
  assert(/^:chatd\.test 405 alice #more :/.test(alice.take().join()));
  for (let i = 0; i < LIMITS.LIST_ENTRIES.value; i++) alice.send(`MODE #1 +${"beI"[i % 3]} n${i}`);
  assertEquals(alice.take().length, LIMITS.LIST_ENTRIES.value);
  alice.send("MODE #1 +b more");
  assert(/^:chatd\.test 478 alice #1 b :/.test(alice.take().join()));
});

Deno.test("FRAME-9 whatever clients send, the server goes on and sends lines that fit", () => {
  const grammar = grammarOf(readSpec());
  const word = fc.oneof(
    fc.constantFrom(
      ..."alice bob #tea #tea,#é $* * 0 + +o -o+v +beIkl b -k 5 root secret".split(" "),
    ),
    fc.constantFrom(
      ..."LS REQ END message-tags batch -batch labeled-response : :x, , +X".split(" "),
    ),
    ...["nick", "channel", "mask", "middle", "mode-string"].map((rule) => arbitrary(grammar, rule)),
  );
  const text = fc.oneof(fc.nat(240).map((n) => "é".repeat(n)), arbitrary(grammar, "trailing"));
  const tags = fc.oneof(fc.constantFrom("", "", "@label=x;+a_b "), arbitrary(grammar, "tags"));
  const verbs = Object.keys(COMMANDS).filter((verb) => isClientCommand(verb) && verb !== "QUIT");
  const command = fc.tuple(tags, fc.constantFrom(...verbs), fc.array(word, { maxLength: 3 }), text)
    .map(([tags, verb, words, text]) =>
      `${tags === "" || tags.endsWith(" ") ? tags : `@${tags} `}${verb} ${words.join(" ")} :${text}`
    );
  const lines = fc.array(fc.tuple(fc.nat(2), fc.oneof(command, arbitrary(grammar, "message"))), {
    minLength: 40,
    maxLength: 80,
  });
  fc.assert(
    fc.property(lines, (lines) => {
      const node = new TestNode({ lobby: "#lobby" });
      const raw = [
        node.user("alice"),
        node.user("bob", ["batch", "labeled-response"]),
        node.open(),
      ];
      const peers = raw.map((peer) => new FramedPeer(peer));
      peers[0]?.send("OPER root secret");
      for (const [i, line] of lines) {
        peers[i]?.send(line);
        assertEquals(node.log.of("internal-error"), [], line);
        for (const out of raw.flatMap((peer) => peer.take())) {
          assert(!isParseFailure(parseMessage(out)), out);
          assert(byteLength(out.replace(/^@\S+ /, "")) <= LIMITS.LINE.value, out);
        }
      }
    }),
    { numRuns: 40 },
  );
});
