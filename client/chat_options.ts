/**
 * What a chat is given at its start, and the interface that shows it.
 * @module
 */

import type { Timing } from "./connection.ts";
import type { ViewEvent } from "./events.ts";
import type { Credentials } from "./login.ts";
import type { Address } from "./options.ts";
import type { Refusal } from "./registration.ts";

/** Where a chat is shown. */
export interface ChatUi {
  show(event: ViewEvent): void;
  /** Something in the state that a prompt may show has changed. */
  refresh(): void;
  /** A name was refused: asks for another. `null`: the user has no other, or cannot be asked. */
  askNick(refusal: Refusal): Promise<string | null>;
  /** Asks for what nobody else may see. `null` as before. */
  askSecret(question: string): Promise<string | null>;
  /** Tells why the chat cannot go on as the user wanted. */
  complain(problem: string): void;
}

/** What a chat is told at its start. */
export interface ChatOptions {
  readonly address: Address;
  /** Empty: the server chooses. */
  readonly nick: string;
  readonly password: string | null;
  /** The account to log in to, each time that it connects. */
  readonly credentials: Credentials | null;
  /** Connect again when the connection is lost. */
  readonly reconnect: boolean;
  /** With how many of its last lines a room is shown when the user enters it first; 0 for none. */
  readonly history: number;
  /** A person types: the word `exit` quits. */
  readonly interactive: boolean;
  readonly timing: Timing;
  /** From 0 to 1, for waits and names. Default: `Math.random`. */
  readonly random?: () => number;
}
