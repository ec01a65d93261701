/**
 * What the user can type about rooms: to enter and to leave them, their list and their topics.
 * @module
 */

import type { CommandContext, CommandRow } from "./commands.ts";
import { firstWord, joinLists, oneLine, type RoomKey, unquote } from "./compose.ts";
import { isRoom, type SessionState } from "./session.ts";

/** Commands of rooms. */
export const ROOM_COMMANDS: readonly CommandRow[] = [
  {
    name: "join",
    aliases: [],
    usage: "#ROOM[,#ROOM]... [KEY[,KEY]...]",
    summary: "Enter rooms, or go back to one that you are in",
    details: [
      "What you type then goes to that room, of several to the last. One that does not exist yet is made.",
      "The first key is for the first room, and so on.",
    ],
    completes: "room",
    run(context, args) {
      const { state } = context;
      const rooms = parseRooms(args);
      const last = rooms?.at(-1);
      if (rooms === null || last === undefined) return false;
      const missing = rooms.filter(({ name }) => !state.rooms.has(state.fold(name)));
      for (const params of joinLists(missing, state.isupport.get("TARGMAX"))) {
        context.send("JOIN", ...params);
      }
      enter(state, rooms.map(({ name }) => name));
      if (!missing.includes(last)) {
        const text = `You are talking in ${state.targets.current?.name}.`;
        context.show({ kind: "server", text });
      }
      return true;
    },
  },
  {
    name: "part",
    aliases: ["leave"],
    usage: "[#ROOM] [REASON]",
    summary: "Leave a room",
    details: ["Without a room: the one that you are talking in."],
    completes: "room",
    run(context, args) {
      const [room, reason] = roomAnd(context, args);
      if (room === null) return false;
      context.send("PART", room, ...(reason === "" ? [] : [oneLine(unquote(reason))]));
      return true;
    },
  },
  {
    name: "rooms",
    aliases: ["list"],
    usage: "",
    summary: "List the rooms, how many are in them, and their topics",
    details: ["Secret rooms are not listed."],
    run(context) {
      context.send("LIST");
      return true;
    },
  },
  {
    name: "topic",
    aliases: [],
    usage: "[#ROOM] [TEXT]",
    summary: "Show or set the topic of a room",
    details: ['An empty text in quotes ("") takes the topic away.'],
    completes: "room",
    run(context, args) {
      const [room, text] = roomAnd(context, args);
      if (room === null) return false;
      context.send("TOPIC", room, ...(text === "" ? [] : [oneLine(unquote(text))]));
      return true;
    },
  },
];

/** The user enters these rooms, or is in them; what is typed next is for the last. */
export function enter(state: SessionState, rooms: readonly string[]): void {
  for (const room of rooms) {
    const key = state.fold(room);
    const isIn = state.rooms.has(key);
    if (!isRoom(room)) continue;
    if (!isIn) state.asking.add(key);
    state.targets.choose(room, isIn);
  }
}

/** The room that the arguments name or else the one that the line is for, and the other arguments. */
export function roomAnd({ target }: CommandContext, args: string): [string | null, string] {
  const [word, rest] = firstWord(args);
  if (isRoom(word)) return [word, rest];
  return [target?.name ?? null, args.trim()];
}

/** Rooms with their keys, in pairs; `null` when there are more keys than rooms. */
function parseRooms(args: string): RoomKey[] | null {
  // People write a blank after a comma.
  const [names, rest] = firstWord(args.replace(/\s*,\s*/g, ","));
  const [keyList] = firstWord(rest);
  const words = names.split(",");
  const keys = keyList === "" ? [] : keyList.split(",");
  if (keys.length > words.length) return null;
  return words.map((word, index) => ({
    name: isRoom(word) ? word : `#${word}`,
    key: keys[index] || null,
  })).filter(({ name }) => name.length > 1);
}
