/**
 * What the user has made of the connection, in one list: rooms with their keys, away, modes of their own, real name, whom
 * they accept and watch, and the name. The rule: what the user asked for and the server granted is told again to the next
 * connection, until the user or the server takes it back. A name that is still in use then is watched, and taken as soon as
 * it is free. Nothing of this is told to the user as if they had asked.
 *
 * Passwords are not in it: an operator's is typed again. Pure; outlives connections.
 *
 * @module
 */

import type { Folded } from "../protocol/casemap.ts";
import { formatMessage, type Message } from "../protocol/message.ts";
import type { RoomKey } from "./compose.ts";
import { modeChanges } from "./mode_changes.ts";
import { isOwn, isRoom, type SessionState } from "./session.ts";

/** Names that are told again, of each kind: as many as servers take. */
const MOST_NAMES = 100;
/** JOIN was refused: no such channel, too many, held back, full, by invitation, banned, key, forwarded and the like. */
const REFUSED = new Set("403 405 407 437 470 471 473 474 475 476 477 479 480 489 520".split(" "));
/** NICK was refused. */
const NICK_REFUSED = new Set("432 433 436 437 438 447".split(" "));

/** What one user has made of their connections to one server. */
export class Standing {
  #state: SessionState;
  readonly #rooms = new Map<Folded, RoomKey>();
  /** Keys that were sent and not yet granted, by room; of JOIN and of MODE. */
  readonly #joinKeys = new Map<Folded, string>();
  readonly #modeKeys = new Map<Folded, string>();
  #away: string | null = null;
  #askedAway: string | null = null;
  /** Letters with their signs. */
  readonly #modes = new Map<string, "+" | "-">();
  readonly #askedModes = new Map<string, "+" | "-">();
  #realName: string | null = null;
  #accepted = new Set<string>();
  #watched = new Set<string>();
  /** The name that the user wants back; `null` when they have it, or never chose it. */
  #lostNick: string | null = null;
  #lobby: Folded | null = null;
  #hasLeftLobby = false;
  #isTaking = false;

  /** `state`: of the first connection. `room`: to be entered at first. */
  constructor(state: SessionState, room: string | null) {
    this.#state = state;
    if (room !== null) this.#rooms.set(state.fold(room), { name: room, key: null });
  }

  /** The rooms to enter, but for the lobby, into which the server puts strangers by itself. */
  get rooms(): readonly RoomKey[] {
    const isStranger = this.#state.account === null;
    return [...this.#rooms].filter(([key]) => key !== this.#lobby || !isStranger)
      .map(([, room]) => room);
  }

  /** Whether the user does not want to be where the server puts everybody. */
  get leftLobby(): boolean {
    return this.#hasLeftLobby;
  }

  /** Why the user is away; `null` if they are not. */
  get away(): string | null {
    return this.#away;
  }

  /** There is a new connection. */
  attach(state: SessionState): void {
    this.#state = state;
    this.#isTaking = false;
    this.#lostNick = null;
    this.#askedModes.clear();
    this.#joinKeys.clear();
    this.#modeKeys.clear();
  }

  /** The user has this sent. */
  sent(command: string, params: readonly string[]): void {
    const [first = "", second = ""] = params;
    switch (command.toUpperCase()) {
      case "JOIN": {
        const keys = second.split(",");
        for (const [index, room] of first.split(",").entries()) {
          const key = keys[index] ?? "";
          if (key === "") this.#joinKeys.delete(this.#state.fold(room));
          else this.#joinKeys.set(this.#state.fold(room), key);
        }
        return;
      }
      case "AWAY":
        this.#askedAway = first === "" ? null : first;
        return;
      case "MODE":
        return this.#asksModes(first, params.slice(1));
      case "ACCEPT":
        for (const name of first.split(",")) {
          if (name.startsWith("-")) this.#accepted.delete(name.slice(1));
          else if (name !== "*") keep(this.#accepted, name.replace(/^\+/, ""));
        }
        return;
      case "MONITOR":
        if (first.toUpperCase() === "C") this.#watched.clear();
        for (const name of second.split(",")) {
          if (first === "+") keep(this.#watched, name);
          if (first === "-") this.#watched.delete(name);
        }
        return;
    }
  }

  #asksModes(target: string, changes: readonly string[]): void {
    for (const { sign, letter, value } of modeChanges(this.#state, target, changes)) {
      if (!isRoom(target)) {
        if (isOwn(this.#state, target)) this.#askedModes.set(letter, sign);
      } else if (letter === "k" && sign === "+" && value !== null) {
        this.#modeKeys.set(this.#state.fold(target), value);
      }
    }
  }

  /**
   * Takes in what the server says, after the state has.
   *
   * @returns What is to be sent.
   */
  follow(message: Message): string[] {
    const { command, params, source } = message;
    const from = source?.split("!", 1)[0] ?? "";
    const state = this.#state;
    const [first = "", second = "", third = ""] = params;
    if (REFUSED.has(command)) this.#refused(second);
    switch (command) {
      case "JOIN":
        if (isOwn(state, from)) this.#entered(first);
        return [];
      case "PART":
        if (isOwn(state, from)) this.#left(first);
        return [];
      case "KICK":
        if (isOwn(state, second)) this.#left(first);
        return [];
      case "RENAME":
        return this.#renamed(first, second);
      case "MODE":
        this.#changed(first, params.slice(1));
        return [];
      case "324": // RPL_CHANNELMODEIS
        this.#changed(second, params.slice(2));
        return [];
      case "305": // RPL_UNAWAY
        this.#away = null;
        return [];
      case "306": // RPL_NOWAWAY
        this.#away = this.#askedAway ?? this.#away;
        return [];
      case "SETNAME":
        if (isOwn(state, from)) this.#realName = first;
        return [];
      case "NICK":
        return this.#nicked(from, first);
      case "QUIT":
        return this.#isLost(from) ? this.#take() : [];
      case "731": // RPL_MONOFFLINE
        return second.split(",").some((name) => this.#isLost(name)) ? this.#take() : [];
      default:
        // Whatever the answer was, the next time that it is free may be another.
        if (NICK_REFUSED.has(command) && this.#isLost(second || third)) this.#isTaking = false;
        return [];
    }
  }

  /** Whether a message answers what nobody has asked. Asked before the state takes it in. */
  isOwnBusiness({ command, params: [, names = ""] }: Message): boolean {
    if (NICK_REFUSED.has(command)) return this.#isTaking && this.#isLost(names);
    if (command !== "730" && command !== "731") return false;
    return names.split(",").every((mask) => {
      const name = mask.split("!", 1)[0] ?? "";
      return this.#isLost(name) && !this.#isWatched(name);
    });
  }

  /** What is to be told to a new connection, but for the rooms. `nick`: the name that the user wants, if they chose it. */
  tell(nick: string | null): string[] {
    const state = this.#state;
    const lines: string[] = [];
    const say = (command: string, ...params: string[]) =>
      lines.push(formatMessage({ command, params }));
    // With pre-away the registration has told it.
    if (this.#away !== null && !state.capabilities.has("draft/pre-away")) {
      this.#askedAway = this.#away;
      say("AWAY", this.#away);
    }
    if (this.#modes.size > 0) {
      const modes = [...this.#modes];
      for (const [letter, sign] of modes) this.#askedModes.set(letter, sign);
      say("MODE", state.nick, modes.map(([letter, sign]) => sign + letter).join(""));
    }
    if (this.#realName !== null && state.capabilities.has("setname")) {
      say("SETNAME", this.#realName);
    }
    for (const name of this.#accepted) say("ACCEPT", name);
    for (const name of this.#watched) say("MONITOR", "+", name);
    if (nick !== null && !isOwn(state, nick)) {
      this.#lostNick = nick;
      if (state.isupport.has("MONITOR")) say("MONITOR", "+", nick);
    }
    return lines;
  }

  #entered(name: string): void {
    const key = this.#state.fold(name);
    const known = this.#rooms.get(key)?.key ?? null;
    this.#rooms.set(key, { name, key: this.#joinKeys.get(key) ?? known });
    this.#joinKeys.delete(key);
    if (key !== this.#state.lobby) return;
    this.#lobby = key;
    // Before that it is the server who has put the user there.
    if (this.#state.entered) this.#hasLeftLobby = false;
  }

  #left(name: string): void {
    const key = this.#state.fold(name);
    this.#rooms.delete(key);
    if (key === this.#state.lobby) this.#hasLeftLobby = true;
  }

  #refused(room: string): void {
    const key = this.#state.fold(room);
    if (!this.#state.rooms.has(key)) this.#rooms.delete(key);
    this.#joinKeys.delete(key);
  }

  #renamed(from: string, to: string): string[] {
    const key = this.#state.fold(from);
    const room = this.#rooms.get(key);
    this.#rooms.delete(key);
    if (room !== undefined) this.#rooms.set(this.#state.fold(to), { ...room, name: to });
    return [];
  }

  #changed(target: string, changes: readonly string[]): void {
    const state = this.#state;
    const key = state.fold(target);
    const room = this.#rooms.get(key);
    for (const { sign, letter, value } of modeChanges(state, target, changes)) {
      if (isRoom(target)) {
        if (letter !== "k" || room === undefined) continue;
        // Servers hide it from some, and some from all.
        const shown = value === null || value === "*" ? this.#modeKeys.get(key) ?? room.key : value;
        this.#rooms.set(key, { ...room, key: sign === "-" ? null : shown });
        this.#modeKeys.delete(key);
      } else if (isOwn(state, target)) {
        if (this.#askedModes.get(letter) === sign) this.#modes.set(letter, sign);
        else if (this.#modes.get(letter) !== sign) this.#modes.delete(letter);
        this.#askedModes.delete(letter);
      }
    }
  }

  #nicked(from: string, to: string): string[] {
    const lost = this.#lostNick;
    if (!isOwn(this.#state, to)) return this.#isLost(from) ? this.#take() : [];
    // The user has it again, or another now.
    this.#lostNick = null;
    this.#isTaking = false;
    if (lost === null || !this.#state.isupport.has("MONITOR") || this.#isWatched(lost)) return [];
    return [formatMessage({ command: "MONITOR", params: ["-", lost] })];
  }

  #take(): string[] {
    if (this.#lostNick === null || this.#isTaking) return [];
    this.#isTaking = true;
    return [formatMessage({ command: "NICK", params: [this.#lostNick] })];
  }

  #isLost(name: string): boolean {
    return this.#lostNick !== null && this.#state.fold(name) === this.#state.fold(this.#lostNick);
  }

  #isWatched(name: string): boolean {
    return [...this.#watched].some((other) => this.#state.fold(other) === this.#state.fold(name));
  }
}

function keep(names: Set<string>, name: string): void {
  if (name !== "" && names.size < MOST_NAMES) names.add(name);
}
