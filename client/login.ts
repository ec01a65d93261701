/**
 * Logging in to an account by SASL: SCRAM-SHA-256 where the server has it, so that it never learns the password and has to
 * prove that it knows it; PLAIN where it has not. Pure but for the waiting: messages in, lines out.
 *
 * IRCv3 sasl-3.1, sasl-3.2.
 *
 * @module
 */

import { formatMessage, type Message } from "../protocol/message.ts";
import {
  createSaslClient,
  formatSasl,
  type SaslClient,
  type SaslMechanism,
  SaslReader,
} from "../protocol/sasl.ts";
import type { SaslCrypto } from "../protocol/scram.ts";

/** An account and what opens it. Kept in memory only. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** What came of a login. */
export type LoginResult =
  | { readonly kind: "in" }
  /** The server does not let in: a sentence for people. */
  | { readonly kind: "refused"; readonly text: string }
  /** The server has no logins, or none that the client could do. */
  | { readonly kind: "unavailable" }
  /** The server could not prove that it knows the password: it may be another one. */
  | { readonly kind: "deceived" };

/** What to do after one message. */
export interface LoginStep {
  readonly lines: readonly string[];
  /** More lines, as soon as they are worked out. */
  readonly later: Promise<readonly string[]> | null;
  /** The login is over. */
  readonly result: LoginResult | null;
}

const WAIT: LoginStep = { lines: [], later: null, result: null };

/** What the client can do, best first. */
const MECHANISMS: readonly SaslMechanism[] = ["SCRAM-SHA-256", "PLAIN"];

/** One login on one connection. */
export class Login {
  readonly #credentials: Credentials;
  readonly #crypto: SaslCrypto;
  /** Those that are still to be tried. */
  #mechanisms: readonly SaslMechanism[];
  #client: SaslClient | null = null;
  #reader = new SaslReader();
  /** The server has begun to talk in the mechanism: it knows it. */
  #isHeard = false;
  /** The server knows none of the mechanisms. */
  #isStranger = false;
  /** Why the client has ended it by itself. */
  #aborted: LoginResult | null = null;

  /** `offered`: the mechanisms that the server names; `null` when it names none. */
  constructor(credentials: Credentials, offered: readonly string[] | null, crypto: SaslCrypto) {
    this.#credentials = credentials;
    this.#crypto = crypto;
    this.#mechanisms = MECHANISMS.filter((name) => offered?.includes(name) ?? true)
      // A password is shown only to a server that cannot do without.
      .slice(0, offered === null ? MECHANISMS.length : 1);
  }

  /** How it logs in, once it has begun. */
  get mechanism(): SaslMechanism | null {
    return this.#client?.mechanism ?? null;
  }

  /** Begins. */
  start(): LoginStep {
    const [mechanism, ...others] = this.#mechanisms;
    if (mechanism === undefined) return over({ kind: "unavailable" });
    this.#mechanisms = others;
    this.#isHeard = false;
    this.#aborted = null;
    this.#reader = new SaslReader();
    this.#client = createSaslClient(mechanism, this.#credentials, this.#crypto);
    return send(authenticate(mechanism));
  }

  /** Takes in a message; `null` when it is not about the login. */
  receive({ command, params }: Message): LoginStep | null {
    const client = this.#client;
    if (client === null) return null;
    switch (command) {
      case "AUTHENTICATE":
        return this.#challenged(client, params[0] ?? "");
      // RPL_SASLSUCCESS
      case "903":
        this.#client = null;
        return over(client.isVerified ? { kind: "in" } : { kind: "deceived" });
      // RPL_SASLMECHS: an error says the same, sooner or later.
      case "908": {
        const offered = (params[1] ?? "").split(",");
        this.#mechanisms = this.#mechanisms.filter((name) => offered.includes(name));
        this.#isStranger = this.#mechanisms.length === 0;
        return WAIT;
      }
      // ERR_NICKLOCKED, ERR_SASLFAIL, ERR_SASLTOOLONG, ERR_SASLABORTED, ERR_SASLALREADY
      case "902":
      case "904":
      case "905":
      case "906":
      case "907":
        return this.#refused(params.at(-1) ?? "");
      case "FAIL":
        return params[0] === "AUTHENTICATE" ? this.#refused(params.at(-1) ?? "") : null;
      case "421":
        if (params[1] !== "AUTHENTICATE") return null;
        this.#client = null;
        return over({ kind: "unavailable" });
      default:
        return null;
    }
  }

  #refused(text: string): LoginStep {
    this.#client = null;
    if (this.#aborted !== null) return over(this.#aborted);
    if (this.#isHeard) return over({ kind: "refused", text });
    if (this.#mechanisms.length > 0) return this.start();
    return over(this.#isStranger ? { kind: "unavailable" } : { kind: "refused", text });
  }

  #challenged(client: SaslClient, param: string): LoginStep {
    const isFirst = !this.#isHeard;
    this.#isHeard = true;
    const input = this.#reader.push(param);
    if (input.kind === "more") return WAIT;
    const response = input.kind === "message" ? client.respond(input.text) : null;
    if (!(response instanceof Promise)) return send(...this.#answer(response, isFirst));
    const later = response.then((text) => this.#answer(text, isFirst));
    return { lines: [], later, result: null };
  }

  #answer(response: string | null, isFirst: boolean): string[] {
    if (response !== null) return formatSasl(response).map(authenticate);
    this.#aborted = isFirst ? { kind: "refused", text: UNSENDABLE } : { kind: "deceived" };
    return [authenticate("*")];
  }
}

const UNSENDABLE = "No account has a password with such characters.";

function authenticate(param: string): string {
  return formatMessage({ command: "AUTHENTICATE", params: [param] });
}

function send(...lines: readonly string[]): LoginStep {
  return { lines, later: null, result: null };
}

function over(result: LoginResult): LoginStep {
  return { lines: [], later: null, result };
}
