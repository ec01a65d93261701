/**
 * The outbox over connections: hands each line to the queues of those whom it is for.
 *
 * @module
 */
import { Outgoing } from "../../protocol/mod.ts";
import { type CloseReason, errorText } from "../core/close_reason.ts";
import type { Clock, Outbox } from "../core/ports.ts";
import type { Session } from "../core/state.ts";

/** Sessions that a line is for, from which on it may wait for what follows it. */
const CROWD = 50;

/** Puts lines in the queues of sessions, or in their open replies. */
export class LinkOutbox implements Outbox {
  readonly #serverName: string;
  readonly #clock: Clock;
  /** Lines handed to connections so far. */
  delivered = 0;

  constructor(serverName: string, clock: Clock) {
    this.#serverName = serverName;
    this.#clock = clock;
  }

  send(to: Session, line: Outgoing, batch?: string): void {
    this.delivered++;
    to.link.sendText(line.text(to.variant, batch === undefined ? "" : `batch=${batch}`));
  }

  sendText(to: Session, text: string, lines: number): void {
    this.delivered += lines;
    to.link.sendText(text);
  }

  fanOut(
    to: Iterable<Session>,
    line: Outgoing,
    cause?: string,
    except: Session | null = null,
  ): void {
    const size = to instanceof Set ? to.size : 2;
    const isCrowd = size >= CROWD;
    const isForOne = size === 1;
    for (const session of to) {
      if (session === except) continue;
      this.delivered++;
      if (cause !== undefined && session.reply?.cause === cause) session.reply.add(line);
      else if (isForOne) session.link.sendText(line.text(session.variant));
      else session.link.send(line, session.variant, isCrowd);
    }
  }

  close(to: Session, reason: CloseReason): void {
    const user = to.user?.username ?? to.username ?? "unknown";
    const at = this.#clock.epoch();
    const line = new Outgoing(null, "ERROR", [errorText(reason, `${user}@${to.peer.host}`)], {
      at,
    });
    if (to.reply === null) {
      this.send(to, line);
    } else {
      to.reply.add(line);
      to.reply.close(this.#serverName, at);
    }
    to.link.end();
  }
}
