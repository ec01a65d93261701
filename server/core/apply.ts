/**
 * Makes facts true: the only code that changes shared state, and the same for facts from here and from other nodes.
 *
 * It validates nothing, for what reaches it has been decided; it changes the state, and hands the line that tells of it to
 * those concerned. It may not fail.
 *
 * @module
 */
import {
  foldMask,
  formatModeChanges,
  isFlagMode,
  isListMode,
  LIMITS,
  Outgoing,
  rankOf,
  type UserMode,
} from "../../protocol/mod.ts";
import { applyMetadata, introduce } from "./apply_metadata.ts";
import {
  audience,
  author,
  by,
  having,
  hearers,
  interested,
  othersOf,
  tellWatchers,
  witnesses,
} from "./audience.ts";
import { applyAccept, applyCaller } from "./callers.ts";
import { applyMessage, applyRedact } from "./delivery.ts";
import type {
  AbsenceEvent,
  AccountEvent,
  AwayEvent,
  ChannelModesEvent,
  ConnectEvent,
  HostEvent,
  InviteEvent,
  JoinEvent,
  KickEvent,
  MetadataEvent,
  NetworkEvent,
  NickEvent,
  PartEvent,
  QuitEvent,
  RealnameEvent,
  TopicEvent,
  UserModesEvent,
  WallopsEvent,
} from "./events.ts";
import { parseRetention } from "./history.ts";
import type { Outbox } from "./ports.ts";
import {
  applyAccess,
  applyDrop,
  applyRegister,
  applyRestore,
  grantEverywhere,
  ranksLine,
} from "./registered.ts";
import { applyRename } from "./renaming.ts";
import { AWAY_UNHEARD, type Sight, sightOf, tellInSight, tellJoin } from "./sight.ts";
import { Channel, type NetworkState, User } from "./state.ts";
import { isHeardEverywhere } from "./visibility.ts";

/** Applies one fact, and tells those whom it concerns. */
export function apply(state: NetworkState, event: NetworkEvent, outbox: Outbox): void {
  switch (event.type) {
    case "message":
      return applyMessage(state, event, outbox);
    case "join":
      return applyJoin(state, event, outbox);
    case "part":
      return applyPart(state, event, outbox);
    case "quit":
      return applyQuit(state, event, outbox);
    case "connect":
      return applyConnect(state, event, outbox);
    case "nick":
      return applyNick(state, event, outbox);
    case "kick":
      return applyKick(state, event, outbox);
    case "topic":
      return applyTopic(state, event, outbox);
    case "channel-modes":
      return applyChannelModes(state, event, outbox);
    case "user-modes":
      return applyUserModes(state, event, outbox);
    case "away":
      return applyAway(state, event, outbox);
    case "absence":
      return applyAbsence(state, event, outbox);
    case "realname":
      return applyRealname(state, event, outbox);
    case "host":
      return applyHost(state, event, outbox);
    case "account":
      return applyAccount(state, event, outbox);
    case "invite":
      return applyInvite(state, event, outbox);
    case "metadata":
      return applyMetadataEvent(state, event, outbox);
    case "redact":
      return applyRedact(state, event, outbox);
    case "ban":
      return state.bans.set(event, event.at);
    case "unban":
      return state.bans.lift(event.kind, event.target);
    case "accept":
      return applyAccept(state, event);
    case "caller":
      return applyCaller(state, event, outbox);
    case "rename":
      return applyRename(state, event, outbox);
    case "wallops":
      return applyWallops(state, event, outbox);
    case "channel-register":
      return applyRegister(state, event, outbox);
    case "channel-drop":
      return applyDrop(state, event);
    case "channel-restore":
      return applyRestore(state, event);
    case "access":
      return applyAccess(state, event, outbox);
  }
}

/** Takes a user out of a channel, and the channel away with its last member, but not a registered one. */
function leave(state: NetworkState, user: User, channel: Channel): void {
  channel.members.delete(user.id);
  user.channels.delete(channel.folded);
  for (const session of user.sessions) channel.local.delete(session);
  if (channel.members.size === 0 && channel.founder === null) {
    state.channels.delete(channel.folded);
  }
}

/** Notes until when a user has seen what is said in a channel. (REPLAY-2) */
function noteLeft(user: User, { folded }: Channel, at: number): void {
  const others = [...user.left].filter(([other]) => other !== folded);
  user.left = new Map([...others.slice(1 - LIMITS.CHANNELS.value), [folded, at]]);
}

/** Remembers a nick for WHOWAS. */
function remember(state: NetworkState, user: User, at: number): void {
  const { nick, username, host, realname } = user;
  state.departed.push({ nick, username, host, realname, at });
  if (state.departed.length > LIMITS.WHOWAS.value) state.departed.shift();
}

function applyConnect(state: NetworkState, event: ConnectEvent, outbox: Outbox): void {
  const user = new User(
    event.user,
    event.nick,
    state.fold(event.nick),
    event.username,
    event.host,
    event.address,
    event.realname,
    event.at,
  );
  state.users.set(user.id, user);
  if (event.modes !== undefined) setModes(state, user, new Set(event.modes));
  state.logIn(user, event.account ?? null);
  user.spokeAt = event.spokeAt ?? event.at;
  state.enter(user);
  state.mostUsers = Math.max(state.mostUsers, state.users.size);
  tellWatchers(state, outbox, user.folded, "RPL_MONONLINE", user.source, event);
}

function applyQuit(state: NetworkState, event: QuitEvent, outbox: Outbox): void {
  const user = state.user(event.user);
  const concerned = audience(user);
  const cause = new Map([["chatd/cause", event.reason]]);
  const tags = by(user, event.at, cause, event.id);
  const line = new Outgoing(user.source, "QUIT", [event.text], tags);
  for (const { channel } of [...user.channels.values()]) leave(state, user, channel);
  setModes(state, user, new Set());
  user.operator = null;
  state.users.delete(user.id);
  state.logIn(user, null);
  state.vacate(user);
  remember(state, user, event.at);
  outbox.fanOut(concerned, line, event.cause);
  tellWatchers(state, outbox, user.folded, "RPL_MONOFFLINE", user.nick, event);
}

function applyNick(state: NetworkState, event: NickEvent, outbox: Outbox): void {
  const user = state.user(event.user);
  const tags = by(user, event.at, undefined, event.id);
  const line = new Outgoing(user.source, "NICK", [event.nick], tags);
  const { nick, folded } = user;
  remember(state, user, event.at);
  state.vacate(user);
  user.rename(event.nick, state.fold(event.nick));
  state.enter(user);
  outbox.fanOut(audience(user), line, event.cause);
  if (user.folded === folded) return;
  tellWatchers(state, outbox, folded, "RPL_MONOFFLINE", nick, event);
  tellWatchers(state, outbox, user.folded, "RPL_MONONLINE", user.source, event);
  introduce(state, user, state.watches.of(user.folded), event.at, outbox);
}

function applyJoin(state: NetworkState, event: JoinEvent, outbox: Outbox): void {
  const user = state.user(event.user);
  const folded = state.fold(event.channel);
  let channel = state.channels.get(folded);
  if (channel === undefined) {
    channel = new Channel(event.channel, folded, event.at);
    channel.flags.add("n").add("t");
    state.channels.set(folded, channel);
  }
  const membership = { user, channel, ranks: event.ranks, joinedAt: event.at };
  channel.members.set(user.id, membership);
  user.channels.set(folded, membership);
  if (user.invitations.has(channel)) {
    user.invitations = new Set([...user.invitations].filter((other) => other !== channel));
  }
  for (const session of user.sessions) channel.local.add(session);

  const told = witnesses(channel, user);
  tellJoin(state, outbox, told, channel, user, event, event.id);
  // Whoever makes a channel is its operator without a word; a rank that an account gives is told.
  if (event.ranks === 0 || channel.founder === null) return;
  outbox.fanOut(told, ranksLine(state, membership, event.ranks, event.at), event.cause);
}

function applyPart(state: NetworkState, event: PartEvent, outbox: Outbox): void {
  const user = state.user(event.user);
  const channel = state.channel(event.channel);
  const params = event.text === null ? [channel.name] : [channel.name, event.text];
  const tags = by(user, event.at, undefined, event.id);
  const line = new Outgoing(user.source, "PART", params, tags);
  outbox.fanOut(witnesses(channel, user), line, event.cause);
  leave(state, user, channel);
  noteLeft(user, channel, event.at);
}

function applyKick(state: NetworkState, event: KickEvent, outbox: Outbox): void {
  const user = state.user(event.user);
  const channel = state.channel(event.channel);
  const tags = by(author(state, event.source), event.at, undefined, event.id);
  const line = new Outgoing(event.source, "KICK", [channel.name, user.nick, event.text], tags);
  outbox.fanOut(witnesses(channel, user), line, event.cause);
  leave(state, user, channel);
  noteLeft(user, channel, event.at);
}

function applyTopic(state: NetworkState, event: TopicEvent, outbox: Outbox): void {
  const channel = state.channel(event.channel);
  channel.topic = event.text === "" ? null : { text: event.text, by: event.source, at: event.at };
  const tags = by(author(state, event.source), event.at, undefined, event.id);
  const line = new Outgoing(event.source, "TOPIC", [channel.name, event.text], tags);
  outbox.fanOut(channel.local, line, event.cause);
}

function applyChannelModes(state: NetworkState, event: ChannelModesEvent, outbox: Outbox): void {
  const channel = state.channel(event.channel);
  const isOpened = event.changes.some(({ mode }) => mode === "u");
  const mayShow = isOpened || event.changes.some(({ user }) => user !== undefined);
  const before = mayShow ? sightOf(channel, isOpened) : null;
  for (const { sign, mode, param, user } of event.changes) {
    const on = sign === "+";
    const rank = rankOf(mode);
    if (rank !== undefined) {
      const membership = user === undefined ? undefined : channel.members.get(user);
      if (membership !== undefined) {
        membership.ranks = on ? membership.ranks | rank.bit : membership.ranks & ~rank.bit;
      }
    } else if (isListMode(mode)) {
      const mask = param ?? "";
      if (on) channel.addToList(mode, { mask, by: event.source, at: event.at });
      else channel.lists[mode].delete(foldMask(mask));
    } else if (isFlagMode(mode)) {
      if (on) channel.flags.add(mode);
      else channel.flags.delete(mode);
    } else if (mode === "k") {
      channel.key = on ? param : null;
    } else if (mode === "l") {
      channel.limit = on ? Number(param) : null;
    } else if (mode === "f") {
      channel.forward = on ? param : null;
    } else if (mode === "H") {
      channel.retention = on && param !== null ? parseRetention(param) : null;
    }
  }
  const params = [channel.name, ...formatModeChanges(event.changes)];
  const tags = by(author(state, event.source), event.at, undefined, event.id);
  const line = new Outgoing(event.source, "MODE", params, tags);
  tellInSight(state, channel, before, event, outbox, () => {
    outbox.fanOut(channel.local, line, event.cause);
  });
}

/** Gives a user other modes, and counts those that are counted. */
function setModes(state: NetworkState, user: User, modes: ReadonlySet<UserMode>): void {
  for (const mode of ["i", "o"] as const) {
    state.usersWith[mode] += Number(modes.has(mode)) - Number(user.modes.has(mode));
  }
  user.modes = modes;
}

function applyUserModes(state: NetworkState, event: UserModesEvent, outbox: Outbox): void {
  const user = state.user(event.user);
  const modes = new Set(user.modes);
  for (const { sign, mode } of event.changes) {
    if (sign === "+") modes.add(mode);
    else modes.delete(mode);
  }
  const before = sightsOf(user);
  setModes(state, user, modes);
  user.operator = user.isOperator ? event.operator ?? user.operator : null;
  const changes = event.changes.map((change) => ({ ...change, param: null }));
  const line = new Outgoing(
    user.source,
    "MODE",
    [user.nick, ...formatModeChanges(changes)],
    by(user, event.at),
  );
  outbox.fanOut(user.sessions, line, event.cause);
  for (const [channel, sight] of before) {
    tellInSight(state, channel, sight, event, outbox, () => {});
  }
}

/** What can be seen now in those of the user's channels where not all is. */
function sightsOf(user: User): (readonly [Channel, Sight])[] {
  const sights: (readonly [Channel, Sight])[] = [];
  for (const { channel } of user.channels.values()) {
    const sight = sightOf(channel);
    if (sight !== null) sights.push([channel, sight]);
  }
  return sights;
}

function applyAway(state: NetworkState, event: AwayEvent, outbox: Outbox): void {
  const user = state.user(event.user);
  user.awayText = event.text;
  tellAway(state, user, event, outbox);
}

/** Tells those with away-notify whether the user is away. */
function tellAway(
  state: NetworkState,
  user: User,
  { at, cause }: { readonly at: number; readonly cause?: string | undefined },
  outbox: Outbox,
): void {
  const isHeard = user.awayText === null || isHeardEverywhere(user); // REACH-6
  const text = isHeard ? user.away : AWAY_UNHEARD;
  const line = new Outgoing(user.source, "AWAY", text === null ? [] : [text], by(user, at));
  outbox.fanOut(othersOf(user, interested(state, user, "away-notify")), line, cause);
}

function applyAbsence(state: NetworkState, event: AbsenceEvent, outbox: Outbox): void {
  const user = state.user(event.user);
  const isKnown = user.absence === "told";
  user.absence = event.absence;
  const isTold = event.absence === "told" || (event.absence === null && isKnown);
  if (isTold && user.awayText === null) tellAway(state, user, event, outbox);
}

function applyHost(state: NetworkState, event: HostEvent, outbox: Outbox): void {
  const user = state.user(event.user);
  const params = [user.username, event.host];
  const line = new Outgoing(user.source, "CHGHOST", params, by(user, event.at));
  const unaware = [...othersOf(user, having(audience(user), "chghost", false))];
  const gone = new Outgoing(user.source, "QUIT", ["Changing host"], by(user, event.at));
  user.move(event.host);
  outbox.fanOut(interested(state, user, "chghost"), line, event.cause);
  // To the others it looks as if the user went and came back. (CHGHOST-2)
  outbox.fanOut(unaware, gone, event.cause);
  for (const membership of user.channels.values()) {
    const { channel, ranks } = membership;
    const told = [...othersOf(user, having(witnesses(channel, user), "chghost", false))];
    tellJoin(state, outbox, told, channel, user, event);
    if (ranks === 0) continue;
    outbox.fanOut(told, ranksLine(state, membership, ranks, event.at), event.cause);
  }
}

function applyAccount(state: NetworkState, event: AccountEvent, outbox: Outbox): void {
  const user = state.user(event.user);
  state.logIn(user, event.account);
  const line = new Outgoing(user.source, "ACCOUNT", [event.account ?? "*"], by(user, event.at));
  outbox.fanOut(interested(state, user, "account-notify"), line, event.cause);
  grantEverywhere(state, user, event, outbox);
}

function applyRealname(state: NetworkState, event: RealnameEvent, outbox: Outbox): void {
  const user = state.user(event.user);
  user.realname = event.realname;
  const line = new Outgoing(user.source, "SETNAME", [event.realname], by(user, event.at));
  outbox.fanOut(interested(state, user, "setname"), line, event.cause);
}

function applyInvite(state: NetworkState, event: InviteEvent, outbox: Outbox): void {
  const user = state.user(event.user);
  const channel = state.channel(event.channel);
  if (event.opens) {
    user.invitations = new Set([...user.invitations, channel].slice(-LIMITS.CHANNELS.value));
  }
  const inviter = author(state, event.source);
  const line = new Outgoing(
    event.source,
    "INVITE",
    [user.nick, channel.name],
    by(inviter, event.at),
  );
  outbox.fanOut(user.sessions, line, event.cause);
  const told = inviter === null ? channel.local : witnesses(channel, inviter);
  outbox.fanOut(having(told, "invite-notify"), line, event.cause);
}

function applyWallops(state: NetworkState, event: WallopsEvent, outbox: Outbox): void {
  const tags = by(author(state, event.source), event.at);
  const line = new Outgoing(event.source, "WALLOPS", [event.text], tags);
  for (const user of state.users.values()) {
    if (user.modes.has("w")) outbox.fanOut(user.sessions, line, event.cause);
  }
}

function applyMetadataEvent(state: NetworkState, event: MetadataEvent, outbox: Outbox): void {
  if (event.target.kind === "channel") {
    const channel = state.channel(event.target.channel);
    applyMetadata(state, channel, channel.name, channel.local, event, outbox);
  } else {
    const user = state.user(event.target.user);
    applyMetadata(state, user, user.nick, hearers(state, user), event, outbox);
  }
}
