/**
 * Questions to the server about what was said before: which command asks, and which answer belongs to which question. One
 * question may take several commands, since a server answers with so many lines at most.
 *
 * IRCv3 chathistory, labeled-response; soju.im/search.
 *
 * @module
 */

import type { Folded } from "../protocol/casemap.ts";
import { formatMessage, type Message } from "../protocol/message.ts";
import type { Batch } from "./batches.ts";
import type { Line, Place } from "./memory.ts";
import { formatSearch, type Search } from "./search.ts";
import { isRoom, type SessionState } from "./session.ts";
import { parseNumber } from "../protocol/number.ts";

/** What is asked. */
export interface Question {
  /**
   * `missed`: what was said since `after`; `latest`: the last lines of a room; `unread`: those of a talk with one user;
   * `older`: those before `before`; `found`: those that match; `targets`: talks that have gone on since `after`.
   */
  readonly kind: "missed" | "latest" | "unread" | "older" | "found" | "targets";
  /** The room or the other user. */
  readonly key: Folded;
  readonly name: string;
  /** Lines at most. */
  readonly wanted: number;
  readonly after: Place | null;
  readonly before: Place | null;
  readonly search: Search;
  /** The server does not know places by their ids. */
  readonly byTime: boolean;
  /** What has been answered so far, oldest first. */
  readonly lines: readonly Line[];
}

/** What came of a question. */
export interface Answer {
  readonly question: Question;
  /** In a batch; none if there was nothing to tell. */
  readonly messages: readonly Message[];
  /** How many were asked for. */
  readonly asked: number;
  /** Why there are none. */
  readonly refusal: { readonly code: string; readonly text: string } | null;
}

/** Lines of one answer, unless the server allows fewer. */
const PAGE = 200;
/** Questions that wait for their answers at a time. */
const MOST_ASKED = 4;
/** After every line there is. */
const NEVER = "9999-12-31T23:59:59.999Z";
/** Tokens of the PINGs that tell when an answer does not come. */
const BARRIER = "chatd-history-";
/** Kinds that keep what happens now waiting. */
const CATCHING_UP: readonly Question["kind"][] = ["missed", "latest", "unread", "targets"];

const BATCH_TYPES = new Map([
  ["chathistory", "CHATHISTORY"],
  ["draft/chathistory-targets", "TARGETS"],
  ["soju.im/search", "SEARCH"],
  ["search", "SEARCH"],
]);

/** Whether batches of this type answer questions. */
export function isAnswer(type: string): boolean {
  return BATCH_TYPES.has(type);
}

/** Whether what happens now waits for the answer. */
export function isCatchUp({ kind }: Question): boolean {
  return CATCHING_UP.includes(kind);
}

interface Asked {
  readonly question: Question;
  readonly number: number;
  readonly count: number;
}

/** The questions of one connection. */
export class Questions {
  readonly #state: SessionState;
  #queue: Question[] = [];
  #asked: Asked[] = [];
  #next = 1;
  /** The question up to which a PONG will tell that there are no more answers. */
  #barrier: number | null = null;

  /** What the server can is read from `state`. */
  constructor(state: SessionState) {
    this.#state = state;
  }

  /** Asks, after all that is asked already. */
  ask(question: Pick<Question, "kind" | "key" | "name" | "wanted"> & Partial<Question>): void {
    const blank = { after: null, before: null, search: {}, byTime: false, lines: [] };
    this.#queue.push({ ...blank, ...question });
  }

  /** Goes on with a question, before all others. */
  goOn(question: Question): void {
    this.#queue.unshift(question);
  }

  /** Forgets all. */
  clear(): void {
    this.#queue = [];
    this.#asked = [];
    this.#barrier = null;
  }

  /** Whether what happens now in this room or talk is to wait; `null`: what concerns any of them. */
  isCatchingUp(key: Folded | null): boolean {
    const isWaited = (question: Question) =>
      isCatchUp(question) &&
      (key === null || question.key === key || (question.kind === "targets" && !isRoom(key)));
    return this.#queue.some(isWaited) || this.#asked.some(({ question }) => isWaited(question));
  }

  /** What is to be sent now. */
  lines(): string[] {
    const lines: string[] = [];
    while (this.#asked.length < MOST_ASKED) {
      const question = this.#queue.shift();
      if (question === undefined) break;
      const number = this.#next++;
      const isLabelled = this.#state.capabilities.has("labeled-response");
      const tags = isLabelled ? new Map([["label", `h${number}`]]) : null;
      const count = this.#count(question);
      lines.push(formatMessage({ tags, ...this.#command(question, count) }));
      this.#asked.push({ question, number, count });
    }
    // Nothing to tell may mean no answer: once the PONG is here, there is none.
    if (this.#asked.length > 0 && this.#barrier === null) {
      this.#barrier = this.#next - 1;
      lines.push(`PING ${BARRIER}${this.#barrier}`);
    }
    return lines;
  }

  /** The answers that a message is, or `null` if it is none. */
  answers(message: Message, label: string | null): Answer[] | null {
    const { command, params } = message;
    if (command === "PONG") return this.#unanswered(params.at(-1) ?? "");
    const isRefusal = command === "FAIL" || /^[45]\d\d$/.test(command);
    if (!isRefusal && (command !== "ACK" || label === null)) return null;
    const verb = params[command === "FAIL" ? 0 : 1];
    const answer = this.#settle(({ question: { kind }, number }) =>
      label !== null
        ? label === `h${number}`
        : verb === (kind === "found" ? "SEARCH" : "CHATHISTORY")
    );
    if (answer === null) return null;
    if (!isRefusal) return [answer];
    return [{ ...answer, refusal: { code: params[1] ?? "", text: params.at(-1) ?? "" } }];
  }

  /** The answer that a batch is; `null` if nobody has asked. */
  answer({ type, params, label, messages }: Batch): Answer | null {
    const command = BATCH_TYPES.get(type);
    const answer = this.#settle(({ question: { kind, key }, number }) => {
      if (label !== null) return label === `h${number}`;
      if (kind === "found") return command === "SEARCH";
      if (kind === "targets") return command === "TARGETS";
      return command === "CHATHISTORY" && key === this.#state.fold(params[0] ?? "");
    });
    return answer === null ? null : { ...answer, messages };
  }

  #settle(isIt: (asked: Asked) => boolean): Answer | null {
    const index = this.#asked.findIndex(isIt);
    const [asked] = index < 0 ? [] : this.#asked.splice(index, 1);
    if (asked === undefined) return null;
    return { question: asked.question, asked: asked.count, messages: [], refusal: null };
  }

  #unanswered(token: string): Answer[] | null {
    if (!token.startsWith(BARRIER)) return null;
    this.#barrier = null;
    const until = parseNumber(token.slice(BARRIER.length), 0, Number.MAX_SAFE_INTEGER) ?? -1;
    const answers: Answer[] = [];
    for (;;) {
      const answer = this.#settle(({ number }) => number <= until);
      if (answer === null) return answers;
      answers.push(answer);
    }
  }

  #count({ wanted, lines }: Question): number {
    const told = this.#state.isupport.get("CHATHISTORY") ?? "";
    const most = parseNumber(told, 1, Number.MAX_SAFE_INTEGER) ?? PAGE;
    return Math.min(wanted - lines.length, most, PAGE);
  }

  #command(question: Question, count: number): Pick<Message, "command" | "params"> {
    const { kind, name, before, after, lines, search } = question;
    if (kind === "found") return { command: "SEARCH", params: [formatSearch(search, count)] };
    const place = (at: Place) => this.#reference(at, question.byTime);
    const history = (subcommand: string, ...params: string[]) => ({
      command: "CHATHISTORY",
      params: [subcommand, ...params, String(count)],
    });
    if (kind === "targets" && after !== null) {
      return history("TARGETS", `timestamp=${NEVER}`, place(after));
    }
    // The oldest of what is here already, or where the user has asked to begin.
    const from = lines.find(({ msgid }) => msgid !== null) ?? lines[0] ?? before;
    if (from === null) return history("LATEST", name, after === null ? "*" : place(after));
    if (after === null) return history("BEFORE", name, place(from));
    return history("BETWEEN", name, place(from), place(after));
  }

  #reference({ msgid, time }: Place, byTime: boolean): string {
    const types = this.#state.isupport.get("MSGREFTYPES")?.split(",") ?? ["msgid"];
    const isById = msgid !== null && (time === null || (!byTime && types.includes("msgid")));
    return isById ? `msgid=${msgid}` : `timestamp=${time}`;
  }
}
