/**
 * Who is let through to a user with mode `g` or `R`, and how the user learns of others. Part of `apply`.
 *
 * @module
 */
import { LIMITS, NUMERICS, numericText, Outgoing } from "../../protocol/mod.ts";
import type { AcceptEvent, CallerEvent, UserId } from "./events.ts";
import type { Outbox } from "./ports.ts";
import type { NetworkState, User } from "./state.ts";

/** A user accepts others. */
export function applyAccept(state: NetworkState, event: AcceptEvent): void {
  const user = state.user(event.user);
  user.accepted = new Set(event.accepted);
  user.awaited = new Set(event.awaited);
}

/** A user who does not take every message has written to somebody, and awaits an answer. (ACCEPT-6) */
export function awaitAnswer(user: User, other: UserId): void {
  const isOpen = !user.modes.has("g") && !user.modes.has("R");
  if (isOpen || user.id === other) return;
  const others = [...user.awaited].filter((id) => id !== other);
  user.awaited = new Set([...others.slice(1 - LIMITS.ACCEPT.value), other]);
}

/** A user is told of somebody who is not accepted. */
export function applyCaller(state: NetworkState, event: CallerEvent, outbox: Outbox): void {
  const user = state.user(event.user);
  user.toldOfCallerAt = event.at;
  const words = [event.nick, event.address];
  const text = numericText("RPL_UMODEGMSG", words) ?? "";
  const { code } = NUMERICS.RPL_UMODEGMSG;
  const account = state.userByNick(event.nick)?.account ?? null;
  const tags = { at: event.at, account };
  const line = new Outgoing(state.serverName, code, [user.nick, ...words, text], tags);
  outbox.fanOut(user.sessions, line);
}
