/**
 * What the store throws when it cannot answer now: commands catch it, and say "later".
 *
 * @module
 */

/** What is kept cannot be read or written now. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
