/**
 * NickServ: accounts for those whose fingers know it. It does what REGISTER and AUTHENTICATE do, under the same limits.
 *
 * SPEC: "NickServ".
 *
 * @module
 */
import { FAILURES, RANKS } from "../../protocol/mod.ts";
import { isAlwaysOn } from "../core/absences.ts";
import { passwordProblem } from "../core/account_password.ts";
import type { Account, Awaitable } from "../core/ports.ts";
import { foundedBy } from "../core/registered.ts";
import { secondsToWait, tooFast } from "./budget.ts";
import { after, type Node } from "./context.ts";
import {
  logIn,
  logOut,
  registerAccount,
  releaseAccount,
  tryPassword,
  whyNotLogIn,
} from "./login.ts";
import { parseSwitch, type Service, type ServiceRequest } from "./service.ts";

/** What is said where a name or a password is wrong: never which. (LOGIN-5) */
const WRONG = "No account has this name, or the password is wrong.";

/** An instant as people read it. */
function shownTime(epoch: number): string {
  return new Date(epoch).toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC");
}

/** REGISTER <password> [<email>] */
function register(request: ServiceRequest): Awaitable<void> {
  const { context, words } = request;
  return after(registerAccount(context, request.word(0)), (outcome) => {
    if (!request.isAnswerable) return;
    if ("code" in outcome) return request.say(outcome.text ?? FAILURES[outcome.code].text);
    const { account } = outcome;
    logIn(context, account);
    request.say(`The account ${account.name} is made, and the nickname is yours.`);
    if (words.length > 1) request.say("No e-mail address is needed, and none was kept.");
  });
}

/** IDENTIFY [<account>] <password> */
async function identify(request: ServiceRequest): Promise<void> {
  const { context, words, node: { state } } = request;
  const isOwnNick = words.length === 1;
  const name = isOwnNick ? request.user.nick : request.word(0);
  const outcome = await tryPassword(context, name, isOwnNick ? request.word(0) : request.rest);
  if (!request.isAnswerable) return;
  if ("refusal" in outcome) return request.say(outcome.refusal ?? WRONG);
  const { account } = outcome;
  const obstacle = whyNotLogIn(context, account);
  if (obstacle !== null) return request.say(obstacle);
  logIn(context, account);
  request.say(`You are logged in to ${account.name}.`);
  const isFree = state.userByNick(account.name) === undefined;
  if (isFree) request.say(`Your nickname is free: /nick ${account.name}`); // LOGIN-3
}

/** LOGOUT */
function logout(request: ServiceRequest): void {
  const { context, node, user } = request;
  const before = user.account;
  const seconds = secondsToWait(context, "account"); // LIMIT-4
  if (seconds > 0) return request.say(tooFast(seconds));
  logOut(node, user);
  request.say(`You are not logged in to ${before} any more.`);
}

/** PASSWD <password> <new password> [<new password>] */
async function passwd(request: ServiceRequest, first = 0): Promise<void> {
  const { context, node, user } = request;
  const [current = "", next = "", again = next] = request.words.slice(first);
  const { account } = user;
  if (account === null) return;
  if (again !== next) return request.say("The new password is written in two ways.");
  const problem = passwordProblem(account, next);
  if (problem !== null) return request.say(problem.text);
  const outcome = await tryPassword(context, account, current);
  if ("refusal" in outcome) return request.say(outcome.refusal ?? "The password is wrong.");
  const verdict = await node.store.accounts.setPassword(account, next);
  if (!request.isAnswerable) return;
  if (verdict === "busy") return request.say("The server is busy. Try again in a minute.");
  if (verdict === "gone") return request.say(WRONG);
  node.log.info("password-changed", { session: context.session.id, account });
  request.say(`The account ${account} has another password now.`);
}

/** SET ALWAYSON on|off, SET MULTICLIENT on|off, or SET PASSWORD as PASSWD. (NICKSERV-8) */
function set(request: ServiceRequest): Awaitable<void> {
  const { node: { store: { accounts }, settings }, user: { account } } = request;
  const what = request.word(0).toUpperCase().replaceAll("-", "");
  if (what === "PASSWORD" && request.words.length >= 3) return passwd(request, 1);
  const isOn = parseSwitch(request.word(1));
  if (isOn === null || account === null || (what !== "ALWAYSON" && what !== "MULTICLIENT")) {
    return request.say(
      "How to write it: SET ALWAYSON on|off, SET MULTICLIENT on|off, or as PASSWD",
    );
  }
  if (what === "MULTICLIENT") {
    accounts.change(account, { isMulticlient: isOn });
    return request.say(
      isOn
        ? "From now on all programs that log in to your account are you, with one nickname."
        : "From now on each program that logs in to your account is somebody by itself.",
    );
  }
  accounts.change(account, { isAlwaysOn: isOn });
  request.say(
    !isOn
      ? "You leave when your last connection ends."
      : settings.alwaysOn !== "off"
      ? "You stay here when your last connection ends, and messages wait for you."
      : "That is noted, but this server keeps nobody who is not connected.",
  );
}

/** DROP <password> [<account>] */
async function drop(request: ServiceRequest): Promise<void> {
  const { context, node, user } = request;
  const { account } = user;
  if (account === null) return;
  const folded = node.state.fold(account);
  if (node.state.fold(request.word(1)) !== folded) {
    const channels = [...foundedBy(node.state, folded)].map(({ name }) => name);
    const also = channels.length === 0 ? "" : ` Its channels go too: ${channels.join(" ")}`;
    return request.say(
      `This takes away your account ${account}, for good.${also}`,
      `If you want that: /msg NickServ DROP <password> ${account}`,
    );
  }
  const outcome = await tryPassword(context, account, request.word(0));
  if ("refusal" in outcome) return request.say(outcome.refusal ?? "The password is wrong.");
  dropAccount(node, outcome.account);
  node.log.info("account-dropped", { session: context.session.id, account });
  if (request.isAnswerable) request.say(`The account ${account} is gone.`);
}

/**
 * Takes an account away, with its channels and its places in the access lists of others.
 *
 * @throws {StoreError} Then nothing has changed.
 */
export function dropAccount(node: Node, account: Account): void {
  node.store.accounts.drop(account.name);
  releaseAccount(node, account);
}

/** INFO [<account>] */
function info(request: ServiceRequest): void {
  const { node: { state, store, settings }, user } = request;
  const asked = request.word(0) || (user.account ?? user.nick);
  const account = store.accounts.find(asked);
  if (account === null) return request.say(`There is no account ${asked}.`);
  const { name, folded, createdAt, seenAt, isMulticlient } = account;
  request.say(`${name} is an account since ${shownTime(createdAt)}.`);
  const isOwn = user.account !== null && state.fold(user.account) === folded;
  if (!isOwn && !user.isOperator) return; // NICKSERV-7
  const shown = [...state.channels.values()].flatMap((channel) => {
    if (channel.founder?.folded === folded) return [`${channel.name} (founder)`];
    const ranks = channel.access.get(folded)?.ranks ?? 0;
    const given = RANKS.filter(({ bit }) => (ranks & bit) !== 0).map(({ mode }) => mode).join("");
    return given === "" ? [] : [`${channel.name} (+${given})`];
  });
  request.say(
    `Last there: ${shownTime(seenAt)}. ` +
      `Always on: ${isAlwaysOn(settings, store.accounts, name) ? "yes" : "no"}. ` +
      `Several programs at once: ${isMulticlient ? "yes" : "no"}.`,
    ...shown.map((channel) => `Channel: ${channel}`),
  );
}

/** The service. */
export const NICKSERV: Service = {
  name: "NickServ",
  title: "Accounts, which keep your nickname for you",
  commands: {
    REGISTER: {
      usage: "<password> [<email>]",
      summary: "Make an account of the nickname that you have",
      help: ["A password has at least eight characters. No e-mail is sent, and no address kept."],
      cost: 5,
      run: register,
    },
    IDENTIFY: {
      usage: "[<account>] <password>",
      summary: "Log in to your account",
      help: [
        "Without a name it is the account of your nickname. If you are here with another program that",
        "has logged in to it, you are one user from now on.",
        "Programs that know SASL log in before anybody sees them.",
      ],
      run: identify,
    },
    LOGOUT: {
      usage: "",
      summary: "Be logged in no more",
      help: ["Ranks that you have in channels stay until you leave them."],
      isForAccounts: true,
      run: logout,
    },
    PASSWD: {
      usage: "<password> <new password>",
      summary: "Change your password",
      help: ["The first is the one that you have. SET PASSWORD does the same."],
      isForAccounts: true,
      cost: 5,
      run: passwd,
    },
    SET: {
      usage: "<setting> <value>",
      summary: "Change a setting of your account",
      help: [
        "SET ALWAYSON on: you stay when your last connection ends. SET ALWAYSON off: you leave.",
        "SET MULTICLIENT off: programs that log in to your account are not one user, with one nickname.",
        "SET PASSWORD <password> <new password> changes the password.",
      ],
      isForAccounts: true,
      run: set,
    },
    INFO: {
      usage: "[<account>]",
      summary: "Tell about an account",
      help: ["Of your own it tells when it was last used, and in which channels it has a say."],
      run: info,
    },
    DROP: {
      usage: "<password> [<account>]",
      summary: "Take your account away, for good",
      help: [
        "It has to be confirmed by the account's name. Channels that it has registered go with it.",
      ],
      isForAccounts: true,
      run: drop,
    },
  },
};
