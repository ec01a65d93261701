/**
 * One user's view of one server: (state, message) → view events. No I/O, no clock, no wording.
 * The state is changed in place by `receive` and by what is sent, and by nothing else but the settings.
 * @module
 */

import { fold, type Folded } from "../protocol/casemap.ts";
import { parseSource } from "../protocol/mask.ts";
import type { Message } from "../protocol/message.ts";
import type { Cause, RoomRow, Target, UserRow, ViewEvent } from "./events.ts";
import { isFinal } from "./endings.ts";
import { Ignores } from "./ignores.ts";
import { numeric } from "./replies.ts";
import { maskedText } from "./secrets.ts";
import { Speakers } from "./speakers.ts";
import { Targets } from "./target.ts";
import { parseInstant } from "../protocol/number.ts";

/** A room that the user is in. */
export interface Room {
  readonly name: string;
  readonly members: Map<Folded, string>;
}

/** A message on its way: shown when the server echoes it. */
export interface Pending {
  readonly target: string;
  /** By which the echo is known: the first line's. */
  readonly text: string;
  /** As it is shown when it was never taken. */
  readonly lines: readonly string[];
}

/** What the client knows. One per connection; settings and targets outlive it. */
export interface SessionState {
  /** The own name, as the server knows it; before that, as it was asked for. */
  nick: string;
  /** The own nick!user@host as others see it, once known. */
  mask: string | null;
  /** After the welcome. */
  registered: boolean;
  /** The name that the user wants; empty leaves it to the server. */
  wanted: string;
  readonly capabilities: Set<string>;
  /** What the server says of its capabilities. */
  readonly values: Map<string, string>;
  /** The key of a name, as the server compares names: ASCII's way until it says otherwise. */
  fold: (name: string) => Folded;
  /** The user is in the rooms that the server, the user and the last connection have named. */
  entered: boolean;
  /** The room that the server put the user into, if it did. */
  lobby: Folded | null;
  readonly rooms: Map<Folded, Room>;
  /** Where plain lines go. */
  readonly targets: Targets;
  /** Whom the user does not want to read: outlives the connection. */
  readonly ignores: Ignores;
  /** Who has spoken last in the rooms. */
  readonly speakers: Speakers;
  /** Rooms asked for: a JOIN of another one is the server's doing. */
  readonly asking: Set<Folded>;
  /** Sent and not echoed yet, by label, oldest first. */
  readonly pending: Map<string, Pending>;
  /** The id of the last message that the user sent to itself. */
  selfMessage: string | null;
  /** What the server can, by the tokens of its RPL_ISUPPORT. */
  readonly isupport: Map<string, string>;
  /** The account that the user is logged in to, if any. */
  account: string | null;
  /** The server said that it shuts down. */
  shuttingDown: boolean;
  /** The server has put the user out: it is not to come back by itself. */
  removed: boolean;
  nextLabel: number;
  /** Answers being gathered. */
  motd: string[];
  who: UserRow[] | null;
  list: RoomRow[];
  readonly settings: Settings;
}

/** What the user may change with `/set`. */
export interface Settings {
  /** Show who comes and goes. */
  notices: boolean;
  /** A line that is exactly `exit` quits. */
  exitWord: boolean;
}

/** A state before the connection. `nick` is what is asked for; empty leaves it to the server. */
export function newSession(
  nick: string,
  settings: Settings,
  targets: Targets = new Targets(),
  ignores: Ignores = new Ignores(),
): SessionState {
  targets.fold = fold;
  return {
    nick,
    mask: null,
    registered: false,
    wanted: nick,
    capabilities: new Set(),
    values: new Map(),
    fold,
    entered: false,
    lobby: null,
    rooms: new Map(),
    targets,
    ignores,
    speakers: new Speakers(),
    asking: new Set(),
    pending: new Map(),
    selfMessage: null,
    isupport: new Map(),
    account: null,
    shuttingDown: false,
    removed: false,
    nextLabel: 1,
    motd: [],
    who: null,
    list: [],
    settings,
  };
}

/** The room that the user talks in, or `null`. */
export function currentRoom(state: SessionState): Room | null {
  const { current } = state.targets;
  return current?.reach === "here" ? state.rooms.get(state.fold(current.name)) ?? null : null;
}

/** Whether `name` is the own nick. */
export function isOwn(state: SessionState, name: string): boolean {
  return state.fold(name) === state.fold(state.nick);
}

/** Whether `name` is the name of a room. */
export function isRoom(name: string): boolean {
  return name.startsWith("#") || name.startsWith("&");
}

/** The room of a target that may be for those with a rank only: `@#tea`. */
export function withoutRank(target: string): string {
  return target.replace(/^[~&@%+](?=[#&])/, "");
}

/** Takes in one message from the server. */
export function receive(state: SessionState, message: Message): ViewEvent[] {
  const events = eventsOf(state, message);
  if (isFinal(message)) state.removed = true;
  return events;
}

function eventsOf(state: SessionState, message: Message): ViewEvent[] {
  const { command, params } = message;
  settleLabel(state, message);
  if (/^\d{3}$/.test(command)) {
    const isRefusal = command >= "400" && command < "600"; // what lies above is mostly told, not refused
    if (isRefusal) settleRefused(state, params[1] ?? "");
    const isShutOut = isRefusal && shutOut(state, params[1] ?? "");
    // ERR_LINKCHANNEL: another room stands in for the one that was asked for, but not for the target.
    if (isShutOut && command === "470") state.asking.add(state.fold(params[2] ?? ""));
    return numeric(state, message);
  }
  const handler = HANDLERS.get(command);
  return handler?.(state, message, sender(message)) ??
    [{ kind: "server", text: [command, ...params].join(" ") }];
}

type Handler = (state: SessionState, message: Message, from: string) => ViewEvent[];

/** The sender's nick, or the server's name. */
function sender(message: Message): string {
  return message.source === null ? "server" : parseSource(message.source).nick;
}

/** An answer to a labelled message, whatever it says, ends the wait for its echo. */
function settleLabel(state: SessionState, message: Message): void {
  const label = message.tags?.get("label");
  if (label !== undefined) state.pending.delete(label);
}

/** Without labels an error that names the target ends the wait. */
function settleRefused(state: SessionState, target: string): void {
  if (state.capabilities.has("labeled-response")) return;
  for (const [label, pending] of state.pending) {
    if (state.fold(pending.target) !== state.fold(target)) continue;
    state.pending.delete(label);
    return;
  }
}

const HANDLERS = new Map<string, Handler>(Object.entries({
  PRIVMSG: (state, message, from) => spoken(state, message, from, "text"),
  NOTICE: notice,
  TAGMSG: () => [],
  JOIN: joined,
  PART: parted,
  KICK: kicked,
  QUIT: gone,
  NICK: renamed,
  RENAME: roomRenamed,
  TOPIC: (_state, message, from) => [{
    kind: "topic",
    room: message.params[0] ?? "",
    by: from,
    topic: message.params[1] ?? "",
  }],
  MODE: (state, message, from) => {
    const [target = "", ...change] = message.params;
    if (isOwn(state, target) && !isRoom(target) && isOwn(state, from)) return [];
    return [{ kind: "mode", by: from, target, change: change.join(" ") }];
  },
  INVITE: (_state, message, from) => [{
    kind: "invited",
    by: from,
    nick: message.params[0] ?? "",
    room: message.params[1] ?? "",
  }],
  KILL: (_state, message) => {
    const text = `You were removed from the server (${message.params.at(-1) ?? ""}).`;
    return [{ kind: "server", text }];
  },
  ERROR: (state, message) => {
    // The line before it has said so already.
    if (state.shuttingDown || state.removed) return [];
    return [{ kind: "server", text: message.params.at(-1) ?? "" }];
  },
  WALLOPS: (_state, message, from) => [{
    kind: "server",
    text: `To operators, from ${from}: ${message.params.at(-1) ?? ""}`,
  }],
  REGISTER: registered,
  VERIFY: registered,
  FAIL: standardReply,
  WARN: standardReply,
  NOTE: standardReply,
  // What the user has read is the history's business.
  MARKREAD: () => [],
  AWAY: () => [],
  SETNAME: () => [],
  CHGHOST: () => [],
  ACCOUNT: () => [],
  ACK: () => [],
  BATCH: () => [],
  CAP: () => [],
  PING: () => [],
  PONG: () => [],
}));

function registered(state: SessionState, { params }: Message): ViewEvent[] {
  const [result, account = ""] = params;
  const text = params.at(-1) ?? "";
  if (result === "SUCCESS") state.account = account;
  const how = result === "VERIFICATION_REQUIRED" ? ` Then type /raw VERIFY ${account} CODE` : "";
  return [{ kind: "server", text: text + how }];
}

function standardReply(state: SessionState, message: Message): ViewEvent[] {
  const [verb, , ...context] = message.params;
  if (message.command === "FAIL" && verb === "JOIN") {
    for (const room of context) shutOut(state, room);
  }
  return [{ kind: "server", text: message.params.at(-1) ?? "" }];
}

/** When it was said, as the server says; `null` if it does not. */
export function timeOf(message: Message): Date | null {
  const at = parseInstant(message.tags?.get("time") ?? "");
  return at === null ? null : new Date(at);
}

/** What somebody said, as it is to be shown. */
export function messageEvent(
  state: SessionState,
  from: string,
  target: string,
  text: string,
  how: "text" | "notice",
  when: Date | null,
  own: boolean = isOwn(state, from),
): ViewEvent {
  if (!isOwn(state, target)) text = maskedText(target, text);
  const room = withoutRank(target);
  const to: Target = target.startsWith("$")
    ? { kind: "everyone" }
    : isRoom(room)
    ? { kind: "room", room }
    : { kind: "direct", nick: target };
  // A client-to-client request is a text between two 01 characters; the last may be missing.
  if (text.startsWith("\x01")) {
    const [verb = "", ...rest] = text.replaceAll("\x01", "").split(" ");
    if (verb === "ACTION") {
      return { kind: "message", how: "action", from, own, to, text: rest.join(" "), at: when };
    }
    const what = how === "notice" ? "answered a client request" : "sent a client request";
    return { kind: "server", text: `${from} ${what}: ${[verb, ...rest].join(" ")}`, at: when };
  }
  return { kind: "message", how, from, own, to, text, at: when };
}

function spoken(
  state: SessionState,
  message: Message,
  from: string,
  how: "text" | "notice",
): ViewEvent[] {
  const [target = "", text = ""] = message.params;
  if (isOwn(state, from)) {
    if (message.source?.includes("!")) state.mask = message.source;
    // Without labels the echo is known by what it says.
    if (!message.tags?.has("label")) settleText(state, target, text);
    if (isOwn(state, target) && isSecondCopy(state, message)) return [];
  }
  state.speakers.heard(state.fold(withoutRank(target)), state.fold(from));
  return [messageEvent(state, from, target, text, how, timeOf(message))];
}

/** A message to oneself comes twice, as the echo and as the delivery. */
function isSecondCopy(state: SessionState, message: Message): boolean {
  const id = message.tags?.get("msgid");
  if (id === undefined) {
    return state.capabilities.has("labeled-response") && !message.tags?.has("label");
  }
  const second = id === state.selfMessage;
  state.selfMessage = id;
  return second;
}

function settleText(state: SessionState, target: string, text: string): void {
  if (state.capabilities.has("labeled-response")) return;
  for (const [label, pending] of state.pending) {
    if (pending.text === text && state.fold(pending.target) === state.fold(target)) {
      state.pending.delete(label);
      return;
    }
  }
}

const SHUTDOWN_TEXT = "The server is shutting down.";

function notice(state: SessionState, message: Message, from: string): ViewEvent[] {
  if (message.source?.includes("!")) return spoken(state, message, from, "notice");
  const text = message.params.at(-1) ?? "";
  if (text === SHUTDOWN_TEXT) state.shuttingDown = true;
  // Before the welcome servers chat about host names and idents.
  if (!state.registered && text.startsWith("*** ")) return [];
  return [{ kind: "server", text, at: timeOf(message) }];
}

/** What the lobby is called where nobody has given it another name. */
const USUAL_LOBBY = "#lobby";

function joined(state: SessionState, message: Message, nick: string): ViewEvent[] {
  const name = message.params[0] ?? "";
  const key = state.fold(name);
  const own = isOwn(state, nick);
  const asked = own && state.asking.delete(key);
  if (own) {
    if (message.source?.includes("!")) state.mask = message.source;
    // Who is in a room already does not enter it.
    if (state.rooms.has(key)) return [];
    state.rooms.set(key, { name, members: new Map([[state.fold(nick), nick]]) });
    // Who comes with a second program is put into all rooms that the first is in.
    if (!asked && !state.entered && (state.lobby === null || key === state.fold(USUAL_LOBBY))) {
      state.lobby = key;
    }
    if (key === state.lobby) state.targets.offer(name);
    state.targets.entered(name);
  } else {
    state.rooms.get(key)?.members.set(state.fold(nick), nick);
  }
  return [{ kind: "joined", nick, room: name, own, asked, lobby: key === state.lobby }];
}

function leave(state: SessionState, nick: string, room: string): void {
  if (!isOwn(state, nick)) {
    state.rooms.get(state.fold(room))?.members.delete(state.fold(nick));
    return;
  }
  state.rooms.delete(state.fold(room));
  state.targets.left(room);
}

/** A room does not let the user in: whether it was asked for. */
export function shutOut(state: SessionState, room: string): boolean {
  const wasAsked = state.asking.delete(state.fold(room));
  if (wasAsked) state.targets.refused(room);
  return wasAsked;
}

function roomRenamed(state: SessionState, message: Message, by: string): ViewEvent[] {
  const [from = "", to = "", reason = ""] = message.params;
  const room = state.rooms.get(state.fold(from));
  if (room !== undefined) {
    state.rooms.delete(state.fold(from));
    state.rooms.set(state.fold(to), { ...room, name: to });
    if (state.lobby === state.fold(from)) state.lobby = state.fold(to);
    state.targets.renamed(from, to);
  }
  return [{ kind: "roomRenamed", by, from, to, reason }];
}

function parted(state: SessionState, message: Message, nick: string): ViewEvent[] {
  const [room = "", reason = ""] = message.params;
  const own = isOwn(state, nick);
  leave(state, nick, room);
  return [{ kind: "left", nick, room, own, reason }];
}

function kicked(state: SessionState, message: Message, by: string): ViewEvent[] {
  const [room = "", nick = "", reason = ""] = message.params;
  const own = isOwn(state, nick);
  leave(state, nick, room);
  return [{ kind: "kicked", nick, own, by, room, reason }];
}

function gone(state: SessionState, message: Message, nick: string): ViewEvent[] {
  const text = message.params.at(-1) ?? "";
  for (const room of state.rooms.values()) room.members.delete(state.fold(nick));
  if (isOwn(state, nick)) return [];
  return [{ kind: "gone", nick, ...departure(text, message.tags?.get("chatd/cause")) }];
}

/** Why someone left: from the tag, and without it from the one text that only a QUIT command gives. */
function departure(text: string, tag: string | undefined): { cause: Cause; reason: string } {
  const killed = /^Killed \((?:.*?\((.*)\)|(.*))\)$/.exec(text);
  const reason = killed?.[1] ?? killed?.[2] ?? text;
  if (tag === "quit" || tag === "lost" || tag === "killed" || tag === "shutdown") {
    return { cause: tag, reason };
  }
  if (killed !== null) return { cause: "killed", reason };
  return { cause: /^Quit:/.test(text) ? "quit" : "lost", reason };
}

function renamed(state: SessionState, message: Message, from: string): ViewEvent[] {
  const to = message.params[0] ?? "";
  const own = isOwn(state, from);
  for (const { members } of state.rooms.values()) {
    if (members.delete(state.fold(from))) members.set(state.fold(to), to);
  }
  state.speakers.renamed(state.fold(from), state.fold(to));
  if (!own) state.ignores.renamed(from, to, state.fold);
  if (own) {
    state.nick = to;
    if (state.mask !== null) state.mask = to + state.mask.slice(state.mask.indexOf("!"));
  }
  return [{ kind: "renamed", from, to, own }];
}
