/**
 * What was said and has no place in the tables yet: kept before anybody sees it, at the least cost.
 *
 * An entry is a row and has places in two indexes, each in another page of the file. Put there one by one they cost 10 to 30 µs
 * each, a thousand at a time 4 µs. So what is committed together is one row of text at first, and is put in its place a little
 * later, or before anybody reads.
 *
 * SPEC: "The database", STORE-2.
 *
 * @module
 */
import { type Database, isEnvironment, type Stage } from "./database.ts";

/** From so many on they are put in their places by the commit that brings more: some 5 ms. */
const MOST_WAITING = 1000;

/** The key of the conversation, and the columns of the row: without its number, which is known when it has its place. */
export type Arrival = readonly [
  key: string,
  at: number,
  msgid: string | null,
  verb: number,
  level: number,
  source: string,
  account: string | null,
  author: string | null,
  target: string,
  text: string | null,
  replyTo: string | null,
  data: string | null,
  /** How a channel is spelled, if not as its key. Earlier versions have left none. */
  name?: string | null,
];

/** The entries of a database that wait for their places. Its methods are called inside of a transaction. */
export class Arrivals implements Stage {
  readonly #database: Database;
  readonly #place: (arrival: Arrival) => void;
  /** Those of this transaction. */
  #fresh: Arrival[] = [];
  /** How many others there are. Another process may have left some: until it was looked, there is one. */
  #waiting = 1;
  /** Whether this transaction has put them in their places. */
  #isSettled = false;

  /** @param place Puts one in its place. */
  constructor(database: Database, place: (arrival: Arrival) => void) {
    this.#database = database;
    this.#place = place;
    database.stage = this;
  }

  /** How many there are; one at the least until it was looked. */
  get count(): number {
    return this.#waiting + this.#fresh.length;
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** One more. */
  add(arrival: Arrival): void {
    this.#fresh.push(arrival);
  }

  settle(): void {
    if (this.isEmpty) return;
    const rows = this.#database.prepare("SELECT data FROM arrivals ORDER BY id").all();
    for (const { data } of rows) {
      for (const arrival of JSON.parse(String(data))) this.#placeOne(arrival);
    }
    if (rows.length > 0) this.#database.prepare("DELETE FROM arrivals").run();
    for (const arrival of this.#fresh) this.#placeOne(arrival);
    this.#fresh = [];
    this.#isSettled = true;
  }

  write(): void {
    if (this.#fresh.length === 0) return;
    if (this.count > MOST_WAITING && !this.#isSettled) return this.settle();
    this.#database.prepare("INSERT INTO arrivals (data) VALUES (?)").run(
      JSON.stringify(this.#fresh),
    );
  }

  end(isCommitted: boolean): void {
    if (isCommitted) this.#waiting = (this.#isSettled ? 0 : this.#waiting) + this.#fresh.length;
    this.#fresh = [];
    this.#isSettled = false;
  }

  /** What can never have a place is left out, and takes no other with it. */
  #placeOne(arrival: Arrival): void {
    try {
      this.#place(arrival);
    } catch (error) {
      if (isEnvironment(error)) throw error;
      this.#database.onDefect?.(error);
    }
  }
}
