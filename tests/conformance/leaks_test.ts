/**
 * Chance against the rules of who may read what: people come, go, take each other's nicks, open and close channels and write,
 * and a model of the rules says what each of them may find, by whatever way they ask.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { TestNode, type TestPeer } from "../support/node.ts";

const CURIOUS = [
  "batch",
  "draft/chathistory",
  "draft/channel-rename",
  "draft/event-playback",
  "echo-message",
  "soju.im/search",
  "znc.in/playback",
];
const CHANNELS = ["#a", "#b", "#c"];
const NICKS = ["ann", "ben", "cat", "dan", "eve"];
const STEPS = 120;

/** A number below a bound, the same for the same seed. */
class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(bound: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(this.#state / 2 ** 32 * bound);
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("There is nothing to choose from");
    return item;
  }
}

/** One connection of somebody: an account, or one who is nobody else ever again. */
interface Person {
  readonly identity: string;
  readonly peer: TestPeer;
  nick: string;
}

interface Member {
  isOperator: boolean;
  readonly since: number;
}

interface Said {
  readonly word: string;
  readonly forOperators: boolean;
  readonly at: number;
}

/** A channel, or what an open one has left behind. */
interface Place {
  said: Said[];
  readonly members: Map<Person, Member>;
  isClosed: boolean;
  isFromJoin: boolean;
}

/** What the rules say. */
class World {
  readonly node = new TestNode();
  readonly chance: Chance;
  readonly people: Person[] = [];
  readonly places: Map<string, Place> = new Map();
  readonly talks: Map<string, string[]> = new Map();
  /** Words that were told by CHATHISTORY so far. */
  told = 0;
  #words = 0;
  #connections = 0;
  #at = 0;

  constructor(seed: number) {
    this.chance = new Chance(seed);
  }

  #send(person: Person, line: string): void {
    person.peer.send(line);
    this.node.clock.advance(1000);
    this.#at++;
  }

  step(): void {
    const { chance } = this;
    if (this.people.length < 2 || chance.below(8) === 0) return this.#come();
    const person = chance.of(this.people);
    const name = chance.of(CHANNELS);
    const place = this.places.get(name);
    const member = place?.members.get(person);
    switch (chance.below(9)) {
      case 0:
        return this.#go(person);
      case 1:
        return this.#rename(person);
      case 2:
        return this.#whisper(person, chance.of(this.people));
      case 3:
        if (place !== undefined && member !== undefined) this.#part(person, name, place);
        return;
      case 4:
        if (place !== undefined && member?.isOperator) this.#govern(person, name, place);
        return;
      case 5:
        return this.#join(person, name);
      default:
        if (place !== undefined && member !== undefined) this.#speak(person, name, place);
        else this.#join(person, name);
    }
  }

  #come(): void {
    const { chance, people } = this;
    const free = NICKS.filter((nick) => people.every((other) => other.nick !== nick));
    if (free.length === 0) return;
    const nick = chance.of(free);
    const accounts = ["red", "blue"].filter((name) =>
      people.every(({ identity }) => identity !== name)
    );
    const account = chance.below(2) === 0 && accounts.length > 0 ? chance.of(accounts) : null;
    const peer = this.node.open();
    peer.session.account = account;
    peer.register(nick, CURIOUS);
    people.push({ identity: account ?? `guest ${++this.#connections}`, peer, nick });
  }

  #go(person: Person): void {
    this.people.splice(this.people.indexOf(person), 1);
    person.peer.close();
    for (const place of this.places.values()) this.#leave(person, place);
  }

  #leave(person: Person, place: Place): void {
    if (!place.members.delete(person) || place.members.size > 0) return;
    if (place.isClosed) place.said = [];
    place.isClosed = false;
    place.isFromJoin = false;
  }

  #rename(person: Person): void {
    const nick = this.chance.of(NICKS);
    if (this.people.some((other) => other.nick === nick)) return;
    this.#send(person, `NICK ${nick}`);
    person.nick = nick;
  }

  #join(person: Person, name: string): void {
    let place = this.places.get(name);
    if (place === undefined) {
      this.places.set(
        name,
        place = { said: [], members: new Map(), isClosed: false, isFromJoin: false },
      );
    }
    if (place.members.has(person) || place.isClosed) return;
    const since = this.#at;
    place.members.set(person, { isOperator: place.members.size === 0, since });
    this.#send(person, `JOIN ${name}`);
  }

  #part(person: Person, name: string, place: Place): void {
    this.#leave(person, place);
    this.#send(person, `PART ${name}`);
  }

  /** An operator does what operators do. */
  #govern(person: Person, name: string, place: Place): void {
    const { chance } = this;
    const other = chance.of([...place.members.keys()]);
    const member = place.members.get(other);
    const kind = chance.below(5);
    if (kind === 0) {
      place.isClosed = !place.isClosed;
      this.#send(person, `MODE ${name} ${place.isClosed ? "+" : "-"}i`);
    } else if (kind === 1) {
      place.isFromJoin = !place.isFromJoin;
      this.#send(person, `MODE ${name} ${place.isFromJoin ? "+" : "-"}J`);
    } else if (kind === 2 && member !== undefined) {
      member.isOperator = !member.isOperator;
      this.#send(person, `MODE ${name} ${member.isOperator ? "+" : "-"}o ${other.nick}`);
    } else if (kind === 3) {
      this.#leave(other, place);
      this.#send(person, `KICK ${name} ${other.nick}`);
    } else {
      this.#move(person, name, place);
    }
  }

  /** What another channel of the new name has left behind is out of reach. */
  #move(person: Person, name: string, place: Place): void {
    const to = this.chance.of(CHANNELS);
    if ((this.places.get(to)?.members.size ?? 0) > 0) return;
    this.node.clock.advance(61_000);
    this.#send(person, `RENAME ${name} ${to}`);
    this.places.delete(name);
    this.places.set(to, place);
  }

  #speak(person: Person, name: string, place: Place): void {
    const forOperators = this.chance.below(4) === 0;
    const word = `w${++this.#words}`;
    place.said.push({ word, forOperators, at: this.#at });
    this.#send(person, `PRIVMSG ${forOperators ? "@" : ""}${name} :${word}`);
  }

  #whisper(person: Person, other: Person): void {
    const word = `w${++this.#words}`;
    const key = talkOf(person, other);
    this.talks.set(key, [...this.talks.get(key) ?? [], word]);
    this.#send(person, `PRIVMSG ${other.nick} :${word}`);
  }

  /** What a member may read there. */
  readable(person: Person, name: string): string[] | null {
    const place = this.places.get(name);
    const member = place?.members.get(person);
    if (place === undefined || member === undefined) return null;
    return place.said.filter(({ forOperators, at }) =>
      (!forOperators || member.isOperator) && (!place.isFromJoin || at > member.since)
    ).map(({ word }) => word);
  }

  /** All that somebody may find. */
  findable(person: Person): Set<string> {
    const words = CHANNELS.flatMap((name) => this.readable(person, name) ?? []);
    for (const [key, said] of this.talks) {
      if (key.split("|").includes(person.identity)) words.push(...said);
    }
    return new Set(words);
  }

  /** Everybody asks, and finds what the rules say. */
  check(): void {
    for (const person of this.people) {
      for (const name of CHANNELS) {
        const words = ask(person, `CHATHISTORY LATEST ${name} * 200`);
        assertEquals(words, this.readable(person, name) ?? [], `${person.nick} in ${name}`);
        this.told += words.length;
      }
      for (const other of this.people) {
        const words = ask(person, `CHATHISTORY LATEST ${other.nick} * 200`);
        assertEquals(words, this.talks.get(talkOf(person, other)) ?? []);
      }
      const findable = this.findable(person);
      const channels = CHANNELS.map((name) => `SEARCH in=${name}`);
      const nicks = NICKS.flatMap((nick) => [
        `SEARCH from=${nick}`,
        `CHATHISTORY LATEST ${nick} * 200`,
        `PRIVMSG *playback :PLAY ${nick}`,
      ]);
      for (
        const command of ["SEARCH limit=200", "PRIVMSG *playback :PLAY *", ...channels, ...nicks]
      ) {
        for (const word of ask(person, command)) {
          assert(findable.has(word), `${person.nick} finds ${word} by ${command}`);
        }
      }
    }
  }
}

function talkOf(person: Person, other: Person): string {
  return [person.identity, other.identity].sort().join("|");
}

/** The words that somebody is told. */
function ask({ peer }: Person, command: string): string[] {
  peer.take();
  peer.send(command);
  return peer.take().flatMap((line) => / PRIVMSG \S+ :?(?:\[.*\] )?(w\d+)$/.exec(line)?.[1] ?? []);
}

for (let seed = 1; seed <= 12; seed++) {
  Deno.test(`READ-1 READ-2 READ-3 nobody finds what they may not read, by chance ${seed}`, () => {
    const world = new World(seed);
    for (let i = 0; i < STEPS; i++) {
      world.step();
      if (i % 20 === 19) world.check();
    }
    assert(world.told > 10, `${world.told} words were told`);
  });
}
