/**
 * Who somebody is: WHOIS WHOWAS ISON USERHOST, and what users say of themselves: AWAY SETNAME.
 *
 * SPEC: "Queries".
 *
 * @module
 */
import { byteLength, LIMITS, parseNumber, prefixesOf, roomBehind } from "../../protocol/mod.ts";
import { awayOf, noteAway, reviseAway } from "../core/away.ts";
import { serviceByNick } from "../core/services.ts";
import type { Channel, User } from "../core/state.ts";
import { canSeeMember, silencingChannel } from "../core/visibility.ts";
import { mayStir } from "./budget.ts";
import {
  addressFor,
  type CommandContext,
  type CommandRule,
  packWords,
  shownAddress,
} from "./context.ts";
import { tellWhois } from "./metadata_sync.ts";
import { serviceOf, tellService } from "./services.ts";

/** What a line of words has room for, and a line of the channels of a user. */
const WORDS_BYTES = roomBehind(":<server> 302 <nick> :");
const CHANNELS_BYTES = roomBehind(":<server> 319 <nick> <nick> :");
/** The most users that one USERHOST asks about. */
const USERHOST_TARGETS = 5;

/** WHOIS [<server>] <nick> */
function whois(context: CommandContext): void {
  const { node } = context;
  const nick = context.param(context.message.params.length > 1 ? 1 : 0);
  if (nick === "") return context.numeric("ERR_NONICKNAMEGIVEN");
  const user = node.state.userByNick(nick);
  const service = user === undefined ? serviceOf(context, nick) : undefined;
  if (service !== undefined) {
    tellService(context, service);
  } else if (user === undefined) {
    context.numeric("ERR_NOSUCHNICK", nick);
  } else {
    context.numeric("RPL_WHOISUSER", user.nick, user.username, user.host, "*", user.realname);
    const channels = [...user.channels.values()].filter(({ channel }) =>
      isShown(context.user, channel, user)
    )
      .map(({ channel, ranks }) =>
        prefixesOf(ranks, context.session.has("multi-prefix")) + channel.name
      );
    for (const line of packWords(channels, CHANNELS_BYTES)) {
      context.numeric("RPL_WHOISCHANNELS", user.nick, line);
    }
    context.numeric("RPL_WHOISSERVER", user.nick, node.settings.name, node.settings.description);
    tellWhois(context, user);
    if (user.isOperator) context.numeric("RPL_WHOISOPERATOR", user.nick);
    if (user.account !== null) context.numeric("RPL_WHOISACCOUNT", user.nick, user.account);
    if (user.modes.has("B")) context.numeric("RPL_WHOISBOT", user.nick);
    if (user === context.user || context.user.isOperator) tellConnections(context, user);
    if (user.away !== null) context.numeric("RPL_AWAY", user.nick, user.away);
    const idle = Math.max(0, Math.floor((node.clock.epoch() - user.spokeAt) / 1000));
    context.numeric(
      "RPL_WHOISIDLE",
      user.nick,
      String(idle),
      String(Math.floor(user.signedOnAt / 1000)),
    );
  }
  context.numeric("RPL_ENDOFWHOIS", nick); // as it was asked (WHOIS-3)
}

/** From where the user is connected, and how often: for itself and for operators. (WHOIS-5) */
function tellConnections(context: CommandContext, user: User): void {
  const addresses = new Set([...user.sessions].map(({ peer }) => shownAddress(peer)));
  const shown = `${user.username}@${user.host}`;
  for (const address of addresses) context.numeric("RPL_WHOISACTUALLY", user.nick, shown, address);
  const { size } = user.sessions;
  if (size === 1) return;
  const text = size === 0 ? "is not connected, and stays" : `is connected with ${size} devices`;
  context.numeric("RPL_WHOISSPECIAL", user.nick, text);
}

/** Whether WHOIS shows the viewer that the user is in the channel. */
function isShown(viewer: User, channel: Channel, user: User): boolean {
  return viewer === user || canSeeMember(viewer, channel, user);
}

/** WHOWAS <nick> [<count>] */
function whowas(context: CommandContext): void {
  const nick = context.param(0);
  if (nick === "") return context.numeric("ERR_NONICKNAMEGIVEN");
  const { state } = context.node;
  const folded = state.fold(nick);
  const found = state.departed.filter(({ nick }) => state.fold(nick) === folded)
    .reverse();
  const count = parseNumber(context.param(1), 1, LIMITS.WHOWAS.value);
  if (found.length === 0) context.numeric("ERR_WASNOSUCHNICK", nick);
  for (const departed of count === null ? found : found.slice(0, count)) {
    const { username, host, realname, at } = departed;
    context.numeric("RPL_WHOWASUSER", departed.nick, username, host, "*", realname);
    context.numeric(
      "RPL_WHOISSERVER",
      departed.nick,
      context.node.settings.name,
      new Date(at).toISOString(),
    );
  }
  context.numeric("RPL_ENDOFWHOWAS", nick);
}

/** ISON <nick>{ <nick>} */
function ison(context: CommandContext): void {
  const { state } = context.node;
  const here: string[] = [];
  for (const nick of context.message.params.flatMap((param) => param.split(" "))) {
    const name = state.userByNick(nick)?.nick ?? serviceByNick(state.names, nick);
    if (name !== undefined) here.push(name);
  }
  tellWords(context, "RPL_ISON", here);
}

/** Answers with words, in as many lines as they need, and in one where there are none. */
function tellWords(
  context: CommandContext,
  name: "RPL_ISON" | "RPL_USERHOST" | "RPL_USERIP",
  words: readonly string[],
): void {
  if (words.length === 0) return context.numeric(name, "");
  for (const line of packWords(words, WORDS_BYTES)) context.numeric(name, line);
}

/** USERHOST <nick>{ <nick>} */
function userhost(context: CommandContext): void {
  tellWords(context, "RPL_USERHOST", whereabouts(context, (user) => user.host));
}

/** USERIP <nick>{ <nick>} */
function userip(context: CommandContext): void {
  const addressOf = (user: User): string => addressFor(context.user, user);
  tellWords(context, "RPL_USERIP", whereabouts(context, addressOf));
}

/** `nick=+user@host` for each of the nicks that somebody has, with `*` for an operator and `-` for who is away. */
function whereabouts(
  { message, node: { state } }: CommandContext,
  hostOf: (user: User) => string,
): string[] {
  const replies: string[] = [];
  for (const nick of message.params.slice(0, USERHOST_TARGETS)) {
    const user = state.userByNick(nick);
    if (user === undefined) continue;
    const away = user.away === null ? "+" : "-";
    replies.push(
      `${user.nick}${user.isOperator ? "*" : ""}=${away}${user.username}@${hostOf(user)}`,
    );
  }
  return replies;
}

/** AWAY [<text>] */
function away(context: CommandContext): void {
  const { session } = context;
  const mayAsk = session.stage === "active" || session.has("draft/pre-away");
  if (!mayAsk) return context.numeric("ERR_NOTREGISTERED"); // AWAY-3
  if (!context.fits(context.param(0), LIMITS.AWAY)) return;
  const text = context.param(0) || null;
  const { user } = session;
  const isNews = user !== null && awayOf(user, session, text) !== user.awayText;
  if (isNews && !mayStir(context, "away")) return;
  noteAway(session, text);
  if (user !== null) reviseAway(context.node, user);
  context.numeric(text === null ? "RPL_UNAWAY" : "RPL_NOWAWAY");
}

/** SETNAME <real name> */
function setname(context: CommandContext): void {
  const realname = context.param(0);
  if (realname === "" || byteLength(realname) > LIMITS.REALNAME.value) {
    if (context.session.has("setname")) context.fail("INVALID_REALNAME");
    return;
  }
  if (silencingChannel(context.user) !== undefined) { // REACH-5
    return context.fail("CANNOT_CHANGE_REALNAME");
  }
  if (!mayStir(context, "name")) return;
  context.submit({ type: "realname", user: context.user.id, realname });
}

/** The rules of this chapter. */
export const queries = {
  AWAY: { stage: "any", run: away },
  ISON: { stage: "active", run: ison },
  SETNAME: { stage: "active", run: setname },
  USERHOST: { stage: "active", run: userhost },
  USERIP: { stage: "active", run: userip },
  WHOIS: { stage: "active", arity: 0, run: whois },
  WHOWAS: { stage: "active", arity: 0, cost: 2, run: whowas },
} as const satisfies Record<string, CommandRule>;
