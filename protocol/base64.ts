/**
 * Base64 as RFC 4648 has it: with padding, and nothing else in it.
 *
 * @module
 */

/** Bytes of their own: what the Web Crypto API takes. */
export type Bytes = Uint8Array<ArrayBuffer>;

const BASE64_REGEXP =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;

/** Writes bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  let characters = "";
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return btoa(characters);
}

/** Reads base64; `null` for what is none, or not in its one form. */
export function fromBase64(text: string): Bytes | null {
  if (!BASE64_REGEXP.test(text)) return null;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
