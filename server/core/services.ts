/**
 * The services: names that everybody can write to and that nobody can have, for they are the server; and names that nobody can
 * have because people would take them for it.
 *
 * SPEC: "Services".
 *
 * @module
 */
import { type CaseMapping, formatSource } from "../../protocol/mod.ts";

/** Their names. */
export const SERVICE_NAMES = ["ChanServ", "NickServ"] as const;

/** Those of other servers' services, and what programs call the server itself. */
const RESERVED_NAMES = [
  ..."BotServ Global HistServ HostServ InfoServ MemoServ OperServ RootServ SaslServ".split(" "),
  ..."server services".split(" "),
] as const;

/** The name of a service. */
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** The service that is meant by a nick. */
export function serviceByNick(names: CaseMapping, nick: string): ServiceName | undefined {
  const folded = names.fold(nick);
  return SERVICE_NAMES.find((name) => names.fold(name) === folded);
}

/** A look in which letters and digits of ASCII that are mistaken for each other are one. */
function carelessLook(names: CaseMapping, nick: string): string {
  return names.look(nick).replaceAll("0", "o").replace(/[1l|]/g, "i");
}

/** Why nobody may have the nick, as a sentence: it is the server's, or looks like it; `null` if it is free. (SERVICE-1) */
export function whyReserved(names: CaseMapping, nick: string): string | null {
  const look = carelessLook(names, nick);
  const isAlike = (name: string): boolean => carelessLook(names, name) === look;
  const service = SERVICE_NAMES.find(isAlike);
  if (service !== undefined) {
    return `The nickname "${nick}" is kept for ${service}, a service of this server.`;
  }
  return RESERVED_NAMES.some(isAlike) ? `The nickname "${nick}" is kept for the server.` : null;
}

/** Where its answers come from. (SERVICE-3) */
export function serviceSource(name: ServiceName, serverName: string): string {
  return formatSource(name, name, serverName);
}
