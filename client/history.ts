/**
 * What was said before: asks the server for it, and puts it into its place among what is said now. A line is shown once,
 * and in order: while what was missed is on its way, what happens now waits. Pure: messages in, events and lines out.
 *
 * IRCv3 chathistory, read-marker; soju.im/search. A server without them is left alone.
 *
 * @module
 */

import type { Folded } from "../protocol/casemap.ts";
import { formatMessage, type Message } from "../protocol/message.ts";
import { type Batch, Batches } from "./batches.ts";
import type { HistoryEvent, ViewEvent } from "./events.ts";
import { conversationOf, linesOf, ofLive } from "./history_lines.ts";
import { type Conversation, later, type Line, type Memory, type Place, shifted } from "./memory.ts";
import { type Answer, isAnswer, isCatchUp, type Question, Questions } from "./questions.ts";
import type { Search } from "./search.ts";
import { isOwn, isRoom, receive, type SessionState } from "./session.ts";

/** What comes of a message or a wish. */
export interface Outcome {
  readonly events: readonly ViewEvent[];
  /** To be sent. */
  readonly lines: readonly string[];
}

/** Lines of one conversation from before. */
export interface Older {
  /** A room or a nick. */
  readonly target: string;
  readonly count: number;
  /** A time, as the tag `time` has it; `null`: before what was shown. */
  readonly before: string | null;
}

/** How a history is kept. */
export interface HistoryOptions {
  /** With how many of its last lines a room is shown when the user enters it first; 0 for none. */
  readonly lines: number;
  /** The user was here before, by another connection. */
  readonly isBack: boolean;
}

/** Of more than that the last are shown. */
export const MOST_MISSED = 1000;
/** What waits for a server that does not answer; then it waits no longer. */
const MOST_HELD = 5000;
/** Lines of all conversations together after which no more are asked for but the last of each. */
const MOST_CAUGHT_UP = 3000;
/** The most that one wish is granted. */
export const MOST_OLDER = 1000;
/** Lines that one search may find. */
const MOST_FOUND = 50;
/** Lines of a talk that are looked at for those that are not read. */
const MOST_UNREAD = 100;
/** Talks that are looked at for what was missed. */
const MOST_TARGETS = 50;
/** Places that are told to be read at a time: fewer than any server takes for a flood. */
const MOST_MARKED = 5;
/** Servers' clocks differ; what comes twice is told by its id. */
const CLOCK_DIFFERENCE_MS = 10_000;
/** The name under which chatd keeps what is said to everybody. */
const EVERYONE = "$*";
/** Before every line there is. */
const BEGINNING = "1970-01-01T00:00:00.000Z";

/** What people do: it waits while what was missed is on its way. */
const PASSING = new Set([
  ..."PRIVMSG NOTICE JOIN PART KICK QUIT NICK TOPIC MODE RENAME".split(" "),
]);

interface Held {
  /** The room or the talk; `null` for what concerns all. */
  readonly key: Folded | null;
  readonly events: readonly ViewEvent[];
  readonly line: Line | null;
}

/** The history of one connection. */
export class History {
  readonly #state: SessionState;
  readonly #memory: Memory;
  readonly #options: HistoryOptions;
  readonly #batches = new Batches(isAnswer);
  readonly #questions: Questions;
  /** The server's time when the connection before this was lost. */
  readonly #lostAt: string | null;
  #caughtUpLines = 0;
  #held: Held[] = [];
  #lines: string[] = [];
  #events: ViewEvent[] = [];
  /** The line that was said last, whose id those that go on with it share. */
  #latest: Line | null = null;

  /** `memory` outlives the connection. */
  constructor(state: SessionState, memory: Memory, options: HistoryOptions) {
    this.#state = state;
    this.#memory = memory;
    this.#options = options;
    this.#questions = new Questions(state);
    this.#lostAt = options.isBack ? memory.time : null;
  }

  /** Takes in one message of the server, what is not for this module too. */
  take(message: Message): Outcome {
    const sorted = this.#batches.sort(message);
    if (sorted.is === "whole") this.#whole(sorted.batch);
    if (sorted.is === "several") { for (const each of sorted.messages) this.#live(each); }
    if (sorted.is === "live") {
      const answers = this.#questions.answers(message, sorted.label);
      if (answers === null) this.#live(message);
      else for (const answer of answers) this.#answered(answer);
    }
    return this.#outcome();
  }

  /** Asks for lines from before. */
  older({ target, count, before }: Older): Outcome {
    if (!this.#can("draft/chathistory")) return refusal("This server keeps no history.");
    const key = this.#state.fold(target);
    const first = this.#memory.find(key)?.first ?? null;
    this.#questions.ask({
      kind: "older",
      key,
      name: target,
      wanted: Math.min(count, MOST_OLDER),
      before: before === null ? first : { msgid: null, time: before },
    });
    return this.#outcome();
  }

  /** Asks for lines that match. */
  search(search: Search): Outcome {
    if (!this.#can("soju.im/search")) return refusal("This server cannot search.");
    const key = this.#state.fold("");
    this.#questions.ask({ kind: "found", key, name: "", wanted: MOST_FOUND, search });
    return this.#outcome();
  }

  /** The user is here, and has read what was shown: what to send. */
  read(): string[] {
    const lines: string[] = [];
    if (!this.#state.registered || !this.#state.capabilities.has("draft/read-marker")) return lines;
    for (const [key, conversation] of this.#memory.all()) {
      const { name, last, read } = conversation;
      const time = last?.time ?? null;
      if (time === null || (read !== null && read !== "*" && read >= time)) continue;
      if (name === EVERYONE || (isRoom(name) && !this.#state.rooms.has(key))) continue;
      conversation.read = time;
      lines.push(formatMessage({ command: "MARKREAD", params: [name, `timestamp=${time}`] }));
      if (lines.length === MOST_MARKED) break;
    }
    return lines;
  }

  /** The connection is gone: what has waited in vain. What was missed is asked for anew by the next one. */
  end(): ViewEvent[] {
    for (const key of this.#state.rooms.keys()) this.#leave(key);
    this.#questions.clear();
    return this.#held.splice(0).flatMap(({ events, line }) => {
      // Where the conversation is known to stays before what was missed.
      if (line !== null) this.#memory.add(line);
      return events;
    });
  }

  #outcome(): Outcome {
    if (this.#held.length > MOST_HELD) this.#questions.clear();
    const held = this.#held.splice(0);
    for (const entry of held) {
      if (this.#questions.isCatchingUp(entry.key)) this.#held.push(entry);
      else this.#show(entry.events, entry.line);
    }
    const lines = [...this.#lines.splice(0), ...this.#questions.lines()];
    return { events: this.#events.splice(0), lines };
  }

  #can(capability: string): boolean {
    const { capabilities } = this.#state;
    return capabilities.has(capability) && capabilities.has("batch");
  }

  // What happens now

  #live(message: Message): void {
    const { command, params, source, tags } = message;
    const state = this.#state;
    this.#memory.time = later(this.#memory.time, tags?.get("time") ?? null);
    if (command === "MARKREAD") return this.#marked(params);
    // The mark is a service to the user, and was not asked for.
    if (command === "FAIL" && params[0] === "MARKREAD") return;
    const from = source?.split("!", 1)[0] ?? "";
    const isMine = isOwn(state, command === "KICK" ? params[1] ?? "" : from);
    const line = ofLive(state, message, this.#latest);
    if (line !== null) this.#latest = line;
    if (isMine && (command === "PART" || command === "KICK")) {
      this.#leave(state.fold(params[0] ?? ""));
    }
    const wasIn = state.rooms.has(state.fold(params[0] ?? ""));
    const isHidden = !isMine && state.ignores.hides(message, state.fold);
    const received = receive(state, message);
    const events = isHidden ? [] : received;
    const isPassing = PASSING.has(command) && source?.includes("!") && (line !== null || !isMine);
    if (events.length > 0 || line !== null) {
      const key = this.#placeOf(message, line);
      if (isPassing && this.#questions.isCatchingUp(key)) this.#held.push({ key, events, line });
      else this.#show(events, line);
    }
    if (command === "NICK" && !isMine) {
      this.#memory.rename(state.fold(from), state.fold(params[0] ?? ""), params[0] ?? "");
    }
    if (command === "RENAME" && wasIn) {
      this.#memory.rename(
        state.fold(params[0] ?? ""),
        state.fold(params[1] ?? ""),
        params[1] ?? "",
      );
    }
    if (command === "JOIN" && isMine && !wasIn) this.#joined(message);
    if (command === "376" || command === "422") this.#welcomed();
  }

  /** Where it happens; `null` when that is in many places. */
  #placeOf({ command, params }: Message, line: Line | null): Folded | null {
    if (line !== null) return conversationOf(this.#state, line.event).key;
    return command === "QUIT" || command === "NICK" ? null : this.#state.fold(params[0] ?? "");
  }

  #show(events: readonly ViewEvent[], line: Line | null): void {
    if (line !== null) {
      if (line.isNamed && this.#memory.has(line)) return;
      this.#memory.add(line);
      const { key, name } = conversationOf(this.#state, line.event);
      const conversation = this.#memory.open(key, name);
      // A line that goes on with another has no id that the server could find.
      if (line.msgid !== null || !line.isNamed) conversation.last = line;
      conversation.first ??= line;
    }
    this.#events.push(...events);
  }

  #marked([target = "", mark = ""]: readonly string[]): void {
    const conversation = this.#memory.open(this.#state.fold(target), target);
    conversation.read = mark.replace(/^timestamp=/, "");
  }

  #leave(room: Folded): void {
    const conversation = this.#memory.find(room);
    if (conversation !== undefined) conversation.until = this.#memory.time;
  }

  // What is asked

  #joined(message: Message): void {
    const name = message.params[0] ?? "";
    const key = this.#state.fold(name);
    const since = message.tags?.get("time") ?? this.#memory.time;
    const conversation = this.#memory.open(key, name, since);
    const { isBegun, until } = conversation;
    const wanted = this.#options.lines;
    const isAsked = this.#can("draft/chathistory") && (isBegun || wanted > 0);
    if (!isAsked) conversation.isBegun = true;
    else if (isBegun) this.#catchUp(key, conversation, until);
    else this.#questions.ask({ kind: "latest", key, name, wanted });
  }

  /** Asks for what was said since the last line that is known, or else since a time. */
  #catchUp(key: Folded, { name, last, since }: Conversation, until: string | null): void {
    const time = shifted(later(last?.time ?? null, until), -CLOCK_DIFFERENCE_MS);
    const after: Place = {
      msgid: last?.msgid ?? null,
      time: time === null ? since : later(time, since),
    };
    if (after.msgid === null && after.time === null) return;
    this.#questions.ask({ kind: "missed", key, name, wanted: MOST_MISSED, after });
  }

  /** The greeting is over: which talks with one user have gone on? */
  #welcomed(): void {
    if (!this.#can("draft/chathistory")) return;
    const { account, capabilities } = this.#state;
    const isFirst = !this.#options.isBack;
    // Of those who come, only accounts have talks from before.
    if (isFirst && (account === null || !capabilities.has("draft/read-marker"))) return;
    if (isFirst && this.#options.lines === 0) return;
    const time = isFirst ? BEGINNING : shifted(this.#lostAt, -CLOCK_DIFFERENCE_MS);
    if (time === null) return;
    // What was said to everybody is kept for accounts.
    const everyone = this.#state.fold(EVERYONE);
    if (!isFirst && account !== null) {
      this.#catchUp(everyone, this.#memory.open(everyone, EVERYONE), this.#lostAt);
    }
    const key = this.#state.fold("");
    const after = { msgid: null, time };
    this.#questions.ask({ kind: "targets", key, name: "", wanted: MOST_TARGETS, after });
  }

  // What is answered

  #whole(batch: Batch): void {
    const answer = this.#questions.answer(batch);
    if (answer !== null) return this.#answered(answer);
    if (batch.type !== "chathistory") return;
    // Servers of another kind tell what was said by themselves.
    const name = batch.params[0] ?? "";
    const lines = linesOf(this.#state, batch.messages, name);
    this.#caughtUp({ kind: "latest", key: this.#state.fold(name), name, lines }, false);
  }

  #answered({ question, messages, asked, refusal }: Answer): void {
    const { kind, name, wanted } = question;
    if (refusal !== null) return this.#refused(question, refusal);
    if (kind === "targets") return this.#talks(messages);
    const page = linesOf(this.#state, messages, kind === "found" ? null : name);
    const known = new Set(question.lines.map(({ id }) => id));
    const fresh = page.filter(({ id }) => !known.has(id));
    const lines = [...fresh, ...question.lines];
    const isFull = lines.length >= wanted;
    // Servers that leave out what the client does not read may answer with fewer than there are.
    const isLast = fresh.length === 0 || (kind !== "missed" && page.length < asked);
    if (kind === "missed") this.#caughtUpLines += fresh.length;
    // A server lets nobody ask for ever.
    const isEnough = isFull || (kind === "missed" && this.#caughtUpLines >= MOST_CAUGHT_UP);
    const isOver = isLast || isEnough || kind === "found" || kind === "unread";
    if (isOver) this.#tell({ ...question, lines }, isEnough && !isLast);
    else this.#questions.goOn({ ...question, lines });
  }

  #refused(question: Question, { code, text }: NonNullable<Answer["refusal"]>): void {
    const place = question.after ?? question.before;
    const isById = !question.byTime && place !== null && place.msgid !== null;
    if (isById && place.time !== null && code !== "INVALID_TARGET") {
      // The server has forgotten the place, or does not know places by their ids.
      this.#questions.goOn({ ...question, byTime: true });
    } else if (question.lines.length > 0) {
      this.#tell(question, true);
    } else if (question.kind === "latest") {
      this.#memory.open(question.key, question.name).isBegun = true;
    } else if (!isCatchUp(question)) {
      this.#events.push({ kind: "server", text });
    }
  }

  /** Talks with one user that have gone on. */
  #talks(messages: readonly Message[]): void {
    for (const { params: [subcommand, name = ""] } of messages.slice(0, MOST_TARGETS)) {
      const isTalk = name !== "" && name !== EVERYONE && !isRoom(name);
      if (subcommand !== "TARGETS" || !isTalk) continue;
      const key = this.#state.fold(name);
      const conversation = this.#memory.open(key, name);
      if (this.#options.isBack) this.#catchUp(key, conversation, this.#lostAt);
      else {
        this.#lines.push(formatMessage({ command: "MARKREAD", params: [name] }));
        this.#questions.ask({ kind: "unread", key, name, wanted: MOST_UNREAD });
      }
    }
  }

  #tell(question: Question, more: boolean): void {
    const { kind, key, name, lines } = question;
    if (kind === "found") {
      if (lines.length > 0) this.#block("found", null, lines, null, more);
      else this.#events.push({ kind: "server", text: "Nothing was found." });
    } else if (kind === "older") {
      this.#placeOlder(key, name, lines);
      if (lines.length > 0) this.#block("older", name, lines, null, more);
      else this.#events.push({ kind: "server", text: `There is nothing older in ${name}.` });
    } else {
      this.#caughtUp(question, more);
    }
  }

  #caughtUp(
    { kind, key, name, lines }: Pick<Question, "kind" | "key" | "name" | "lines">,
    more: boolean,
  ): void {
    const unknown = lines.filter((line) => !this.#memory.has(line));
    const unreadFrom = this.#unreadFrom(key, unknown);
    const isUnread = kind === "unread";
    const shown = !isUnread ? unknown : unreadFrom === null ? [] : unknown.slice(unreadFrom);
    this.#place(key, name, shown, more);
    this.#memory.open(key, name).isBegun = true;
    for (const line of shown) this.#memory.add(line);
    if (shown.length === 0) return;
    this.#spoke(key, shown);
    if (kind === "latest") this.#block("latest", name, shown, unreadFrom, more);
    else this.#block("missed", name, shown, null, more);
  }

  /** Who spoke before the user came is offered, too, where nobody has spoken since. */
  #spoke(room: Folded, lines: readonly Line[]): void {
    const { speakers, fold } = this.#state;
    if (speakers.of(room).length > 0) return;
    for (const { event } of lines) if (!event.own) speakers.heard(room, fold(event.from));
  }

  #block(
    what: HistoryEvent["what"],
    of: string | null,
    lines: readonly Line[],
    unreadFrom: number | null,
    more: boolean,
  ): void {
    const visible = lines.filter(({ isHidden }) => !isHidden);
    if (visible.length === 0) return;
    const hidden = lines.slice(0, unreadFrom ?? 0).filter(({ isHidden }) => isHidden).length;
    const from = unreadFrom === null ? null : unreadFrom - hidden;
    this.#events.push({
      kind: "history",
      what,
      of,
      lines: visible.map(({ event }) => event),
      unreadFrom: from === visible.length ? null : from,
      more,
    });
  }

  #placeOlder(key: Folded, name: string, lines: readonly Line[]): void {
    const { last } = this.#memory.open(key, name);
    this.#place(key, name, lines, true);
    if (last !== null) this.#memory.open(key, name).last = last;
  }

  /** How far back and how far on the conversation is known now. `isOlder`: what is before these lines is to be shown next. */
  #place(key: Folded, name: string, lines: readonly Line[], isOlder: boolean): void {
    const named = lines.filter(({ msgid }) => msgid !== null);
    const first = named[0] ?? lines[0];
    const last = named.at(-1) ?? lines.at(-1);
    if (first === undefined || last === undefined) return;
    const conversation = this.#memory.open(key, name);
    if (isOlder) conversation.first = first;
    conversation.first ??= first;
    // Many lines may have one time: what was missed is newer than what is known, if it is not older.
    if ((last.time ?? "") >= (conversation.last?.time ?? "")) conversation.last = last;
  }

  /** The first line that the user has neither read nor said; `null` if there is none, or the server does not know. */
  #unreadFrom(key: Folded, lines: readonly Line[]): number | null {
    const conversation = this.#memory.find(key);
    const read = conversation?.read ?? null;
    if (read === null || (read === "*" && isRoom(conversation?.name ?? ""))) return null;
    const index = lines.findIndex(({ time, event }) =>
      !event.own && time !== null && (read === "*" || time > read)
    );
    return index < 0 ? null : index;
  }
}

function refusal(text: string): Outcome {
  return { events: [{ kind: "server", text }], lines: [] };
}
