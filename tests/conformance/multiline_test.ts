/**
 * Messages of several lines: what a batch may be, who is sent what of it, and what becomes of one that fails.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isParseFailure, LIMITS, parseMessage } from "../../protocol/mod.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const CAPABILITIES = ["batch", "message-tags", "draft/multiline"];
const SOURCE = "alice!~alice@192-0-2-1.cloaked";

/** The lines that the peer was sent, without the texts of failures and numerics. */
function told(peer: TestPeer): string[] {
  return peer.take().map((line) => line.replace(/^((@\S+ )?:chatd\.test .*?) :.*$/, "$1"));
}

function pair(settings: ConstructorParameters<typeof TestNode>[0] = {}): {
  readonly node: TestNode;
  readonly alice: TestPeer;
  readonly bob: TestPeer;
} {
  const node = new TestNode(settings);
  return {
    node,
    alice: node.user("alice", [...CAPABILITIES, "labeled-response"]),
    bob: node.user("bob", CAPABILITIES),
  };
}

/** What is sent between BATCH + and BATCH -, and the failure that it is. */
const FAILURES: readonly (readonly [readonly string[], string])[] = [
  [[], "MULTILINE_INVALID"],
  [["@batch=1 PRIVMSG bob :", "@batch=1 PRIVMSG bob :"], "MULTILINE_INVALID"],
  [
    ["@batch=1 PRIVMSG bob :hello ", "@batch=1;draft/multiline-concat PRIVMSG bob :"],
    "MULTILINE_INVALID",
  ],
  [["@batch=1 PRIVMSG bob :hi", "@batch=1 NOTICE bob :hi"], "MULTILINE_INVALID"],
  [["@batch=1 TAGMSG bob"], "MULTILINE_INVALID"],
  [["@batch=1 BATCH +2 draft/multiline bob"], "MULTILINE_INVALID"],
  [["@batch=1;+a=b PRIVMSG bob :hi"], "MULTILINE_INVALID"],
  [["@batch=2 PRIVMSG bob :hi"], "MULTILINE_INVALID"],
  [[`@batch=1 PRIVMSG bob :${"a".repeat(480)}`], "MULTILINE_INVALID"],
  [["@batch=1 PRIVMSG bob,carol :hi"], "MULTILINE_INVALID_TARGET bob bob,carol"],
  [
    Array(LIMITS.MULTILINE_LINES.value + 1).fill("@batch=1 PRIVMSG bob :a"),
    `MULTILINE_MAX_LINES ${LIMITS.MULTILINE_LINES.value}`,
  ],
  [
    Array(12).fill(`@batch=1 PRIVMSG bob :${"a".repeat(380)}`),
    `MULTILINE_MAX_BYTES ${LIMITS.MULTILINE_BYTES.value}`,
  ],
];

for (const [lines, failure] of FAILURES) {
  Deno.test(`MULTI-3 ${failure} once, and nothing sent: ${JSON.stringify(lines).slice(0, 80)}`, () => {
    const { alice, bob } = pair();
    alice.send("@label=x BATCH +1 draft/multiline bob");
    assertEquals(alice.take(), []);
    for (const line of lines) alice.send(line);
    alice.send("@batch=1 PRIVMSG bob :");
    alice.send("BATCH -1");
    assertEquals(told(alice), [`@label=x :chatd.test FAIL BATCH ${failure}`]);
    assertEquals(bob.take(), []);
    alice.send("PRIVMSG bob :and so on");
    assertEquals(bob.take().length, 1);
  });
}

Deno.test("MULTI-3 what breaks a limit is refused with the line that does, and the rest is swallowed", () => {
  const { MULTILINE_LINES, MULTILINE_BYTES } = LIMITS;
  const long = "a".repeat(400);
  const cases: readonly (readonly [lines: number, text: string, failure: string])[] = [
    [MULTILINE_LINES.value, "a", `MULTILINE_MAX_LINES ${MULTILINE_LINES.value}`],
    [Math.floor(MULTILINE_BYTES.value / 401), long, `MULTILINE_MAX_BYTES ${MULTILINE_BYTES.value}`],
  ];
  for (const [most, text, failure] of cases) {
    const { alice, bob } = pair();
    alice.send("@label=x BATCH +1 draft/multiline bob");
    for (let i = 0; i < most; i++) alice.send(`@batch=1 PRIVMSG bob :${text}`);
    assertEquals(alice.take(), []);
    alice.send(`@batch=1 PRIVMSG bob :${text}`);
    assertEquals(told(alice), [`@label=x :chatd.test FAIL BATCH ${failure}`]);
    const kept = alice.session.batch;
    for (let i = 0; i < 1000; i++) alice.send(`@batch=1 PRIVMSG bob :${text}`);
    assertEquals([alice.session.batch === kept, kept?.assembly], [true, null]);
    alice.send("BATCH -1");
    assertEquals([alice.take(), bob.take()], [[], []]);
  }
});

for (const verb of ["PRIVMSG", "NOTICE"]) {
  Deno.test(`MULTI-3 FRAME-9 a ${verb} that is too long as relayed is refused at once, and one that just fits is sent`, () => {
    const { alice, bob } = pair();
    const room = LIMITS.LINE.value - `:${SOURCE} ${verb} bob :`.length;
    alice.send("BATCH +1 draft/multiline bob");
    alice.send(`@batch=1 ${verb} bob :${"a".repeat(room)}`);
    alice.send("BATCH -1");
    assertEquals([alice.take(), bob.take().length], [[], 3]);
    alice.send("@label=x BATCH +2 draft/multiline bob");
    alice.send(`@batch=2 ${verb} bob :one`);
    alice.send(`@batch=2 ${verb} bob :${"a".repeat(room + 1)}`);
    assertEquals(told(alice), ["@label=x :chatd.test FAIL BATCH MULTILINE_INVALID"]);
    alice.send("BATCH -2");
    assertEquals([alice.take(), bob.take()], [[], []]);
  });
}

Deno.test("MULTI-2 a line that cannot be read fails the batch that it may have been of, and is answered besides", () => {
  const failed = "@label=x :chatd.test FAIL BATCH MULTILINE_INVALID";
  const answers: readonly (readonly [Parameters<TestPeer["send"]>[0], string])[] = [
    [{ failure: "line-too-long", line: "@batch=1 PRIVMSG bob :two" }, ":chatd.test 417 alice"],
    [{ failure: "tags-too-long", line: "" }, ":chatd.test 417 alice"],
    ["@batch=1 PRIV_MSG bob :two", ":chatd.test 421 alice PRIV_MSG"],
    ["@batch=1 ", ":chatd.test NOTICE alice"],
    [{ failure: "forbidden-byte", line: "@batch=1 PRIVMSG bob :\0" }, ":chatd.test NOTICE alice"],
  ];
  for (const [line, answer] of answers) {
    const { alice, bob } = pair();
    alice.send("@label=x BATCH +1 draft/multiline bob");
    alice.send("@batch=1 PRIVMSG bob :one");
    alice.send(line);
    alice.send("@batch=1 PRIVMSG bob :three");
    alice.send("BATCH -1");
    assertEquals(told(alice), [failed, answer]);
    assertEquals(bob.take(), []);
  }
});

Deno.test("MULTI-3 the limits are those that the capability tells", () => {
  const peer = new TestNode().open();
  peer.send("CAP LS 302");
  const value = `draft/multiline=max-bytes=${LIMITS.MULTILINE_BYTES.value},max-lines=100`;
  assert(peer.take().join(" ").includes(` ${value} `));
});

Deno.test("MULTI-1 MULTI-3 as many lines and bytes as the limits are sent whole", () => {
  const { alice, bob } = pair();
  const { MULTILINE_LINES: { value: most }, MULTILINE_BYTES: { value: bytes } } = LIMITS;
  alice.send("BATCH +1 draft/multiline bob");
  const text = "a".repeat(Math.floor((bytes - most + 1) / most));
  for (let i = 0; i < most; i++) alice.send(`@batch=1 NOTICE bob :${text}`);
  alice.send("BATCH -1");
  assertEquals(bob.take().length, most + 2);
  assertEquals(alice.take(), []);
});

Deno.test("MULTI-2 PING and PONG do not break a batch; a nick change does, and is done", () => {
  const { alice, bob } = pair();
  alice.send("BATCH +1 draft/multiline bob");
  alice.send("@batch=1 PRIVMSG bob :one");
  alice.send("PING x");
  alice.send("PONG x");
  alice.send("BATCH -1");
  assertEquals(told(alice), [":chatd.test PONG chatd.test x"]);
  assertEquals(bob.take().length, 3);
  alice.send("BATCH +1 draft/multiline bob");
  alice.send("NICK ally");
  assertEquals(told(alice).map((line) => line.replace(/^@msgid=\S+ /, "")), [
    ":chatd.test FAIL BATCH MULTILINE_INVALID",
    `:${SOURCE} NICK ally`,
  ]);
});

Deno.test("MULTI-2 a batch that is opened while one is open takes its place", () => {
  const { alice, bob } = pair();
  alice.send("BATCH +1 draft/multiline bob");
  alice.send("@batch=1 PRIVMSG bob :one");
  alice.send("BATCH +2 draft/multiline bob");
  assertEquals(told(alice), [":chatd.test FAIL BATCH MULTILINE_INVALID"]);
  alice.send("@batch=2 PRIVMSG bob :two");
  alice.send("BATCH -2");
  assertEquals(bob.take().length, 3);
  alice.send("BATCH +1 draft/multiline bob");
  alice.send("BATCH -2");
  alice.send("BATCH -1");
  alice.send("BATCH -1");
  assertEquals(told(alice), [
    ":chatd.test FAIL BATCH MULTILINE_INVALID",
    ":chatd.test FAIL BATCH MULTILINE_INVALID",
  ]);
});

Deno.test("MULTI-4 a batch that stays open fails in half a minute, with its label", () => {
  const { node, alice, bob } = pair();
  alice.send("@label=x BATCH +1 draft/multiline bob");
  alice.send("@batch=1 PRIVMSG bob :one");
  node.clock.advance(29_999);
  node.node.supervisor.sweep();
  assertEquals(alice.take(), []);
  node.clock.advance(1);
  for (let i = 0; i < 2; i++) node.node.supervisor.sweep();
  assertEquals(told(alice), ["@label=x :chatd.test FAIL BATCH TIMEOUT 1"]);
  alice.send("@batch=1 PRIVMSG bob :two");
  alice.send("BATCH -1");
  assertEquals([alice.take(), bob.take()], [[], []]);
});

Deno.test("MULTI-7 who may not speak is told so, once, with the label; a NOTICE only has its label answered", () => {
  const { alice, bob } = pair();
  bob.send("JOIN #tea");
  bob.take();
  for (const [verb, answer] of [["PRIVMSG", "404 alice #tea"], ["NOTICE", "ACK"]] as const) {
    alice.send("@label=x BATCH +1 draft/multiline #tea");
    for (const text of ["one", "two"]) alice.send(`@batch=1 ${verb} #tea :${text}`);
    alice.send("BATCH -1");
    assertEquals(told(alice), [`@label=x :chatd.test ${answer}`]);
  }
  assertEquals(bob.take(), []);
});

Deno.test("MULTI-7 LABEL-6 301 and the echo make an answer with a batch in it", () => {
  const { node, bob } = pair();
  bob.send("AWAY :lunch");
  const carol = node.user("carol", [...CAPABILITIES, "labeled-response", "echo-message"]);
  carol.send("@label=x BATCH +1 draft/multiline bob");
  carol.send("@batch=1 PRIVMSG bob :one");
  carol.send("BATCH -1");
  const shown = carol.take().map((line) =>
    line.replace(/carol!\S+/, "carol").replace(/\bid\d+\b/g, "ID").replace(/\b\d+-\w+\b/g, "OUTER")
  );
  assertEquals(shown, [
    "@label=x :chatd.test BATCH +OUTER labeled-response",
    "@batch=OUTER;msgid=ID :carol BATCH +ID draft/multiline bob",
    "@batch=ID :carol PRIVMSG bob :one",
    "@batch=OUTER :carol BATCH -ID",
    "@batch=OUTER :chatd.test 301 carol bob :lunch",
    ":chatd.test BATCH -OUTER",
  ]);
});

Deno.test("MULTI-7 to oneself it comes twice, the echo with the label", () => {
  const node = new TestNode();
  const carol = node.user("carol", [...CAPABILITIES, "labeled-response", "echo-message"]);
  carol.send("@label=x BATCH +1 draft/multiline carol");
  carol.send("@batch=1 PRIVMSG carol :one");
  carol.send("BATCH -1");
  const lines = carol.take();
  assertEquals(lines.length, 6);
  assertEquals(lines.map((line) => line.includes("label=x")), [
    false,
    false,
    false,
    true,
    false,
    false,
  ]);
});

Deno.test("MULTI-7 REDACT-5 it is taken back by its id", () => {
  const node = new TestNode();
  const [alice, bob] = ["alice", "bob"].map((nick) =>
    node.user(nick, [...CAPABILITIES, "draft/message-redaction"])
  );
  alice?.send("BATCH +1 draft/multiline bob");
  alice?.send("@batch=1 PRIVMSG bob :one");
  alice?.send("@batch=1 PRIVMSG bob :two");
  alice?.send("BATCH -1");
  const id = /msgid=([^; ]+)/.exec(bob?.take()[0] ?? "")?.[1];
  alice?.send(`REDACT bob ${id}`);
  assertEquals(bob?.takeWithoutIds(), [`:${SOURCE} REDACT bob ${id}`]);
});

Deno.test("MULTI-7 no line is a CTCP request where there shall be none", () => {
  const { alice, bob } = pair();
  bob.send("JOIN #tea");
  alice.send("JOIN #tea");
  bob.send("MODE #tea +C");
  for (const peer of [alice, bob]) peer.take();
  alice.send("BATCH +1 draft/multiline #tea");
  alice.send("@batch=1 PRIVMSG #tea :one");
  alice.send("@batch=1 PRIVMSG #tea :\x01VERSION\x01");
  alice.send("BATCH -1");
  assertEquals(told(alice), [":chatd.test 404 alice #tea"]);
  assertEquals(bob.take(), []);
});

Deno.test("MULTI-6 with blank lines first, the first line that is sent has the id and the tags", () => {
  const { node, alice } = pair();
  const carol = node.user("carol", ["message-tags", "server-time"]);
  alice.send("@+reply=x BATCH +1 draft/multiline carol");
  for (const text of ["", "one", "", "two"]) alice.send(`@batch=1 PRIVMSG carol :${text}`);
  alice.send("BATCH -1");
  const lines = carol.take().map((line) => line.replace(/time=[^; ]+/, "time"));
  assertEquals(lines, [
    `@time;msgid=id1;+reply=x :${SOURCE} PRIVMSG carol :one`,
    `@time;+reply=x :${SOURCE} PRIVMSG carol :two`,
  ]);
});

Deno.test("MULTI-9 a batch costs one token, and one that fails as many as it has lines", () => {
  const node = new TestNode({ floodRate: 10 });
  const alice = node.user("alice", CAPABILITIES);
  node.user("bob");
  const spent = (end: string): number => {
    node.clock.advance(60_000);
    const { bucket } = alice.session;
    bucket.waitMs(node.clock.now());
    alice.send("BATCH +1 draft/multiline bob");
    for (let i = 0; i < 20; i++) alice.send(`@batch=1 PRIVMSG bob :${i}`);
    alice.send(end);
    let left = 0;
    for (; !bucket.isEmpty; left++) bucket.spend(1);
    return 41 - left;
  };
  assertEquals(spent("BATCH -1"), 1);
  assertEquals(spent("@batch=1 TOPIC #tea"), 21);
});

/** Follows what one session is sent: which batches are open, and how often each label came. */
class Watch {
  readonly #open: Map<string, string | undefined> = new Map();
  readonly labels: Map<string, number> = new Map();

  read(line: string): void {
    const message = parseMessage(line);
    assert(!isParseFailure(message), line);
    const { tags, command, params: [name = ""] } = message;
    const batch = tags?.get("batch");
    if (batch !== undefined && command !== "BATCH") assert(this.#open.has(batch), line);
    const label = tags?.get("label");
    if (label !== undefined) this.labels.set(label, (this.labels.get(label) ?? 0) + 1);
    if (command !== "BATCH") return;
    const reference = name.slice(1);
    if (name.startsWith("+")) {
      assert(!this.#open.has(reference) && (batch === undefined || this.#open.has(batch)), line);
      this.#open.set(reference, batch);
    } else {
      assert(this.#open.has(reference) && this.#open.get(reference) === batch, line);
      this.#open.delete(reference);
    }
  }

  /** Every batch is ended in the turn that began it. */
  settle(): void {
    assertEquals([...this.#open.keys()], []);
  }
}

Deno.test("MULTI-3 MULTI-8 LABEL-2 LABEL-6 whatever comes in batches, what leaves is well nested and each label is answered once", () => {
  const reference = fc.constantFrom("1", "2");
  const label = fc.boolean();
  const line = fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        label,
        text: fc.tuple(reference, fc.constantFrom("bob", "alice", "#tea", "nobody", "$*"))
          .map(([reference, target]) => `BATCH +${reference} draft/multiline ${target}`),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        label: fc.constant(false),
        text: fc.tuple(
          reference,
          fc.constantFrom("", ";draft/multiline-concat"),
          fc.constantFrom("PRIVMSG", "PRIVMSG", "NOTICE"),
          fc.constantFrom("bob", "alice", "#tea", "nobody", "$*"),
          fc.constantFrom("", "hello", "two words"),
        ).map(([reference, tag, verb, target, text]) =>
          `@batch=${reference}${tag} ${verb} ${target} :${text}`
        ),
      }),
    },
    { weight: 3, arbitrary: fc.record({ label, text: reference.map((r) => `BATCH -${r}`) }) },
    {
      weight: 1,
      arbitrary: fc.record({ label, text: fc.constantFrom("PING x", "NAMES #tea", "AWAY :x") }),
    },
  );
  const well = fc.tuple(reference, label, fc.constantFrom("bob", "alice", "#tea")).map((
    [reference, label, target],
  ) => [
    { label, text: `BATCH +${reference} draft/multiline ${target}` },
    { label: false, text: `@batch=${reference} PRIVMSG ${target} :one` },
    { label: false, text: `@batch=${reference} PRIVMSG ${target} :two` },
    { label: false, text: `BATCH -${reference}` },
  ]);
  const lines = fc.array(fc.oneof(well, line.map((line) => [line])), { maxLength: 30 });
  fc.assert(fc.property(lines, fc.boolean(), (lines, echoes) => {
    const node = new TestNode();
    const echo = echoes ? ["echo-message"] : [];
    const peers = [
      node.user("alice", [...CAPABILITIES, "labeled-response", ...echo]),
      node.user("bob", CAPABILITIES),
      node.user("carol", ["message-tags"]),
    ];
    for (const peer of peers) peer.send("JOIN #tea");
    for (const peer of peers) peer.take();
    const watches = peers.map(() => new Watch());
    let sent = 0;
    const asked: string[] = [];
    const read = (): void => {
      for (const [index, peer] of peers.entries()) {
        for (const line of peer.take()) watches[index]?.read(line);
        watches[index]?.settle();
      }
    };
    for (const { label, text } of lines.flat()) {
      if (label) asked.push(`l${++sent}`);
      peers[0]?.send(label ? `@label=l${sent} ${text}` : text);
      assertEquals(node.log.of("internal-error"), []);
      read();
    }
    node.clock.advance(30_000);
    node.node.supervisor.sweep();
    read();
    assertEquals([...watches[0]?.labels ?? []].sort(), asked.map((each) => [each, 1]).sort());
  }));
});
