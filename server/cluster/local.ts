/**
 * A network of one: what is submitted is true at once.
 *
 * @module
 */
import { apply } from "../core/apply.ts";
import type { NetworkEvent } from "../core/events.ts";
import type { History } from "../core/history.ts";
import { conversationOf, isNoted, record, recordOutcome } from "../core/recorder.ts";
import type { Network, Outbox, Random, Refusal } from "../core/ports.ts";
import type { NetworkState } from "../core/state.ts";
import { timeOf } from "../core/times.ts";

/** Applies every event where it is submitted. */
export class LocalNetwork implements Network {
  readonly #state: NetworkState;
  readonly #outbox: Outbox;
  readonly #random: Random;
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
    random: Random,
    history: () => History | null,
    onBroken: (error: unknown) => void,
  ) {
    this.#state = state;
    this.#outbox = outbox;
    this.#random = random;
    this.#history = history;
    this.#onBroken = onBroken;
  }

  submit(event: NetworkEvent): Refusal | null {
    try {
      const conversation = conversationOf(this.#state, event);
      // What is submitted belongs to the network: a copy of each message would cost more than all else here.
      const decided: { at: number; id?: string | undefined } = event;
      decided.at = timeOf(this.#state, event, conversation); // HIST-10
      if (isNoted(this.#state, event)) decided.id = this.#random.id(); // one for all channels, and all who are told
      this.observer?.(event);
      const history = this.#history();
      if (history !== null) record(this.#state, event, conversation, history);
      apply(this.#state, event, this.#outbox);
      if (history !== null) recordOutcome(this.#state, event, history);
      this.keeper?.(event);
    } catch (error) {
      this.#onBroken(error);
    }
    return null;
  }
}
