/**
 * Times as people type them, by the clock of their machine.
 * @module
 */

const DAY_MS = 86_400_000;

/**
 * The time that a text names: `2026-11-20`, `2026-11-20T13:51`, `13:51` (of today), `today`, `yesterday`; as the tag `time`
 * has it. `null` if it names none.
 */
export function parseTime(text: string, now: Date): string | null {
  const word = text.toLowerCase();
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  if (word === "today") return midnight.toISOString();
  if (word === "yesterday") {
    // Noon is in the day before wherever a day may be an hour longer or shorter.
    const noon = new Date(midnight.getTime() - DAY_MS / 2);
    return new Date(noon.getFullYear(), noon.getMonth(), noon.getDate()).toISOString();
  }
  const match = /^(?:(\d{4})-(\d\d?)-(\d\d?))?(?:(?:(?<=\d)t|^)(\d\d?):(\d\d)(?::(\d\d))?)?$/.exec(
    word,
  );
  if (match === null || word === "") return null;
  const [, year, month, day, hour = 0, minute = 0, second = 0] = match;
  const date = year === undefined
    ? [now.getFullYear(), now.getMonth(), now.getDate()] as const
    : [Number(year), Number(month) - 1, Number(day)] as const;
  const time = new Date(...date, Number(hour), Number(minute), Number(second));
  const isReal = time.getFullYear() === date[0] && time.getMonth() === date[1] &&
    time.getDate() === date[2] && Number(hour) < 24 &&
    Number(minute) < 60 && Number(second) < 60;
  return isReal ? time.toISOString() : null;
}
