/**
 * The stages of a session, as a table: which there are, what leads from one to the next. The diagram in the specification
 * is drawn from it.
 *
 * SPEC: "Registration".
 *
 * @module
 */

/** Where a session stands. */
export type Stage = "registering" | "active" | "closing";

/** One way from a stage to another. */
export interface Transition {
  readonly from: Stage;
  readonly to: Stage;
  /** What makes it happen. */
  readonly on: string;
}

/** Every way there is. */
export const TRANSITIONS: readonly Transition[] = [
  {
    from: "registering",
    to: "active",
    on: "NICK and USER given, no CAP negotiation open, password right, nick free",
  },
  {
    from: "registering",
    to: "closing",
    on: "QUIT, wrong password, registration timeout, lost, flood, banned, shutdown",
  },
  {
    from: "active",
    to: "closing",
    on: "QUIT, lost, ping timeout, sendq exceeded, flood, killed, banned, shutdown, internal error",
  },
];

/** What {@linkcode isReady} looks at. */
export interface Registration {
  readonly nick: string | null;
  readonly username: string | null;
  readonly negotiating: boolean;
}

/** Whether all is there that registration needs. */
export function isReady(registration: Registration): boolean {
  return registration.nick !== null && registration.username !== null && !registration.negotiating;
}

/**
 * The lowest free name of a template such as `user{n}`.
 *
 * @param isFree Whether nobody has the name.
 */
export function nextName(template: string, isFree: (name: string) => boolean): string {
  for (let n = 1;; n++) {
    const name = template.replace("{n}", String(n));
    if (isFree(name)) return name;
  }
}
