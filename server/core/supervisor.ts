/**
 * Liveness: who is alive, who is pinged, who is closed and why. The policy is one pure function over timestamps; one sweep
 * a second applies it to every session, and no session has a timer of its own.
 *
 * SPEC: "Liveness".
 *
 * @module
 */
import { Outgoing } from "../../protocol/mod.ts";
import { expireBatch } from "./client_batch.ts";
import { Absences } from "./absences.ts";
import { reviseAway } from "./away.ts";
import { causeOf, type CloseReason, quitText } from "./close_reason.ts";
import { identityOf } from "./history.ts";
import type { Loop } from "./loop.ts";
import type { Clock, Log, Network, Outbox, Store } from "./ports.ts";
import type { Stage } from "./registration.ts";
import type { Settings } from "./settings.ts";
import type { NetworkState, Session, User } from "./state.ts";

/** What liveness is judged by. Instants in monotonic milliseconds. */
export interface Vitals {
  readonly stage: Stage;
  readonly openedAt: number;
  /** When the last bytes came. */
  readonly heardAt: number;
  /** When a PING went out that nothing has followed yet. */
  readonly pingedAt: number | null;
  /** Since when bytes have waited and none were accepted. */
  readonly stalledAt: number | null;
  readonly closingAt: number | null;
  /** Since when a closing connection is known to have nothing left to be written. */
  readonly drainedAt: number | null;
}

/** The deadlines, in milliseconds. */
export interface LivenessLimits {
  readonly registerWithinMs: number;
  readonly pingAfterMs: number;
  readonly pongWithinMs: number;
}

/** How long a peer may accept nothing while bytes wait for it. */
export const STALL_WITHIN_MS = 60_000;
/** How long a closing connection may take to accept what is queued. */
export const DRAIN_WITHIN_MS = 5_000;
/** How long a peer that has all of it may keep its own side open. */
export const HALF_OPEN_WITHIN_MS = 1_000;

/** How long it is waited for more where some are lost together: so long after the last one, and so long after the first. */
const QUIET_MS = 5;
const GATHER_MS = 500;

/** What is to be done about a session: nothing, a PING, an orderly close, or the end of a close that takes too long. */
export type Verdict = "fine" | "ping" | "abort" | CloseReason;

/** The whole liveness policy, pure; its table test names every verdict. */
export function judge(now: number, vitals: Vitals, limits: LivenessLimits): Verdict {
  const { stage, openedAt, heardAt, pingedAt, stalledAt, closingAt, drainedAt } = vitals;
  if (closingAt !== null) { // LIVE-5
    const isHalfOpen = drainedAt !== null && now - drainedAt >= HALF_OPEN_WITHIN_MS;
    return isHalfOpen || now - closingAt >= DRAIN_WITHIN_MS ? "abort" : "fine";
  }
  if (stalledAt !== null && now - stalledAt >= STALL_WITHIN_MS) {
    return { kind: "lost", detail: "stalled" };
  }
  if (stage === "registering") {
    return now - openedAt >= limits.registerWithinMs ? { kind: "registration-timeout" } : "fine";
  }
  if (pingedAt !== null && pingedAt > heardAt) {
    if (now - pingedAt < limits.pongWithinMs) return "fine";
    return { kind: "ping-timeout", seconds: Math.round((now - heardAt) / 1000) };
  }
  return now - heardAt >= limits.pingAfterMs ? "ping" : "fine";
}

/** What the supervisor works with. */
export interface SupervisorPorts {
  readonly settings: Settings;
  readonly state: NetworkState;
  readonly network: Network;
  readonly outbox: Outbox;
  readonly store: Store;
  readonly clock: Clock;
  readonly loop: Loop;
  readonly log: Log;
}

/**
 * Owns every live session: from `adopt`, over at most one `end`, to `release`. Whoever finds that a session must end tells
 * it here, and the first reason stands.
 */
export class Supervisor {
  /** How many sessions ended for each kind of reason. */
  readonly ended: Map<CloseReason["kind"], number> = new Map();
  /** Users who stay without a session. */
  readonly absences: Absences;
  readonly #ports: SupervisorPorts;
  #whenEmpty: (() => void) | null = null;
  /** Sessions that were dropped, of which others are told when their turn comes. */
  #dropped: Session[] = [];
  /** When the first of them was, and the last. Monotonic milliseconds. */
  #firstDroppedAt = 0;
  #lastDroppedAt = 0;

  constructor(ports: SupervisorPorts) {
    this.#ports = ports;
    this.absences = new Absences(ports, (user, reason) => this.#quit(user, reason));
  }

  /** Sessions that are not released yet. */
  get size(): number {
    return this.#ports.state.sessions.size;
  }

  /** Takes charge of a session. */
  adopt(session: Session): void {
    this.#ports.state.sessions.add(session);
    this.#ports.state.registering++;
  }

  /** Lets go of a session whose connection is closed. One that was never ended is lost. */
  release(session: Session): void {
    if (session.closeReason === null) this.end(session, { kind: "lost", detail: "eof" });
    this.#ports.state.sessions.delete(session);
    if (this.size === 0) this.#whenEmpty?.();
  }

  /** Settles when no session is left. */
  empty(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty = resolve);
  }

  /**
   * Ends a session: others are told once, the peer gets its ERROR after all that is queued, the log and the counter say
   * why. A second reason for the same session changes nothing.
   */
  end(session: Session, reason: CloseReason): void {
    if (session.closeReason !== null) return;
    this.#close(session, reason);
    this.#depart(session);
  }

  /** A session will go on as another user: the one that it was leaves, if it has no other. (DEVICE-10) */
  move(session: Session, to: User): void {
    const { user } = session;
    this.#ports.state.detach(session);
    this.#depart({ user, closeReason: { kind: "moved", to: to.nick } });
  }

  /**
   * Ends a session that may be one of thousands, as when a network fails: the same, but others are told from the next turn on,
   * some in each. Those who are lost together are not told of each other, which would be lines by the square of their number.
   * (LIVE-9)
   */
  drop(session: Session, reason: CloseReason): void {
    if (session.closeReason !== null) return;
    this.#close(session, reason);
    // Whoever has not registered has nobody to be told, and must not hold back what is told of others.
    if (session.user === null) return;
    this.#dropped.push(session);
    this.#lastDroppedAt = this.#ports.clock.now();
    if (this.#dropped.length > 1) return;
    this.#firstDroppedAt = this.#lastDroppedAt;
    this.#ports.loop.next(this.#departSome);
  }

  readonly #departSome = (): void => {
    const { loop, clock } = this.#ports;
    const dropped = this.#dropped;
    const now = clock.now();
    // The runtime reads 128 connections, and then none for some turns.
    const mayBeMore = dropped.length > 1 && now - this.#lastDroppedAt < QUIET_MS &&
      now - this.#firstDroppedAt < GATHER_MS;
    if (mayBeMore) return loop.next(this.#departSome);
    let count = 0;
    for (const session of dropped) {
      this.#depart(session);
      count++;
      if (loop.isLong) break;
    }
    this.#dropped = dropped.slice(count);
    if (this.#dropped.length > 0) loop.next(this.#departSome);
  };

  /** Puts a user out with all its devices, and tells it by whom before its connections end. */
  kill(user: User, { source, by, text }: { source: string; by: string; text: string }): void {
    const { outbox, clock, log } = this.#ports;
    log.info("kill", { nick: user.nick, by, reason: text });
    const line = new Outgoing(source, "KILL", [user.nick, text], { at: clock.epoch() });
    const reason = { kind: "killed", by, text } as const;
    if (user.absence !== null) return this.#quit(user, reason);
    for (const session of [...user.sessions]) {
      outbox.send(session, line);
      this.end(session, reason);
    }
  }

  /** Ends the stay of a user without a session. */
  endAbsence(user: User, reason: CloseReason): void {
    if (user.absence !== null) this.#quit(user, reason);
  }

  /** Ends every session for the same reason. As all go, nobody is told of each other's going. */
  endAll(reason: CloseReason): void {
    const sessions = [...this.#ports.state.sessions].filter(({ closeReason }) =>
      closeReason === null
    );
    for (const session of sessions) this.#close(session, reason);
    const leaving = [...this.#dropped, ...sessions];
    this.#dropped = [];
    for (const session of leaving) this.#depart(session);
  }

  /** The peer's side of an end. */
  #close(session: Session, reason: CloseReason): void {
    const { state, outbox, clock, log } = this.#ports;
    session.closeReason = reason;
    session.stage = "closing";
    session.closingAt = clock.now();
    this.ended.set(reason.kind, (this.ended.get(reason.kind) ?? 0) + 1);
    log.info("disconnected", {
      session: session.id,
      ip: session.peer.address,
      port: session.peer.port,
      nick: session.user?.nick ?? session.nick,
      reason: reason.kind,
      text: quitText(reason),
      ...(reason.kind === "lost" ? { detail: reason.detail } : {}),
    });
    outbox.close(session, reason);
    state.detach(session);
  }

  /** The others' side of an end: with the last session the user leaves the network, unless it may stay. (DEVICE-6) */
  #depart({ user, closeReason: reason }: Pick<Session, "user" | "closeReason">): void {
    const { state, store, clock } = this.#ports;
    if (user === null || reason === null || !state.users.has(user.id)) return;
    if (user.account !== null && user.sessions.size === 0) {
      const identity = identityOf(state, user);
      const seenAt = state.times.upTo([identity], Infinity, clock.epoch());
      store.markers.leave(identity, seenAt); // REPLAY-5
    }
    if (user.sessions.size > 0) {
      reviseAway(this.#ports, user); // DEVICE-7
    } else if (user.absence === null && !this.absences.begin(user, reason)) {
      this.#quit(user, reason);
    }
  }

  #quit(user: User, reason: CloseReason): void {
    this.#ports.network.submit({
      type: "quit",
      at: this.#ports.clock.epoch(),
      user: user.id,
      text: quitText(reason),
      reason: causeOf(reason),
    });
  }

  /**
   * Looks at every session once, and lets the store do what is due. Called once a second; where there is much to be done, it
   * goes on in the next turns.
   */
  sweep(): void {
    const { settings, state, store, clock } = this.#ports;
    const { historyForMs: forMs, historyMax: count } = settings;
    store.history.tend(clock.epoch(), { forMs, count });
    store.tend(clock.now());
    this.#look(state.sessions.values());
    this.absences.sweep();
  }

  #look(sessions: SetIterator<Session>): void {
    const { settings, outbox, clock, loop } = this.#ports;
    const now = clock.now();
    for (const session of sessions) {
      watchQueue(session, now);
      if (session.batch !== null) expireBatch(session, now, settings.name, clock.epoch());
      const verdict = judge(now, session, settings);
      if (verdict === "fine") continue;
      if (verdict === "abort") {
        session.link.abort();
      } else if (verdict === "ping") {
        session.pingedAt = now;
        outbox.send(session, new Outgoing(null, "PING", [settings.name], { at: clock.epoch() }));
      } else {
        this.drop(session, verdict);
      }
      // An iterator of a set goes on where it was left.
      if (loop.isLong) return loop.next(() => this.#look(sessions));
    }
  }
}

/**
 * Notes since when bytes have waited without any being accepted: a slow peer is not stalled. And since when none have waited
 * at an end.
 */
function watchQueue(session: Session, now: number): void {
  const { waitingBytes, acceptedBytes } = session.link;
  if (session.closingAt !== null && waitingBytes === 0) session.drainedAt ??= now;
  if (waitingBytes === 0 || acceptedBytes !== session.acceptedBytes) session.stalledAt = null;
  else session.stalledAt ??= now;
  session.acceptedBytes = acceptedBytes;
}
