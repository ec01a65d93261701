/**
 * Whom the user does not want to read. The rule: what an ignored user says or asks is shown nowhere, live or from before;
 * what they do (join, leave) is, since the list of members must be true. A name stays ignored when its bearer takes another;
 * what the user says on another device never is. The list lasts as long as the program, over all its connections. Pure.
 *
 * @module
 */

import type { Folded } from "../protocol/casemap.ts";
import { foldMask, matchMask } from "../protocol/mask.ts";
import type { Message } from "../protocol/message.ts";

/** Whom somebody ignores: a name, a mask over `nick!user@host`, or an account. */
export type IgnoreKind = "name" | "mask" | "account";

/** One entry. */
export interface Ignore {
  readonly kind: IgnoreKind;
  readonly text: string;
  /** Until when; `null` for as long as the program runs. */
  readonly until: number | null;
}

/** Entries at the most: each message is held against all of them. */
export const MOST_IGNORED = 100;

/** What is said, asked or sent by somebody. */
const HEARD = new Set(["PRIVMSG", "NOTICE", "TAGMSG", "INVITE", "KNOCK"]);

type Fold = (name: string) => Folded;

/** The list of one user. */
export class Ignores {
  readonly #clock: () => number;
  #entries: Ignore[] = [];

  /** `clock`: milliseconds that never go back. */
  constructor(clock: () => number = () => 0) {
    this.#clock = clock;
  }

  /** As `until` counts. */
  get now(): number {
    return this.#clock();
  }

  /** What is on the list now. */
  get entries(): readonly Ignore[] {
    const { now } = this;
    this.#entries = this.#entries.filter(({ until }) => until === null || until > now);
    return this.#entries;
  }

  /** Puts somebody on the list, in the place of the same. `ms`: for how long. Whether there was room. */
  add(given: string, ms: number | null, fold: Fold): boolean {
    this.remove(given, fold);
    if (this.entries.length >= MOST_IGNORED) return false;
    const until = ms === null ? null : this.now + ms;
    this.#entries.push({ ...readIgnore(given), until });
    return true;
  }

  /** Takes somebody off. Whether they were on it. */
  remove(given: string, fold: Fold): boolean {
    const key = keyOf(readIgnore(given), fold);
    const before = this.entries.length;
    this.#entries = this.#entries.filter((entry) => keyOf(entry, fold) !== key);
    return this.#entries.length < before;
  }

  /** Somebody has taken another name. */
  renamed(from: string, to: string, fold: Fold): void {
    this.#entries = this.#entries.map((entry) =>
      entry.kind === "name" && fold(entry.text) === fold(from) ? { ...entry, text: to } : entry
    );
  }

  /** Whether what this message says is not to be shown. */
  hides({ command, source, tags }: Message, fold: Fold): boolean {
    if (this.#entries.length === 0 || source === null || !HEARD.has(command)) return false;
    const nick = fold(source.split("!", 1)[0] ?? "");
    const account = tags?.get("account");
    return this.entries.some(({ kind, text }) => {
      switch (kind) {
        case "name":
          return fold(text) === nick;
        case "mask":
          return matchMask(text, source);
        case "account":
          return account !== undefined && fold(account) === fold(text);
      }
    });
  }
}

/** An entry as the user types it: `bob`, `*!*@host`, `account:bob`. */
export function readIgnore(given: string): Pick<Ignore, "kind" | "text"> {
  const account = /^account:(.+)$/i.exec(given)?.[1];
  if (account !== undefined) return { kind: "account", text: account };
  if (!/[!@*?]/.test(given)) return { kind: "name", text: given };
  // A host alone, or a name with stars in it.
  if (given.includes("!")) return { kind: "mask", text: given };
  return { kind: "mask", text: given.includes("@") ? `*!${given}` : `${given}!*@*` };
}

/** The same, as it is shown. */
export function showIgnore({ kind, text }: Pick<Ignore, "kind" | "text">): string {
  return kind === "account" ? `account:${text}` : text;
}

function keyOf({ kind, text }: Pick<Ignore, "kind" | "text">, fold: Fold): string {
  return `${kind} ${kind === "mask" ? foldMask(text) : fold(text)}`;
}
