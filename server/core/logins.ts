/**
 * How often a password may be tried: by account, whoever tries, and by address, whatever the account. Nobody guesses one by
 * trying; who is right has tried nothing.
 *
 * SPEC: "Accounts".
 *
 * @module
 */
import type { Folded } from "../../protocol/mod.ts";
import { Attempts } from "./attempts.ts";

/** Wrong passwords that may come at once for an account, and from an address; and how many a second after that. (LOGIN-4) */
const BY_ACCOUNT = 10;
const BY_ADDRESS = 20;
const PER_SECOND = 1 / 30;

/** One try: for which account (`null` for a name that none can have), and from where. */
export interface LoginAttempt {
  readonly account: Folded | null;
  /** An address, or a network that one peer has for itself. */
  readonly from: string;
}

/** Counts wrong passwords. All times monotonic milliseconds. */
export class Logins {
  readonly #byAccount = new Attempts(BY_ACCOUNT, PER_SECOND);
  readonly #byAddress = new Attempts(BY_ADDRESS, PER_SECOND);

  /**
   * How long to wait before this may be tried; 0 if it may be now, and then it is counted for the account as a wrong one. Not
   * for the address: after a restart all who share one come at once, and are right.
   */
  take({ account, from }: LoginAttempt, now: number): number {
    const wait = Math.max(
      account === null ? 0 : this.#byAccount.waitMs(account, now),
      this.#byAddress.waitMs(from, now),
    );
    if (wait > 0) return wait;
    if (account !== null) this.#byAccount.take(account, now);
    return 0;
  }

  /** It was wrong. */
  fail({ from }: LoginAttempt, now: number): void {
    this.#byAddress.count(from, now);
  }

  /** It was right, or nobody has looked at it. */
  giveBack({ account }: LoginAttempt): void {
    if (account !== null) this.#byAccount.giveBack(account);
  }
}
