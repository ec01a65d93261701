/**
 * Sockets for a load, straight from the C library: one `epoll` for all of them, one buffer that all are read into, and every
 * one that is ready gets its turn. The runtime's own connections take a limited number of operations in a turn, and with
 * thousands of them some wait for seconds while others are served again and again: that would be measured as the server's
 * latency. Linux only, as `/proc` is.
 *
 * @module
 */

/** What a socket can hold for whoever reads it, in one go. */
const BUFFER_BYTES = 256 * 1024;
/** Sockets that are served after one look; the rest keep their place. */
const EVENTS_AT_ONCE = 1024;
/** How long a turn lasts, in ms: timers wait as long. A turn of the runtime costs more than many looks at the sockets. */
const TURN_MS = 1;
/** `struct epoll_event` is packed on x86-64 alone: the words that one has, and the one that holds the descriptor. */
const [EVENT_WORDS, DESCRIPTOR_WORD] = Deno.build.arch === "x86_64" ? [3, 1] : [4, 2];
const LF = 0x0a;
const IN = 0x1, OUT = 0x4, ERROR = 0x8, HANGUP = 0x10;
const ADD = 1, REMOVE = 2, CHANGE = 3;
const AF_INET = 2, AF_INET6 = 10;
/** SOCK_STREAM, SOCK_NONBLOCK and SOCK_CLOEXEC. */
const STREAM = 0o2004001;
const IPPROTO_TCP = 6, TCP_NODELAY = 1;
/** MSG_NOSIGNAL: a connection that is closed is an error, not the end of the process. */
const NO_SIGNAL = 0x4000;

/** Counts of bytes that come back fit into 32 bits. */
const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** No more files may be open. */
export class TooManyFilesError extends Error {}

/** What a socket tells. */
export interface SocketHandler {
  /**
   * The first `filled` bytes have come, and the byte after them is a line feed, so that a search for one ends there; tells how
   * many of them it has taken. The rest comes again, with what follows.
   */
  onBytes(bytes: Uint8Array, filled: number): number;
  /** The other side has closed the connection. */
  onEnd(): void;
}

let library: Deno.DynamicLibrary<typeof SYMBOLS> | null = null;
let poll = -1;
const buffer = new Uint8Array(BUFFER_BYTES);
const events = new Int32Array(EVENTS_AT_ONCE * EVENT_WORDS);
const event = new Int32Array(EVENT_WORDS);
/** By descriptor. */
const sockets: (Socket | undefined)[] = [];
let open = 0;
let isTurning = false;
/** Whether somebody waits for what has come: a promise, which settles only between turns. */
let isStarting = false;
/** Those that have something to send. */
let dirty: Socket[] = [];

function c(): Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] {
  if (library === null) {
    library = openLibrary();
    poll = library.symbols.epoll_create1(0);
  }
  return library.symbols;
}

function openLibrary(): Deno.DynamicLibrary<typeof SYMBOLS> {
  try {
    return Deno.dlopen("libc.so.6", SYMBOLS);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return Deno.dlopen(`libc.musl-${Deno.build.arch}.so.1`, SYMBOLS);
  }
}

/** Serves the sockets for a while, and comes again as long as there are any. */
function turn(): void {
  const { epoll_wait } = c();
  const until = performance.now() + TURN_MS;
  do {
    const count = epoll_wait(poll, events, EVENTS_AT_ONCE, TURN_MS);
    for (let i = 0; i < count; i++) {
      const at = i * EVENT_WORDS;
      sockets[events[at + DESCRIPTOR_WORD] as number]?.onEvent(events[at] as number);
    }
    flush();
  } while (performance.now() < until && !isStarting);
  isStarting = false;
  isTurning = open > 0;
  if (isTurning) setImmediate(turn);
}

function flush(): void {
  const now = dirty;
  dirty = [];
  for (const socket of now) socket.flush();
}

/** A place to connect to, as the C library wants it. */
export class SocketAddress {
  readonly family: number;
  readonly bytes: Uint8Array<ArrayBuffer>;

  private constructor(family: number, bytes: Uint8Array<ArrayBuffer>) {
    this.family = family;
    this.bytes = bytes;
  }

  /** @param ip An IPv4 or IPv6 address in digits. */
  static of(ip: string, port: number): SocketAddress {
    const isV4 = !ip.includes(":");
    const bytes = new Uint8Array(isV4 ? 16 : 28);
    const view = new DataView(bytes.buffer);
    const family = isV4 ? AF_INET : AF_INET6;
    view.setUint16(0, family, true);
    view.setUint16(2, port);
    if (isV4) {
      bytes.set(ip.split(".").map(Number), 4);
    } else {
      const [head = [], tail = []] = ip.split("::").map((part) =>
        part === "" ? [] : part.split(":")
      );
      const groups = [...head, ...Array(8 - head.length - tail.length).fill("0"), ...tail];
      groups.forEach((group, i) => view.setUint16(8 + 2 * i, parseInt(group, 16)));
    }
    return new SocketAddress(family, bytes);
  }

  /** Looks a name up by connecting to it once. */
  static async find(hostname: string, port: number): Promise<SocketAddress> {
    const probe = await Deno.connect({ hostname, port });
    const { hostname: ip } = probe.remoteAddr as Deno.NetAddr;
    probe.close();
    return SocketAddress.of(ip, port);
  }
}

/** One connection. */
export class Socket {
  readonly #descriptor: number;
  #handler: SocketHandler | null = null;
  #connected: PromiseWithResolvers<Socket> | null = Promise.withResolvers();
  #rest: Uint8Array | null = null;
  #queue: Uint8Array<ArrayBuffer>[] = [];
  /** Whether it is in `dirty`, or waits until it may write. */
  #isWaiting = false;
  #isOpen = true;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
    sockets[descriptor] = this;
    open++;
    if (isTurning) return;
    isTurning = true;
    setImmediate(turn);
  }

  /** Opens a connection. */
  static connect({ family, bytes }: SocketAddress): Promise<Socket> {
    const descriptor = c().socket(family, STREAM, 0);
    if (descriptor < 0) return Promise.reject(new TooManyFilesError("Too many open files"));
    c().setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, new Int32Array([1]), 4);
    c().connect(descriptor, bytes, bytes.length);
    const socket = new Socket(descriptor);
    socket.#watch(ADD, OUT);
    return socket.#connected?.promise ?? Promise.resolve(socket);
  }

  /** Tells this one from now on; what comes before there is one is lost. */
  listen(handler: SocketHandler): void {
    this.#handler = handler;
  }

  /** Sends bytes after those that were sent before; what is sent in one turn leaves in one write. */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#isOpen) return;
    this.#queue.push(bytes);
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    if (dirty.push(this) === 1) queueMicrotask(flush);
  }

  /** Writes what waits, as far as it goes. For this module. */
  flush(): void {
    if (!this.#isOpen) return;
    const bytes = joined(this.#queue);
    const size = BigInt(bytes.length);
    const sent = Math.max(0, c().send(this.#descriptor, bytes, size, NO_SIGNAL));
    this.#queue = sent < bytes.length ? [bytes.subarray(sent)] : [];
    this.#isWaiting = sent < bytes.length;
    if (this.#isWaiting) this.#watch(CHANGE, IN | OUT);
  }

  /** Something has happened. For this module. */
  onEvent(what: number): void {
    if (this.#connected !== null) return this.#onConnected(what);
    if ((what & OUT) !== 0 && this.#isWaiting) {
      this.#watch(CHANGE, IN);
      this.flush();
    }
    if ((what & (IN | ERROR | HANGUP)) !== 0) this.#read();
  }

  #onConnected(what: number): void {
    const connected = this.#connected;
    this.#connected = null;
    isStarting = true;
    if ((what & (ERROR | HANGUP)) !== 0) {
      this.close();
      connected?.reject(new Deno.errors.ConnectionRefused("The server takes no connection"));
    } else {
      this.#watch(CHANGE, IN);
      connected?.resolve(this);
    }
  }

  #read(): void {
    const kept = this.#rest?.length ?? 0;
    if (this.#rest !== null) buffer.set(this.#rest);
    const target = kept === 0 ? buffer : buffer.subarray(kept);
    const count = c().recv(this.#descriptor, target, BigInt(target.length - 1), 0);
    if (count <= 0) {
      // It was said to be ready: what fails is broken.
      this.close();
      this.#handler?.onEnd();
      return;
    }
    const filled = kept + count;
    buffer[filled] = LF; // ends a search for the end of a line
    const taken = this.#handler?.onBytes(buffer, filled) ?? filled;
    this.#rest = taken < filled ? buffer.slice(taken, filled) : null;
  }

  #watch(how: number, what: number): void {
    event[0] = what;
    event[DESCRIPTOR_WORD] = this.#descriptor;
    c().epoll_ctl(poll, how, this.#descriptor, event);
  }

  /** Closes it; nothing is told any more. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#watch(REMOVE, 0);
    c().close(this.#descriptor);
    sockets[this.#descriptor] = undefined;
    open--;
  }
}

function joined(chunks: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  if (chunks.length === 1) return chunks[0] as Uint8Array<ArrayBuffer>;
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
