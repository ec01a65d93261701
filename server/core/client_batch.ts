/**
 * A batch that a client has opened: its lines are kept until it ends, and its label until there is an answer.
 *
 * SPEC: "Multiline"; IRCv3 client-batch.
 *
 * @module
 */
import { FAILURES, type Message, type MultilineAssembly, Outgoing } from "../../protocol/mod.ts";
import { ReplyBuffer } from "./reply.ts";
import type { Session } from "./state.ts";

/** How long a batch may be open. */
export const BATCH_WITHIN_MS = 30_000;

/** An open batch of a session. */
export class ClientBatch {
  readonly reference: string;
  /** The BATCH that opened it. */
  readonly opening: Message;
  /** Monotonic milliseconds. */
  readonly openedAt: number;
  #assembly: MultilineAssembly | null;
  #reply: { readonly cause: string; readonly label: string } | null;

  /**
   * @param assembly Where its lines go; `null` if they are to be ignored.
   * @param reply The label of the opening, and the id of that command; `null` without a label.
   */
  constructor(
    reference: string,
    opening: Message,
    openedAt: number,
    assembly: MultilineAssembly | null,
    reply: { readonly cause: string; readonly label: string } | null,
  ) {
    this.reference = reference;
    this.opening = opening;
    this.openedAt = openedAt;
    this.#assembly = assembly;
    this.#reply = reply;
  }

  /** Where its lines go; `null` when it has failed: what comes of it then is ignored. */
  get assembly(): MultilineAssembly | null {
    return this.#assembly;
  }

  /** From now on its lines are ignored. */
  fail(): void {
    this.#assembly = null;
  }

  /**
   * Answers under the label of its opening, once.
   *
   * @param tell Given the id of the command that is answered; `undefined` where there is no label.
   * @param at Milliseconds since the epoch.
   */
  answer(
    session: Session,
    serverName: string,
    at: number,
    tell: (cause: string | undefined) => void,
  ): void {
    const labelled = this.#reply;
    this.#reply = null;
    if (labelled === null) return tell(undefined);
    const outer = session.reply; // of the command that the answer comes with
    const reply = new ReplyBuffer(session, labelled.cause, labelled.label);
    session.reply = reply;
    tell(labelled.cause);
    if (session.reply !== reply) return; // closed with the session
    reply.close(serverName, at);
    session.reply = outer;
  }
}

/** Ends a batch that has been open for too long. */
export function expireBatch(session: Session, now: number, serverName: string, at: number): void {
  const { batch } = session;
  if (batch === null || batch.assembly === null || now - batch.openedAt < BATCH_WITHIN_MS) return;
  session.bucket.spend(batch.assembly.size);
  batch.fail();
  const { type, text } = FAILURES.TIMEOUT;
  const line = new Outgoing(serverName, type, ["BATCH", "TIMEOUT", batch.reference, text], { at });
  batch.answer(session, serverName, at, (cause) => {
    if (cause === undefined) session.link.sendText(line.text(session.variant));
    else session.reply?.add(line);
  });
}
