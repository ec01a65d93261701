/**
 * Accounts: AUTHENTICATE REGISTER VERIFY.
 *
 * SPEC: "Accounts"; IRCv3 sasl-3.1, sasl-3.2 and account-registration.
 *
 * @module
 */
import {
  CAPABILITIES,
  FAILURES,
  formatSasl,
  isSaslMechanism,
  type SaslClaim,
  SaslExchange,
} from "../../protocol/mod.ts";
import type { Account, Awaitable, LoginVerdict } from "../core/ports.ts";
import type { RegistrationPolicy } from "../core/settings.ts";
import type { Session } from "../core/state.ts";
import { StoreError } from "../core/store_error.ts";
import { after, type CommandContext, type CommandRule } from "./context.ts";
import {
  accountOf,
  logIn,
  type LoginOutcome,
  registerAccount,
  tryLogin,
  tryPassword,
  whyNotLogIn,
} from "./login.ts";

/** The mechanisms that a session may use. (SASL-1) */
export function mechanismsFor(session: Session): string {
  const { value } = CAPABILITIES.sasl;
  return session.fingerprint === null ? value : `${value},EXTERNAL`;
}

/** The value of the capability to make accounts; `null` where it is not offered. (REGISTER-4, REGISTER-8) */
export function registrationValue(registration: RegistrationPolicy): string | null {
  if (registration === "closed") return null;
  return registration === "open" ? CAPABILITIES["draft/account-registration"].value : "";
}

/** Ends the exchange without success. */
function refuse(context: CommandContext, text: string | null = null): void {
  context.session.sasl = null;
  if (text === null) context.numeric("ERR_SASLFAIL");
  else context.numericSaying("ERR_SASLFAIL", text);
}

/** Ends the exchange for what could not be read of it, a parameter or a whole line. (SASL-4) */
export function refuseUnread(context: CommandContext, isTooLong: boolean): void {
  if (!isTooLong) return refuse(context, "That is not base64.");
  context.session.sasl = null;
  context.numeric("ERR_SASLTOOLONG");
}

/** AUTHENTICATE <mechanism or data> */
function authenticate(context: CommandContext): Awaitable<void> {
  const { session } = context;
  const param = context.param(0);
  const exchange = session.sasl;
  if (exchange === null) return begin(context, param);
  const demand = exchange.receive(param);
  switch (demand.kind) {
    case "more":
      return;
    case "aborted":
      session.sasl = null;
      return context.numeric("ERR_SASLABORTED");
    case "too-long":
      return refuseUnread(context, true);
    case "invalid":
      return refuse(context, `That is no message of ${exchange.mechanism}, or it is too long.`);
    case "password":
      return finish(
        context,
        demand.claim,
        () => tryPassword(context, demand.claim.name, demand.claim.password),
      );
    case "certificate":
      return openByCertificate(context, demand.authzid);
    case "verifier":
      return challenge(context, exchange, demand.claim);
    case "proof":
      return prove(context, exchange, demand.claim, demand.message);
    case "accepted":
      return accept(context, demand.claim);
  }
}

/** Begins an exchange by the mechanism that the client names. */
function begin(context: CommandContext, param: string): void {
  const { session } = context;
  if (param === "*") return context.numeric("ERR_SASLABORTED");
  const mechanism = param.toUpperCase();
  const offered = mechanismsFor(session);
  if (!isSaslMechanism(mechanism) || !offered.split(",").includes(mechanism)) {
    context.numeric("RPL_SASLMECHS", offered);
    return refuse(context, "There is no such SASL mechanism here.");
  }
  session.sasl = new SaslExchange(mechanism);
  context.line("AUTHENTICATE", "+");
}

/** Whether somebody claims to be another than he shows himself to be: nobody may act for others. (SASL-5) */
function isForAnother({ node }: CommandContext, { authzid, name }: SaslClaim): boolean {
  return authzid !== "" && node.state.fold(authzid) !== node.state.fold(name);
}

/** Checks a claim, and logs in if it is right. */
async function finish(
  context: CommandContext,
  claim: SaslClaim,
  check: () => Promise<LoginOutcome>,
): Promise<void> {
  if (isForAnother(context, claim)) {
    return refuse(context, "You may log in as yourself only: leave the other name out.");
  }
  const outcome = await check();
  if (context.session.closeReason !== null) return; // gone while it was checked
  if ("refusal" in outcome) return refuse(context, outcome.refusal);
  succeed(context, outcome.account);
}

/** 900 and 903, then what follows from it. (SASL-8, SASL-10) */
function succeed(context: CommandContext, account: Account): void {
  context.session.sasl = null;
  const obstacle = whyNotLogIn(context, account);
  if (obstacle !== null) return context.numericSaying("ERR_SASLALREADY", obstacle);
  logIn(context, account, () => context.numeric("RPL_SASLSUCCESS"));
}

/** EXTERNAL: whose the certificate of the connection is. (SASL-7) */
function openByCertificate(context: CommandContext, authzid: string): Promise<void> {
  const { node, session } = context;
  const { fingerprint } = session;
  // deno-lint-ignore require-await -- what it throws is thrown where it is awaited
  const check = async (): Promise<LoginVerdict> => {
    const account = fingerprint === null ? null : node.store.accounts.byFingerprint(fingerprint);
    const isRight = account !== null && !isForAnother(context, { authzid, name: account.name });
    return isRight ? account : "wrong";
  };
  return finish(
    context,
    { authzid: "", name: authzid },
    () => tryLogin(context, authzid, check),
  );
}

/** SCRAM: the salt and the rounds of the account, or what looks like them. (SASL-6) */
async function challenge(
  context: CommandContext,
  exchange: SaslExchange,
  claim: SaslClaim,
): Promise<void> {
  const { accounts } = context.node.store;
  try {
    const verifier = await accounts.verifierOf(claim.name);
    if (context.session.closeReason !== null) return;
    send(context, exchange.challenge(verifier, accounts.crypto));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    refuse(context, "Accounts cannot be reached now. Try again later.");
  }
}

/** SCRAM: whether the client knows the password; then the server shows that it does. */
async function prove(
  context: CommandContext,
  exchange: SaslExchange,
  claim: SaslClaim,
  message: string,
): Promise<void> {
  if (isForAnother(context, claim)) {
    return refuse(context, "You may log in as yourself only: leave the other name out.");
  }
  const { accounts } = context.node.store;
  let answer = "";
  const outcome = await tryLogin(context, claim.name, async () => {
    const given = await exchange.prove(message);
    if (typeof given !== "string") return "wrong";
    answer = given;
    return accounts.find(claim.name) ?? "wrong";
  });
  if (context.session.closeReason !== null) return;
  if ("refusal" in outcome) return refuse(context, outcome.refusal);
  send(context, answer);
}

/** SCRAM: the client has seen that the server knows the password. */
function accept(context: CommandContext, { name }: SaslClaim): void {
  let account: Account | null = null;
  try {
    account = context.node.store.accounts.find(name);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
  if (account === null) return refuse(context, "The account is gone.");
  succeed(context, account);
}

function send(context: CommandContext, message: string): void {
  for (const chunk of formatSasl(message)) context.line("AUTHENTICATE", chunk);
}

/** REGISTER <account> <email> <password> */
function register(context: CommandContext): Awaitable<void> {
  const { node, session } = context;
  const { password, registration } = node.settings;
  const name = context.param(0);
  if (session.user === null) {
    if (registration === "after-connect") return completeFirst(context); // REGISTER-8
    if (password !== null && session.password !== password) { // REGISTER-7
      context.numeric("ERR_PASSWDMISMATCH");
      if (session.password === null) return; // it may still come
      return node.supervisor.end(session, { kind: "refused", text: "The password is wrong." });
    }
  }
  return after(registerAccount(context, context.param(2), name), (outcome) => {
    if (session.closeReason !== null) return;
    if ("code" in outcome) {
      const { code, text = FAILURES[code].text } = outcome;
      const given = name === "*" ? session.target : name;
      return context.failSaying(
        code,
        text,
        code === "NEED_NICK" ? "*" : accountOf(context) ?? given,
      );
    }
    const { account } = outcome;
    const text = "The account is made, and the nickname is yours.";
    context.line("REGISTER", "SUCCESS", account.name, text);
    logIn(context, account);
  });
}

/** Accounts are made by those who are here. (REGISTER-8) */
function completeFirst(context: CommandContext): void {
  const name = context.param(0);
  context.fail("COMPLETE_CONNECTION_REQUIRED", name === "*" ? context.session.target : name);
}

/** VERIFY <account> <code> */
function verify(context: CommandContext): void {
  const { session, node } = context;
  const isEarly = session.user === null && node.settings.registration === "after-connect";
  if (isEarly) return completeFirst(context);
  const account = accountOf(context);
  if (account !== null) return context.fail("ALREADY_AUTHENTICATED", account);
  context.fail("INVALID_CODE", context.param(0));
}

/** The rules of this chapter. */
export const accounts = {
  AUTHENTICATE: { stage: "any", run: authenticate },
  REGISTER: { stage: "any", cost: 5, run: register },
  VERIFY: { stage: "any", run: verify },
} as const satisfies Record<string, CommandRule>;
