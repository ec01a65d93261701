/**
 * Makes facts about metadata true, and tells those who have subscribed to the keys.
 *
 * SPEC: "METADATA"; IRCv3 metadata.
 *
 * @module
 */
import { Outgoing, type OutgoingTags } from "../../protocol/mod.ts";
import type { MetadataEvent } from "./events.ts";
import type { Outbox } from "./ports.ts";
import { type Channel, NO_METADATA, type Session, type User } from "./state.ts";

/** The parameters of METADATA from the server; a value that was taken away is left out. (META-14) */
export function metadataParams(target: string, key: string, value: string | null): string[] {
  return value === null ? [target, key, "*"] : [target, key, "*", value];
}

/** Of these sessions, those that are told of the key. */
function* subscribed(
  sessions: Iterable<Session>,
  key: string,
  except: (session: Session) => boolean,
): Generator<Session> {
  for (const session of sessions) {
    if (
      session.subscriptions.has(key) && session.has("draft/metadata-2") && !except(session)
    ) yield session;
  }
}

/**
 * Changes what is stored.
 *
 * @param hearers Those who hear of the target: a channel's members; those who share a channel with a user or watch them,
 * and the user's own sessions.
 * @param tags What tells of who has made the change.
 */
export function applyMetadata(
  target: User | Channel,
  name: string,
  hearers: Iterable<Session>,
  event: MetadataEvent,
  tags: OutgoingTags,
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
    const line = new Outgoing(event.source, "METADATA", metadataParams(name, key, value), tags);
    outbox.fanOut(subscribed(told, key, isAuthor), line, event.cause);
  }
}

/** Tells others what a user tells of itself who is new to them: in a channel, or as a nick that they watch. */
export function introduce(
  user: User,
  others: Iterable<Session>,
  tags: OutgoingTags,
  outbox: Outbox,
): void {
  const isOwn = (session: Session): boolean => session.user === user;
  for (const [key, value] of user.metadata) {
    const line = new Outgoing(user.source, "METADATA", metadataParams(user.nick, key, value), tags);
    outbox.fanOut(subscribed(others, key, isOwn), line);
  }
}
