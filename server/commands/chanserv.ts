/**
 * ChanServ: registered channels, and who has a say in them.
 *
 * SPEC: "ChanServ".
 *
 * @module
 */
import {
  levelOfRank,
  levelOfRanks,
  LIMITS,
  type RankMode,
  rankOf,
  RANKS,
  type RankSpec,
} from "../../protocol/mod.ts";
import type { ChannelModeChange } from "../core/events.ts";
import type { Account, Awaitable } from "../core/ports.ts";
import { foundedBy, ranksOf } from "../core/registered.ts";
import { serviceSource } from "../core/services.ts";
import type { Channel, User } from "../core/state.ts";
import { canSeeChannel, levelIn, OPERATOR_LEVEL } from "../core/visibility.ts";
import { secondsToSight, sightsOf, tooFast } from "./budget.ts";
import { after } from "./context.ts";
import type { Service, ServiceRequest } from "./service.ts";

/** What people call ranks. */
const RANK_NAMES: Readonly<Record<RankMode, string>> = {
  q: "owner",
  a: "protected",
  o: "operator",
  h: "halfop",
  v: "voice",
};

const OWNER_LEVEL = levelOfRank("q");

/** The rank of a word: its name, its mode with or without a plus, or its prefix. */
function rankByWord(word: string): RankSpec | undefined {
  const wanted = word.toLowerCase();
  return RANKS.find(({ mode, prefix }) =>
    [prefix, RANK_NAMES[mode]].includes(wanted) ||
    [mode, `+${mode}`].includes(wanted as RankMode) ||
    (mode === "o" && wanted === "op")
  );
}

/** Ranks as words, the highest first. */
function rankNames(ranks: number): string {
  return RANKS.filter(({ bit }) => (ranks & bit) !== 0).map(({ mode }) => RANK_NAMES[mode])
    .join(", ");
}

function shownDay(epoch: number): string {
  return new Date(epoch).toISOString().slice(0, 10);
}

/** The channel of this name if it is registered and the user may know of it; otherwise says so. (SEE-2) */
function registered(request: ServiceRequest): Channel | null {
  const { node: { state }, user } = request;
  const name = request.word(0);
  const channel = state.channelByName(name);
  const isKnown = channel !== undefined && channel.founder !== null &&
    (canSeeChannel(user, channel) || ranksOf(state, channel, user.account) > 0);
  if (isKnown) return channel;
  request.say(`${name} is no registered channel.`);
  return null;
}

/** How much the user may do in the channel by its account, or as an operator of the server. (CHANSERV-4) */
function levelOf({ node: { state }, user }: ServiceRequest, channel: Channel): number {
  const level = levelIn(user, channel);
  return level > OWNER_LEVEL ? level : levelOfRanks(ranksOf(state, channel, user.account));
}

/** Whether the user is the founder, or stands above; otherwise says that it has to be. */
function isFounder(request: ServiceRequest, channel: Channel): boolean {
  const { node: { state }, user } = request;
  const isOwn = user.account !== null && channel.founder?.folded === state.fold(user.account);
  if (isOwn || levelOf(request, channel) > OWNER_LEVEL) return true;
  request.say(`Only the founder of ${channel.name} may do that.`);
  return false;
}

/** Changes ranks of members, as ChanServ. */
function changeRanks(
  { context, node, service }: ServiceRequest,
  channel: Channel,
  changes: readonly ChannelModeChange[],
): Awaitable<unknown> {
  if (changes.length === 0) return;
  return context.submit({
    type: "channel-modes",
    source: serviceSource(service.name, node.settings.name),
    channel: channel.folded,
    changes,
  });
}

function changeOf(sign: "+" | "-", mode: RankMode, { nick, id }: User): ChannelModeChange {
  return { sign, mode, param: nick, user: id };
}

/** REGISTER <channel> */
function register(request: ServiceRequest): Awaitable<void> {
  const { context, node: { state }, user } = request;
  const name = request.word(0);
  const channel = state.channelByName(name);
  const { account } = user;
  if (account === null) return;
  if (channel === undefined || !canSeeChannel(user, channel)) {
    return request.say(`There is no channel ${name}: join it first.`);
  }
  if (levelIn(user, channel) < OPERATOR_LEVEL) {
    return request.say(`Only an operator of ${channel.name} may register it.`);
  }
  if (channel.founder !== null) {
    return request.say(`${channel.name} is registered already, by ${channel.founder.name}.`);
  }
  if (isFull(request, account)) {
    return request.say(
      `You have ${LIMITS.REGISTERED_CHANNELS.value} channels, and may have no more.`,
    );
  }
  const fact = { type: "channel-register", channel: channel.folded, founder: account } as const;
  return after(context.submit(fact), () => {
    request.node.log.info("channel-registered", { channel: channel.name, account });
    request.say(`${channel.name} is yours, and stays when nobody is in it.`);
  });
}

/** Whether an account has as many channels as it may have. */
function isFull({ node: { state } }: ServiceRequest, account: string): boolean {
  return [...foundedBy(state, state.fold(account))].length >= LIMITS.REGISTERED_CHANNELS.value;
}

/** DROP <channel> [<channel>] */
function drop(request: ServiceRequest): Awaitable<void> {
  const { context, node: { state, log } } = request;
  const channel = registered(request);
  if (channel === null || !isFounder(request, channel)) return;
  const { name } = channel;
  if (state.fold(request.word(1)) !== channel.folded) {
    return request.say(
      `${name} will be nobody's, without its access list. Its modes and topic go with its last member.`,
      `If you want that: /msg ChanServ DROP ${name} ${name}`,
    );
  }
  return after(context.submit({ type: "channel-drop", channel: channel.folded }), () => {
    log.info("channel-dropped", { channel: name, by: context.user.nick });
    request.say(`${name} is not registered any more.`);
  });
}

/** INFO <channel> */
function info(request: ServiceRequest): void {
  const { node: { state }, user } = request;
  const channel = registered(request);
  if (channel === null) return;
  const { name, founder, registeredAt, createdAt, access } = channel;
  request.say(
    `${name} belongs to ${founder?.name}, since ${shownDay(registeredAt)}. ` +
      `It was made on ${shownDay(createdAt)}.`,
  );
  const own = ranksOf(state, channel, user.account);
  if (own > 0) {
    request.say(`You are ${rankNames(own)}. Its access list has ${access.size} entries.`);
  }
}

/** ACCESS <channel> LIST, ADD <account> <rank>, DEL <account> */
function access(request: ServiceRequest): Awaitable<void> {
  const channel = registered(request);
  if (channel === null) return;
  switch (request.word(1).toUpperCase()) {
    case "LIST":
      return listAccess(request, channel);
    case "ADD":
      if (request.words.length > 3) return addAccess(request, channel);
      break;
    case "DEL":
      if (request.words.length > 2) return deleteAccess(request, channel);
      break;
  }
  request.say("How to write it: ACCESS <channel> LIST, ADD <account> <rank>, or DEL <account>");
}

/** Only for those who are on it, and operators. */
function listAccess(request: ServiceRequest, channel: Channel): void {
  const { name, founder, access } = channel;
  const { user } = request;
  if (levelOf(request, channel) === 0 && levelIn(user, channel) < OPERATOR_LEVEL) {
    return request.say(`The access list of ${name} is for those who are on it.`);
  }
  const lines = [...access.values()].map((entry) => `${entry.name}: ${rankNames(entry.ranks)}`);
  request.say(`${founder?.name}: founder`, ...lines, `That is the access list of ${name}.`);
}

/** The account of a name; says so where there is none. */
function accountOf(request: ServiceRequest, name: string): Account | null {
  const account = request.node.store.accounts.find(name);
  if (account === null) request.say(`There is no account ${name}.`);
  return account;
}

function addAccess(request: ServiceRequest, channel: Channel): Awaitable<void> {
  const { context } = request;
  const rank = rankByWord(request.word(3));
  if (rank === undefined) {
    return request.say(`A rank is one of ${Object.values(RANK_NAMES).join(", ")}.`);
  }
  const account = accountOf(request, request.word(2));
  if (account === null) return;
  const before = channel.access.get(account.folded)?.ranks ?? 0;
  const level = levelOf(request, channel);
  if (level < levelOfRank(rank.setBy) || !isBelow(level, before)) return refuse(request, channel);
  if (before === 0 && channel.access.size >= LIMITS.ACCESS.value) {
    return request.say(`The access list of ${channel.name} is full.`);
  }
  if (isTooMuch(request, channel)) return;
  const { name } = account;
  const fact = { type: "access", channel: channel.folded, account: name, ranks: rank.bit } as const;
  return after(context.submit(fact), () => {
    takeBack(request, channel, name, before);
    request.say(`${name} is ${RANK_NAMES[rank.mode]} in ${channel.name} whenever logged in.`);
  });
}

function deleteAccess(request: ServiceRequest, channel: Channel): Awaitable<void> {
  const { context, node: { state }, user } = request;
  const folded = state.fold(request.word(2));
  const entry = channel.access.get(folded);
  if (entry === undefined) {
    return request.say(`${request.word(2)} is not on the access list of ${channel.name}.`);
  }
  const isOwn = user.account !== null && state.fold(user.account) === folded;
  if (!isOwn && !isBelow(levelOf(request, channel), entry.ranks)) return refuse(request, channel);
  if (isTooMuch(request, channel)) return;
  const fact = { type: "access", channel: channel.folded, account: entry.name, ranks: 0 } as const;
  return after(context.submit(fact), () => {
    takeBack(request, channel, entry.name, entry.ranks);
    request.say(`${entry.name} is on the access list of ${channel.name} no more.`);
  });
}

/** Whether another entry of the list might bring more members into sight, or out of it, than may be now; says so. (CMODE-8) */
function isTooMuch(request: ServiceRequest, channel: Channel): boolean {
  const lines = channel.flags.has("u") ? channel.members.size : 0;
  const seconds = lines === 0 ? 0 : secondsToSight(request.context, channel, lines);
  if (seconds > 0) request.say(tooFast(seconds));
  return seconds > 0;
}

/** Takes ranks that an account has no more from those members who are logged in to it. (CHANSERV-6) */
function takeBack(
  request: ServiceRequest,
  channel: Channel,
  account: string,
  before: number,
): void {
  const { node: { state } } = request;
  const gone = before & ~ranksOf(state, channel, account);
  const changes: ChannelModeChange[] = [];
  for (const { user, ranks } of channel.members.values()) {
    if (user.account === null || state.fold(user.account) !== state.fold(account)) continue;
    for (const { mode, bit } of RANKS) {
      if ((gone & ranks & bit) !== 0) changes.push(changeOf("-", mode, user));
    }
  }
  changeRanks(request, channel, changes);
}

/** Whether somebody of this level may change what these ranks give: operators among themselves, others below them. (RANK-3) */
function isBelow(level: number, ranks: number): boolean {
  const theirs = levelOfRanks(ranks);
  return level >= OPERATOR_LEVEL ? level >= theirs : level > theirs;
}

function refuse(request: ServiceRequest, channel: Channel): void {
  request.say(`The access list of ${channel.name} does not let you do that.`);
}

/** OP, DEOP, VOICE, DEVOICE <channel> [<nick>] */
function rankCommand(
  sign: "+" | "-",
  mode: "o" | "v",
): (request: ServiceRequest) => Awaitable<void> {
  return (request) => {
    const channel = registered(request);
    const rank = rankOf(mode);
    if (channel === null || rank === undefined) return;
    const { context, node: { state }, user } = request;
    const level = levelOf(request, channel);
    const nick = request.word(1) || user.nick;
    const other = state.userByNick(nick);
    // Everybody may lay down a rank, and take up what the access list gives. Who may not even ask learns nothing of others.
    const needed = other !== user
      ? levelOfRank(rank.setBy)
      : sign === "-"
      ? 0
      : levelOfRank(rank.mode);
    if (level < needed) return refuse(request, channel);
    const member = other === undefined ? undefined : channel.members.get(other.id);
    if (other === undefined || member === undefined) {
      return request.say(`${nick} is not in ${channel.name}.`);
    }
    if (sign === "-" && other !== user && !isBelow(level, member.ranks)) {
      return refuse(request, channel);
    }
    const has = (member.ranks & rank.bit) !== 0;
    if (has === (sign === "+")) {
      return request.say(
        `${other.nick} is ${has ? `${RANK_NAMES[mode]} already` : `no ${RANK_NAMES[mode]}`}.`,
      );
    }
    const lines = sightsOf(channel, member.ranks, member.ranks ^ rank.bit);
    const seconds = lines === 0 ? 0 : secondsToSight(context, channel, lines);
    if (seconds > 0) return request.say(tooFast(seconds));
    return after(changeRanks(request, channel, [changeOf(sign, mode, other)]), () => {
      const now = has ? "no longer " : "";
      request.say(`${other.nick} is ${now}${RANK_NAMES[mode]} in ${channel.name}.`);
    });
  };
}

/** TRANSFER <channel> <account> */
function transfer(request: ServiceRequest): Awaitable<void> {
  const { context, node: { state, log } } = request;
  const channel = registered(request);
  if (channel === null || !isFounder(request, channel)) return;
  const account = accountOf(request, request.word(1));
  if (account === null) return;
  const { name, folded } = account;
  const isThere = [...channel.members.values()].some(({ user }) =>
    user.account !== null && state.fold(user.account) === folded
  );
  if (!isThere) return request.say(`${name} must be in ${channel.name}, and logged in.`);
  if (channel.founder?.folded === folded) return request.say(`${channel.name} is theirs already.`);
  if (isFull(request, name)) return request.say(`${name} has as many channels as one may have.`);
  const fact = { type: "channel-register", channel: channel.folded, founder: name } as const;
  return after(context.submit(fact), () => {
    log.info("channel-transferred", { channel: channel.name, account: name });
    request.say(`${channel.name} belongs to ${name} now.`);
  });
}

/** The service. */
export const CHANSERV: Service = {
  name: "ChanServ",
  title: "Channels that stay when nobody is in them, and know who has a say there",
  commands: {
    REGISTER: {
      usage: "<channel>",
      summary: "Make a channel yours that you are an operator of",
      help: ["It keeps topic, modes and lists, and you are its owner whenever you are logged in."],
      isForAccounts: true,
      cost: 5,
      run: register,
    },
    INFO: {
      usage: "<channel>",
      summary: "Tell whose a channel is",
      help: ["And what you are in it."],
      run: info,
    },
    ACCESS: {
      usage: "<channel> <LIST, ADD or DEL> [<account> [<rank>]]",
      summary: "Say which accounts have a say in a channel",
      help: [
        "ACCESS #tea ADD bob voice: bob has a voice whenever he is there and logged in.",
        `Ranks are ${Object.values(RANK_NAMES).join(", ")}. ACCESS #tea DEL bob takes it back.`,
      ],
      cost: 1,
      run: access,
    },
    OP: {
      usage: "<channel> [<nick>]",
      summary: "Make a member an operator",
      help: ["Without a nickname it is you."],
      run: rankCommand("+", "o"),
    },
    DEOP: {
      usage: "<channel> [<nick>]",
      summary: "Take it back",
      help: ["Without a nickname it is you."],
      run: rankCommand("-", "o"),
    },
    VOICE: {
      usage: "<channel> [<nick>]",
      summary: "Give a member a voice",
      help: ["Without a nickname it is you."],
      run: rankCommand("+", "v"),
    },
    DEVOICE: {
      usage: "<channel> [<nick>]",
      summary: "Take it back",
      help: ["Without a nickname it is you."],
      run: rankCommand("-", "v"),
    },
    TRANSFER: {
      usage: "<channel> <account>",
      summary: "Give your channel to another account",
      help: ["Whose user has to be in the channel. You keep what the access list gives you."],
      run: transfer,
    },
    DROP: {
      usage: "<channel> [<channel>]",
      summary: "Let a channel be nobody's",
      help: ["It has to be confirmed by the channel's name, written twice."],
      run: drop,
    },
  },
};
