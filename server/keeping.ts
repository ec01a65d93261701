/**
 * What of the shared state outlives the server: registered channels and bans. Each change is kept when it has become true,
 * and all of it is there again before anybody can come.
 *
 * SPEC: "Registered channels", "Operators".
 *
 * @module
 */
import { rankOf } from "../protocol/mod.ts";
import { apply } from "./core/apply.ts";
import type { NetworkEvent } from "./core/events.ts";
import type { Clock, Log, Outbox, Store } from "./core/ports.ts";
import type { Channel, NetworkState } from "./core/state.ts";

/** Keeps what an event has changed that was applied just now. */
export function keep(state: NetworkState, event: NetworkEvent, { bans, channels }: Store): void {
  const changed = (channel: Channel | undefined): void => {
    if (channel !== undefined && channel.founder !== null) channels.keep(channel);
  };
  switch (event.type) {
    case "ban":
      return bans.set(event, event.at);
    case "unban":
      return bans.lift(event.kind, event.target);
    case "topic":
    case "channel-register":
      return changed(state.channels.get(event.channel));
    case "channel-modes": // who has which rank now is for as long as they are there
      if (event.changes.every(({ mode }) => rankOf(mode) !== undefined)) return;
      return changed(state.channels.get(event.channel));
    case "metadata":
      if (event.target.kind === "channel") changed(state.channels.get(event.target.channel));
      return;
    case "access":
      return channels.keepAccess(state.channel(event.channel));
    case "channel-drop":
      return channels.drop(event.channel);
    case "rename": {
      const channel = state.channelByName(event.name);
      if (channel === undefined || channel.founder === null) return;
      if (channel.folded !== event.channel) channels.drop(event.channel);
      channels.keep(channel);
      return channels.keepAccess(channel);
    }
  }
}

/** What is kept, and those who are to know of it. */
interface Restoring {
  readonly state: NetworkState;
  readonly outbox: Outbox;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Brings back what was kept. Before anybody comes.
 *
 * @throws {StoreError} If it cannot be read.
 */
export function restore({ state, outbox, store, clock, log }: Restoring): void {
  const at = clock.epoch();
  for (const { setAt, ...terms } of store.bans.list()) {
    const isOver = terms.until !== null && terms.until <= at;
    if (!isOver) apply(state, { type: "ban", ...terms, at: setAt }, outbox);
  }
  for (const record of store.channels.list()) {
    if (state.channelByName(record.name) === undefined) {
      apply(state, { type: "channel-restore", record, at }, outbox);
    } else {
      // Two names may be one since the operator has chosen another casemapping.
      log.warn("channel-not-restored", { channel: record.name });
    }
  }
}
