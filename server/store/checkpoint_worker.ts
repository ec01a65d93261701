/**
 * Moves the log of a database into its file, in a thread of its own: it waits for the disk, for as long as the disk wants.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type { Checkpoint } from "./checkpointer.ts";

/**
 * Pages of a log that has to begin anew, which it does once it was moved as a whole: by the server's own thread, for while that
 * writes, there is more of it each time. 16 MiB.
 */
const LONG_PAGES = 4096;
/** How often such a log is moved, and the disk waited for: each time less has come meanwhile. */
const ROUNDS = 2;

/** What a worker has, of which the types of a page know nothing. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<string>) => void;
  postMessage(checkpoint: Checkpoint): void;
};

/** The file. Never closed while the server runs: that would take away the locks that this process has on it. */
let handle: Deno.FsFile | null = null;

/** Waits until the disk has what was moved. SQLite does so only when it was all. */
function sync(file: string): void {
  if (handle?.statSync().ino !== Deno.statSync(file).ino) handle = null;
  handle ??= Deno.openSync(file, { read: true, write: true });
  handle.syncDataSync();
}

scope.onmessage = ({ data: file }) => {
  const startedAt = performance.now();
  let isLong = false;
  try {
    // Opened anew each time: the operator may have put another file there.
    const db = new DatabaseSync(file);
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const pages = Number(db.prepare("PRAGMA wal_checkpoint(PASSIVE)").get()?.["log"]);
        isLong = pages > LONG_PAGES;
        if (!isLong) break;
        sync(file);
      }
    } finally {
      db.close();
    }
  } catch { /* the log stays as it is until the next time */ }
  scope.postMessage({ ms: performance.now() - startedAt, isLong });
};
