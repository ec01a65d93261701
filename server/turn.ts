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
  parseMessage,
} from "../protocol/mod.ts";
import { CommandContext, type Node } from "./commands/context.ts";
import { dispatch } from "./commands/mod.ts";
import { isTrustedProxy } from "./commands/webirc.ts";
import type { Awaitable, Link } from "./core/ports.ts";
import { ReplyBuffer } from "./core/reply.ts";
import { type Peer, Session } from "./core/state.ts";
import { traceOf } from "./core/trace.ts";

/** Stands for a message that could not be read. */
const UNREADABLE: Message = { tags: null, source: null, command: "*", params: [] };

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
  if (message.failure !== "empty") refuse(node, session, message.failure);
}

type Unreadable = Exclude<ReturnType<typeof parseMessage>, Message> | FrameFailure;

function isReadable(message: Message | Unreadable): message is Message {
  return !("failure" in message);
}

/** Answers a line that is no message. The session goes on. (FRAME-4 to FRAME-7) */
function refuse(node: Node, session: Session, failure: Unreadable["failure"]): void {
  const context = new CommandContext(node, session, UNREADABLE, undefined);
  session.bucket.spend(1);
  switch (failure) {
    case "line-too-long":
    case "tags-too-long":
      return context.numeric("ERR_INPUTTOOLONG");
    case "invalid-utf8":
      return context.fail("INVALID_UTF8");
    case "forbidden-byte":
    case "no-command":
    case "bad-command":
      return context.fail("INVALID_MESSAGE");
    case "empty":
      return;
  }
}

function handle(node: Node, session: Session, message: Message): Awaitable<void> {
  const label = labelOf(session, message);
  if (label === undefined) {
    return run(node, session, new CommandContext(node, session, message, undefined));
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
  const pending = run(node, session, new CommandContext(node, session, message, cause));
  return pending instanceof Promise ? pending.finally(close) : close();
}

/** The label of a command, from a session that has negotiated what answers with labels need. */
function labelOf(session: Session, message: Message): string | undefined {
  if (message.tags === null || !session.has("labeled-response") || !session.has("batch")) {
    return undefined;
  }
  return message.tags.get("label");
}

/** Runs the handler; a throw ends this session alone. */
function run(node: Node, session: Session, context: CommandContext): Awaitable<void> {
  try {
    const pending = dispatch(context);
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
