/**
 * A channel gets another name, and all that knows it by its name knows it by the new one. Part of `apply`.
 *
 * @module
 */
import { Outgoing } from "../../protocol/mod.ts";
import { author, by, having } from "./audience.ts";
import type { RenameEvent } from "./events.ts";
import type { Outbox } from "./ports.ts";
import type { Channel, NetworkState, User } from "./state.ts";

/** A channel has another name. */
export function applyRename(state: NetworkState, event: RenameEvent, outbox: Outbox): void {
  const channel = state.channel(event.channel);
  const before = channel.name;
  state.channels.delete(event.channel);
  channel.rename(event.name, state.fold(event.name));
  state.channels.set(channel.folded, channel);
  for (const membership of channel.members.values()) {
    membership.user.channels.delete(event.channel);
    membership.user.channels.set(channel.folded, membership);
  }
  state.recent.rename(event.channel, channel.folded);

  const tags = by(author(state, event.source), event.at, undefined, event.id);
  const line = new Outgoing(event.source, "RENAME", [before, channel.name, event.text], tags);
  outbox.fanOut(having(channel.local, "draft/channel-rename"), line, event.cause);
  if (channel.folded === event.channel) return; // RENAME-6
  channel.renamedAt = event.at;
  for (const { user } of channel.members.values()) moveOver(user, channel, before, event, outbox);
}

/** Shows those sessions of a member that do not know RENAME how it leaves the one and joins the other. */
function moveOver(
  user: User,
  { name }: Channel,
  before: string,
  { at, cause, text }: RenameEvent,
  outbox: Outbox,
): void {
  const tags = by(user, at);
  const sessions = [...having(user.sessions, "draft/channel-rename", false)];
  if (sessions.length === 0) return;
  const part = new Outgoing(user.source, "PART", text === "" ? [before] : [before, text], tags);
  const plain = new Outgoing(user.source, "JOIN", [name], tags);
  const extended = new Outgoing(
    user.source,
    "JOIN",
    [name, user.account ?? "*", user.realname],
    tags,
  );
  outbox.fanOut(sessions, part, cause);
  outbox.fanOut(having(sessions, "extended-join", false), plain, cause);
  outbox.fanOut(having(sessions, "extended-join"), extended, cause);
}
