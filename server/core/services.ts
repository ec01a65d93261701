/**
 * The services: names that everybody can write to and that nobody can have, for they are the server.
 *
 * SPEC: "Services".
 *
 * @module
 */
import { type CaseMapping, formatSource } from "../../protocol/mod.ts";

/** Their names. */
export const SERVICE_NAMES = ["ChanServ", "NickServ"] as const;

/** The name of a service. */
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** The service that is meant by a nick. */
export function serviceByNick(names: CaseMapping, nick: string): ServiceName | undefined {
  const folded = names.fold(nick);
  return SERVICE_NAMES.find((name) => names.fold(name) === folded);
}

/** The service whose name the nick is, or looks like: nobody else may have it. (SERVICE-1) */
export function serviceLookingLike(names: CaseMapping, nick: string): ServiceName | undefined {
  const look = names.look(nick);
  return SERVICE_NAMES.find((name) => names.look(name) === look);
}

/** Where its answers come from. (SERVICE-3) */
export function serviceSource(name: ServiceName, serverName: string): string {
  return formatSource(name, name, serverName);
}
