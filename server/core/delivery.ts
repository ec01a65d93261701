/**
 * How what is said reaches those whom it is for: messages, and that they were taken back. Part of `apply`.
 *
 * @module
 */
import {
  CONCAT_TAG,
  MULTILINE,
  type MultilineLine,
  Outgoing,
  type OutgoingTags,
} from "../../protocol/mod.ts";
import { by, having, ranked } from "./audience.ts";
import { awaitAnswer } from "./callers.ts";
import type { MessageEvent, MessageTarget, RedactEvent } from "./events.ts";
import type { Outbox } from "./ports.ts";
import type { NetworkState, Session, User } from "./state.ts";

/** Something was said. */
export function applyMessage(state: NetworkState, event: MessageEvent, outbox: Outbox): void {
  const sender = event.from === null ? null : state.users.get(event.from) ?? null;
  if (sender !== null) {
    sender.spokeAt = event.at;
    const { target, verb } = event;
    if (target.kind === "user" && verb !== "TAGMSG") awaitAnswer(sender, target.user);
  }
  state.recent.add(event);
  const { at, msgid, tags, relayedBy } = event;
  const name = nameOf(state, event.target);
  // What a bridge says for somebody tells nothing of the bridge's own account.
  const first = relayedBy === undefined
    ? by(sender, at, tags, msgid)
    : { at, msgid, tags, relayedBy };
  if (event.lines !== undefined) {
    const said = new Said(event, event.lines, name, first, by(sender, at, tags));
    return deliver(state, event, sender, (sessions, cause, except) => {
      const [whole, single] = partition(sessions);
      for (const line of said.whole) outbox.fanOut(whole, line, cause, except);
      for (const line of said.single) outbox.fanOut(single, line, cause, except);
    });
  }
  const params = event.verb === "TAGMSG" ? [name] : [name, event.text];
  const line = new Outgoing(event.source, event.verb, params, first);
  deliver(state, event, sender, (sessions, cause, except) => {
    // TAGMSG is for those who know tags.
    const readers = event.verb === "TAGMSG" ? having(sessions, "message-tags") : sessions;
    outbox.fanOut(readers, line, cause, except);
  });
}

/** A message of several lines as its readers are shown it. */
export class Said {
  /** For those who know such messages: a batch, whose beginning carries the tags. (MULTI-5) */
  readonly whole: readonly Outgoing[];
  /** For others: line by line, the id on the first alone; what is blank is left out. (MULTI-6) */
  readonly single: readonly Outgoing[];

  /**
   * @param name The target as its readers are shown it.
   * @param first What its beginning carries.
   * @param others What the other lines carry where they stand alone.
   */
  constructor(
    { source, verb, msgid }: Pick<MessageEvent, "source" | "verb" | "msgid">,
    lines: readonly MultilineLine[],
    name: string,
    first: OutgoingTags,
    others: OutgoingTags,
  ) {
    const inBatch: [string, string] = ["batch", msgid];
    const [plain, joined] = [new Map([inBatch]), new Map([inBatch, [CONCAT_TAG, ""]])];
    this.whole = [
      new Outgoing(source, "BATCH", [`+${msgid}`, MULTILINE, name], first),
      ...lines.map(({ text, isJoined }) =>
        Outgoing.fitting(source, verb, [name, text], { always: isJoined ? joined : plain })
      ),
      new Outgoing(source, "BATCH", [`-${msgid}`]),
    ];
    this.single = lines.filter(({ text }) => text !== "").map(({ text }, index) =>
      Outgoing.fitting(source, verb, [name, text], index === 0 ? first : others)
    );
  }
}

/** Whether the session is sent messages of several lines as one. */
export function knowsMultiline(session: Session): boolean {
  return session.has("draft/multiline") && session.has("batch");
}

/** Those who know messages of several lines, and those who do not. */
function partition(sessions: Iterable<Session>): readonly [Session[], Session[]] {
  const whole: Session[] = [];
  const single: Session[] = [];
  for (const session of sessions) {
    (knowsMultiline(session) ? whole : single).push(session);
  }
  return [whole, single];
}

/** A message was taken back: those who know of that are told as they were told of the message. */
export function applyRedact(state: NetworkState, event: RedactEvent, outbox: Outbox): void {
  state.recent.forget(event.msgid);
  const user = state.user(event.from);
  const params = [nameOf(state, event.target), event.msgid];
  if (event.text !== null) params.push(event.text);
  const tags = by(user, event.at, undefined, event.id);
  const line = new Outgoing(event.source, "REDACT", params, tags);
  deliver(state, event, user, (sessions, cause, except) => {
    outbox.fanOut(having(sessions, "draft/message-redaction"), line, cause, except);
  });
}

/** The target as its readers are shown it. */
function nameOf(state: NetworkState, target: MessageTarget): string {
  switch (target.kind) {
    case "channel":
      return (target.prefix ?? "") + state.channel(target.channel).name;
    case "user":
      return state.user(target.user).nick;
    case "everyone":
      return "$*";
  }
}

/** Hands something to sessions, but for one. With the cause of the command for those whose reply it may belong to. */
type Hand = (
  sessions: Iterable<Session>,
  cause: string | undefined,
  except: Session | null,
) => void;

/** Finds those whom something that was sent is for, with its echo. */
function deliver(
  state: NetworkState,
  { target, session, cause }: Pick<MessageEvent, "target" | "session" | "cause">,
  sender: User | null,
  hand: Hand,
): void {
  const silent = withoutEcho(sender, session);
  switch (target.kind) {
    case "channel": {
      const channel = state.channel(target.channel);
      const local = target.prefix === undefined ? channel.local : ranked(channel, target.prefix);
      hand(local, cause, silent);
      // Whoever is not among the readers has an echo all the same.
      if (sender !== null && !sender.sessions.isSubsetOf(local)) {
        hand(sender.sessions, cause, silent);
      }
      return;
    }
    case "user":
      hand(state.user(target.user).sessions, undefined, null);
      if (sender === null) return;
      // What one sends to oneself comes twice where it was said: as sent to oneself, without a label, and as the echo.
      if (sender.id === target.user) hand(only(sender, session), cause, silent);
      else hand(sender.sessions, cause, silent); // DEVICE-4
      return;
    case "everyone":
      for (const { sessions } of state.users.values()) hand(sessions, cause, silent);
      return;
  }
}

/** The one session of the user that spoke. */
function only({ sessions }: User, session: number | undefined): Session[] {
  return [...sessions].filter(({ id }) => id === session);
}

/** The session that spoke, if it wants no echo. */
function withoutEcho(sender: User | null, session: number | undefined): Session | null {
  if (sender === null || session === undefined) return null;
  for (const candidate of sender.sessions) {
    if (candidate.id === session) return candidate.has("echo-message") ? null : candidate;
  }
  return null;
}
