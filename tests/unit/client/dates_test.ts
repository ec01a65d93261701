import { assertEquals } from "@std/assert";
import { parseTime } from "../../../client/dates.ts";

const NOW = new Date(2026, 2, 1, 13, 51);

const TIMES: readonly (readonly [string, Date | null])[] = [
  ["today", new Date(2026, 2, 1)],
  ["Yesterday", new Date(2026, 1, 28)],
  ["2025-12-31", new Date(2025, 11, 31)],
  ["2025-1-2", new Date(2025, 0, 2)],
  ["2025-12-31T23:59", new Date(2025, 11, 31, 23, 59)],
  ["2025-12-31t23:59:58", new Date(2025, 11, 31, 23, 59, 58)],
  ["9:05", new Date(2026, 2, 1, 9, 5)],
  ["2026-02-29", null],
  ["2026-13-01", null],
  ["24:00", null],
  ["12:60", null],
  ["T12:00", null],
  ["2026-02-0112:00", null],
  ["tea", null],
  ["", null],
  ["5", null],
];

for (const [text, expected] of TIMES) {
  Deno.test(`parseTime() "${text}"`, () => {
    assertEquals(parseTime(text, NOW), expected?.toISOString() ?? null);
  });
}
