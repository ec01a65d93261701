/**
 * Names of all scripts: what no transcript can show of them.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { byteLength, LIMITS } from "../../protocol/mod.ts";
import { arbitrary } from "../support/abnf.ts";
import { TestNode } from "../support/node.ts";
import { grammarOf, readSpec } from "../support/spec.ts";
import { CONFUSABLE_NICKS, EQUAL_NAMES, INVALID_NICKS, VALID_NICKS } from "../vectors/names.ts";

Deno.test("NAME-3 ISUPPORT tells the mapping, once", () => {
  for (const casemapping of ["ascii", "precis"] as const) {
    const alice = new TestNode({ casemapping }).user("alice");
    alice.send("VERSION");
    const tokens = alice.take().filter((line) => line.includes(" 005 ")).join(" ").split(" ");
    assertEquals(tokens.filter((token) => token.startsWith("CASEMAPPING")), [
      `CASEMAPPING=${casemapping}`,
    ]);
    assertEquals(tokens.includes("UTF8MAPPING=rfc8265"), casemapping === "precis");
  }
});

Deno.test("NAME-1 NAME-5 without the setting nicks are of ASCII, and channels equal by ASCII alone", () => {
  const node = new TestNode();
  const alice = node.user("alice");
  alice.send("NICK Zoë");
  assertStringIncludes(alice.take().join(), " 432 alice Zoë :");
  alice.send("JOIN #é,#É");
  assertEquals(node.node.state.channels.size, 2);
});

/** What is not seen, or not to be: of each kind one. */
const UNSEEN =
  "\u00a0\u00ad\u0085\u061c\u115f\u180e\u200b\u200d\u202e\u2028\u2066\u2800\u3000\u3164\ufe0f\ufeff\u{e0041}\u{1d159}";

for (const casemapping of ["ascii", "precis"] as const) {
  Deno.test(`NAME-7 RENAME-3 ${casemapping}: no channel name has what is not seen, and emoji are whole`, () => {
    const node = new TestNode({ casemapping });
    const alice = node.user("alice", ["draft/channel-rename", "standard-replies"]);
    alice.send("JOIN #tea");
    alice.take();
    for (const character of UNSEEN) {
      const name = `#te${character}a`;
      const code = character.codePointAt(0)!.toString(16);
      alice.send(`JOIN ${name}`);
      assertMatch(alice.take().join(), / 403 alice [^ ]+ :A channel's name has no /u, code);
      alice.send(`RENAME #tea ${name}`);
      assertMatch(alice.take().join(), /FAIL RENAME CANNOT_RENAME #tea [^ ]+ :A channel's /u, code);
    }
    for (const name of ["#☕", "#👩‍💻", "#❤️", "#🏴󠁧󠁢󠁳󠁣󠁴󠁿", "#👍🏽", "#1️⃣", "#чай"]) {
      alice.send(`JOIN ${name}`);
      assertStringIncludes(alice.take().join(), ` JOIN ${name}`);
    }
    alice.send("JOIN tea");
    assertStringIncludes(alice.take().join(), " 403 alice tea :A channel's name begins with #.");
    alice.send(`JOIN #${"x".repeat(50)}`);
    assertStringIncludes(alice.take().join(), " :A channel's name has at most 50 bytes.");
  });
}

Deno.test("NAME-7 what becomes no channel name when it is composed is refused in words, too", () => {
  const alice = new TestNode({ casemapping: "precis" }).user("alice");
  alice.send("JOIN #tea");
  alice.take();
  // A comma of full width, and letters that are longer composed.
  for (const name of ["#a\uff0cb", `#${"\u0958".repeat(16)}`]) {
    for (const line of [`JOIN ${name}`, `RENAME #tea ${name}`]) {
      alice.send(line);
      assert(/ :A channel's name has (no space|at most)/.test(alice.take().join()), line);
    }
  }
});

Deno.test("NAME-7 a channel of old that has another name than it could get now can be entered", () => {
  const node = new TestNode();
  node.user("alice").send("JOIN #tea");
  node.node.network.submit({
    type: "rename",
    source: "alice",
    channel: node.node.state.channelByName("#tea")!.folded,
    name: "#te\u200ba",
    text: "",
    at: 0,
  });
  const bob = node.user("bob");
  bob.send("JOIN #te\u200ba");
  assertStringIncludes(bob.take().join(), " JOIN #te\u200ba");
});

Deno.test("NAME-8 a look belongs to a nick only while somebody has it", () => {
  const node = new TestNode({ casemapping: "precis" });
  const alice = node.user("coco");
  const bob = node.user("bob");
  const refused = (peer: typeof bob, nick: string): boolean => {
    peer.send(`NICK ${nick}`);
    return / 433 /.test(peer.take().join());
  };
  assert(refused(bob, "сосо"));
  assert(!refused(alice, "СОСО"), "one's own look is one's own");
  assert(refused(bob, "coco"));
  assert(!refused(alice, "other"));
  assert(!refused(bob, "сосо"));
  bob.send("QUIT");
  assert(!refused(alice, "coco"));
});

Deno.test("NAME-8 who registers with a nick that looks like another's is asked for one, and names that are given look like none", () => {
  const node = new TestNode({ casemapping: "precis", nameTemplate: "coco{n}" });
  node.user("сосо1");
  const bob = node.open();
  bob.send("NICK coco1");
  assertStringIncludes(bob.take().join(), ' 433 * coco1 :The nickname "coco1" looks like "сосо1"');
  bob.register("*");
  assertEquals(bob.session.user?.nick, "coco2");
});

Deno.test("NAME-8 who was faster with a look has it", () => {
  const node = new TestNode({ casemapping: "precis" });
  const alice = node.open();
  alice.send("NICK coco");
  const bob = node.open();
  bob.send("NICK сосо");
  bob.send("USER bob 0 * :Bob");
  alice.send("USER alice 0 * :Alice");
  assertStringIncludes(alice.take().join(), " 433 ");
  alice.send("NICK alice");
  assertStringIncludes(alice.take()[0] ?? "", " 001 alice ");
});

Deno.test("NAME-5 the longest names of many bytes are told in lines that fit", () => {
  const node = new TestNode({ casemapping: "precis" });
  const [alice, bob] = ["山".repeat(10), "水".repeat(10)].map((nick) => {
    const peer = node.open();
    peer.send(`NICK ${nick}`);
    peer.send(`USER ${"u".repeat(18)} 0 * :x`);
    peer.send(`JOIN #${"火".repeat(16)}`);
    peer.take();
    return peer;
  });
  assert(alice !== undefined && bob !== undefined);
  for (let length = 100; length < 200; length++) {
    alice.send(`PRIVMSG #${"火".repeat(16)} :${"木".repeat(length)}`);
    alice.send(`PRIVMSG #${"火".repeat(16)} :${"x".repeat(2 * length)}`);
  }
  const lines = bob.take();
  assert(lines.length > 50 && lines.length < 200);
  for (const line of lines) assert(byteLength(line) <= LIMITS.LINE.value, line);
});

Deno.test("NAME-4 NAME-5 NAME-8 whatever names clients take, users have different ones, and lines are valid", () => {
  const grammar = grammarOf(readSpec());
  const name = fc.oneof(
    fc.constantFrom(
      ...[...VALID_NICKS, ...INVALID_NICKS].map(([nick]) => nick),
      ...[...EQUAL_NAMES, ...CONFUSABLE_NICKS].flat(),
    ),
    arbitrary(grammar, "precis-nick"),
  );
  const verb = fc.constantFrom(
    ..."NICK NICK NICK JOIN PART PRIVMSG MONITOR METADATA MODE WHOIS WHOWAS WHO KICK INVITE".split(
      " ",
    ),
  );
  const line = fc.tuple(fc.nat(2), verb, name).map(([who, verb, name]): [number, string] => {
    const words = {
      JOIN: `#${name}`,
      PART: `#${name}`,
      PRIVMSG: `${name},#${name} :hi`,
      MONITOR: `+ ${name}`,
      METADATA: `${name} LIST`,
      MODE: `#tea +ob ${name} ${name}`,
      KICK: `#tea ${name}`,
      INVITE: `${name} #tea`,
    }[verb] ?? name;
    return [who, `${verb} ${words}`];
  });
  fc.assert(
    fc.property(fc.array(line, { minLength: 30, maxLength: 60 }), (lines) => {
      const node = new TestNode({ casemapping: "precis", lobby: "#tea" });
      const peers = ["alice", "bob", "carol"].map((nick) => node.user(nick));
      for (const [who, text] of lines) {
        peers[who]?.send(text); // which checks the state, too
        assertEquals(node.log.of("internal-error"), [], text);
        for (const out of peers.flatMap((peer) => peer.take())) {
          assert(byteLength(out) <= LIMITS.LINE.value, out);
        }
      }
    }),
    { numRuns: 60 },
  );
});
