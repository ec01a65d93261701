/**
 * One client of a load, made to be cheap: plain IRC as any server speaks it, and lines that are counted without being decoded.
 *
 * @module
 */
import type { Socket, SocketHandler } from "./sockets.ts";

const LF = 0x0a, CR = 0x0d, SPACE = 0x20, ZERO = 0x30, COLON = 0x3a, AT = 0x40, MARK = 0x7e;

/** What a counted line ends with: `~`, sender, sequence number and the time in µs, in digits of fixed width. */
const SENDER_DIGITS = 5, NUMBER_DIGITS = 8, TIME_DIGITS = 12;
const TAIL_BYTES = 1 + SENDER_DIGITS + NUMBER_DIGITS + TIME_DIGITS;
/** Where the time of lines begins, so that all processes of a machine mean the same by it. */
const ORIGIN_US = (performance.timeOrigin * 1000) % 10 ** (TIME_DIGITS - 1);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The time that lines carry, in µs. */
export function nowUs(): number {
  return ORIGIN_US + performance.now() * 1000;
}

/** One line of a sequence; the text is padded to this many bytes. */
export function counted(
  target: string,
  sender: number,
  number: number,
  bytes: number,
): Uint8Array<ArrayBuffer> {
  const tail = "~" + String(sender).padStart(SENDER_DIGITS, "0") +
    String(number).padStart(NUMBER_DIGITS, "0") +
    String(Math.floor(nowUs())).padStart(TIME_DIGITS, "0");
  return encoder.encode(`PRIVMSG ${target} :${tail.padStart(bytes, ".")}\r\n`);
}

/** A number in digits. */
export function digits(bytes: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) value = value * 10 + (bytes[i] as number) - ZERO;
  return value;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte < ZERO + 10;
}

/** Where the source or the command of a line begins: behind its tags. */
export function afterTags(bytes: Uint8Array, from: number): number {
  return bytes[from] === AT ? bytes.indexOf(SPACE, from) + 1 : from;
}

/** The length of the counted line that came last: the next one is as long, nearly always, and to search costs as much as all else. */
let lastCounted = Infinity;

/** Whether a counted line ends where the last one would. No other line begins and ends so. */
function isCountedLine(bytes: Uint8Array, at: number, lf: number): boolean {
  return bytes[lf] === LF && bytes[lf - 1] === CR && bytes[lf - 1 - TAIL_BYTES] === MARK &&
    isDigit(bytes[lf - TAIL_BYTES]) && isDigit(bytes[lf - 2]) &&
    (bytes[at] === COLON || bytes[at] === AT);
}

/** Whoever accounts for what clients receive. */
export interface Sink {
  /** A counted line has come. */
  onCounted(client: number, sender: number, number: number, sentUs: number): void;
  /** Another line has come; tells whether that is all there is to do about it. */
  onOther(client: number, bytes: Uint8Array, from: number, end: number): boolean;
  /** A chunk has been read, and what is in it comes now. */
  onChunk(): void;
  /** The server has closed a client's connection. */
  onClosed(client: number): void;
}

/** The server has closed a connection that was waited for. */
export class ClosedError extends Error {}

/** One client. */
export class Client implements SocketHandler {
  readonly index: number;
  readonly #socket: Socket;
  readonly #sink: Sink;
  #onLine: ((line: string) => void) | null = null;
  #onEnd: (() => void) | null = null;
  #isOpen = true;

  constructor(index: number, socket: Socket, sink: Sink) {
    this.index = index;
    this.#socket = socket;
    this.#sink = sink;
    socket.listen(this);
  }

  /** Sends bytes after those that were sent before; what is sent in one turn leaves in one write. */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    this.#socket.send(bytes);
  }

  say(line: string): void {
    this.send(encoder.encode(line + "\r\n"));
  }

  /** The first line that the pattern fits, from now on; without its tags. */
  until(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      let said = "";
      this.#onEnd = () => reject(new ClosedError(`Client ${this.index} was closed: ${said}`));
      if (!this.#isOpen) this.#onEnd();
      this.#onLine = (line) => {
        if (line.startsWith("ERROR") || / CAP \S+ NAK /.test(line)) said = line;
        if (!pattern.test(line)) return;
        this.#onLine = this.#onEnd = null;
        resolve(line);
      };
    });
  }

  /** Waits until the server has closed the connection. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      this.#onLine = null;
      this.#onEnd = resolve;
      if (!this.#isOpen) resolve();
    });
  }

  close(): void {
    this.#isOpen = false;
    this.#socket.close();
  }

  onEnd(): void {
    this.#isOpen = false;
    this.#sink.onClosed(this.index);
    this.#onEnd?.();
  }

  /** Takes the lines that are whole, and tells how many bytes that is. */
  onBytes(bytes: Uint8Array, filled: number): number {
    const sink = this.#sink;
    sink.onChunk();
    let at = 0;
    for (;;) {
      let lf = at + lastCounted - 1;
      if (lf >= filled || !isCountedLine(bytes, at, lf)) lf = bytes.indexOf(LF, at);
      if (lf >= filled) break;
      const end = bytes[lf - 1] === CR ? lf - 1 : lf;
      const tail = end - TAIL_BYTES;
      if (
        tail > at && bytes[tail] === MARK && isDigit(bytes[tail + 1]) && isDigit(bytes[end - 1])
      ) {
        lastCounted = lf + 1 - at;
        sink.onCounted(
          this.index,
          digits(bytes, tail + 1, SENDER_DIGITS),
          digits(bytes, tail + 1 + SENDER_DIGITS, NUMBER_DIGITS),
          digits(bytes, end - TIME_DIGITS, TIME_DIGITS),
        );
      } else if (!sink.onOther(this.index, bytes, at, end)) {
        this.#other(bytes, at, end);
      }
      at = lf + 1;
    }
    return at;
  }

  #other(bytes: Uint8Array, from: number, end: number): void {
    let at = afterTags(bytes, from);
    const isWanted = this.#onLine !== null;
    const start = at;
    if (bytes[at] === COLON) at = bytes.indexOf(SPACE, at) + 1;
    const isPing = bytes[at] === 0x50 && bytes[at + 1] === 0x49; // "PI"
    if (!isPing && !isWanted) return;
    const line = decoder.decode(bytes.subarray(isPing ? at : start, end));
    if (isPing) this.say("PONG " + line.slice(5));
    else this.#onLine?.(line);
  }
}
