/**
 * `deno task bench:history [MESSAGES]`: keeps a million messages, or as many as are asked for, in a file of its own, and times
 * what is done with them. Figures are for comparison on one machine; nothing here passes or fails.
 *
 * @module
 */
import type { Folded } from "../../protocol/mod.ts";
import {
  type Conversation,
  directConversation,
  type HistoryEntry,
  type HistoryScope,
} from "../../server/core/history.ts";
import { openStore, type SqliteStore } from "../../server/store/store.ts";
import { formatBytes, formatTable } from "./process.ts";

const MESSAGES = 1_000_000;
/** Messages of one commit: what is said in one turn of a busy server. */
const AT_ONCE = 10;
const ROOMS = 50;
const PAIRS = 500;
const NICKS = 1000;
/** Different words, of which the first are said most. */
const WORDS = 20_000;
/** Times that each thing is done, of which the median counts. */
const RUNS = 200;
const START = Date.UTC(2026, 0, 1);

/** The same numbers at every run: xorshift. */
let seed = 88_675_123;
function below(n: number): number {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) % n;
}

/** Small numbers much more often than large ones, as with words and rooms. */
function skewed(n: number): number {
  return Math.floor(n ** (below(1_000_000) / 1_000_000)) - 1;
}

function room(n: number): Conversation {
  return { kind: "channel", channel: `#room${n}` as Folded };
}

/** A message, or now and then somebody who comes. */
function entryAt(i: number): [Conversation, HistoryEntry] {
  const isDirect = below(10) === 0;
  const nick = below(NICKS);
  const isEvent = !isDirect && below(20) === 0;
  const words = Array.from({ length: 4 + below(14) }, () => `w${skewed(WORDS)}`);
  const where = isDirect
    ? directConversation(`=n${nick % 20}`, `=n${below(PAIRS / 20)}`)
    : room(skewed(ROOMS));
  return [where, {
    msgid: isEvent ? null : `benchmark-${i.toString(36)}`,
    at: START + i * 100,
    verb: isEvent ? "JOIN" : "PRIVMSG",
    source: `nick${nick}!~user@0123456789abcdef.cloaked`,
    account: nick % 2 === 0 ? `nick${nick}` : null,
    isBot: false,
    isOper: false,
    target: isDirect ? "somebody" : "",
    params: isEvent ? ["A real name"] : [words.join(" ")],
  }];
}

/** Milliseconds of each time. */
function times(count: number, work: (i: number) => void): number[] {
  const all: number[] = [];
  for (let i = 0; i < count; i++) {
    const startedAt = performance.now();
    work(i);
    all.push(performance.now() - startedAt);
  }
  return all.sort((a, b) => a - b);
}

function format(ms: number): string {
  return ms < 1 ? `${(ms * 1000).toFixed(1)} µs` : `${ms.toFixed(2)} ms`;
}

function row(what: string, sorted: readonly number[], each = 1): string[] {
  const at = (part: number): string =>
    format((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN) / each);
  return [what, at(0.5), at(0.99), at(1)];
}

function write(store: SqliteStore, messages: number): string[][] {
  const taken: number[] = [];
  for (let i = 0; i < messages; i += AT_ONCE) {
    const entries = Array.from({ length: AT_ONCE }, (_, k) => entryAt(i + k));
    const startedAt = performance.now();
    for (const [where, entry] of entries) store.history.record(where, entry, "a-user");
    store.flush();
    taken.push(performance.now() - startedAt);
    if (i % (AT_ONCE * 100) === 0) store.tend(i); // moves the log into the file, as once a second
  }
  const tenth = Math.floor(taken.length / 10);
  const sort = (some: number[]): number[] => some.sort((a, b) => a - b);
  const sum = taken.reduce((a, b) => a + b, 0);
  return [
    row(`keep, ${AT_ONCE} at once, each: the first tenth`, sort(taken.slice(0, tenth)), AT_ONCE),
    row("… the last tenth", sort(taken.slice(-tenth)), AT_ONCE),
    ["… all of them, on average", format(sum / messages), "", ""],
  ];
}

/** Makes all ready to be found. */
function index({ history, database }: SqliteStore): string[] {
  const taken: number[] = [];
  while (history.isBehind) {
    const startedAt = performance.now();
    history.catchUp();
    taken.push(performance.now() - startedAt);
    if (taken.length % 100 === 0) database.checkpoint();
  }
  return row("make ready to be found, a slice", taken.sort((a, b) => a - b));
}

function read(store: SqliteStore, messages: number): string[][] {
  const { history } = store;
  const scope = { since: 0, level: 9, withEvents: false, limit: 100 };
  const somewhere = (): [Conversation, { msgid: string }] => {
    for (;;) {
      const msgid = `benchmark-${below(messages).toString(36)}`;
      const found = history.find(msgid);
      if (found?.conversation.kind === "channel") return [found.conversation, { msgid }];
    }
  };
  const places = Array.from({ length: RUNS }, somewhere);
  const each = (work: (where: Conversation, reference: { msgid: string }) => unknown): number[] =>
    times(RUNS, (i) => {
      const [where, reference] = places[i] ?? somewhere();
      work(where, reference);
    });
  const scopes = (count: number): HistoryScope[] =>
    Array.from({ length: count }, (_, i) => ({ conversation: room(i), since: 0, level: 9 }));
  const find = (text: string, rooms: number, more = {}): number[] =>
    times(
      RUNS / 4,
      () => history.search({ scopes: scopes(rooms), text, limit: 50, keep: "latest", ...more }),
    );
  return [
    row(
      "LATEST 100",
      each((conversation) => history.read({ ...scope, conversation, from: "newest" })),
    ),
    row(
      "BEFORE 100",
      each((conversation, before) =>
        history.read({ ...scope, conversation, before, from: "newest" })
      ),
    ),
    row("AROUND 100", each((conversation, at) => history.around(at, { ...scope, conversation }))),
    row(
      "AROUND 100, with events",
      each((conversation, at) => history.around(at, { ...scope, conversation, withEvents: true })),
    ),
    row("last of 50 rooms", times(RUNS, () => history.last(scopes(ROOMS)))),
    row("direct conversations", times(RUNS, (i) => history.direct(`=n${i % 20}`, 100))),
    row("search: the most frequent word, 50 rooms", find("w0", ROOMS)),
    row(
      "search: the most frequent word, the quietest room",
      find("w0", 1, {
        scopes: scopes(ROOMS).slice(-2, -1),
      }),
    ),
    row("search: a rare word, 50 rooms", find(`w${WORDS - 7}`, ROOMS)),
    row("search: two words", find("w3 w500", ROOMS)),
    row("search: a word of one sender", find("w1", ROOMS, { from: "nick7" })),
    row("search: nothing is found", find("nowhere", ROOMS)),
  ];
}

function change(store: SqliteStore, messages: number): string[][] {
  const { history } = store;
  const redacted = times(RUNS, () => {
    history.redact(`benchmark-${below(messages).toString(36)}`);
    store.flush();
  });
  const tend = (count: number): number[] =>
    times(RUNS, () => {
      history.tend(START, { forMs: 0, count });
      store.flush();
    });
  return [
    row("take back", redacted),
    row("once a second: nothing is to be forgotten", tend(messages)),
    row("once a second: half of it is to be forgotten", tend(Math.floor(messages / ROOMS / 10))),
  ];
}

if (import.meta.main) {
  const messages = Number(Deno.args[0] ?? MESSAGES);
  const folder = await Deno.makeTempDir();
  try {
    const store = openStore(`${folder}/chatd.db`);
    const bytes = (): string =>
      `${formatBytes(store.database.sizeBytes)}, ${
        Math.round(store.database.sizeBytes / messages)
      } bytes a message`;
    const rows: string[][] = [["", "median", "p99", "most"], ...write(store, messages)];
    const without = bytes();
    rows.push(index(store));
    const whole = bytes();
    rows.push(...read(store, messages), ...change(store, messages));
    rows.push(["file, without the index of words", without], ["file", whole]);
    store.database.close();
    await Deno.stdout.write(new TextEncoder().encode(`${formatTable(rows)}\n`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
