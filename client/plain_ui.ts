/**
 * The chat without a terminal: lines in, lines out, no control sequences, no questions.
 * @module
 */

import { type Chat, EXIT } from "./chat.ts";
import type { ChatUi } from "./chat_options.ts";
import { awaitsAnswer } from "./commands.ts";
import type { ViewEvent } from "./events.ts";
import { readLines } from "./legacy_text.ts";
import { whyUnreachable } from "./target.ts";
import { sanitise } from "./tui/text.ts";
import { lines, PLAIN_LOOK } from "./view.ts";

/** Standard input and output as a user interface. */
export class PlainUi implements ChatUi {
  readonly #quiet: boolean;
  #chat: Chat | null = null;
  /** Standard output is closed. */
  #isDeaf = false;
  /** Something was not sent. */
  #isUnsent = false;

  /** `quiet`: without banner and hints. */
  constructor(quiet: boolean) {
    this.#quiet = quiet;
  }

  show(event: ViewEvent): void {
    if (event.kind === "unsent") this.#isUnsent = true;
    const current = this.#chat?.target?.name ?? null;
    const look = { ...PLAIN_LOOK, current, quiet: this.#quiet };
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
    const code = await new Promise<number>((resolve, reject) => {
      this.#read(chat).catch(reject);
      chat.run().then(resolve, reject);
    });
    if (code !== EXIT.fine || !this.#isUnsent) return code;
    complain("Not everything was sent.");
    return EXIT.target;
  }

  async #read(chat: Chat): Promise<void> {
    if (!await chat.whenReady()) return;
    const problem = await this.#say(chat);
    // Without a connection the chat ends by itself.
    if (problem !== null && !chat.connected) return;
    await chat.whenFlushed();
    if (problem !== null) complain(problem);
    chat.quit(undefined, problem === null ? EXIT.fine : EXIT.target);
  }

  /** Says what comes on standard input. Why not all of it: the target cannot be reached, and there is no other. */
  async #say(chat: Chat): Promise<string | null> {
    // The room of the address must be there before anything is read.
    const problem = chat.target === null ? null : whyUnreachable(chat.target, true);
    if (problem !== null) return `Nothing is said: ${problem}.`;
    let reached = chat.target;
    let number = 0;
    for await (const line of readLines(Deno.stdin.readable)) {
      number++;
      const why = chat.input(line);
      if (why !== null) return `Line ${number} was not sent, and none after it: ${why}.`;
      // A script joins a room and then speaks there: the second must not overtake the first.
      if (awaitsAnswer(line)) await chat.whenFlushed();
      else await chat.whenSent();
      if (chat.target?.reach === "here") reached = chat.target;
    }
    if (chat.target === reached) return null;
    return `${number} lines were read, but ${whyUnreachable(chat.target, true)}.`;
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
