/**
 * Users who stay though their last session has gone: those who were lost and may be back at once, and those who are always
 * on. The supervisor's sweep ends what is over; no user has a timer.
 *
 * SPEC: "Devices".
 *
 * @module
 */
import { LIMITS } from "../../protocol/mod.ts";
import { causeOf, type CloseReason, quitText } from "./close_reason.ts";
import type { Accounts } from "./ports.ts";
import type { Settings } from "./settings.ts";
import type { SupervisorPorts } from "./supervisor.ts";
import type { User } from "./state.ts";
import { keysOfUser } from "./times.ts";

/** How long somebody who is always on may not be seen. (ALWAYS-3) */
export const ALWAYS_ON_FOR_MS: number = 180 * 86_400_000;

/** Whether the user of the account stays when its last session has gone. (ALWAYS-1) */
export function isAlwaysOn(
  { alwaysOn }: Pick<Settings, "alwaysOn">,
  accounts: Pick<Accounts, "choosesAlwaysOn">,
  account: string | null,
): boolean {
  if (account === null || alwaysOn === "off") return false;
  return accounts.choosesAlwaysOn(account) ?? alwaysOn === "opt-out";
}

/** How the last session of a user has ended, and what that means. */
export interface AbsenceTerms {
  /** What others are told if the user leaves the network after all. */
  readonly reason: CloseReason;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Until when the user may be back without anybody having noticed: monotonic milliseconds; `null` for who is always on. */
  readonly graceUntil: number | null;
}

/** Users without a session. */
export class Absences {
  readonly #ports: SupervisorPorts;
  readonly #quit: (user: User, reason: CloseReason) => void;
  readonly #absent = new Map<User, AbsenceTerms>();

  /** @param quit Lets a user leave the network. */
  constructor(ports: SupervisorPorts, quit: (user: User, reason: CloseReason) => void) {
    this.#ports = ports;
    this.#quit = quit;
  }

  /** Users who stay without a session, and some who are back since the last sweep. */
  get size(): number {
    return this.#absent.size;
  }

  /** How the user's last session has ended; `undefined` for who has one. */
  termsOf(user: User): AbsenceTerms | undefined {
    return user.absence === null ? undefined : this.#absent.get(user);
  }

  /**
   * The last session of a user has ended.
   *
   * @returns Whether the user stays.
   */
  begin(user: User, reason: CloseReason): boolean {
    const { settings, state, clock } = this.#ports;
    const { account } = user;
    if (account === null || causeOf(reason) === "killed") return false; // GRACE-3, ALWAYS-2
    // Who has logged in late has a user of that account already: one of them is enough.
    if (state.usersOfAccount(account).size > 1) return false;
    const since = state.times.upTo(keysOfUser(state, user), Infinity, clock.epoch()); // HIST-11
    if (causeOf(reason) === "lost" && settings.graceMs > 0) { // GRACE-1
      return this.#enter(user, { reason, since, graceUntil: clock.now() + settings.graceMs });
    }
    return this.#isAlwaysOn(user) && this.#enter(user, { reason, since, graceUntil: null });
  }

  /** Takes over a user who was absent when the server ended. */
  restore(user: User, terms: Omit<AbsenceTerms, "graceUntil">): void {
    this.#enter(user, { ...terms, graceUntil: null });
  }

  #enter(user: User, terms: AbsenceTerms): boolean {
    if (this.#absent.size >= LIMITS.PRESENCES.value) return false;
    const { network, log } = this.#ports;
    const at = this.#ports.clock.epoch();
    if (user.isOperator) { // DEVICE-9
      const changes = [{ sign: "-", mode: "o" }] as const;
      network.submit({ type: "user-modes", at, user: user.id, changes });
    }
    const absence = terms.graceUntil === null ? "told" : "silent";
    this.#absent.set(user, terms);
    network.submit({ type: "absence", at, user: user.id, absence });
    log.info("absent", { nick: user.nick, absence, text: quitText(terms.reason) });
    return true;
  }

  /** Ends what is over. Called once a second. */
  sweep(): void {
    const { state, network, clock } = this.#ports;
    for (const [user, terms] of this.#absent) {
      if (user.absence === null || !state.users.has(user.id)) {
        this.#absent.delete(user);
        continue;
      }
      const at = clock.epoch();
      if (terms.graceUntil !== null && clock.now() < terms.graceUntil) continue;
      const isExpired = at - terms.since >= ALWAYS_ON_FOR_MS;
      if (isExpired || !this.#isAlwaysOn(user)) {
        this.#absent.delete(user);
        this.#quit(user, terms.reason); // GRACE-2, ALWAYS-2
      } else if (terms.graceUntil !== null) {
        this.#absent.set(user, { ...terms, graceUntil: null });
        network.submit({ type: "absence", at, user: user.id, absence: "told" });
      }
    }
  }

  #isAlwaysOn({ account }: User): boolean {
    const { settings, store } = this.#ports;
    return isAlwaysOn(settings, store.accounts, account);
  }
}
