/**
 * Whom a text reaches: what is refused in one way is refused in all ways.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { CAPABILITIES, CLIENT_COMMANDS, LIMITS } from "../../protocol/mod.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const ALL = Object.keys(CAPABILITIES);
const WORD = "coffee";

/** Ways of silencing bob in #tea, and the commands whose texts pass all the same: all are silenced, and have names. */
const NAMES: ReadonlySet<string> = new Set(["METADATA", "NICK", "SETNAME"]);
const SILENCES: readonly (readonly [modes: string, ReadonlySet<string>])[] = [
  ["+b bob", new Set()],
  ["+b m:bob", new Set()],
  ["+b *!~bob@*", new Set()],
  ["+bU bob", new Set()],
  ["+m", NAMES],
  ["+M", NAMES],
  ["+U", NAMES],
];

/** Every command with a text where one may stand. */
const SHAPES: readonly ((verb: string) => string)[] = [
  (verb) => `${verb} :${WORD}`,
  (verb) => `${verb} ${WORD}`,
  (verb) => `${verb} #tea :${WORD}`,
  (verb) => `${verb} #tea,#milk :${WORD}`,
  (verb) => `${verb} alice :${WORD}`,
  (verb) => `${verb} alice #${WORD}`,
  (verb) => `${verb} #tea alice :${WORD}`,
  (verb) => `${verb} #tea al/ice :${WORD}`,
  (verb) => `${verb} #tea MSGID :${WORD}`,
  (verb) => `${verb} alice MSGID :${WORD}`,
  (verb) => `${verb} #tea #${WORD} :${WORD}`,
  (verb) => `${verb} * SET status :${WORD}`,
  (verb) => `${verb} #tea SET status :${WORD}`,
  (verb) => `@+typing=${WORD};+draft/react=${WORD} ${verb} #tea`,
  (verb) => `${verb} +x${WORD} draft/multiline #tea`,
  (verb) => `@batch=x${WORD} ${verb} #tea :${WORD}`,
  (verb) => `${verb} -x${WORD}`,
];

for (const [modes, excepted] of SILENCES) {
  Deno.test(`REACH-1 REACH-2 REACH-3 REACH-4 REACH-5 REACH-6 with ${modes} no text of bob's gets into the room`, async () => {
    for (const verb of CLIENT_COMMANDS) {
      if (excepted.has(verb)) continue;
      const node = new TestNode();
      // Alice rules the room, and takes no messages herself; carol is anybody.
      const [alice, bob, carol] = ["alice", "bob", "carol"].map((nick) => node.user(nick, ALL)) as [
        TestPeer,
        TestPeer,
        TestPeer,
      ];
      alice.send("MODE alice +g");
      carol.send("MODE carol +R");
      carol.send("METADATA * SUB status");
      for (const peer of [alice, bob, carol]) peer.send("JOIN #tea,#milk,#lake");
      const earlier = [["#tea", "one"], ["alice", "two"]].map(([target, text]) => {
        bob.send(`PRIVMSG ${target} :${text}`);
        return /msgid=([^; ]+)/.exec(bob.take().findLast((line) => line.includes("msgid=")) ?? "");
      });
      alice.send("MODE #tea -t");
      alice.send(`MODE #tea ${modes}`);
      for (const shape of SHAPES) {
        for (const [, msgid = "none"] of earlier.map((found) => found ?? [])) {
          if (!bob.closed) await bob.sendAndWait(shape(verb).replace("MSGID", msgid));
        }
      }
      for (const peer of [carol, ...modes.includes("U") ? [] : [alice]]) {
        // In #milk bob may speak.
        const heard = peer.take().filter((line) =>
          line.includes(WORD) && !line.includes(" #milk ")
        );
        assertEquals(heard, [], verb);
      }
    }
  });
}

Deno.test("REACH-3 who may speak has its reason told; in QUIT where it may speak in every channel", () => {
  const node = new TestNode();
  const [alice, bob, dora] = ["alice", "bob", "dora"].map((nick) => node.user(nick)) as [
    TestPeer,
    TestPeer,
    TestPeer,
  ];
  for (const peer of [alice, bob, dora]) peer.send("JOIN #tea,#milk");
  alice.send("MODE #milk +m");
  alice.send("MODE #milk +v dora");
  alice.take();
  bob.send("PART #tea,#milk :must go");
  bob.send("JOIN #tea,#milk");
  bob.send("QUIT :must go");
  dora.send("QUIT :me too");
  const ends = alice.take().filter((line) => / (PART|QUIT) /.test(line))
    .map((line) => line.replace(/^:(\w+)!\S+/, "$1"));
  assertEquals(ends, [
    "bob PART #tea :must go",
    "bob PART #milk",
    "bob QUIT :Quit: Client quit",
    "dora QUIT :Quit: me too",
  ]);
});

Deno.test("REACH-4 INVITE is kept from those who take no messages, and an operator's is not", () => {
  const node = new TestNode();
  const [alice, bob, root] = ["alice", "bob", "root"].map((nick) => node.user(nick)) as [
    TestPeer,
    TestPeer,
    TestPeer,
  ];
  root.send("OPER root secret");
  for (const peer of [bob, root]) peer.send("JOIN #tea");
  const codes = (peer: TestPeer): string[] =>
    peer.take().map((line) => line.split(" ")[1] ?? "").filter((word) => word !== "JOIN");
  for (
    const [modes, refusals] of [["+R", ["477"]], ["+g-R", ["716", "717"]], ["-g", ["341"]]] as const
  ) {
    alice.send(`MODE alice ${modes}`);
    for (const peer of [alice, bob, root]) peer.take();
    bob.send("INVITE alice #tea");
    assertEquals(codes(bob), [...refusals], modes);
    const told = refusals[0] === "341" ? ["INVITE"] : refusals[0] === "716" ? ["718"] : [];
    assertEquals(codes(alice), told, modes);
    root.send("INVITE alice #tea");
    assertEquals(codes(alice), ["INVITE"], modes);
  }
});

Deno.test("ACCEPT-6 of those whose answers are awaited the last ones are remembered", () => {
  const node = new TestNode();
  const alice = node.user("alice");
  alice.send("PRIVMSG alice :nobody is awaited without a mode");
  const others = Array.from({ length: LIMITS.ACCEPT.value + 1 }, (_, i) => node.user(`n${i}`));
  alice.send("MODE alice +R");
  for (const i of others.keys()) alice.send(`PRIVMSG n${i} :hi`);
  alice.take();
  const [first, second] = others as [TestPeer, TestPeer];
  for (const peer of [first, second]) peer.take();
  first.send("PRIVMSG alice :too late");
  second.send("PRIVMSG alice :yes?");
  assertEquals(first.take().map((line) => line.split(" ")[1]), ["477"]);
  assertEquals(second.take(), []);
  assertEquals(alice.take().map((line) => line.split(":").at(-1)), ["yes?"]);
  alice.send("TAGMSG n0");
  first.send("PRIVMSG alice :and now?");
  assert(first.take().join().includes(" 477 "), "a TAGMSG awaits no answer");
});

Deno.test("REACH-5 who is silenced by name brings no words along: neither values nor an away text", () => {
  for (const [modes, heard] of [["+b m:bob", []], ["+b eve", ["AWAY", "761"]]] as const) {
    const node = new TestNode();
    const [alice, bob] = ["alice", "bob"].map((nick) => node.user(nick, ALL)) as [
      TestPeer,
      TestPeer,
    ];
    alice.send("METADATA * SUB status");
    alice.send("JOIN #tea");
    alice.send(`MODE #tea ${modes}`);
    bob.send(`METADATA * SET status :${WORD}`);
    bob.send(`AWAY :${WORD}`);
    alice.take();
    bob.send("JOIN #tea");
    const words = alice.take().filter((line) => line.includes(WORD))
      .map((line) => / (AWAY|761) /.exec(line)?.[1]);
    assertEquals(words, [...heard], modes);
  }
});

Deno.test("REACH-1 RANK-1 who may do everywhere what an owner may speaks there, too", async () => {
  const node = new TestNode();
  const [alice, root] = ["alice", "root"].map((nick) => node.user(nick)) as [TestPeer, TestPeer];
  for (const peer of [alice, root]) peer.send("JOIN #tea");
  alice.send("MODE #tea +mMUb root");
  alice.take();
  root.send("PRIVMSG #tea :unheard");
  assertEquals(alice.take().map((line) => line.split(" ")[2]), ["%#tea"]);
  await root.sendAndWait("OPER root secret");
  root.send("PRIVMSG #tea :heard");
  assertEquals(alice.take().map((line) => line.split(" ").slice(2).join(" ")), ["#tea :heard"]);
});
