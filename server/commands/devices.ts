/**
 * One person with many devices: a session that is logged in to an account whose user is here becomes one more of that user.
 *
 * SPEC: "Devices".
 *
 * @module
 */
import { LIMITS, USER_MODES, type UserMode } from "../../protocol/mod.ts";
import { hasWord, noteAway, reviseAway, UNATTENDED } from "../core/away.ts";
import { joinLines } from "../core/sight.ts";
import type { User } from "../core/state.ts";
import { tellEntered } from "./channels.ts";
import type { CommandContext } from "./context.ts";
import { replayMissed } from "./replay.ts";

/**
 * Ties the session to the user, whatever nick it has asked for; nobody else is told. (DEVICE-1)
 *
 * @returns Whether there was room for it.
 */
export function takeDevice(context: CommandContext, user: User): boolean {
  const { node, session } = context;
  const { state, supervisor, log } = node;
  if (user.sessions.size >= LIMITS.SESSIONS.value) { // DEVICE-3
    const text = `You are connected ${user.sessions.size} times already: close one of them first.`;
    supervisor.end(session, { kind: "refused", text });
    return false;
  }
  // Who had no device is as away as before, unless this one has said otherwise. (DEVICE-7)
  const isFirst = user.sessions.size === 0;
  const left = isFirst && user.awayText !== UNATTENDED ? user.awayText : null;
  if (left !== null && !hasWord(session)) noteAway(session, left);
  state.attach(session, user);
  session.stage = "active";
  session.password = null;
  const { address: ip, port } = session.peer;
  log.info("attached", {
    session: session.id,
    nick: user.nick,
    ip,
    port,
    sessions: user.sessions.size,
  });
  // Others are told once: not that somebody is back who is away.
  if (session.away !== null) reviseAway(node, user);
  if (user.absence !== null) context.submit({ type: "absence", user: user.id, absence: null });
  reviseAway(node, user);
  return true;
}

/**
 * Has a session that is somebody go on as another user, to whose account it has logged in. It is told that it has left its
 * channels and has another nick, then what a device is told that comes. (DEVICE-10)
 *
 * @returns Whether there was room for it; otherwise nothing has changed.
 */
export function moveDevice(context: CommandContext, user: User): boolean {
  const { node: { state, supervisor }, session, user: before } = context;
  if (user.sessions.size >= LIMITS.SESSIONS.value) return false;
  const absentSince = supervisor.absences.termsOf(user)?.since ?? null;
  const { nick, source } = before;
  const channels = [...before.channels.values()].map(({ channel }) => channel.name);
  const watched = [...session.watched];
  const hadModes = before.modes.size > 0;
  supervisor.move(session, user);
  for (const name of channels) context.lineFrom(source, "PART", name);
  if (nick !== user.nick) context.lineFrom(source, "NICK", user.nick);
  state.registering++; // it has no user now
  takeDevice(context, user);
  for (const [folded, spelled] of watched) state.watches.add(session, folded, spelled);
  if (hadModes && user.modes.size === 0) context.numeric("RPL_UMODEIS", "+");
  tellDevice(context, absentSince);
  replayMissed(context);
  return true;
}

/**
 * What a device is told of its user after the welcome. (DEVICE-2)
 *
 * @param absentSince Since when its user was there without a session; `null` if it was not.
 */
export function tellDevice(context: CommandContext, absentSince: number | null): void {
  const { node, session, user, cause } = context;
  const modes = Object.keys(USER_MODES).filter((mode) => user.modes.has(mode as UserMode));
  if (modes.length > 0) context.numeric("RPL_UMODEIS", `+${modes.join("")}`);
  if (session.away !== null) context.numeric("RPL_NOWAWAY");
  for (const { channel } of user.channels.values()) {
    const [plain, extended] = joinLines(channel, user, node.clock.epoch());
    node.outbox.fanOut([session], session.has("extended-join") ? extended : plain, cause);
    // Who is in so many that their names would fill the queue asks with NAMES.
    if (context.hasRoom) tellEntered(context, channel, absentSince);
  }
}
