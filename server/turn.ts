/**
 * A session's life, line by line: opened, each line parsed, checked, handled and its reply closed. Where protocol, commands
 * and core meet, and where a defect in a handler ends one session and no other.
 *
 * @module
 */
import {
  byteLength,
  type FrameFailure,
  LIMITS,
  type Message,
  type ParseFailure,
  parseMessage,
} from "../protocol/mod.ts";
import { refuseUnread } from "./commands/accounts.ts";
import { CommandContext, type Node } from "./commands/context.ts";
import { dispatch } from "./commands/mod.ts";
import { spoil } from "./commands/multiline.ts";
import { isTrustedProxy } from "./commands/webirc.ts";
import type { Awaitable, Link } from "./core/ports.ts";
import { ReplyBuffer } from "./core/reply.ts";
import { type Peer, Session } from "./core/state.ts";
import { traceOf } from "./core/trace.ts";

/** Stands for a message that could not be read. */
const UNREADABLE: Message = { tags: null, source: null, command: "*", params: [] };
/** Commands that say who somebody is. */
const IDENTIFYING: ReadonlySet<string> = new Set(["PASS", "WEBIRC"]);
/** Stands for bytes that are not UTF-8. */
const REPLACEMENT = "\ufffd";

let sessions = 0;
let causes = 0;

/** Opens a session for a connection. When the server is full it is refused at once. */
export function openSession(node: Node, link: Link, peer: Peer): Session {
  const { settings, state, supervisor, clock, log } = node;
  const isFull = state.sessions.size >= settings.maxClients;
  const session = new Session(++sessions, peer, link, settings.floodRate, clock.now());
  supervisor.adopt(session);
  log.info("connected", { session: session.id, ip: peer.address, port: peer.port });
  if (isFull) {
    supervisor.end(session, { kind: "refused", text: "The server is full. Try again later." });
  }
  if (!isTrustedProxy(node, peer.address)) {
    const ban = state.bans.find({ username: null, ...peer }, clock.epoch(), "address");
    if (ban !== undefined) supervisor.end(session, { kind: "banned", text: ban.reason }); // BAN-3
  }
  return session;
}

/** Handles one line of a session. Lines of one session come one at a time: a promise holds back the next. */
export function receive(
  node: Node,
  session: Session,
  line: string | FrameFailure,
): Awaitable<void> {
  if (session.closeReason !== null) return;
  if (typeof line !== "string") return receiveUnread(node, session, line);
  const message = parseMessage(line);
  if (isReadable(message)) return handle(node, session, message);
  if (message.failure === "empty") return;
  return handle(node, session, standIn(message), (context) => {
    forgo(context);
    if (message.failure !== "bad-command") return context.fail("INVALID_MESSAGE");
    context.numeric("ERR_UNKNOWNCOMMAND", message.command); // STD-2
  });
}

/**
 * A line that breaks a rule of framing. It is answered as the command that it would have been, and not done; but who tells their
 * name in another encoding has no other to tell, and comes in with what can be read of it. (FRAME-3 to FRAME-7, USER-4)
 */
function receiveUnread(
  node: Node,
  session: Session,
  { failure, line }: FrameFailure,
): Awaitable<void> {
  const parsed = parseMessage(line);
  const message = isReadable(parsed) ? parsed : standIn(parsed);
  const isUser = message.command === "USER" && session.stage === "registering";
  return handle(node, session, message, (context) => {
    if (isUser && failure === "invalid-utf8") {
      context.fail("INVALID_UTF8_REPLACED");
      return dispatch(context);
    }
    forgo(context);
    const isTooLong = failure === "line-too-long" || failure === "tags-too-long";
    if (message.command === "AUTHENTICATE") refuseUnread(context, isTooLong);
    else if (isTooLong) context.numeric("ERR_INPUTTOOLONG");
    else context.fail(failure === "invalid-utf8" ? "INVALID_UTF8" : "INVALID_MESSAGE");
    endNameless(context);
  });
}

/** Stands for what is no message, and has the label of it. */
function standIn(failure: ParseFailure): Message {
  return failure.failure === "bad-command" ? { ...UNREADABLE, tags: failure.tags } : UNREADABLE;
}

function isReadable(message: Message | ParseFailure): message is Message {
  return !("failure" in message);
}

/** A line is not done: it costs what others do, and an open batch would not be whole without it. (MULTI-2) */
function forgo(context: CommandContext): void {
  context.session.bucket.spend(1);
  spoil(context);
}

/** Who was about to say who they are, and was not understood, does not come in as somebody else. (REG-9) */
function endNameless({ node, session, message: { command } }: CommandContext): void {
  if (session.stage !== "registering" || !IDENTIFYING.has(command)) return;
  node.supervisor.end(session, { kind: "refused", text: `${command} could not be read.` });
}

/** Handles a message, with its label if it has one. */
function handle(
  node: Node,
  session: Session,
  message: Message,
  act: (context: CommandContext) => Awaitable<void> = dispatch,
): Awaitable<void> {
  const label = labelOf(session, message);
  if (label === undefined) {
    return run(node, session, new CommandContext(node, session, message, undefined), act);
  }
  if (label === "" || byteLength(label) > LIMITS.LABEL.value) {
    const context = new CommandContext(node, session, message, undefined);
    forgo(context);
    context.fail("INVALID_LABEL");
    return endNameless(context);
  }
  const cause = `${session.id}-${(++causes).toString(36)}`;
  const reply = new ReplyBuffer(session, cause, label);
  session.reply = reply;
  const close = (): void => {
    if (session.reply === reply) reply.close(node.settings.name, node.clock.epoch());
  };
  const pending = run(node, session, new CommandContext(node, session, message, cause), act);
  return pending instanceof Promise ? pending.finally(close) : close();
}

/** The label of a command, from a session that has negotiated what answers with labels need. */
function labelOf(session: Session, message: Message): string | undefined {
  if (message.tags === null || !session.has("labeled-response") || !session.has("batch")) {
    return undefined;
  }
  const label = message.tags.get("label");
  return label?.includes(REPLACEMENT) ? undefined : label; // it was another
}

/** Runs the handler; a throw ends this session alone. */
function run(
  node: Node,
  session: Session,
  context: CommandContext,
  act: (context: CommandContext) => Awaitable<void>,
): Awaitable<void> {
  try {
    const pending = act(context);
    if (pending instanceof Promise) {
      return pending.catch((error) => fail(node, session, context, error));
    }
  } catch (error) {
    fail(node, session, context, error);
  }
}

function fail(node: Node, session: Session, { message }: CommandContext, error: unknown): void {
  node.log.error("internal-error", {
    session: session.id,
    message: traceOf(error),
    command: message.command,
  });
  node.supervisor.end(session, { kind: "internal-error" });
}
