/**
 * A network of one: what is submitted is true at once.
 *
 * @module
 */
import { apply } from "../core/apply.ts";
import type { NetworkEvent } from "../core/events.ts";
import type { Network, Outbox, Refusal } from "../core/ports.ts";
import type { NetworkState } from "../core/state.ts";

/** Applies every event where it is submitted. */
export class LocalNetwork implements Network {
  readonly #state: NetworkState;
  readonly #outbox: Outbox;
  readonly #onBroken: (error: unknown) => void;
  /** Sees every event before it is applied; for the operator who watches. */
  observer: ((event: NetworkEvent) => void) | null = null;

  /** @param onBroken Called when `apply` throws: the state may be half-changed, and must not be used any more. */
  constructor(state: NetworkState, outbox: Outbox, onBroken: (error: unknown) => void) {
    this.#state = state;
    this.#outbox = outbox;
    this.#onBroken = onBroken;
  }

  submit(event: NetworkEvent): Refusal | null {
    try {
      this.observer?.(event);
      apply(this.#state, event, this.#outbox);
    } catch (error) {
      this.#onBroken(error);
    }
    return null;
  }
}
