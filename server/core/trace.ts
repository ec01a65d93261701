/**
 * What the log tells of an error that is a defect of ours.
 *
 * @module
 */

/** Where something was thrown, as far as that is known; else what. */
export function traceOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
