/**
 * Instants as commands name them: `timestamp=YYYY-MM-DDThh:mm:ss.sssZ`.
 *
 * @module
 */
const PREFIX = "timestamp=";
const INSTANT_REGEXP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** An instant in the form of the tag `time`, in milliseconds since the epoch; `null` if it is none. */
export function readInstant(text: string): number | null {
  const at = INSTANT_REGEXP.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : at;
}

/** The same with its prefix. */
export function readTimestamp(text: string): number | null {
  return text.startsWith(PREFIX) ? readInstant(text.slice(PREFIX.length)) : null;
}

/** An instant in the form of the tag `time`. */
export function formatInstant(at: number): string {
  return new Date(at).toISOString();
}

/** The same with its prefix. */
export function formatTimestamp(at: number): string {
  return PREFIX + formatInstant(at);
}
