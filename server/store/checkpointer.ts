/**
 * Has the log of a database moved into its file by another thread, once a second where something was written: nobody waits for
 * the disk meanwhile.
 *
 * @module
 */
import type { Database } from "./database.ts";

/** What has become of it. */
export interface Checkpoint {
  readonly ms: number;
  /** Pages of the log. */
  readonly pages: number;
}

/**
 * Pages from which on the server's own thread moves the rest: while it writes, the log is never moved as a whole, and begins
 * anew only when it is. 16 MiB.
 */
const MOST_PAGES = 4096;

/** Keeps the log of one database short, as long as it is not disposed of. */
export class Checkpointer {
  readonly #database: Database;
  readonly #worker: Worker;
  #isBusy = false;

  constructor(database: Database) {
    this.#database = database;
    this.#worker = new Worker(new URL("./checkpoint_worker.ts", import.meta.url), {
      type: "module",
    });
    this.#worker.onmessage = ({ data }: MessageEvent<Checkpoint>) => this.#done(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this[Symbol.dispose](); // from now on the server's own thread does it
    };
    database.onCheckpointDue = () => this.#start();
  }

  [Symbol.dispose](): void {
    this.#database.onCheckpointDue = null;
    this.#worker.terminate();
  }

  /** Tells whether it has begun; not while the last one goes on. */
  #start(): boolean {
    if (this.#isBusy) return false;
    this.#isBusy = true;
    this.#worker.postMessage(this.#database.file);
    return true;
  }

  #done({ ms, pages }: Checkpoint): void {
    this.#isBusy = false;
    if (pages > MOST_PAGES) this.#database.checkpoint();
    else this.#database.checkpointMs = ms;
  }
}
