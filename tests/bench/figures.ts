/**
 * What a run of the load was and what came of it, for people and for programs.
 *
 * @module
 */
import type { Histogram } from "../../server/core/histogram.ts";
import type { Account } from "./ledger.ts";
import { formatBytes, formatTable, type Usage, usageOf } from "./process.ts";

/** The server that is loaded, and what all scenarios have in common. */
export interface Target {
  readonly hostname: string;
  readonly port: number;
  /** Where its time and memory are looked up; without it they are not told. */
  readonly pid: number | null;
  /** Where the clients of one channel meet; `null` for clients that are in no channel. */
  readonly channel: string | null;
  /** Capabilities that all clients have. */
  readonly capabilities?: readonly string[];
  /** Processes that have the clients between them. */
  readonly workers?: number;
  /** Connections that are being opened at a time. */
  readonly openingAtOnce?: number;
  /** Asks the server's console for its figures; chatd only. */
  readonly stats?: (() => Promise<string>) | null;
}

/** What a run was and what came of it, by name. Numbers in the units that the names say. */
export type Figures = Readonly<Record<string, string | number>>;

/** A look at the server, and when it was. */
export interface Look {
  readonly usage: Usage | null;
  /** What this process has used itself. */
  readonly own: Usage | null;
  /** What the server's console tells, if it was asked: its durations are since the look before. */
  readonly stats: string;
  readonly atMs: number;
}

/** Looks at the server now. */
export async function look({ pid, workers = 1, stats }: Target): Promise<Look> {
  return {
    usage: pid === null ? null : await usageOf(pid),
    own: pid === null || workers > 1 ? null : await usageOf(Deno.pid),
    stats: await stats?.() ?? "",
    atMs: performance.now(),
  };
}

/** What the server tells of its own delays since the look before this one; nothing where it was not asked. */
export function inside({ stats }: Look): Figures {
  const figures: Record<string, number> = {};
  for (const [name, what] of [["held", "event loop held"], ["waited", "waited to be written"]]) {
    const [, p50, p99, max] = new RegExp(
      `${what}: half up to ([\\d.]+) ms, 99 % up to ([\\d.]+) ms, longest ([\\d.]+) ms`,
    ).exec(stats) ?? [];
    if (max === undefined) continue;
    figures[`${name}P50Us`] = Number(p50) * 1000;
    figures[`${name}P99Us`] = Number(p99) * 1000;
    figures[`${name}MaxUs`] = Number(max) * 1000;
  }
  return figures;
}

/** What the server spent between two looks, for each thing that it did. */
export function spent(before: Look, after: Look, count: number, of: string): Figures {
  if (before.usage === null || after.usage === null || count === 0) return {};
  const total = after.usage.cpuUs - before.usage.cpuUs;
  const ofOneCore = (us: number): number =>
    Number((us / 1000 / (after.atMs - before.atMs)).toFixed(3));
  return {
    [`serverCpuPer${of}Us`]: Number((total / count).toFixed(3)),
    serverCpuSystemShare: Number(
      ((after.usage.systemUs - before.usage.systemUs) / total || 0).toFixed(2),
    ),
    serverCpuOfOneCore: ofOneCore(total),
    // Near 1, it is the load that is measured.
    ...before.own === null || after.own === null
      ? {}
      : { loadCpuOfOneCore: ofOneCore(after.own.cpuUs - before.own.cpuUs) },
  };
}

/** The memory of the server before and after, and what of it is for each client. */
export function memory(before: Look, after: Look, clients: number): Figures {
  if (before.usage === null || after.usage === null) return {};
  const grown = after.usage.rssBytes - before.usage.rssBytes;
  return {
    rssBeforeBytes: before.usage.rssBytes,
    rssBytes: after.usage.rssBytes,
    ...clients === 0 ? {} : { rssPerClientBytes: Math.round(grown / clients) },
  };
}

/** What did not come as it should. */
export function faults({ lost, twice, late, strange }: Account): Figures {
  return { lost, twice, late, strange };
}

/** Latencies. */
export function latencies(latency: Histogram): Figures {
  return {
    latencyP50Us: Math.round(latency.percentile(0.5)),
    latencyP99Us: Math.round(latency.percentile(0.99)),
    latencyP999Us: Math.round(latency.percentile(0.999)),
    latencyMaxUs: Math.round(latency.max),
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
