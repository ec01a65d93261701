/**
 * Loads an IRC server over loopback and says what came of it: every line is accounted for, how long lines took, and what the
 * server spent on them. Plain IRC only, so that it measures any server.
 *
 *     deno task load -- --server HOST:PORT [--pid PID] SCENARIO
 *     deno task load -- --own SCENARIO
 *
 * Scenarios: `fanout N S R` is one channel of N clients, S of whom say R lines a second each, or, with R as `w8`, keep 8 lines
 * on their way; `idle N` is N registered clients that say nothing. Flags: `--seconds`, `--bytes` of text, `--channel` (or `none`),
 * `--json` for one line of JSON in place of the table. With `--own` a chatd of its own is started and measured.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { Daemon } from "../support/daemon.ts";
import { formatBytes, formatTable, type Usage, usageOf } from "./process.ts";
import { type Pace, Swarm, type Talk } from "./swarm.ts";

/** The server that is loaded. */
export interface Target {
  readonly hostname: string;
  readonly port: number;
  /** Where its time and memory are looked up; without it they are not told. */
  readonly pid: number | null;
  /** Where the clients meet; `null` for clients that are in no channel. */
  readonly channel: string | null;
}

/** What a run was and what came of it, by name. Numbers in the units that the names say. */
export type Figures = Readonly<Record<string, string | number>>;

/** What the fan-out takes from the command line. */
export interface FanoutOptions {
  readonly clients: number;
  readonly senders: number;
  readonly pace: Pace;
  readonly seconds: number;
  readonly textBytes: number;
}

/** Lines that a sender may have on its way to all at once without a rate, at the most. */
const MOST_LINES = 1_000_000;

/** One channel in which some talk and all others listen. */
export async function fanout(target: Target, options: FanoutOptions): Promise<Figures> {
  const { clients, senders, pace, seconds, textBytes } = options;
  const swarm = new Swarm(target, target.channel);
  try {
    await swarm.grow(clients);
    const talk: Talk = { senders, pace, lines: MOST_LINES, seconds, textBytes };
    await swarm.talk({ ...talk, seconds: Math.min(1, seconds / 4) }); // warms both sides up
    const before = await look(target);
    const startedAt = performance.now();
    const account = await swarm.talk(talk);
    const elapsedMs = performance.now() - startedAt;
    const after = await look(target);
    const { latency } = swarm;
    return {
      scenario: `fanout ${clients} ${senders} ${
        "window" in pace ? `w${pace.window}` : pace.perSecond
      }`,
      delivered: account.delivered,
      lost: account.lost,
      twice: account.twice,
      late: account.late,
      closedByServer: swarm.closed,
      deliveriesPerSecond: Math.round(account.delivered * 1000 / elapsedMs),
      ...cpu(before, after, account.delivered, "Delivery"),
      latencyP50Us: Math.round(latency.percentile(0.5)),
      latencyP99Us: Math.round(latency.percentile(0.99)),
      latencyP999Us: Math.round(latency.percentile(0.999)),
      latencyMaxUs: Math.round(latency.max),
      ...after === null ? {} : { rssBytes: after.rssBytes },
    };
  } finally {
    swarm.close();
  }
}

/** Clients that register, sit in the channel and say nothing. */
export async function idle(target: Target, clients: number): Promise<Figures> {
  const before = await look(target);
  const swarm = new Swarm(target, target.channel);
  try {
    await swarm.grow(clients);
    const after = await look(target);
    return {
      scenario: `idle ${clients}`,
      closedByServer: swarm.closed,
      ...cpu(before, after, clients, "Registration"),
      ...before === null || after === null ? {} : {
        rssBeforeBytes: before.rssBytes,
        rssBytes: after.rssBytes,
        rssPerClientBytes: Math.round((after.rssBytes - before.rssBytes) / clients),
      },
    };
  } finally {
    swarm.close();
  }
}

async function look({ pid }: Target): Promise<Usage | null> {
  return pid === null ? null : await usageOf(pid);
}

/** What the server spent between two looks, for each thing that it did. */
function cpu(before: Usage | null, after: Usage | null, count: number, of: string): Figures {
  if (before === null || after === null || count === 0) return {};
  const total = after.cpuUs - before.cpuUs;
  return {
    [`serverCpuPer${of}Us`]: Number((total / count).toFixed(3)),
    serverCpuSystemShare: Number(((after.systemUs - before.systemUs) / total || 0).toFixed(2)),
  };
}

/** Figures for people: one row each, with the unit that the name ends with. */
export function formatFigures(figures: Figures): string {
  return formatTable(
    Object.entries(figures).map(([name, value]) => {
      const words = name.replace(/(Us|Bytes)$/, "").replace(
        /[A-Z]/g,
        (letter) => " " + letter.toLowerCase(),
      );
      if (typeof value === "string") return [words, value];
      if (name.endsWith("Bytes")) return [words, formatBytes(value)];
      return [words, value.toLocaleString("en-GB") + (name.endsWith("Us") ? " µs" : "")];
    }),
  );
}

/** A mistake on the command line. */
class UsageError extends Error {}

function positive(value: string | undefined, what: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new UsageError(`${what}: wanted a number above 0, got "${value ?? ""}"`);
  return number;
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
    string: ["server", "pid", "channel", "seconds", "bytes", "_"],
    boolean: ["own", "json"],
  });
  const text = (name: string): string | undefined => {
    const value = flags[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const [scenario, ...rest] = flags._.map(String);
  const server = text("server");
  const isOwn = flags["own"] === true;
  if (!isOwn && server === undefined) throw new UsageError("wanted --server HOST:PORT or --own");
  const own = isOwn
    ? await Daemon.start([
      "--max-clients",
      "100000",
      ...text("channel") === "none" ? ["--lobby", "none"] : [],
    ])
    : null;
  try {
    const target: Target = {
      ...own === null ? addressOf(server ?? "") : { hostname: "127.0.0.1", port: own.port },
      pid: own?.child.pid ?? (text("pid") === undefined ? null : positive(text("pid"), "--pid")),
      channel: text("channel") === "none" ? null : text("channel") ?? "#lobby",
    };
    const figures = await run(target, scenario, rest, {
      seconds: positive(text("seconds") ?? "5", "--seconds"),
      textBytes: positive(text("bytes") ?? "64", "--bytes"),
    });
    write(flags["json"] === true ? JSON.stringify(figures) : formatFigures(figures));
  } finally {
    await own?.close();
  }
}

function run(
  target: Target,
  scenario: string | undefined,
  [first, second, third]: readonly string[],
  options: Pick<FanoutOptions, "seconds" | "textBytes">,
): Promise<Figures> {
  switch (scenario) {
    case "fanout":
      return fanout(target, {
        ...options,
        clients: positive(first, "clients"),
        senders: positive(second, "senders"),
        pace: paceOf(third),
      });
    case "idle":
      return idle(target, positive(first, "clients"));
    default:
      throw new UsageError("scenarios: fanout N S R|wW, idle N");
  }
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    Deno.stderr.writeSync(new TextEncoder().encode(`load: ${error.message}\n`));
    Deno.exit(2);
  }
}
