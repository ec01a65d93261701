/**
 * What the operator decides: the part of the configuration that rules and commands read. An immutable snapshot.
 *
 * @module
 */
import type { UserMode } from "../../protocol/mod.ts";
import type { AddressRange } from "./address.ts";
import type { Privilege } from "./privileges.ts";

/** Who may send `PRIVMSG $*`. */
export type BroadcastPolicy = "everyone" | "ops" | "off";

/** Who may make an account: everybody, whoever is here already, or the operator alone. */
export type RegistrationPolicy = "open" | "after-connect" | "closed";

/** An operator of the configuration. */
export interface Operator {
  /** A hash, or the password itself. */
  readonly password: string;
  readonly privileges: readonly Privilege[];
}

/** Who runs the server, for ADMIN. */
export interface Administrator {
  readonly place: string | null;
  readonly who: string | null;
  readonly email: string;
}

/** The settings that the core and the commands read. Durations in milliseconds. */
export interface Settings {
  /** The server's name: the source of what it says. */
  readonly name: string;
  readonly network: string;
  /** What the server says of itself: LINKS, WHOIS. */
  readonly description: string;
  /** Program and version, for 002, 004 and 351. */
  readonly version: string;
  readonly motd: readonly string[];
  /** Who runs the server, or `null` where that is not told. */
  readonly admin: Administrator | null;
  /** The URL of the network's picture. */
  readonly icon: string | null;
  /** What PASS must give, or `null` for an open server. */
  readonly password: string | null;
  readonly registration: RegistrationPolicy;
  /** Names for those who ask for one: `{n}` is the lowest free number. */
  readonly nameTemplate: string;
  /** Where everybody starts, or `null`. */
  readonly lobby: string | null;
  readonly broadcast: BroadcastPolicy;
  /** The modes that users begin with. */
  readonly userModes: readonly UserMode[];
  /** The client-only tags that do not pass, as ISUPPORT tells them; empty for none. */
  readonly clientTagDeny: string;
  /** Operators by their name. */
  readonly operators: ReadonlyMap<string, Operator>;
  /** When names are equal, and what they may be. */
  readonly casemapping: "ascii" | "precis";
  /** From where connections may say for whom they speak. */
  readonly trustedProxies: readonly AddressRange[];
  /** What WEBIRC must give, as a hash or as it is; `null` where there is no WEBIRC. */
  readonly webircPassword: string | null;
  /** Whether what is said is kept, for how long (0 for ever), and how much of it. */
  readonly history: boolean;
  readonly historyForMs: number;
  /** Messages of each conversation; 0 for no limit. */
  readonly historyMax: number;
  readonly maxClients: number;
  readonly sendqBytes: number;
  /** Lines a second that a session may send for long; 0 for no limit. */
  readonly floodRate: number;
  /** Lines that are told again to those who join and cannot ask for them. */
  readonly replay: number;
  /** Messages of one conversation that `*playback` tells at the most. */
  readonly playback: number;
  /** How long users may take back what they have said. */
  readonly redactWithinMs: number;
  readonly pingAfterMs: number;
  readonly pongWithinMs: number;
  readonly registerWithinMs: number;
  /** How long a user whose connection was lost stays without others noticing; 0 for not at all. */
  readonly graceMs: number;
  /** Whether accounts may choose to stay when their last session has gone. */
  readonly alwaysOn: "off" | "opt-in" | "opt-out";
}
