/**
 * The operator's console: a plain line is announced to everybody, `/` begins a command, `exit` ends the server.
 *
 * On a terminal it has a line to type in below the log; on a pipe it reads lines and writes lines. What strangers said is
 * made safe before it is shown, and is shown only to an operator who asked to watch.
 *
 * @module
 */
import { parseSource } from "../../protocol/mod.ts";
import { TextLineStream } from "@std/streams/text-line-stream";
import type { Completion } from "../../client/tui/editor.ts";
import { type ColumnRow, twoColumns } from "../../client/tui/columns.ts";
import { Terminal } from "../../client/tui/screen.ts";
import { sanitise } from "../../client/tui/text.ts";
import { LineWriter } from "./line_writer.ts";
import type { Clock, Store } from "../core/ports.ts";
import type { NetworkEvent, UserId } from "../core/events.ts";
import type { Histogram } from "../core/histogram.ts";
import type { Loop } from "../core/loop.ts";
import type { NetworkState } from "../core/state.ts";
import type { Supervisor } from "../core/supervisor.ts";

/** What the console looks at. */
export interface ConsoleNode {
  readonly settings: { readonly name: string };
  readonly state: NetworkState;
  readonly supervisor: Supervisor;
  readonly store: Pick<Store, "figures" | "condition">;
  readonly clock: Clock;
  readonly loop: Loop;
  readonly startedAt: number;
  readonly outbox: { readonly delivered: number };
  readonly network: { observer: ((event: NetworkEvent) => void) | null };
}

/** What the console may ask for. */
export interface ConsoleActions {
  /** Says something to everybody. */
  announce(text: string): void;
  /** Reads the settings anew; the log tells what became of it. */
  rehash(): void;
  /** Ends the server in order. */
  stop(why: string): void;
  /** How long lines have waited to be written. Microseconds. */
  readonly waited: Histogram;
}

/** What a histogram of microseconds tells in short. The load reads it, too. */
function durationsOf(histogram: Histogram): string {
  const [half, most, longest] = [
    histogram.percentile(0.5),
    histogram.percentile(0.99),
    histogram.max,
  ].map((us) => `${(us / 1000).toFixed(1)} ms`);
  return `half up to ${half}, 99 % up to ${most}, longest ${longest}`;
}

/** One command of the console. */
interface ConsoleCommand {
  readonly params: string;
  readonly summary: string;
  readonly run: (console: Console, args: string) => void;
}

const COMMANDS: ReadonlyMap<string, ConsoleCommand> = new Map([
  ["/users", { params: "", summary: "who is here", run: (console) => console.tellUsers() }],
  ["/kick", {
    params: "NICK [REASON]",
    summary: "disconnect a user",
    run: (console, args) => console.kick(args),
  }],
  ["/watch", {
    params: "on|off",
    summary: "show what is said, or stop showing it",
    run: (console, args) => console.watch(args),
  }],
  ["/stats", {
    params: "",
    summary: "figures of this server",
    run: (console) => console.tellStats(),
  }],
  ["/rehash", {
    params: "",
    summary: "read the settings anew",
    run: (console) => console.rehash(),
  }],
  ["/help", { params: "", summary: "this list", run: (console) => console.tellHelp() }],
  ["exit", {
    params: "",
    summary: "tell everybody, and end the server",
    run: (console) => console.exit(),
  }],
]);

/** The console of a running server. */
export class Console {
  readonly #node: ConsoleNode;
  readonly #actions: ConsoleActions;
  readonly #terminal: Terminal | null;
  readonly #input: ReadableStreamDefaultReader<string> | null;
  /** Where there is no terminal. Whoever does not read it must not hold up the chat. */
  readonly #pipe = new LineWriter(Deno.stdout);
  #isWatching = false;

  /** Takes over the terminal, or standard input. */
  constructor(node: ConsoleNode, actions: ConsoleActions) {
    this.#node = node;
    this.#actions = actions;
    node.network.observer = (event) => this.#observe(event);
    const stop = (why: string) => (): void => actions.stop(why);
    if (Deno.stdin.isTerminal() && Deno.stdout.isTerminal()) {
      this.#input = null;
      this.#terminal = new Terminal({
        prompt: `${node.settings.name}> `,
        complete: (line, cursor) => this.#complete(line, cursor),
        onLine: (line) => line.split("\n").forEach((each) => this.#run(each)),
        onInterrupt: stop("Ctrl-C"),
        onEof: stop("Ctrl-D"),
        // The server itself hears the others; of its terminal's end only the terminal knows.
        onSignal: (signal) => signal === "SIGHUP" && actions.stop("its terminal is gone"),
      });
    } else {
      this.#terminal = null;
      this.#input = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(
        new TextLineStream(),
      )
        .getReader();
      this.#readLines(this.#input);
    }
  }

  /** Whether a line is being typed on a terminal, which what is printed must not break. */
  get isInteractive(): boolean {
    return this.#terminal !== null;
  }

  /** Prints a line that is safe to print. */
  print(line: string): void {
    if (this.#terminal !== null) return this.#terminal.print(line);
    this.#pipe.write(line);
  }

  /** Gives the terminal back; settles when all is written. */
  close(): Promise<void> {
    this.#node.network.observer = null;
    this.#terminal?.close();
    this.#input?.cancel().catch(() => {});
    return this.#pipe.flush();
  }

  /** The end of a pipe is not an order: a server may outlive who started it. */
  async #readLines(input: ReadableStreamDefaultReader<string>): Promise<void> {
    for (let read = await input.read(); !read.done; read = await input.read()) {
      this.#run(read.value);
    }
  }

  #run(input: string): void {
    const line = input.trim();
    if (line === "") return;
    const space = line.search(/\s/);
    const word = space < 0 ? line : line.slice(0, space);
    const args = space < 0 ? "" : line.slice(space).trim();
    const command = COMMANDS.get(word);
    if (command !== undefined && (word.startsWith("/") || args === "")) {
      return command.run(this, args);
    }
    if (!line.startsWith("/")) return this.#announce(line);
    this.print(`Unknown command "${sanitise(word)}". Type /help for help.`);
  }

  #announce(text: string): void {
    if (new TextEncoder().encode(text).length > MOST_ANNOUNCED_BYTES) {
      return this.print(`Not sent: an announcement has at most ${MOST_ANNOUNCED_BYTES} bytes.`);
    }
    this.#actions.announce(text);
    this.print(`${this.#node.settings.name}: ${sanitise(text)}`);
  }

  /** `/users` */
  tellUsers(): void {
    const users = [...this.#node.state.users.values()].sort((a, b) => a.folded < b.folded ? -1 : 1);
    for (const { nick, away, sessions } of users) {
      const places = [...sessions].map(({ id, peer }) => `${peer.address} session ${id}`);
      const where = places.length === 0 ? "not connected" : places.join(", ");
      this.print(`${nick} (${where})${away === null ? "" : " away"}`);
    }
    const connected = users.filter(({ sessions }) => sessions.size > 0).length;
    const stay = connected === users.length ? "" : `, ${users.length - connected} not connected`;
    this.print((users.length === 1 ? "1 user" : `${users.length} users`) + stay);
  }

  /** `/kick NICK [REASON]` */
  kick(args: string): void {
    const [nick = "", ...reason] = args.split(/\s+/);
    if (nick === "") return this.print("Usage: /kick NICK [REASON]");
    const user = this.#node.state.userByNick(nick);
    if (user === undefined) {
      return this.print(`User "${sanitise(nick)}" is not connected to the server.`);
    }
    const text = reason.join(" ") || "kicked by the operator";
    const { name } = this.#node.settings;
    this.#node.supervisor.kill(user, { source: name, by: name, text });
  }

  /** `/watch on|off` */
  watch(args: string): void {
    if (args !== "on" && args !== "off") return this.print("Usage: /watch on|off");
    this.#isWatching = args === "on";
    this.print(this.#isWatching ? "What is said is shown." : "What is said is not shown.");
  }

  /** `/stats` */
  tellStats(): void {
    const { state, supervisor, store, clock, loop, startedAt, outbox } = this.#node;
    const seconds = Math.floor((clock.epoch() - startedAt) / 1000);
    const hours = Math.floor(seconds / 3600);
    this.print(`up ${hours}:${new Date(seconds * 1000).toISOString().slice(14, 19)}`);
    this.print(
      `users ${state.users.size} (most ${state.mostUsers}), sessions ${state.sessions.size}`,
    );
    this.print(`channels ${state.channels.size}, lines delivered ${outbox.delivered}`);
    const ended = [...supervisor.ended].map(([kind, count]) => `${kind} ${count}`);
    this.print(`ended: ${ended.join(", ") || "none"}`);
    const { file, bytes, checkpointMs } = store.figures;
    const took = checkpointMs === null ? "" : `, last checkpoint ${checkpointMs.toFixed(1)} ms`;
    const paused = store.condition.isPaused ? `, PAUSED: ${store.condition.why}` : "";
    const size = `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
    this.print(`database ${sanitise(file ?? "in memory")}: ${size}${took}${paused}`);
    this.print("since /stats was asked last:");
    this.print(`  event loop held: ${durationsOf(loop.held)}`);
    this.print(`  lines waited to be written: ${durationsOf(this.#actions.waited)}`);
    loop.held.clear();
    this.#actions.waited.clear();
    this.print(`memory ${Math.round(Deno.memoryUsage().rss / 1024 / 1024)} MiB`);
  }

  /** `/rehash` */
  rehash(): void {
    this.#actions.rehash();
  }

  /** `/help` */
  tellHelp(): void {
    this.print("A plain line is said to everybody.");
    const rows = [...COMMANDS].map(([word, { params, summary }]): ColumnRow => [
      `${word} ${params}`.trim(),
      summary,
    ]);
    for (const line of twoColumns(rows, this.#terminal?.columns ?? null)) this.print(line);
  }

  /** `exit` */
  exit(): void {
    this.#actions.stop("exit");
  }

  /** Shows joins and departures of channels, and what is said to those who watch. */
  #observe(event: NetworkEvent): void {
    switch (event.type) {
      case "join":
        return this.print(`${this.#nick(event.user)} joined ${sanitise(event.channel)}`);
      case "part":
        return this.print(`${this.#nick(event.user)} left ${sanitise(event.channel)}`);
      case "kick":
        return this.print(`${this.#nick(event.user)} was kicked from ${sanitise(event.channel)}`);
      case "message":
        if (this.#isWatching && event.from !== null && event.verb !== "TAGMSG") {
          const to = this.#target(event.target);
          this.print(`${this.#speaker(event, event.from)} → ${to}: ${sanitise(event.text)}`);
        }
        return;
      default:
        return;
    }
  }

  #target(target: (NetworkEvent & { type: "message" })["target"]): string {
    switch (target.kind) {
      case "channel":
        return sanitise(target.channel);
      case "user":
        return this.#nick(target.user);
      case "everyone":
        return "everyone";
    }
  }

  /** Who has said it; of what a bridge says, both. */
  #speaker({ source, relayedBy }: NetworkEvent & { type: "message" }, from: UserId): string {
    if (relayedBy === undefined) return this.#nick(from);
    return `${sanitise(parseSource(source).nick)} (by ${this.#nick(from)})`;
  }

  #nick(id: UserId): string {
    return sanitise(this.#node.state.users.get(id)?.nick ?? id);
  }

  #complete(line: string, cursor: number): Completion | null {
    const from = line.lastIndexOf(" ", cursor - 1) + 1;
    const word = line.slice(from, cursor).toLowerCase();
    const nicks = (): string[] => [...this.#node.state.users.values()].map(({ nick }) => nick);
    const words = from === 0 ? [...COMMANDS.keys()] : nicks();
    const candidates = words.filter((each) => each.toLowerCase().startsWith(word)).sort();
    return candidates.length === 0 ? null : { from, candidates };
  }
}

/** So that the announcement fits a line with the longest server name. */
const MOST_ANNOUNCED_BYTES = 400;
