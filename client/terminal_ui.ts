/**
 * The chat in a terminal: questions, prompt, colours, completion.
 * @module
 */

import type { Chat } from "./chat.ts";
import type { ChatUi } from "./chat_options.ts";
import { complete } from "./completion.ts";
import type { ViewEvent } from "./events.ts";
import { type Address, DEFAULT_HOST, DEFAULT_PORT, nickProblem, parsePort } from "./options.ts";
import type { Refusal } from "./registration.ts";
import { secretAt } from "./secrets.ts";
import type { RoomTarget } from "./target.ts";
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
/** How a line goes to another room than the one that it was begun for. */
const OTHER_ROOM = "Ctrl-U takes the line out; Ctrl-Y puts it in, for the room of the prompt.";
const TOO_LONG =
  "The paste is too long for a line, and was left out. Say a file so: chatd join --plain < FILE";
/** Times of day take five cells and a blank: what continues a line stands below its text. */
const INDENT = 6;

/** A person at a terminal. */
export class TerminalUi implements ChatUi {
  readonly #terminal: Terminal<RoomTarget | null>;
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
      begin: () => this.#chat?.target ?? null,
      onEdited: () => this.refresh(),
      onLine: (line, target) => this.#input(line, target ?? null),
      onOverflow: () => this.say(TOO_LONG),
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
    const look: Look = {
      styled: true,
      coloured: !Deno.noColor,
      timestamps: true,
      current: this.#chat?.target?.name ?? null,
      quiet: this.#quiet,
      columns: this.#terminal.columns,
    };
    for (const line of lines(event, look)) this.#terminal.print(line, INDENT);
  }

  refresh(): void {
    const chat = this.#chat;
    if (chat === null) {
      this.#terminal.prompt = "";
      return;
    }
    const isEmpty = this.#terminal.line === "";
    const target = (isEmpty ? chat.target : this.#terminal.begun) ?? null;
    const room = sanitise(hintOf(target, chat.connected));
    if (!chat.connected) {
      this.#terminal.prompt = `${room}(offline) > `;
      return;
    }
    // The room first: a prompt that is too long is cut at its end.
    const waiting = chat.waiting === 0 ? "" : `(${chat.waiting} to send, Ctrl-C stops) `;
    this.#terminal.prompt = `${style(`${room}${waiting}${sanitise(chat.state.nick)}>`, "bold")} `;
  }

  #input(line: string, target: RoomTarget | null): void {
    const why = this.#chat?.input(line, target) ?? null;
    if (why !== null) {
      const isLost = target === null || target.reach === "gone";
      this.show({ kind: "server", text: `Not sent: ${why}.${isLost ? ` ${OTHER_ROOM}` : ""}` });
      this.#terminal.putBack(line, target);
    }
    this.refresh();
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

/** The prompt's hint: where the line goes, or does not. Not safe to print yet. */
function hintOf(target: RoomTarget | null, connected: boolean): string {
  if (target === null) return "";
  const { name, reach } = target;
  if (reach === "gone") return `[not in ${name}] `;
  return reach === "coming" && connected ? `[not yet in ${name}] ` : `[${name}] `;
}
