/**
 * Reads the settings anew while the server runs: all of them take the place of the old ones at once, or none does.
 *
 * SPEC: "Operators".
 *
 * @module
 */
import { isupportChanges, NUMERICS, Outgoing } from "../protocol/mod.ts";
import { registrationValue } from "./commands/accounts.ts";
import type { Node } from "./commands/context.ts";
import type { Awaitable, Configuration, RehashOutcome } from "./core/ports.ts";
import type { RegistrationPolicy, Settings } from "./core/settings.ts";

/**
 * Makes the function that reads the settings anew. What is asked for while it is at work is the same work.
 *
 * @param replace Puts a snapshot into force.
 */
export function createRehash(
  node: Node,
  configuration: Configuration,
  replace: (settings: Settings) => void,
): () => Awaitable<RehashOutcome> {
  let running: Promise<RehashOutcome> | null = null;
  const settle = (outcome: RehashOutcome): RehashOutcome => {
    if ("failure" in outcome) {
      node.log.error("config", { message: outcome.failure });
      return outcome;
    }
    const tokens = node.isupport;
    const before = node.settings.registration;
    replace(outcome.settings);
    announceTokens(node, tokens);
    announceRegistration(node, before);
    reviseOperators(node);
    node.log.info("rehash", { file: configuration.file });
    for (const { message } of outcome.warnings) node.log.warn("config", { message });
    return outcome;
  };
  return () => {
    if (running !== null) return running;
    const outcome = configuration.read();
    if (!(outcome instanceof Promise)) return settle(outcome);
    running = outcome.then(settle).finally(() => running = null);
    return running;
  };
}

/** Tells everybody the tokens of 005 that have changed. (REHASH-4) */
function announceTokens(
  { settings, state, outbox, isupport, clock, random }: Node,
  before: Node["isupport"],
): void {
  const lines = isupportChanges(before, isupport);
  if (lines.length === 0) return;
  const { code, text } = NUMERICS.RPL_ISUPPORT;
  const at = clock.epoch();
  for (const { sessions, nick } of state.users.values()) {
    for (const session of sessions) {
      const isBatched = session.has("batch") && session.has("draft/extended-isupport"); // ISUPPORT-4
      const batch = isBatched ? random.id() : undefined;
      const tell = (command: string, params: readonly string[], within?: string): void =>
        outbox.send(session, new Outgoing(settings.name, command, params, { at }), within);
      if (batch !== undefined) tell("BATCH", [`+${batch}`, "draft/isupport"]);
      for (const tokens of lines) tell(code, [nick, ...tokens, text], batch);
      if (batch !== undefined) tell("BATCH", [`-${batch}`]);
    }
  }
}

/** Tells those who follow it whether accounts can be made now. (REGISTER-4) */
function announceRegistration(
  { settings, state, outbox, clock }: Node,
  before: RegistrationPolicy,
): void {
  const { registration } = settings;
  if (registration === before) return;
  const name = "draft/account-registration";
  const value = registrationValue(registration);
  const isNew = registrationValue(before) === null;
  const at = clock.epoch();
  for (const session of state.sessions) {
    if (session.closeReason !== null) continue;
    if (session.has("cap-notify")) {
      const seesValues = session.capVersion >= 302;
      if (value !== null && !isNew && !seesValues) continue; // nothing that it knows of
      const shown = seesValues && value ? `${name}=${value}` : name;
      const params = [session.target, value === null ? "DEL" : "NEW", shown];
      outbox.send(session, new Outgoing(settings.name, "CAP", params, { at }));
    }
    if (value === null && session.has(name)) session.setCapabilities([[name, false]]);
  }
}

/** Operators have what the settings give them now, or nothing if they are not named there any more. (REHASH-3) */
function reviseOperators({ settings, state, network, clock }: Node): void {
  for (const { id, operator, sessions } of state.users.values()) {
    if (operator === null || sessions.size === 0) continue;
    const { name } = operator;
    const privileges = settings.operators.get(name)?.privileges;
    if (privileges?.join() === operator.privileges.join()) continue;
    const fact = { type: "user-modes", user: id, at: clock.epoch() } as const;
    network.submit(
      privileges === undefined
        ? { ...fact, changes: [{ sign: "-", mode: "o" }] }
        : { ...fact, changes: [{ sign: "+", mode: "o" }], operator: { name, privileges } },
    );
  }
}
