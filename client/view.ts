/**
 * View events → lines of text. All wording that is not the server's own is here. The texts without
 * styles are stable: programs read them.
 * @module
 */

import { oneLine } from "./compose.ts";
import type { HistoryEvent, MessageEvent, ViewEvent } from "./events.ts";
import { historyLines } from "./history_view.ts";
import { masked } from "./secrets.ts";
import { twoColumns } from "./tui/columns.ts";
import { colourName, render, sanitise, style } from "./tui/text.ts";

/** How lines look. */
export interface Look {
  /** Bold, italics and the like, as terminals show them. */
  readonly styled: boolean;
  /** Names in their colours. */
  readonly coloured: boolean;
  /** Begin each line with the time of day. */
  readonly timestamps: boolean;
  /** The room that plain lines go to: its messages carry no room name. Folding is the caller's. */
  readonly current: string | null;
  /** Say of direct messages that they are, as styled ones do. */
  readonly marksDirect?: boolean;
  /** Leave out banner and hints. */
  readonly quiet: boolean;
  /** Cells of a row, for what is laid out; `null` where rows may be as long as they are. */
  readonly columns: number | null;
}

/** Lines in, lines out: no styles, no times. */
export const PLAIN_LOOK: Look = {
  styled: false,
  coloured: false,
  timestamps: false,
  current: null,
  quiet: false,
  columns: null,
};

/** What a newcomer must know, after the server's own banner. */
export const HINTS: readonly string[] = [
  "Type a message and press Enter to send it.",
  "/help shows the commands, /quit leaves.",
];

/** The lines that show an event; none when there is nothing to show. All are safe to print. */
export function lines(event: ViewEvent, look: Look, now: Date = new Date()): string[] {
  if (event.kind === "history") {
    // Lines of one room need not say it; those of several do.
    const current = event.what === "found" ? null : look.current;
    return historyLines(event, {
      styled: look.styled,
      timestamps: look.timestamps,
      line: (line) => lines(line, { ...look, current, marksDirect: event.what === "found" }, now),
      faded: (line) => lines(line, { ...look, current, styled: false, coloured: false }, now),
    }, now);
  }
  const time = "at" in event && event.at ? event.at : now;
  const shown = body(event, look);
  if (!look.timestamps) return shown;
  // A list is one thing that was said once.
  return shown.map((line, index) => (index === 0 ? `${stampOf(time, look)} ` : STAMP_BLANK) + line);
}

/** As wide as a time of day and the blank after it. */
const STAMP_BLANK = " ".repeat(6);

function stampOf(time: Date, look: Look): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const text = `${two(time.getHours())}:${two(time.getMinutes())}`;
  return look.styled ? style(text, "dim") : text;
}

function body(event: Exclude<ViewEvent, HistoryEvent>, look: Look): string[] {
  switch (event.kind) {
    case "message":
      return [messageLine(event, look)];
    case "lines":
      return event.lines.map((line) => render(line, look.styled));
    case "commands": {
      const room = look.columns !== null && look.timestamps ? STAMP_BLANK.length : 0;
      return twoColumns(event.rows, look.columns === null ? null : look.columns - room);
    }
    case "users":
      return [...event.users]
        .sort((a, b) => compareNames(a.nick, b.nick))
        .map(({ nick, you, away }) =>
          name(nick, look) + (you ? " (you)" : "") + (away ? " (away)" : "")
        );
    case "rooms":
      return event.rooms.length === 0
        ? [server("There are no rooms.", look, false)]
        : [...event.rooms]
          .sort((a, b) => compareNames(a.room, b.room))
          .map(({ room, users, topic }) =>
            `${sanitise(room)} (${users})${topic === "" ? "" : `: ${render(topic, look.styled)}`}`
          );
    case "motd":
      return look.quiet ? [] : [...event.lines, ...HINTS].map((line) => server(line, look, true));
    case "connected": {
      // The name is news when it is not the one that was asked for.
      const you = event.asked || look.quiet ? [] : [`You are ${event.nick}.`];
      return ["Connected to the server!", ...you].map((text) => server(text, look, true));
    }
    default: {
      const sentence = sentenceOf(event, look);
      return sentence === null ? [] : [server(sentence, look, MINOR.has(event.kind))];
    }
  }
}

type Sentence = Exclude<
  ViewEvent,
  {
    readonly kind:
      | "message"
      | "history"
      | "lines"
      | "commands"
      | "users"
      | "rooms"
      | "motd"
      | "connected";
  }
>;

/** What a terminal shows without emphasis: it happens all the time. */
const MINOR: ReadonlySet<ViewEvent["kind"]> = new Set([
  "connecting",
  "gone",
  "joined",
  "left",
  "members",
  "mode",
  "renamed",
]);

function sentenceOf(event: Sentence, look: Look): string | null {
  switch (event.kind) {
    case "server":
      return event.text;
    case "connecting":
      return look.quiet ? null : `Connecting to ${event.address} …`;
    case "joined":
      if (event.own) return event.lobby && !event.asked ? null : `You joined ${event.room}.`;
      return event.lobby ? `${event.nick} joined the chat!` : `${event.nick} joined ${event.room}.`;
    case "left":
      return `${event.own ? "You" : event.nick} left ${event.room}${because(event.reason)}.`;
    case "gone":
      return departure(event);
    case "kicked":
      return `${
        event.own ? "You were" : `${event.nick} was`
      } removed from ${event.room} by ${event.by}${because(event.reason)}.`;
    case "renamed":
      return event.own
        ? `You are now known as ${event.to}.`
        : `${event.from} is now known as ${event.to}.`;
    case "roomRenamed":
      return `${event.by} renamed ${event.from} to ${event.to}${because(event.reason)}.`;
    case "topic":
      return topicSentence(event);
    case "mode":
      return `${event.by} set mode ${event.change} on ${event.target}.`;
    case "invited":
      return `${event.by} invites ${event.nick} to ${event.room}. Enter with /join ${event.room}`;
    case "members":
      return `In ${event.room}: ${event.nicks.join(", ")}`;
    case "unsent":
      return `Not sent: ${oneLine(masked(event.text))}`;
  }
}

function departure(event: ViewEvent & { readonly kind: "gone" }): string {
  switch (event.cause) {
    case "quit":
      return `${event.nick} is quitting.`;
    case "lost":
      return `${event.nick} has lost its connection.`;
    case "killed":
      return `${event.nick} was removed from the server${because(event.reason)}.`;
    case "shutdown":
      return `${event.nick} left: its server is shutting down.`;
  }
}

function topicSentence({ room, by, topic }: ViewEvent & { readonly kind: "topic" }): string {
  if (by === null) return `Topic of ${room}: ${topic}`;
  return topic === ""
    ? `${by} took away the topic of ${room}.`
    : `${by} set the topic of ${room}: ${topic}`;
}

function because(reason: string): string {
  return reason === "" ? "" : ` (${reason})`;
}

/** A line that the server or the client itself says. */
function server(text: string, look: Look, minor: boolean): string {
  const line = `server: ${render(text, false)}`;
  return look.styled && minor ? style(line, "dim") : line;
}

function messageLine(event: MessageEvent, look: Look): string {
  const { to } = event;
  const room = to.kind === "room" && !sameRoom(to.room, look.current)
    ? `[${sanitise(to.room)}] `
    : "";
  // Plain lines are always `name: text`, as scripts and the simple servers of old have them.
  const isMarked = (look.styled || look.marksDirect === true) && to.kind === "direct";
  const mark = !isMarked ? "" : event.own ? ` (to ${sanitise(to.nick)})` : " (direct)";
  const text = render(event.text, look.styled);
  const who = name(event.from, look);
  if (event.how === "action") return `${room}* ${who}${mark} ${text}`;
  const notice = event.how === "notice" ? " (notice)" : "";
  return `${room}${who}${mark}${notice}: ${text}`;
}

function sameRoom(a: string, b: string | null): boolean {
  return b !== null && a.toLowerCase() === b.toLowerCase();
}

function name(nick: string, look: Look): string {
  return look.coloured ? colourName(sanitise(nick)) : sanitise(nick);
}

/** Alphabetical, the same on every machine. */
function compareNames(a: string, b: string): number {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  return x < y ? -1 : x > y ? 1 : a < b ? -1 : a > b ? 1 : 0;
}
