/**
 * What the runs showed, in Markdown: which goals are met, and every median. Pure.
 *
 * @module
 */
import type { Figures } from "../figures.ts";
import { formatBytes } from "../process.ts";
import type { Goal, Row, SubjectId } from "./rows.ts";

/** All runs of a row, by subject; in the order in which they were. */
export interface RowRuns {
  readonly row: Row;
  readonly args: readonly string[];
  readonly runs: ReadonlyMap<SubjectId, readonly Figures[]>;
}

/** The names of subjects that were run, in the order of the tables. */
export type Names = ReadonlyMap<SubjectId, string>;

/** What figures are called. */
const TITLES: Readonly<Record<string, string>> = {
  serverCpuPerDeliveryUs: "CPU per delivery",
  serverCpuPerRegistrationUs: "CPU per registration",
  serverCpuPerJoinLineUs: "CPU per JOIN line",
  serverCpuPerLifeUs: "CPU per client that came and went",
  deliveriesPerSecond: "deliveries/s",
  latencyP50Us: "p50",
  latencyP99Us: "p99",
  latencyP999Us: "p99.9",
  latencyMaxUs: "max",
  pairP50Us: "p50 of the pair",
  pairP99Us: "p99 of the pair",
  pairMaxUs: "max of the pair",
  refused: "refused",
  rssPerClientBytes: "memory per client",
};

/** The columns of a row's table that are there if any subject has them, after its CPU. */
const COLUMNS = [
  "deliveriesPerSecond",
  "registrationsPerSecond",
  "livesPerSecond",
  "latencyP50Us",
  "latencyP99Us",
  "latencyP999Us",
  "latencyMaxUs",
  "pairP50Us",
  "pairP99Us",
  "pairMaxUs",
  "rssPerClientBytes",
  "serverCpuSystemShare",
  "serverCpuOfOneCore",
  "loadCpuOfOneCore",
];

/** What must be 0 in every run. */
const FAULTS = ["lost", "twice", "late", "strange", "refused", "closedByServer", "pairLost"];

/** The value in the middle; of an even number, the lower of the two there. `null` where no run has the figure. */
export function median(runs: readonly Figures[], figure: string): number | null {
  const values = runs.flatMap((figures) => {
    const value = figures[figure];
    return typeof value === "number" ? [value] : [];
  }).sort((a, b) => a - b);
  return values[Math.floor((values.length - 1) / 2)] ?? null;
}

/** A figure with the unit that its name ends with. */
export function formatFigure(figure: string, value: number | null): string {
  if (value === null) return "–";
  if (figure.startsWith("serverCpuPer")) {
    return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} µs`;
  }
  if (figure.endsWith("Us")) {
    return value < 1000 ? `${value.toFixed(0)} µs` : `${(value / 1000).toFixed(1)} ms`;
  }
  if (figure.endsWith("Bytes")) return formatBytes(value);
  if (/Share$|OfOneCore$/.test(figure)) return `${(value * 100).toFixed(0)} %`;
  return Math.round(value).toLocaleString("en-GB");
}

/** Whether a goal is met by these figures, and the ratio or the figure that says so. */
export function judge(goal: Goal, { runs }: RowRuns): { isMet: boolean; value: number } | null {
  const own = median(runs.get(goal.subject) ?? [], goal.figure);
  const other = goal.against === null ? 1 : median(runs.get(goal.against) ?? [], goal.figure);
  if (own === null || other === null) return null;
  const value = own / other;
  return { isMet: value <= (goal.most ?? Infinity) && value >= (goal.least ?? 0), value };
}

/** One table with a row for each goal. */
export function goalsTable(all: readonly RowRuns[], names: Names): string {
  const rows = all.flatMap((runs) =>
    runs.row.goals.flatMap((goal) => {
      const judged = judge(goal, runs);
      const { figure, subject, against } = goal;
      if (judged === null) return [];
      const sign = goal.most === undefined ? "≥" : "≤";
      const wanted = goal.most ?? goal.least ?? 0;
      const value = (id: SubjectId): string =>
        formatFigure(figure, median(runs.runs.get(id) ?? [], figure));
      return [[
        `\`${runs.args.join(" ")}\``,
        TITLES[figure] ?? figure,
        `${names.get(subject)}: ${value(subject)}`,
        against === null ? "" : `${names.get(against)}: ${value(against)}`,
        against === null ? "" : `${judged.value.toFixed(2)} ×`,
        `${sign} ${against === null ? formatFigure(figure, wanted) : `${wanted.toFixed(2)} ×`}`,
        judged.isMet ? "met" : "**missed**",
      ]];
    })
  );
  return table(["scenario", "figure", "", "against", "ratio", "goal", ""], rows);
}

/** A table for one row, with a row for each subject. */
export function rowTable({ row, runs }: RowRuns, names: Names): string {
  const subjects = [...names.keys()].filter((id) => (runs.get(id)?.length ?? 0) > 0);
  const columns = COLUMNS.filter((figure) =>
    subjects.some((id) => median(runs.get(id) ?? [], figure) !== null)
  );
  const chatd = median(runs.get("chatd") ?? [], row.cost);
  const rows = subjects.map((id) => {
    const own = runs.get(id) ?? [];
    const cost = median(own, row.cost);
    const all = own.map((figures) => Number(figures[row.cost]));
    return [
      names.get(id) ?? id,
      formatFigure(row.cost, cost),
      `${formatFigure(row.cost, Math.min(...all))} – ${formatFigure(row.cost, Math.max(...all))}`,
      id === "chatd" || chatd === null || cost === null ? "" : `${(chatd / cost).toFixed(2)} ×`,
      ...columns.map((figure) => formatFigure(figure, median(own, figure))),
      faultsOf(own),
    ];
  });
  const titles = columns.map((figure) =>
    TITLES[figure] ??
      ({
        serverCpuSystemShare: "of CPU in the kernel",
        serverCpuOfOneCore: "server's core",
        loadCpuOfOneCore: "load's core",
        registrationsPerSecond: "registrations/s",
        livesPerSecond: "clients/s",
      }[figure] ?? figure)
  );
  return table(
    ["", TITLES[row.cost] ?? row.cost, "least – most", "chatd is", ...titles, "faults"],
    rows,
  );
}

function faultsOf(runs: readonly Figures[]): string {
  const found = FAULTS.flatMap((name) => {
    const count = runs.reduce((sum, figures) => sum + Number(figures[name] ?? 0), 0);
    return count === 0 ? [] : [`${count} ${name}`];
  });
  return found.length === 0 ? "none" : found.join(", ");
}

/** A Markdown table; the first row is its head. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** Puts a report of this kind where the last one was, and leaves all else in the document. */
export function inserted(document: string, report: string, kind: "peers" | "growth"): string {
  const [begin, end] = [`<!-- begin:${kind} -->`, `<!-- end:${kind} -->`];
  const block = `${begin}\n${report.trim()}\n${end}`;
  const from = document.indexOf(begin), to = document.indexOf(end);
  if (from < 0 || to < from) return `${document.trimEnd()}\n\n${block}\n`.trimStart();
  return document.slice(0, from) + block + document.slice(to + end.length);
}
