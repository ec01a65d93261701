/**
 * What the user has said and the server has not taken yet. The rules:
 *
 * - Only so much is on its way at once as no server takes for a flood. A message has arrived when its echo or another
 *   answer is here, or else the answer to a PING that was sent after it: the same with every server.
 * - Who talks without a pause is taken for a flood in the end, however slowly the server reads: after a while of that the
 *   client is silent for some seconds.
 * - What a person types alone goes before what is left of a paste. A pipe's lines keep their order.
 * - What is not sent is shown: when the user stops it, when the server refuses a part of it, when the room that it is for
 *   is left, when the connection is lost.
 *
 * No clock of its own.
 *
 * @module
 */

import type { Message } from "../protocol/message.ts";
import { parseNumber } from "../protocol/number.ts";
import type { Clock } from "./clock.ts";
import type { ViewEvent } from "./events.ts";
import { isRoom, type Room, type SessionState, withoutRank } from "./session.ts";
import { utter, type Utterance } from "./speech.ts";

/** What the sending needs of the chat. */
export interface OutgoingHost {
  readonly state: SessionState;
  send(line: string): void;
  show(event: ViewEvent): void;
  readonly clock: Clock;
  /** A person types: what is typed alone goes before what waits. */
  readonly interactive: boolean;
}

/** Messages, and bytes, that may be on their way at once: fewer than any server takes for a flood. */
const WINDOW = 16;
const WINDOW_BYTES = 4096;
/** So many of them are kept for what is typed. */
const KEPT = 4;
/** After so long without a pause there is one. chatd bears a minute, and forgets in two seconds. */
const SPELL_MS = 20_000;
const REST_MS = 3000;
/** Tokens of the PINGs that tell what has arrived. */
const BARRIER = "chatd-sent-";

/** What came of one line of input. */
interface Group {
  /** Lines of text. */
  readonly size: number;
}

/** A message that waits, or a line that is no message. */
interface Item {
  readonly utterance: Utterance | null;
  readonly line: string;
  readonly group: Group;
  /** The room that it is for, if the user was in it. */
  readonly room: Room | undefined;
}

interface Flight {
  readonly item: Item;
  readonly utterance: Utterance;
  /** The number of the PING that was sent after it. */
  readonly barrier: number;
}

/** The sending over one connection. */
export class Outgoing {
  readonly #host: OutgoingHost;
  /** What is typed alone, and what comes after it. */
  #typed: Item[] = [];
  #rest: Item[] = [];
  readonly #flight = new Map<string, Flight>();
  #flightBytes = 0;
  /** The next PING, and the last that was answered. */
  #barrier = 1;
  #asked = 0;
  #answered = 0;
  /** Since when there has been more to send than could be. */
  #busySince: number | null = null;
  /** Since when nothing is on its way. */
  #idleSince = 0;
  #cancel: () => void = () => {};

  constructor(host: OutgoingHost) {
    this.#host = host;
  }

  /** Lines of text that wait. */
  get waiting(): number {
    return [...this.#typed, ...this.#rest].reduce((sum, item) => sum + linesOf(item).length, 0);
  }

  /** Whether nothing waits. */
  get isDone(): boolean {
    return this.#typed.length === 0 && this.#rest.length === 0;
  }

  /** Says a text of any length. @throws {TypeError} When a part does not fit into a message: then nothing is sent. */
  say(target: string, text: string, how: "text" | "action" = "text"): void {
    const { state, interactive } = this.#host;
    const utterances = utter(state, target, text, how);
    const group = { size: utterances.reduce((sum, { lines }) => sum + lines.length, 0) };
    const room = state.rooms.get(state.fold(target));
    const queue = interactive && utterances.length === 1 ? this.#typed : this.#rest;
    for (const utterance of utterances) queue.push({ utterance, line: "", group, room });
    this.#pump();
  }

  /** Sends a line that is no message, after what was typed before it. */
  command(line: string): void {
    const queue = this.#host.interactive ? this.#typed : this.#rest;
    queue.push({ utterance: null, line, group: { size: 0 }, room: undefined });
    this.#pump();
  }

  /** Something has come from the server, and was taken in. */
  follow(message: Message): void {
    const { command, params } = message;
    const token = command === "PONG" ? params.at(-1) ?? "" : "";
    const number = token.startsWith(BARRIER) ? token.slice(BARRIER.length) : "";
    this.#answered = parseNumber(number, this.#answered, this.#asked) ?? this.#answered;
    const refused = this.#refusedBy(message);
    this.#land();
    // Of a short text to one user the refusal says enough: it is before the eyes, and who it was for is gone.
    if (refused !== undefined && (isLong(refused) || isForRoom(refused))) {
      for (const text of refused.utterance.lines) this.#host.show({ kind: "unsent", text });
      // What the server does not take in part it is not to be sent the rest of.
      this.#drop((other) => other.group === refused.item.group);
    }
    this.#pump();
  }

  /** The user wants no more to be sent of what waits. Whether anything did. */
  stop(): boolean {
    const items = this.#clear();
    const lines = items.flatMap(linesOf);
    if (items.length === 0) return false;
    this.#say(`Stopped: ${lines.length} line${lines.length === 1 ? "" : "s"} not sent.`);
    for (const text of lines) this.#host.show({ kind: "unsent", text });
    return true;
  }

  /** The connection is gone: shows what was sent and never came back, and what was not sent. */
  end(): void {
    const { pending } = this.#host.state;
    const lines = [...pending.values()].flatMap(({ lines }) => lines);
    pending.clear();
    for (const text of [...lines, ...this.#clear().flatMap(linesOf)]) {
      this.#host.show({ kind: "unsent", text });
    }
    this.#flight.clear();
    this.#cancel();
  }

  #clear(): Item[] {
    return [...this.#typed.splice(0), ...this.#rest.splice(0)];
  }

  #say(text: string): void {
    this.#host.show({ kind: "server", text });
  }

  #pump(): void {
    this.#land();
    for (;;) {
      const queue = this.#typed.length > 0 ? this.#typed : this.#rest;
      const item = queue[0];
      if (item === undefined) return;
      if (this.#isGone(item)) {
        this.#drop((other) => other.room === item.room);
        continue;
      }
      const isTyped = queue === this.#typed;
      if (!this.#hasRoom(item, isTyped)) {
        if (!isTyped) this.#busySince ??= this.#host.clock.now();
        return this.#ask();
      }
      queue.shift();
      this.#send(item);
    }
  }

  /** Takes note of what has arrived. */
  #land(): void {
    const { state } = this.#host;
    const echoed = state.capabilities.has("echo-message");
    for (const [label, { utterance, barrier }] of this.#flight) {
      const isOver = barrier <= this.#answered || (echoed && !state.pending.has(label));
      if (!isOver) continue;
      this.#flight.delete(label);
      this.#flightBytes -= utterance.bytes;
      if (this.#flight.size === 0) this.#idleSince = this.#host.clock.now();
    }
  }

  /** What the server will not take: by the label, else the oldest that is for whom it names, or is of several lines. */
  #refusedBy({ command, params, tags }: Message): Flight | undefined {
    const [first = "", second = ""] = params;
    if (command !== "FAIL" && !/^[45]\d\d$/.test(command)) return undefined;
    const label = tags?.get("label");
    if (label !== undefined) return this.#flight.get(label);
    const { state } = this.#host;
    if (state.capabilities.has("labeled-response")) return undefined;
    return [...this.#flight.values()].find(({ utterance: { target, wire } }) =>
      command === "FAIL"
        ? first === "BATCH"
          ? wire.length > 1
          : first === "PRIVMSG" && params.some((param) => state.fold(param) === state.fold(target))
        : state.fold(target) === state.fold(second)
    );
  }

  #isGone({ room, utterance }: Item): boolean {
    const { state } = this.#host;
    return room !== undefined && state.rooms.get(state.fold(utterance?.target ?? "")) !== room;
  }

  #drop(isMeant: (item: Item) => boolean): void {
    const dropped = [...this.#typed, ...this.#rest].filter(isMeant);
    this.#typed = this.#typed.filter((item) => !isMeant(item));
    this.#rest = this.#rest.filter((item) => !isMeant(item));
    for (const text of dropped.flatMap(linesOf)) this.#host.show({ kind: "unsent", text });
  }

  #hasRoom({ utterance }: Item, isTyped: boolean): boolean {
    if (utterance === null) return true;
    if (!isTyped && this.#mustRest()) return false;
    if (this.#flight.size === 0) return true;
    return this.#flight.size < (isTyped ? WINDOW : WINDOW - KEPT) &&
      this.#flightBytes + utterance.bytes <= WINDOW_BYTES;
  }

  #mustRest(): boolean {
    const now = this.#host.clock.now();
    const isIdle = this.#flight.size === 0;
    const wait = this.#idleSince + REST_MS - now;
    if (isIdle && wait <= 0) this.#busySince = null;
    if (this.#busySince === null || now - this.#busySince < SPELL_MS) return false;
    if (!isIdle) return true; // The pause counts from when the server has read all.
    this.#cancel();
    this.#cancel = this.#host.clock.after(wait, () => this.#pump());
    return true;
  }

  #send(item: Item): void {
    const { utterance, line } = item;
    if (utterance === null) return this.#host.send(line);
    const { target, label, wire, bytes, text, lines, events } = utterance;
    const { state } = this.#host;
    for (const line of wire) this.#host.send(line);
    if (state.capabilities.has("echo-message")) state.pending.set(label, { target, text, lines });
    this.#flight.set(label, { item, utterance, barrier: this.#barrier });
    this.#flightBytes += bytes;
    for (const event of events) this.#host.show(event);
  }

  /** Something waits: asks whether what is on its way has arrived, once. */
  #ask(): void {
    const newest = [...this.#flight.values()].at(-1);
    if (newest === undefined || this.#asked > this.#answered) return;
    if (newest.barrier < this.#barrier) return;
    this.#asked = this.#barrier++;
    this.#host.send(`PING ${BARRIER}${this.#asked}`);
  }
}

/** Whether it is more than a line that the user has before the eyes. */
function isLong({ item, utterance }: Flight): boolean {
  return item.group.size > 1 || utterance.wire.length > 1;
}

function isForRoom({ utterance }: Flight): boolean {
  return isRoom(withoutRank(utterance.target));
}

function linesOf({ utterance }: Item): readonly string[] {
  return utterance?.lines ?? [];
}
