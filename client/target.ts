/**
 * Where a text goes that names nobody. The rule, and this module keeps it:
 *
 * 1. The target is the user's: what they ask to enter (`/join`, the room of the address), of a list the last. Only before
 *    they have asked for one it is the lobby that the server has put them into. No message of the server moves it.
 * 2. The server changes only whether a target can be reached. Who is put out of a room, is refused or sent to another, or
 *    has lost the connection, has the target that they had: it is out of reach until they are in it again.
 * 3. A renamed room is the same target under another name. A room that takes the name of a target is another room.
 * 4. A line goes to the target that was shown when its first character was typed, or nowhere: then it stays where it was
 *    typed, and the reason is told. Emptied, it is no line any more, and the next character begins another.
 * 5. A pipe shows nothing and cannot be asked: where its target cannot be reached it ends, with words on standard error and
 *    an exit code of its own.
 *
 * Pure.
 *
 * @module
 */

import { fold, type Folded } from "../protocol/casemap.ts";

/** Whether a target can be reached: the user is in the room, has asked to be, or is not. */
export type Reach = "here" | "coming" | "gone";

/** A room that texts may be meant for. */
export interface RoomTarget {
  /** As it is called now. */
  readonly name: string;
  readonly reach: Reach;
}

interface Kept {
  name: string;
  reach: Reach;
}

/** Targets whose lot is followed: more than anybody has lines for. The oldest is out of reach for ever. */
const MOST_KEPT = 200;

/** The targets of one user on one server. They outlive a connection. */
export class Targets {
  /** The key of a name, as the server compares names. */
  fold: (name: string) => Folded = fold;
  #current: Kept | null = null;
  /** The user has not asked for a room, and the server has not told all of those that they are in. */
  #isOpen = true;
  #kept: Kept[] = [];

  /** What the next line is begun for. */
  get current(): RoomTarget | null {
    return this.#current;
  }

  /** The user wants to talk in this room. `isIn`: they are in it. */
  choose(name: string, isIn: boolean): void {
    this.#isOpen = false;
    const target = this.#keep(name);
    if (isIn) target.reach = "here";
    else if (target.reach === "gone") target.reach = "coming";
    this.#current = target;
  }

  /** The server has put the user into the lobby. */
  offer(name: string): void {
    if (!this.#isOpen) return;
    this.#current = this.#keep(name);
    this.#current.reach = "here";
  }

  /** The user is in this room, for whatever reason. */
  entered(name: string): void {
    const target = this.#find(name);
    if (target !== undefined) Object.assign(target, { name, reach: "here" });
  }

  /** The user is in it no longer, or will not be. */
  left(name: string): void {
    const target = this.#find(name);
    if (target !== undefined) target.reach = "gone";
  }

  /** The server does not let the user in; whoever is in it stays. */
  refused(name: string): void {
    const target = this.#find(name);
    if (target?.reach === "coming") target.reach = "gone";
  }

  /** A room that the user is in has another name. */
  renamed(from: string, to: string): void {
    const target = this.#find(from);
    const other = this.#find(to);
    if (other !== undefined && other !== target) this.#forget(other);
    if (target !== undefined) target.name = to;
  }

  /** The connection is gone. The next one enters the rooms again. */
  lost(): void {
    for (const target of this.#kept) if (target.reach === "here") target.reach = "coming";
  }

  /** The user is in all rooms that are to be entered without a further word, but for those still asked for. */
  settled(isAsked: (name: string) => boolean): void {
    this.#isOpen = false;
    for (const target of this.#kept) {
      if (target.reach === "coming" && !isAsked(target.name)) target.reach = "gone";
    }
  }

  #find(name: string): Kept | undefined {
    const key = this.fold(name);
    return this.#kept.find((target) => this.fold(target.name) === key);
  }

  #keep(name: string): Kept {
    const known = this.#find(name);
    if (known !== undefined) return known;
    const target: Kept = { name, reach: "gone" };
    this.#kept.push(target);
    if (this.#kept.length > MOST_KEPT) {
      this.#forget(this.#kept.find((oldest) => oldest !== this.#current)!);
    }
    return target;
  }

  #forget(target: Kept): void {
    target.reach = "gone";
    this.#kept = this.#kept.filter((kept) => kept !== target);
  }
}

/** Why nothing can be said, whoever it is for; in words that follow others. */
export const NOT_CONNECTED = "you are not connected";

/** Why a text for this target cannot go there now, in the same way; `null` when it can. */
export function whyUnreachable(target: RoomTarget | null, connected: boolean): string | null {
  if (!connected) return NOT_CONNECTED;
  if (target === null) return "no room was chosen when it was begun, /join #ROOM chooses one";
  switch (target.reach) {
    case "here":
      return null;
    case "coming":
      return `you are not in ${target.name} yet`;
    case "gone":
      return `you are not in ${target.name}`;
  }
}
