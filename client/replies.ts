/**
 * The server's numeric replies → view events. A reply without a row here shows as the sentence that
 * its last parameter is; none is dropped but those named in `CHATTER`.
 * @module
 */

import { foldOf } from "../protocol/casemap.ts";
import { decodeIsupport } from "../protocol/isupport.ts";
import type { Message } from "../protocol/message.ts";
import { duration } from "./compose.ts";
import type { ViewEvent } from "./events.ts";
import type { SessionState } from "./session.ts";
import { parseNumber } from "../protocol/number.ts";

/** Registration and book-keeping that nobody wants to read. */
const CHATTER = new Set([
  ..."002 003 004 020 042 250 251 252 253 254 255 265 266".split(" "),
  ..."318 329 333 369 396".split(" "),
]);

/** The last second of the year 9999: no date that is shown lies behind it. */
const MOST_SECONDS = 253_402_300_799;

/** The mask that asks for everybody, whoever they show themselves to. */
const EVERYONE = "$*";

type Reply = (state: SessionState, params: readonly string[]) => ViewEvent[];

const NOTHING: readonly ViewEvent[] = [];

function say(text: string): ViewEvent[] {
  return [{ kind: "server", text }];
}

/** Takes in one numeric. */
export function numeric(state: SessionState, message: Message): ViewEvent[] {
  const reply = REPLIES[message.command];
  if (reply !== undefined) return reply(state, message.params);
  if (CHATTER.has(message.command)) return [...NOTHING];
  const [, ...rest] = message.params;
  if (rest.length === 0) return say(message.params.join(" "));
  // Errors bring a sentence; other replies often say the thing itself in the middle.
  return say(message.command >= "400" ? rest.at(-1)! : rest.join(" "));
}

/** RPL_KEYVALUE, RPL_KEYNOTSET: an answer is shown; what others tell of themselves unasked is addressed to nobody. */
function metadata(state: SessionState, [client = "", ...rest]: readonly string[]): ViewEvent[] {
  return client === "*" && state.registered ? [] : say(rest.join(" "));
}

const REPLIES: Readonly<Record<string, Reply>> = {
  // RPL_WELCOME: its first parameter is the name that the server gave.
  "001": (state, [nick = state.nick]) => {
    state.nick = nick;
    state.registered = true;
    return [{ kind: "connected", nick, asked: state.fold(nick) === state.fold(state.wanted) }];
  },
  // RPL_ISUPPORT: comes before any room.
  "005": (state, [, ...tokens]) => {
    decodeIsupport(tokens.slice(0, -1), state.isupport);
    if (state.isupport.has("CASEMAPPING")) {
      state.fold = state.targets.fold = foldOf(state.isupport.get("CASEMAPPING"));
    }
    return [];
  },
  // RPL_MOTDSTART, RPL_MOTD, RPL_ENDOFMOTD, ERR_NOMOTD
  "375": (state) => {
    state.motd = [];
    return [];
  },
  "372": (state, params) => {
    if (state.motd.length < 1000) state.motd.push((params.at(-1) ?? "").replace(/^- ?/, ""));
    return [];
  },
  "376": endOfMotd,
  "422": endOfMotd,

  // RPL_WHOREPLY, RPL_ENDOFWHO
  "352": (state, params) => {
    const nick = params[5] ?? "";
    const away = params[6]?.startsWith("G") ?? false;
    const you = state.fold(nick) === state.fold(state.nick);
    if (state.who === null) return say(`${nick}${away ? " (away)" : ""}`);
    const isKnown = state.who.some((row) => row.nick === nick);
    if (!isKnown) state.who.push({ nick, away, you });
    return [];
  },
  "315": (state, [, mask]) => {
    if (mask === EVERYONE) return []; // all the others come now
    const users = state.who;
    state.who = null;
    return users === null ? [] : [{ kind: "users", users }];
  },

  "761": metadata,
  "766": metadata,

  // RPL_LIST, RPL_LISTEND
  "321": (state) => {
    state.list = [];
    return [];
  },
  "322": (state, [, room = "", users = "0", topic = ""]) => {
    state.list.push({ room, users: parseNumber(users, 0, MOST_SECONDS) ?? 0, topic });
    return [];
  },
  "323": (state) => {
    const rooms = state.list;
    state.list = [];
    return [{ kind: "rooms", rooms }];
  },

  // RPL_NAMREPLY, RPL_ENDOFNAMES
  "353": (state, params) => {
    const [, , name = "", names = ""] = params;
    const room = state.rooms.get(state.fold(name));
    const nicks = names.split(" ").filter((nick) => nick !== "").map((nick) =>
      nick.replace(/^[~&@%+]+/, "")
    );
    if (room === undefined) return [{ kind: "members", room: name, nicks }];
    for (const nick of nicks) room.members.set(state.fold(nick), nick);
    return [];
  },
  "366": (state, [, name = ""]) => {
    const room = state.rooms.get(state.fold(name));
    if (room === undefined || state.fold(name) === state.lobby) return [];
    return [{ kind: "members", room: room.name, nicks: [...room.members.values()].sort() }];
  },

  // RPL_TRYAGAIN: which command it was, the sentence need not say.
  "263": (_state, params) => say(params.at(-1) ?? ""),
  // ERR_NOSUCHNICK: other servers say it in other words.
  "401": (_state, [, nick = "", ...rest]) =>
    say(nick.startsWith("#") ? rest.join(" ") : `User "${nick}" is not connected to the server.`),
  // RPL_NOTOPIC, RPL_TOPIC
  "331": (_state, [, room = ""]) => say(`${room} has no topic.`),
  "332": (_state, [, room = "", topic = ""]) => [{ kind: "topic", room, by: null, topic }],
  // RPL_INVITING
  "341": (_state, [, nick = "", room = ""]) => say(`You invited ${nick} to ${room}.`),
  // RPL_CHANNELMODEIS, RPL_UMODEIS
  "324": (_state, [, room = "", ...modes]) => say(`Modes of ${room}: ${modes.join(" ")}`),
  "221": (_state, [, modes = ""]) => say(`Your modes: ${modes}`),
  // RPL_AWAY
  "301": (_state, [, nick = "", text = ""]) => say(`${nick} is away: ${text}`),

  // WHOIS
  "311": (_state, [, nick = "", user = "", host = "", , name = ""]) =>
    say(`${nick} is ${user}@${host} (${name}).`),
  "314": (_state, [, nick = "", user = "", host = "", , name = ""]) =>
    say(`${nick} was ${user}@${host} (${name}).`),
  "312": (_state, [, nick = "", server = "", about = ""]) =>
    say(`${nick} is on ${server} (${about}).`),
  "317": (_state, [, nick = "", idle = "", since = ""]) => {
    const at = parseNumber(since, 0, MOST_SECONDS);
    const from = at === null ? "" : `, here since ${new Date(at * 1000).toISOString()}`;
    const seconds = parseNumber(idle, 0, MOST_SECONDS) ?? 0;
    return say(`${nick} has been idle for ${duration(seconds)}${from}.`);
  },
  "319": (_state, [, nick = "", rooms = ""]) => say(`${nick} is in ${rooms.trim()}.`),
  "313": sentence,
  "307": sentence,
  "320": sentence,
  "330": (_state, [, nick = "", account = ""]) => say(`${nick} is logged in as ${account}.`),
  "335": sentence,
  // RPL_WHOISACTUALLY: in three forms, of which the longest says most.
  "338": (_state, [, nick = "", ...rest]) => {
    const address = rest.at(-2);
    return say(
      address === undefined ? `${nick} ${rest[0] ?? ""}` : `${nick} comes from ${address}.`,
    );
  },
  "378": sentence,
  "379": sentence,
  "671": sentence,
  // RPL_LOGGEDIN, RPL_LOGGEDOUT
  "900": (state, [, , account = ""]) => {
    state.account = account;
    return say(`You are logged in as ${account}.`);
  },
  "901": (state) => {
    state.account = null;
    return say("You are logged out.");
  },
  // RPL_NOWAWAY, RPL_UNAWAY
  "305": (_state, params) => say(params.at(-1) ?? ""),
  "306": (_state, params) => say(params.at(-1) ?? ""),
};

/** `<client> <nick> :is a …` */
function sentence(_state: SessionState, [, nick = "", ...rest]: readonly string[]): ViewEvent[] {
  return say(`${nick} ${rest.join(" ")}`);
}

function endOfMotd(state: SessionState): ViewEvent[] {
  const lines = state.motd;
  state.motd = [];
  return [{ kind: "motd", lines }];
}
