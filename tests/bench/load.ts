/**
 * Loads an IRC server over loopback and says what came of it: every line is accounted for, how long lines took, and what the
 * server spent on them. Plain IRC only, so that it measures any server.
 *
 *     deno task load -- --server HOST:PORT [--pid PID] SCENARIO
 *     deno task load -- --own SCENARIO
 *
 * Scenarios: see `SCENARIOS`. Flags: `--seconds`, `--warm-up` seconds before them, `--bytes` of text, `--channel` (or `none`), `--caps` that each client has, with
 * commas between them, `--workers` for clients in several processes, `--opening` for connections that are opened at a time, `--json` for one line of JSON in place of the table. With
 * `--own` a chatd of its own is started and measured, with `--inside` too asked how long its turns and its lines waited.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { Daemon } from "../support/daemon.ts";
import { ClosedError } from "./client.ts";
import { churn, connect, idle, names } from "./coming.ts";
import { type Figures, formatFigures, type Target } from "./figures.ts";
import { formatTable } from "./process.ts";
import { LoadError, type Pace } from "./swarm.ts";
import { beside, fanout, pairs, rooms, type TalkOptions } from "./talking.ts";

/** A scenario: what follows its name on the command line, what it is, and how it is run. */
interface Scenario {
  readonly usage: string;
  readonly text: string;
  readonly run: (
    target: Target,
    args: readonly string[],
    options: TalkOptions,
  ) => Promise<Figures>;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  connect: {
    usage: "N",
    text: "N clients register and are in no channel",
    run: (target, [n]) => connect(target, positive(n, "clients")),
  },
  idle: {
    usage: "N",
    text: "N clients register, sit in one channel (or none) and say nothing",
    run: (target, [n]) => idle(target, positive(n, "clients")),
  },
  fanout: {
    usage: "N S R",
    text: "one channel of N, S of whom say R lines a second each, or keep W on their way: R is wW",
    run: (target, args, options) => fanout(target, { ...options, ...fanoutOf(args) }),
  },
  beside: {
    usage: "N S R",
    text: "the same, and a pair beside it that talks one line at a time",
    run: (target, args, options) => beside(target, { ...options, ...fanoutOf(args) }),
  },
  rooms: {
    usage: "C M R",
    text: "C rooms of M members, in which R lines a second are said in all",
    run: (target, [c, m, r], options) =>
      rooms(target, {
        ...options,
        rooms: positive(c, "rooms"),
        members: positive(m, "members"),
        perSecond: positive(r, "lines a second"),
      }),
  },
  dm: {
    usage: "N W",
    text: "N pairs of whom one talks to the other and keeps W lines on their way",
    run: (target, [n, w], options) =>
      pairs(target, { ...options, pairs: positive(n, "pairs"), window: positive(w, "window") }),
  },
  names: {
    usage: "N",
    text: "N clients join one channel at once",
    run: (target, [n]) => names(target, positive(n, "clients")),
  },
  churn: {
    usage: "N",
    text: "N clients come, join a channel and quit",
    run: (target, [n]) => churn(target, positive(n, "clients")),
  },
};

/** A mistake on the command line. */
class UsageError extends Error {}

function positive(value: string | undefined, what: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new UsageError(`${what}: wanted a number above 0, got "${value ?? ""}"`);
  return number;
}

function fanoutOf([n, s, r]: readonly string[]): { clients: number; senders: number; pace: Pace } {
  const clients = positive(n, "clients");
  const senders = positive(s, "senders");
  if (senders > clients) throw new UsageError("wanted no more senders than clients");
  return { clients, senders, pace: paceOf(r) };
}

function paceOf(value: string | undefined): Pace {
  if (value?.startsWith("w")) return { window: positive(value.slice(1), "window") };
  return { perSecond: positive(value, "lines a second") };
}

function addressOf(server: string): { hostname: string; port: number } {
  const [, hostname = "", port] = /^\[?(.*?)\]?:(\d+)$/.exec(server) ?? [];
  return { hostname, port: positive(port, "--server HOST:PORT") };
}

async function main(args: readonly string[]): Promise<void> {
  // `deno task load -- …` hands its own `--` on.
  const flags = parseArgs(args[0] === "--" ? args.slice(1) : args, {
    string: [
      "server",
      "pid",
      "channel",
      "seconds",
      "bytes",
      "caps",
      "workers",
      "opening",
      "warm-up",
      "_",
    ],
    boolean: ["own", "inside", "json"],
  });
  const text = (name: string): string | undefined => {
    const value = flags[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const [name = "", ...rest] = flags._.map(String);
  const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
  if (scenario === undefined) throw new UsageError(`wanted a scenario\n${formatScenarios()}`);
  const server = text("server");
  const isOwn = flags["own"] === true;
  if (!isOwn && server === undefined) throw new UsageError("wanted --server HOST:PORT or --own");
  const isInside = isOwn && flags["inside"] === true;
  const own = isOwn
    ? await Daemon.start(
      ["--max-clients", "100000", "--lobby", "none", ...isInside ? ["--console"] : []],
      { stdin: isInside ? "piped" : "null" },
    )
    : null;
  const stats = own === null || !isInside ? null : asker(own);
  try {
    const pid = text("pid");
    const target: Target = {
      ...own === null ? addressOf(server ?? "") : { hostname: "127.0.0.1", port: own.port },
      pid: own?.child.pid ?? (pid === undefined ? null : positive(pid, "--pid")),
      channel: text("channel") === "none" ? null : text("channel") ?? "#load",
      capabilities: text("caps")?.split(",") ?? [],
      workers: positive(text("workers") ?? "1", "--workers"),
      openingAtOnce: positive(text("opening") ?? "50", "--opening"),
      stats,
    };
    const warmUp = text("warm-up");
    const figures = await scenario.run(target, rest, {
      ...warmUp === undefined ? {} : { warmUpSeconds: positive(warmUp, "--warm-up") },
      seconds: positive(text("seconds") ?? "5", "--seconds"),
      textBytes: positive(text("bytes") ?? "64", "--bytes"),
    });
    write(flags["json"] === true ? JSON.stringify(figures) : formatFigures(figures));
  } finally {
    await own?.close();
  }
}

/** Asks the console of a daemon for its figures. */
function asker({ child, out }: Daemon): () => Promise<string> {
  const console = child.stdin.getWriter();
  return async () => {
    const from = out.text.length;
    await console.write(new TextEncoder().encode("/stats\n"));
    return await out.until(/waited to be written: .*\n/, from);
  };
}

function formatScenarios(): string {
  return formatTable(
    Object.entries(SCENARIOS).map(([name, { usage, text }]) => [`  ${name} ${usage}`, text]),
    ["left", "left"],
  );
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    const isExpected = [UsageError, LoadError, ClosedError].some((kind) => error instanceof kind);
    if (!(error instanceof Error && isExpected)) throw error;
    Deno.stderr.writeSync(new TextEncoder().encode(`load: ${error.message}\n`));
    Deno.exit(2);
  }
}
