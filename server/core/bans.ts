/**
 * Bans from the server: whom each meets, and until when.
 *
 * SPEC: "Operators".
 *
 * @module
 */
import { foldMask, matchMask } from "../../protocol/mod.ts";
import {
  type Address,
  type AddressRange,
  formatRange,
  isInRange,
  parseAddress,
  parseRange,
} from "./address.ts";

/** By `user@host`, when a user registers; or by address, when a connection comes. */
export type BanKind = "mask" | "address";

/** What a ban is made of: plain data. */
export interface BanTerms {
  readonly kind: BanKind;
  /** In its one form: {@linkcode readBanTarget}. */
  readonly target: string;
  readonly reason: string;
  /** The name of the operator who set it. */
  readonly by: string;
  /** Milliseconds since the epoch; `null` for ever. */
  readonly until: number | null;
}

/** Who may be met by a ban. */
export interface BanSubject {
  /** `null` while it is not known. */
  readonly username: string | null;
  readonly host: string;
  readonly address: string;
}

/** The target of a ban in its one form; `null` for what is none. */
export function readBanTarget(kind: BanKind, text: string): string | null {
  if (kind === "address") {
    const range = parseRange(text);
    return range === null ? null : formatRange(range);
  }
  const match = /^([^\s!@,:][^\s!@,]*)@([^\s!@,]+)$/.exec(text);
  if (match === null) return null;
  const [, user = "", host = ""] = match;
  const range = parseRange(host);
  return `${user}@${range === null ? host : formatRange(range)}`;
}

/** A ban, ready to be asked. */
export class Ban implements BanTerms {
  readonly kind: BanKind;
  readonly target: string;
  readonly reason: string;
  readonly by: string;
  readonly until: number | null;
  /** Milliseconds since the epoch. */
  readonly setAt: number;
  readonly #user: string;
  readonly #host: string;
  readonly #range: AddressRange | null;

  constructor({ kind, target, reason, by, until }: BanTerms, setAt: number) {
    this.kind = kind;
    this.target = target;
    this.reason = reason;
    this.by = by;
    this.until = until;
    this.setAt = setAt;
    const at = target.lastIndexOf("@");
    this.#user = kind === "address" ? "*" : target.slice(0, at);
    this.#host = target.slice(at + 1);
    this.#range = parseRange(this.#host);
  }

  /** Whether its time is over. */
  isOver(epoch: number): boolean {
    return this.until !== null && this.until <= epoch;
  }

  /**
   * Whether it meets somebody. A mask is held against the address and against the host that others see.
   *
   * @param address The subject's address, parsed.
   */
  meets({ username, host, address: text }: BanSubject, address: Address | null): boolean {
    if (this.#range !== null) {
      if (address === null || !isInRange(address, this.#range)) return false;
    } else if (!matchMask(this.#host, text) && !matchMask(this.#host, host)) {
      return false;
    }
    return this.#user === "*" || (username !== null && matchMask(this.#user, username));
  }
}

/** All bans of the network. */
export class BanList {
  readonly #bans = new Map<string, Ban>();

  /** How many there are, those whose time is over too. */
  get size(): number {
    return this.#bans.size;
  }

  /** The ban of this target, if its time is not over. */
  get(kind: BanKind, target: string, epoch: number): Ban | undefined {
    const ban = this.#bans.get(keyOf(kind, target));
    return ban?.isOver(epoch) ? undefined : ban;
  }

  /** Those in force, the oldest first. */
  *inForce(kind: BanKind, epoch: number): Generator<Ban> {
    for (const ban of this.#bans.values()) if (ban.kind === kind && !ban.isOver(epoch)) yield ban;
  }

  /** A ban that meets the subject; of kind `address` only, where that is asked for. */
  find(subject: BanSubject, epoch: number, kind?: BanKind): Ban | undefined {
    if (this.#bans.size === 0) return undefined;
    const address = parseAddress(subject.address);
    for (const ban of this.#bans.values()) {
      const isAsked = kind === undefined || ban.kind === kind;
      if (isAsked && !ban.isOver(epoch) && ban.meets(subject, address)) return ban;
    }
    return undefined;
  }

  /** Sets one, in place of the one with the same target; takes those away whose time is over. For `apply` only. */
  set(terms: BanTerms, epoch: number): void {
    for (const [key, ban] of this.#bans) if (ban.isOver(epoch)) this.#bans.delete(key);
    this.#bans.set(keyOf(terms.kind, terms.target), new Ban(terms, epoch));
  }

  /** Lifts one. For `apply` only. */
  lift(kind: BanKind, target: string): void {
    this.#bans.delete(keyOf(kind, target));
  }
}

function keyOf(kind: BanKind, target: string): string {
  return `${kind} ${foldMask(target)}`;
}
