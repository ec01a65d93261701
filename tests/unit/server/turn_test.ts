import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { isParseFailure, parseMessage } from "../../../protocol/mod.ts";
import { RULES } from "../../../server/commands/mod.ts";
import { announce, dismiss } from "../../../server/node.ts";
import { TestNode } from "../../support/node.ts";

Deno.test("receive() REG-5 a nick that is gone by the end of registration is asked for again", () => {
  const host = new TestNode();
  const slow = host.open();
  slow.send("CAP LS 302");
  slow.send("NICK alice");
  slow.send("USER a 0 * :A");
  slow.take();
  host.user("alice");
  slow.send("CAP END");
  assertEquals(slow.take(), [':chatd.test 433 * alice :Nickname "alice" is already in use.']);
  slow.send("NICK bob");
  assertMatch(slow.take()[0] ?? "", /^:chatd\.test 001 bob :/);
});

Deno.test("receive() REG-6 who does not register in time is closed, and nobody else is told", () => {
  const host = new TestNode();
  const alice = host.user("alice");
  const stranger = host.open();
  stranger.send("NICK bob");
  host.clock.advance(30_000);
  host.node.supervisor.sweep();
  assertEquals(stranger.take(), [
    "ERROR :Closing link: (unknown@192-0-2-1.cloaked) [Registration timeout]",
  ]);
  assertEquals(alice.take(), []);
});

Deno.test("receive() NAME-2 the address is shown to oneself and to operators, the cloak to others", () => {
  const host = new TestNode();
  const alice = host.open("198.51.100.7").register("alice");
  const bob = host.user("bob");
  const root = host.user("root");
  root.send("OPER root secret");
  root.take();
  const asked = [alice, bob, root].map((viewer) => {
    viewer.send("WHOIS alice");
    viewer.send("WHO alice");
    viewer.send("USERHOST alice");
    return viewer.take().some((line) => line.includes("198.51.100.7"));
  });
  assertEquals(asked, [true, false, true]);
});

Deno.test("receive() CAST-3 who broadcasts too fast is told so, and nobody receives it", () => {
  const host = new TestNode({ floodRate: 10 });
  const alice = host.user("alice", ["standard-replies"]);
  const bob = host.user("bob");
  for (let i = 0; i < 6; i++) alice.send(`PRIVMSG $* :${i}`);
  assertEquals(bob.take().length, 5);
  assertMatch(alice.take().at(-1) ?? "", /^:chatd\.test FAIL PRIVMSG RATE_LIMITED \$\* :/);
  for (let i = 0; i < 9; i++) announce(host.node, "hear");
  assertEquals(bob.take().length, 9);
  host.clock.advance(2000);
  alice.send("PRIVMSG $* :again");
  assertEquals(bob.take().length, 1);
});

Deno.test("receive() REPLY-2 the answers to one command come in a row, those of a session in its order", () => {
  const host = new TestNode();
  const alice = host.user("alice");
  alice.send("WHOIS alice");
  alice.send("ISON alice");
  const codes = alice.take().map((line) => line.split(" ")[1]);
  assertEquals(codes, ["311", "312", "338", "317", "318", "303"]);
});

Deno.test("receive() REPLY-3 the last parameter of every error is a sentence", () => {
  const host = new TestNode();
  const alice = host.user("alice");
  for (const verb of Object.keys(RULES)) {
    for (const params of ["", " x", " #x y", " x y z"]) {
      if (verb !== "QUIT") alice.send(verb + params);
    }
  }
  const errors = alice.take().flatMap((line) => {
    const message = parseMessage(line);
    return isParseFailure(message) || !/^[45]/.test(message.command) ? [] : [message];
  });
  assert(errors.length > 30);
  for (const { params } of errors) assertMatch(params.at(-1) ?? "", /^[A-Z].* .*[.!?]$/);
});

Deno.test("openSession() LIMIT-3 a connection too many is refused and the others stay", () => {
  const host = new TestNode({ maxClients: 1 });
  const alice = host.user("alice");
  const late = host.open();
  assertEquals(late.take(), ["ERROR :The server is full. Try again later."]);
  assert(late.closed);
  alice.send("PING still-here");
  assertEquals(alice.take(), [":chatd.test PONG chatd.test still-here"]);
});

Deno.test("receive() a throw in a handler ends that session, is logged with its stack, and no other notices", () => {
  const host = new TestNode();
  const alice = host.user("alice");
  const bob = host.user("bob");
  alice.send("JOIN #tea");
  bob.send("JOIN #tea");
  bob.take();
  alice.session.has = () => {
    throw new Error("a defect");
  };
  alice.send("NAMES #tea");
  assertEquals(alice.session.closeReason, { kind: "internal-error" });
  assertMatch(String(host.log.of("internal-error")[0]?.fields["message"]), /a defect/);
  bob.send("PING 1");
  assertEquals(bob.take().at(-1), ":chatd.test PONG chatd.test 1");
});

Deno.test("dismiss() LIVE-7 everybody is told in words, and then closed", () => {
  const host = new TestNode();
  const alice = host.user("alice");
  const stranger = host.open();
  dismiss(host.node);
  assertEquals(alice.take(), [
    ":chatd.test NOTICE alice :The server is shutting down.",
    "ERROR :Server shutting down",
  ]);
  assertEquals(stranger.take().at(-1), "ERROR :Server shutting down");
});

Deno.test("announce() LIVE-8 reaches every user once, in whatever channels they are", () => {
  const host = new TestNode();
  const alice = host.user("alice");
  const bob = host.user("bob");
  alice.send("JOIN #a,#b");
  bob.send("JOIN #a,#b");
  alice.take();
  bob.take();
  announce(host.node, "Tea is ready");
  for (const peer of [alice, bob]) {
    assertEquals(peer.take(), [":chatd.test NOTICE $* :Tea is ready"]);
  }
});

Deno.test("receive() whatever is sent, the server answers with lines of its own grammar and stands", async () => {
  const verbs = [...Object.keys(RULES).filter((verb) => verb !== "QUIT"), "BATCH", "001", "NOPE"];
  const word = fc.oneof(
    fc.constantFrom(
      "alice",
      "bob",
      "#tea",
      "#a,#b",
      "$*",
      "*",
      "0",
      "+o",
      "-k",
      "+b",
      "+ovbkl",
      "o",
      "",
      ":",
      "a!b@c",
    ),
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.string({ maxLength: 400 }),
  );
  const tags = fc.constantFrom(
    "",
    "@label=x ",
    "@label ",
    "@+a=b\\;+c;d ",
    `@label=${"x".repeat(65)} `,
  );
  const command = fc.record({
    tags,
    verb: fc.constantFrom(...verbs),
    words: fc.array(word, { maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 12 }), async (commands) => {
      const host = new TestNode();
      const capabilities = [
        "message-tags",
        "labeled-response",
        "batch",
        "echo-message",
        "server-time",
      ];
      const alice = host.user("alice", [...capabilities, "standard-replies"]);
      const bob = host.user("bob", capabilities);
      bob.send("JOIN #tea");
      for (const { tags, verb, words } of commands) {
        const line = `${tags}${verb} ${words.join(" ")}`.replace(/[\0\r\n]/g, "");
        await alice.sendAndWait(line);
        assertNotEquals(alice.session.closeReason?.kind, "internal-error", line);
      }
      for (const line of [...alice.take(), ...bob.take()]) {
        const message = parseMessage(line);
        assert(!isParseFailure(message), line);
        const body = line.startsWith("@") ? line.slice(line.indexOf(" ") + 1) : line;
        assert(new TextEncoder().encode(body).length <= 510, `too long: ${line}`);
      }
      const unlabelled = host.log.of("internal-error");
      assertEquals(unlabelled, []);
    }),
    { numRuns: 400 },
  );
});
