/**
 * Tells those concerned when what is said cannot be kept: the log, the operators of the server, and whoever says something.
 *
 * SPEC: "History".
 *
 * @module
 */
import { FAILURES, Outgoing } from "../protocol/mod.ts";
import type { Node } from "./commands/context.ts";
import type { StoreCondition } from "./core/ports.ts";
import type { Session } from "./core/state.ts";

/** Tells of a change of the store's condition. */
export function tellCondition(node: Node, condition: StoreCondition): void {
  const { log, state } = node;
  if (condition.isPaused) log.error("history-paused", { message: condition.why });
  else log.info("history-resumed", { lost: node.store.lost });
  for (const user of state.users.values()) {
    if (!user.isOperator) continue;
    const text = condition.isPaused
      ? `History is paused, for the database cannot be written: ${condition.why}`
      : "History goes on: the database can be written again.";
    for (const session of user.sessions) say(node, session, "NOTICE", session.target, text);
  }
  if (!condition.isPaused) return;
  for (const id of condition.senders) {
    for (const session of state.users.get(id)?.sessions ?? []) {
      session.toldOf = condition;
      const { text } = FAILURES.HISTORY_PAUSED;
      if (session.has("standard-replies")) {
        say(node, session, "WARN", "PRIVMSG", "HISTORY_PAUSED", text);
      } else say(node, session, "NOTICE", session.target, text);
    }
  }
}

function say(
  { outbox, settings, clock }: Node,
  session: Session,
  command: string,
  ...params: readonly string[]
): void {
  outbox.send(session, new Outgoing(settings.name, command, params, { at: clock.epoch() }));
}
