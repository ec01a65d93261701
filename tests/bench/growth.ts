/**
 * `deno task bench:growth`: how the cost of what concerns many grows with how many they are, and for how long one of it holds
 * the event loop; into RESULTS.md.
 *
 *     deno task bench:growth [--print] [--most N]
 *
 * `--print` prints the report instead, and `--most` leaves out what is larger. The daemon runs in this process, without
 * sockets: figures are its own time, without the kernel's.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Cost, type Wire, World } from "./growth/world.ts";
import { inserted, table } from "./peers/report.ts";

const SIZES = [100, 1000, 5000, 10_000];
/** Times that each piece of work is done, of which the median counts. */
const RUNS = 5;
/** Channels of a user who is in many: as many as one may be in. */
const MANY = 100;
/** Channels that all have the same members. */
const SAME = 10;

/** Connections that the runtime reads in one turn at the most. */
const READS_PER_TURN = 128;

const ROOM = "#room";

/** A piece of work. */
interface Work {
  readonly name: string;
  /** What its time is divided by: the lines that it causes, or something else of which there are N. */
  readonly unit: string;
  readonly each: "line" | "n";
  /** Does it as often as is asked for, on a daemon with N connections in one channel and one who asks. */
  readonly run: (world: World, n: number, runs: number) => Promise<Cost[]>;
}

const member = (i: number): string => `member${i}`;
const members = (n: number): string[] => Array.from({ length: n }, (_, i) => member(i));
const asker = ({ wires }: World): Wire => wires[0] as Wire;

/** What one line of the asker costs, with lines before it and after it that do not count. */
function asked(line: string, { before = [], after = [] }: {
  readonly before?: readonly string[];
  readonly after?: readonly string[];
} = {}): Work["run"] {
  return async (world, _n, runs) => {
    const costs: Cost[] = [];
    const quietly = async (lines: readonly string[]): Promise<void> => {
      for (const each of lines) await world.measure(() => asker(world).say(each));
    };
    for (let i = 0; i < runs; i++) {
      await quietly(before);
      costs.push(await world.measure(() => asker(world).say(line)));
      await quietly(after);
    }
    return costs;
  };
}

/** A user of each name, as `enter` puts it into channels, says or suffers something. */
async function eachOf(
  world: World,
  runs: number,
  enter: (nick: string) => void,
  act: (wire: Wire) => void,
): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (let i = 0; i < runs; i++) {
    const nick = `other${i}`;
    const [wire] = await world.open([nick]);
    enter(nick);
    if (wire !== undefined) costs.push(await world.measure(() => act(wire)));
  }
  return costs;
}

/** What is done to a daemon whose connections are all in one channel, in this order. */
const WORKS: readonly Work[] = [
  {
    name: "JOIN as the last of N",
    unit: "line",
    each: "line",
    run: asked(`JOIN ${ROOM}`, { after: [`PART ${ROOM}`] }),
  },
  { name: "NAMES of N", unit: "name", each: "n", run: asked(`NAMES ${ROOM}`) },
  { name: "WHO of a channel of N", unit: "line", each: "line", run: asked(`WHO ${ROOM}`) },
  {
    name: "WHO with a mask that finds nobody of N",
    unit: "user",
    each: "n",
    run: asked("WHO *.example.org"),
  },
  {
    name: "LIST of N channels",
    unit: "line",
    each: "line",
    run(world, n, runs) {
      for (const nick of members(n)) world.enter(`#${nick}`, [nick]);
      return asked("LIST")(world, n, runs);
    },
  },
  {
    name: "LIST where N channels have 100 members each",
    unit: "channel",
    each: "n",
    run(world, n, runs) {
      for (let i = 0; i < n; i++) {
        world.enter(`#${member(i)}`, Array.from({ length: 100 }, (_, k) => member((i + k) % n)));
      }
      return asked("LIST >1000000")(world, n, runs);
    },
  },
  {
    name: "MONITOR: N watch a nick that comes",
    unit: "watcher",
    each: "n",
    async run(world, n, runs) {
      await world.measure(() => {
        for (const wire of world.wires.slice(1, n + 1)) wire.say("MONITOR + asker2");
      });
      return asked("NICK asker2", { after: ["NICK asker"] })(world, n, runs);
    },
  },
  {
    name: "NICK in one channel of N",
    unit: "line",
    each: "line",
    run: asked("NICK other", { before: [`JOIN ${ROOM}`], after: ["NICK asker", `PART ${ROOM}`] }),
  },
  {
    name: `NICK in ${SAME} channels of the same N`,
    unit: "line",
    each: "line",
    run(world, n, runs) {
      const channels = Array.from({ length: SAME }, (_, i) => `#same${i}`);
      for (const channel of channels) world.enter(channel, ["asker", ...members(n)]);
      return asked("NICK other", { after: ["NICK asker"] })(world, n, runs);
    },
  },
  {
    name: `QUIT in ${MANY} channels, N witnesses in all`,
    unit: "line",
    each: "line",
    run(world, n, runs) {
      const channels = Array.from({ length: MANY }, (_, i) => `#part${i}`);
      for (const [i, nick] of members(n).entries()) world.enter(`#part${i % MANY}`, [nick]);
      const enter = (nick: string): void =>
        channels.forEach((channel) => world.enter(channel, [nick]));
      return eachOf(world, runs, enter, (wire) => wire.say("QUIT :bye"));
    },
  },
];

/** What can be done once only, each on a daemon of its own; one in the channel stays. */
const ENDS: readonly Work[] = [
  {
    name: "N in one channel are lost at once",
    unit: "connection",
    each: "n",
    async run(world, n) {
      world.enter(ROOM, ["asker"]);
      const wires = world.wires.slice(1, n + 1);
      const loseSome = (): void => {
        for (const wire of wires.splice(0, READS_PER_TURN)) wire.lose();
        if (wires.length > 0) setImmediate(loseSome);
      };
      return [await world.measure(loseSome)];
    },
  },
  {
    name: "N in one channel have stopped answering",
    unit: "connection",
    each: "n",
    async run(world) {
      world.enter(ROOM, ["asker"]);
      const { supervisor, loop } = world.node;
      const sweep = (): void => {
        loop.begin();
        supervisor.sweep();
      };
      world.advance(100_000);
      await world.measure(sweep);
      await world.measure(() => asker(world).say("PONG x"));
      world.advance(31_000);
      return [await world.measure(sweep)];
    },
  },
];

/** A daemon with N in one channel, and one who is not. */
async function populate(n: number): Promise<World> {
  const world = new World();
  await world.open(["asker", ...members(n)]);
  world.enter(ROOM, members(n));
  return world;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}

/** The row of a piece of work for one N. */
function rowOf({ name, unit, each }: Work, n: number, costs: readonly Cost[]): string[] {
  const ms = median(costs.map((cost) => cost.ms));
  const lines = median(costs.map((cost) => cost.lines));
  const ns = ms * 1e6 / (each === "line" ? lines : n);
  return [
    name,
    n.toLocaleString("en-GB"),
    lines.toLocaleString("en-GB"),
    `${ms.toFixed(ms < 10 ? 2 : 0)} ms`,
    `${ns < 10_000 ? `${ns.toFixed(0)} ns` : `${(ns / 1000).toFixed(0)} µs`} a ${unit}`,
    `${median(costs.map((cost) => cost.longestMs)).toFixed(1)} ms`,
  ];
}

async function measureAll(sizes: readonly number[]): Promise<string[][]> {
  const rows = new Map<Work, string[][]>();
  const add = (work: Work, n: number, costs: readonly Cost[]): void => {
    rows.set(work, [...rows.get(work) ?? [], rowOf(work, n, costs)]);
    tell(rows.get(work)?.at(-1)?.join("  ") ?? "");
  };
  for (const n of sizes) {
    const world = await populate(n);
    for (const work of WORKS) add(work, n, await work.run(world, n, RUNS));
    world.close();
    for (const work of ENDS) {
      const world = await populate(n);
      add(work, n, await work.run(world, n, 1));
      world.close();
    }
  }
  return [...rows.values()].flat();
}

const EXPLAINED = [
  "The daemon in one process with N connections, without sockets: what is seen is its own time, without the kernel's. *Holds* is the",
  "longest turn of the event loop, which others wait for. Medians of five; of the last two, which end all connections, one each.",
  "",
  "Each cost grows with the lines that must be sent, or with the users and channels that must be looked at, and with nothing else; those",
  "who are lost together are not told of each other, so that 10,000 cost what they are, and not their square. An answer of many lines",
  "holds the loop for 5 ms, and for 0.1 ms of each turn that follows; a line for 10,000 is not parted, and holds it for as long as it",
  "takes to queue it for each.",
].join("\n");

async function main(): Promise<void> {
  const flags = parseArgs([...Deno.args], { boolean: ["print"], string: ["most"] });
  const most = Number(flags["most"] ?? Infinity);
  await measureAll([1000]); // so that the code is compiled
  const rows = await measureAll(SIZES.filter((n) => n <= most));
  const head = ["", "N", "lines", "time", "", "holds"];
  const report = ["## How costs grow", EXPLAINED, table(head, rows)].join("\n\n");
  if (flags["print"] === true) {
    return void Deno.stdout.writeSync(new TextEncoder().encode(report + "\n"));
  }
  const path = `${new URL(".", import.meta.url).pathname}RESULTS.md`;
  const before = await Deno.readTextFile(path).catch(() => "# Results\n");
  await Deno.writeTextFile(path, inserted(before, report, "growth"));
}

function tell(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text + "\n"));
}

if (import.meta.main) await main();
