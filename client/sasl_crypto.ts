/**
 * The cryptography of SCRAM-SHA-256, by the Web Crypto API. The server has its own: neither may need the other.
 * @module
 */

import type { Bytes, SaslCrypto } from "../protocol/mod.ts";

const HASH = "SHA-256";
const HASH_BITS = 256;
const NONCE_BYTES = 18;

/** SHA-256, HMAC, PBKDF2, and nonces of 144 bits. */
export const saslCrypto: SaslCrypto = {
  async hash(data) {
    return new Uint8Array(await crypto.subtle.digest(HASH, data));
  },
  async sign(key, data) {
    const hmac = { name: "HMAC", hash: HASH };
    const imported = await crypto.subtle.importKey("raw", key, hmac, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", imported, data));
  },
  async stretch(password, salt, iterations) {
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const params = { name: "PBKDF2", hash: HASH, salt, iterations };
    return new Uint8Array(await crypto.subtle.deriveBits(params, key, HASH_BITS));
  },
  nonce(): string {
    const bytes: Bytes = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    return bytes.toBase64({ alphabet: "base64url" });
  },
};
