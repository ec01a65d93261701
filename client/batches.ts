/**
 * Batches from the server, as far as somebody waits for them as a whole: their messages are gathered until the end. Those
 * of other types (labels, netsplits) are only remembered, since what is in them is taken in one by one. A message of
 * several lines becomes as many messages, as servers send it to those who know no such thing: the first has its id.
 *
 * IRCv3 batch, labeled-response, multiline.
 *
 * @module
 */

import { CONCAT_TAG, MULTILINE } from "../protocol/batch.ts";
import type { Message } from "../protocol/message.ts";

/** A batch whose end has come. */
export interface Batch {
  readonly type: string;
  readonly params: readonly string[];
  /** Of the command that it answers, if the server says so. */
  readonly label: string | null;
  readonly messages: readonly Message[];
}

interface OpenBatch {
  readonly type: string;
  readonly params: readonly string[];
  readonly label: string | null;
  /** The batch that gathers what is in this one; `null` when it is taken in one by one. */
  readonly root: { readonly reference: string; readonly messages: Message[] } | null;
  /** Of a message of several lines: how it began, and its lines so far. */
  readonly lines: { readonly opening: Message; readonly messages: Message[] } | null;
}

/** What became of a message. */
export type Sorted =
  /** It is in no batch that is gathered: to be taken in now. `label`: of the command that it answers. */
  | { readonly is: "live"; readonly label: string | null }
  /** It is kept, or says where a batch begins. */
  | { readonly is: "gathered" }
  /** Several that are to be taken in now. */
  | { readonly is: "several"; readonly messages: readonly Message[] }
  | { readonly is: "whole"; readonly batch: Batch };

/** More than a server has open at a time; the oldest is forgotten. */
const MOST_OPEN = 64;
/** More than a server sends at a time; what comes after is left out. */
const MOST_MESSAGES = 5000;

/** Tags that say where a line belongs, and not what it is. */
const OWN_TAGS = ["batch", CONCAT_TAG];
const GATHERED: Sorted = { is: "gathered" };

/** Sorts the messages of one connection. */
export class Batches {
  readonly #gathers: (type: string) => boolean;
  readonly #open = new Map<string, OpenBatch>();

  /** `gathers`: which types are waited for as a whole. */
  constructor(gathers: (type: string) => boolean) {
    this.#gathers = gathers;
  }

  /** Takes in one message. */
  sort(message: Message): Sorted {
    const parent = this.#open.get(message.tags?.get("batch") ?? "");
    const label = message.tags?.get("label") ?? parent?.label ?? null;
    const [mark = "", type = "", ...params] = message.command === "BATCH" ? message.params : [];
    const reference = mark.slice(1);
    if (mark.startsWith("+")) {
      return this.#begin(reference, { type, params, label }, message, parent);
    }
    if (mark.startsWith("-")) return this.#end(reference);
    if (parent?.lines) {
      if (parent.lines.messages.length < MOST_MESSAGES) parent.lines.messages.push(message);
      return GATHERED;
    }
    const root = parent?.root;
    if (root === undefined || root === null) return { is: "live", label };
    if (root.messages.length < MOST_MESSAGES) root.messages.push(message);
    return GATHERED;
  }

  #begin(
    reference: string,
    batch: Pick<OpenBatch, "type" | "params" | "label">,
    opening: Message,
    parent: OpenBatch | undefined,
  ): Sorted {
    const { type, label } = batch;
    const root = parent?.root ?? (this.#gathers(type) ? { reference, messages: [] } : null);
    const lines = type === MULTILINE ? { opening, messages: [] } : null;
    this.#open.set(reference, { ...batch, root, lines });
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= MOST_OPEN) break;
      this.#open.delete(oldest);
    }
    return root === null && lines === null ? { is: "live", label } : GATHERED;
  }

  #end(reference: string): Sorted {
    const batch = this.#open.get(reference);
    this.#open.delete(reference);
    const root = batch?.root;
    if (batch?.lines) {
      const messages = joined(batch.lines.opening, batch.lines.messages);
      if (root === undefined || root === null) return { is: "several", messages };
      root.messages.push(...messages);
      return GATHERED;
    }
    if (batch === undefined || root === undefined || root === null) {
      return { is: "live", label: null };
    }
    if (root.reference !== reference) return GATHERED;
    const { type, params, label } = batch;
    return { is: "whole", batch: { type, params, label, messages: root.messages } };
  }
}

/** The lines of one message as messages of their own, without those that are blank. */
function joined(opening: Message, lines: readonly Message[]): Message[] {
  const whole: Message[] = [];
  for (const line of lines) {
    const [target = "", text = ""] = line.params;
    const last = line.tags?.has(CONCAT_TAG) ? whole.pop() : undefined;
    whole.push({ ...line, params: [target, (last?.params[1] ?? "") + text] });
  }
  return whole.filter(({ params: [, text = ""] }) => text.trim() !== "").map((line, index) => {
    const tags = new Map([...line.tags ?? [], ...opening.tags ?? []]);
    for (const name of index === 0 ? OWN_TAGS : [...OWN_TAGS, "msgid"]) tags.delete(name);
    return { ...line, tags, source: line.source ?? opening.source };
  });
}
