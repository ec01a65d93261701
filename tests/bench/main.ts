/**
 * `deno task bench`: the hot functions, a daemon under load and its memory, in one table. Figures are for comparison on one
 * machine; nothing here passes or fails.
 *
 * @module
 */
import { Daemon } from "../support/daemon.ts";
import { idle } from "./coming.ts";
import type { Figures, Target } from "./figures.ts";
import { formatBytes, formatTable } from "./process.ts";
import { fanout, type FanoutOptions } from "./talking.ts";

/** Runs of each load, of which the median counts. */
const RUNS = 3;
const CLIENTS = 1000;
const SENDERS = 10;

/** A row of the table: what was measured, the figure, and what else is to be known. */
type Row = readonly [what: string, figure: string, details: string];

/** What `deno bench --json` tells of one benchmark, in nanoseconds. */
interface BenchResult {
  readonly name: string;
  readonly group: string | null;
  readonly results: readonly {
    readonly ok?: { readonly min: number; readonly p75: number; readonly p99: number };
  }[];
}

/** Runs the benchmarks beside this file. */
async function benchmarks(): Promise<Row[]> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bench",
      "-q",
      "--json",
      "--no-prompt",
      "--allow-read",
      new URL(".", import.meta.url).pathname,
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("A benchmark has failed");
  const { benches }: { benches: readonly BenchResult[] } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  return benches.map(formatBench);
}

/** A benchmark whose group is `1000 lines` does so many in a run, and is told for each. */
function formatBench({ name, group, results }: BenchResult): Row {
  const ok = results[0]?.ok;
  if (ok === undefined) throw new Error(`${name} has failed`);
  const [, count = "1", units = "runs"] = /^(\d+) (\w+)$/.exec(group ?? "") ?? [];
  const unit = units === "deliveries" ? "delivery" : units.replace(/s$/, "");
  const each = (ns: number): string => formatNs(ns / Number(count));
  const whole = units === "deliveries"
    ? `${formatNs(ok.p75 * CLIENTS / Number(count))} a message, `
    : "";
  return [
    name,
    `${each(ok.p75)} per ${unit}`,
    `${whole}best ${each(ok.min)}, p99 ${each(ok.p99)}`,
  ];
}

function formatNs(ns: number): string {
  return ns < 1000 ? `${ns < 10 ? ns.toFixed(1) : ns.toFixed(0)} ns` : formatUs(ns / 1000);
}

function formatUs(us: number): string {
  return us < 1000
    ? `${us < 10 ? us.toFixed(2) : us.toFixed(0)} µs`
    : `${(us / 1000).toFixed(1)} ms`;
}

/** The same load several times, each on a daemon of its own. */
async function repeat(
  args: readonly string[],
  run: (target: Target) => Promise<Figures>,
  runs = RUNS,
): Promise<Figures[]> {
  const all: Figures[] = [];
  for (let i = 0; i < runs; i++) {
    const daemon = await Daemon.start(["--max-clients", "100000", ...args]);
    const channel = args.includes("none") ? null : "#lobby";
    const { pid } = daemon.child;
    try {
      all.push(await run({ hostname: "127.0.0.1", port: daemon.port, pid, channel }));
    } finally {
      await daemon.close();
    }
  }
  return all;
}

function median(all: readonly Figures[], name: string): number {
  const values = all.map((figures) => Number(figures[name] ?? NaN)).sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? NaN;
}

async function measureFanout(
  name: string,
  options: Pick<FanoutOptions, "pace">,
): Promise<Row> {
  const all = await repeat([], (target) =>
    fanout(target, {
      clients: CLIENTS,
      senders: SENDERS,
      seconds: 3,
      textBytes: 64,
      ...options,
    }));
  const wrong = ["lost", "twice", "late"].map((key) =>
    `${all.reduce((sum, figures) => sum + Number(figures[key]), 0)} ${key}`
  );
  return [
    `over loopback to ${CLIENTS}: ${name}`,
    `${Math.round(median(all, "deliveriesPerSecond")).toLocaleString("en-GB")} deliveries/s`,
    [
      `server's CPU ${median(all, "serverCpuPerDeliveryUs").toFixed(2)} µs each`,
      `p50 ${formatUs(median(all, "latencyP50Us"))}`,
      `p99 ${formatUs(median(all, "latencyP99Us"))}`,
      ...wrong,
    ].join(", "),
  ];
}

/** What keeping what is said costs: the same talk with and without it, in turns. */
async function measureHistory(members: number): Promise<Row[]> {
  const folder = await Deno.makeTempDir();
  const kept: readonly (readonly [string, readonly string[]])[] = [
    ["not kept", ["--no-history"]],
    ["kept on disk", ["--data", `${folder}/chatd.db`]],
    ["kept on disk, --durability power", [
      "--data",
      `${folder}/power.db`,
      "--durability",
      "power",
    ]],
  ];
  const all = kept.map((): Figures[] => []);
  const talk = { clients: members, senders: SENDERS, pace: { perSecond: 50 } };
  for (let i = 0; i < RUNS; i++) {
    for (const [k, [, args]] of kept.entries()) {
      all[k]?.push(
        ...await repeat(
          args,
          (target) => fanout(target, { ...talk, seconds: 5, textBytes: 64 }),
          1,
        ),
      );
    }
  }
  await Deno.remove(folder, { recursive: true });
  const costs = all.map((figures) => median(figures, "serverCpuPerDeliveryUs"));
  return kept.map(([name], k) => [
    `a room of ${members}, ${SENDERS} senders, 50 lines/s each: ${name}`,
    `${(costs[k] ?? NaN).toFixed(2)} µs a delivery`,
    `${((costs[k] ?? NaN) / (costs[0] ?? NaN)).toFixed(2)} times, p99 ${
      formatUs(median(all[k] ?? [], "latencyP99Us"))
    }`,
  ]);
}

async function measureIdle(clients: number, args: readonly string[], where: string): Promise<Row> {
  const all = await repeat(args, (target) => idle(target, clients));
  return [
    `memory per idle client, ${clients} ${where}`,
    formatBytes(median(all, "rssPerClientBytes")),
    `server's CPU ${formatUs(median(all, "serverCpuPerRegistrationUs"))} per registration, ` +
    `daemon alone ${formatBytes(median(all, "rssBeforeBytes"))}`,
  ];
}

if (import.meta.main) {
  const rows: Row[] = [
    ["what", "figure", ""],
    ...await benchmarks(),
    await measureFanout("as fast as it goes", { pace: { window: 8 } }),
    await measureFanout("10 senders, 100 lines/s each", { pace: { perSecond: 100 } }),
    ...await measureHistory(100),
    await measureIdle(1000, [], "in the lobby"),
    await measureIdle(5000, ["--lobby", "none"], "in no channel"),
  ];
  const note =
    `p75 of the functions; median of ${RUNS} runs under load. Compare on one machine only.`;
  Deno.stdout.writeSync(
    new TextEncoder().encode(`${formatTable(rows, ["left", "right", "left"])}\n\n${note}\n`),
  );
}
