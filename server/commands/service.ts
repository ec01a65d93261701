/**
 * What services are made of: commands as rows, and a request of one user with its answers.
 *
 * No request is an event: nobody sees it, no log and no history has it, for most of them hold a password.
 *
 * SPEC: "Services".
 *
 * @module
 */
import { Outgoing, requiredParams } from "../../protocol/mod.ts";
import { by } from "../core/audience.ts";
import type { Awaitable } from "../core/ports.ts";
import { type ServiceName, serviceSource } from "../core/services.ts";
import type { User } from "../core/state.ts";
import { StoreError } from "../core/store_error.ts";
import type { CommandContext, Node } from "./context.ts";

/** One command of a service. */
export interface ServiceCommand {
  /** Syntax after the name, as in the rows of commands. */
  readonly usage: string;
  readonly summary: string;
  /** What more there is to say. */
  readonly help: readonly string[];
  /** Only for those who are logged in. */
  readonly isForAccounts?: boolean;
  /** Tokens of the session's bucket, besides that of the line. */
  readonly cost?: number;
  readonly run: (request: ServiceRequest) => Awaitable<void>;
}

/** One service. */
export interface Service {
  readonly name: ServiceName;
  /** What it is for: its real name, and the head of its help. */
  readonly title: string;
  /** By their names, in the order in which HELP lists them. */
  readonly commands: Readonly<Record<string, ServiceCommand>>;
}

/** Reads what a setting is switched to, in any of the words that people use; `null` for another. (SERVICE-7) */
export function parseSwitch(word: string): boolean | null {
  const lower = word.toLowerCase();
  if (["on", "true", "yes", "1"].includes(lower)) return true;
  return ["off", "false", "no", "0"].includes(lower) ? false : null;
}

/** The width of the first column of a list. */
const COLUMN = 9;

/** What one session asks of a service. */
export class ServiceRequest {
  readonly context: CommandContext;
  readonly service: Service;
  /** What follows the command. */
  readonly words: readonly string[];
  readonly #text: string;

  constructor(context: CommandContext, service: Service, text: string) {
    this.context = context;
    this.service = service;
    this.#text = text;
    this.words = text === "" ? [] : text.split(/ +/);
  }

  get node(): Node {
    return this.context.node;
  }

  get user(): User {
    return this.context.user;
  }

  /** The word at this place; empty when there is none. */
  word(index: number): string {
    return this.words[index] ?? "";
  }

  /** All after the first word, as it was written: a password may have spaces. */
  get rest(): string {
    return this.#text.slice(this.word(0).length + 1);
  }

  /** Whether somebody is still there to be answered; asked after each wait. */
  get isAnswerable(): boolean {
    return this.context.session.closeReason === null;
  }

  /** Answers, a line each. (SERVICE-3) */
  say(...lines: readonly string[]): void {
    const { context, service, node } = this;
    const source = serviceSource(service.name, node.settings.name);
    for (const line of lines) {
      context.lineFrom(source, "NOTICE", context.session.target, line);
    }
  }
}

/** Says that a service takes one line at a time. (SERVICE-2) */
export function refuseLines(context: CommandContext, service: Service): void {
  new ServiceRequest(context, service, "").say("One line at a time: nothing of this was read.");
}

/** Hands a text to a service. */
export function ask(context: CommandContext, service: Service, text: string): Awaitable<void> {
  const trimmed = text.trim();
  const name = trimmed.split(" ", 1)[0] ?? "";
  const request = new ServiceRequest(context, service, trimmed.slice(name.length).trim());
  const verb = name.toUpperCase();
  if (verb === "" || verb === "HELP") return help(request);
  const command = commandOf(service, verb);
  // Never repeated: it may be a password whose command was forgotten.
  if (command === undefined) return help(request, "There is no such command.");
  if (request.words.length < requiredParams({ params: command.usage })) {
    return request.say(usageOf(service, verb, command));
  }
  if (command.isForAccounts && context.user.account === null) {
    return request.say("Log in first: /msg NickServ IDENTIFY <account> <password>");
  }
  context.session.bucket.spend(command.cost ?? 0);
  return run(request, command);
}

function commandOf({ commands }: Service, verb: string): ServiceCommand | undefined {
  return Object.hasOwn(commands, verb) ? commands[verb] : undefined;
}

/** Where the store cannot answer, nothing was changed, and the user may try again. */
function run(request: ServiceRequest, command: ServiceCommand): Awaitable<void> {
  const fail = (error: unknown): void => {
    if (!(error instanceof StoreError)) throw error;
    request.say("That cannot be done now. Try again later.");
  };
  try {
    const pending = command.run(request);
    return pending instanceof Promise ? pending.catch(fail) : pending;
  } catch (error) {
    fail(error);
  }
}

function usageOf({ name }: Service, verb: string, { usage }: ServiceCommand): string {
  return `How to write it: /msg ${name} ${verb} ${usage}`.trimEnd();
}

/** All commands, or what there is to say of one. (SERVICE-4) */
function help(request: ServiceRequest, complaint?: string): void {
  const { service } = request;
  const verb = request.word(0).toUpperCase();
  const command = complaint === undefined ? commandOf(service, verb) : undefined;
  if (command !== undefined) {
    return request.say(usageOf(service, verb, command), `${command.summary}.`, ...command.help);
  }
  const isUnknown = complaint !== undefined || verb !== "";
  request.say(
    ...isUnknown ? [complaint ?? "There is no such command."] : [],
    `${service.title}. Commands of ${service.name}:`,
    ...Object.entries(service.commands).map(([name, { summary }]) =>
      `${name.padEnd(COLUMN)} ${summary}`
    ),
    `/msg ${service.name} HELP <command> tells more of a command.`,
  );
}

/** Shows a session that asks for echoes what it has written to a service; no other session. (SERVICE-5) */
export function echo(context: CommandContext, verb: string, name: string, text: string): void {
  const { node, session, user } = context;
  if (verb === "TAGMSG" || !session.has("echo-message")) return;
  const tags = by(user, node.clock.epoch(), new Map([["msgid", node.random.id()]]));
  context.answer(Outgoing.fitting(user.source, verb, [name, text], tags));
}
