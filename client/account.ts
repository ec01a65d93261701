/**
 * The user's account, beyond one connection: logs in, asks for passwords, keeps what opens it in memory and nowhere else.
 * @module
 */

import type { Message } from "../protocol/message.ts";
import type { Credentials, LoginResult } from "./login.ts";
import type { Progress, Registration } from "./registration.ts";
import type { SessionState } from "./session.ts";

/** The chat, as far as accounts need it. */
export interface AccountHost {
  readonly state: SessionState;
  /** Whether lines can be sent. */
  readonly connected: boolean;
  /** Whether the user has chosen a name; otherwise they are called as the server likes. */
  isNamed(): boolean;
  /** A person can be asked. */
  readonly isInteractive: boolean;
  say(text: string): void;
  send(command: string, ...params: readonly string[]): void;
  /** Asks for what nobody else may see; `null` when the user declines. */
  askSecret(question: string): Promise<string | null>;
  /** The same in the middle of a registration, which `use` goes on with; not `isHere`: by another connection. */
  askMeanwhile(question: string, use: (answer: string, isHere: boolean) => void): void;
  /** Does what the registration wants done. */
  proceed(progress: Progress, registration: Registration): void;
  /** Ends the chat, since the account is not there. */
  giveUp(problem: string): void;
}

/** How often another password is asked for. */
const MOST_ASKED = 3;

const NONE = "This server has no accounts to log in to.";
const NO_REGISTRATION = "Accounts are not made by this command on this server.";
const DECEIVED =
  "The server could not prove that it knows your password: it may not be the one that it says it is.";
const READABLE = "This connection is not encrypted: who is on its way can read the password.";

/** The question for the password of an account. */
export function accountQuestion(name: string): string {
  return `Password of the account ${name}: `;
}

/** The account of one chat. */
export class Account {
  readonly #host: AccountHost;
  /** What has opened it; before, what is to. */
  #credentials: Credentials | null;
  /** What `/login` or `/register` has sent, and the server has not answered yet. */
  #attempt: Credentials | null = null;
  #registration: Registration | null = null;
  #isLocal = false;
  #asked = 0;

  /** `credentials`: of the account to log in to, each time that the chat connects. */
  constructor(host: AccountHost, credentials: Credentials | null) {
    this.#host = host;
    this.#credentials = credentials;
  }

  /** To log in with by the next connection. */
  get credentials(): Credentials | null {
    return this.#credentials;
  }

  /** There is a new connection. `isLocal`: what is sent stays on this machine. */
  attach(registration: Registration, isLocal: boolean): void {
    this.#registration = registration;
    this.#isLocal = isLocal;
    this.#attempt = null;
  }

  /** A password is about to leave readably. */
  warn(): void {
    if (!this.#isLocal) this.#host.say(READABLE);
  }

  /** A login is over. */
  settle(result: LoginResult): void {
    const { isInteractive, state } = this.#host;
    const attempt = this.#attempt ?? this.#credentials;
    this.#attempt = null;
    switch (result.kind) {
      case "in":
        this.#credentials = attempt;
        // Who is called as the server likes is called by the account's name, if that is free.
        if (state.registered && !this.#host.isNamed() && attempt !== null) {
          this.#host.send("NICK", attempt.name);
        }
        return;
      case "refused":
        if (state.registered) return this.#host.say(result.text);
        return this.#askAgain(attempt?.name ?? "", result.text);
      case "unavailable":
        // A script that wants to be somebody must not be somebody else.
        return isInteractive ? this.#host.say(NONE) : this.#host.giveUp(NONE);
      case "deceived":
        return this.#host.giveUp(DECEIVED);
    }
  }

  /** What the server says of the account, asked or not. */
  follow({ command, params: [result, name] }: Message): void {
    // RPL_LOGGEDOUT: who has logged out does not want to be logged in again.
    if (command === "901") this.#credentials = null;
    if ((command !== "REGISTER" && command !== "VERIFY") || result !== "SUCCESS") return;
    if (this.#attempt !== null && name !== undefined) {
      this.#credentials = { ...this.#attempt, name };
    }
  }

  /** Logs in to an account; `null`: to the one that the user had, or of the own name. */
  async logIn(account: string | null): Promise<void> {
    const name = account ?? this.#credentials?.name ?? this.#host.state.nick;
    const password = await this.#ask(accountQuestion(name));
    if (password === null || this.#registration === null || !this.#host.connected) return;
    this.#attempt = { name, password };
    this.#host.proceed(this.#registration.logIn(this.#attempt), this.#registration);
  }

  /** Makes an account of the own name. */
  async register(mail: string | null): Promise<void> {
    const { state } = this.#host;
    if (!state.capabilities.has("draft/account-registration")) {
      return this.#host.say(NO_REGISTRATION);
    }
    const name = state.nick;
    this.warn();
    const password = await this.#ask(`Password of the new account ${name}: `);
    if (password === null) return;
    if (await this.#ask("The same again: ") !== password) {
      return this.#host.say("The two are not the same: nothing was sent.");
    }
    if (!this.#host.connected || this.#host.state.nick !== name) {
      return this.#host.say("Something has changed meanwhile: nothing was sent.");
    }
    this.#attempt = { name, password };
    this.#host.send("REGISTER", "*", mail ?? "*", password);
  }

  #askAgain(name: string, problem: string): void {
    if (!this.#host.isInteractive || this.#asked++ >= MOST_ASKED) {
      return this.#host.giveUp(problem);
    }
    this.#host.say(problem);
    this.#host.askMeanwhile(accountQuestion(name), (password, isHere) => {
      this.#credentials = { name, password };
      if (!isHere || this.#registration === null) return;
      this.#host.proceed(this.#registration.logIn(this.#credentials), this.#registration);
    });
  }

  async #ask(question: string): Promise<string | null> {
    if (!this.#host.isInteractive) {
      this.#host.say("Passwords are asked for in a terminal only: see chatd join --help.");
      return null;
    }
    const answer = await this.#host.askSecret(question);
    return answer === "" ? null : answer;
  }
}
