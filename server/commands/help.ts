/**
 * What people can do here: HELP, HELPOP.
 *
 * SPEC: "HELP".
 *
 * @module
 */
import {
  CHANNEL_MODES,
  COMMANDS,
  HELP_CHAPTERS,
  HELP_TEXTS,
  type HelpChapter,
  isClientCommand,
  RANKS,
  USER_MODES,
} from "../../protocol/mod.ts";
import type { CommandContext, CommandRule } from "./context.ts";

/** The width of the first column of a list. */
const COLUMN = 13;

/** The subject of the help that is given without one. */
const INDEX = "*";

const MODES = { CMODES: "Modes of channels", UMODES: "Modes of users" } as const;

/** HELP [<subject>] */
function help(context: CommandContext): void {
  const subject = context.param(0).trim().toUpperCase();
  if (subject === "") return tell(context, INDEX, "Help of this server", index());
  if (isClientCommand(subject)) {
    const { params, summary } = COMMANDS[subject];
    const title = `${subject} ${params}`.trim();
    return tell(context, subject, title, [`${summary}.`, ...HELP_TEXTS[subject]]);
  }
  const chapter = HELP_CHAPTERS.find((chapter) => chapter.subject === subject);
  if (chapter !== undefined) return tell(context, subject, chapter.title, commandsOf(chapter));
  if (subject === "CMODES" || subject === "UMODES") {
    return tell(
      context,
      subject,
      MODES[subject],
      subject === "CMODES" ? channelModes() : userModes(),
    );
  }
  context.numeric("ERR_HELPNOTFOUND", context.param(0));
}

/** One answer: a title, an empty line, the lines. (HELP-1) */
function tell(
  context: CommandContext,
  subject: string,
  title: string,
  lines: readonly string[],
): void {
  context.numeric("RPL_HELPSTART", subject, title);
  for (const line of ["", ...lines]) context.numeric("RPL_HELPTXT", subject, line);
  context.numeric("RPL_ENDOFHELP", subject);
}

/** Every command by chapter, and how to go on. */
function index(): string[] {
  return [
    ...HELP_CHAPTERS.flatMap((chapter) => [
      `${chapter.title} (HELP ${chapter.subject})`,
      ...commandsOf(chapter),
      "",
    ]),
    ...Object.entries(MODES).map(([subject, title]) => `${title} (HELP ${subject})`),
    "HELP <command> tells more of a command.",
  ];
}

function commandsOf({ commands }: HelpChapter): string[] {
  return commands.map((verb) => row(verb, COMMANDS[verb].summary));
}

function row(first: string, second: string): string {
  return `${first.padEnd(COLUMN)}${second}`;
}

function channelModes(): string[] {
  return [
    ...RANKS.map(({ mode, prefix, summary }) => row(`${mode} ${prefix}`, `rank: ${summary}`)),
    ...Object.entries(CHANNEL_MODES).map(([mode, { summary }]) => row(mode, summary)),
  ];
}

function userModes(): string[] {
  return Object.entries(USER_MODES).map(([mode, { summary }]) => row(mode, summary));
}

/** The rules of this chapter. */
export const helping = {
  HELP: { stage: "active", cost: 2, run: help },
  HELPOP: { stage: "active", cost: 2, run: help },
} as const satisfies Record<string, CommandRule>;
