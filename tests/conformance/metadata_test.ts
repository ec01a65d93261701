/**
 * METADATA: what no transcript can show of it.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { byteLength, LIMITS } from "../../protocol/mod.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const CAPS = ["batch", "draft/metadata-3"];

/** What of these lines tells a value, or that there is none: target and key, and the value. */
function metadataIn(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const set = / 761 \S+ (\S+ \S+) \* :?(.*)$/.exec(line);
    const gone = / 766 \S+ (\S+ \S+) :./.exec(line);
    return set !== null ? [`${set[1]} ${set[2]}`] : gone !== null ? [`${gone[1]} -`] : [];
  });
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
  assert(/^:chatd\.test FAIL METADATA LIMIT_REACHED SET \* 32 :./.test(alice.take().join()));
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
  assertStringIncludes(alice.take().join(), "FAIL METADATA INVALID_KEY kkkk");
  for (const target of [channel, "*"]) alice.send(`METADATA ${target} SET ${key} :${value}`);
  const lines = [...alice.take(), ...bob.take()];
  assertEquals(lines.length, 4);
  for (const line of lines) {
    assert(line.endsWith(value), line);
    assert(byteLength(line) <= LIMITS.LINE.value, line);
  }
});

Deno.test("META-6 what is so already is a success and no change: nobody is told, and it costs nothing", () => {
  const node = new TestNode({ floodRate: 1000 });
  const alice = node.user("alice", CAPS);
  const bob = node.user("bob", CAPS);
  for (const peer of [alice, bob]) peer.send("JOIN #tea");
  bob.send("METADATA * SUB status");
  for (const peer of [alice, bob]) peer.take();
  for (let i = 0; i < 30; i++) alice.send("METADATA * SET status");
  assertEquals(alice.take(), Array(30).fill(":chatd.test 766 alice * status :The key is not set"));
  assertEquals(bob.take(), []);
  for (let i = 0; i < 30; i++) alice.send("METADATA * SET status :here");
  assertEquals(alice.take(), Array(30).fill(":chatd.test 761 alice * status * :here"));
  assertEquals(bob.take(), [":chatd.test 761 * alice status * :here"]);
});

Deno.test("META-7 who changes metadata too fast is told how long to wait, and with the command; CLEAR counts each key", () => {
  for (const line of ["SET status :some words", "CLEAR"]) {
    const node = new TestNode({ floodRate: 1000 });
    const alice = node.user("alice", CAPS);
    const bob = node.user("bob", CAPS);
    for (const peer of [alice, bob]) peer.send("JOIN #tea");
    for (let i = 0; i < 10; i++) alice.send(`METADATA * SET key${i} :x`);
    alice.send("METADATA * CLEAR");
    for (let i = 0; i < 3; i++) alice.send(`METADATA * SET key${i} :x`);
    alice.take();
    bob.send("METADATA * SUB status key0 key1");
    bob.take();
    alice.send(`METADATA * ${line}`);
    const [last = "", ...others] = alice.take();
    const given = new RegExp(`^:chatd\\.test 775 alice (\\d+) \\* ${line.replace(" :", " :?")}$`)
      .exec(last);
    const seconds = Number(given?.[1]);
    assert(seconds > 0, last);
    assertEquals([others, bob.take()], [[], []]);
    node.clock.advance(seconds * 1000);
    alice.send(`METADATA * ${line}`);
    assert(!alice.take().join().includes(" 775 "));
    assert(bob.take().length > 0);
  }
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
  assert(refused.startsWith(":chatd.test FAIL METADATA LIMIT_REACHED SUB key1 50 :"), refused);
  assertEquals(others.map((line) => line.split(" ")[1]), ["BATCH", "BATCH"]);
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
  assertEquals(metadataIn(alice.take()), ["bob status here"]);
  alice.send("METADATA *ALL SYNC");
  assertEquals(metadataIn(alice.take()), ["bob status here"]);
  for (const again of ["MONITOR - bob", "MONITOR S"]) {
    alice.send(again);
    alice.take();
    alice.send(again === "MONITOR S" ? again : "MONITOR + bob");
    const [online, begin = "", value, end = ""] = alice.take();
    assertEquals(online?.split(" ")[1], "730");
    assert(/ BATCH \+\S+ metadata bob$/.test(begin) && / BATCH -/.test(end), begin);
    assertEquals(metadataIn([value ?? ""]), ["bob status here"]);
  }
  bob.send("METADATA * SET status :gone");
  assertEquals(metadataIn(alice.take()), ["bob status gone"]);
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
  assertEquals(metadataIn(alice.take()), ["alice a -", "alice b -"]);
  assertEquals(metadataIn(root.take()), ["alice a -", "alice b -", "alice c -"]);
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
    "761 * bob status * :coming",
  ]);
  bob.send("NICK bert");
  assertEquals(metadataIn(alice.take()), ["bert status coming"]);
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
  const later = (name: string): string =>
    `:chatd.test 774 alice ${name} 5 :There is too much to tell at once. Ask again in 5 seconds.`;
  assertEquals(alice.take().at(-1), later("#tea"));
  alice.send("METADATA #tea SYNC");
  const synced = alice.take();
  assertEquals(metadataIn(synced).length, count);
  assertStringIncludes(synced[0] ?? "", " metadata #tea");
  alice.send("METADATA * SUB about");
  assertEquals(alice.take(), [":chatd.test 770 alice about", later("*ALL")]);
  for (const name of ["#tea", "*ALL"]) {
    alice.send(`METADATA ${name} SYNC`);
    assertEquals(alice.take(), [later(name)]);
  }
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
  bob.send("JOIN #open");
  assertEquals(metadataIn(bob.take()), ["#open status x", "alice status x"]);
});

Deno.test("META-17 a newcomer with the capability is told what is stored of it before the greeting ends", () => {
  for (const motd of [[], ["hello"]]) {
    const node = new TestNode({ motd });
    for (
      const [before, told] of [["METADATA * SET a :x y", ["alice a x y"]], ["", []]]
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

Deno.test("META-2 META-19 the capability tells the limits under both names, and its forerunner is refused", () => {
  const alice = new TestNode().open();
  alice.send("CAP LS 302");
  const offered = alice.take().join(" ");
  const { METADATA_SUBS, METADATA_KEYS, METADATA_KEY, METADATA_VALUE } = LIMITS;
  const value = `before-connect,max-subs=${METADATA_SUBS.value},max-keys=${METADATA_KEYS.value},` +
    `max-key-bytes=${METADATA_KEY.value},max-value-bytes=${METADATA_VALUE.value}`;
  for (const name of ["draft/metadata-2", "draft/metadata-3"]) {
    assertStringIncludes(offered, `${name}=${value}`);
  }
  assert(!offered.includes("metadata-notify"));
  alice.send("CAP REQ :draft/metadata-3 metadata-notify");
  assertStringIncludes(alice.take().join(), " NAK :draft/metadata-3 metadata-notify");
  alice.send("CAP END");
  alice.register("alice");
  alice.send("VERSION");
  assert(alice.take().join(" ").split(" ").includes(`METADATA=${METADATA_KEYS.value}`));
});

for (
  const names of [["draft/metadata-2"], ["draft/metadata-3"], [
    "draft/metadata-2",
    "draft/metadata-3",
  ]]
) {
  Deno.test(`META-2 META-12 META-21 all is the same with ${names.join(" and ")}`, () => {
    const node = new TestNode();
    const bob = node.user("bob", CAPS);
    bob.send("JOIN #tea");
    bob.send("METADATA #tea SET url :x");
    const alice = node.user("alice", ["batch", ...names]);
    alice.send("METADATA * SUB url");
    alice.take();
    alice.send("JOIN #tea");
    assertEquals(metadataIn(alice.take()), ["#tea url x"]);
    bob.send("METADATA #tea SET url :y");
    bob.send("METADATA #tea SET url");
    assertEquals(alice.take(), [
      ":chatd.test 761 * #tea url * :y",
      ":chatd.test 766 * #tea url :The key is not set",
    ]);
    for (const [i, name] of names.entries()) {
      alice.send(`CAP REQ -${name}`);
      alice.take();
      alice.send("METADATA * SUBS");
      const isLast = i === names.length - 1;
      assertEquals(alice.take().filter((line) => line.includes(" 772 ")).length, isLast ? 0 : 1);
    }
    alice.send(`CAP REQ ${names[0]}`);
    alice.send("METADATA * SUB url");
    alice.send("CAP REQ -batch");
    alice.take();
    alice.send("METADATA * SUBS");
    assertEquals(alice.take(), []);
  });
}

Deno.test("META-22 who is no member learns nothing of what a channel tells, in no way; who leaves hears no more", () => {
  const node = new TestNode();
  const alice = node.user("alice", CAPS);
  const root = node.user("root", CAPS);
  const bob = node.user("bob", CAPS);
  root.send("OPER root secret");
  alice.send("JOIN #tea");
  alice.send("METADATA #tea SET url :secret-value");
  bob.send("METADATA * SUB url");
  for (const peer of [alice, bob, root]) peer.take();
  for (const what of ["GET url", "LIST", "SYNC", "CLEAR"]) {
    bob.send(`METADATA #TEA ${what}`);
    const [line = "", ...others] = bob.take();
    assert(line.startsWith(":chatd.test FAIL METADATA KEY_NO_PERMISSION #tea * :"), line);
    assertEquals(others, []);
  }
  bob.send("METADATA #tea SET url :secret-value");
  assert(bob.take().join().startsWith(":chatd.test FAIL METADATA KEY_NO_PERMISSION #tea url :"));
  bob.send("METADATA *ALL SYNC");
  assertEquals(metadataIn(bob.take()), []);
  root.send("METADATA #tea LIST");
  assertEquals(metadataIn(root.take()), ["#tea url secret-value"]);
  bob.send("JOIN #tea");
  assertEquals(metadataIn(bob.take()), ["#tea url secret-value"]);
  bob.send("PART #tea");
  bob.take();
  alice.send("METADATA #tea SET url :other");
  bob.send("METADATA #tea GET url");
  assert(!bob.take().join().includes("other"));
});

Deno.test("META-1 too many parameters, or another subcommand, are refused whole; *ALL is for SYNC alone", () => {
  const alice = new TestNode().user("alice", CAPS);
  for (
    const [sent, told] of [
      ["METADATA * SET a b c", "INVALID_PARAMS SET"],
      ["METADATA * LIST x", "INVALID_PARAMS LIST"],
      ["METADATA * CLEAR x", "INVALID_PARAMS CLEAR"],
      ["METADATA * SUBS x", "INVALID_PARAMS SUBS"],
      ["METADATA * SYNC x", "INVALID_PARAMS SYNC"],
      ["METADATA * :", "INVALID_PARAMS *"],
      ["METADATA * :: hi!", "INVALID_PARAMS *"],
      ["METADATA *ALL LIST", "INVALID_TARGET *ALL"],
      ["METADATA *ALL SUB a", "INVALID_TARGET *ALL"],
    ]
  ) {
    alice.send(sent ?? "");
    const lines = alice.take();
    assertEquals(lines.length, 1);
    assert(lines[0]?.startsWith(`:chatd.test FAIL METADATA ${told} :`), lines[0]);
  }
});

Deno.test("META-20 a list of many users is told as far as there is room, and the others are asked for later", () => {
  const node = new TestNode();
  const names = ["a", "b", "c", "d"];
  for (const name of names) {
    const peer = node.user(name);
    for (let i = 0; i < LIMITS.METADATA_KEYS.value; i++) peer.send(`METADATA * SET k${i} :x`);
  }
  const alice = node.user("alice", CAPS);
  const keys = Array.from({ length: LIMITS.METADATA_KEYS.value }, (_, i) => `k${i}`);
  for (let i = 0; i < keys.length; i += 10) {
    alice.send(`METADATA * SUB ${keys.slice(i, i + 10).join(" ")}`);
  }
  alice.take();
  alice.send(`MONITOR + ${names.join(",")}`);
  const lines = alice.take();
  assertEquals(metadataIn(lines).length, 3 * LIMITS.METADATA_KEYS.value);
  assert(lines.at(-1)?.startsWith(":chatd.test 774 alice d 5 :"));
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
