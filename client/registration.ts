/**
 * Getting in: capabilities, password, name. A small state machine over messages; works with servers
 * that know no capabilities, no `NICK *`, or neither.
 * @module
 */

import { formatMessage, type Message } from "../protocol/message.ts";
import type { SaslCrypto } from "../protocol/scram.ts";
import { type Credentials, Login, type LoginResult, type LoginStep } from "./login.ts";
import type { SessionState } from "./session.ts";

/** What the client can use. Others that a server offers are left alone. */
export const WANTED_CAPABILITIES: readonly string[] = [
  "message-tags",
  "server-time",
  "echo-message",
  "batch",
  "labeled-response",
  "multi-prefix",
  "account-tag",
  "away-notify",
  "setname",
  "cap-notify",
  "chghost",
  "standard-replies",
  "extended-join",
  "draft/chathistory",
  "draft/read-marker",
  "soju.im/search",
  "draft/account-registration",
  "draft/channel-rename",
  "draft/multiline",
  "draft/pre-away",
];

/** The server does not accept a name. */
export interface Refusal {
  readonly nick: string;
  /** A sentence for people. */
  readonly problem: string;
}

/** What to do after one message. */
export interface Progress {
  readonly lines: readonly string[];
  /** The message belongs to registration alone and is not to be shown. */
  readonly taken: boolean;
  /** A name was refused, and there is no other to try. */
  readonly refusal: Refusal | null;
  /** What came of logging in. */
  readonly login: LoginResult | null;
  /** More to send, as soon as it is worked out. */
  readonly later: Promise<readonly string[]> | null;
}

const PASSED_ON: Progress = { lines: [], taken: false, refusal: null, login: null, later: null };
const TAKEN: Progress = { ...PASSED_ON, taken: true };

/** How a connection is registered. */
export interface RegistrationOptions {
  /** The server's password. */
  readonly password: string | null;
  /** The account to log in to before all else. */
  readonly credentials: Credentials | null;
  /** Why the user is away, told before anybody sees them; `null` if they are not. */
  readonly away: string | null;
  /** Names to try by themselves when the one in `state.nick` is refused. */
  readonly fallbacks: readonly string[];
  readonly crypto: SaslCrypto;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Registers one connection. */
export class Registration {
  readonly #state: SessionState;
  readonly #options: RegistrationOptions;
  #fallbacks: string[];
  /** What the server offers, with its values; `null` until it has answered. */
  #offered: Map<string, string> | null = null;
  #asked = false;
  #ended = false;
  /** To log in with, once the server can. */
  #credentials: Credentials | null;
  #login: Login | null = null;
  /** The name was refused before the login, which may change that. */
  #early: Message | null = null;

  /** `state` is that of the connection. */
  constructor(state: SessionState, options: RegistrationOptions) {
    this.#state = state;
    this.#options = options;
    this.#fallbacks = [...options.fallbacks];
    this.#credentials = options.credentials;
  }

  /** What to send first. */
  start(): string[] {
    const { nick } = this.#state;
    const user = nick.replace(/[^A-Za-z0-9._-]/g, "").slice(0, 10) || "user";
    return [
      "CAP LS 302",
      ...(this.#options.password === null
        ? []
        : [formatMessage({ command: "PASS", params: [this.#options.password] })]),
      this.#nickLine(nick),
      formatMessage({ command: "USER", params: [user, "0", "*", nick || "chatd user"] }),
      ...this.#probe(),
    ];
  }

  /** Tries another name, after a refusal. Empty leaves it to the server. */
  retry(nick: string): string {
    this.#state.wanted = nick;
    return this.#nickLine(nick);
  }

  /** Logs in, now or as soon as the server has agreed to that. Again after a refusal. */
  logIn(credentials: Credentials): Progress {
    this.#credentials = credentials;
    if (this.#state.capabilities.has("sasl")) return this.#begin();
    if (this.#offered?.has("sasl") !== true) return this.#over({ kind: "unavailable" });
    return lines("CAP REQ sasl");
  }

  /** The user gives the login up. */
  giveUp(): Progress {
    return this.#over(null);
  }

  /** Takes in every message of the connection, before and after the welcome. */
  receive(message: Message): Progress {
    if (message.command === "CAP") return this.#cap(message);
    const step = this.#login?.receive(message) ?? null;
    if (step !== null) return this.#step(step);
    if (this.#state.registered) return PASSED_ON;
    switch (message.command) {
      case "421":
        return message.params[1]?.toUpperCase() === "CAP" ? this.#withoutCap() : PASSED_ON;
      case "432":
      case "433":
      case "436":
      case "437":
        if (this.#credentials === null) return this.#refused(message);
        this.#early = message;
        return TAKEN;
      case "PONG":
      case "451":
        return this.#unheard() ? this.#refused(message) : TAKEN;
      case "306": // the answer to what #end() has told
        return TAKEN;
      case "001":
        // No capabilities before the welcome: no login either.
        return this.#credentials === null ? PASSED_ON : { ...this.#withoutCap(), taken: false };
      default:
        return PASSED_ON;
    }
  }

  #withoutCap(): Progress {
    return this.#credentials === null ? TAKEN : this.#over({ kind: "unavailable" });
  }

  #begin(): Progress {
    if (this.#credentials === null) return TAKEN;
    const value = this.#offered?.get("sasl") ?? "";
    const offered = value === "" ? null : value.split(",");
    this.#login = new Login(this.#credentials, offered, this.#options.crypto);
    return this.#step(this.#login.start());
  }

  #step({ lines, later, result }: LoginStep): Progress {
    if (result === null) return { ...TAKEN, lines, later };
    this.#login = null;
    // Who is refused may try again before the registration ends.
    if (result.kind === "refused" && !this.#state.registered) return { ...TAKEN, login: result };
    return this.#over(result);
  }

  /** The login is over: what has waited for it goes on. */
  #over(login: LoginResult | null): Progress {
    this.#credentials = null;
    this.#login = null;
    const early = this.#early;
    this.#early = null;
    if (this.#state.registered) return { ...TAKEN, login };
    const end = this.#asked ? this.#end() : [];
    if (early === null) return { ...TAKEN, login, lines: end };
    if (login?.kind !== "in") {
      const progress = this.#refused(early);
      return { ...progress, login, lines: [...progress.lines, ...end] };
    }
    // The name may be the account's own.
    return { ...TAKEN, login, lines: [this.#nickLine(this.#state.wanted), ...end] };
  }

  /**
   * Some servers neither refuse `NICK *` nor let one in with it. What is asked after everything that
   * registration needs is answered after the welcome; an answer without one tells such a server.
   */
  #probe(): string[] {
    return this.#state.nick === "" ? ["PING chatd-registration"] : [];
  }

  #unheard(): boolean {
    return this.#state.nick === "" && (this.#offered === null || this.#ended);
  }

  #end(): string[] {
    this.#ended = true;
    const { away } = this.#options;
    const isTold = away !== null && this.#state.capabilities.has("draft/pre-away");
    const before = isTold ? [formatMessage({ command: "AWAY", params: [away] })] : [];
    return [...before, "CAP END", ...this.#probe()];
  }

  #nickLine(nick: string): string {
    this.#state.nick = nick;
    return formatMessage({ command: "NICK", params: [nick === "" ? "*" : nick] });
  }

  #refused(message: Message): Progress {
    const { nick } = this.#state;
    // A server that does not choose names: any free one will do.
    const other = nick === "" || /^guest\d+$/.test(nick) && this.#state.wanted === ""
      ? `guest${Math.floor(this.#options.random() * 9000) + 1000}`
      : this.#fallbacks.shift();
    if (other !== undefined) return lines(this.#nickLine(other));
    const reason = message.params.at(-1) ?? "";
    const problem = message.command === "433" && !reason.includes(`"${nick}"`)
      ? `Nickname "${nick}" is already in use.`
      : reason.includes(nick)
      ? reason
      : `Nickname "${nick}" is not allowed: ${reason}`;
    // It may be the user's own.
    const isOwned = /\baccount\b|\bregistered\b/i.test(reason) && this.#offered?.has("sasl");
    const hint = isOwned
      ? ` If it is yours: chatd join --account ${nick}, or another name now and then /login ${nick}`
      : "";
    return { ...TAKEN, refusal: { nick, problem: problem + hint } };
  }

  #cap(message: Message): Progress {
    const subcommand = message.params[1]?.toUpperCase();
    const words = (message.params.at(-1) ?? "").split(" ").filter((name) => name !== "");
    const offered = words.map((word): [string, string] => {
      const equals = word.indexOf("=");
      return equals < 0 ? [word, ""] : [word.slice(0, equals), word.slice(equals + 1)];
    });
    const names = offered.map(([name]) => name);
    const { capabilities, registered, values } = this.#state;
    switch (subcommand) {
      case "LS": {
        if (this.#asked) return TAKEN;
        this.#offered = new Map([...this.#offered ?? [], ...offered]);
        if (message.params[2] === "*" && message.params.length > 3) return TAKEN;
        this.#asked = true;
        const request = this.#request([...this.#offered.keys()]);
        return request === null ? this.#answered() : lines(request);
      }
      case "NEW": {
        this.#offered = new Map([...this.#offered ?? [], ...offered]);
        const request = this.#request(names);
        return request === null ? TAKEN : lines(request);
      }
      case "ACK":
        for (const name of names) {
          if (name.startsWith("-")) capabilities.delete(name.slice(1));
          else {
            capabilities.add(name);
            values.set(name, this.#offered?.get(name) ?? "");
          }
        }
        return !registered || names.includes("sasl") ? this.#answered() : TAKEN;
      case "NAK":
        return !registered || names.includes("sasl") ? this.#answered() : TAKEN;
      case "DEL":
        for (const name of names) {
          capabilities.delete(name);
          this.#offered?.delete(name);
        }
        return TAKEN;
      default:
        return TAKEN;
    }
  }

  /** The server has said which capabilities it grants. */
  #answered(): Progress {
    if (this.#login !== null) return TAKEN;
    if (this.#credentials === null) return this.#state.registered ? TAKEN : lines(...this.#end());
    if (this.#state.capabilities.has("sasl")) return this.#begin();
    return this.#over({ kind: "unavailable" });
  }

  #request(offered: readonly string[]): string | null {
    const sasl = this.#credentials === null ? [] : ["sasl"];
    const wanted = [...WANTED_CAPABILITIES, ...sasl].filter((name) => offered.includes(name));
    return wanted.length === 0
      ? null
      : formatMessage({ command: "CAP", params: ["REQ", wanted.join(" ")] });
  }
}

function lines(...lines: readonly string[]): Progress {
  return { ...TAKEN, lines };
}
