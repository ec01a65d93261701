/** What tests of the whole chat share: one that is shown to a recorder. */

import { Chat } from "../../../client/chat.ts";
import type { ChatOptions, ChatUi } from "../../../client/chat_options.ts";
import type { Timing } from "../../../client/connection.ts";
import type { ViewEvent } from "../../../client/events.ts";
import type { Refusal } from "../../../client/registration.ts";
import { lines, PLAIN_LOOK } from "../../../client/view.ts";
import { type FakeServer, within } from "./support.ts";

/** No patience, as tests want it. */
export const TIMING: Timing = {
  dialMs: 5000,
  pingAfterMs: 60_000,
  pongWithinMs: 30_000,
  quitMs: 1000,
  backoffMs: 1,
  mostBackoffMs: 4,
};

/** Writes down what is shown, and answers questions for a name. */
export class Recorder implements ChatUi {
  readonly shown: string[] = [];
  readonly refusals: string[] = [];
  names: (string | null)[] = [];
  secrets: (string | null)[] = [];
  readonly questions: string[] = [];
  readonly complaints: string[] = [];
  #waiting: (() => void)[] = [];

  show(event: ViewEvent): void {
    this.shown.push(...lines(event, { ...PLAIN_LOOK, current: "#lobby", quiet: true }));
    for (const wake of this.#waiting.splice(0)) wake();
  }

  refresh(): void {}

  askNick({ problem }: Refusal): Promise<string | null> {
    this.refusals.push(problem);
    return Promise.resolve(this.names.shift() ?? null);
  }

  askSecret(question: string): Promise<string | null> {
    this.questions.push(question);
    return Promise.resolve(this.secrets.shift() ?? null);
  }

  complain(problem: string): void {
    this.complaints.push(problem);
  }

  async sees(line: string): Promise<void> {
    while (!this.shown.includes(line)) {
      await within(new Promise<void>((resolve) => this.#waiting.push(resolve)), line);
    }
  }
}

/** Starts a chat with this server. */
export function startChat(
  server: FakeServer,
  options: Partial<ChatOptions> = {},
): { readonly ui: Recorder; readonly chat: Chat; readonly code: Promise<number> } {
  const ui = new Recorder();
  const chat = new Chat({
    address: { host: "127.0.0.1", port: server.port, room: null },
    nick: "alice",
    password: null,
    credentials: null,
    history: 20,
    reconnect: false,
    interactive: true,
    timing: TIMING,
    random: () => 0,
    ...options,
  }, ui);
  return { ui, chat, code: chat.run() };
}
