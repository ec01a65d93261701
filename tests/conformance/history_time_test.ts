/**
 * What somebody has seen, has read or was away from is told by the same times as what was said: nothing is missed, and nothing
 * told twice, where much is said at once and where the clock is set back.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { READER } from "../support/company.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const SEEING = [...READER, "server-time", "draft/read-marker"];
const END = "timestamp=2100-01-01T00:00:00.000Z";
const HOUR = 3_600_000;

/** Somebody who is logged in. */
function login(node: TestNode, nick: string, capabilities: readonly string[] = []): TestPeer {
  const peer = node.open();
  peer.session.account = nick;
  if (capabilities.length > 0) return peer.register(nick, capabilities);
  peer.send(`NICK ${nick}`);
  peer.send(`USER ${nick} 0 * :${nick}`);
  return peer;
}

/** Says sixty things in one instant. */
function sayMany(peer: TestPeer, target: string): void {
  for (let n = 0; n < 60; n++) peer.send(`PRIVMSG ${target} :${n}`);
}

/** The texts that bob has said, of what somebody was told. */
function fromBob(peer: TestPeer): (string | undefined)[] {
  return peer.take().filter((line) => /^(?:@\S+ )?:bob!\S+ PRIVMSG /.test(line))
    .map((line) => line.split(/[ :]/).at(-1));
}

/** The time of the last line that somebody was told. */
function lastTime(peer: TestPeer): string {
  return /time=([^; ]+)/.exec(peer.take().at(-1) ?? "")?.[1] ?? "";
}

/** The other places, and what bob calls them where ann reads them as `place`. */
const PLACES = [["#tea", "#tea"], ["bob", "ann"], ["$*", "$*"]] as const;

for (const [place, target] of PLACES) {
  for (const isRestarted of [false, true]) {
    const when = isRestarted ? "the server is started again" : "the server runs";
    Deno.test(`HIST-11 what is said in ${place} after a marker was set is not read, the clock set back while ${when}`, () => {
      let node = new TestNode();
      const start = (): TestPeer[] =>
        ["ann", "bob"].map((nick) => {
          const peer = login(node, nick, SEEING);
          peer.send("JOIN #tea");
          return peer;
        });
      let [ann, bob] = start() as [TestPeer, TestPeer];
      bob.send(`PRIVMSG ${target} :old`);
      node.clock.advance(HOUR);
      ann.take();
      ann.send(`MARKREAD ${place} ${END}`);
      const marked = ann.take().at(-1)?.replace(/.*timestamp=/, "") ?? "";
      if (isRestarted) {
        node = new TestNode({}, node.store, "again"); // an hour back
        [ann, bob] = start() as [TestPeer, TestPeer];
      } else node.clock.set(-HOUR);
      ann.take();
      bob.send(`PRIVMSG ${target} :new`);
      const time = lastTime(ann);
      assert(time > marked, `${time} after ${marked}`);
      ann.send(`CHATHISTORY AFTER ${place} timestamp=${marked} 100`);
      assertEquals(fromBob(ann), ["new"]);
    });
  }
}

Deno.test("HIST-11 a marker reaches the last of many lines, and no further", () => {
  const node = new TestNode();
  const [ann, bob] = ["ann", "bob"].map((nick) => {
    const peer = login(node, nick, SEEING);
    peer.send("JOIN #tea");
    return peer;
  }) as [TestPeer, TestPeer];
  for (const [place, target] of PLACES.slice(0, 2)) {
    sayMany(bob, target);
    const time = lastTime(ann);
    for (const wanted of [`timestamp=${time}`, END]) {
      ann.send(`MARKREAD ${place} ${wanted}`);
      assertEquals(ann.take().map((line) => line.replace(/^@\S+ /, "")), [
        `:chatd.test MARKREAD ${place} timestamp=${time}`,
      ]);
    }
  }
});

Deno.test("HIST-11 who comes back is told nothing that was said while they were here", () => {
  const node = new TestNode({ replay: 100 });
  const bob = login(node, "bob");
  const eve = login(node, "eve");
  let ann = login(node, "ann");
  const comeBack = (): (string | undefined)[] => {
    ann = login(node, "ann");
    return fromBob(ann);
  };
  sayMany(bob, "ann");
  ann.send("QUIT");
  assertEquals(comeBack(), []);
  sayMany(eve, "ann"); // that there is another talk makes no difference
  ann.send("QUIT");
  assertEquals(comeBack(), []);
});

Deno.test("HIST-11 who was in a room and left it is told what was said since", () => {
  const node = new TestNode({ replay: 100 });
  const [ann, bob] = [login(node, "ann"), login(node, "bob")];
  for (const peer of [ann, bob]) peer.send("JOIN #tea");
  sayMany(bob, "#tea");
  ann.send("PART #tea");
  ann.take();
  ann.send("JOIN #tea");
  assertEquals(fromBob(ann), []);
  ann.send("PART #tea");
  bob.send("PRIVMSG #tea :one");
  node.clock.set(-HOUR);
  bob.send("PRIVMSG #tea :two");
  ann.take();
  ann.send("JOIN #tea");
  assertEquals(fromBob(ann), ["one", "two"]);
});

Deno.test("HIST-11 whoever stays without a device is told what was said meanwhile, in rooms and alone", async () => {
  const node = new TestNode({ replay: 100 });
  await node.store.accounts.register("ann", "correct horse", node.clock.epoch());
  node.store.accounts.change("ann", { isAlwaysOn: true });
  const bob = login(node, "bob");
  let ann = login(node, "ann");
  for (const peer of [ann, bob]) peer.send("JOIN #tea,#milk");
  const places = ["#tea", "#milk", "ann"];
  for (const place of places) sayMany(bob, place);
  ann.send("QUIT");
  ann = login(node, "ann");
  assertEquals(fromBob(ann), []);
  node.clock.advance(HOUR);
  ann.send("QUIT");
  for (const text of ["one", "two"]) {
    for (const place of places) bob.send(`PRIVMSG ${place} :${text}`);
    node.clock.set(-HOUR);
  }
  ann = login(node, "ann");
  assertEquals(fromBob(ann).sort(), ["one", "one", "one", "two", "two", "two"]);
  ann.send("QUIT");
  ann = login(node, "ann");
  assertEquals(fromBob(ann), []);
});

Deno.test("READ-5 HIST-11 who comes is told nothing that was said to everybody before, in the same instant or by a later clock", () => {
  const node = new TestNode();
  const bob = login(node, "bob");
  for (const text of ["a", "b", "c"]) bob.send(`PRIVMSG $* :${text}`);
  for (const ms of [0, -HOUR]) {
    node.clock.set(ms);
    const guest = node.user(`guest${-ms}`, SEEING);
    guest.send("CHATHISTORY LATEST $* * 10");
    assertEquals(fromBob(guest), []);
    bob.send("PRIVMSG $* :d");
    guest.take();
    guest.send("CHATHISTORY LATEST $* * 10");
    assertEquals(fromBob(guest), ["d"]);
  }
});

Deno.test("HIST-11 whoever stays without a device misses nothing where the server is started again, its clock set back", async () => {
  const before = new TestNode({ replay: 100 });
  await before.store.accounts.register("ann", "correct horse", before.clock.epoch());
  before.store.accounts.change("ann", { isAlwaysOn: true });
  const places = ["#tea", "ann"];
  const [bob, ann] = [login(before, "bob"), login(before, "ann")];
  for (const peer of [bob, ann]) peer.send("JOIN #tea");
  for (const place of places) bob.send(`PRIVMSG ${place} :seen`);
  before.clock.advance(HOUR);
  ann.send("QUIT");
  const after = new TestNode({ replay: 100 }, before.store, "again"); // an hour back
  assertEquals(after.log.of("clock-is-behind").map(({ fields }) => fields), [{ seconds: 3600 }]);
  const bobby = login(after, "bob");
  bobby.send("JOIN #tea");
  for (const place of places) bobby.send(`PRIVMSG ${place} :missed`);
  assertEquals(fromBob(login(after, "ann")), ["missed", "missed"]);
});
