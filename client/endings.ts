/**
 * The ends after which nobody comes back by itself, in one list. The rule: who was put out on purpose, or would not be let
 * in again either, stays out until the user comes again: KILL, bans of all kinds, a refused password, an address that may
 * not come or has too many connections. All else passes: a loss, a restart, a flood, two with one name, a full server, a
 * throttle. Pure.
 *
 * @module
 */

import type { Message } from "../protocol/message.ts";

/** ERR_NOPERMFORHOST, ERR_YOUREBANNEDCREEP. */
const FINAL_NUMERICS: ReadonlySet<string> = new Set(["463", "465"]);

/** What servers say of ends that pass, whatever else they say. */
const PASSING_REGEXP =
  /\btry again\b|\bthrottl|\btoo fast\b|\bserver (?:is )?full\b|\bcollision\b|\brestart/i;

const FINAL_REGEXPS: readonly RegExp[] = [
  /\bkilled\b/i,
  // K-Lined, G:Lined, Z-line, AKILL, autokilled
  /\b[a-z][-: ]?lined?\b/i,
  /\b(?:auto-?killed|akill(?:ed)?|banned|ban|blacklisted|blocklisted)\b/i,
  /\b(?:dnsbl|rbl)\b/i,
  /\b(?:bad|wrong|invalid|incorrect|missing)\b.*\bpassword\b|\bpassword\b.*\b(?:missing|wrong|incorrect|mismatch|required)\b/i,
  /\btoo many\b.*\b(?:connections|clients|sessions|users)\b|\bno more connections\b|\b(?:session|clone) limit\b/i,
  /\bunauthori[sz]ed\b|\bnot authori[sz]ed\b|\bno authori[sz]ation\b|\bnot allowed to connect\b|\baccess denied\b/i,
];

/** Whether the server says by this message that the user is not to come back. */
export function isFinal({ command, params }: Message): boolean {
  if (command === "KILL" || FINAL_NUMERICS.has(command)) return true;
  if (command !== "ERROR") return false;
  const text = params.at(-1) ?? "";
  return !PASSING_REGEXP.test(text) && FINAL_REGEXPS.some((regexp) => regexp.test(text));
}
