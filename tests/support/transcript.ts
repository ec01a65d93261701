/**
 * Runs the transcripts of SPEC.md: who sends what, and every line that anybody receives for it.
 *
 * The language is defined at the head of SPEC.md. The same transcript runs against any {@linkcode Host}: in process, or
 * over sockets.
 *
 * @module
 */
import { isParseFailure, type Message, parseMessage } from "../../protocol/message.ts";

/** One connection to a host. */
export interface Peer {
  send(line: string): void;
  /** All lines received since the last call, after a barrier. */
  receive(): Promise<string[]>;
  close(): void;
  /** Whether the server has closed the connection. */
  readonly closed: boolean;
}

/** A running server. */
export interface Host {
  connect(): Promise<Peer>;
  close(): Promise<void>;
}

/** What is said of one user before the first line. */
export interface UserSetup {
  readonly capabilities: readonly string[];
  readonly isOperator: boolean;
  /** Connected, but not registered. */
  readonly isRaw: boolean;
}

/** One line of a transcript. */
export type Step =
  | { readonly kind: "send"; readonly name: string; readonly text: string; readonly at: number }
  | {
    readonly kind: "receive";
    readonly name: string;
    readonly text: string;
    readonly isMany: boolean;
    readonly at: number;
  }
  | { readonly kind: "closed"; readonly name: string; readonly at: number };

/** One block, read. */
export interface Transcript {
  /** Settings of the server that differ from the usual, by their key. */
  readonly settings: ReadonlyMap<string, string>;
  /** Every user by name, in the order of appearance. */
  readonly users: ReadonlyMap<string, UserSetup>;
  readonly steps: readonly Step[];
}

/** The operator that every server of a transcript knows. */
export const OPERATOR = { name: "root", password: "secret" } as const;

/** Where a transcript is not one, or the server did something else. */
export class TranscriptError extends Error {
  override readonly name = "TranscriptError";
}

const HEADER_REGEXP = /^# with ([a-z][a-z0-9]*)(?:: (.+))?$/;
const SETTINGS_REGEXP = /^# server (.+)$/;
const STEP_REGEXP = /^([a-z][a-z0-9]*)(>|<\+?) ?(.*)$/;
const PLAIN_USER: UserSetup = { capabilities: [], isOperator: false, isRaw: false };

/**
 * Reads a block.
 *
 * @param firstLine The number of the block's first line, for messages.
 * @throws {TranscriptError}
 */
export function parseTranscript(block: string, firstLine = 1): Transcript {
  const settings = new Map<string, string>();
  const users = new Map<string, UserSetup>();
  const steps: Step[] = [];
  for (const [index, line] of block.split("\n").entries()) {
    const at = firstLine + index;
    const step = STEP_REGEXP.exec(line);
    if (step !== null) {
      const [, name = "", arrow, text = ""] = step;
      if (!users.has(name)) users.set(name, PLAIN_USER);
      if (arrow === ">") steps.push({ kind: "send", name, text: expand(text), at });
      else if (text === "(closed)") steps.push({ kind: "closed", name, at });
      else {
        steps.push({ kind: "receive", name, text: expand(text), isMany: arrow === "<+", at });
      }
      continue;
    }
    const header = HEADER_REGEXP.exec(line);
    const pairs = SETTINGS_REGEXP.exec(line)?.[1];
    if (header !== null) users.set(header[1] ?? "", parseSetup(header[2], at));
    else if (pairs !== undefined) {
      for (const pair of pairs.split(" ")) {
        const equals = pair.indexOf("=");
        settings.set(pair.slice(0, equals), pair.slice(equals + 1));
      }
    } else if (line.trim() !== "") throw new TranscriptError(`line ${at} is no step: ${line}`);
  }
  return { settings, users, steps };
}

function parseSetup(text: string | undefined, at: number): UserSetup {
  if (text === undefined) return PLAIN_USER;
  const setup = { capabilities: [] as string[], isOperator: false, isRaw: false };
  for (const item of text.split(";").map((item) => item.trim())) {
    if (item === "oper") setup.isOperator = true;
    else if (item === "raw") setup.isRaw = true;
    else if (item.startsWith("caps ")) setup.capabilities = item.slice(5).split(" ");
    else throw new TranscriptError(`line ${at}: "${item}" is neither caps, oper nor raw`);
  }
  return setup;
}

/** Writes out `{text*30}` and `{%x01}`. */
function expand(text: string): string {
  return text
    .replace(/\{([^{}]+)\*(\d+)\}/g, (_, part: string, times: string) => part.repeat(Number(times)))
    .replace(/\{%x([0-9A-Fa-f]+)\}/g, (_, hex: string) => String.fromCodePoint(parseInt(hex, 16)));
}

/** What `{=x}` has matched, by x. */
export type Bindings = Map<string, string>;

/** A line to be sent, with what `{=x}` has matched before. */
function filled(text: string, bindings: Bindings): string {
  return text.replace(/\{=(\w+)\}/g, (word, name: string) => bindings.get(name) ?? word);
}

/** Whether a text matches a pattern word, in which `*` stands for characters that are no spaces. */
function matchesWord(pattern: string, text: string, bindings: Bindings): boolean {
  const names: string[] = [];
  const source = pattern.split(/(\*|\{=\w+\})/).map((part) => {
    if (part === "*") return "[^ ]*";
    const name = /^\{=(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) return escapeRegExp(part);
    const bound = bindings.get(name);
    if (bound !== undefined) return escapeRegExp(bound);
    if (names.includes(name)) return `\\${names.indexOf(name) + 1}`;
    names.push(name);
    return "([^ ]*)";
  }).join("");
  const match = new RegExp(`^${source}$`, "su").exec(text);
  if (match === null) return false;
  for (const [index, name] of names.entries()) bindings.set(name, match[index + 1] ?? "");
  return true;
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function matchesParams(
  patterns: readonly string[],
  params: readonly string[],
  bindings: Bindings,
): boolean {
  const [pattern, ...others] = patterns;
  if (pattern === undefined) return params.length === 0;
  if (pattern === "...") {
    for (let skipped = 0; skipped <= params.length; skipped++) {
      if (matchesParams(others, params.slice(skipped), bindings)) return true;
    }
    return false;
  }
  const [param, ...rest] = params;
  if (param === undefined) return false;
  const isAny = pattern === "*" && others.length === 0;
  return (isAny || matchesWord(pattern, param, bindings)) && matchesParams(others, rest, bindings);
}

function matchesTags(
  pattern: ReadonlyMap<string, string> | null,
  tags: ReadonlyMap<string, string> | null,
  bindings: Bindings,
): boolean {
  if (pattern === null) return true;
  if (pattern.size !== (tags?.size ?? 0)) return false;
  return [...pattern].every(([key, value]) => {
    const given = tags?.get(key);
    return given !== undefined && matchesWord(value, given, bindings);
  });
}

function read(line: string): Message | null {
  const message = parseMessage(line);
  return isParseFailure(message) ? null : message;
}

/** Whether a line matches a pattern. What it binds stays bound only if it does. */
export function matchesPattern(pattern: string, line: string, bindings: Bindings): boolean {
  const wanted = read(pattern);
  if (wanted === null) throw new TranscriptError(`not a pattern: ${pattern}`);
  const got = read(line);
  if (got === null) return false;
  const tried = new Map(bindings);
  const isMatch = matchesTags(wanted.tags, got.tags, tried) &&
    (wanted.source === null) === (got.source === null) &&
    matchesWord(wanted.source ?? "", got.source ?? "", tried) &&
    wanted.command === got.command &&
    matchesParams(wanted.params, got.params, tried);
  if (isMatch) { for (const [name, text] of tried) bindings.set(name, text); }
  return isMatch;
}

/** One user at work. */
class Actor {
  readonly name: string;
  readonly setup: UserSetup;
  readonly peer: Peer;
  /** Received and not matched yet. */
  queue: string[] = [];

  constructor(name: string, setup: UserSetup, peer: Peer) {
    this.name = name;
    this.setup = setup;
    this.peer = peer;
  }

  async register(): Promise<void> {
    const { name, setup, peer } = this;
    if (setup.isRaw) return;
    if (setup.capabilities.length > 0) peer.send(`CAP REQ :${setup.capabilities.join(" ")}`);
    peer.send(`NICK ${name}`);
    peer.send(`USER ${name} 0 * :${name}`);
    if (setup.capabilities.length > 0) peer.send("CAP END");
    const lines = await peer.receive();
    if (setup.isOperator) {
      peer.send(`OPER ${OPERATOR.name} ${OPERATOR.password}`);
      lines.push(...await peer.receive());
    }
    const commands = lines.map((line) => read(line)?.command);
    const isNaked = lines.some((line) => line.startsWith(":") && / CAP \S+ NAK /.test(line));
    if (isNaked || !commands.includes("001") || commands.includes("381") !== setup.isOperator) {
      throw new TranscriptError(`${name} could not be set up:\n${lines.join("\n")}`);
    }
  }

  async collect(): Promise<void> {
    const lines = await this.peer.receive();
    this.queue.push(...lines);
    const tagged = lines.find((line) => line.startsWith("@"));
    if (tagged !== undefined && !this.setup.isRaw && this.setup.capabilities.length === 0) {
      // Capabilities that the transcript itself switches on are the transcript's business.
      if (!this.hasNegotiated) throw new TranscriptError(`${this.name} was sent tags: ${tagged}`);
    }
  }

  hasNegotiated = false;
}

/**
 * Runs a transcript.
 *
 * @param start Starts a server with the settings of the transcript, apart from the usual ones.
 * @throws {TranscriptError} At the first line that is not as it should be.
 */
export async function runTranscript(
  { settings, users, steps }: Transcript,
  start: (settings: ReadonlyMap<string, string>) => Host | Promise<Host>,
): Promise<void> {
  const host = await start(settings);
  try {
    const actors = new Map<string, Actor>();
    for (const [name, setup] of users) {
      const actor = new Actor(name, setup, await host.connect());
      actors.set(name, actor);
      await actor.register();
    }
    for (const actor of actors.values()) {
      await actor.collect();
      if (actor.queue.length > 0) {
        throw new TranscriptError(`${actor.name} received at the start: ${actor.queue.join("\n")}`);
      }
    }
    await runSteps(steps, actors);
  } finally {
    await host.close();
  }
}

async function runSteps(
  steps: readonly Step[],
  actors: ReadonlyMap<string, Actor>,
): Promise<void> {
  const bindings: Bindings = new Map();
  let sent: Step | undefined;
  for (const step of steps) {
    const actor = actors.get(step.name);
    if (actor === undefined) continue;
    if (step.kind === "send") {
      expectNothing(actors, sent);
      sent = step;
      if (/^CAP REQ /i.test(step.text)) actor.hasNegotiated = true;
      actor.peer.send(filled(step.text, bindings));
      await actor.collect();
      for (const other of actors.values()) if (other !== actor) await other.collect();
    } else if (step.kind === "closed") {
      if (!actor.peer.closed || actor.queue.length > 0) throw mismatch(step, "(closed)", actor);
    } else {
      expectLine(step.text, step, actor, bindings);
      while (step.isMany && matchesPattern(step.text, actor.queue[0] ?? "", bindings)) {
        actor.queue.shift();
      }
    }
  }
  expectNothing(actors, sent);
}

function expectLine(pattern: string, step: Step, actor: Actor, bindings: Bindings): void {
  const line = actor.queue[0];
  if (line === undefined || !matchesPattern(pattern, line, bindings)) {
    throw mismatch(step, pattern, actor);
  }
  actor.queue.shift();
}

function mismatch(step: Step, wanted: string, actor: Actor): TranscriptError {
  const got = actor.queue.length > 0
    ? actor.queue.join("\n        ")
    : actor.peer.closed
    ? "(closed)"
    : "nothing";
  return new TranscriptError(`line ${step.at}, ${actor.name}\n  want: ${wanted}\n  got:  ${got}`);
}

function expectNothing(actors: ReadonlyMap<string, Actor>, after: Step | undefined): void {
  for (const { name, queue } of actors.values()) {
    if (queue.length > 0) {
      throw new TranscriptError(
        `after line ${after?.at}, ${name} was sent what is not listed:\n  ${queue.join("\n  ")}`,
      );
    }
  }
}
