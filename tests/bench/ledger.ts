/**
 * Who should have which line: every one is booked when it comes, so that none is lost, comes twice or out of order without
 * being noticed. Clients sit in groups of one size; the first few of each group speak, and all others of it listen. Pure.
 *
 * @module
 */

/** How clients are seated, by their numbers: group 0 has the first ones. */
export interface Seating {
  readonly clients: number;
  readonly groupSize: number;
  /** How many of each group speak. */
  readonly speakers: number;
  /** Whether speakers have their own lines too (echo-message). */
  readonly hasEcho: boolean;
}

/** What became of all that was said. */
export interface Account {
  /** Lines that should have come, and those that came as they should. */
  readonly expected: number;
  readonly delivered: number;
  readonly lost: number;
  readonly twice: number;
  /** Lines that came after a later one of the same sender. */
  readonly late: number;
  /** Lines that came to somebody whom they were not for. */
  readonly strange: number;
}

/** The position of a speaker among all speakers; -1 for a client that does not speak. */
export function speakerOf({ clients, groupSize, speakers }: Seating, client: number): number {
  const seat = client % groupSize;
  if (seat >= speakers || client >= clients) return -1;
  return Math.floor(client / groupSize) * speakers + seat;
}

/** The client that a speaker is. */
export function clientOf({ groupSize, speakers }: Seating, speaker: number): number {
  return Math.floor(speaker / speakers) * groupSize + speaker % speakers;
}

/** How many speak. */
export function speakersIn({ clients, groupSize, speakers }: Seating): number {
  return Math.floor(clients / groupSize) * speakers;
}

/** The process of several in which a client is: groups stay together where there are enough of them. */
export function shareOf({ clients, groupSize }: Seating, client: number, shares: number): number {
  return clients / groupSize >= shares ? Math.floor(client / groupSize) % shares : client % shares;
}

/** Books what comes. Lines of a speaker are numbered from 1. */
export class Ledger {
  readonly #seating: Seating;
  /** The last number, by client and the seat of the sender. */
  readonly #last: Uint32Array;
  /** Numbers that were passed over, by client and seat. */
  readonly #missing = new Map<number, Set<number>>();
  delivered = 0;
  twice = 0;
  late = 0;
  strange = 0;

  constructor(seating: Seating) {
    this.#seating = seating;
    this.#last = new Uint32Array(seating.clients * seating.speakers);
  }

  /** Books a line; tells whether it is one that should have come and had not. */
  take(client: number, sender: number, number: number): boolean {
    const { groupSize, speakers, hasEcho } = this.#seating;
    const seat = sender % groupSize;
    const isOwn = client === sender;
    if (
      seat >= speakers || (isOwn && !hasEcho) ||
      Math.floor(client / groupSize) !== Math.floor(sender / groupSize)
    ) {
      this.strange++;
      return false;
    }
    const key = client * speakers + seat;
    const last = this.#last[key] as number;
    if (number === last + 1) {
      this.#last[key] = number;
    } else if (!this.#isMissed(key, last, number)) {
      this.twice++;
      return false;
    }
    this.delivered++;
    return true;
  }

  /** Notes the numbers that were passed over, or that one of those has come after all; `false` for one that came twice. */
  #isMissed(key: number, last: number, number: number): boolean {
    let missing = this.#missing.get(key);
    if (missing === undefined) this.#missing.set(key, missing = new Set());
    if (number > last) {
      for (let n = last + 1; n < number; n++) missing.add(n);
      this.#last[key] = number;
      return true;
    }
    if (!missing.delete(number)) return false;
    this.late++;
    return true;
  }
}

/** Which lines of each speaker have reached all who should have them. There may be `window` on the way. */
export class Windows {
  readonly #window: number;
  readonly #readers: readonly number[];
  /** How many have each line that is on its way, by speaker and number modulo window. */
  readonly #counts: Uint32Array;
  /** By speaker: all lines up to this number are with everybody. */
  readonly whole: Uint32Array;

  /** @param readers By speaker: how many should have each of its lines. */
  constructor(readers: readonly number[], window: number) {
    this.#window = window;
    this.#readers = readers;
    this.#counts = new Uint32Array(readers.length * window);
    this.whole = new Uint32Array(readers.length);
  }

  /** Somebody has a line; tells whether everybody has it now. */
  add(speaker: number, number: number): boolean {
    const key = speaker * this.#window + number % this.#window;
    const count = (this.#counts[key] as number) + 1;
    if (count < (this.#readers[speaker] as number)) {
      this.#counts[key] = count;
      return false;
    }
    this.#counts[key] = 0;
    if (number > (this.whole[speaker] as number)) this.whole[speaker] = number;
    return true;
  }
}
