/**
 * Makes and checks password hashes: Argon2id, on the threads of the Web Crypto API, a few at a time. The turn goes on
 * meanwhile.
 *
 * SPEC: "Operators", "Accounts".
 *
 * @module
 */
import {
  equalsInConstantTime,
  formatPasswordHash,
  type HashCost,
  isPasswordHash,
  parsePasswordHash,
  type PasswordHash,
} from "../core/password.ts";
import type { Awaitable, Passwords, PasswordVerdict } from "../core/ports.ts";

/**
 * What new hashes cost: some 50 ms. Of the settings that OWASP recommends alike it is the one with the most memory: blocks above
 * 32 MiB go back to the system at once, while smaller ones stay with each of the runtime's threads, gigabytes in the end.
 */
export const COST: HashCost = { memory: 46 * 1024, passes: 1, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Hashes that are computed at a time, and those that may wait for it. */
const AT_ONCE = 2;
const WAITING = 64;

/** What deriveBits takes for Argon2id. */
interface Argon2Params extends Algorithm, HashCost {
  readonly nonce: Uint8Array;
}

async function derive(
  password: string,
  { memory, passes, parallelism, salt }: Omit<PasswordHash, "hash">,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  // Composed, so that one password is the same bytes from every keyboard.
  const secret = new TextEncoder().encode(password.normalize("NFC"));
  const key = await crypto.subtle.importKey("raw-secret", secret, "Argon2id", false, [
    "deriveBits",
  ]);
  const params: Argon2Params = { name: "Argon2id", nonce: salt, memory, passes, parallelism };
  return new Uint8Array(await crypto.subtle.deriveBits(params, key, bytes * 8));
}

/** The hash of a password, as it stands in the configuration. */
export async function hashPassword(password: string, cost: HashCost = COST): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const hash = await derive(password, { ...cost, salt }, HASH_BYTES);
  return formatPasswordHash({ ...cost, salt, hash });
}

/** Lets a few works be done at a time, and some wait: whoever has many waiting makes nobody else wait for all of them. (LOGIN-8) */
class Places {
  #running = 0;
  /** By whom they are for, in the order in which those have their turn. None is empty. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #count = 0;
  readonly #limit: number;

  /** @param limit How many may wait; from one place, if it is known, half as many. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether no more from there may wait. */
  areTaken(from: string): boolean {
    const own = from === "" ? 0 : this.#waiting.get(from)?.length ?? 0;
    return this.#count >= this.#limit || own >= this.#limit / 2;
  }

  async run<T>(work: () => Promise<T>, from: string): Promise<T> {
    if (this.#running < AT_ONCE) this.#running++;
    else await new Promise<void>((resolve) => this.#add(from, resolve)); // takes over a place
    try {
      return await work();
    } finally {
      const next = this.#next();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  #add(from: string, go: () => void): void {
    this.#count++;
    const own = this.#waiting.get(from);
    if (own === undefined) this.#waiting.set(from, [go]);
    else own.push(go);
  }

  /** The oldest from where the last one was the longest ago. */
  #next(): (() => void) | undefined {
    for (const [from, own] of this.#waiting) {
      this.#count--;
      const next = own.shift();
      this.#waiting.delete(from);
      if (own.length > 0) this.#waiting.set(from, own);
      return next;
    }
  }
}

/** Checks and hashes passwords, a few at a time. */
export class PasswordChecker implements Passwords {
  readonly #checking = new Map<string, Promise<PasswordVerdict>>();
  readonly #places: Places;

  /** @param waiting How many may wait. */
  constructor(waiting = WAITING) {
    this.#places = new Places(waiting);
  }

  verify(password: string, stored: string, from = ""): Awaitable<PasswordVerdict> {
    if (!isPasswordHash(stored)) {
      return equalsInConstantTime(password, stored) ? "right" : "wrong";
    }
    const parts = parsePasswordHash(stored);
    if (parts === null) return "wrong";
    // A gateway gives one password for all its users: it is checked once for those who come at once.
    const key = `${stored} ${password}`;
    const same = this.#checking.get(key);
    if (same !== undefined) return same;
    if (this.#places.areTaken(from)) return "busy";
    const verdict = this.#places.run(() => check(password, parts), from)
      .finally(() => this.#checking.delete(key));
    this.#checking.set(key, verdict);
    return verdict;
  }

  /** Does something else that is as much work, in its turn. */
  work<T>(work: () => Promise<T>): Promise<T> | "busy" {
    return this.#places.areTaken("") ? "busy" : this.#places.run(work, "");
  }
}

async function check(password: string, parts: PasswordHash): Promise<PasswordVerdict> {
  const hash = await derive(password, parts, parts.hash.length);
  let difference = 0;
  for (const [i, byte] of hash.entries()) difference |= byte ^ (parts.hash[i] ?? 0);
  return difference === 0 ? "right" : "wrong";
}
