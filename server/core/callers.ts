/**
 * Who is let through to a user with mode `g`, and how the user learns of others. Part of `apply`.
 *
 * @module
 */
import { NUMERICS, numericText, Outgoing } from "../../protocol/mod.ts";
import type { AcceptEvent, CallerEvent } from "./events.ts";
import type { Outbox } from "./ports.ts";
import type { NetworkState } from "./state.ts";

/** A user accepts others. */
export function applyAccept(state: NetworkState, event: AcceptEvent): void {
  state.user(event.user).accepted = new Set(event.accepted);
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
