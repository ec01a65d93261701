import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  parseDecimal,
  parseDuration,
  parseInstant,
  parseNumber,
} from "../../../protocol/number.ts";

/** What `Number`, `parseInt` or `Date.parse` take for a number. */
const NO_NUMBERS = [
  "",
  " ",
  "1 ",
  " 1",
  "+1",
  "-1",
  "0x10",
  "0b1",
  "0o7",
  "1e3",
  "1_0",
  "1,0",
  "Infinity",
  "NaN",
  "5abc",
]
  .concat(["٣", "１", "1\n", "1".repeat(16)]);

Deno.test("NUM-1 parseNumber() takes decimal digits within bounds, and nothing else", () => {
  for (const text of [...NO_NUMBERS, "1.0", ".5", "1."]) {
    assertEquals(parseNumber(text, 0, Number.MAX_SAFE_INTEGER), null, text);
  }
  assertEquals(["0", "1", "016", "9"].map((text) => parseNumber(text, 1, 16)), [null, 1, 16, 9]);
  assertEquals(parseNumber("17", 1, 16), null);
  fc.assert(fc.property(fc.nat(), (n) => parseNumber(String(n), 0, n) === n));
});

Deno.test("NUM-1 parseDecimal() takes a fraction too", () => {
  for (const text of [...NO_NUMBERS, ".5", "1.", "1.2.3", "1.1234567890"]) {
    assertEquals(parseDecimal(text, 0, 1e15), null, text);
  }
  assertEquals(["0.25", "3", "3.0", "3.1"].map((text) => parseDecimal(text, 0.5, 3)), [
    null,
    3,
    3,
    null,
  ]);
});

Deno.test("NUM-2 parseInstant() takes days and times of day that there are", () => {
  const none = [
    "2026-02-30T00:00:00.000Z",
    "2025-02-29T00:00:00.000Z",
    "2026-13-01T00:00:00.000Z",
    "2026-00-01T00:00:00.000Z",
    "2026-01-00T00:00:00.000Z",
    "2026-01-01T24:00:00.000Z",
    "2026-01-01T25:61:00.000Z",
    "2026-01-01T00:00:60.000Z",
    "2026-01-01T00:00:00.000",
    "2026-01-01T00:00:00.000+01:00",
    "2026-01-01 00:00:00.000Z",
    "2026-01-01",
    "20260101T000000Z",
    "+002026-01-01T00:00:00.000Z",
    "0099-01-01T00:00:00.000Z",
    "Thu, 01 Jan 2026 00:00:00 GMT",
    "1767225600000",
    "",
  ];
  for (const text of none) assertEquals(parseInstant(text), null, text);
  assertEquals(parseInstant("2024-02-29T23:59:59.999Z"), Date.UTC(2024, 1, 29, 23, 59, 59, 999));
  assertEquals(parseInstant("2016-12-31T23:59:60.500Z"), Date.UTC(2017, 0, 1, 0, 0, 0, 500));
  assertEquals(parseInstant("2026-01-01T00:00:00Z"), Date.UTC(2026, 0, 1));
  assertEquals(parseInstant("2026-01-01T00:00:00.12Z"), Date.UTC(2026, 0, 1, 0, 0, 0, 120));
  const date = fc.date({
    min: new Date("0100-01-01"),
    max: new Date("9999-12-31"),
    noInvalidDate: true,
  });
  fc.assert(fc.property(date, (date) => parseInstant(date.toISOString()) === date.getTime()));
});

for (
  const [text, ms] of [
    ["30s", 30_000],
    ["30m", 1_800_000],
    ["2h", 7_200_000],
    ["7D", 604_800_000],
    ["1w", 604_800_000],
    ["1y", 31_536_000_000],
    ["1d12h", 129_600_000],
    ["0m", NaN],
    ["101y", NaN],
    ["999999999y999999999y", NaN],
    ["30", null],
    ["m", null],
    ["", null],
    ["1m@host", null],
    ["10.0.0.1", null],
  ] as const
) {
  Deno.test(`parseDuration() BAN-1 reads "${text}" as ${ms}`, () => {
    assertEquals(parseDuration(text), ms);
  });
}
