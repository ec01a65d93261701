/**
 * The chat without a terminal: lines in, lines out, no control sequences, no questions.
 * @module
 */

import { TextLineStream } from "@std/streams/text-line-stream";
import type { Chat, ChatUi } from "./chat.ts";
import { awaitsAnswer } from "./commands.ts";
import type { ViewEvent } from "./events.ts";
import { currentRoom } from "./session.ts";
import { sanitise } from "./tui/text.ts";
import { lines, PLAIN_LOOK } from "./view.ts";

/** Standard input and output as a user interface. */
export class PlainUi implements ChatUi {
  readonly #quiet: boolean;
  #chat: Chat | null = null;
  /** Standard output is closed. */
  #isDeaf = false;

  /** `quiet`: without banner and hints. */
  constructor(quiet: boolean) {
    this.#quiet = quiet;
  }

  show(event: ViewEvent): void {
    const room = this.#chat === null ? null : currentRoom(this.#chat.state);
    const look = { ...PLAIN_LOOK, current: room?.name ?? null, quiet: this.#quiet };
    const text = lines(event, look).map((line) => `${line}\n`).join("");
    try {
      writeAll(Deno.stdout, text);
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      // Nobody reads any more. Said once: to ask again is to be in a hurry.
      if (!this.#isDeaf) this.#chat?.quit();
      this.#isDeaf = true;
    }
  }

  refresh(): void {}

  askNick(refusal: { readonly problem: string }): Promise<null> {
    complain(refusal.problem);
    return Promise.resolve(null);
  }

  askSecret(): Promise<null> {
    return Promise.resolve(null);
  }

  complain(problem: string): void {
    complain(problem);
  }

  /** Runs the chat on standard input; its end ends the chat, after what was read has been handled. */
  async run(chat: Chat): Promise<number> {
    this.#chat = chat;
    return await new Promise((resolve, reject) => {
      this.#read(chat).catch(reject);
      chat.run().then(resolve, reject);
    });
  }

  async #read(chat: Chat): Promise<void> {
    if (!await chat.whenReady()) return;
    const input = Deno.stdin.readable.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    for await (const line of input) {
      chat.input(line);
      // A script joins a room and then speaks there: the second must not overtake the first.
      if (awaitsAnswer(line)) await chat.whenFlushed();
      else await chat.whenSent();
    }
    await chat.whenFlushed();
    chat.quit();
  }
}

/** One line on standard error. */
export function complain(text: string): void {
  writeAll(Deno.stderr, `${sanitise(text)}\n`);
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
}
