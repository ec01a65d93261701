/**
 * What was said before: CHATHISTORY.
 *
 * SPEC: "CHATHISTORY"; IRCv3 chathistory.
 *
 * @module
 */
import { type FailureCode, FAILURES, LIMITS, parseNumber } from "../../protocol/mod.ts";
import type { HistoryEntry, HistoryRange, Reference } from "../core/history.ts";
import type { Readable } from "../core/readable.ts";
import { StoreError } from "../core/store_error.ts";
import type { CommandContext, CommandRule } from "./context.ts";
import {
  ENTRIES_PER_TOKEN,
  type Keep,
  knowsEvents,
  piecesOf,
  tellPieces,
  under,
} from "./playback.ts";
import { findReadable, readTargets } from "./readables.ts";
import { formatInstant, readInstant } from "./timestamps.ts";

const REFERENCE_REGEXP = /^([^=]*)=(.*)$/s;

/** Why a command is not done: a code, and what goes with it behind the subcommand. */
class Fault {
  readonly code: FailureCode;
  readonly text: string;
  readonly context: readonly string[];

  constructor(code: FailureCode, text: string, ...context: readonly string[]) {
    this.code = code;
    this.text = text;
    this.context = context;
  }
}

const REFERENCE_TYPES = FAILURES.INVALID_MSGREFTYPE.text;

/** The subcommands, each with how many references it takes. */
const SUBCOMMANDS: ReadonlyMap<string, number> = new Map([
  ["BEFORE", 1],
  ["AFTER", 1],
  ["LATEST", 1],
  ["AROUND", 1],
  ["BETWEEN", 2],
  ["TARGETS", 2],
]);

/** CHATHISTORY <subcommand> <target> [<reference> [<reference>]] [<limit>] */
function chathistory(context: CommandContext): void {
  if (!context.session.has("draft/chathistory")) { // CHATH-1
    return context.numeric("ERR_UNKNOWNCOMMAND", "CHATHISTORY");
  }
  const fault = answer(context);
  if (fault !== null) {
    context.failSaying(fault.code, fault.text, context.param(0), ...fault.context);
  }
}

/** Answers, or tells why not. */
function answer(context: CommandContext): Fault | null {
  const { params } = context.message;
  const subcommand = context.param(0).toUpperCase();
  const references = SUBCOMMANDS.get(subcommand);
  if (references === undefined) {
    return new Fault("INVALID_PARAMS", "There is no such subcommand of CHATHISTORY.");
  }
  const isTargets = subcommand === "TARGETS";
  const wanted = references + (isTargets ? 2 : 3);
  if (params.length !== wanted) {
    const amount = params.length < wanted ? "few" : "many";
    return new Fault("INVALID_PARAMS", `There are too ${amount} parameters.`);
  }
  const limit = readLimit(params.at(-1) ?? "");
  if (limit === null) {
    return new Fault("INVALID_PARAMS", "The limit is no number.", params.at(-1) ?? "");
  }
  try {
    return isTargets ? targets(context, limit) : messages(context, subcommand, limit);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return new Fault(
      "MESSAGE_ERROR",
      "The messages cannot be read now. Try again later.",
      context.param(1),
    );
  }
}

/** How many entries at most; more than the limit CHATHISTORY is that limit. (CHATH-7) */
export function readLimit(text: string): number | null {
  const limit = parseNumber(text, 1, 999_999_999);
  return limit === null ? null : Math.min(limit, LIMITS.CHATHISTORY.value);
}

/** A reference as it is written, or why it is none. */
function readReference(word: string, name: string): Reference | Fault {
  const [, type, value = ""] = REFERENCE_REGEXP.exec(word) ?? [];
  if (type === "msgid" && value !== "") return { msgid: value };
  if (type !== "timestamp") {
    return type === undefined || type === "msgid"
      ? new Fault("INVALID_PARAMS", "That names no message.", name, word)
      : new Fault("INVALID_MSGREFTYPE", REFERENCE_TYPES, name, word);
  }
  const at = readInstant(value);
  return at === null ? new Fault("INVALID_PARAMS", "The timestamp is none.", name, word) : { at };
}

/** All subcommands that tell messages. */
function messages(context: CommandContext, subcommand: string, limit: number): Fault | null {
  const name = context.param(1);
  const references: Reference[] = [];
  for (const word of context.message.params.slice(2, -1)) {
    if (subcommand === "LATEST" && word === "*") continue;
    const reference = readReference(word, name);
    if (reference instanceof Fault) return reference;
    references.push(reference);
  }
  const readable = findReadable(context, name);
  if (readable === null) {
    return new Fault("INVALID_TARGET", "There is nothing there that you may read.", name);
  }
  const found = find(context, readable, subcommand, references, limit);
  if (found === null) return new Fault("MESSAGE_ERROR", "There is no such message there.", name);
  const { entries, keep } = found;
  context.session.bucket.spend(entries.length / ENTRIES_PER_TOKEN); // CHATH-8
  const pieces = piecesOf(context, under(readable.name, entries), { keep });
  if (pieces.length === 0 && entries.length > 0) {
    return new Fault("MESSAGE_ERROR", "There is no room for them now. Try again.", name);
  }
  context.batch("chathistory", [readable.name], () => tellPieces(context, pieces)); // CHATH-3
  return null;
}

/** What was found, and which of it is left out last. */
interface Found {
  readonly entries: readonly HistoryEntry[];
  readonly keep: Keep;
}

/** Finds what a subcommand asks for; `null` if a reference names no message there. */
function find(
  { node, session }: CommandContext,
  { conversation, since, level }: Readable,
  subcommand: string,
  [first, second]: readonly Reference[],
  limit: number,
): Found | null {
  const { history } = node.store;
  const scope = { conversation, since, level, limit, withEvents: knowsEvents(session) };
  const read = (
    keep: HistoryRange["from"],
    after?: Reference,
    before?: Reference,
  ): Found | null => {
    const bounds = {
      ...after === undefined ? {} : { after },
      ...before === undefined ? {} : { before },
    };
    const entries = history.read({ ...scope, ...bounds, from: keep });
    return entries === "unknown-reference" ? null : { entries, keep };
  };
  switch (subcommand) {
    case "BEFORE":
      return read("newest", undefined, first);
    case "AFTER":
      return read("oldest", first);
    case "AROUND": {
      if (first === undefined) return null;
      const entries = history.around(first, scope);
      return entries === "unknown-reference" ? null : { entries, keep: "middle" };
    }
    case "BETWEEN": {
      const forwards = read("oldest", first, second);
      return forwards?.entries.length === 0 ? read("newest", second, first) : forwards;
    }
    default:
      return read("newest", first);
  }
}

/** TARGETS <timestamp> <timestamp> <limit>: where there is something to read, the last time within. (CHATH-9) */
function targets(context: CommandContext, limit: number): Fault | null {
  const bounds: number[] = [];
  for (const word of context.message.params.slice(1, 3)) {
    const reference = readReference(word, "*");
    if (reference instanceof Fault) return new Fault(reference.code, reference.text, word);
    if (!("at" in reference)) return new Fault("INVALID_MSGREFTYPE", REFERENCE_TYPES, word);
    bounds.push(reference.at);
  }
  const [first = 0, second = 0] = bounds;
  const [after, before] = [Math.min(first, second), Math.max(first, second)];
  const found = readTargets(context).filter(({ at }) => after < at && at < before);
  const told = first <= second ? found.slice(0, limit) : found.slice(-limit);
  context.session.bucket.spend(told.length / ENTRIES_PER_TOKEN);
  context.batch("draft/chathistory-targets", [], () => {
    for (const { readable, at } of told) {
      if (context.hasRoom) context.line("CHATHISTORY", "TARGETS", readable.name, formatInstant(at));
    }
  });
  return null;
}

/** The rule of this section. */
export const remembering = {
  CHATHISTORY: { stage: "active", arity: 0, cost: 2, run: chathistory },
} as const satisfies Record<string, CommandRule>;
