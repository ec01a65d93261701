/**
 * MODE: of users and of channels.
 *
 * SPEC: "Modes".
 *
 * @module
 */
import {
  byteLength,
  CHANNEL_MODES,
  completeListMask,
  foldMask,
  formatModeChanges,
  isFlagMode,
  isKey,
  isListMode,
  isOwnMode,
  levelOfRank,
  LIMITS,
  type ListMode,
  looksLikeChannel,
  type ModeChange,
  type NumericName,
  parseModeChanges,
  parseNumber,
  rankOf,
  roomBehind,
  USER_MODES,
  type UserMode,
} from "../../protocol/mod.ts";
import type { ChannelModeChange } from "../core/events.ts";
import { parseRetention } from "../core/history.ts";
import type { Channel, User } from "../core/state.ts";
import {
  canActAgainst,
  canSeeChannel,
  HALFOP_LEVEL,
  levelIn,
  OPERATOR_LEVEL,
} from "../core/visibility.ts";
import { secondsToSight, sightsOf, tooFast } from "./budget.ts";
import type { CommandContext, CommandRule } from "./context.ts";

/** What each list is told with: an entry, and the end. */
const LIST_NUMERICS: Readonly<Record<ListMode, readonly [NumericName, NumericName]>> = {
  b: ["RPL_BANLIST", "RPL_ENDOFBANLIST"],
  e: ["RPL_EXCEPTLIST", "RPL_ENDOFEXCEPTLIST"],
  I: ["RPL_INVEXLIST", "RPL_ENDOFINVEXLIST"],
};

/** The greatest limit of members. (MODE-6) */
const MOST_MEMBERS = 1_000_000_000;

/** MODE <nick or channel> [<modes> [<parameter>{ <parameter>}]] */
function mode(context: CommandContext): void {
  const target = context.param(0);
  if (looksLikeChannel(target)) {
    const channel = context.node.state.channelByName(target);
    if (channel === undefined || !canSeeChannel(context.user, channel)) {
      return context.numeric("ERR_NOSUCHCHANNEL", target);
    }
    return context.message.params.length === 1
      ? tellChannelModes(context, channel)
      : changeChannelModes(context, channel);
  }
  const user = context.node.state.userByNick(target);
  if (user === undefined) return context.numeric("ERR_NOSUCHNICK", target);
  if (user !== context.user) return context.numeric("ERR_USERSDONTMATCH");
  if (context.message.params.length === 1) {
    return context.numeric("RPL_UMODEIS", `+${[...user.modes].join("")}`);
  }
  changeUserModes(context, user);
}

function changeUserModes(context: CommandContext, user: User): void {
  const changes = new Map<UserMode, "+" | "-">();
  let isUnknown = false;
  for (const { sign, mode } of parseModeChanges(context.param(1), [])) {
    if (!Object.hasOwn(USER_MODES, mode)) isUnknown = true;
    else if (mayChangeOwn(mode as UserMode, sign)) changes.set(mode as UserMode, sign);
  }
  const real = [...changes].filter(([mode, sign]) => user.modes.has(mode) !== (sign === "+"))
    .map(([mode, sign]) => ({ mode, sign }));
  if (real.length > 0) context.submit({ type: "user-modes", user: user.id, changes: real });
  if (isUnknown) context.numeric("ERR_UMODEUNKNOWNFLAG");
}

/** Some modes are not for the user to give, but `o` may be laid down. */
function mayChangeOwn(mode: UserMode, sign: "+" | "-"): boolean {
  return isOwnMode(mode) || (mode === "o" && sign === "-");
}

function tellChannelModes(context: CommandContext, channel: Channel): void {
  const isMember = channel.members.has(context.user.id);
  const modes: ModeChange[] = [...channel.flags].map((mode) => ({ sign: "+", mode, param: null }));
  if (channel.key !== null) {
    modes.push({ sign: "+", mode: "k", param: isMember ? channel.key : "*" });
  }
  if (channel.limit !== null) modes.push({ sign: "+", mode: "l", param: String(channel.limit) });
  if (channel.forward !== null && maySeeForward(context, channel.forward)) {
    modes.push({ sign: "+", mode: "f", param: channel.forward });
  }
  if (channel.retention !== null) {
    modes.push({ sign: "+", mode: "H", param: channel.retention.text });
  }
  const params = modes.length === 0 ? ["+"] : formatModeChanges(modes);
  context.numeric("RPL_CHANNELMODEIS", channel.name, ...params);
  context.numeric("RPL_CREATIONTIME", channel.name, String(Math.floor(channel.createdAt / 1000)));
}

/** Whether the name of a forward tells the asker of no hidden channel. (SEE-2) */
function maySeeForward({ node, user }: CommandContext, name: string): boolean {
  const target = node.state.channelByName(name);
  return target === undefined || canSeeChannel(user, target);
}

function changeChannelModes(context: CommandContext, channel: Channel): void {
  const { user } = context;
  const [, modes = "", ...params] = context.message.params;
  const level = levelIn(user, channel);
  const accepted: ChannelModeChange[] = [];
  let withParam = 0;
  let isRefused = false;
  for (const change of lastOfEach(parseModeChanges(modes, params))) {
    if (isListMode(change.mode) && change.param === null) {
      tellList(context, channel, change.mode, level >= HALFOP_LEVEL);
      continue;
    }
    if (level < neededLevel(context, change)) {
      isRefused = true;
      continue;
    }
    if (change.param !== null && ++withParam > LIMITS.MODES.value) continue;
    const decided = decide(context, channel, change, accepted);
    if (decided !== null) accepted.push(decided);
  }
  if (isRefused) context.numeric("ERR_CHANOPRIVSNEEDED", channel.name);
  for (const changes of fitting(accepted)) {
    context.submit({
      type: "channel-modes",
      source: user.source,
      channel: channel.folded,
      changes,
    });
  }
}

/** How high one must be for a change; unknown modes are for those to ask who may change any. Everybody may step down. (RANK-2) */
function neededLevel({ node, user }: CommandContext, { sign, mode, param }: ModeChange): number {
  const rank = rankOf(mode);
  if (rank !== undefined) {
    const stepsDown = sign === "-" && param !== null && node.state.fold(param) === user.folded;
    return stepsDown ? 0 : levelOfRank(rank.setBy);
  }
  const isKnown = Object.hasOwn(CHANNEL_MODES, mode);
  return isKnown
    ? levelOfRank(CHANNEL_MODES[mode as keyof typeof CHANNEL_MODES].setBy)
    : HALFOP_LEVEL;
}

/** What a line of changes has room for. */
const CHANGES_BYTES = roomBehind(":<source> MODE <channel> ");

/** The changes in as many groups as lines are needed. */
function fitting(changes: readonly ChannelModeChange[]): ChannelModeChange[][] {
  const groups: ChannelModeChange[][] = [];
  let room = 0;
  for (const change of changes) {
    const bytes = 2 + (change.param === null ? 0 : 1 + byteLength(change.param));
    if (bytes > room) {
      groups.push([]);
      room = CHANGES_BYTES;
    }
    groups.at(-1)?.push(change);
    room -= bytes;
  }
  return groups;
}

/** Where one command changes the same thing twice, its last word counts. */
function lastOfEach(changes: readonly ModeChange[]): Iterable<ModeChange> {
  const last = new Map<string, ModeChange>();
  for (const change of changes) {
    const { mode, param } = change;
    const key = rankOf(mode) !== undefined || isListMode(mode)
      ? `${mode} ${foldMask(param ?? "")}`
      : mode;
    last.delete(key);
    last.set(key, change);
  }
  return last.values();
}

/** Members see every list; others that of the bans only, of a channel that they can see. */
function tellList(
  context: CommandContext,
  channel: Channel,
  mode: ListMode,
  mayChange: boolean,
): void {
  if (mode !== "b" && !mayChange) return context.numeric("ERR_CHANOPRIVSNEEDED", channel.name);
  const [entry, end] = LIST_NUMERICS[mode];
  for (const { mask, by, at } of channel.lists[mode].values()) {
    context.numeric(entry, channel.name, mask, by, String(Math.floor(at / 1000)));
  }
  context.numeric(end, channel.name);
}

/** The change as it will be made, or `null` where it is refused (and answered) or changes nothing. */
function decide(
  context: CommandContext,
  channel: Channel,
  change: ModeChange,
  earlier: readonly ChannelModeChange[],
): ChannelModeChange | null {
  const { sign, mode, param } = change;
  if (rankOf(mode) !== undefined) return decideRank(context, channel, change);
  if (isListMode(mode)) return decideList(context, channel, mode, change, earlier);
  if (isFlagMode(mode)) {
    if (channel.flags.has(mode) === (sign === "+")) return null;
    return mode === "u" && !mayChangeSight(context, channel) ? null : { sign, mode, param: null };
  }
  if (mode === "k") return decideKey(context, channel, change);
  if (mode === "f") return decideForward(context, channel, change);
  if (mode === "H") return decideRetention(context, channel, change);
  if (mode === "l") {
    if (sign === "-") return channel.limit === null ? null : { sign, mode, param: null };
    if (param === null) return null; // MODE-8
    const limit = parseNumber(param, 1, MOST_MEMBERS);
    if (limit === null) {
      refuseParam(context, channel, mode, param);
      return null;
    }
    return channel.limit === limit ? null : { sign, mode, param: String(limit) };
  }
  context.numeric("ERR_UNKNOWNMODE", mode);
  return null;
}

/** Answers that a mode cannot take its parameter, which is not repeated where it may be a key, or a part of one. (REPLY-6) */
function refuseParam(context: CommandContext, channel: Channel, mode: string, param: string): void {
  if (!mayHoldKey(context)) {
    return context.numeric("ERR_INVALIDMODEPARAM", channel.name, mode, param);
  }
  const text = `Mode ${mode} cannot take that.`;
  context.numericSaying("ERR_INVALIDMODEPARAM", text, channel.name, mode, "*");
}

/** Whether the command changes a key: its parameters may have been given in another order. */
function mayHoldKey(context: CommandContext): boolean {
  return context.param(1).includes("k");
}

/** Whether mode `u` may change now: everybody is told of everybody. (CMODE-8) */
function mayChangeSight(context: CommandContext, channel: Channel): boolean {
  const { size } = channel.members;
  const most = LIMITS.AUDITORIUM.value;
  if (size > most) {
    const text = `Mode u of ${channel.name} changes only while it has up to ${most} members.`;
    context.numericSaying("ERR_INVALIDMODEPARAM", text, channel.name, "u", "*");
    return false;
  }
  return mayShow(context, channel, size * size);
}

function mayShow(context: CommandContext, channel: Channel, lines: number): boolean {
  const seconds = lines === 0 ? 0 : secondsToSight(context, channel, lines);
  if (seconds === 0) return true;
  context.failSaying("RATE_LIMITED", tooFast(seconds), channel.name, String(seconds));
  return false;
}

function decideRank(
  context: CommandContext,
  channel: Channel,
  change: ModeChange,
): ChannelModeChange | null {
  const { sign, mode, param } = change;
  const rank = rankOf(mode);
  if (param === null || rank === undefined) return null;
  const user = context.node.state.userByNick(param);
  if (user === undefined) {
    context.numeric("ERR_NOSUCHNICK", mayHoldKey(context) ? "*" : param);
    return null;
  }
  const membership = channel.members.get(user.id);
  if (membership === undefined) {
    context.numeric("ERR_USERNOTINCHANNEL", user.nick, channel.name);
    return null;
  }
  if (sign === "-" && !canActAgainst(context.user, user, channel)) {
    context.numeric("ERR_CHANOPRIVSNEEDED", channel.name);
    return null;
  }
  const hasRank = (membership.ranks & rank.bit) !== 0;
  if (hasRank === (sign === "+")) return null;
  const lines = sightsOf(channel, membership.ranks, membership.ranks ^ rank.bit);
  return mayShow(context, channel, lines) ? { sign, mode, param: user.nick, user: user.id } : null;
}

function decideList(
  context: CommandContext,
  channel: Channel,
  mode: ListMode,
  { sign, param }: ModeChange,
  earlier: readonly ChannelModeChange[],
): ChannelModeChange | null {
  const mask = completeListMask(param ?? "");
  // It will stand between others in a line: what could not is no mask.
  if (
    param === null || param === "" || /[ ,]|^:/.test(param) || byteLength(mask) > LIMITS.MASK.value
  ) {
    refuseParam(context, channel, mode, param ?? "*");
    return null;
  }
  const list = channel.lists[mode];
  if (sign === "-") return list.has(foldMask(mask)) ? { sign, mode, param: mask } : null;
  if (list.has(foldMask(mask))) return null;
  const { b, e, I } = channel.lists;
  const size = b.size + e.size + I.size + earlier.filter((each) => isListMode(each.mode)).length;
  if (size >= LIMITS.LIST_ENTRIES.value) {
    context.numeric("ERR_BANLISTFULL", channel.name, mode);
    return null;
  }
  return { sign, mode, param: mask };
}

function decideKey(
  context: CommandContext,
  channel: Channel,
  { sign, param }: ModeChange,
): ChannelModeChange | null {
  if (sign === "-") return channel.key === null ? null : { sign, mode: "k", param: channel.key };
  if (param === null) return null; // MODE-8
  if (!isKey(param)) {
    refuseParam(context, channel, "k", param);
    return null;
  }
  if (channel.key !== null) {
    context.numeric("ERR_KEYSET", channel.name);
    return null;
  }
  return { sign, mode: "k", param };
}

function decideRetention(
  context: CommandContext,
  channel: Channel,
  { sign, param }: ModeChange,
): ChannelModeChange | null {
  if (sign === "-") return channel.retention === null ? null : { sign, mode: "H", param: null };
  if (param === null) return null; // MODE-8
  const retention = parseRetention(param);
  if (retention === null) { // MODE-9
    refuseParam(context, channel, "H", param);
    return null;
  }
  const { text } = retention;
  return channel.retention?.text === text ? null : { sign, mode: "H", param: text };
}

/** Nobody is sent where the one who sends has no say. */
function decideForward(
  context: CommandContext,
  channel: Channel,
  { sign, param }: ModeChange,
): ChannelModeChange | null {
  if (sign === "-") return channel.forward === null ? null : { sign, mode: "f", param: null };
  if (param === null) return null; // MODE-8
  const target = context.node.state.channelByName(param);
  if (target === undefined || target === channel || !canSeeChannel(context.user, target)) {
    refuseParam(context, channel, "f", param);
    return null;
  }
  if (levelIn(context.user, target) < OPERATOR_LEVEL) {
    context.numeric("ERR_CHANOPRIVSNEEDED", target.name);
    return null;
  }
  return channel.forward === target.name ? null : { sign, mode: "f", param: target.name };
}

/** The rules of this chapter. */
export const modes = {
  MODE: { stage: "active", run: mode },
} as const satisfies Record<string, CommandRule>;
