/**
 * Channels and who is in them: JOIN PART TOPIC NAMES INVITE KICK.
 *
 * SPEC: "Channels".
 *
 * @module
 */
import { LIMITS, OPERATOR_BIT, prefixesOf, roomBehind, truncate } from "../../protocol/mod.ts";
import type { Awaitable } from "../core/ports.ts";
import { isTrusted, ranksOf } from "../core/registered.ts";
import type { Channel, Membership } from "../core/state.ts";
import {
  canActAgainst,
  canSeeChannel,
  canSeeMember,
  HALFOP_LEVEL,
  levelIn,
  reachIn,
  whyNotJoin,
} from "../core/visibility.ts";
import { mayWrite } from "./accept.ts";
import { mayStir, secondsToWait, tooFast } from "./budget.ts";
import { after, type CommandContext, type CommandRule, inSlices, packWords } from "./context.ts";
import { tellMarker } from "./markers.ts";
import { tellJoined } from "./metadata_sync.ts";
import { playJoined } from "./playback_module.ts";
import { replayChannel } from "./replay.ts";

/** What a line of names has room for. */
const NAMES_BYTES = roomBehind(":<server> 353 <nick> = <channel> :");
/** Who joins so soon after having left comes back, as far as the budget for that is concerned. (LIMIT-4) */
const BACK_WITHIN_MS = 60_000;

/** The distinct names of a comma-separated list, in order, as this network tells names apart. */
export function splitTargets({ node }: CommandContext, list: string): string[] {
  const seen = new Set<string>();
  return list.split(",").filter((name) => {
    const folded = node.state.fold(name);
    return name !== "" && !seen.has(folded) && seen.add(folded);
  });
}

/** The channel, if the sender may see it and is in it; otherwise answers why not. */
export function ownChannel(context: CommandContext, name: string): Membership | null {
  const channel = context.node.state.channelByName(name);
  if (channel === undefined || !canSeeChannel(context.user, channel)) {
    context.numeric("ERR_NOSUCHCHANNEL", name);
    return null;
  }
  const membership = channel.members.get(context.user.id);
  if (membership === undefined) context.numeric("ERR_NOTONCHANNEL", channel.name);
  return membership ?? null;
}

/** JOIN <channel>{,<channel>} [<key>{,<key>}], or JOIN 0 */
function joinAll(context: CommandContext): Awaitable<void> {
  if (context.param(0) === "0") {
    return inSlices(
      context,
      context.user.channels.values(),
      ({ channel }) => part(context, channel, null),
    );
  }
  const keys = context.param(1).split(",");
  const places = context.param(0).split(",");
  return inSlices(
    context,
    splitTargets(context, context.param(0)),
    (name) => join(context, name, keys[places.indexOf(name)] ?? ""),
  );
}

/**
 * Joins the sender to one channel, if it may be, and tells it who is there.
 *
 * @param isForwarded The sender was refused elsewhere; it is not sent on again.
 */
export function join(
  context: CommandContext,
  asked: string,
  key: string,
  isForwarded = false,
): Awaitable<void> {
  const { node, user } = context;
  // What is there already may have a name that nobody could give it now.
  const name = node.state.channelByName(asked)?.name ?? node.state.names.channel(asked);
  if (name === null) { // NAME-7
    const text = `A channel's name ${node.state.names.channelProblem(asked)}.`;
    return context.numericSaying("ERR_NOSUCHCHANNEL", text, asked);
  }
  const channel = node.state.channelByName(name);
  if (channel?.members.has(user.id)) return;
  if (user.channels.size >= LIMITS.CHANNELS.value) {
    return context.numeric("ERR_TOOMANYCHANNELS", name);
  }
  const isOpen = channel === undefined || isTrusted(node.state, channel, user);
  const refused = isOpen ? null : whyNotJoin(user, channel, key);
  if (refused !== null && channel !== undefined) {
    if (channel.forward === null || isForwarded) return context.numeric(refused, channel.name);
    context.numeric("ERR_LINKCHANNEL", channel.name, channel.forward);
    return join(context, channel.forward, "", true);
  }
  const leftAt = user.left.get(node.state.fold(name)) ?? -Infinity;
  const isBack = node.clock.epoch() - leftAt < BACK_WITHIN_MS;
  const seconds = isBack ? secondsToWait(context, "return") : 0; // LIMIT-4
  if (seconds > 0) return context.numericSaying("ERR_UNAVAILRESOURCE", tooFast(seconds), name);
  const { lobby } = node.settings;
  const isLobby = lobby !== null && node.state.fold(lobby) === node.state.fold(name);
  const first = isLobby ? 0 : OPERATOR_BIT;
  const ranks = channel === undefined ? first : ranksOf(node.state, channel, user.account);
  return after(context.submit({ type: "join", user: user.id, channel: name, ranks }), () => {
    const joined = node.state.channelByName(name);
    if (joined === undefined) return;
    for (const session of user.sessions) tellEntered(context.for(session), joined); // DEVICE-5
  });
}

/**
 * What a session is told of a channel that it is in from now on.
 *
 * @param absentSince Since when its user was there without a session; `null` if it was not.
 */
export function tellEntered(
  context: CommandContext,
  channel: Channel,
  absentSince: number | null = null,
): void {
  if (channel.topic !== null) tellTopic(context, channel);
  tellMarker(context, channel);
  if (!context.session.has("no-implicit-names")) tellNames(context, channel);
  tellJoined(context, channel);
  const isPlayed = playJoined(context, channel);
  if (!isPlayed) replayChannel(context, channel, absentSince);
}

/** PART <channel>{,<channel>} [<reason>] */
function partAll(context: CommandContext): Awaitable<void> {
  const text = context.message.params.length > 1
    ? truncate(context.param(1), LIMITS.KICK.value)
    : null;
  return inSlices(context, splitTargets(context, context.param(0)), (name) => {
    const membership = ownChannel(context, name);
    if (membership === null) return;
    const { channel } = membership;
    part(context, channel, reachIn(context.user, channel) === "all" ? text : null); // REACH-3
  });
}

function part(context: CommandContext, { folded }: Channel, text: string | null): void {
  context.submit({ type: "part", user: context.user.id, channel: folded, text });
}

/** TOPIC <channel> [<topic>] */
function topic(context: CommandContext): void {
  const membership = ownChannel(context, context.param(0));
  if (membership === null) return;
  const { channel } = membership;
  if (context.message.params.length === 1) {
    return channel.topic === null
      ? context.numeric("RPL_NOTOPIC", channel.name)
      : tellTopic(context, channel);
  }
  if (channel.flags.has("t") && levelIn(context.user, channel) < HALFOP_LEVEL) {
    return context.numeric("ERR_CHANOPRIVSNEEDED", channel.name);
  }
  if (reachIn(context.user, channel) !== "all") { // REACH-4
    return context.numeric("ERR_CANNOTSENDTOCHAN", channel.name);
  }
  const text = context.param(1);
  if (!context.fits(text, LIMITS.TOPIC)) return;
  if (levelIn(context.user, channel) < HALFOP_LEVEL && !mayStir(context, "topic", channel.name)) {
    return;
  }
  context.submit({ type: "topic", source: context.user.source, channel: channel.folded, text });
}

/** Tells the topic of a channel, if it has one. */
export function tellTopic(context: CommandContext, { name, topic }: Channel): void {
  if (topic === null) return;
  context.numeric("RPL_TOPIC", name, topic.text);
  context.numeric("RPL_TOPICWHOTIME", name, topic.by, String(Math.floor(topic.at / 1000)));
}

/** NAMES [<channel>{,<channel>}] */
function names(context: CommandContext): Awaitable<void> {
  if (context.message.params.length === 0) return context.numeric("RPL_ENDOFNAMES", "*");
  return inSlices(context, splitTargets(context, context.param(0)), (name) => {
    const channel = context.node.state.channelByName(name);
    if (channel === undefined || !canSeeChannel(context.user, channel)) {
      context.numeric("RPL_ENDOFNAMES", name);
    } else {
      tellNames(context, channel);
    }
  });
}

/** Who is in a channel as far as the sender may know, in the lines of 353. */
export function namesOf(context: CommandContext, channel: Channel): string[] {
  const multiPrefix = context.session.has("multi-prefix");
  const isWhole = context.session.has("userhost-in-names");
  const names: string[] = [];
  for (const { user, ranks } of channel.members.values()) {
    if (canSeeMember(context.user, channel, user)) {
      names.push(prefixesOf(ranks, multiPrefix) + (isWhole ? user.source : user.nick));
    }
  }
  return packWords(names, NAMES_BYTES);
}

/** Tells who is in a channel. */
export function tellNames(
  context: CommandContext,
  channel: Channel,
  lines: readonly string[] = namesOf(context, channel),
): void {
  const symbol = channel.flags.has("s") ? "@" : "=";
  for (const line of lines) {
    context.numeric("RPL_NAMREPLY", symbol, channel.name, line);
  }
  context.numeric("RPL_ENDOFNAMES", channel.name);
}

/** INVITE [<nick> <channel>] */
function invite(context: CommandContext): void {
  const { node, user, message: { params } } = context;
  if (params.length === 0) return tellInvitations(context);
  if (params.length === 1) return context.numeric("ERR_NEEDMOREPARAMS", "INVITE");
  const guest = node.state.userByNick(context.param(0));
  if (guest === undefined) return context.numeric("ERR_NOSUCHNICK", context.param(0));
  const membership = ownChannel(context, context.param(1));
  if (membership === null) return;
  const { channel } = membership;
  if (channel.members.has(guest.id)) {
    return context.numeric("ERR_USERONCHANNEL", guest.nick, channel.name);
  }
  const hasSay = levelIn(user, channel) >= HALFOP_LEVEL;
  if (channel.flags.has("i") && !hasSay) {
    return context.numeric("ERR_CHANOPRIVSNEEDED", channel.name);
  }
  if (!mayWrite(context, guest, "INVITE")) return; // REACH-4
  if (!mayStir(context, "invite", guest.nick, channel.name)) return;
  context.numeric("RPL_INVITING", guest.nick, channel.name);
  if (guest.away !== null) context.numeric("RPL_AWAY", guest.nick, guest.away);
  context.submit({
    type: "invite",
    source: user.source,
    user: guest.id,
    channel: channel.folded,
    opens: hasSay, // JOIN-5
  });
}

/** Where the sender was invited, and may go in. */
function tellInvitations(context: CommandContext): void {
  const { node: { state }, user } = context;
  for (const channel of user.invitations) {
    const isThere = state.channels.get(channel.folded) === channel;
    if (isThere) context.numeric("RPL_INVITELIST", channel.name);
  }
  context.numeric("RPL_ENDOFINVITELIST");
}

/** KICK <channel>{,<channel>} <nick>{,<nick>} [<reason>] */
function kick(context: CommandContext): void {
  if (!context.fits(context.param(2), LIMITS.KICK)) return;
  const places = context.param(0).split(",");
  const nicks = context.param(1).split(",");
  if (places.length === 1) {
    return kickFrom(context, places[0] ?? "", splitTargets(context, context.param(1)));
  }
  // One place for each of the nicks. (KICK-3)
  if (places.length !== nicks.length) return context.numeric("ERR_NEEDMOREPARAMS", "KICK");
  places.forEach((place, i) => kickFrom(context, place, [nicks[i] ?? ""]));
}

function kickFrom(context: CommandContext, place: string, nicks: readonly string[]): void {
  const { node, user } = context;
  const channel = node.state.channelByName(place);
  if (channel === undefined || !canSeeChannel(user, channel)) {
    return context.numeric("ERR_NOSUCHCHANNEL", place);
  }
  if (levelIn(user, channel) < HALFOP_LEVEL) {
    const isMember = channel.members.has(user.id);
    return context.numeric(isMember ? "ERR_CHANOPRIVSNEEDED" : "ERR_NOTONCHANNEL", channel.name);
  }
  const text = context.param(2) || user.nick;
  for (const nick of nicks) {
    const victim = node.state.userByNick(nick);
    if (victim === undefined) {
      context.numeric("ERR_NOSUCHNICK", nick);
    } else if (!channel.members.has(victim.id)) {
      context.numeric("ERR_USERNOTINCHANNEL", victim.nick, channel.name);
    } else if (!canActAgainst(user, victim, channel)) {
      context.numeric("ERR_CHANOPRIVSNEEDED", channel.name);
    } else {
      context.submit({
        type: "kick",
        source: user.source,
        user: victim.id,
        channel: channel.folded,
        text,
      });
    }
  }
}

/** The rules of this chapter. */
export const channels = {
  INVITE: { stage: "active", run: invite },
  JOIN: { stage: "active", run: joinAll },
  KICK: { stage: "active", run: kick },
  NAMES: { stage: "active", cost: 2, run: names },
  PART: { stage: "active", run: partAll },
  TOPIC: { stage: "active", run: topic },
} as const satisfies Record<string, CommandRule>;
