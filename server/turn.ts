/**
 * A session's life, line by line: opened, each line parsed, checked, handled and its reply closed. Where protocol, commands
 * and core meet, and where a defect in a handler ends one session and no other.
 *
 * @module
 */
import {
  byteLength,
  FAILURES,
  type FrameFailure,
  LIMITS,
  type Message,
  parseMessage,
} from "../protocol/mod.ts";
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
  const message = typeof line === "string" ? parseMessage(line) : line;
  if (isReadable(message)) return handle(node, session, message);
  switch (message.failure) {
    case "empty":
      return;
    case "invalid-utf8":
      return receiveOther(node, session, message.line);
    case "bad-command": {
      const { command, tags } = message;
      const unknown = { ...UNREADABLE, tags };
      return handle(node, session, unknown, (context) => {
        session.bucket.spend(1);
        spoil(context); // MULTI-2
        context.numeric("ERR_UNKNOWNCOMMAND", command);
      });
    }
    default:
      return refuse(node, session, message.failure);
  }
}

/**
 * A line that is not UTF-8. It is answered as the command that it would have been, and not done; but who tells their name has
 * no other to tell, and comes in with what can be read of it. (FRAME-5, USER-4)
 */
function receiveOther(node: Node, session: Session, line: string): Awaitable<void> {
  const parsed = parseMessage(line);
  const message = isReadable(parsed) ? parsed : UNREADABLE;
  const isUser = message.command === "USER" && session.stage === "registering";
  return handle(node, session, message, (context) => {
    if (isUser) {
      context.failSaying("INVALID_UTF8_REPLACED", FAILURES.INVALID_UTF8_REPLACED.text);
      return dispatch(context);
    }
    session.bucket.spend(1);
    spoil(context); // MULTI-2
    context.fail("INVALID_UTF8");
  });
}

type Unreadable = Exclude<ReturnType<typeof parseMessage>, Message> | FrameFailure;

function isReadable(message: Message | Unreadable): message is Message {
  return !("failure" in message);
}

/** Answers a line that is no message. The session goes on. (FRAME-3, FRAME-4, FRAME-6, FRAME-7) */
function refuse(
  node: Node,
  session: Session,
  failure: "line-too-long" | "tags-too-long" | "forbidden-byte" | "no-command",
): void {
  const context = new CommandContext(node, session, UNREADABLE, undefined);
  session.bucket.spend(1);
  spoil(context); // MULTI-2
  switch (failure) {
    case "line-too-long":
    case "tags-too-long":
      return context.numeric("ERR_INPUTTOOLONG");
    case "forbidden-byte":
    case "no-command":
      return context.fail("INVALID_MESSAGE");
  }
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
    session.bucket.spend(1);
    return new CommandContext(node, session, message, undefined).fail("INVALID_LABEL");
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
