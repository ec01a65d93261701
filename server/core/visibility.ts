/**
 * Who may see, speak to, join and rule whom: pure questions about the state.
 *
 * SPEC: "Channels", "Messages", "Queries".
 *
 * @module
 */
import { fold, matchMask, type NumericName, OPERATOR_BIT } from "../../protocol/mod.ts";
import type { Channel, ListEntry, User } from "./state.ts";

/** Whether the viewer may learn that the user is here without naming them. */
export function canSeeUser(viewer: User, user: User): boolean {
  if (!user.modes.has("i") || viewer === user || viewer.isOperator) return true;
  for (const folded of viewer.channels.keys()) if (user.channels.has(folded)) return true;
  return false;
}

/** Whether the viewer may learn that the channel exists. */
export function canSeeChannel(viewer: User, channel: Channel): boolean {
  return !channel.flags.has("s") || channel.members.has(viewer.id) || viewer.isOperator;
}

/** Whether the viewer may learn that the user is in the channel. */
export function canSeeMember(viewer: User, channel: Channel, user: User): boolean {
  return channel.members.has(viewer.id) ||
    (canSeeChannel(viewer, channel) && canSeeUser(viewer, user));
}

/** Whether an entry of the list matches the user as others see it: trying masks must not find out an address. (MASK-3) */
function isListed(list: ReadonlyMap<string, ListEntry>, user: User): boolean {
  for (const { mask } of list.values()) if (matchMask(mask, user.source)) return true;
  return false;
}

/** Whether the channel has banned the user and made no exception. */
export function isBanned(channel: Channel, user: User): boolean {
  return isListed(channel.lists.b, user) && !isListed(channel.lists.e, user);
}

/** Whether the user may speak in the channel. */
export function canSpeak(user: User, channel: Channel): boolean {
  const membership = channel.members.get(user.id);
  if (membership === undefined && channel.flags.has("n")) return false;
  if (membership !== undefined && membership.ranks !== 0) return true;
  return !channel.flags.has("m") && !isBanned(channel, user);
}

/** Why the user may not join the channel, or `null`. An invitation opens every door. */
export function whyNotJoin(user: User, channel: Channel, key: string): NumericName | null {
  if (user.invitations.has(channel)) return null;
  if (isBanned(channel, user)) return "ERR_BANNEDFROMCHAN";
  if (channel.flags.has("i") && !isListed(channel.lists.I, user)) return "ERR_INVITEONLYCHAN";
  if (channel.key !== null && channel.key !== key) return "ERR_BADCHANNELKEY";
  if (channel.limit !== null && channel.members.size >= channel.limit) return "ERR_CHANNELISFULL";
  return null;
}

/** Whether the user may change the channel and its members: its operators, and in the lobby those of the server. */
export function canRule(user: User, channel: Channel, lobby: string | null): boolean {
  const membership = channel.members.get(user.id);
  if (membership !== undefined && (membership.ranks & OPERATOR_BIT) !== 0) return true;
  return lobby !== null && user.isOperator && channel.folded === fold(lobby);
}
