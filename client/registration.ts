/**
 * Getting in: capabilities, password, name. A small state machine over messages; works with servers
 * that know no capabilities, no `NICK *`, or neither.
 * @module
 */

import { formatMessage, type Message } from "../protocol/message.ts";
import type { SessionState } from "./session.ts";

/** What the client can use. Others that a server offers are left alone. */
export const WANTED_CAPABILITIES: readonly string[] = [
  "message-tags",
  "server-time",
  "echo-message",
  "batch",
  "labeled-response",
  "multi-prefix",
  "away-notify",
  "setname",
  "cap-notify",
  "chghost",
  "standard-replies",
  "extended-join",
  "draft/chathistory",
  "draft/read-marker",
  "soju.im/search",
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
}

const PASSED_ON: Progress = { lines: [], taken: false, refusal: null };
const TAKEN: Progress = { lines: [], taken: true, refusal: null };

/** Registers one connection. */
export class Registration {
  readonly #state: SessionState;
  readonly #password: string | null;
  readonly #random: () => number;
  /** Names to try when one is refused. */
  #fallbacks: string[];
  /** What the server offers; `null` until it has answered. */
  #offered: string[] | null = null;
  #asked = false;
  #ended = false;

  /** `fallbacks`: names to try by themselves when the one in `state.nick` is refused. */
  constructor(
    state: SessionState,
    password: string | null,
    fallbacks: readonly string[] = [],
    random: () => number = Math.random,
  ) {
    this.#state = state;
    this.#password = password;
    this.#fallbacks = [...fallbacks];
    this.#random = random;
  }

  /** What to send first. */
  start(): string[] {
    const { nick } = this.#state;
    const user = nick.replace(/[^A-Za-z0-9._-]/g, "").slice(0, 10) || "user";
    return [
      "CAP LS 302",
      ...(this.#password === null
        ? []
        : [formatMessage({ command: "PASS", params: [this.#password] })]),
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

  /** Takes in every message of the connection, before and after the welcome. */
  receive(message: Message): Progress {
    if (message.command === "CAP") return { lines: this.#cap(message), taken: true, refusal: null };
    if (this.#state.registered) return PASSED_ON;
    switch (message.command) {
      case "421":
        return message.params[1]?.toUpperCase() === "CAP" ? TAKEN : PASSED_ON;
      case "432":
      case "433":
      case "436":
      case "437":
        return this.#refused(message);
      case "PONG":
      case "451":
        return this.#unheard() ? this.#refused(message) : TAKEN;
      default:
        return PASSED_ON;
    }
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
    return ["CAP END", ...this.#probe()];
  }

  #nickLine(nick: string): string {
    this.#state.nick = nick;
    return formatMessage({ command: "NICK", params: [nick === "" ? "*" : nick] });
  }

  #refused(message: Message): Progress {
    const { nick } = this.#state;
    // A server that does not choose names: any free one will do.
    const other = nick === "" || /^guest\d+$/.test(nick) && this.#state.wanted === ""
      ? `guest${Math.floor(this.#random() * 9000) + 1000}`
      : this.#fallbacks.shift();
    if (other !== undefined) return { lines: [this.#nickLine(other)], taken: true, refusal: null };
    const reason = message.params.at(-1) ?? "";
    const problem = message.command === "433" && !reason.includes(`"${nick}"`)
      ? `Nickname "${nick}" is already in use.`
      : reason.includes(nick)
      ? reason
      : `Nickname "${nick}" is not allowed: ${reason}`;
    return { lines: [], taken: true, refusal: { nick, problem } };
  }

  #cap(message: Message): string[] {
    const subcommand = message.params[1]?.toUpperCase();
    const names = (message.params.at(-1) ?? "").split(" ").filter((name) => name !== "")
      .map((name) => name.replace(/=.*$/, ""));
    const { capabilities } = this.#state;
    switch (subcommand) {
      case "LS": {
        if (this.#asked) return [];
        const offered = [...this.#offered ?? [], ...names];
        this.#offered = offered;
        if (message.params[2] === "*" && message.params.length > 3) return [];
        this.#asked = true;
        return this.#request(offered) ?? this.#end();
      }
      case "NEW":
        return this.#request(names) ?? [];
      case "ACK":
        for (const name of names) {
          if (name.startsWith("-")) capabilities.delete(name.slice(1));
          else capabilities.add(name);
        }
        return this.#state.registered ? [] : this.#end();
      case "NAK":
        return this.#state.registered ? [] : this.#end();
      case "DEL":
        for (const name of names) capabilities.delete(name);
        return [];
      default:
        return [];
    }
  }

  #request(offered: readonly string[]): string[] | null {
    const wanted = WANTED_CAPABILITIES.filter((name) => offered.includes(name));
    return wanted.length === 0
      ? null
      : [formatMessage({ command: "CAP", params: ["REQ", wanted.join(" ")] })];
  }
}
