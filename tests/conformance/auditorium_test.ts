/**
 * Auditoriums: who follows the lines as a client does knows at any time what NAMES would tell.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LIMITS, OPERATOR_BIT, parseMessage, parseSource, RANKS } from "../../protocol/mod.ts";
import type { NetworkEvent } from "../../server/core/events.ts";
import { device } from "../support/devices.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const WHERE = ["#hall", "#side"] as const;
/** People with different capabilities; alice rules, root is an operator of the server. */
const CAPABILITIES: Readonly<Record<string, readonly string[]>> = {
  alice: "multi-prefix extended-join account-notify away-notify setname chghost".split(" "),
  bob: [],
  carol: ["multi-prefix", "away-notify", "account-notify", "invite-notify"],
  dave: ["multi-prefix", "extended-join", "draft/channel-rename", "setname"],
  root: ["multi-prefix", "chghost"],
};
const WHO = Object.keys(CAPABILITIES);

/** What a client knows of its channels, by what it was told: members, and their ranks as modes. */
class Picture {
  readonly channels = new Map<string, Map<string, Set<string>>>();
  #nick: string;

  constructor(nick: string) {
    this.#nick = nick;
  }

  /** Reads lines; a line about somebody who cannot be seen is an error. */
  follow(lines: readonly string[]): void {
    for (const line of lines) this.#read(line);
  }

  #members(channel: string): Map<string, Set<string>> {
    const members = this.channels.get(channel);
    if (members === undefined) throw new Error(`not in ${channel}`);
    return members;
  }

  #known(nick: string): Map<string, Set<string>>[] {
    const found = [...this.channels.values()].filter((members) => members.has(nick));
    if (nick !== this.#nick && found.length === 0) throw new Error(`${nick} is unknown`);
    return found;
  }

  #take(channel: string, nick: string): void {
    if (!this.#members(channel).delete(nick)) throw new Error(`${nick} is not in ${channel}`);
    if (nick === this.#nick) this.channels.delete(channel);
  }

  #read(line: string): void {
    const message = parseMessage(line);
    if ("failure" in message) throw new Error(message.failure);
    const { command, params: [first = "", second = "", ...rest] } = message;
    const { nick } = parseSource(message.source ?? "");
    switch (command) {
      case "JOIN":
        if (nick === this.#nick) this.channels.set(first, new Map());
        else if (this.#members(first).has(nick)) throw new Error(`${nick} is in ${first} already`);
        this.#members(first).set(nick, new Set());
        return;
      case "353":
        return this.#names(rest[0] ?? "", rest[1] ?? "");
      case "PART":
        return this.#take(first, nick);
      case "KICK":
        return this.#take(first, second);
      case "QUIT":
        for (const members of this.#known(nick)) members.delete(nick);
        return;
      case "NICK":
        for (const members of this.#known(nick)) {
          members.set(first, members.get(nick) ?? new Set());
          members.delete(nick);
        }
        if (nick === this.#nick) this.#nick = first;
        return;
      case "INVITE":
        return void (first === this.#nick || this.#known(nick));
      case "AWAY":
      case "ACCOUNT":
      case "SETNAME":
      case "CHGHOST":
        return void this.#known(nick);
      case "RENAME":
        this.channels.set(second, this.#members(first));
        return void this.channels.delete(first);
      case "MODE":
        if (first.startsWith("#")) this.#modes(first, second, rest);
    }
  }

  #names(channel: string, list: string): void {
    for (const word of list.split(" ")) {
      const prefixes = /^[~&@%+]*/.exec(word)?.[0] ?? "";
      const modes = RANKS.filter(({ prefix }) => prefixes.includes(prefix)).map(({ mode }) => mode);
      this.#members(channel).set(word.slice(prefixes.length), new Set(modes));
    }
  }

  #modes(channel: string, modes: string, params: string[]): void {
    let sign = "+";
    for (const mode of modes) {
      if ("+-".includes(mode)) sign = mode;
      else if ("qaohv".includes(mode)) {
        const nick = params.shift() ?? "";
        const ranks = this.#members(channel).get(nick);
        if (ranks === undefined) throw new Error(`${nick} is not in ${channel}, and has a rank`);
        if (sign === "+") ranks.add(mode);
        else ranks.delete(mode);
      }
    }
  }
}

/** What is compared: each channel with its members; with all ranks, where the client is told of all. */
function shown(channels: Picture["channels"], hasRanks: boolean): string[] {
  return [...channels].map(([name, members]) =>
    `${name}: ` +
    [...members].map(([nick, ranks]) => (hasRanks ? [...ranks].sort().join("") + "!" : "") + nick)
      .sort().join(" ")
  ).sort();
}

const where = fc.constantFrom(...WHERE, "#hallx");
const nick = fc.constantFrom(...WHO, "rob");
const LINE = fc.oneof(
  { weight: 4, arbitrary: where.map((at) => `JOIN ${at}`) },
  { weight: 1, arbitrary: where.map((at) => `PART ${at} :bye`) },
  { weight: 1, arbitrary: fc.constantFrom("NICK rob", "NICK bob", "NICK ann", "NICK alice") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("AWAY :lunch", "AWAY", "SETNAME :Somebody", "QUIT :bye"),
  },
  { weight: 1, arbitrary: nick.map((who) => `CHGHOST ${who} a${who}.example`) },
  { weight: 1, arbitrary: fc.constant("RENAME #hall #hallx") },
  { weight: 1, arbitrary: where.map((at) => `INVITE guest ${at}`) },
  { weight: 1, arbitrary: fc.constantFrom("OPER root secret", "MODE root -o") },
  { weight: 2, arbitrary: fc.tuple(where, nick).map(([at, who]) => `KICK ${at} ${who}`) },
  {
    weight: 5,
    arbitrary: fc.tuple(where, fc.constantFrom("+u", "-u", "+u", "+m-u", "+bu x")).map((words) =>
      `MODE ${words.join(" ")}`
    ),
  },
  {
    weight: 12,
    arbitrary: fc.tuple(
      where,
      fc.constantFrom("+v", "-v", "+h", "-h", "+o", "-o", "+q", "-q"),
      nick,
    )
      .map((words) => `MODE ${words.join(" ")}`),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(where, fc.constantFrom("-u+v", "+u-v", "+v-o", "+h-v", "-h+v"), nick, nick)
      .map((words) => `MODE ${words.join(" ")}`),
  },
);
/** What comes without a command: logins, and ranks that accounts have. */
const FACT = fc.oneof(
  fc.tuple(nick, fc.constantFrom("Ann", "Bea", null)).map(([who, account]) => ({ who, account })),
  fc.constantFrom(1, 2, 3, 4, 0).map((ranks) => ({ ranks })),
);
type Step =
  | readonly [string, string]
  | { readonly who: string; readonly account: string | null }
  | {
    readonly ranks: number;
  };

class World {
  readonly host = new TestNode();
  readonly peers = new Map<string, readonly [TestPeer, Picture]>();

  constructor() {
    this.host.user("guest");
    for (const name of WHO) this.#come(name);
    this.#peer("alice").send("JOIN #hall,#side");
    this.#submit({
      type: "channel-register",
      channel: this.host.node.state.fold("#side"),
      founder: "Ann",
    });
    for (const name of WHO) this.#peer(name).send("JOIN #hall,#side");
    this.#peer("alice").send("MODE #hall +u");
  }

  #come(name: string): void {
    const peer = this.host.open();
    this.peers.set(name, [peer, new Picture(name)]);
    peer.register(name, CAPABILITIES[name] ?? []);
    if (peer.session.stage === "active") return;
    // Somebody else has the name now.
    peer.register(`${name}2`);
    this.peers.set(name, [peer, new Picture(`${name}2`)]);
  }

  #peer(name: string): TestPeer {
    const [peer] = this.peers.get(name) ?? [];
    assert(peer !== undefined);
    return peer;
  }

  #submit(fact: Omit<NetworkEvent, "at"> & Record<string, unknown>): void {
    this.host.node.network.submit({ ...fact, at: this.host.clock.epoch() } as NetworkEvent);
  }

  async act(step: Step): Promise<void> {
    const { state } = this.host.node;
    if ("ranks" in step) {
      const channel = state.fold("#side");
      if (state.channels.has(channel)) {
        this.#submit({ type: "access", channel, account: "Bea", ranks: step.ranks });
      }
    } else if ("account" in step) {
      const user = state.userByNick(step.who);
      if (user !== undefined) {
        this.#submit({ type: "account", user: user.id, account: step.account });
      }
    } else {
      const [name, line] = step;
      const peer = this.#peer(name);
      if (!peer.closed) await peer.sendAndWait(line);
    }
  }

  /** Every picture is what NAMES tells. */
  check(): void {
    for (const [name, [peer, picture]] of this.peers) {
      if (peer.closed) {
        this.#come(name);
        continue;
      }
      picture.follow(peer.take());
      const asked = new Picture("");
      for (const { channel } of peer.session.user?.channels.values() ?? []) {
        asked.follow([`: JOIN ${channel.name}`].map((line) => line.replace(": ", ":!@ ")));
        peer.send(`NAMES ${channel.name}`);
        asked.channels.get(channel.name)?.clear();
        asked.follow(peer.take());
      }
      const hasRanks = peer.session.has("multi-prefix");
      assertEquals(shown(picture.channels, hasRanks), shown(asked.channels, hasRanks), name);
    }
  }
}

Deno.test("CMODE-5 CMODE-7 whoever follows the lines knows what NAMES would tell", async () => {
  const step = fc.oneof(
    { weight: 9, arbitrary: fc.tuple(fc.constantFrom(...WHO, "alice", "alice", "root"), LINE) },
    { weight: 1, arbitrary: FACT },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const world = new World();
      world.check();
      for (const step of steps) {
        await world.act(step);
        world.check();
      }
    }),
    { numRuns: 150 },
  );
});

/** A member of #tea for each nick, the first one its operator, with nothing left to read. */
function members(node: TestNode, nicks: readonly string[]): TestPeer[] {
  const peers = nicks.map((nick) => node.user(nick, ["extended-join"]));
  for (const peer of peers) peer.send("JOIN #tea");
  for (const peer of peers) peer.take();
  return peers;
}

const sent = (peer: TestPeer): string[] =>
  peer.take().map((line) => line.replace(/!\S+/, "").replace(/^(:chatd\.test \d+ .*?) :.*$/, "$1"));

Deno.test("CMODE-7 a rank by account, and one as an operator of the server, change what is seen", async () => {
  const node = new TestNode();
  const [alice, bob, carol] = members(node, ["alice", "bob", "carol"]) as [
    TestPeer,
    TestPeer,
    TestPeer,
  ];
  const at = node.clock.epoch();
  const channel = node.node.state.fold("#tea");
  alice.send("MODE #tea +u");
  node.node.network.submit({ type: "channel-register", channel, founder: "Zoe", at });
  node.node.network.submit({ type: "access", channel, account: "Bob", ranks: OPERATOR_BIT, at });
  for (const peer of [alice, bob, carol]) peer.take();
  const user = bob.session.user?.id ?? "";
  node.node.network.submit({ type: "account", user, account: "Bob", at });
  assertEquals(sent(carol), [":bob JOIN #tea Bob bob", ":chatd.test MODE #tea +o bob"]);
  assertEquals(sent(bob), [":carol JOIN #tea * carol", ":chatd.test MODE #tea +o bob"]);
  bob.send("MODE #tea -o bob");
  assertEquals(sent(carol), [":bob MODE #tea -o bob", ":bob PART #tea"]);
  assertEquals(sent(bob), [":bob MODE #tea -o bob", ":carol PART #tea"]);
  await carol.sendAndWait("OPER root secret");
  assertEquals(sent(carol).filter((line) => line.includes("#tea")), [":bob JOIN #tea Bob bob"]);
  carol.send("MODE carol -o");
  assertEquals(sent(carol), [":carol MODE carol -o", ":bob PART #tea"]);
  assertEquals(sent(bob), []);
});

Deno.test("CMODE-8 mode u changes only among few, and seldom among some", () => {
  const node = new TestNode({ floodRate: 10 });
  const [alice, bob] = members(node, ["alice", "bob"]) as [TestPeer, TestPeer];
  const crowd = Array.from({ length: 148 }, (_, i) => node.user(`n${i}`));
  for (const peer of crowd) peer.send("JOIN #tea");
  alice.take();
  alice.send("MODE #tea +u");
  alice.send("MODE #tea +h bob");
  alice.send("MODE #tea +v bob");
  const [set, refused, ...others] = sent(alice);
  assertEquals([set, others], [":alice MODE #tea +u", [":alice MODE #tea +v bob"]]);
  assertEquals(refused, ":chatd.test 263 alice MODE"); // for 3 seconds
  node.clock.advance(3000);
  bob.take();
  alice.send("MODE #tea +h bob");
  assertEquals(sent(alice), [":alice MODE #tea +h bob"]);
  assertEquals(bob.take().filter((line) => / JOIN /.test(line)).length, crowd.length);
  const late = Array.from({ length: LIMITS.AUDITORIUM.value - 149 }, (_, i) => node.user(`m${i}`));
  for (const peer of late) peer.send("JOIN #tea");
  alice.take();
  node.clock.advance(60_000);
  alice.send("MODE #tea -u");
  assertEquals(sent(alice), [":chatd.test 696 alice #tea u *"]);
});

Deno.test("CMODE-8 ChanServ is held to the same", async () => {
  const node = new TestNode({ floodRate: 10 });
  for (const name of ["alice", "bob"]) await node.store.accounts.register(name, "correct horse", 1);
  const alice = device(node, "alice");
  alice.send("JOIN #tea");
  alice.send("CS REGISTER #tea");
  const bob = device(node, "bob");
  bob.send("JOIN #tea");
  for (let i = 0; i < 60; i++) node.user(`n${i}`).send("JOIN #tea");
  alice.send("MODE #tea +u");
  const refused = /NOTICE alice :You are doing that too often\. Try again in \d+ seconds?\./;
  for (
    const lines of [
      ["CS OP #tea bob", "CS DEOP #tea bob"],
      ["CS ACCESS #tea ADD bob operator", "CS ACCESS #tea DEL bob"],
    ]
  ) {
    let done = 0;
    for (; done < 1000; done++) {
      alice.take();
      alice.send(lines[done % 2] ?? "");
      if (refused.test(alice.take().join("\n"))) break;
    }
    assert(done < 1000, lines[0]);
    const shown = bob.take().filter((line) => / (JOIN|PART) /.test(line)).length;
    assert(shown <= 20_000, `${shown}`);
    node.clock.advance(60_000);
  }
});
