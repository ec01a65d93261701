/** What tests of the client share: a session that has been welcomed, and messages from text. */

import type { ViewEvent } from "../../../client/events.ts";
import { newSession, receive, type SessionState } from "../../../client/session.ts";
import { lines, PLAIN_LOOK } from "../../../client/view.ts";
import { isParseFailure, type Message, parseMessage } from "../../../protocol/message.ts";

/** A line as a message. */
export function message(line: string): Message {
  const parsed = parseMessage(line);
  if (isParseFailure(parsed)) throw new TypeError(`Not a message: ${line}`);
  return parsed;
}

/** The own mask of `welcomed`. */
export const MASK = "alice!~alice@abcdefghijklmnop.cloaked";

/** alice in the lobby, with bob, and every capability that changes what the client does. */
export function welcomed(
  capabilities: readonly string[] = ["echo-message", "labeled-response"],
): SessionState {
  const state = newSession("alice", { notices: true, exitWord: true });
  for (const name of capabilities) state.capabilities.add(name);
  take(
    state,
    ":chat 001 alice :Welcome",
    ":chat 376 alice :End",
    `:${MASK} JOIN #lobby`,
    ":chat 353 alice = #lobby :alice bob",
    ":chat 366 alice #lobby :End",
  );
  return state;
}

/** Takes lines in; returns what there is to show. */
export function take(state: SessionState, ...texts: readonly string[]): ViewEvent[] {
  return texts.flatMap((text) => receive(state, message(text)));
}

/** The same, as plain mode shows it. */
export function plain(state: SessionState, ...texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const events = receive(state, message(text));
    const current = state.current === null ? null : state.rooms.get(state.current)?.name ?? null;
    return events.flatMap((event) => lines(event, { ...PLAIN_LOOK, current }));
  });
}
