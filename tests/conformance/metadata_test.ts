/**
 * METADATA: what no transcript can show of it.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { byteLength, LIMITS } from "../../protocol/mod.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const CAPS = ["batch", "draft/metadata-2"];

/** The lines of METADATA among these, without source and tags. */
function metadataIn(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^(@\S+ )?:\S+ /, "")).filter((line) =>
    line.startsWith("METADATA ")
  );
}

/** Sets as many keys as a user may have. */
function fill(peer: TestPeer): void {
  for (let i = 0; i < LIMITS.METADATA_KEYS.value; i++) peer.send(`METADATA * SET key${i} :value`);
  peer.take();
}

Deno.test("META-6 a user has so many keys and no more, but may change each", () => {
  const alice = new TestNode().user("alice", CAPS);
  fill(alice);
  alice.send("METADATA * SET more :x");
  assert(/^:chatd\.test FAIL METADATA LIMIT_REACHED \* :./.test(alice.take().join()));
  alice.send("METADATA * SET key0 :other");
  assertEquals(alice.take(), [":chatd.test 761 alice * key0 * :other"]);
  alice.send("METADATA * SET key0");
  alice.send("METADATA * SET more :x");
  assertEquals(alice.take().at(-1), ":chatd.test 761 alice * more * :x");
});

Deno.test("META-6 a key of 65 bytes is none; the longest key and value are told in lines that fit", () => {
  const node = new TestNode();
  const nick = "a".repeat(LIMITS.NICK.value);
  const alice = node.user(nick, CAPS);
  const bob = node.user("bob", CAPS);
  const channel = "#" + "c".repeat(LIMITS.CHANNEL.value - 1);
  const key = "k".repeat(LIMITS.METADATA_KEY.value);
  const value = "é".repeat(LIMITS.METADATA_VALUE.value / 2);
  alice.send(`JOIN ${channel}`);
  bob.send(`JOIN ${channel}`);
  bob.send(`METADATA * SUB ${key}`);
  bob.take();
  alice.take();
  alice.send(`METADATA ${channel} SET ${key}k :x`);
  assertStringIncludes(alice.take().join(), "FAIL METADATA KEY_INVALID kkkk");
  for (const target of [channel, "*"]) alice.send(`METADATA ${target} SET ${key} :${value}`);
  const lines = [...alice.take(), ...bob.take()];
  assertEquals(lines.length, 4);
  for (const line of lines) {
    assert(line.endsWith(value), line);
    assert(byteLength(line) <= LIMITS.LINE.value, line);
  }
});

Deno.test("META-7 who changes metadata too fast is told how long to wait", () => {
  const node = new TestNode({ floodRate: 10 });
  const alice = node.user("alice", CAPS);
  for (let i = 0; i < 22; i++) alice.send(`METADATA * SET status :${i}`);
  const [last = ""] = alice.take().slice(-1);
  const seconds = /^:chatd\.test FAIL METADATA RATE_LIMITED \* status (\d+) :./.exec(last)?.[1];
  assert(Number(seconds) > 0, last);
  node.clock.advance(Number(seconds) * 1000);
  alice.send("METADATA * SET status :x");
  assertEquals(alice.take(), [":chatd.test 761 alice * status * :x"]);
});

Deno.test("META-9 the first key for which there is no room is named, and none after it is taken", () => {
  const alice = new TestNode().user("alice", CAPS);
  const keys = Array.from({ length: LIMITS.METADATA_SUBS.value - 1 }, (_, i) => `key${i}`);
  for (let i = 0; i < keys.length; i += 10) {
    alice.send(`METADATA * SUB ${keys.slice(i, i + 10).join(" ")}`);
  }
  alice.take();
  alice.send("METADATA * SUB last key1 $ more");
  const [done, refused = "", ...others] = alice.take();
  assertEquals(done, ":chatd.test 770 alice last");
  assert(refused.startsWith(":chatd.test FAIL METADATA TOO_MANY_SUBS key1 :"), refused);
  assertEquals(others, []);
  alice.send("METADATA * SUBS");
  const listed = alice.take().slice(1, -1).flatMap((line) => line.split(" ").slice(4));
  assertEquals(listed, [...keys, "last"]);
});

Deno.test("META-10 long lists of keys take lines that fit, of at most 15 parameters", () => {
  const alice = new TestNode().user("alice", CAPS);
  const keys = Array.from({ length: 13 }, (_, i) => `${i}`.padEnd(LIMITS.METADATA_KEY.value, "k"));
  for (let i = 0; i < keys.length; i += 5) {
    alice.send(`METADATA * SUB ${keys.slice(i, i + 5).join(" ")}`);
  }
  alice.send("METADATA * SUB a b c d e f g h i j k l m");
  alice.take();
  alice.send("METADATA * SUBS");
  const lines = alice.take().slice(1, -1);
  for (const line of lines) {
    assert(byteLength(line.replace(/^@\S+ /, "")) <= LIMITS.LINE.value, line);
    assert(line.split(" ").length <= 3 + LIMITS.PARAMS.value, line);
  }
  assertEquals(
    lines.flatMap((line) => line.split(" ").slice(4)),
    [...keys, ..."abcdefghijklm"],
  );
});

Deno.test("META-11 META-20 a value is told once, however many ways one hears of its user", () => {
  const node = new TestNode();
  const alice = node.user("alice", CAPS);
  const bob = node.user("bob", CAPS);
  for (const peer of [alice, bob]) peer.send("JOIN #tea,#milk");
  bob.send("METADATA * SET status :here");
  alice.take();
  alice.send("MONITOR + bob");
  assertEquals(metadataIn(alice.take()), []);
  alice.send("METADATA * SUB status");
  assertEquals(metadataIn(alice.take()), ["METADATA bob status * here"]);
  alice.send("MONITOR - bob");
  alice.send("MONITOR + bob");
  assertEquals(alice.take().map((line) => line.split(" ")[1]), ["730", "METADATA"]);
  alice.take();
  bob.send("METADATA * SET status :gone");
  assertEquals(metadataIn(alice.take()), ["METADATA bob status * gone"]);
});

Deno.test("META-12 nobody hears of keys without the capability, without the key, or without knowing the user", () => {
  const node = new TestNode();
  const alice = node.user("alice", CAPS);
  const plain = node.user("plain", ["batch"]);
  const other = node.user("other", CAPS);
  const stranger = node.user("stranger", CAPS);
  for (const peer of [alice, plain, other]) peer.send("JOIN #tea");
  for (const peer of [plain, stranger]) peer.send("METADATA * SUB status");
  other.send("METADATA * SUB url");
  for (const peer of [plain, stranger, other]) peer.take();
  alice.send("METADATA * SET status :here");
  for (const peer of [plain, stranger, other]) assertEquals(peer.take(), []);
});

Deno.test("META-12 an operator's change is told to the user, and CLEAR key by key", () => {
  const node = new TestNode();
  const root = node.user("root", CAPS);
  const alice = node.user("alice", CAPS);
  root.send("OPER root secret");
  alice.send("METADATA * SUB a b");
  for (const key of ["a", "b", "c"]) alice.send(`METADATA * SET ${key} :x`);
  alice.take();
  root.take();
  root.send("METADATA alice CLEAR");
  assertEquals(metadataIn(alice.take()), ["METADATA alice a *", "METADATA alice b *"]);
  const answer = root.take().filter((line) => !line.includes(" BATCH "));
  assertEquals(answer.map((line) => line.split(" ").slice(3).join(" ")), [
    "root alice a * :x",
    "root alice b * :x",
    "root alice c * :x",
  ]);
});

Deno.test("META-13 what a watched user has told before is told when the user comes", () => {
  const node = new TestNode();
  const alice = node.user("alice", CAPS);
  alice.send("METADATA * SUB status");
  alice.send("MONITOR + bob,bert");
  alice.take();
  const bob = node.open();
  bob.send("METADATA * SET status :coming");
  bob.register("bob");
  assertEquals(alice.take().map((line) => line.split(" ").slice(1).join(" ")), [
    "730 * :bob!~bob@192-0-2-1.cloaked",
    "METADATA bob status * coming",
  ]);
  bob.send("NICK bert");
  assertEquals(metadataIn(alice.take()), ["METADATA bert status * coming"]);
});

Deno.test("META-15 META-16 what is too much at once is asked for later, and what is too much for the queue never comes", () => {
  const node = new TestNode({ sendqBytes: 100_000 });
  const count = LIMITS.METADATA_SYNC.value + 1;
  for (let i = 0; i < count; i++) {
    const peer = node.user(`user${i}`);
    peer.send("JOIN #tea");
    peer.send("METADATA * SET status :here");
    peer.send(`METADATA * SET about :${"x".repeat(256)}`);
  }
  const alice = node.user("alice", CAPS);
  alice.send("METADATA * SUB status");
  alice.take();
  alice.send("JOIN #tea");
  assertEquals(alice.take().at(-1), ":chatd.test 774 alice #tea 5");
  alice.send("METADATA #tea SYNC");
  const synced = alice.take();
  assertEquals(metadataIn(synced).length, count);
  assertStringIncludes(synced[0] ?? "", " metadata #tea");
  alice.send("METADATA * SUB about");
  assertEquals(alice.take(), [":chatd.test 770 alice about", ":chatd.test 774 alice #tea 5"]);
  alice.send("METADATA #tea SYNC");
  assertEquals(alice.take(), [":chatd.test 774 alice #tea 5"]);
});

Deno.test("META-1 META-15 a secret channel, and who is invisible in a channel, tell strangers nothing", () => {
  const node = new TestNode();
  const alice = node.user("alice", CAPS);
  alice.send("JOIN #secret,#open");
  alice.send("MODE #secret +s");
  alice.send("MODE alice +i");
  for (const target of ["*", "#secret", "#open"]) {
    alice.send(`METADATA ${target} SET status :x`);
  }
  const bob = node.user("bob", CAPS);
  bob.send("METADATA * SUB status");
  bob.take();
  for (const what of ["GET status", "LIST", "SYNC", "SET status :y", "CLEAR"]) {
    bob.send(`METADATA #secret ${what}`);
    const answer = bob.take().join();
    assert(answer.startsWith(":chatd.test FAIL METADATA INVALID_TARGET #secret :"), answer);
  }
  bob.send("METADATA #open SYNC");
  assertEquals(metadataIn(bob.take()), ["METADATA #open status * x"]);
});

Deno.test("META-17 a newcomer with the capability is told what is stored of it before the greeting ends", () => {
  for (const motd of [[], ["hello"]]) {
    const node = new TestNode({ motd });
    for (
      const [before, told] of [["METADATA * SET a :x y", ["METADATA alice a * :x y"]], ["", []]]
    ) {
      const alice = node.open();
      alice.send(`CAP REQ :${CAPS.join(" ")}`);
      if (typeof before === "string") alice.send(before);
      alice.send("NICK alice");
      alice.send("USER alice 0 * :Alice");
      alice.send("CAP END");
      const lines = alice.take();
      const begin = lines.findIndex((line) => / BATCH \+\S+ metadata alice$/.test(line));
      const end = lines.findIndex((line) => / BATCH -/.test(line));
      const bye = lines.findIndex((line) => / (375|422) /.test(line));
      assert(begin > 0 && begin < end && end < bye, lines.join("\n"));
      assertEquals(metadataIn(lines.slice(begin, end)), told);
      alice.close();
    }
  }
});

Deno.test("META-18 WHOIS tells all keys to those with the capability, and to nobody else", () => {
  const node = new TestNode();
  const alice = node.user("alice", CAPS);
  const bob = node.user("bob");
  alice.send("METADATA * SET color :red");
  alice.take();
  for (const peer of [alice, bob]) peer.send("WHOIS alice");
  const told = alice.take().filter((line) => line.includes(" 760 "));
  assertEquals(told, [":chatd.test 760 alice alice color * :red"]);
  assert(!bob.take().some((line) => line.includes(" 760 ")));
});

Deno.test("META-19 the capability tells the limits, and its forerunner is refused", () => {
  const alice = new TestNode().open();
  alice.send("CAP LS 302");
  const offered = alice.take().join(" ");
  assertStringIncludes(
    offered,
    `draft/metadata-2=before-connect,max-subs=${LIMITS.METADATA_SUBS.value},max-keys=${LIMITS.METADATA_KEYS.value},max-value-bytes=${LIMITS.METADATA_VALUE.value}`,
  );
  assert(!offered.includes("metadata-notify"));
  alice.send("CAP REQ :draft/metadata-2 metadata-notify");
  assertStringIncludes(alice.take().join(), " NAK :draft/metadata-2 metadata-notify");
});

Deno.test("LABEL-6 META-3 the batch of a labelled GET is inside the batch of the answer", () => {
  const alice = new TestNode().user("alice", [...CAPS, "labeled-response"]);
  alice.send("METADATA * SET a :x");
  alice.take();
  alice.send("@label=l1 METADATA * GET a b");
  const lines = alice.take();
  const outer = /^@label=l1 :chatd\.test BATCH \+(\S+) labeled-response$/.exec(lines[0] ?? "")?.[1];
  const inner = / BATCH \+(\S+) metadata alice$/.exec(lines[1] ?? "")?.[1];
  assert(outer !== undefined && inner !== undefined && outer !== inner, lines.join("\n"));
  assertEquals(lines.slice(1), [
    `@batch=${outer} :chatd.test BATCH +${inner} metadata alice`,
    `@batch=${inner} :chatd.test 761 alice alice a * :x`,
    `@batch=${inner} :chatd.test 766 alice alice b :The key is not set`,
    `@batch=${outer} :chatd.test BATCH -${inner}`,
    `:chatd.test BATCH -${outer}`,
  ]);
});
