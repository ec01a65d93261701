/**
 * What a labelled command has to say, gathered until the command is done: one line carries the label itself, several come
 * in a batch, none becomes ACK.
 *
 * SPEC: "Replies"; IRCv3 labeled-response.
 *
 * @module
 */
import { formatTags, Outgoing } from "../../protocol/mod.ts";
import type { Session } from "./state.ts";

/** The open reply to one labelled command. */
export class ReplyBuffer {
  /** The id of the command, by which events tell what it has caused. */
  readonly cause: string;
  readonly #label: string;
  readonly #session: Session;
  #isDeferred = false;
  readonly #lines: { readonly line: Outgoing; readonly batch: string | undefined }[] = [];

  constructor(session: Session, cause: string, label: string) {
    this.#session = session;
    this.cause = cause;
    this.#label = formatTags(new Map([["label", label]]));
  }

  /**
   * Adds a line to the reply.
   *
   * @param batch The reference of a batch of its own that the line is in; the reply's batch is around that.
   */
  add(line: Outgoing, batch?: string): void {
    this.#lines.push({ line, batch });
  }

  /** Sends nothing when it is closed: the answer comes with a later command. */
  defer(): void {
    this.#isDeferred = true;
  }

  /**
   * Sends the reply whole, as the server of this name.
   *
   * @param at Milliseconds since the epoch.
   */
  close(serverName: string, at: number): void {
    const session = this.#session;
    const { link, variant } = session;
    session.reply = null;
    if (this.#isDeferred) return;
    const [first, ...others] = this.#lines;
    if (first === undefined) {
      link.sendText(new Outgoing(serverName, "ACK", [], { at }).text(variant, this.#label));
      return;
    }
    if (others.length === 0) {
      link.sendText(first.line.text(variant, this.#label));
      return;
    }
    if (isOneBatch(this.#lines.map(({ line }) => line.batch))) { // LABEL-7
      link.sendText(first.line.text(variant, this.#label));
      for (const { line } of others) link.sendText(line.text(variant));
      return;
    }
    const reference = this.cause;
    const begin = new Outgoing(serverName, "BATCH", [`+${reference}`, "labeled-response"], { at });
    link.sendText(begin.text(variant, this.#label));
    for (const { line, batch = reference } of this.#lines) {
      link.sendText(line.text(variant, line.batch === undefined ? `batch=${batch}` : ""));
    }
    link.send(new Outgoing(serverName, "BATCH", [`-${reference}`], { at }), variant);
  }
}

/** Whether lines in these batches are one batch and no more: all but the first and the last are in it. */
function isOneBatch(batches: readonly (string | undefined)[]): boolean {
  const inner = batches.slice(1, -1);
  return inner[0] !== undefined && batches[0] === undefined && batches.at(-1) === undefined &&
    inner.every((batch) => batch === inner[0]);
}
