/**
 * What the user can type about what was said before.
 * @module
 */

import type { CommandRow } from "./commands.ts";
import { firstWord, unquote } from "./compose.ts";
import { parseTime } from "./dates.ts";
import type { Search } from "./search.ts";
import { parseNumber } from "../protocol/number.ts";

/** Lines that are shown where no number is given. */
const DEFAULT_LINES = 50;
/** And the most that may be asked for at once. */
const MOST_LINES = 10_000;

const DATES_NOTE =
  "A DATE is 2026-11-20, 2026-11-20T13:51, 13:51 (today), today or yesterday, by your clock.";

/** Commands of the history. */
export const HISTORY_COMMANDS: readonly CommandRow[] = [
  {
    name: "history",
    aliases: [],
    usage: "[#ROOM|NAME] [N] [before:DATE]",
    summary: "Show what was said before, in a room or with one user",
    details: [
      "Without a name: the room that you are talking in. Again: what was said before that.",
      DATES_NOTE,
    ],
    completes: "room",
    run(context, args) {
      let target: string | null = null;
      let count = DEFAULT_LINES;
      let before: string | null = null;
      for (const word of args.split(/\s+/).filter((word) => word !== "")) {
        const date = /^before:(.*)$/i.exec(word)?.[1];
        if (date !== undefined) {
          before = parseTime(date, context.now());
          if (before === null) return false;
        } else if (/^\d+$/.test(word)) {
          const asked = parseNumber(word, 1, MOST_LINES);
          if (asked === null) return false;
          count = asked;
        } else if (target === null) {
          target = word;
        } else {
          return false;
        }
      }
      target ??= context.target?.name ?? null;
      if (target === null) return false;
      context.older({ target, count, before });
      return true;
    },
  },
  {
    name: "search",
    aliases: [],
    usage: "WORDS [from:NAME] [in:#ROOM] [before:DATE] [after:DATE]",
    summary: "Search what was said, wherever you may read",
    details: [
      "in: takes a name too, for what you two have said to each other. WORDS may be left out.",
      DATES_NOTE,
    ],
    completes: "search",
    run(context, args) {
      const search: { -readonly [name in keyof Search]: string } = {};
      const words: string[] = [];
      for (let rest = args; rest.trim() !== "";) {
        const [word, others] = firstWord(rest);
        rest = others;
        const [, name, value = ""] = /^(from|in|before|after):(.+)$/i.exec(word) ?? [];
        const key = name?.toLowerCase() as keyof Search | undefined;
        if (key === undefined) {
          words.push(word);
          continue;
        }
        const isDate = key === "before" || key === "after";
        const read = isDate ? parseTime(value, context.now()) : value;
        if (read === null) return false;
        search[key] = read;
      }
      const text = unquote(words.join(" "));
      if (text !== "") search.text = text;
      if (Object.keys(search).length === 0) return false;
      context.search(search);
      return true;
    },
  },
];
