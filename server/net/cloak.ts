/**
 * What others see of an address: the same for the same address while the server runs, and nothing that leads back to it.
 *
 * SPEC: "Names".
 *
 * @module
 */

import type { Awaitable } from "../core/ports.ts";

/** Addresses whose cloak is remembered. */
const CACHE_SIZE = 10_000;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const CLOAK_LETTERS = 16;
/** As many as the hash has. */
const KEY_BYTES = 32;

/** Makes cloaks with a key that nobody knows and that is gone with the process. */
export class Cloak {
  // Not `generateKey`: its first use costs a start 30 ms.
  readonly #key: Promise<CryptoKey> = crypto.subtle.importKey(
    "raw",
    crypto.getRandomValues(new Uint8Array(KEY_BYTES)),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  readonly #known = new Map<string, string>();

  /** The host that others see in place of an address: at once where it is known. */
  of(address: string): Awaitable<string> {
    return this.#known.get(address) ?? this.#make(address);
  }

  async #make(address: string): Promise<string> {
    const signature = await crypto.subtle.sign(
      "HMAC",
      await this.#key,
      new TextEncoder().encode(address),
    );
    const letters = [...new Uint8Array(signature, 0, CLOAK_LETTERS)].map((byte) =>
      ALPHABET[byte & 31]
    ).join("");
    const host = `${letters}.cloaked`;
    if (this.#known.size >= CACHE_SIZE) this.#known.clear();
    this.#known.set(address, host);
    return host;
  }
}
