/**
 * Messages of the server → lines of conversations, each with an id by which it is known again.
 * @module
 */

import type { Folded } from "../protocol/casemap.ts";
import type { Message } from "../protocol/message.ts";
import type { MessageEvent } from "./events.ts";
import type { Line } from "./memory.ts";
import { isOwn, isRoom, messageEvent, type SessionState, timeOf, withoutRank } from "./session.ts";

/** Where a line belongs. */
export function conversationOf(
  state: SessionState,
  { from, own, to }: MessageEvent,
): { readonly key: Folded; readonly name: string } {
  const name = to.kind === "room" ? to.room : to.kind === "everyone" ? "$*" : own ? to.nick : from;
  return { key: state.fold(name), name };
}

/** What somebody says now as a line; `null` when it is none. `before`: the line before it. */
export function ofLive(state: SessionState, message: Message, before: Line | null): Line | null {
  return lineOf(state, message, before, null);
}

/**
 * What the server has kept, as lines, oldest first.
 *
 * @param peer The room, or the user that the talk is with; `null` when they are of several.
 */
export function linesOf(
  state: SessionState,
  messages: readonly Message[],
  peer: string | null,
): Line[] {
  const lines: Line[] = [];
  let before: Line | null = null;
  for (const message of messages) {
    const line = lineOf(state, message, before, peer);
    if (line !== null) lines.push(line);
    before = line ?? before;
  }
  const first = lines[0]?.time ?? "";
  const last = lines.at(-1)?.time ?? "";
  return first > last && last !== "" ? lines.reverse() : lines;
}

function lineOf(
  state: SessionState,
  message: Message,
  before: Line | null,
  peer: string | null,
): Line | null {
  const { command, source, tags, params: [target = "", text = ""] } = message;
  if ((command !== "PRIVMSG" && command !== "NOTICE") || !source?.includes("!")) return null;
  const from = source.slice(0, source.indexOf("!"));
  const how = command === "PRIVMSG" ? "text" : "notice";
  // Both may have had other names then.
  const is = (name: string) => peer !== null && state.fold(name) === state.fold(peer);
  const own = isOwn(state, from) || (is(target) && !isRoom(withoutRank(target)) && !is(from));
  const event = messageEvent(state, from, target, text, how, timeOf(message), own);
  if (event.kind !== "message") return null;
  const msgid = tags?.get("msgid") ?? null;
  const time = tags?.get("time") ?? null;
  const isHidden = !own && state.ignores.hides(message, state.fold);
  return { msgid, time, event, isHidden, ...idOf(msgid, time, event, before) };
}

/** By what the line is known again, and whether that is the server's word. */
function idOf(
  msgid: string | null,
  time: string | null,
  event: MessageEvent,
  before: Line | null,
): Pick<Line, "id" | "isNamed"> {
  if (msgid !== null) return { id: `m${msgid}`, isNamed: true };
  // A message of several lines comes as several, of which the first alone has an id.
  const goesOn = before !== null && before.isNamed && time !== null && before.time === time &&
    before.event.from === event.from;
  if (goesOn) return { id: `${before.id} `, isNamed: true };
  return { id: `t${time} ${event.from} ${event.text}`, isNamed: false };
}
