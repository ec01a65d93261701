/**
 * Who may see, speak to, join and rule whom: pure questions about the state.
 *
 * SPEC: "Channels", "Modes", "Messages", "Queries".
 *
 * @module
 */
import {
  foldMask,
  levelOfRank,
  levelOfRanks,
  matchMask,
  type NumericName,
  parseListMask,
  RANKS,
} from "../../protocol/mod.ts";
import type { BroadcastPolicy } from "./settings.ts";
import type { Channel, ListEntry, User } from "./state.ts";

/** The level of an operator of the server with the privilege `channels`: above every rank. (RANK-1) */
const SERVER_OPERATOR_LEVEL = RANKS.length + 1;
/** The level of a half-operator. */
export const HALFOP_LEVEL: number = levelOfRank("h");
/** The level of a channel operator. */
export const OPERATOR_LEVEL: number = levelOfRank("o");
/** The level of an owner. */
export const OWNER_LEVEL: number = levelOfRank("q");

/** How much the user may do in the channel: 0 for nobody in particular, then by rank, and most for a server's operator. */
export function levelIn(user: User, channel: Channel): number {
  const isAboveRanks = user.operator?.privileges.includes("channels") ?? false;
  return isAboveRanks ? SERVER_OPERATOR_LEVEL : rankLevel(user, channel);
}

function rankLevel(user: User, channel: Channel): number {
  return levelOfRanks(channel.members.get(user.id)?.ranks ?? 0);
}

/** Whether the user may act against the other: kick, or take a rank. Operators may among themselves, halfops may not. (RANK-3) */
export function canActAgainst(user: User, other: User, channel: Channel): boolean {
  if (user === other) return true;
  const own = levelIn(user, channel);
  const theirs = rankLevel(other, channel);
  return own >= OPERATOR_LEVEL ? own >= theirs : own > theirs;
}

/** Whether the viewer may learn that the user is here without naming them. */
export function canSeeUser(viewer: User, user: User): boolean {
  if (!user.modes.has("i") || viewer === user || viewer.isOperator) return true;
  for (const { channel } of viewer.channels.values()) {
    if (channel.members.has(user.id) && isWitness(viewer, channel, user)) return true;
  }
  return false;
}

/** Whether the user may speak to everybody on the server, and so may know who that is. (CAST-2, WHO-7) */
export function mayAddressAll(user: User, policy: BroadcastPolicy): boolean {
  return policy === "everyone" || (policy === "ops" && user.isOperator);
}

/** Whether the viewer may learn that the channel exists. */
export function canSeeChannel(viewer: User, channel: Channel): boolean {
  return !channel.flags.has("s") || channel.members.has(viewer.id) || viewer.isOperator;
}

/** Whether the viewer may learn that the user is in the channel. */
export function canSeeMember(viewer: User, channel: Channel, user: User): boolean {
  if (viewer === user) return true;
  if (!isWitness(viewer, channel, user)) return false;
  return channel.members.has(viewer.id) ||
    (canSeeChannel(viewer, channel) && canSeeUser(viewer, user));
}

/** Whether the viewer is shown what this member does: in an auditorium, those without a rank are shown to the ranked alone. */
export function isWitness(viewer: User, channel: Channel, user: User): boolean {
  return viewer === user || isShownToAll(user, channel) || seesAll(viewer, channel);
}

/** Whether all members are shown the user. */
export function isShownToAll(user: User, channel: Channel): boolean {
  return !channel.flags.has("u") || rankLevel(user, channel) > 0;
}

/** Whether the viewer is shown all members. */
export function seesAll(viewer: User, channel: Channel): boolean {
  return !channel.flags.has("u") || levelIn(viewer, channel) >= HALFOP_LEVEL;
}

/** What the entries of a channel's lists are held against. */
type Speaker = Pick<User, "source" | "account">;

/**
 * Whether an entry of the list and of this type matches the user as others see it: trying masks must not find out an address.
 * (MASK-3)
 */
function isListed(
  list: ReadonlyMap<string, ListEntry>,
  user: Speaker,
  isSpeaking: boolean,
): boolean {
  for (const entry of list.values()) {
    const { type, mask } = parseListMask(entry.mask);
    if (type === "R") {
      if (user.account !== null && foldMask(user.account) === foldMask(mask)) return true;
    } else if ((type === "" || isSpeaking) && matchMask(mask, user.source)) {
      return true;
    }
  }
  return false;
}

/** Whether the channel has banned the user from joining, or from speaking, and made no exception. */
export function isBanned(channel: Channel, user: Speaker, isSpeaking = false): boolean {
  const { b, e } = channel.lists;
  return b.size > 0 && isListed(b, user, isSpeaking) && !isListed(e, user, isSpeaking);
}

/** How far what somebody says in a channel goes: to all, to halfops and higher alone, or to nobody. */
export type Reach = "all" | "operators" | "none";

/** How far a text of the user goes in the channel: every command that carries one asks this. (REACH-1) */
export function reachIn(user: User, channel: Channel): Reach {
  const isMember = channel.members.has(user.id);
  if (!isMember && channel.flags.has("n")) return "none";
  if (levelIn(user, channel) > 0) return "all";
  const isKnown = user.account !== null || !channel.flags.has("M");
  const maySpeak = !channel.flags.has("m") && isKnown && !isBanned(channel, user, true);
  if (channel.flags.has("U")) return isMember || maySpeak ? "operators" : "none"; // CMODE-6
  return maySpeak ? "all" : "none";
}

/** Whether what the user says would reach all members of each channel that it is in. (REACH-3) */
export function isHeardEverywhere(user: User): boolean {
  for (const { channel } of user.channels.values()) {
    if (reachIn(user, channel) !== "all") return false;
  }
  return true;
}

/** The channel that the user is in, and in which it was told by a ban to be silent. (REACH-5) */
export function silencingChannel(user: User): Channel | undefined {
  for (const { channel } of user.channels.values()) {
    if (isSilenced(user, channel)) return channel;
  }
}

/** Whether a ban takes the word from the user there. */
export function isSilenced(user: User, channel: Channel): boolean {
  return levelIn(user, channel) === 0 && isBanned(channel, user, true);
}

/** The user mode that keeps what the sender writes from the user, or `null`. Asked by every command that does so. (REACH-2) */
export function modeAgainst(
  recipient: User,
  sender: User,
  isCtcp: boolean,
): "g" | "R" | "T" | null {
  const { modes } = recipient;
  if (modes.size === 0 || recipient === sender || sender.isOperator) return null;
  if (isCtcp && modes.has("T")) return "T";
  const isStranger = modes.has("R") && sender.account === null;
  if (!isStranger && !modes.has("g")) return null;
  if (recipient.accepted.has(sender.id) || recipient.awaited.has(sender.id)) return null; // ACCEPT-1
  return isStranger ? "R" : "g";
}

/** Why the user may not join the channel, or `null`. An invitation opens every door. */
export function whyNotJoin(user: User, channel: Channel, key: string): NumericName | null {
  if (user.invitations.has(channel)) return null;
  if (isBanned(channel, user)) return "ERR_BANNEDFROMCHAN";
  if (channel.flags.has("i") && !isListed(channel.lists.I, user, false)) {
    return "ERR_INVITEONLYCHAN";
  }
  if (channel.flags.has("R") && user.account === null) return "ERR_NEEDREGGEDNICK";
  if (channel.key !== null && channel.key !== key) return "ERR_BADCHANNELKEY";
  if (channel.limit !== null && channel.members.size >= channel.limit) return "ERR_CHANNELISFULL";
  return null;
}
