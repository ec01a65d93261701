/**
 * What MODE changes, letter by letter, each with its parameter, as far as the server has said which take one. Pure.
 * @module
 */

import { isRoom, type SessionState } from "./session.ts";

/** One change. */
export interface ModeChange {
  readonly sign: "+" | "-";
  readonly letter: string;
  /** Its parameter; `null` if it has none. */
  readonly value: string | null;
}

/** Where a server says nothing, modes are as they have always been. */
const USUAL_KINDS = "beI,k,l,imnpst";
const USUAL_RANKS = "(ov)@+";

/** The changes that these parameters of MODE make, those after the target. */
export function modeChanges(
  { isupport }: SessionState,
  target: string,
  [letters = "", ...values]: readonly string[],
): ModeChange[] {
  const changes: ModeChange[] = [];
  const ranks = /^\((.*)\)/.exec(isupport.get("PREFIX") ?? USUAL_RANKS)?.[1] ?? "";
  const [lists = "", always = "", set = ""] = (isupport.get("CHANMODES") ?? USUAL_KINDS).split(",");
  let sign: ModeChange["sign"] = "+";
  for (const letter of letters) {
    if (letter === "+" || letter === "-") {
      sign = letter;
      continue;
    }
    const takes = isRoom(target) &&
      ((lists + always + ranks).includes(letter) || (sign === "+" && set.includes(letter)));
    changes.push({ sign, letter, value: takes ? values.shift() ?? null : null });
  }
  return changes;
}
