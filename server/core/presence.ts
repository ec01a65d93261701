/**
 * A user who stays, as plain data: what outlives the server.
 *
 * SPEC: "Always on".
 *
 * @module
 */
import type { UserMode } from "../../protocol/mod.ts";
import type { AbsenceTerms } from "./absences.ts";
import type { CloseReason } from "./close_reason.ts";
import type { User } from "./state.ts";

/** Where a user who stays is. */
export interface KeptMembership {
  readonly channel: string;
  /** Bits of RANKS. */
  readonly ranks: number;
  /** Milliseconds since the epoch. */
  readonly joinedAt: number;
}

/** A user who stays, as it is kept. Never its address. */
export interface PresenceRecord {
  readonly account: string;
  readonly nick: string;
  readonly username: string;
  readonly host: string;
  readonly realname: string;
  readonly away: string | null;
  readonly modes: readonly UserMode[];
  readonly metadata: readonly (readonly [key: string, value: string])[];
  /** Milliseconds since the epoch. */
  readonly signedOnAt: number;
  readonly spokeAt: number;
  /** How and when its last session has ended; `null` while it has one. */
  readonly absence: { readonly reason: CloseReason; readonly since: number } | null;
  readonly channels: readonly KeptMembership[];
}

/** A user as it is to be kept now. */
export function presenceOf(
  user: User,
  account: string,
  terms: AbsenceTerms | undefined,
): PresenceRecord {
  const { nick, username, host, realname, awayText, modes, metadata, signedOnAt, spokeAt } = user;
  return {
    account,
    nick,
    username,
    host,
    realname,
    away: awayText,
    modes: [...modes].filter((mode) => mode !== "o"), // DEVICE-9
    metadata: [...metadata],
    signedOnAt,
    spokeAt,
    absence: terms === undefined ? null : { reason: terms.reason, since: terms.since },
    channels: [...user.channels.values()].map(({ channel, ranks, joinedAt }) => ({
      channel: channel.name,
      ranks,
      joinedAt,
    })),
  };
}
