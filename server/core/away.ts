/**
 * Whether a person is away, from what each of its devices says.
 *
 * SPEC: "Devices", DEVICE-7.
 *
 * @module
 */
import type { Clock, Network } from "./ports.ts";
import type { Session, User } from "./state.ts";

/** The text of AWAY that says: nobody sits before this device. (AWAY-4) */
export const UNATTENDED = "*";

let said = 0;

/** Notes what a device says of itself; `null` for not away. */
export function noteAway(session: Session, text: string | null): void {
  session.away = text;
  session.awayOrder = ++said;
}

/** Whether the person has said by this device that it is away, or not: more than that nobody sits there. */
export function hasWord({ away, awayOrder }: Session): boolean {
  return awayOrder > 0 && away !== UNATTENDED;
}

/**
 * What a user says with all its devices: it is away while all are, with the text that one of them has set last; what tells no
 * reason counts only where none does. (DEVICE-7)
 *
 * @param speaker A device that is about to say something else: `text`.
 */
export function awayOf(
  { sessions }: User,
  speaker: Session | null = null,
  text: string | null = null,
): string | null {
  let shown: string | null = null;
  let latest = -1;
  for (const session of sessions) {
    const away = session === speaker ? text : session.away;
    if (away === null) return null;
    const order = away === UNATTENDED ? 0 : session === speaker ? Infinity : session.awayOrder;
    if (order < latest) continue;
    shown = away;
    latest = order;
  }
  return shown;
}

/** Tells others what a user says with all its devices now, if that is something else than before. */
export function reviseAway(
  { network, clock }: { readonly network: Network; readonly clock: Clock },
  user: User,
): void {
  const text = awayOf(user);
  if (text === user.awayText) return;
  network.submit({ type: "away", at: clock.epoch(), user: user.id, text });
}
