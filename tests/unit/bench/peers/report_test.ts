import { assert, assertEquals } from "@std/assert";
import {
  formatFigure,
  goalsTable,
  inserted,
  judge,
  median,
  type RowRuns,
  rowTable,
} from "../../../bench/peers/report.ts";

const CPU = "serverCpuPerDeliveryUs";
const RUNS: RowRuns = {
  args: ["fanout", "10", "1", "5"],
  row: {
    args: [],
    quick: [],
    cost: CPU,
    subjects: ["chatd", "inspircd"],
    goals: [
      { figure: CPU, subject: "chatd", against: "inspircd", most: 0.7 },
      { figure: "latencyP99Us", subject: "chatd", against: null, most: 20_000 },
      { figure: CPU, subject: "chatd", against: "ngircd", most: 1 },
    ],
  },
  runs: new Map([
    ["chatd", [{ [CPU]: 1.5, latencyP99Us: 5000 }, { [CPU]: 1.25, lost: 2 }, { [CPU]: 9 }]],
    ["inspircd", [{ [CPU]: 2 }]],
  ]),
};
const NAMES = new Map([["chatd", "chatd"], ["inspircd", "InspIRCd"]] as const);

Deno.test("median() is the value in the middle, whatever the order; null of nothing", () => {
  const of = (...values: number[]) => median(values.map((value) => ({ value })), "value");
  assertEquals([of(3, 1, 2), of(4, 1, 3, 2), of(7)], [2, 2, 7]);
  assertEquals(median([{ other: 1 }], "value"), null);
});

Deno.test("judge() holds a ratio against what was wanted", () => {
  const [ratio, absolute, missing] = RUNS.row.goals.map((goal) => judge(goal, RUNS));
  assertEquals(ratio, { isMet: false, value: 0.75 });
  assertEquals(absolute, { isMet: true, value: 5000 });
  assertEquals(missing, null);
});

Deno.test("tables tell goals, ranges and faults, and leave out who was not run", () => {
  const goals = goalsTable([RUNS], NAMES).split("\n");
  assertEquals(goals.length, 4);
  assert(goals[2]?.includes("| 0.75 × | ≤ 0.70 × | **missed** |"), goals[2]);
  const rows = rowTable(RUNS, NAMES).split("\n");
  assertEquals(rows.length, 4);
  assert(rows[2]?.startsWith("| chatd | 1.50 µs | 1.25 µs – 9.00 µs |  |"), rows[2]);
  assert(rows[2]?.endsWith("| 2 lost |"), rows[2]);
});

Deno.test("formatFigure() uses the unit that the name ends with", () => {
  assertEquals(
    [[CPU, 12.34], ["latencyP99Us", 999], ["latencyP99Us", 1500], ["rssBytes", 2048]]
      .map(([figure, value]) => formatFigure(String(figure), Number(value))),
    ["12.3 µs", "999 µs", "1.5 ms", "2.0 KiB"],
  );
});

Deno.test("inserted() replaces the last report, and nothing else", () => {
  const first = inserted("# Results\n\nBy hand.\n", "one", "peers");
  assertEquals(first, "# Results\n\nBy hand.\n\n<!-- begin:peers -->\none\n<!-- end:peers -->\n");
  assertEquals(
    inserted(first + "After.\n", "two", "peers"),
    first.replace("one", "two") + "After.\n",
  );
  const both = inserted(first, "curves", "growth");
  assertEquals(inserted(both, "two", "peers"), both.replace("one", "two"));
});
