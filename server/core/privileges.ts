/**
 * What an operator of the server may do, by name, as data. A command's rule names the privilege that it needs.
 *
 * SPEC: "Operators".
 *
 * @module
 */

/** Every privilege, and what it allows. */
export const PRIVILEGES = {
  ban: "DLINE, KLINE, UNDLINE, UNKLINE",
  channels: "in every channel what an owner may",
  chghost: "CHGHOST",
  kill: "KILL",
  rehash: "REHASH",
  restart: "RESTART",
  route: "CONNECT, SQUIT",
  wallops: "WALLOPS",
} as const satisfies Record<string, string>;

/** The name of a privilege. */
export type Privilege = keyof typeof PRIVILEGES;

/** The names of all privileges: what an operator has whose entry names none. */
export const ALL_PRIVILEGES = Object.keys(PRIVILEGES) as readonly Privilege[];

/** What an operator was given: under which name, and what he may do. */
export interface OperatorGrant {
  readonly name: string;
  readonly privileges: readonly Privilege[];
}
