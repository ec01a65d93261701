/**
 * Moves the log of a database into its file, in a thread of its own: it waits for the disk, for as long as the disk wants.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type { Checkpoint } from "./checkpointer.ts";

/** What a worker has, of which the types of a page know nothing. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<string>) => void;
  postMessage(checkpoint: Checkpoint): void;
};

scope.onmessage = ({ data: file }) => {
  const startedAt = performance.now();
  let pages = 0;
  try {
    // Opened anew each time: the operator may have put another file there.
    const db = new DatabaseSync(file);
    try {
      pages = Number(db.prepare("PRAGMA wal_checkpoint(PASSIVE)").get()?.["log"]);
    } finally {
      db.close();
    }
  } catch { /* the log stays as it is until the next time */ }
  scope.postMessage({ ms: performance.now() - startedAt, pages });
};
