/**
 * What the user can type about those whom they do not want to read.
 * @module
 */

import { parseDuration } from "../protocol/number.ts";
import type { CommandContext, CommandRow } from "./commands.ts";
import { duration, firstWord } from "./compose.ts";
import { MOST_IGNORED, readIgnore, showIgnore } from "./ignores.ts";
import { isOwn } from "./session.ts";

const KINDS_NOTE =
  "A MASK has a * or an @, such as *!*@host.example or troll*; an account is account:NAME.";

/** Commands of the list. */
export const IGNORE_COMMANDS: readonly CommandRow[] = [
  {
    name: "ignore",
    aliases: [],
    usage: "[NAME|MASK|account:NAME] [FOR]",
    summary: "Do not show what somebody says; without a name: list them",
    details: [
      KINDS_NOTE,
      "FOR is a time, such as 30m, 2h or 1d12h; without it: until you leave. From before, too, nothing of theirs is shown.",
    ],
    completes: "nick",
    local: true,
    run(context, args) {
      const [whom, rest] = firstWord(args);
      const [time, more] = firstWord(rest);
      if (whom === "") return list(context);
      const ms = time === "" ? null : parseDuration(time);
      if (more !== "" || (time !== "" && ms === null) || Number.isNaN(ms)) return false;
      const { state } = context;
      const { kind, text } = readIgnore(whom);
      if (kind === "name" && isOwn(state, text)) return false;
      if (!state.ignores.add(whom, ms, state.fold)) {
        say(context, `You ignore ${MOST_IGNORED} already: /unignore takes one off.`);
        return true;
      }
      say(context, `${showIgnore({ kind, text })} is ignored${timeOf(ms)}.`);
      return true;
    },
  },
  {
    name: "unignore",
    aliases: [],
    usage: "NAME|MASK|account:NAME",
    summary: "Show again what somebody says",
    details: ["/ignore lists whom you ignore."],
    completes: "ignored",
    local: true,
    run(context, args) {
      const [whom, rest] = firstWord(args);
      if (whom === "" || rest !== "") return false;
      const { ignores, fold } = context.state;
      const was = ignores.remove(whom, fold);
      const name = showIgnore(readIgnore(whom));
      say(context, was ? `${name} is ignored no longer.` : `${name} was not ignored.`);
      return true;
    },
  },
];

function list(context: CommandContext): true {
  const { entries } = context.state.ignores;
  if (entries.length === 0) say(context, "You ignore nobody.");
  const now = context.state.ignores.now;
  const lines = entries.map((entry) =>
    showIgnore(entry) + (entry.until === null ? "" : ` (for ${span(entry.until - now)} more)`)
  );
  if (lines.length > 0) context.show({ kind: "lines", lines });
  return true;
}

function timeOf(ms: number | null): string {
  return ms === null ? " until you leave" : ` for ${span(ms)}`;
}

function span(ms: number): string {
  return duration(Math.max(1, Math.round(ms / 1000)));
}

function say(context: CommandContext, text: string): void {
  context.show({ kind: "server", text });
}
