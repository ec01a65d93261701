/**
 * SEARCH: what is found, where, and by whom.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { LIMITS } from "../../protocol/mod.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const FINDER = ["soju.im/search", "batch"];

/** A server, with alice and bob in alice's #tea. */
function company(): { node: TestNode; alice: TestPeer; bob: TestPeer } {
  const node = new TestNode();
  const [alice, bob] = ["alice", "bob"].map((nick) => {
    const peer = node.user(nick, FINDER);
    peer.send("JOIN #tea");
    return peer;
  }) as [TestPeer, TestPeer];
  node.clock.advance(1000);
  return { node, alice, bob };
}

function say({ clock }: TestNode, speaker: TestPeer, ...lines: readonly string[]): void {
  for (const line of lines) {
    speaker.send(line);
    clock.advance(1000);
  }
}

/** The texts that are found. */
function found(peer: TestPeer, attributes: string): string[] {
  peer.take();
  peer.send(`SEARCH ${attributes}`);
  return peer.take().filter((line) => !line.includes(" BATCH "))
    .map((line) => line.replace(/^(?:@\S+ )?:\S+ (?:(?:PRIVMSG|NOTICE) \S+ :?)?/, ""));
}

Deno.test("SEARCH-1 each attribute narrows what is found", () => {
  const { node, alice, bob } = company();
  const at = (): string => new Date(node.clock.epoch()).toISOString();
  say(node, alice, "PRIVMSG #tea :green tea", "NOTICE #tea :black tea");
  const middle = at();
  say(node, bob, "PRIVMSG #tea :green milk", "PRIVMSG alice :Green cheese");
  assertEquals(found(alice, "text=green"), ["green tea", "green milk", "Green cheese"]);
  assertEquals(found(alice, "text=GREEN;in=#tea"), ["green tea", "green milk"]);
  assertEquals(found(alice, "text=green;in=bob"), ["Green cheese"]);
  assertEquals(found(alice, "text=tea\\sgreen"), ["green tea"]);
  assertEquals(found(alice, "text=gre"), []);
  assertEquals(found(alice, "from=BOB"), ["green milk", "Green cheese"]);
  assertEquals(found(alice, `after=${middle};in=#tea`), ["green milk"]);
  assertEquals(found(alice, `before=${middle};in=#tea`), ["green tea", "black tea", "green milk"]);
  assertEquals(found(alice, "limit=2;in=#tea"), ["black tea", "green milk"]);
  assertEquals(found(alice, "after=2000-01-01T00:00:00.000Z;limit=2"), ["green tea", "black tea"]);
  assertEquals(found(alice, "text=nothing"), []);
});

Deno.test("SEARCH-1 what a text holds is looked for as it is, whatever it means to a database", () => {
  const { node, alice } = company();
  say(node, alice, 'PRIVMSG #tea :say "hi" AND NOT (bye)', "PRIVMSG #tea :other words");
  assertEquals(found(alice, 'text="hi"\\sAND').length, 1);
  for (
    const text of ['"', "*", "a*", "NEAR(", "text:hi", "-hi", "hi\\sOR\\sother", "'", "^hi", "\\:;"]
  ) {
    const lines = found(alice, `text=${text}`);
    assertEquals(lines.filter((line) => /INTERNAL/.test(line)), [], text);
  }
  assertEquals(found(alice, "text=hi\\sOR\\sother"), []);
  assertEquals(found(alice, "text=-hi"), ['say "hi" AND NOT (bye)']);
});

Deno.test("SEARCH-2 lines are told as they were, and events never", () => {
  const node = new TestNode();
  const alice = node.user("alice", [...FINDER, "message-tags", "draft/event-playback"]);
  const bob = node.user("bob");
  for (const peer of [alice, bob]) peer.send("JOIN #tea");
  bob.send("TOPIC #tea :kettle");
  bob.send("PRIVMSG #tea :the kettle");
  const [live] = alice.take().slice(-1);
  alice.send("SEARCH text=kettle");
  const [begin = "", line = "", end] = alice.take();
  const reference = /BATCH \+(\S+) soju\.im\/search$/.exec(begin)?.[1];
  assertEquals(line.replace(`batch=${reference};`, ""), live);
  assertEquals(end, `:chatd.test BATCH -${reference}`);
  const carol = node.user("carol", ["soju.im/search"]);
  carol.send("JOIN #tea");
  carol.take();
  carol.send("SEARCH text=kettle");
  assertEquals(carol.take(), [`:bob!~bob@192-0-2-1.cloaked PRIVMSG #tea :the kettle`]);
});

Deno.test("SEARCH-3 nothing is found that was for others", () => {
  const { node, alice, bob } = company();
  say(node, alice, "PRIVMSG #tea :secret", "PRIVMSG @#tea :secret", "PRIVMSG bob :secret");
  const dave = node.user("dave", FINDER);
  const searches = ["text=secret", "from=alice", "limit=50", "text=secret;from=alice", "in=alice"];
  for (const search of searches) assertEquals(found(dave, search), [], search);
  assertEquals(found(bob, "in=#tea"), ["secret"]);
  assertEquals(found(bob, "text=secret"), ["secret", "secret"]);
  bob.close();
  const other = node.user("bob", FINDER);
  for (const search of searches) assertEquals(found(other, search), [], search);
  say(node, alice, "MODE #tea +J");
  other.send("JOIN #tea");
  for (const search of [...searches, "in=#tea"]) assertEquals(found(other, search), [], search);
});

Deno.test("SEARCH-4 what cannot be looked for is refused", () => {
  const { alice } = company();
  const trials: readonly (readonly [string, string])[] = [
    ["limit=x", "limit"],
    ["limit=0", "limit"],
    ["after=yesterday", "after"],
    ["before=timestamp=2020-01-01T00:00:00.000Z", "before"],
    ["text=", "text"],
    ["text=*", "text"],
    ["from=", "from"],
    ["in=#none", "in"],
    ["colour=green", "colour"],
  ];
  for (const [attributes, name] of trials) {
    alice.take();
    alice.send(`SEARCH ${attributes}`);
    assertEquals(alice.take()[0]?.split(" :")[0], `:chatd.test FAIL SEARCH INVALID_PARAMS ${name}`);
  }
});

Deno.test("SEARCH-2 no more is told than the limit CHATHISTORY", () => {
  const { alice } = company();
  for (let n = 0; n < LIMITS.CHATHISTORY.value + 5; n++) alice.send(`PRIVMSG #tea :cup ${n}`);
  const cups = found(alice, "text=cup");
  assertEquals(cups.length, LIMITS.CHATHISTORY.value);
  assertEquals(cups.at(-1), `cup ${LIMITS.CHATHISTORY.value + 4}`);
  assertEquals(found(alice, "text=cup;limit=1000").length, LIMITS.CHATHISTORY.value);
});

Deno.test("SEARCH-2 HIST-10 paging by time finds each message, in its order, where some conversations are ahead of others", () => {
  const BURST = fc.record({
    place: fc.constantFrom("#tea", "#milk", "bob", "$*"),
    n: fc.integer({ min: 1, max: 12 }),
    moved: fc.integer({ min: -40, max: 5 }),
  });
  fc.assert(
    fc.property(
      fc.array(BURST, { maxLength: 12 }),
      fc.integer({ min: 2, max: 6 }),
      (bursts, size) => {
        const node = new TestNode();
        const alice = node.user("alice", [
          ...FINDER,
          "message-tags",
          "server-time",
          "echo-message",
        ]);
        node.user("bob").send("JOIN #tea,#milk");
        alice.send("JOIN #tea,#milk");
        node.clock.advance(60_000);
        alice.take();
        const read = (): { msgid: string; time: string }[] =>
          alice.take().flatMap((line) => {
            const [, time = "", msgid = ""] =
              /^@(?:\S*;)?time=([^; ]+)\S*;msgid=([^; ]+)\S* \S+ PRIVMSG/.exec(line) ?? [];
            return time === "" ? [] : [{ msgid, time }];
          });
        for (const { place, n, moved } of bursts) {
          node.clock.set(moved);
          for (let i = 0; i < n; i++) alice.send(`PRIVMSG ${place} :tea`);
        }
        const live = read().sort((one, other) => one.time < other.time ? -1 : 1);
        for (const isBack of [true, false]) {
          const seen = new Set<string>();
          let bound = isBack ? "2100-01-01T00:00:00.000Z" : "2000-01-01T00:00:00.000Z";
          // Bounds are inclusive, so that what was seen comes again, and some of one instant in several conversations.
          for (let limit = size;;) {
            alice.send(`SEARCH text=tea;${isBack ? "before" : "after"}=${bound};limit=${limit}`);
            const page = read();
            assertEquals(page.map(({ time }) => time), page.map(({ time }) => time).sort());
            const fresh = page.filter(({ msgid }) => !seen.has(msgid));
            for (const { msgid } of fresh) seen.add(msgid);
            if (page.length < limit) break;
            bound = (isBack ? page[0] : page.at(-1))?.time ?? bound;
            limit = fresh.length === 0 ? limit + size : size;
          }
          assertEquals(live.filter(({ msgid }) => !seen.has(msgid)), []);
        }
      },
    ),
    { numRuns: 15 },
  );
});
