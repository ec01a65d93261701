/**
 * Coming, staying and going: CAP PASS NICK USER PING PONG QUIT, and the end of registration.
 *
 * SPEC: "Connection".
 *
 * @module
 */
import {
  byteLength,
  CAPABILITIES,
  type CapabilityName,
  type CapabilitySpec,
  isCapability,
  isUsername,
  LIMITS,
  parseNumber,
  roomBehind,
  truncate,
} from "../../protocol/mod.ts";
import type { Awaitable } from "../core/ports.ts";
import { reviseAway } from "../core/away.ts";
import { isReady, nextName } from "../core/registration.ts";
import { whyReserved } from "../core/services.ts";
import { knowsMetadata } from "../core/apply_metadata.ts";
import type { User } from "../core/state.ts";
import { isHeardEverywhere, silencingChannel } from "../core/visibility.ts";
import { secondsToWait, tooFast } from "./budget.ts";
import { join } from "./channels.ts";
import { after, type CommandContext, type CommandRule, packWords } from "./context.ts";
import { takeDevice, tellDevice } from "./devices.ts";
import { isupport, lusers } from "./information.ts";
import { mechanismsFor, registrationValue } from "./accounts.ts";
import { awaitingUser, isOwned, logIn, ownerOf, tryPassword } from "./login.ts";
import { adoptMetadata } from "./metadata.ts";
import { tellOwn } from "./metadata_sync.ts";
import { replayMissed } from "./replay.ts";

/** The nick that asks the server to choose one. */
const ANY_NICK = "*";

/** The value of a capability, empty for none; `null` where the server does not offer it now. (REGISTER-4) */
function valueOf({ node, session }: CommandContext, name: CapabilityName): string | null {
  if (name === "sasl") return mechanismsFor(session);
  if (name === "draft/account-registration") return registrationValue(node.settings.registration);
  const { value = "" }: CapabilitySpec = CAPABILITIES[name];
  return value;
}

/** What a session needs to follow metadata. */
const FOLLOWING: ReadonlySet<CapabilityName> = new Set([
  "batch",
  "draft/metadata-2",
  "draft/metadata-3",
]);
/** What an answer to CAP REQ has room for. */
const ANSWER_BYTES = roomBehind(":<server> CAP <nick> ACK :");

/** Capabilities as CAP LS lists them: with their values for those who negotiate with 302. */
function offeredCapabilities(context: CommandContext): string[] {
  const { session } = context;
  return Object.keys(CAPABILITIES).flatMap((name) => {
    const value = valueOf(context, name as CapabilityName);
    if (value === null) return [];
    return session.capVersion >= 302 && value !== "" ? `${name}=${value}` : name;
  });
}

/** Lists capabilities in as many lines as they need; before 302 clients know of one only. (CAP-1) */
function listCapabilities(context: CommandContext, what: string, names: readonly string[]): void {
  const { node, session } = context;
  const { target } = session;
  const begin = `:${node.settings.name} CAP ${target} ${what} * :`;
  const lines = packWords(names, LIMITS.LINE.value - byteLength(begin));
  const told = session.capVersion >= 302 ? lines : lines.slice(0, 1);
  for (const line of told.slice(0, -1)) context.line("CAP", target, what, "*", line);
  context.line("CAP", target, what, told.at(-1) ?? "");
}

/** CAP <subcommand> [<version or capabilities>] */
function cap(context: CommandContext): Awaitable<void> {
  const { session } = context;
  const subcommand = context.param(0).toUpperCase();
  const answer = (what: string, words: readonly string[]): void => {
    const lines = packWords(words, ANSWER_BYTES);
    for (const line of lines.length === 0 ? [""] : lines) {
      context.line("CAP", session.target, what, line);
    }
  };
  switch (subcommand) {
    case "LS":
      if (session.stage === "registering") session.negotiating = true;
      session.capVersion = Math.max(
        session.capVersion,
        parseNumber(context.param(1), 301, 999_999) ?? 301,
      );
      if (session.capVersion >= 302) session.setCapabilities([["cap-notify", true]]);
      return listCapabilities(context, "LS", offeredCapabilities(context));
    case "LIST":
      return listCapabilities(context, "LIST", [...session.capabilities]);
    case "REQ":
      if (session.stage === "registering") session.negotiating = true;
      return requestCapabilities(context, context.param(1), answer);
    case "END":
      session.negotiating = false;
      return completeRegistration(context);
    default:
      return context.numeric("ERR_INVALIDCAPCMD", context.param(0));
  }
}

/** All of what is asked, or none of it. */
function requestCapabilities(
  context: CommandContext,
  list: string,
  answer: (what: string, words: readonly string[]) => void,
): void {
  const { session } = context;
  const changes: [CapabilityName, boolean][] = [];
  const words = list.split(" ").filter((word) => word !== "");
  // What is refused is repeated, and never in part.
  if (words.some((word) => byteLength(word) > ANSWER_BYTES)) {
    return context.numeric("ERR_INPUTTOOLONG");
  }
  for (const word of words) {
    const on = !word.startsWith("-");
    const name = on ? word : word.slice(1);
    const keepsNotify = name === "cap-notify" && !on && session.capVersion >= 302;
    const isKnown = isCapability(name) && (!on || valueOf(context, name) !== null);
    if (!isKnown || keepsNotify) return answer("NAK", words);
    changes.push([name, on]);
  }
  // Told first: a session that takes up tags has this line without them. (CAPS-3)
  answer("ACK", words);
  session.setCapabilities(changes);
  const isGivenBack = changes.some(([name, on]) => !on && FOLLOWING.has(name));
  const follows = knowsMetadata(session) && session.has("batch");
  if (isGivenBack && !follows) session.subscriptions = new Set(); // META-21
}

/** PASS <password>, or PASS <account>:<password> */
function pass(context: CommandContext): Awaitable<void> {
  const { session, node } = context;
  const given = context.param(0);
  const [name = "", password] = given.split(/:(.*)/s);
  const isLogin = given !== node.settings.password && name !== "" && (password ?? "") !== "";
  if (!isLogin) session.password = given;
  else return logInByPass(context, name, password ?? "");
}

/** Logs in one whose program knows of no SASL; who is wrong does not come in as somebody else. (PASS-2, PASS-3) */
async function logInByPass(context: CommandContext, name: string, password: string): Promise<void> {
  const outcome = await tryPassword(context, name, password);
  const { session, node } = context;
  if (session.closeReason !== null) return;
  if ("account" in outcome) return logIn(context, outcome.account);
  const text = outcome.refusal ?? "The account or its password is wrong.";
  context.numericSaying("ERR_PASSWDMISMATCH", text);
  node.supervisor.end(session, { kind: "refused", text });
}

/** NICK <nick> */
function nick(context: CommandContext): Awaitable<void> {
  const { session, node } = context;
  const asked = context.param(0);
  if (asked === "") return context.numeric("ERR_NONICKNAMEGIVEN");
  if (session.user === null && asked === ANY_NICK) {
    session.nick = ANY_NICK;
    return completeRegistration(context);
  }
  const wanted = node.state.names.nick(asked);
  if (wanted === null) return context.numeric("ERR_ERRONEUSNICKNAME", asked);
  if (isReserved(context, wanted)) return;
  // Who may still log in may belong to the user who has the nick. (DEVICE-1)
  const mayAttach = session.user === null && (session.negotiating || session.account !== null);
  if (!mayAttach && isTaken(context, wanted)) return;
  // Who is not registered may still log in. (OWN-1)
  if (session.user !== null && wanted !== session.user.nick && isOwned(context, wanted)) return;
  if (session.user === null) {
    session.nick = wanted;
    return completeRegistration(context);
  }
  if (wanted === session.user.nick) return;
  const silencing = silencingChannel(session.user);
  if (silencing !== undefined) { // REACH-5
    return context.numeric("ERR_BANNICKCHANGE", wanted, silencing.name);
  }
  const seconds = secondsToWait(context, "nick");
  if (seconds > 0) return context.numericSaying("ERR_NICKTOOFAST", tooFast(seconds), wanted); // NICK-6
  const before = session.user.nick;
  return after(context.submit({ type: "nick", user: session.user.id, nick: wanted }), (refusal) => {
    if (refusal !== null) return context.numeric("ERR_NICKNAMEINUSE", wanted);
    node.log.info("nick-changed", { session: session.id, from: before, to: wanted });
  });
}

/** Whether the nick is the server's, or looks like it; then answers so. (SERVICE-1) */
function isReserved(context: CommandContext, nick: string): boolean {
  const reason = whyReserved(context.node.state.names, nick);
  if (reason !== null) context.numericSaying("ERR_NICKNAMEINUSE", reason, nick);
  return reason !== null;
}

/** Whether another user has the nick, or one that looks like it; then answers so. */
function isTaken(context: CommandContext, nick: string): boolean {
  const { session, node: { state } } = context;
  const holder = state.userByNick(nick);
  if (holder !== undefined && holder !== session.user) {
    context.numeric("ERR_NICKNAMEINUSE", nick);
    return true;
  }
  const double = state.userLookingLike(nick);
  if (double === undefined || double === session.user) return false;
  const text = `The nickname "${nick}" looks like "${double.nick}", whose user is here.`;
  context.numericSaying("ERR_NICKNAMEINUSE", text, nick);
  return true;
}

/** USER <user> <ignored> <ignored> <real name> */
function user(context: CommandContext): Awaitable<void> {
  const { session } = context;
  if (context.param(0) === "" || context.param(3) === "") {
    return context.numeric("ERR_NEEDMOREPARAMS", "USER");
  }
  const username = [...context.param(0)].filter(isUsername).join("").slice(0, LIMITS.USER.value);
  if (username === "") return context.numeric("ERR_INVALIDUSERNAME");
  session.username = username;
  session.realname = truncate(context.param(3), LIMITS.REALNAME.value);
  return completeRegistration(context);
}

/** Lets the session in when all is there that registration needs. */
function completeRegistration(context: CommandContext): Awaitable<void> {
  const { session, node } = context;
  const { settings, state, supervisor } = node;
  const { nick, username } = session;
  if (session.stage !== "registering" || !isReady(session) || nick === null || username === null) {
    return;
  }
  if (session.sasl !== null) { // SASL-9
    session.sasl = null;
    context.numeric("ERR_SASLABORTED");
  }
  if (settings.password !== null && session.password !== settings.password) {
    context.numeric("ERR_PASSWDMISMATCH");
    return supervisor.end(session, { kind: "refused", text: "The password is missing or wrong." });
  }
  const ban = state.bans.find({ username: `~${username}`, ...session.peer }, node.clock.epoch());
  if (ban !== undefined) { // BAN-3
    context.numericSaying("ERR_YOUREBANNEDCREEP", `You are banned from here: ${ban.reason}`);
    return supervisor.end(session, { kind: "banned", text: ban.reason });
  }
  const own = session.account === null ? null : awaitingUser(context, session.account);
  if (own !== null) return attach(context, own);
  const isFree = (name: string): boolean =>
    !state.nicks.has(state.fold(name)) && state.userLookingLike(name) === undefined &&
    ownerOf(context, name) === null && whyReserved(state.names, name) === null;
  const chosen = nick === ANY_NICK ? nextName(settings.nameTemplate, isFree) : nick;
  if (!isFree(chosen)) {
    session.nick = null;
    if (!isTaken(context, chosen)) isOwned(context, chosen);
    return;
  }
  // Nobody has it again, not even after a restart: what was said to this user is for nobody else.
  const id = `${settings.name}/${node.startedAt.toString(36)}-${session.id}`;
  const arrival = context.submit({
    type: "connect",
    user: id,
    nick: chosen,
    username: `~${username}`,
    host: session.peer.host,
    address: session.peer.address,
    realname: session.realname,
    account: session.account,
    modes: settings.userModes,
  });
  return after(arrival, (refusal) => {
    if (refusal !== null) {
      session.nick = null;
      return context.numeric("ERR_NICKNAMEINUSE", chosen);
    }
    state.attach(session, state.user(id));
    session.stage = "active";
    session.password = null;
    const { address: ip, port } = session.peer;
    node.log.info("registered", { session: session.id, nick: chosen, ip, port });
    adoptMetadata(context);
    reviseAway(node, state.user(id));
    welcome(context);
    tellModes(context);
    if (settings.lobby !== null) join(context, settings.lobby, "");
    replayMissed(context);
  });
}

/** Makes the session one more device of a user who is here. (DEVICE-1) */
function attach(context: CommandContext, user: User): void {
  const absentSince = context.node.supervisor.absences.termsOf(user)?.since ?? null;
  if (!takeDevice(context, user)) return;
  adoptMetadata(context);
  welcome(context);
  tellDevice(context, absentSince);
  replayMissed(context);
}

/** 001 to 376. */
function welcome(context: CommandContext): void {
  const { settings, forms } = context.node;
  context.numeric("RPL_WELCOME", settings.network, context.user.source);
  context.form(forms.host);
  isupport(context);
  lusers(context);
  tellOwn(context);
  context.form(forms.motd);
}

/** The modes that the user begins with, as of a MODE. (REG-8) */
function tellModes(context: CommandContext): void {
  const { nick, modes, source } = context.user;
  if (modes.size > 0) context.lineFrom(source, "MODE", nick, `+${[...modes].join("")}`);
}

/** PING <token> */
function ping(context: CommandContext): void {
  if (context.message.params.length === 0) return context.numeric("ERR_NOORIGIN");
  const { name } = context.node.settings;
  context.line("PONG", name, context.param(0));
}

/** QUIT [<reason>] */
function quit(context: CommandContext): void {
  const { node, session } = context;
  const isHeard = session.user === null || isHeardEverywhere(session.user); // REACH-3
  const text = isHeard ? truncate(context.param(0), LIMITS.QUIT.value) : "";
  node.supervisor.end(session, { kind: "quit", text });
}

/** The rules of this chapter. */
export const connection = {
  CAP: { stage: "any", run: cap },
  NICK: { stage: "any", arity: 0, run: nick },
  PASS: { stage: "registering", run: pass },
  PING: { stage: "any", arity: 0, run: ping },
  PONG: { stage: "any", cost: 0, run: () => {} },
  QUIT: { stage: "any", cost: 0, run: quit },
  USER: { stage: "registering", run: user },
} as const satisfies Record<string, CommandRule>;
