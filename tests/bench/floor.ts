/**
 * The least that an IRC server on this runtime can be: NICK USER JOIN PRIVMSG PING QUIT, no checks, no features, and the same
 * way to read and write as the daemon has: nobody is read from twice in a turn, all that was queued for a connection in one turn
 * leaves in one write, with no more writes begun in a turn than the runtime takes without starving reads. What it costs is the runtime and the kernel; what the daemon
 * costs above it is the daemon.
 *
 *     deno run --allow-net tests/bench/floor.ts PORT
 *
 * @module
 */

/** Writes begun in one turn; the rest in the next. The runtime yields after 128 operations, and reads wait then. */
const WRITES_A_TURN = 100;
const READ_BYTES = 2 * 1024;
const JOINED_BYTES = 64 * 1024;
const LF = 0x0a, CR = 0x0d;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const peers = new Map<string, Peer>();
const channels = new Map<string, Set<Peer>>();
/** Those that have something to be written, in the order in which they came to have it. */
let dirty: Peer[] = [];
let isFlushing = false;

/** Writes for those that wait, some in each turn of the event loop. */
function flush(): void {
  const batch = dirty.length <= WRITES_A_TURN ? dirty : dirty.slice(0, WRITES_A_TURN);
  dirty = batch === dirty ? [] : dirty.slice(WRITES_A_TURN);
  for (const peer of batch) peer.write();
  if (dirty.length > 0) setImmediate(flush);
  else isFlushing = false;
}

/** Those that may be read from in the next turn. */
let waiting: (() => void)[] = [];

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) > 1) return;
    setImmediate(() => {
      const now = waiting;
      waiting = [];
      for (const go of now) go();
    });
  });
}

class Peer {
  nick = "*";
  hasUser = false;
  readonly rooms = new Set<string>();
  readonly #conn: Deno.TcpConn;
  #queue: Uint8Array[] = [];
  #bytes = 0;
  #isBusy = false;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    conn.setNoDelay(true);
    this.#read();
  }

  get source(): string {
    return `${this.nick}!u@bench.test`;
  }

  push(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    this.#bytes += bytes.length;
    if (this.#queue.length === 1 && !this.#isBusy) this.#soil();
  }

  say(line: string): void {
    this.push(encoder.encode(line + "\r\n"));
  }

  #soil(): void {
    dirty.push(this);
    if (isFlushing) return;
    isFlushing = true;
    queueMicrotask(flush);
  }

  /** Begins to write what waits. */
  write(): void {
    this.#isBusy = true;
    const bytes = this.#take();
    this.#conn.write(bytes).then((count) => this.#wrote(bytes, count), () => this.#end());
  }

  #wrote(bytes: Uint8Array, count: number): void {
    if (count < bytes.length) {
      const rest = bytes.subarray(count);
      this.#conn.write(rest).then((more) => this.#wrote(rest, more), () => this.#end());
      return;
    }
    this.#isBusy = false;
    if (this.#queue.length > 0) this.#soil();
  }

  /** The first chunk as it is, or as many as go into one buffer. */
  #take(): Uint8Array {
    const first = this.#queue[0] as Uint8Array;
    if (this.#queue.length === 1) {
      this.#queue = [];
      this.#bytes = 0;
      return first;
    }
    const all = new Uint8Array(Math.min(this.#bytes, Math.max(JOINED_BYTES, first.length)));
    let at = 0, taken = 0;
    for (const chunk of this.#queue) {
      if (at + chunk.length > all.length) break;
      all.set(chunk, at);
      at += chunk.length;
      taken++;
    }
    this.#queue = this.#queue.slice(taken);
    this.#bytes -= at;
    return all.subarray(0, at);
  }

  async #read(): Promise<void> {
    let buffer = new Uint8Array(READ_BYTES);
    let kept = 0;
    try {
      for (;;) {
        const count = await this.#conn.read(kept === 0 ? buffer : buffer.subarray(kept));
        if (count === null) break;
        const end = kept + count;
        let at = 0;
        for (let lf = buffer.indexOf(LF); lf >= 0 && lf < end; lf = buffer.indexOf(LF, at)) {
          this.#line(decoder.decode(buffer.subarray(at, buffer[lf - 1] === CR ? lf - 1 : lf)));
          at = lf + 1;
        }
        kept = end - at;
        if (kept === buffer.length) {
          const larger = new Uint8Array(buffer.length * 2);
          larger.set(buffer);
          buffer = larger;
        } else if (kept > 0) buffer.copyWithin(0, at, end);
        await nextTurn();
      }
    } catch { /* closed: it ends below */ }
    this.#end();
  }

  #line(line: string): void {
    const space = line.indexOf(" ");
    const verb = space < 0 ? line : line.slice(0, space);
    const rest = line.slice(space + 1);
    switch (verb) {
      case "PRIVMSG": {
        const bytes = encoder.encode(`:${this.source} ${line}\r\n`);
        const target = rest.slice(0, rest.indexOf(" "));
        const room = channels.get(target);
        if (room === undefined) peers.get(target)?.push(bytes);
        else for (const peer of room) if (peer !== this) peer.push(bytes);
        return;
      }
      case "PING":
        return this.say(`:floor PONG floor :${rest}`);
      case "NICK":
        this.nick = rest;
        peers.set(rest, this);
        return this.#welcome();
      case "USER":
        this.hasUser = true;
        return this.#welcome();
      case "JOIN":
        return this.#join(rest);
      case "QUIT":
        this.say("ERROR :Bye");
        queueMicrotask(() => queueMicrotask(() => this.#conn.closeWrite().catch(() => {})));
    }
  }

  #welcome(): void {
    if (this.nick === "*" || !this.hasUser) return;
    this.say(
      `:floor 001 ${this.nick} :Welcome\r\n:floor 376 ${this.nick} :End of message of the day.`,
    );
  }

  #join(name: string): void {
    let room = channels.get(name);
    if (room === undefined) channels.set(name, room = new Set());
    room.add(this);
    this.rooms.add(name);
    const bytes = encoder.encode(`:${this.source} JOIN ${name}\r\n`);
    for (const peer of room) peer.push(bytes);
    const names = [...room].map(({ nick }) => nick);
    const lines: string[] = [];
    for (let i = 0; i < names.length; i += 40) {
      lines.push(`:floor 353 ${this.nick} = ${name} :${names.slice(i, i + 40).join(" ")}`);
    }
    this.say([...lines, `:floor 366 ${this.nick} ${name} :End of /NAMES list`].join("\r\n"));
  }

  #end(): void {
    if (peers.get(this.nick) === this) peers.delete(this.nick);
    const bytes = encoder.encode(`:${this.source} QUIT :Bye\r\n`);
    for (const name of this.rooms) {
      const room = channels.get(name);
      room?.delete(this);
      for (const peer of room ?? []) peer.push(bytes);
    }
    this.rooms.clear();
    try {
      this.#conn.close();
    } catch { /* it is closed already */ }
  }
}

if (import.meta.main) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
  for await (const conn of listener) new Peer(conn);
}
