/**
 * Waits for what will hold one day.
 * @module
 */

interface Waiter {
  readonly holds: () => boolean;
  readonly resolve: () => void;
}

/** Conditions that somebody waits for; whoever changes what they look at says so. */
export class Conditions {
  #waiters: Waiter[] = [];

  /** Settles when it holds, or there is no more waiting for it. */
  when(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ holds, resolve }));
  }

  /** Something has changed. */
  check(): void {
    this.#settle(({ holds }) => holds());
  }

  /** Nothing will change any more. */
  giveUp(): void {
    this.#settle(() => true);
  }

  #settle(isOver: (waiter: Waiter) => boolean): void {
    this.#waiters = this.#waiters.filter((waiter) => {
      if (!isOver(waiter)) return true;
      waiter.resolve();
      return false;
    });
  }
}
