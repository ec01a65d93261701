/**
 * What becomes of an account's history when the account goes: those who have talked with it keep their talk, and whoever takes
 * its name next has none of it.
 *
 * SPEC: "Accounts".
 *
 * @module
 */
import { directConversation, type Identity, keyOf } from "../core/history.ts";
import type { Database } from "./database.ts";
import { conversationOf } from "./history_row.ts";

/**
 * Lets go of an identity: its direct conversations stay with their other ends. Inside a transaction.
 *
 * @param name As the account was spelled.
 */
export function release(database: Database, identity: Identity, name: string, at: number): void {
  const gone: Identity = `=${name}@${at.toString(36)}`; // no account's name holds an "@"
  const rows = database.prepare(`
    SELECT id, key FROM conversations WHERE id IN (SELECT conversation FROM ends WHERE identity = ?)
  `).all(identity);
  for (const { id, key } of rows) {
    const conversation = conversationOf(String(key));
    if (conversation.kind !== "direct") continue;
    const [first, second] = conversation.ends.map((end) => end === identity ? gone : end);
    const next = keyOf(directConversation(first ?? gone, second ?? gone));
    database.prepare("UPDATE conversations SET key = ? WHERE id = ?").run(next, Number(id));
  }
  database.prepare("UPDATE ends SET identity = ? WHERE identity = ?").run(gone, identity);
  database.prepare("DELETE FROM markers WHERE identity = ?1 OR target = ?1").run(identity);
  database.generation++; // numbers of conversations that are known by key
}
