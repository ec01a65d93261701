/**
 * Numbers and instants that come from outside: decimal digits, within bounds. Everybody reads them here, for what JavaScript
 * takes for a number, such as `0x10`, `1e3` or a blank, was never meant as one.
 *
 * SPEC: NUM-1, NUM-2.
 *
 * @module
 */

const WHOLE_REGEXP = /^\d{1,15}$/;
const DECIMAL_REGEXP = /^\d{1,15}(?:\.\d{1,9})?$/;
const INSTANT_REGEXP = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/;

/** A whole number from `least` to `most`, both included; `null` for anything else. (NUM-1) */
export function parseNumber(text: string, least: number, most: number): number | null {
  return WHOLE_REGEXP.test(text) ? within(Number(text), least, most) : null;
}

/** A number that may have a fraction after a point, within bounds; `null` for anything else. (NUM-1) */
export function parseDecimal(text: string, least: number, most: number): number | null {
  return DECIMAL_REGEXP.test(text) ? within(Number(text), least, most) : null;
}

function within(value: number, least: number, most: number): number | null {
  return value >= least && value <= most ? value : null;
}

/**
 * An instant of universal time as the tag `time` has it, in milliseconds since the epoch; the fraction may be left out. `null`
 * for what is none, as a day or a time of day that does not exist. A leap second is the second after it. (NUM-2)
 */
export function parseInstant(text: string): number | null {
  const match = INSTANT_REGEXP.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(
    Number,
  );
  const isLeap = hour === 23 && minute === 59 && second === 60;
  if (hour > 23 || minute > 59 || (second > 59 && !isLeap)) return null;
  const days = Date.UTC(year, month - 1, day);
  // What is no day has become another one.
  if (Number.isNaN(days) || !new Date(days).toISOString().startsWith(text.slice(0, 10))) {
    return null;
  }
  const milliseconds = Number((match[7] ?? "").padEnd(3, "0").slice(0, 3));
  return days + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds;
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
  ["w", 604_800_000],
  ["y", 31_536_000_000],
]);
const DURATION_REGEXP = /^(?:\d+[smhdwy])+$/i;
/** A hundred years: who wants more wants for ever. */
const MOST_DURATION_MS = 100 * 31_536_000_000;

/** Reads `30m` or `1d12h` as milliseconds: `null` for what is no duration, `NaN` for none or more than a hundred years. */
export function parseDuration(text: string): number | null {
  if (!DURATION_REGEXP.test(text)) return null;
  let ms = 0;
  for (const [, count = "", unit = ""] of text.matchAll(/(\d+)(\D)/g)) {
    ms += (parseNumber(count, 0, 999_999_999) ?? NaN) * (UNITS_MS.get(unit.toLowerCase()) ?? 0);
  }
  return ms > 0 && ms <= MOST_DURATION_MS ? ms : NaN;
}
