/**
 * What the user says → messages that the server takes: long texts in parts, several lines as one message where the server
 * knows such, with labels by which their echoes are known. Pure.
 *
 * IRCv3 multiline, labeled-response.
 *
 * @module
 */

import { CONCAT_TAG, MULTILINE, type MultilineLine, splitLines } from "../protocol/batch.ts";
import { byteLength } from "../protocol/grammar.ts";
import { LIMITS } from "../protocol/limits.ts";
import { formatMessage } from "../protocol/message.ts";
import { parseNumber } from "../protocol/number.ts";
import { splitText, textBudget } from "./compose.ts";
import type { ViewEvent } from "./events.ts";
import { maskedText } from "./secrets.ts";
import { messageEvent, type SessionState } from "./session.ts";

/** One message that is to be sent. */
export interface Utterance {
  readonly target: string;
  /** By which the answer is known. */
  readonly label: string;
  /** What goes over the wire: one line, or a batch. */
  readonly wire: readonly string[];
  /** Bytes of that. */
  readonly bytes: number;
  /** The text by which the echo is known where there are no labels: the first line's. */
  readonly text: string;
  /** The text as it is shown when it was not sent, line by line. */
  readonly lines: readonly string[];
  /** What is shown when it is sent, where the server gives no echo. */
  readonly events: readonly ViewEvent[];
}

/**
 * A text of any length to a room, a user or everyone (`$*`) as messages, in order.
 *
 * @throws {TypeError} When a part does not fit into a message.
 */
export function utter(
  state: SessionState,
  target: string,
  text: string,
  how: "text" | "action" = "text",
): Utterance[] {
  const frame = how === "action" ? "\x01ACTION \x01".length : 0;
  const budget = textBudget(state.nick, state.mask, target) - frame;
  const limits = how === "text" && !target.startsWith("$") ? multilineLimits(state) : null;
  if (limits !== null) {
    // Servers differ by a byte in what they count, and one line too long is the end of a whole batch.
    const lines = splitLines(text.replace(/\r\n?/g, "\n"), budget - 1);
    if (lines.length > 1) {
      refuseSecret(target, text);
      return batches(lines, limits).map((batch) => utteranceOf(state, target, batch));
    }
  }
  const parts = splitText(text, budget);
  if (parts.length > 1) refuseSecret(target, text);
  return parts.map((part) => {
    const body = how === "action" ? `\x01ACTION ${part}\x01` : part;
    return utteranceOf(state, target, [{ text: body, isJoined: false }], part);
  });
}

/** A password in pieces would be shown in all but the first. */
function refuseSecret(target: string, text: string): void {
  if (maskedText(target, text) === text) return;
  throw new TypeError("Cannot format a secret as several lines");
}

interface MultilineLimits {
  readonly bytes: number;
  readonly lines: number;
}

/** How much one message of several lines may hold; `null` where there are none. */
function multilineLimits({ capabilities, values }: SessionState): MultilineLimits | null {
  if (!capabilities.has(MULTILINE) || !capabilities.has("batch")) return null;
  const given = values.get(MULTILINE) ?? "";
  const limit = (name: string, most: number) => {
    const value = new RegExp(`(?:^|,)${name}=([^,]*)`).exec(given)?.[1] ?? "";
    return parseNumber(value, 1, Number.MAX_SAFE_INTEGER) ?? most;
  };
  return {
    bytes: limit("max-bytes", LIMITS.MULTILINE_BYTES.value),
    lines: limit("max-lines", LIMITS.MULTILINE_LINES.value),
  };
}

/** As few batches as hold the lines; none begins or ends with a blank line, and none is blank. */
function batches(lines: readonly MultilineLine[], limits: MultilineLimits): MultilineLine[][] {
  const found: MultilineLine[][] = [];
  let batch: MultilineLine[] = [];
  let bytes = 0;
  const close = () => {
    while (batch.at(-1)?.text.trim() === "") batch.pop();
    if (batch.length > 0) found.push(batch);
    batch = [];
    bytes = 0;
  };
  for (const line of lines) {
    const size = byteLength(line.text) + (line.isJoined ? 0 : 1);
    if (batch.length === limits.lines || bytes + size > limits.bytes) close();
    if (batch.length === 0 && line.text.trim() === "") continue;
    batch.push(batch.length === 0 ? { ...line, isJoined: false } : line);
    bytes += size;
  }
  close();
  return found;
}

function utteranceOf(
  state: SessionState,
  target: string,
  lines: readonly MultilineLine[],
  shown?: string,
): Utterance {
  const { capabilities } = state;
  const echoed = capabilities.has("echo-message");
  const label = `c${state.nextLabel++}`;
  const labelled = echoed && capabilities.has("labeled-response");
  const tags = new Map(labelled ? [["label", label]] : []);
  const texts: string[] = [];
  for (const { text, isJoined } of lines) {
    if (isJoined) texts.push((texts.pop() ?? "") + text);
    else texts.push(text);
  }
  const wire = wireOf(target, lines, tags, label);
  return {
    target,
    label,
    wire,
    bytes: wire.reduce((sum, line) => sum + byteLength(line) + 2, 0),
    text: texts[0] ?? "",
    lines: shown === undefined ? texts : [maskedText(target, shown)],
    events: echoed
      ? []
      : texts.filter((text) => text.trim() !== "").map((text) =>
        messageEvent(state, state.nick, target, text, "text", null)
      ),
  };
}

function wireOf(
  target: string,
  lines: readonly MultilineLine[],
  tags: ReadonlyMap<string, string>,
  reference: string,
): string[] {
  const say = (text: string, tags: ReadonlyMap<string, string>) =>
    formatMessage({
      tags: tags.size > 0 ? tags : null,
      command: "PRIVMSG",
      params: [target, text],
    });
  if (lines.length === 1) return [say(lines[0]?.text ?? "", tags)];
  const opening = { tags, command: "BATCH", params: [`+${reference}`, MULTILINE, target] };
  return [
    formatMessage({ ...opening, tags: tags.size > 0 ? tags : null }),
    ...lines.map(({ text, isJoined }) =>
      say(text, new Map([["batch", reference], ...(isJoined ? [[CONCAT_TAG, ""] as const] : [])]))
    ),
    formatMessage({ command: "BATCH", params: [`-${reference}`] }),
  ];
}
