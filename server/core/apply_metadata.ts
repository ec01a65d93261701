/**
 * Makes facts about metadata true, and tells those who have subscribed to the keys.
 *
 * SPEC: "METADATA"; IRCv3 metadata.
 *
 * @module
 */
import { NUMERICS, Outgoing } from "../../protocol/mod.ts";
import type { MetadataEvent } from "./events.ts";
import type { Outbox } from "./ports.ts";
import { type Channel, type NetworkState, NO_METADATA, type Session, type User } from "./state.ts";

/** Whether the session is told of metadata: the capability has two names, and does the same under both. (META-2) */
export function knowsMetadata(session: Session): boolean {
  return session.has("draft/metadata-3") || session.has("draft/metadata-2");
}

/** Tells of a value, or that there is none. Addressed to `*`, so that it is one line for all. (META-12, META-14) */
function lineOf(
  { serverName }: NetworkState,
  name: string,
  key: string,
  value: string | null,
  at: number,
): Outgoing {
  const { code, text } = NUMERICS[value === null ? "RPL_KEYNOTSET" : "RPL_KEYVALUE"];
  const params = value === null ? ["*", name, key, text ?? ""] : ["*", name, key, "*", value];
  return new Outgoing(serverName, code, params, { at });
}

/** Of these sessions, those that are told of the key. */
function* subscribed(
  sessions: Iterable<Session>,
  key: string,
  except: (session: Session) => boolean,
): Generator<Session> {
  for (const session of sessions) {
    if (session.subscriptions.has(key) && knowsMetadata(session) && !except(session)) yield session;
  }
}

/**
 * Changes what is stored.
 *
 * @param hearers Those who hear of the target: a channel's members; those who share a channel with a user or watch them,
 * and the user's own sessions.
 */
export function applyMetadata(
  state: NetworkState,
  target: User | Channel,
  name: string,
  hearers: Iterable<Session>,
  event: MetadataEvent,
  outbox: Outbox,
): void {
  const told = [...hearers];
  const values = new Map(target.metadata);
  for (const [key, value] of event.changes) {
    if (value === null) values.delete(key);
    else values.set(key, value);
  }
  target.metadata = values.size === 0 ? NO_METADATA : values;
  const isAuthor = ({ id }: Session): boolean => id === event.session;
  for (const [key, value] of event.changes) {
    const line = lineOf(state, name, key, value, event.at);
    outbox.fanOut(subscribed(told, key, isAuthor), line, event.cause);
  }
}

/** Tells others what a user tells of itself who is new to them: in a channel, or as a nick that they watch. */
export function introduce(
  state: NetworkState,
  user: User,
  others: Iterable<Session>,
  at: number,
  outbox: Outbox,
): void {
  const isOwn = (session: Session): boolean => session.user === user;
  for (const [key, value] of user.metadata) {
    outbox.fanOut(subscribed(others, key, isOwn), lineOf(state, user.nick, key, value, at));
  }
}
