/**
 * Who watches which nick: by nick, so that a user who comes or goes costs as much as there are watchers of that nick.
 *
 * Watches belong to sessions of this node, and end with them.
 *
 * SPEC: "MONITOR".
 *
 * @module
 */
import type { Folded } from "../../protocol/mod.ts";
import type { Session } from "./state.ts";

const NOBODY: ReadonlySet<never> = new Set();

/** The sessions that watch each nick; each session knows what it watches. */
export class Watches {
  readonly #watchers = new Map<Folded, Set<Session>>();

  /** Nicks that somebody watches. */
  get size(): number {
    return this.#watchers.size;
  }

  /** The sessions that watch the nick. */
  of(nick: Folded): ReadonlySet<Session> {
    return this.#watchers.get(nick) ?? NOBODY;
  }

  /** Lets a session watch a nick, in this spelling, which it does not watch yet. */
  add(session: Session, folded: Folded, nick: string): void {
    session.watched = new Map([...session.watched, [folded, nick]]);
    const watchers = this.#watchers.get(folded);
    if (watchers === undefined) this.#watchers.set(folded, new Set([session]));
    else watchers.add(session);
  }

  /** Ends one watch of a session, if it is there. */
  remove(session: Session, nick: Folded): void {
    if (!session.watched.has(nick)) return;
    session.watched = new Map([...session.watched].filter(([other]) => other !== nick));
    this.#forget(session, nick);
  }

  /** Ends every watch of a session. */
  clear(session: Session): void {
    for (const nick of session.watched.keys()) this.#forget(session, nick);
    session.watched = new Map();
  }

  #forget(session: Session, nick: Folded): void {
    const watchers = this.#watchers.get(nick);
    if (watchers?.delete(session) && watchers.size === 0) this.#watchers.delete(nick);
  }
}
