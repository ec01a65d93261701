/**
 * The cryptography of SCRAM-SHA-256, by the Web Crypto API: what takes long is done on other threads.
 *
 * SPEC: "Accounts".
 *
 * @module
 */
import type { Bytes, SaslCrypto } from "../../protocol/mod.ts";

const HASH = "SHA-256";
const HASH_BITS = 256;
const NONCE_BYTES = 18;

async function hmacKey(key: Bytes): Promise<CryptoKey> {
  return await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: HASH }, false, ["sign"]);
}

/** SHA-256, HMAC, PBKDF2, and nonces of 144 bits. */
export const saslCrypto: SaslCrypto = {
  async hash(data) {
    return new Uint8Array(await crypto.subtle.digest(HASH, data));
  },
  async sign(key, data) {
    return new Uint8Array(await crypto.subtle.sign("HMAC", await hmacKey(key), data));
  },
  async stretch(password, salt, iterations) {
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const params = { name: "PBKDF2", hash: HASH, salt, iterations };
    return new Uint8Array(await crypto.subtle.deriveBits(params, key, HASH_BITS));
  },
  nonce() {
    return crypto.getRandomValues(new Uint8Array(NONCE_BYTES)).toBase64({ alphabet: "base64url" });
  },
};
