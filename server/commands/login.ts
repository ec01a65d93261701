/**
 * Logging in, by whatever command: how often a password may be tried, what comes of the right one, and whose a nick is.
 *
 * SPEC: "Accounts".
 *
 * @module
 */
import {
  type FailureCode,
  type Folded,
  type NumericName,
  NUMERICS,
  Outgoing,
} from "../../protocol/mod.ts";
import { networkOf } from "../core/address.ts";
import { passwordProblem } from "../core/account_password.ts";
import type { LoginAttempt } from "../core/logins.ts";
import type { Account, Awaitable, LoginVerdict } from "../core/ports.ts";
import type { AccountName } from "../core/registered.ts";
import type { User } from "../core/state.ts";
import { StoreError } from "../core/store_error.ts";
import { secondsToWait, tooFast } from "./budget.ts";
import type { CommandContext, Node } from "./context.ts";
import { moveDevice } from "./devices.ts";

/** What is said where the server has more to check than it can. */
const BUSY = "The server is busy. Try again in a minute.";
/** What is said where the store cannot answer. */
const LATER = "Accounts cannot be reached now. Try again later.";

/** What came of trying to log in: the account, or what to say in place of "wrong". */
export type LoginOutcome = { readonly account: Account } | { readonly refusal: string | null };

/** What came of making an account. */
export type RegistrationOutcome =
  | { readonly account: Account }
  | { readonly code: FailureCode; readonly text?: string };

/** `in 1 second`, `in 12 minutes`. */
function inTime(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 120) return `in ${seconds} second${seconds === 1 ? "" : "s"}`;
  return `in ${Math.ceil(seconds / 60)} minutes`;
}

/**
 * Checks who somebody is, unless he has been wrong too often. (LOGIN-4)
 *
 * @param name The account that is claimed.
 * @param check Looks whether it is so.
 */
export async function tryLogin(
  context: CommandContext,
  name: string,
  check: () => Promise<LoginVerdict>,
): Promise<LoginOutcome> {
  const { node, session } = context;
  const { state, logins, log } = node;
  const account = state.names.nick(name) === null ? null : state.fold(name);
  const attempt: LoginAttempt = { account, from: networkOf(session.peer.address) };
  const refuse = (reason: string, refusal: string | null): LoginOutcome => {
    // Never the name: who is hasty types a password in its place.
    log.warn("refused", { session: session.id, ip: session.peer.address, reason });
    return { refusal };
  };
  const wait = logins.take(attempt, node.clock.now());
  if (wait > 0) {
    const text = `Too many wrong passwords. Try again ${inTime(wait)}.`;
    return refuse("too many wrong passwords", text);
  }
  let verdict: LoginVerdict;
  try {
    verdict = await check();
  } catch (error) {
    logins.giveBack(attempt);
    if (!(error instanceof StoreError)) throw error;
    return refuse("the store cannot be read", LATER);
  }
  if (verdict === "wrong") {
    logins.fail(attempt, node.clock.now());
    return refuse("wrong account or password", null);
  }
  logins.giveBack(attempt);
  if (verdict === "busy") return refuse("too busy for a login", BUSY);
  return { account: verdict };
}

/** Checks a password, unless there were too many wrong ones. */
export function tryPassword(
  context: CommandContext,
  name: string,
  password: string,
): Promise<LoginOutcome> {
  const { node: { store }, session } = context;
  const from = networkOf(session.peer.address);
  return tryLogin(context, name, () => store.accounts.verify(name, password, from));
}

/** The account that a session is logged in to; `null` if none. */
export function accountOf({ session }: CommandContext): string | null {
  return session.user === null ? session.account : session.user.account;
}

/** `nick!user@host`, with `*` for what is not known yet. */
function sourceOf({ session }: CommandContext): string {
  if (session.user !== null) return session.user.source;
  const username = session.username === null ? "*" : `~${session.username}`;
  return `${session.target}!${username}@${session.peer.host}`;
}

/**
 * The user of the account who is here already, and whose the session becomes; `null` if it is to be a user of its own. Where each
 * program is one, it is still the user who has none now. (DEVICE-1, DEVICE-10, NICKSERV-8)
 */
export function awaitingUser({ node, session }: CommandContext, account: string): User | null {
  const { state, store } = node;
  const isShared = store.accounts.ownerOf(account)?.isMulticlient ?? true;
  let own = state.userOfAccount(account);
  if (!isShared) own = [...state.usersOfAccount(account)].find(({ absence }) => absence !== null);
  return own === undefined || own === session.user ? null : own;
}

/** Why somebody who has shown whose an account is cannot be logged in to it now, in words; `null` if it can. (SASL-10) */
export function whyNotLogIn(context: CommandContext, account: Account): string | null {
  const { user } = context.session;
  if (user === null || user.account === null || user.account === account.name) return null;
  if (user.sessions.size > 1 && awaitingUser(context, account.name) === null) {
    return `Your other programs are logged in to ${user.account}: close them first, or log out.`;
  }
  const seconds = secondsToWait(context, "account"); // LIMIT-4
  return seconds === 0 ? null : tooFast(seconds);
}

/**
 * Logs the session in, or its user; or has the session go on as the account's user who is here. The nick stays as it is.
 * (LOGIN-1, LOGIN-3, DEVICE-10)
 *
 * @param tell Told at once: that it was right, before what others are told.
 */
export function logIn(
  context: CommandContext,
  account: Account,
  tell: () => void = () => {},
): void {
  const { node: { store, clock, log }, session } = context;
  const { name } = account;
  const { user } = session;
  store.accounts.touch(name, clock.epoch());
  log.info("logged-in", { session: session.id, account: name, ip: session.peer.address });
  if (user === null) session.account = name;
  context.numeric("RPL_LOGGEDIN", sourceOf(context), name);
  tell();
  if (user === null || user.account === name) return;
  const own = awaitingUser(context, account.name);
  if (own !== null && moveDevice(context, own)) return;
  context.submit({ type: "account", user: user.id, account: name });
}

/** Logs a user out. Each of its sessions is told. */
export function logOut({ settings, state, network, outbox, clock }: Node, user: User): void {
  if (user.account === null || !state.users.has(user.id)) return;
  const at = clock.epoch();
  network.submit({ type: "account", user: user.id, account: null, at });
  const numeric: NumericName = "RPL_LOGGEDOUT";
  const { code, text } = NUMERICS[numeric];
  const line = new Outgoing(settings.name, code, [user.nick, user.source, text], { at });
  outbox.fanOut(user.sessions, line);
}

/** What an account that is gone had goes: its channels, its ranks in others, and its users are logged out. */
export function releaseAccount(node: Node, { name, folded }: AccountName): void {
  const { state, network, clock } = node;
  const at = clock.epoch();
  for (const channel of [...state.channels.values()]) {
    if (channel.founder?.folded === folded) {
      network.submit({ type: "channel-drop", channel: channel.folded, at });
    } else if (channel.access.has(folded)) {
      network.submit({ type: "access", channel: channel.folded, account: name, ranks: 0, at });
    }
  }
  for (const user of [...state.users.values()]) {
    if (user.account !== null && state.fold(user.account) === folded) logOut(node, user);
  }
  for (const session of state.sessions) if (session.account === name) session.account = null;
}

/** Looks for accounts that somebody has taken away from outside. Once a second. (PERSON-3) */
export function reviseAccounts(node: Node): void {
  const { store: { accounts }, state } = node;
  try {
    if (!accounts.haveChanged()) return;
    const names = new Map<Folded, string>();
    for (const { account } of state.users.values()) {
      if (account !== null) names.set(state.fold(account), account);
    }
    for (const { account } of state.sessions) {
      if (account !== null) names.set(state.fold(account), account);
    }
    for (const { founder, access } of state.channels.values()) {
      if (founder !== null) names.set(founder.folded, founder.name);
      for (const [folded, { name }] of access) names.set(folded, name);
    }
    for (const [folded, name] of names) {
      if (accounts.find(name) === null) releaseAccount(node, { folded, name });
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error; // the next time
  }
}

/** Whose the nick is, if it is not the user's or the session's own account's: then says so. (OWN-1) */
export function isOwned(context: CommandContext, nick: string): boolean {
  const owner = ownerOf(context, nick);
  if (owner === null) return false;
  const { state } = context.node;
  const text = state.fold(nick) === owner.folded
    ? `The nickname "${nick}" belongs to an account. Log in to it first.`
    : `The nickname "${nick}" looks like "${owner.name}", which belongs to an account.`;
  context.numericSaying("ERR_NICKNAMEINUSE", text, nick);
  return true;
}

/** The account that the nick belongs to, unless it is one's own. */
export function ownerOf(context: CommandContext, nick: string): Account | null {
  const owner = context.node.store.accounts.ownerOf(nick);
  return owner === null || owner.name === accountOf(context) ? null : owner;
}

/**
 * Makes an account of the session's nick. Whoever calls it tells so, and logs in. (REGISTER-1)
 *
 * @param name What the account shall be called: the nick, or `*` for it.
 */
export function registerAccount(
  context: CommandContext,
  password: string,
  name = "*",
): Awaitable<RegistrationOutcome> {
  const { session, node: { state, settings } } = context;
  const nick = session.user?.nick ?? session.nick;
  if (settings.registration === "closed") {
    return {
      code: "TEMPORARILY_UNAVAILABLE",
      text: "Whoever runs this server makes its accounts: ask them for one.",
    };
  }
  if (accountOf(context) !== null) return { code: "ALREADY_AUTHENTICATED" };
  if (nick === null || state.names.nick(nick) === null) return { code: "NEED_NICK" };
  if (name !== "*" && state.fold(name) !== state.fold(nick)) {
    return { code: "ACCOUNT_NAME_MUST_BE_NICK" };
  }
  const holder = state.userByNick(nick) ?? state.userLookingLike(nick);
  if (holder !== undefined && holder !== session.user) { // taken since NICK was sent
    const text = `Somebody else has the nickname "${holder.nick}" now.`;
    return { code: "BAD_ACCOUNT_NAME", text };
  }
  return passwordProblem(nick, password) ?? makeAccount(context, nick, password);
}

/** Makes an account, unless there are too many from one address. (REGISTER-6) */
async function makeAccount(
  { node, session }: CommandContext,
  nick: string,
  password: string,
): Promise<RegistrationOutcome> {
  const { store: { accounts }, registrations, clock, log } = node;
  const ip = session.peer.address;
  const from = networkOf(ip);
  if (accounts.ownerOf(nick) !== null) return { code: "ACCOUNT_EXISTS" };
  if (!registrations.take(from, clock.now())) {
    const wait = inTime(registrations.waitMs(from, clock.now()));
    const text = `Too many accounts were made from your address. Try again ${wait}.`;
    return { code: "TEMPORARILY_UNAVAILABLE", text };
  }
  try {
    const account = await accounts.register(nick, password, clock.epoch());
    if (typeof account !== "string") {
      log.info("account-made", { session: session.id, account: account.name, ip });
      return { account };
    }
    registrations.giveBack(from);
    return account === "exists"
      ? { code: "ACCOUNT_EXISTS" }
      : { code: "TEMPORARILY_UNAVAILABLE", text: BUSY };
  } catch (error) {
    registrations.giveBack(from);
    if (!(error instanceof StoreError)) throw error;
    return { code: "TEMPORARILY_UNAVAILABLE", text: LATER };
  }
}
