/**
 * What Tab offers: commands at the start of a line, else rooms and nicks that the user shares a room with. The rule for
 * nicks: who spoke last in the room at hand, then its other members, then those of other rooms. The room at hand is the one
 * that the line names, or else the one that the user talks in.
 * @module
 */

import { COMMANDS, findCommand } from "./commands.ts";
import { showIgnore } from "./ignores.ts";
import { currentRoom, type SessionState } from "./session.ts";
import type { Completion } from "./tui/editor.ts";

/** Completions of the word before `cursor`. */
export function complete(state: SessionState, line: string, cursor: number): Completion | null {
  const before = line.slice(0, cursor);
  const from = before.search(/\S*$/);
  const word = before.slice(from);
  const command = before.startsWith("/") ? findCommand(/^\/(\S*)/.exec(before)?.[1] ?? "") : null;
  if (from === 0 && word.startsWith("/")) return matching(from, word, commandNames(), " ");
  if (command?.completes === "command") {
    return matching(from, word, COMMANDS.map((row) => row.name), "");
  }
  if (command?.completes === "ignored") {
    return matching(from, word, state.ignores.entries.map(showIgnore), " ");
  }
  const [, filter] = command?.completes === "search" ? /^(from:|in:)/i.exec(word) ?? [] : [];
  if (filter !== undefined) {
    const rooms = filter.toLowerCase() === "in:" ? roomNames(state) : [];
    return matching(
      from + filter.length,
      word.slice(filter.length),
      [...rooms, ...nicks(state, before)],
      " ",
    );
  }
  if (word.startsWith("#") || command?.completes === "room") {
    return matching(from, word, roomNames(state), " ");
  }
  if (word === "" && command?.completes !== "nick") return null;
  return matching(from, word, nicks(state, before), from === 0 ? ": " : " ");
}

function commandNames(): string[] {
  return COMMANDS.flatMap((row) => [row.name, ...row.aliases]).map((name) => `/${name}`);
}

function roomNames(state: SessionState): string[] {
  return [...state.rooms.values()].map((room) => room.name).sort();
}

function nicks(state: SessionState, line: string): string[] {
  const named = state.rooms.get(state.fold(/^\/\S+\s+([#&]\S+)/.exec(line)?.[1] ?? ""));
  const room = named ?? currentRoom(state);
  const others = [...state.rooms.values()].flatMap(({ members }) => [...members.values()]);
  const speakers = room === null
    ? []
    : state.speakers.of(state.fold(room.name)).flatMap((key) => room.members.get(key) ?? []);
  const names = new Set([
    ...speakers,
    ...sorted(room?.members.values() ?? []),
    ...sorted(others),
  ]);
  names.delete(state.nick);
  return [...names];
}

function sorted(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => a.toLowerCase() < b.toLowerCase() ? -1 : 1);
}

function matching(
  from: number,
  word: string,
  names: readonly string[],
  suffix: string,
): Completion | null {
  const wanted = word.toLowerCase();
  const candidates = names.filter((name) => name.toLowerCase().startsWith(wanted))
    .map((name) => name + suffix);
  return candidates.length === 0 ? null : { from, candidates };
}
