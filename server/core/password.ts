/**
 * Stored passwords as text: a hash in the PHC string format, or, for those who want it so, the password itself.
 *
 * SPEC: "Operators".
 *
 * @module
 */

/** What a hash costs: memory in KiB, passes over it, lanes. */
export interface HashCost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** A hash, taken apart. */
export interface PasswordHash extends HashCost {
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly hash: Uint8Array<ArrayBuffer>;
}

const PREFIX = "$argon2";
const PHC_REGEXP =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** What a hash may cost at most: one that would stop the server is a mistake. */
const MOST: HashCost = { memory: 1024 * 1024, passes: 100, parallelism: 16 };

/** Whether the stored text is meant as a hash; everything else is a password itself. */
export function isPasswordHash(stored: string): boolean {
  return stored.startsWith(PREFIX);
}

/** Reads `$argon2id$v=19$m=…,t=…,p=…$salt$hash`; `null` for what is not that, or costs too much. */
export function parsePasswordHash(stored: string): PasswordHash | null {
  const match = PHC_REGEXP.exec(stored);
  if (match === null) return null;
  const [memory = 0, passes = 0, parallelism = 0] = match.slice(1, 4).map(Number);
  const isSane = parallelism >= 1 && parallelism <= MOST.parallelism && passes >= 1 &&
    passes <= MOST.passes && memory >= 8 * parallelism && memory <= MOST.memory;
  const salt = decode(match[4] ?? "");
  const hash = decode(match[5] ?? "");
  if (!isSane || salt === null || hash === null) return null;
  return { memory, passes, parallelism, salt, hash };
}

/** The text of a hash. */
export function formatPasswordHash(parts: PasswordHash): string {
  const { memory, passes, parallelism, salt, hash } = parts;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encode(salt)}$${encode(hash)}`;
}

/** Base64 as the PHC format has it: without padding. */
function encode(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}

function decode(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Compares without telling by its duration where the difference is. */
export function equalsInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) {
    difference |= a.charCodeAt(i) ^ b.charCodeAt(i % Math.max(1, b.length));
  }
  return difference === 0;
}
