/**
 * Whatever people do with their devices: others see each come and go as often as it is so, and every device sees what its
 * user is in.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Message, parseMessage } from "../../protocol/mod.ts";
import { dismiss } from "../../server/node.ts";
import { pass } from "../support/devices.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const GRACE_SECONDS = 30;
const ACCOUNTS = ["alice", "berta", "clara"] as const;
const CHANNELS = ["#tea", "#milk"] as const;

type Account = typeof ACCOUNTS[number];
/** What somebody does; `which` picks one of the devices of the account. */
type Action =
  | { readonly what: "connect"; readonly who: Account }
  | { readonly what: "kill"; readonly who: Account }
  | {
    readonly what: "quit" | "lose" | "say" | "nick";
    readonly who: Account;
    readonly which: number;
  }
  | {
    readonly what: "join" | "part";
    readonly who: Account;
    readonly which: number;
    readonly where: typeof CHANNELS[number];
  }
  | { readonly what: "wait"; readonly seconds: number };

const who = fc.constantFrom(...ACCOUNTS);
const which = fc.nat(3);
const ACTION: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant("connect"), who }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("kill"), who }) },
  {
    weight: 6,
    arbitrary: fc.record({ what: fc.constantFrom("quit", "lose", "say", "nick"), who, which }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constantFrom("join", "part"),
      who,
      which,
      where: fc.constantFrom(...CHANNELS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant("wait"), seconds: fc.constantFrom(1, 20, 31) }),
  },
);

/** One device, and the channels in which it believes to be by what it was told. */
class Device {
  readonly peer: TestPeer;
  readonly channels = new Set<string>();
  #nick = "";

  constructor(host: TestNode, account: Account) {
    this.peer = host.open();
    this.peer.session.account = account;
    for (const line of ["CAP REQ message-tags", `NICK ${account}`, `USER ${account} 0 * :x`]) {
      this.peer.send(line);
    }
    this.peer.send("CAP END");
  }

  /** Reads what it was told. */
  read(): Message[] {
    const lines = this.peer.take().map((line) => parseMessage(line)).filter((line) =>
      "params" in line
    );
    for (const { command, source, params } of lines) {
      if (command === "001") this.#nick = params[0] ?? "";
      if (source?.split("!")[0] !== this.#nick) continue;
      if (command === "NICK") this.#nick = params[0] ?? "";
      if (command === "JOIN") this.channels.add(params[0] ?? "");
      if (command === "PART") this.channels.delete(params[0] ?? "");
    }
    return lines;
  }
}

/** A person as it should be. */
interface Person {
  readonly devices: Device[];
  readonly channels: Set<string>;
  nick: string;
  /** Until when it may be back, in seconds; `null` while it has a device, or stays for ever. */
  graceUntil: number | null;
}

/** What is expected, beside a server. */
class World {
  readonly host = new TestNode({ graceMs: GRACE_SECONDS * 1000 });
  readonly #people = new Map<Account, Person>();
  readonly #witness: TestPeer;
  #seconds = 0;
  #count = 0;

  constructor() {
    this.host.store.accounts.choosesAlwaysOn = (name) => name === "clara";
    this.#witness = this.host.user("witness", ["message-tags"]);
    this.#witness.send("OPER root secret");
    this.#witness.send(`JOIN ${CHANNELS.join()}`);
    this.#witness.take();
  }

  /** Does it, and looks whether everybody was told what is so. */
  run(action: Action): void {
    const expected = this.#do(action);
    const seen = this.#witness.take().map((line) => parseMessage(line))
      .filter((line) => "params" in line && line.source?.includes("!"))
      .map((line) => "params" in line ? summary(line) : "");
    assertEquals(seen, expected, JSON.stringify(action));
    for (const { devices, channels } of this.#people.values()) {
      for (const each of devices) {
        each.read();
        assertEquals(each.channels, channels);
      }
    }
    const here = [...this.host.node.state.users.values()].map(({ nick }) => nick).sort();
    const wanted = [...this.#people.values()].map(({ nick }) => nick);
    assertEquals(here, ["witness", ...wanted].sort());
  }

  /** Ends the server: nobody is told of anybody. */
  end(): void {
    dismiss(this.host.node);
    assertEquals(this.#witness.take().filter((line) => line.includes(" QUIT ")), []);
  }

  #do(action: Action): string[] {
    if (action.what === "wait") return this.#wait(action.seconds);
    const person = this.#people.get(action.who);
    if (action.what === "connect") {
      const { devices, ...others } = person ??
        { devices: [], channels: new Set<string>(), nick: action.who, graceUntil: null };
      devices.push(new Device(this.host, action.who));
      this.#people.set(action.who, { devices, ...others, graceUntil: null });
      return [];
    }
    if (person === undefined) return [];
    if (action.what === "kill") {
      this.#witness.send(`KILL ${person.nick} :enough`);
      return this.#gone(action.who, person, "killed");
    }
    const chosen = person.devices[action.which % Math.max(1, person.devices.length)];
    if (chosen === undefined) return [];
    switch (action.what) {
      case "quit":
      case "lose":
        return this.#leave(action.who, person, chosen, action.what);
      case "nick": {
        const before = person.nick;
        person.nick = `${action.who}${++this.#count}`;
        chosen.peer.send(`NICK ${person.nick}`);
        return person.channels.size === 0 ? [] : [`NICK ${before} ${person.nick}`];
      }
      case "join":
        chosen.peer.send(`JOIN ${action.where}`);
        if (person.channels.has(action.where)) return [];
        person.channels.add(action.where);
        return [`JOIN ${person.nick} ${action.where}`];
      case "part":
        chosen.peer.send(`PART ${action.where}`);
        return person.channels.delete(action.where) ? [`PART ${person.nick} ${action.where}`] : [];
      case "say":
        return this.#say(person, chosen);
    }
  }

  /** Says something: each other device has it once, under the id under which others have it. */
  #say({ devices, channels, nick }: Person, chosen: Device): string[] {
    const [where = "witness"] = channels;
    for (const each of devices) each.read();
    chosen.peer.send(`PRIVMSG ${where} :${++this.#count}`);
    const ids = devices.filter((each) => each !== chosen).map((each) =>
      each.read().filter(({ command }) => command === "PRIVMSG").map(({ tags }) =>
        tags?.get("msgid")
      )
    );
    const [line = ""] = this.#witness.link.lines;
    const message = parseMessage(line);
    const id = "params" in message ? message.tags?.get("msgid") : undefined;
    for (const each of ids) assertEquals(each, [id]);
    return [`PRIVMSG ${nick} ${where}`];
  }

  #leave(account: Account, person: Person, chosen: Device, how: "quit" | "lose"): string[] {
    if (how === "quit") chosen.peer.send("QUIT :bye");
    else chosen.peer.close();
    person.devices.splice(person.devices.indexOf(chosen), 1);
    if (person.devices.length > 0) return [];
    if (how === "lose") {
      person.graceUntil = this.#seconds + GRACE_SECONDS;
      return [];
    }
    return account === "clara" ? [] : this.#gone(account, person, "quit");
  }

  #wait(seconds: number): string[] {
    this.#seconds += seconds;
    const gone: string[] = [];
    for (const [account, person] of this.#people) {
      if (person.graceUntil === null || person.graceUntil > this.#seconds) continue;
      person.graceUntil = null;
      if (account !== "clara") gone.push(...this.#gone(account, person, "lost"));
    }
    pass(this.host, seconds);
    // In the order in which they were lost.
    return gone.length < 2 ? gone : this.#witness.link.lines.flatMap((line) => {
      const message = parseMessage(line);
      const told = "params" in message ? summary(message) : "";
      return gone.includes(told) ? [told] : [];
    });
  }

  #gone(account: Account, { channels, nick }: Person, cause: string): string[] {
    this.#people.delete(account);
    return channels.size === 0 ? [] : [`QUIT ${nick} ${cause}`];
  }
}

/** A line without what does not matter here. */
function summary({ command, source, params, tags }: Message): string {
  const nick = source?.split("!")[0] ?? "";
  return `${command} ${nick} ${command === "QUIT" ? tags?.get("chatd/cause") : params[0]}`;
}

Deno.test("DEVICE-1 DEVICE-4 DEVICE-5 DEVICE-6 GRACE-1 GRACE-2 ALWAYS-1 whatever people do with their devices", () => {
  fc.assert(
    fc.property(fc.array(ACTION, { maxLength: 60 }), (actions) => {
      const world = new World();
      for (const action of actions) world.run(action);
      world.end();
    }),
    { numRuns: 200 },
  );
});
