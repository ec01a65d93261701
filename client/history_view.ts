/**
 * Lines that were said before → lines of text: each with its time, and with the day where that changes.
 * @module
 */

import type { HistoryEvent, MessageEvent } from "./events.ts";
import { sanitise, style } from "./tui/text.ts";

/** How single lines are shown; the texts are safe to print. */
export interface HistoryLook {
  readonly styled: boolean;
  /** Lines begin with the time of day: only days are told apart. */
  readonly timestamps: boolean;
  /** A line as it would be shown now. */
  line(event: MessageEvent): string[];
  /** The same without any style, to be shown as less than what is new. */
  faded(event: MessageEvent): string[];
}

const WEEKDAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const MONTHS =
  "January February March April May June July August September October November December".split(
    " ",
  );

/** The lines that show what was said before. */
export function historyLines(event: HistoryEvent, look: HistoryLook, now: Date): string[] {
  const shown = [mark(headOf(event), look, event.what === "missed")];
  let day = dayOf(now);
  for (const [index, line] of event.lines.entries()) {
    const at = line.at ?? now;
    if (look.timestamps && dayOf(at) !== day) shown.push(mark(dayOf(at), look, false));
    day = dayOf(at);
    if (index === event.unreadFrom) shown.push(mark("not read yet", look, true));
    // What is known, or was asked for to be looked up, is less than what is new.
    const isNew = event.what !== "latest" && event.what !== "older" ||
      (event.unreadFrom !== null && index >= event.unreadFrom);
    const texts = isNew || !look.styled ? look.line(line) : look.faded(line);
    for (const text of texts) {
      const stamped = look.timestamps ? text : `[${stampOf(at)}] ${text}`;
      shown.push(isNew || !look.styled ? stamped : style(stamped, "dim"));
    }
  }
  if (look.timestamps && day !== dayOf(now)) shown.push(mark("today", look, false));
  return shown;
}

function headOf({ what, of, lines, more }: HistoryEvent): string {
  const count = `${lines.length} line${lines.length === 1 ? "" : "s"}`;
  const name = of === null ? "" : sanitise(of);
  switch (what) {
    case "missed": {
      const where = /^[#&]/.test(name)
        ? `in ${name}`
        : name === "$*"
        ? "broadcasts"
        : `from ${name}`;
      return more
        ? `missed ${where} while you were away: the last ${count}; /history ${name} shows more`
        : `missed ${where} while you were away: ${count}`;
    }
    case "latest":
      return `the last of ${name}: ${count}`;
    case "older":
      return more ? `older in ${name}: ${count}` : `older in ${name}: ${count}, the first of all`;
    case "found":
      return more ? `found: ${count}, and there may be more` : `found: ${count}`;
  }
}

function mark(text: string, look: HistoryLook, isBright: boolean): string {
  const line = `-- ${text} --`;
  return look.styled ? style(line, isBright ? "bold" : "dim") : line;
}

/** A day as people write it, by the clock of this machine. */
function dayOf(time: Date): string {
  return `${WEEKDAYS[time.getDay()]} ${time.getDate()} ${
    MONTHS[time.getMonth()]
  } ${time.getFullYear()}`;
}

/** A time for lines that have no other: sorted as text it is sorted by time. */
function stampOf(time: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}
