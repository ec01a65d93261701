/**
 * One user's stay on a server: connects, registers, carries lines both ways, connects again, leaves.
 * Where it is shown and typed is the interface's business (`ChatUi`).
 * @module
 */

import type { FrameFailure } from "../protocol/framer.ts";
import { formatMessage, type Message } from "../protocol/message.ts";
import { Account, type AccountHost } from "./account.ts";
import type { ChatOptions, ChatUi } from "./chat_options.ts";
import { type CommandContext, DEFAULT_QUIT_REASON, execute } from "./commands.ts";
import { joinLists, type RoomKey } from "./compose.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { Conditions } from "./conditions.ts";
import {
  backoffMs,
  ConnectError,
  dial,
  type Ending,
  isLoopback,
  type Link,
  openLink,
  readMessage,
  whyOver,
} from "./connection.ts";
import type { ViewEvent } from "./events.ts";
import { History, type Outcome } from "./history.ts";
import { Ignores } from "./ignores.ts";
import { Memory } from "./memory.ts";
import { formatAddress } from "./options.ts";
import { Outgoing } from "./outgoing.ts";
import { type Progress, type Refusal, Registration } from "./registration.ts";
import { saslCrypto } from "./sasl_crypto.ts";
import { Standing } from "./standing.ts";
import { newSession, type SessionState, type Settings, shutOut } from "./session.ts";
import { type RoomTarget, Targets } from "./target.ts";

/** Exit codes of the program that a chat can end with. */
export const EXIT = { fine: 0, network: 1, nick: 3, account: 3, target: 8 } as const;

const SERVER_QUESTION = "Password of the server: ";

/** Questions to the server whose answers say that all before them was handled. */
const BANNER = "chatd-banner";
const ENTERED = "chatd-entered";
const FLUSHED = "chatd-flushed";

/** A stay on one server. `run` once. */
export class Chat {
  readonly #options: ChatOptions;
  readonly #ui: ChatUi;
  readonly #leaving = new AbortController();
  readonly #settings: Settings = { notices: true, exitWord: true };
  readonly #memory = new Memory();
  readonly #ignores = new Ignores(SYSTEM_CLOCK.now);
  #state: SessionState;
  #history: History;
  #outgoing: Outgoing;
  #link: Link | null = null;
  /** Set once the user wants to leave; what `run` then returns. */
  #exitCode: number | null = null;
  #refused = false;
  #password: string | null;
  readonly #account: Account;
  /** The server refused the password, and will close the connection. */
  #wantsPassword = false;
  #asking: Promise<void> | null = null;
  readonly #conditions = new Conditions();
  #ready = false;
  #flushed = false;
  #wake: () => void = () => {};
  /** The name that the user last had, to have it again after a lost connection. */
  #nick: string;
  /** The name that the server welcomed the user with. */
  #welcomed = "";
  /** The user has chosen a name: it is to be theirs again. */
  #isNamed: boolean;
  readonly #targets = new Targets();
  readonly #standing: Standing;
  /** Rooms that are being entered once in. */
  #entering: readonly RoomKey[] = [];
  #first = true;

  /** Does nothing before `run`. */
  constructor(options: ChatOptions, ui: ChatUi) {
    this.#options = options;
    this.#ui = ui;
    this.#nick = options.nick;
    this.#isNamed = options.nick !== "";
    this.#password = options.password;
    this.#account = new Account(this.#accountHost(), options.credentials);
    const { room } = options.address;
    if (room !== null) this.#targets.choose(room, false);
    this.#state = newSession(options.nick, this.#settings, this.#targets, this.#ignores);
    this.#standing = new Standing(this.#state, room);
    this.#history = this.#newHistory();
    this.#outgoing = this.#newOutgoing();
  }

  /** What is known of the server: read only. */
  get state(): SessionState {
    return this.#state;
  }

  /** What the next line is begun for. */
  get target(): RoomTarget | null {
    return this.#targets.current;
  }

  /** Whether lines reach the server. */
  get connected(): boolean {
    return this.#link !== null && this.#state.registered;
  }

  /**
   * Stays until the user leaves, or the server does and there is no connecting again.
   *
   * @returns the program's exit code
   * @throws {ConnectError} when the server cannot be reached the first time
   */
  async run(): Promise<number> {
    const { address, timing } = this.#options;
    this.#ui.show({ kind: "connecting", address: formatAddress(address) });
    let reached = false;
    for (let failures = 0; this.#exitCode === null;) {
      let conn: Deno.Conn;
      try {
        conn = await dial(address, timing, this.#leaving.signal);
        reached = true;
      } catch (error) {
        if (this.#exitCode !== null) break;
        if (!(error instanceof ConnectError) || !reached) throw error;
        failures++;
        await this.#pause(error.message.replace(/Is the server running\?.*$/, ""), failures);
        continue;
      }
      if (this.#exitCode !== null) {
        conn.close();
        break;
      }
      const ending = await this.#serve(conn);
      if (this.#exitCode !== null) break;
      if (this.#refused) {
        this.#refused = false; // The connection ended while the user thought of another name.
        continue;
      }
      if (this.#wantsPassword) {
        this.#wantsPassword = false;
        this.#password = await this.#unlessLeaving(this.#ui.askSecret(SERVER_QUESTION)) ||
          null;
        if (this.#password !== null) continue;
        return this.#exitCode ?? EXIT.network;
      }
      const { registered, shuttingDown, removed } = this.#state;
      if (removed) return EXIT.network;
      if (registered) failures = 0;
      else failures++;
      if (!this.#options.reconnect || (this.#first && !registered)) {
        if (shuttingDown) return EXIT.fine;
        this.#say(whyOver(ending, registered));
        return EXIT.network;
      }
      this.#first = false;
      const what = shuttingDown ? "" : `${whyOver(ending, true)} `;
      await this.#pause(what, failures);
    }
    return this.#exitCode ?? EXIT.fine;
  }

  /**
   * Carries out a line of input that was begun for this target; `\n` in it separates lines of text.
   *
   * @returns why it could not be used, and stays its writer's; `null` when it was
   */
  input(line: string, target: RoomTarget | null = this.target): string | null {
    // Who types has read what is shown; who sits behind a pipe may be nobody.
    if (this.#options.interactive) {
      for (const mark of this.#history.read()) this.#link?.send(mark);
    }
    let kept: string | null = null;
    const context = { ...this.#context(), target, keep: (why: string) => void (kept = why) };
    execute(context, line, this.#options.interactive);
    this.#ui.refresh();
    return kept;
  }

  /** Leaves: tells the server, waits a moment for its answer, ends. Again: ends at once. */
  quit(reason: string = DEFAULT_QUIT_REASON, exitCode: number = EXIT.fine): void {
    if (this.#exitCode !== null) {
      this.#link?.close();
      return;
    }
    this.#exitCode = exitCode;
    this.#leaving.abort();
    this.#wake();
    const link = this.#link;
    if (link === null) return;
    link.send(formatMessage({ command: "QUIT", params: [reason] }));
    const timer = setTimeout(() => link.close(), this.#options.timing.quitMs);
    void link.ended.finally(() => clearTimeout(timer));
  }

  /** Settles when the banner and the first rooms are through, or the chat is over: tells which. */
  async whenReady(): Promise<boolean> {
    await this.#when(() => this.#ready);
    return this.#ready;
  }

  /** Lines of text that wait to be sent. */
  get waiting(): number {
    return this.#outgoing.waiting;
  }

  /** Sends no more of what waits. Whether anything did. */
  stop(): boolean {
    const stopped = this.#outgoing.stop();
    this.#ui.refresh();
    return stopped;
  }

  /** Settles when nothing waits to be sent, or the connection is gone. */
  whenSent(): Promise<void> {
    return this.#when(() => this.#outgoing.isDone);
  }

  /** Settles when the server has handled all that was said, or the connection is gone. */
  async whenFlushed(): Promise<void> {
    await this.whenSent();
    this.#flushed = false;
    this.#link?.send(`PING ${FLUSHED}`);
    await this.#when(() => this.#flushed);
  }

  #when(holds: () => boolean): Promise<void> {
    if (this.#link === null && this.#exitCode !== null) return Promise.resolve();
    return this.#conditions.when(holds);
  }

  #context(): Omit<CommandContext, "target" | "keep"> {
    const state = this.#state;
    return {
      state,
      connected: this.connected,
      send: (command, ...params) => {
        this.#outgoing.command(formatMessage({ command, params }));
        this.#standing.sent(command, params);
      },
      speak: (target, text, how) => this.#outgoing.say(target, text, how),
      stop: () => this.#outgoing.stop(),
      show: (event) => this.#show(event),
      older: (wanted) => this.#carryOut(this.#history.older(wanted)),
      search: (search) => this.#carryOut(this.#history.search(search)),
      now: () => new Date(),
      register: (mail) => void this.#account.register(mail),
      logIn: (name) => void this.#account.logIn(name),
      quit: (reason) => this.quit(reason),
    };
  }

  #newHistory(): History {
    const options = { lines: this.#options.history, isBack: !this.#first };
    return new History(this.#state, this.#memory, options);
  }

  #newOutgoing(): Outgoing {
    const state = this.#state;
    return new Outgoing({
      state,
      interactive: this.#options.interactive,
      send: (line) => this.#link?.send(line),
      show: (event) => this.#show(event),
      clock: SYSTEM_CLOCK,
    });
  }

  #carryOut({ events, lines }: Outcome): void {
    for (const event of events) this.#show(event);
    for (const line of lines) this.#link?.send(line);
  }

  #send(command: string, ...params: readonly string[]): void {
    this.#link?.send(formatMessage({ command, params }));
  }

  #say(text: string): void {
    this.#show({ kind: "server", text });
  }

  #show(event: ViewEvent): void {
    const notice = event.kind === "joined" || event.kind === "left" || event.kind === "gone" ||
      event.kind === "connected";
    if (notice && !this.#settings.notices) return;
    // The banner is news only once.
    if (event.kind === "motd" && !this.#first) return;
    this.#ui.show(event);
  }

  /** One connection, from its greeting to its end. */
  async #serve(conn: Deno.Conn): Promise<Ending> {
    const state = newSession(this.#nick, this.#settings, this.#targets, this.#ignores);
    this.#state = state;
    this.#standing.attach(state);
    this.#history = this.#newHistory();
    this.#outgoing = this.#newOutgoing();
    this.#ready = false;
    // The name may still be held by the connection that was lost.
    const fallbacks = this.#first ? [] : this.#isNamed ? [`${this.#nick}_`, ""] : [""];
    const registration = new Registration(state, {
      password: this.#password,
      credentials: this.#account.credentials,
      away: this.#standing.away,
      fallbacks,
      crypto: saslCrypto,
      random: this.#options.random ?? Math.random,
    });
    this.#account.attach(registration, isLoopback(conn.remoteAddr));
    const link = openLink(conn, (line) => this.#receive(line, registration), this.#options.timing);
    this.#link = link;
    for (const line of registration.start()) link.send(line);
    const ending = await link.ended;
    this.#link = null;
    if (state.registered) {
      // A makeshift name is not kept for the next time; one that the user took since is.
      if (state.nick !== this.#welcomed) this.#isNamed = true;
      if (this.#first || state.nick !== this.#welcomed) this.#nick = state.nick;
    }
    this.#targets.lost();
    for (const event of this.#history.end()) this.#show(event);
    this.#outgoing.end();
    this.#conditions.giveUp();
    this.#ui.refresh();
    if (this.#asking !== null) await this.#unlessLeaving(this.#asking);
    return ending;
  }

  /** What a user answers; `null` as soon as the chat is to end. */
  #unlessLeaving<T>(answer: Promise<T>): Promise<T | null> {
    const { signal } = this.#leaving;
    if (signal.aborted) return Promise.resolve(null);
    const left = new Promise<null>((resolve) => {
      signal.addEventListener("abort", () => resolve(null), { once: true });
    });
    return Promise.race([answer, left]);
  }

  #receive(line: string | FrameFailure, registration: Registration): void {
    const message = readMessage(line);
    if (message === null) return;
    if (typeof message === "string") return this.#say(message);
    if (message.command === "PING") {
      this.#send("PONG", ...message.params);
      return;
    }
    const progress = registration.receive(message);
    this.#proceed(progress, registration);
    if (progress.taken) return this.#ui.refresh();
    this.#follow(message);
    const isUnasked = this.#standing.isOwnBusiness(message);
    if (!isUnasked) this.#take(message);
    for (const line of this.#standing.follow(message)) this.#link?.send(line);
    this.#conditions.check();
    this.#ui.refresh();
  }

  #take(message: Message): void {
    // Why the connection ends is known already, or was just said.
    const known = message.command === "ERROR" && (this.#exitCode !== null || this.#wantsPassword);
    const { events, lines } = this.#history.take(message);
    this.#carryOut({ events: known ? [] : events, lines });
    this.#outgoing.follow(message);
    if (message.command === "464" && !this.#state.registered) this.#wantsPassword = true;
    if (message.command === "001") this.#welcomed = this.#state.nick;
    if (message.command === "376" || message.command === "422") this.#send("PING", BANNER);
    if (message.command === "ERROR") this.#link?.close();
  }

  /** Answers to the client's own questions. */
  #follow(message: Message): void {
    this.#account.follow(message);
    if (message.command !== "PONG") return;
    const token = message.params.at(-1);
    if (token === FLUSHED) this.#flushed = true;
    if (token === BANNER) this.#enter();
    if (token === ENTERED) this.#settle();
  }

  /** After banner and lobby: enters the rooms that were asked for, or left by a lost connection. */
  #enter(): void {
    const state = this.#state;
    const back = this.#first || !this.#isNamed ? null : this.#nick;
    for (const line of this.#standing.tell(back)) this.#link?.send(line);
    // To leave it for an account would be to leave it for its other programs.
    if (this.#standing.leftLobby && state.lobby !== null && state.account === null) {
      this.#send("PART", state.rooms.get(state.lobby)?.name ?? state.lobby);
    }
    // What was missed where the user talks is shown first.
    const talking = state.fold(this.target?.name ?? "");
    const isTalking = ({ name }: RoomKey) => Number(state.fold(name) === talking);
    const rooms = this.#standing.rooms.filter(({ name }) => !state.rooms.has(state.fold(name)))
      .sort((a, b) => isTalking(b) - isTalking(a));
    this.#entering = rooms;
    if (rooms.length === 0) return this.#settle();
    for (const { name } of rooms) state.asking.add(state.fold(name));
    for (const params of joinLists(rooms, state.isupport.get("TARGMAX"))) {
      this.#send("JOIN", ...params);
    }
    this.#send("PING", ENTERED);
  }

  #settle(): void {
    this.#ready = true;
    const state = this.#state;
    state.entered = true;
    // What has no answer by now has none.
    for (const { name } of this.#entering) shutOut(state, name);
    this.#targets.settled((room) => state.asking.has(state.fold(room)));
  }

  /** Does what the registration wants done. */
  #proceed(
    { lines, later, refusal, login }: Progress,
    registration: Registration,
  ): void {
    const link = this.#link;
    if (login !== null) this.#account.settle(login);
    // Who gives up is not to come in after all.
    if (this.#exitCode !== null) return;
    if (lines.includes("AUTHENTICATE PLAIN")) this.#account.warn();
    for (const line of lines) link?.send(line);
    later?.then((answers) => {
      for (const answer of answers) link?.send(answer);
    });
    if (refusal !== null) this.#refuse(refusal, registration);
  }

  #refuse(refusal: Refusal, registration: Registration): void {
    this.#meanwhile(this.#ui.askNick(refusal), EXIT.nick, (nick, isHere) => {
      this.#nick = nick;
      if (isHere) this.#link?.send(registration.retry(nick));
    });
  }

  /** Waits for an answer without which there is no registering; with it there is, by this connection or the next. */
  #meanwhile(
    question: Promise<string | null>,
    exitCode: number,
    use: (answer: string, isHere: boolean) => void,
  ): void {
    const link = this.#link;
    this.#asking = question.then((answer) => {
      this.#asking = null;
      if (answer === null) return this.quit(DEFAULT_QUIT_REASON, exitCode);
      const isHere = this.#link !== null && this.#link === link;
      use(answer, isHere);
      if (!isHere) this.#refused = true;
    });
  }

  #accountHost(): AccountHost {
    // deno-lint-ignore no-this-alias -- the host's properties change with the chat
    const chat = this;
    return {
      get state() {
        return chat.#state;
      },
      get connected() {
        return chat.connected;
      },
      isNamed: () => this.#isNamed || this.#state.nick !== this.#welcomed,
      isInteractive: this.#options.interactive,
      say: (text) => this.#say(text),
      send: (command, ...params) => this.#send(command, ...params),
      askSecret: (question) => this.#ui.askSecret(question),
      askMeanwhile: (question, use) => {
        const answer = this.#ui.askSecret(question).then((text) => text === "" ? null : text);
        this.#meanwhile(answer, EXIT.account, use);
      },
      proceed: (progress, registration) => this.#proceed(progress, registration),
      giveUp: (problem) => {
        this.#ui.complain(problem);
        this.quit(DEFAULT_QUIT_REASON, EXIT.account);
      },
    };
  }

  /** Waits before the next attempt: 2, 4, 8 … 60 s and up to a fifth more, so that not all come at once. */
  async #pause(what: string, failures: number): Promise<void> {
    const wait = backoffMs(this.#options.timing, failures);
    const jitter = (this.#options.random ?? Math.random)() * wait * 0.2;
    this.#say(`${what}Reconnecting in ${Math.round(wait / 1000)} s …`);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait + jitter);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }
}
