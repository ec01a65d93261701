/**
 * What a command's handler sees and may do: read state, answer its sender, submit facts. And what a rule says of a command
 * besides its handler.
 *
 * @module
 */
import {
  byteLength,
  type FailureCode,
  FAILURES,
  type FailureSpec,
  type Limit,
  LIMITS,
  type Message,
  type NumericName,
  NUMERICS,
  numericText,
  Outgoing,
  truncate,
} from "../../protocol/mod.ts";
import type { Attempts } from "../core/attempts.ts";
import type { Logins } from "../core/logins.ts";
import type { Loop } from "../core/loop.ts";
import type { NetworkEvent } from "../core/events.ts";
import type {
  Awaitable,
  Clock,
  Log,
  Network,
  Outbox,
  Passwords,
  Random,
  Refusal,
  RehashOutcome,
  Store,
} from "../core/ports.ts";
import type { Privilege } from "../core/privileges.ts";
import type { Settings } from "../core/settings.ts";
import type { NetworkState, Session, User } from "../core/state.ts";
import type { Supervisor } from "../core/supervisor.ts";
import type { Form } from "./form.ts";
import type { Forms } from "./information.ts";

/** A running server, as its commands see it. */
export interface Node {
  /** Those in force now. Replaced as a whole: read them here each time. */
  readonly settings: Settings;
  readonly state: NetworkState;
  readonly network: Network;
  readonly outbox: Outbox;
  readonly supervisor: Supervisor;
  readonly clock: Clock;
  readonly loop: Loop;
  readonly random: Random;
  readonly passwords: Passwords;
  readonly store: Store;
  /** Passwords given for OPER, by where they came from. */
  readonly attempts: Attempts;
  /** Passwords given for accounts. */
  readonly logins: Logins;
  /** Accounts that were made, by where their makers came from. */
  readonly registrations: Attempts;
  readonly log: Log;
  /** The tokens of each line of 005: the same for every newcomer. */
  readonly isupport: readonly (readonly string[])[];
  /** What newcomers are told in the same words. */
  readonly forms: Forms;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** What others see in place of an address. */
  hostOf(address: string): Awaitable<string>;
  /** The path of the settings' file; `null` where there is none. */
  readonly settingsFile: string | null;
  /** Reads the settings anew. */
  rehash(): Awaitable<RehashOutcome>;
  /** Ends the server in order, so that it is started again. */
  restart(): void;
  /** How often each client command has come, in the order of CLIENT_COMMANDS. */
  readonly uses: Float64Array;
}

/** What this server does about a command. */
export interface CommandRule {
  /** When it may be sent: while registering, after it, or at any time. */
  readonly stage: "registering" | "active" | "any";
  /** Parameters without which it is answered with 461; derived from the command's row unless a numeric of its own says it. */
  readonly arity?: number;
  /** Tokens of the session's bucket; 1 unless said otherwise. */
  readonly cost?: number;
  /** Only for operators of the server who have this privilege. */
  readonly operator?: Privilege;
  readonly run: (context: CommandContext) => Awaitable<void>;
}

/** A fact as a handler states it: when and for whose sake is added by the context. */
export type Submission = NetworkEvent extends infer E
  ? E extends NetworkEvent ? Omit<E, "at" | "cause"> : never
  : never;

/** Commands whose own specification has standard replies, and the codes that one has for all commands. (STD-1) */
const REPLIED: ReadonlySet<string> = new Set(
  "BATCH CHATHISTORY MARKREAD METADATA REDACT REGISTER RELAYMSG RENAME SEARCH SETNAME VERIFY".split(
    " ",
  ),
);
const REPLIES: ReadonlySet<FailureCode> = new Set(["INVALID_UTF8", "INVALID_UTF8_REPLACED"]);

/** What others receive in place of a standard reply where there is a numeric for it, with the command. (STD-1) */
const NUMERIC_FOR: Partial<Record<FailureCode, NumericName>> = { RATE_LIMITED: "RPL_TRYAGAIN" };

/** The longest parameter that is repeated to its sender, in bytes. */
const ECHO_BYTES = LIMITS.MASK.value;

/** What the tags of an answer take, about: `time`, and a reply's `batch`. */
export const TAG_BYTES = 64;
/** How much of the send queue an answer may take. */
const LONGEST_ANSWER = 0.75;

/** What a peer wrote, as a parameter that may stand anywhere in an answer. */
function repeatable(param: string): string {
  const end = param.indexOf(" ");
  const word = truncate(end < 0 ? param : param.slice(0, end), ECHO_BYTES);
  return word === "" || word.startsWith(":") ? "*" : word;
}

/** One command of one session, while it is handled. */
export class CommandContext {
  readonly node: Node;
  readonly session: Session;
  readonly message: Message;
  /** The id by which events say that this command asked for them; only for a labelled one. */
  readonly cause: string | undefined;
  /** The reference of the batch that answers go into now. */
  #batch: string | undefined;
  /** What waits in the labelled reply, and not yet in the queue. */
  #heldBytes = 0;

  constructor(node: Node, session: Session, message: Message, cause: string | undefined) {
    this.node = node;
    this.session = session;
    this.message = message;
    this.cause = cause;
  }

  /**
   * The user who sent the command.
   *
   * @throws {Error} If the session is not registered; rules with stage `active` are safe.
   */
  get user(): User {
    const { user } = this.session;
    if (user === null) throw new Error(`Session ${this.session.id} has no user`);
    return user;
  }

  /** The same for another session: what it is told belongs to no reply of its own. */
  for(session: Session): CommandContext {
    if (session === this.session) return this;
    return new CommandContext(this.node, session, this.message, undefined);
  }

  /** A parameter by index; empty when absent. */
  param(index: number): string {
    return this.message.params[index] ?? "";
  }

  /** Answers with a numeric: its parameters, then its own text if it has one. */
  numeric(name: NumericName, ...params: readonly string[]): void {
    const text = numericText(name, params);
    const all = [this.session.target];
    const shown = text === null
      ? params.length - 1
      : NUMERICS[name].params === ""
      ? 0
      : params.length;
    for (let i = 0; i < shown; i++) all.push(repeatable(params[i] ?? ""));
    const last = text ?? params.at(-1);
    if (last !== undefined) all.push(last);
    this.#tell(this.node.settings.name, NUMERICS[name].code, all);
  }

  /** Answers with a numeric whose text is not the usual one. */
  numericSaying(name: NumericName, text: string, ...params: readonly string[]): void {
    this.line(NUMERICS[name].code, this.session.target, ...params.map(repeatable), text);
  }

  /** Answers with a standard reply; to those who do not know them, and where no specification has it, as STD-1 says. */
  fail(code: FailureCode, ...context: readonly string[]): void {
    this.failSaying(code, FAILURES[code].text, ...context);
  }

  /** Answers with a standard reply whose text is not the usual one. */
  failSaying(code: FailureCode, text: string, ...context: readonly string[]): void {
    const { type, code: shown = code } = FAILURES[code] as FailureSpec;
    const numeric = NUMERIC_FOR[code];
    const { command } = this.message;
    const isSpecified = REPLIED.has(command) || REPLIES.has(code);
    if (isSpecified || this.session.has("standard-replies")) {
      this.line(type, command, shown, ...context.map(repeatable), text);
    } else if (numeric !== undefined) {
      this.numericSaying(numeric, text, command);
    } else {
      this.line("NOTICE", this.session.target, text);
    }
  }

  /** Whether a text is within its limit; otherwise it is refused, for to cut it would change what was said. (FRAME-10) */
  fits(text: string, limit: Limit): boolean {
    const isShort = text.length * 3 <= limit.value || byteLength(text) <= limit.value;
    if (!isShort) this.numeric("ERR_INPUTTOOLONG");
    return isShort;
  }

  /** Answers with a line whose source is the server. The last parameter is cut where the line would be too long. */
  line(command: string, ...params: readonly string[]): void {
    this.#tell(this.node.settings.name, command, params);
  }

  /** Answers with a line of another source. */
  lineFrom(source: string, command: string, ...params: readonly string[]): void {
    this.#tell(source, command, params);
  }

  #tell(source: string, command: string, params: readonly string[]): void {
    this.answer(Outgoing.fitting(source, command, params, { at: this.node.clock.epoch() }));
  }

  /** Answers with the lines of a form: as one text where nothing else is to be said of each. */
  form(form: Form): void {
    const { session, node } = this;
    if (session.reply === null && form.isFor(session.target)) {
      const text = form.text(session.target, node.clock.epoch(), session.variant, this.#batch);
      node.outbox.sendText(session, text, form.lines.length);
      return;
    }
    for (const [name, ...params] of form.lines) {
      this.line(NUMERICS[name].code, session.target, ...params);
    }
  }

  /** Answers with a line that fits. One that says of which batch it is part is in no other. */
  answer(line: Outgoing): void {
    const { reply } = this.session;
    const batch = line.batch === undefined ? this.#batch : undefined;
    if (reply !== null && reply.cause === this.cause) {
      reply.add(line, batch);
      this.#heldBytes += byteLength(line.body) + TAG_BYTES;
    } else this.node.outbox.send(this.session, line, batch);
  }

  /**
   * Whether a long answer may go on: it leaves a part of the send queue to what others say meanwhile, so that no answer ends
   * its own connection. (REPLY-4)
   */
  get hasRoom(): boolean {
    return this.roomBytes > 0;
  }

  /** The bytes that an answer may still take; none or fewer where there is no more room. (REPLY-4) */
  get roomBytes(): number {
    const waiting = this.session.link.waitingBytes + this.#heldBytes;
    return this.node.settings.sendqBytes * LONGEST_ANSWER - waiting;
  }

  /** Answers with a batch of what `fill` answers; without a frame for those who do not know batches. */
  batch(type: string, params: readonly string[], fill: () => void): void {
    if (!this.session.has("batch")) return fill();
    const around = this.#batch;
    const reference = this.node.random.id();
    this.line("BATCH", `+${reference}`, type, ...params);
    this.#batch = reference;
    fill();
    this.#batch = around;
    this.line("BATCH", `-${reference}`);
  }

  /** Submits a fact that this command has decided on. */
  submit(event: Submission): Awaitable<Refusal | null> {
    return this.node.network.submit({ ...event, at: this.node.clock.epoch(), cause: this.cause });
  }
}

/** An address as a parameter: no colon may stand at its beginning. */
export function shownAddress({ address }: { readonly address: string }): string {
  return address.startsWith(":") ? `0${address}` : address;
}

/** Stands for an address that is not shown. */
const HIDDEN_ADDRESS = "255.255.255.255";

/** A user's address, as far as the viewer may know it: the user itself and operators. */
export function addressFor(viewer: User, user: User): string {
  return viewer === user || viewer.isOperator ? shownAddress(user) : HIDDEN_ADDRESS;
}

/** Goes on when a value is there: at once if it is there now, so that a network of one makes no promise. */
export function after<T>(
  value: Awaitable<T>,
  next: (value: T) => Awaitable<void>,
): Awaitable<void> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/**
 * Does something with each item, some in every turn of the event loop, so that a long answer holds nobody up; at once where
 * they are few. Ends early where it says `false`, or when the session has ended. Between two turns anything may happen: items
 * that may go away are to be taken from a live collection. (REPLY-5)
 */
export function inSlices<T>(
  { session, node: { loop } }: CommandContext,
  items: Iterable<T>,
  work: (item: T) => Awaitable<boolean | void>,
): Awaitable<void> {
  const iterator = items[Symbol.iterator]();
  let isFirst = true; // what is one thing only never waits
  const run = (): Awaitable<void> => {
    for (;; isFirst = false) {
      const { done, value } = iterator.next();
      if (done || session.closeReason !== null) return;
      const more = work(value);
      if (more instanceof Promise) return more.then((more) => more === false ? undefined : run());
      if (more === false) return;
      if (!isFirst && loop.isLong) {
        return new Promise((resolve) => loop.next(() => resolve(Promise.try(run))));
      }
    }
  };
  return run();
}

/**
 * The beginnings of lists that fit one line each: names for 353, channels for 319.
 *
 * @param items What is listed, in order.
 * @param bytes What a line has room for.
 * @param separator One character between two of them.
 */
export function packWords(items: Iterable<string>, bytes: number, separator = " "): string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const item of items) {
    const size = byteLength(item);
    if (line !== "" && used + 1 + size > bytes) {
      lines.push(line);
      line = "";
      used = 0;
    }
    line = line === "" ? item : line + separator + item;
    used += (used === 0 ? 0 : 1) + size;
  }
  if (line !== "") lines.push(line);
  return lines;
}
