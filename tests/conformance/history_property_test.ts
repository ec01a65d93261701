/**
 * Whoever pages through a conversation, by time or by msgid, forwards or backwards, in pages of whatever size, finds what was
 * told live: each line once, in its order, with its time and its msgid.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { type Message, parseMessage } from "../../protocol/mod.ts";
import { openStore } from "../../server/store/store.ts";
import { memoryStore, TestNode, type TestPeer } from "../support/node.ts";

const READER = [
  "draft/chathistory",
  "draft/event-playback",
  "batch",
  "message-tags",
  "server-time",
  "echo-message",
];
const CHANNELS = ["#tea", "#milk"] as const;
/** What alice reads. */
const PLACES = [...CHANNELS, "bob"] as const;
type Place = typeof PLACES[number];

/** A line, as far as it matters. */
interface Line {
  readonly msgid: string;
  readonly time: string;
  readonly text: string;
}

type Action =
  | {
    readonly what: "say";
    readonly who: "alice" | "bob";
    readonly place: Place;
    readonly n: number;
  }
  | { readonly what: "do"; readonly line: string }
  | { readonly what: "clock"; readonly ms: number }
  | { readonly what: "restart" };

const ACTION: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant("say"),
      who: fc.constantFrom("alice", "bob"),
      place: fc.constantFrom(...PLACES),
      n: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant("do"),
      line: fc.constantFrom(
        "TOPIC #tea :Assam",
        "MODE #milk +m-m",
        "NICK carol",
        "NICK carola",
        "PART #tea :bye",
        "JOIN #tea",
        "JOIN #tea,#milk",
        "QUIT :bye",
        "INVITE bob #tea",
        "KICK #tea carol :out",
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant("clock"),
      ms: fc.integer({ min: -20_000, max: 500 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("restart") }) },
);

/** Lines of a server that alice reads, and what they were live. */
class Company {
  readonly #store = openStore(null, memoryStore({}));
  readonly live: Record<Place, Line[]> = { "#tea": [], "#milk": [], bob: [] };
  #starts = 0;
  node!: TestNode;
  alice!: TestPeer;
  #bob!: TestPeer;
  #carol!: TestPeer;
  /** Channels in which carol is. */
  readonly #carolIn = new Set<Place>();

  constructor() {
    this.start();
  }

  /** The server is started, for the first time or again, with the clock as it was at the first. */
  start(): void {
    this.node = new TestNode({}, this.#store, `s${++this.#starts}x`);
    this.#carolIn.clear();
    this.alice = this.#user("alice");
    this.alice.send(`JOIN ${CHANNELS.join()}`);
    this.#bob = this.#user("bob");
    this.#bob.send(`JOIN ${CHANNELS.join()}`);
    this.#carol = this.#user("carol");
    this.#carol.send(`JOIN ${CHANNELS.join()}`);
    this.#listen();
  }

  #user(nick: string): TestPeer {
    const peer = this.node.open();
    peer.session.account = nick;
    return peer.register(nick, READER);
  }

  run(action: Action): void {
    switch (action.what) {
      case "say": {
        const { who, place } = action;
        const peer = who === "alice" ? this.alice : this.#bob;
        const target = who === "bob" && place === "bob" ? "alice" : place;
        for (let i = 0; i < action.n; i++) peer.send(`PRIVMSG ${target} :${i}`);
        break;
      }
      case "do": {
        const isAlices = /^(TOPIC|MODE|KICK|INVITE)/.test(action.line);
        if (this.#carol.closed) this.#carol = this.#user("carol");
        (isAlices ? this.alice : this.#carol).send(action.line);
        break;
      }
      case "clock":
        this.node.clock.set(action.ms);
        return;
      case "restart":
        return this.start();
    }
    this.#listen();
  }

  /** Notes what alice was told. */
  #listen(): void {
    for (const text of this.alice.take()) {
      const message = parseMessage(text) as Message;
      const [first = ""] = message.params;
      if (message.tags?.has("batch") || !/^[A-Z]+$/.test(message.command)) continue;
      for (const place of this.#placesOf(message, first)) this.live[place].push(lineOf(message));
    }
  }

  #placesOf({ command, source }: Message, first: string): Place[] {
    const isCarols = source?.startsWith("carol") ?? false;
    const place = PLACES.find((each) => each === first);
    switch (command) {
      case "QUIT":
      case "NICK": {
        const places = [...this.#carolIn];
        if (command === "QUIT") this.#carolIn.clear();
        return places;
      }
      case "JOIN":
        if (isCarols && place !== undefined) this.#carolIn.add(place);
        break;
      case "PART":
      case "KICK":
        if (place !== undefined) this.#carolIn.delete(place);
        break;
      case "PRIVMSG":
        return [place ?? "bob"];
    }
    return place === undefined ? [] : [place];
  }

  /** What an answer of CHATHISTORY tells. */
  page(command: string): Line[] {
    this.alice.send(`CHATHISTORY ${command}`);
    return this.alice.take().map((text) => parseMessage(text) as Message)
      .filter(({ command }) => {
        assertNotEquals(command, "FAIL");
        return command !== "BATCH";
      }).map(lineOf);
  }
}

function lineOf({ tags, command, params }: Message): Line {
  const [msgid, time] = [tags?.get("msgid"), tags?.get("time")];
  assert(msgid !== undefined && time !== undefined, `${command} has both`);
  return { msgid, time, text: `${command} ${params.at(-1)}` };
}

/** All of a conversation, page by page, by the one kind of reference. */
function read(
  at: Company,
  place: Place,
  by: "time" | "msgid",
  isBack: boolean,
  size: number,
): Line[] {
  const ref = (line: Line | undefined): string =>
    line === undefined ? "" : by === "time" ? `timestamp=${line.time}` : `msgid=${line.msgid}`;
  const all: Line[] = [];
  let page = isBack
    ? at.page(`LATEST ${place} * ${size}`)
    : at.page(`AFTER ${place} timestamp=2000-01-01T00:00:00.000Z ${size}`);
  while (page.length > 0) {
    assert(page.length <= size);
    if (isBack) all.unshift(...page);
    else all.push(...page);
    if (all.length > 5000) break; // goes round in circles
    const from = ref(isBack ? page[0] : page.at(-1));
    page = at.page(`${isBack ? "BEFORE" : "AFTER"} ${place} ${from} ${size}`);
  }
  return all;
}

Deno.test("HIST-10 TAG-5 CHATH-2 paging by time and by msgid finds each line once, in order, as it was told", () => {
  fc.assert(
    fc.property(
      fc.array(ACTION, { maxLength: 30 }),
      fc.integer({ min: 1, max: 9 }),
      fc.nat(),
      fc.nat(),
      (actions, size, one, other) => {
        const company = new Company();
        for (const action of actions) company.run(action);
        for (const place of PLACES) {
          const live = company.live[place];
          for (const [i, { time }] of live.entries()) {
            assert(i === 0 || (live[i - 1]?.time ?? "") < time, `${place}: ${time} is later`);
          }
          for (const by of ["time", "msgid"] as const) {
            for (const isBack of [false, true]) {
              assertEquals(read(company, place, by, isBack, size), live);
            }
          }
          if (live.length === 0) continue;
          const [i, j] = [one % live.length, other % live.length].sort((a, b) => a - b) as [
            number,
            number,
          ];
          for (const name of ["timestamp", "msgid"] as const) {
            const ref = (line?: Line): string =>
              `${name}=${line?.[name === "msgid" ? "msgid" : "time"]}`;
            const [first, second] = [ref(live[i]), ref(live[j])];
            const between = live.slice(i + 1, j);
            assertEquals(
              company.page(`BETWEEN ${place} ${first} ${second} ${size}`),
              between.slice(0, size),
            );
            assertEquals(
              company.page(`BETWEEN ${place} ${second} ${first} ${size}`),
              between.slice(-size),
            );
            const half = Math.floor(size / 2);
            const around = live.slice(Math.max(0, i - half), i);
            assertEquals(
              company.page(`AROUND ${place} ${first} ${size}`),
              [...around, ...live.slice(i, i + size - around.length)],
            );
          }
        }
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("HIST-10 sixty lines in one write are sixty instants, live and later", () => {
  const company = new Company();
  const before = company.live["#tea"].length;
  company.run({ what: "say", who: "bob", place: "#tea", n: 60 });
  const live = company.live["#tea"].slice(before);
  assertEquals(new Set(live.map(({ time }) => time)).size, 60);
  const all = read(company, "#tea", "time", true, 7);
  assertEquals(all.slice(before), live);
});
