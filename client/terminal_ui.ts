/**
 * The chat in a terminal: questions, prompt, colours, completion.
 * @module
 */

import type { Chat, ChatUi } from "./chat.ts";
import { complete } from "./completion.ts";
import type { ViewEvent } from "./events.ts";
import { type Address, DEFAULT_HOST, DEFAULT_PORT, nickProblem, parsePort } from "./options.ts";
import type { Refusal } from "./registration.ts";
import { secretAt } from "./secrets.ts";
import { currentRoom } from "./session.ts";
import { type EndSignal, Terminal, type TerminalIo } from "./tui/screen.ts";
import { sanitise, style } from "./tui/text.ts";
import { lines, type Look } from "./view.ts";

const NICK_QUESTION = "Enter your nickname (empty = let the server choose): ";
/** What shells report for a program that a signal ended: 128 and its number. */
const SIGNAL_CODES: Readonly<Record<EndSignal, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
};
/** Times of day take five cells and a blank: what continues a line stands below its text. */
const INDENT = 6;

/** A person at a terminal. */
export class TerminalUi implements ChatUi {
  readonly #terminal: Terminal;
  readonly #quiet: boolean;
  #chat: Chat | null = null;
  /** Set by a signal while there is no chat yet. */
  #signalled: number | null = null;

  /** Takes the terminal over; `close` gives it back. */
  constructor(quiet: boolean, io?: TerminalIo) {
    this.#quiet = quiet;
    this.#terminal = new Terminal({
      prompt: "",
      complete: (line, cursor) =>
        this.#chat === null ? null : complete(this.#chat.state, line, cursor),
      secretAt,
      onLine: (line) => this.#chat?.input(line),
      onInterrupt: () => {
        if (this.#chat?.stop() !== true) this.#leave(SIGNAL_CODES.SIGINT, 0);
      },
      onEof: () => this.#leave(0, 0),
      onSignal: (signal) => this.#leave(SIGNAL_CODES[signal], SIGNAL_CODES[signal]),
      ...(io === undefined ? {} : { io }),
    });
  }

  /** The exit code that a signal asks for, if one came before there was a chat. */
  get signalled(): number | null {
    return this.#signalled;
  }

  /** From now on lines typed go to this chat. */
  attach(chat: Chat | null): void {
    this.#chat = chat;
    this.refresh();
  }

  /** Gives the terminal back. */
  close(): void {
    this.#terminal.close();
  }

  show(event: ViewEvent): void {
    const room = this.#chat === null ? null : currentRoom(this.#chat.state);
    const look: Look = {
      styled: true,
      coloured: !Deno.noColor,
      timestamps: true,
      current: room?.name ?? null,
      quiet: this.#quiet,
      columns: this.#terminal.columns,
    };
    for (const line of lines(event, look)) this.#terminal.print(line, INDENT);
  }

  refresh(): void {
    const hint = this.#chat === null ? null : promptOf(this.#chat);
    if (hint === null) this.#terminal.prompt = this.#chat === null ? "" : "(offline) > ";
    else {
      const room = hint.room === null ? "" : `[${sanitise(hint.room)}] `;
      // Before the room: a prompt that is too long is cut at its end.
      const waiting = hint.waiting === 0 ? "" : `(${hint.waiting} to send, Ctrl-C stops) `;
      this.#terminal.prompt = `${waiting}${style(`${room}${sanitise(hint.nick)}>`, "bold")} `;
    }
  }

  async askNick(refusal: Refusal): Promise<string | null> {
    this.#terminal.print(sanitise(refusal.problem));
    return await this.askName();
  }

  async askSecret(question: string): Promise<string | null> {
    return await this.#terminal.ask(sanitise(question), { secret: true });
  }

  complain(problem: string): void {
    this.say(problem);
  }

  /** Asks for a name. `null`: the user wants to leave. */
  async askName(): Promise<string | null> {
    for (;;) {
      const answer = await this.#terminal.ask(NICK_QUESTION);
      if (answer === null) return null;
      const nick = answer.trim();
      const problem = nick === "" ? null : nickProblem(nick);
      if (problem === null) return nick;
      this.#terminal.print(`Nickname "${sanitise(nick)}" is not allowed: ${problem}.`);
    }
  }

  /** Asks for the server. `null`: the user wants to leave. */
  async askAddress(last: Address | null, port: number | null): Promise<Address | null> {
    const defaultHost = last?.host ?? DEFAULT_HOST;
    const host = await this.#terminal.ask(`Server address [${sanitise(defaultHost)}]: `);
    if (host === null) return null;
    const defaultPort = last?.port ?? port ?? DEFAULT_PORT;
    for (;;) {
      const answer = await this.#terminal.ask(`Port [${defaultPort}]: `);
      if (answer === null) return null;
      const chosen = answer.trim() === "" ? defaultPort : parsePort(answer);
      if (chosen !== null) {
        return { host: host.trim() || defaultHost, port: chosen, room: null };
      }
      this.#terminal.print("A port is a number from 1–65535.");
    }
  }

  /** Prints a sentence of the program itself. */
  say(text: string): void {
    this.#terminal.print(sanitise(text));
  }

  #leave(codeBefore: number, code: number): void {
    if (this.#chat !== null) return this.#chat.quit(undefined, code);
    this.#signalled = codeBefore;
    this.close(); // Every open question is answered with null.
  }
}

/** The prompt's hint: where what is typed goes, and under which name. Not safe to print yet. */
function promptOf(
  chat: Chat,
): { readonly room: string | null; readonly nick: string; readonly waiting: number } | null {
  const { state, waiting } = chat;
  return chat.connected
    ? { room: currentRoom(state)?.name ?? null, nick: state.nick, waiting }
    : null;
}
