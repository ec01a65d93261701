/**
 * Instants as commands name them: `timestamp=YYYY-MM-DDThh:mm:ss.sssZ`.
 *
 * @module
 */
import { parseInstant } from "../../protocol/mod.ts";

const PREFIX = "timestamp=";
const INSTANT_LENGTH = "YYYY-MM-DDThh:mm:ss.sssZ".length;

/** An instant in the form of the tag `time`, in milliseconds since the epoch; `null` if it is none. */
export function readInstant(text: string): number | null {
  return text.length === INSTANT_LENGTH ? parseInstant(text) : null;
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
