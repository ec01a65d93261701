/**
 * What anybody has seen is kept: the daemon is killed in the middle of its work, again and again, and the history must hold
 * every message that any client has received, once, in the order in which it came.
 *
 * SPEC: "History".
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Framer, parseMessage, SERVER_LIMITS } from "../../protocol/mod.ts";
import { Daemon, startProgram } from "../support/daemon.ts";

/** How often it is killed. */
const RUNS = 100;
const CLIENTS = 12;
/** Lines that a client has on their way. */
const WINDOW = 20;
/** It is killed when a client has received so many lines, more or less. */
const LINES = 400;

const encoder = new TextEncoder();

/** A client that talks to the lobby and to its neighbour, and notes what it receives. */
class Talker {
  readonly nick: string;
  /** The ids of the messages received, by where they were said. */
  readonly seen: Record<"lobby" | "direct", string[]> = { lobby: [], direct: [] };
  readonly #conn: Deno.Conn;
  readonly #neighbour: string;
  readonly #framer = new Framer(SERVER_LIMITS);
  readonly #onSeen: () => void;
  readonly done: Promise<void>;
  #said = 0;

  constructor(conn: Deno.Conn, number: number, onSeen: () => void) {
    this.nick = `c${number}`;
    this.#neighbour = `c${(number + 1) % CLIENTS}`;
    this.#conn = conn;
    this.#onSeen = onSeen;
    this.#write(
      "CAP REQ :message-tags echo-message",
      `NICK ${this.nick}`,
      `USER u 0 * :u`,
      "CAP END",
    );
    this.done = this.#read();
  }

  /** Begins to talk; each line that comes back is followed by another. */
  talk(): void {
    this.#write(...Array.from({ length: WINDOW }, () => this.#line()));
  }

  #line(): string {
    const target = ++this.#said % 5 === 0 ? this.#neighbour : "#lobby";
    return `PRIVMSG ${target} :line ${this.#said} of ${this.nick}`;
  }

  #write(...lines: readonly string[]): void {
    const bytes = encoder.encode(lines.map((line) => `${line}\r\n`).join(""));
    this.#conn.write(bytes).catch(() => {}); // the reader sees that it has ended
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (;;) {
        const count = await this.#conn.read(buffer);
        if (count === null) break;
        this.#framer.push(buffer.subarray(0, count));
        for (let line = this.#framer.next(); line !== null; line = this.#framer.next()) {
          this.#take(String(line));
        }
      }
    } catch { /* the server was killed */ }
    this.#conn.close();
  }

  #take(line: string): void {
    const message = parseMessage(line);
    if ("failure" in message) throw new Error(line);
    const { command, params, source, tags } = message;
    if (command !== "PRIVMSG") return;
    const msgid = tags?.get("msgid");
    assert(msgid !== undefined, line);
    this.seen[params[0] === "#lobby" ? "lobby" : "direct"].push(msgid);
    this.#onSeen();
    if (source?.startsWith(`${this.nick}!`)) this.#write(this.#line());
  }
}

/** Lets clients talk until one has seen some lines, kills the daemon, and tells what all of them have seen. */
async function crash(file: string, lines: number): Promise<readonly Talker[]> {
  const daemon = await Daemon.start(["--data", file]);
  const killed = Promise.withResolvers<void>();
  let seen = 0;
  const talkers: Talker[] = [];
  for (let i = 0; i < CLIENTS; i++) {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: daemon.port });
    talkers.push(
      new Talker(conn, i, () => {
        if (++seen === lines * CLIENTS) killed.resolve();
      }),
    );
  }
  const witness = await daemon.connect();
  witness.send("NICK witness\r\nUSER u 0 * :u");
  // All are there when each has its name: the witness asks until it is so.
  while ((await witness.receive()).every((line) => !/ 303 .*c0 .*c11/.test(line))) {
    witness.send(`ISON ${talkers.map(({ nick }) => nick).join(" ")}`);
  }
  for (const talker of talkers) talker.talk();
  await killed.promise;
  daemon.child.kill("SIGKILL");
  await Promise.all([...talkers.map(({ done }) => done), daemon.child.status]);
  await Promise.all([daemon.log.done, daemon.out.done]);
  witness.close();
  return talkers;
}

/** The places of all messages in the history, by id. */
async function exported(file: string): Promise<Map<string, number>> {
  const child = await startProgram(["export", "--json", "--data", file]);
  const { code, stdout, stderr } = await child.output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  const places = new Map<string, number>();
  for (const [i, line] of new TextDecoder().decode(stdout).trimEnd().split("\n").entries()) {
    const { msgid } = JSON.parse(line);
    if (typeof msgid !== "string") continue; // somebody came
    assert(!places.has(msgid), `${msgid} is there once`);
    places.set(msgid, i);
  }
  return places;
}

Deno.test(`STORE-2 what anybody has seen survives ${RUNS} sudden ends, once and in order`, async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/chatd.db`;
  const talkers: Talker[] = [];
  for (let run = 0; run < RUNS; run++) {
    talkers.push(...await crash(file, LINES / 4 + (run * 37) % LINES));
  }
  const places = await exported(file);
  let count = 0;
  for (const { nick, seen } of talkers) {
    for (const [where, ids] of Object.entries(seen)) {
      let last = -1;
      for (const id of new Set(ids)) { // what one says to oneself would come twice
        const place = places.get(id);
        assert(place !== undefined, `${nick} has seen ${id} (${where}), which is not kept`);
        assert(place > last, `${nick} has seen ${id} (${where}) in another order`);
        last = place;
        count++;
      }
    }
  }
  Deno.stderr.writeSync(
    encoder.encode(`${RUNS} times killed: ${count} sights of ${places.size} kept messages\n`),
  );
  await Deno.remove(folder, { recursive: true });
});
