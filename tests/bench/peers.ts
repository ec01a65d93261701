/**
 * `deno task bench:peers`: chatd beside InspIRCd, ngIRCd and the least that a server on this runtime can be, where they are
 * installed; each scenario on each of them in turns, medians and ratios into RESULTS.md, latency over load into latency.svg.
 *
 *     deno task bench:peers [--quick] [--rounds N] [--only TEXT] [--seconds N] [--workers N] [--output FOLDER]
 *
 * `--quick` is one round with small numbers, for trying out: it prints, and writes only where `--output` says. `--only` runs the
 * scenarios that have the text in them, `sweep` being the runs of the plot; it prints too.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import type { Figures } from "./figures.ts";
import { plot, type Series } from "./peers/plot.ts";
import {
  formatFigure,
  goalsTable,
  inserted,
  median,
  type Names,
  type RowRuns,
  rowTable,
  table,
} from "./peers/report.ts";
import { CAPABILITIES, type Row, ROWS, type SubjectId, SWEEP } from "./peers/rows.ts";
import { chatd, floor, inspircd, ngircd, output, type Server, start } from "./peers/servers.ts";

const HERE = new URL(".", import.meta.url).pathname;
/** Rounds of which the median counts. */
const ROUNDS = 3;
const SECONDS = 5;
/** A daemon runs for weeks: its first second, in which code is still being compiled, is not what is asked for. */
const WARM_UP_SECONDS = 3;
/** Server and load are each on a core of their own where that can be said. */
const SERVER_CORE = 0;

/** A server with clients of some kind. */
interface Subject {
  readonly name: string;
  readonly server: Server;
  /** Flags for the load. */
  readonly flags: readonly string[];
}

/** How everything is run. */
interface Plan {
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly seconds: number;
  readonly workers: number;
  /** Put before a command, to keep it on a core; empty where there is no such program. */
  readonly pinServer: readonly string[];
  readonly pinLoad: readonly string[];
}

async function subjects(): Promise<Map<SubjectId, Subject>> {
  const own = chatd("chatd");
  const all: [SubjectId, Server | null, string?, string[]?][] = [
    ["chatd", own],
    ["inspircd", await inspircd()],
    ["ngircd", await ngircd()],
    ["floor", floor],
    ["caps", own, "chatd, clients with capabilities", ["--caps", CAPABILITIES]],
    ["unkept", chatd("chatd", ["--no-history"]), "chatd without history"],
  ];
  return new Map(
    all.flatMap(([id, server, name, flags = []]) =>
      server === null ? [] : [[id, { name: name ?? server.name, server, flags }]]
    ),
  );
}

/** One scenario on a server that was started for it. */
async function run(
  { server, flags }: Subject,
  args: readonly string[],
  { pinServer, pinLoad, seconds, workers }: Plan,
): Promise<Figures> {
  const running = await start(server, pinServer);
  try {
    const command = [
      ...pinLoad,
      Deno.execPath(),
      ..."run -q --no-prompt --allow-net --allow-read --allow-run --allow-env --allow-sys --allow-ffi"
        .split(
          " ",
        ),
      `${HERE}load.ts`,
      "--server",
      `127.0.0.1:${running.port}`,
      "--pid",
      `${running.pid}`,
      "--json",
      "--seconds",
      `${seconds}`,
      "--warm-up",
      `${Math.min(WARM_UP_SECONDS, seconds)}`,
      "--workers",
      `${workers}`,
      "--opening",
      `${server.openingAtOnce}`,
      ...flags,
      ...args,
    ];
    const { stdout, success } = await new Deno.Command(command[0] ?? "", {
      args: command.slice(1),
      stdin: "null",
      stderr: "inherit",
    }).output();
    if (!success) throw new Error(`The load has failed on ${server.name}: ${args.join(" ")}`);
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await running.stop();
  }
}

/** A row on all of its subjects in turns, A B A B. A subject that fails once is left out from then on, and said to be. */
async function runRow(
  row: Row,
  all: ReadonlyMap<SubjectId, Subject>,
  plan: Plan,
): Promise<RowRuns> {
  const args = plan.isQuick ? row.quick : row.args;
  const runs = new Map<SubjectId, Figures[]>();
  const failed = new Set<SubjectId>();
  for (let round = 0; round < plan.rounds; round++) {
    for (const id of row.subjects) {
      const subject = all.get(id);
      if (subject === undefined || failed.has(id)) continue;
      try {
        const figures = await run(subject, args, plan);
        runs.set(id, [...runs.get(id) ?? [], figures]);
        tell(`${subject.name}: ${JSON.stringify(figures)}`);
      } catch (error) {
        failed.add(id);
        runs.delete(id);
        tell(`${subject.name}: ${args.join(" ")}: ${error}`);
      }
    }
  }
  return { row, args, runs };
}

/** How long lines take as more are said: a table, and the picture. */
function sweepReport(
  all: readonly RowRuns[],
  names: Names,
): { text: string; svg: string } {
  const colours: Partial<Record<SubjectId, string>> = {
    chatd: "#0b6bcb",
    inspircd: "#c4420d",
    floor: "#777777",
  };
  const ids = [...names.keys()].filter((id) => all.some(({ runs }) => runs.has(id)));
  const of = ({ runs }: RowRuns, id: SubjectId, figure: string): number | null =>
    median(runs.get(id) ?? [], figure);
  const offered = ({ args }: RowRuns): number => {
    const [, members = "", senders = "", rate = ""] = args;
    return (Number(members) - 1) * Number(senders) * Number(rate);
  };
  const series = ids.map((id): Series => ({
    name: names.get(id) ?? id,
    colour: colours[id] ?? "#000000",
    points: all.flatMap((row) => {
      const y = of(row, id, "latencyP99Us");
      return y === null || y <= 0 ? [] : [[offered(row), y]];
    }),
  }));
  const rows = all.map((row) => [
    offered(row).toLocaleString("en-GB"),
    ...ids.flatMap((id) => [
      ...[
        "latencyP50Us",
        "latencyP99Us",
        "latencyMaxUs",
        "serverCpuPerDeliveryUs",
        "serverCpuOfOneCore",
      ]
        .map((figure) => formatFigure(figure, of(row, id, figure))),
    ]),
  ]);
  const head = ids.flatMap((id) =>
    ["p50", "p99", "max", "CPU", "core"].map((title) => `${names.get(id)} ${title}`)
  );
  const first = all[0];
  return {
    text: table(["deliveries/s offered", ...head], rows),
    svg: plot(
      `p99 of the way of a line, one channel of ${first?.args[1]}, ${first?.args[2]} speakers`,
      { title: "deliveries a second, offered", format: (value) => short(value) },
      { title: "p99", format: (us) => us < 1000 ? `${us} µs` : `${us / 1000} ms` },
      series,
    ),
  };
}

function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1000 ? `${value / 1000} k` : `${value}`;
}

/** The machine in words: nothing that names it. */
async function machine(all: ReadonlyMap<SubjectId, Subject>, plan: Plan): Promise<string> {
  const cpuinfo = await output("cat", ["/proc/cpuinfo"]) ?? "";
  const model = /^model name\s*:\s*(.+)$/m.exec(cpuinfo)?.[1] ?? "an unknown processor";
  const gib = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  const kernel = /^\d+\.\d+/.exec(Deno.osRelease())?.[0] ?? Deno.osRelease();
  const pinned = plan.pinServer.length > 0
    ? "the server on one core, the load on the rest"
    : "server and load on whichever core the kernel chose";
  const versions = [...new Set([...all.values()].map(({ server }) => server))].map(
    ({ name, version }) => `${name} (${version})`,
  );
  return [
    `${navigator.hardwareConcurrency} cores (${model}), ${gib} GiB, Linux ${kernel}; ${pinned}. `,
    `Servers: ${[...new Set(versions)].join(", ")}. `,
    `Median of ${plan.rounds} ${
      plan.rounds === 1 ? "run" : "runs"
    } on each, in turns, a server started anew for each; `,
    `${plan.seconds} s of talk after ${
      Math.min(WARM_UP_SECONDS, plan.seconds)
    } s that do not count, texts of 64 bytes. CPU is user and system time of the server's process.`,
  ].join("");
}

const EXPLAINED = [
  "chatd runs with every feature on, its history on disk, and no limit for floods, which the others have not either. **Floor** is",
  "the least that an IRC server on the same runtime can be (`floor.ts`): what it costs is the runtime and the kernel. CPU is what",
  "counts; of latency, the peers' figures hold what they wait for before they write, and 40 ms where they leave Nagle's algorithm",
  "on. InspIRCd completes registrations once a second, and ngIRCd has a short backlog, which is why connections are opened to",
  "each as it can take them. Where the load's own core is near 100 %, the server could do more than is seen.",
].join("\n");

async function main(): Promise<void> {
  const flags = parseArgs([...Deno.args], {
    boolean: ["quick"],
    string: ["rounds", "only", "seconds", "workers", "output"],
  });
  const isQuick = flags["quick"] === true;
  const only = typeof flags["only"] === "string" ? flags["only"] : "";
  const cores = navigator.hardwareConcurrency;
  const canPin = cores > 1 && await output("taskset", ["--version"]) !== null;
  const plan: Plan = {
    isQuick,
    rounds: Number(flags["rounds"] ?? (isQuick ? 1 : ROUNDS)),
    seconds: Number(flags["seconds"] ?? (isQuick ? 1 : SECONDS)),
    workers: Number(flags["workers"] ?? 1),
    pinServer: canPin ? ["taskset", "-c", `${SERVER_CORE}`] : [],
    pinLoad: canPin ? ["taskset", "-c", `${SERVER_CORE + 1}-${cores - 1}`] : [],
  };
  const all = await subjects();
  const names: Names = new Map([...all].map(([id, { name }]) => [id, name]));
  const isWanted = ({ args, quick }: Row): boolean =>
    (isQuick ? quick : args).join(" ").includes(only);
  const rows: RowRuns[] = [];
  for (const row of ROWS.filter(isWanted)) rows.push(await runRow(row, all, plan));
  const sweep: RowRuns[] = [];
  for (const row of only === "" || only === "sweep" ? SWEEP : []) {
    sweep.push(await runRow(row, all, plan));
  }
  const parts = ["## Beside other servers", await machine(all, plan), EXPLAINED];
  if (rows.length > 0) {
    parts.push("### Goals", goalsTable(rows, names), "### All figures");
    for (const row of rows) parts.push(`\`${row.args.join(" ")}\``, rowTable(row, names));
  }
  const folder = typeof flags["output"] === "string"
    ? `${flags["output"]}/`
    : isQuick || only !== ""
    ? null
    : HERE;
  if (sweep.length > 0) {
    const { text, svg } = sweepReport(sweep, names);
    parts.push("### Latency against load", "![p99 over the load offered](latency.svg)", text);
    if (folder !== null) await Deno.writeTextFile(`${folder}latency.svg`, svg);
  }
  const report = parts.join("\n\n");
  if (folder === null) return print(report);
  const path = `${folder}RESULTS.md`;
  const before = await Deno.readTextFile(path).catch(() => "# Results\n");
  await Deno.writeTextFile(path, inserted(before, report, "peers"));
  tell(`Written to ${path}.`);
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}

function tell(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text + "\n"));
}

if (import.meta.main) await main();
