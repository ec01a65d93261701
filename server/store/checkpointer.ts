/**
 * Has the log of a database moved into its file by another thread when that is due: nobody waits for the disk meanwhile.
 *
 * @module
 */
import type { Database } from "./database.ts";

/** What has become of it. */
export interface Checkpoint {
  readonly ms: number;
  /** Whether the log is so long that it has to begin anew, and the server's own thread should move the rest. */
  readonly isLong: boolean;
}

/** Keeps the log of one database short, as long as it is not disposed of. */
export class Checkpointer {
  readonly #database: Database;
  readonly #onWork: () => void;
  readonly #worker: Worker;
  #isBusy = false;

  /** @param onWork Told before this thread has something to do, which others wait for. */
  constructor(database: Database, onWork: () => void) {
    this.#database = database;
    this.#onWork = onWork;
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

  /** Begins, but not while the last one goes on. */
  #start(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#worker.postMessage(this.#database.file);
  }

  #done({ ms, isLong }: Checkpoint): void {
    this.#isBusy = false;
    if (isLong) {
      this.#onWork();
      this.#database.checkpoint();
    } else {
      this.#database.checkpointMs = ms;
    }
  }
}
