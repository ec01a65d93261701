/**
 * A network of one: what is submitted is true at once.
 *
 * @module
 */
import { apply } from "../core/apply.ts";
import type { NetworkEvent } from "../core/events.ts";
import type { History } from "../core/history.ts";
import { record, recordOutcome } from "../core/recorder.ts";
import type { Network, Outbox, Refusal } from "../core/ports.ts";
import type { NetworkState } from "../core/state.ts";

/** Applies every event where it is submitted. */
export class LocalNetwork implements Network {
  readonly #state: NetworkState;
  readonly #outbox: Outbox;
  readonly #history: () => History | null;
  readonly #onBroken: (error: unknown) => void;
  /** Sees every event before it is applied; for the operator who watches. */
  observer: ((event: NetworkEvent) => void) | null = null;
  /** Sees every event when it has become true; for what is kept. */
  keeper: ((event: NetworkEvent) => void) | null = null;

  /**
   * @param history Where what happens is kept; `null` while nothing is.
   * @param onBroken Called when `apply` throws: the state may be half-changed, and must not be used any more.
   */
  constructor(
    state: NetworkState,
    outbox: Outbox,
    history: () => History | null,
    onBroken: (error: unknown) => void,
  ) {
    this.#state = state;
    this.#outbox = outbox;
    this.#history = history;
    this.#onBroken = onBroken;
  }

  submit(event: NetworkEvent): Refusal | null {
    try {
      this.observer?.(event);
      const history = this.#history();
      if (history !== null) record(this.#state, event, history);
      apply(this.#state, event, this.#outbox);
      if (history !== null) recordOutcome(this.#state, event, history);
      this.keeper?.(event);
    } catch (error) {
      this.#onBroken(error);
    }
    return null;
  }
}
