/**
 * Batches that clients send: BATCH, and the lines between its beginning and its end.
 *
 * SPEC: "Multiline".
 *
 * @module
 */
import {
  CONCAT_TAG,
  isBatchReference,
  isMultilineFault,
  MULTILINE,
  MultilineAssembly,
  type MultilineFault,
} from "../../protocol/mod.ts";
import { ClientBatch } from "../core/client_batch.ts";
import { CommandContext, type CommandRule } from "./context.ts";
import { fitsRelayed, sendMultiline } from "./messages.ts";

/** What programs send of their own accord: it does not break a batch. */
const HARMLESS: ReadonlySet<string> = new Set(["PING", "PONG", "QUIT"]);
/** Tags that a line in a batch may have. */
const LINE_TAGS: ReadonlySet<string> = new Set(["batch", CONCAT_TAG]);

/** BATCH +<reference> <type> [<parameter>], BATCH -<reference> */
function batch(context: CommandContext): void {
  const { node, session } = context;
  const name = context.param(0);
  if (name.startsWith("-")) return close(context, name.slice(1));
  session.bucket.spend(1); // one for the whole (MULTI-9)
  const reference = name.startsWith("+") ? name.slice(1) : name;
  if (reference === name || !isBatchReference(reference)) {
    ignore(context, reference);
    return context.fail("INVALID_REFTAG", reference);
  }
  const type = context.param(1);
  if (type !== MULTILINE || !session.has("draft/multiline") || !session.has("batch")) {
    ignore(context, reference);
    return context.fail("UNKNOWN_TYPE", reference, type);
  }
  const target = context.param(2);
  if (target === "") {
    ignore(context, reference);
    return context.fail("MULTILINE_INVALID");
  }
  open(context, reference, new MultilineAssembly(target, (each) => node.state.fold(each)));
}

/** What comes with this reference is ignored until another command comes. */
function ignore(context: CommandContext, reference: string): void {
  const { node, session, message } = context;
  session.batch = new ClientBatch(reference, message, node.clock.now(), null, null);
}

/** Begins to collect. The answer to a label comes when the batch ends. */
function open(context: CommandContext, reference: string, assembly: MultilineAssembly): void {
  const { node, session, message, cause } = context;
  const label = message.tags?.get("label");
  const reply = cause === undefined || label === undefined ? null : { cause, label };
  session.reply?.defer();
  session.batch = new ClientBatch(reference, message, node.clock.now(), assembly, reply);
}

/** The batch has ended: what it says is sent. */
function close(context: CommandContext, reference: string): void {
  const { session } = context;
  const { batch } = session;
  if (batch === null || batch.reference !== reference) {
    session.bucket.spend(1);
    return batch === null ? context.fail("MULTILINE_INVALID") : abandon(context, batch);
  }
  session.batch = null;
  const { assembly } = batch;
  if (assembly === null) return;
  const whole = assembly.finish();
  answer(context, batch, (reply) => {
    const refuse = (): void => {
      session.bucket.spend(assembly.size);
      reply.fail("MULTILINE_INVALID");
    };
    if (isMultilineFault(whole)) refuse();
    else sendMultiline(reply, assembly.target, whole, refuse);
  });
}

/** Answers as to the BATCH that opened it, with its label; without one with that of the command at hand, if it has one. */
function answer(
  { node, session, cause: own }: CommandContext,
  batch: ClientBatch,
  tell: (reply: CommandContext) => void,
): void {
  batch.answer(session, node.settings.name, node.clock.epoch(), (cause) => {
    tell(new CommandContext(node, session, batch.opening, cause ?? own));
  });
}

/** Says why a batch has failed, once, and charges for its lines what they would have cost. */
function abandon(
  context: CommandContext,
  batch: ClientBatch,
  { fault, context: words }: MultilineFault = { fault: "MULTILINE_INVALID", context: [] },
): void {
  if (batch.assembly === null) return;
  context.session.bucket.spend(batch.assembly.size);
  batch.fail();
  answer(context, batch, (reply) => reply.fail(fault, ...words));
}

/**
 * Takes a line that belongs to a batch. What does not belong to the open one ends it, and is done as ever.
 *
 * @returns Whether that is all there is to do about the line.
 */
export function collect(context: CommandContext): boolean {
  const { session, message } = context;
  const { batch } = session;
  const reference = message.tags?.get("batch");
  if (batch === null) {
    if (reference === undefined || !session.has("draft/multiline")) return false;
    session.bucket.spend(1);
    new CommandContext(context.node, session, { ...message, command: "BATCH" }, context.cause)
      .fail("MULTILINE_INVALID");
    return true;
  }
  if (reference === undefined) {
    const isEnd = message.command === "BATCH" && context.param(0).startsWith("-");
    if (isEnd || HARMLESS.has(message.command)) return false;
    session.batch = null;
    abandon(context, batch);
    return false;
  }
  if (batch.assembly === null || reference !== batch.reference) {
    session.bucket.spend(1);
    abandon(context, batch);
    return true;
  }
  const hasOthers = [...message.tags?.keys() ?? []].some((key) => !LINE_TAGS.has(key));
  const fault = hasOthers ? undefined : batch.assembly.add(message);
  if (fault !== null) abandon(context, batch, fault);
  else if (!fitsInTime(context)) abandon(context, batch);
  return true;
}

/** Whether the line will fit, as far as its sender's spelling of the target tells: what will not need not be waited for. */
function fitsInTime(
  { user, message: { command, params: [target = "", text = ""] } }: CommandContext,
): boolean {
  return fitsRelayed(user.source, command === "NOTICE" ? command : "PRIVMSG", target, text);
}

/** A line could not be read while a batch is open: if it was one of its lines, the message would not be whole. (MULTI-2) */
export function spoil(context: CommandContext): void {
  const { batch } = context.session;
  if (batch !== null) abandon(context, batch);
}

/** The rule of batches that clients open. */
export const batches = {
  BATCH: { stage: "active", cost: 0, run: batch },
} as const satisfies Record<string, CommandRule>;
