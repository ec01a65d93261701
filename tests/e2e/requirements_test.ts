/**
 * Which requirement is held by which test, and which waits for what is not built yet.
 *
 * A row is named by its id, which stands in the names of its tests. The ids are those of the five documents whose servers
 * chatd replaces (`000` to `004`), and of the rules where they disagree (`R`).
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";

interface Row {
  /** The files of this folder, without `_test.ts`, where its tests are. */
  readonly tests: readonly string[];
  /** What of it is held elsewhere, and where. */
  readonly elsewhere?: string;
  /** What of it, or all of it, waits for what. */
  readonly waits?: string;
}

/** The rows of each document: how many of each kind. */
const COUNTS: Readonly<Record<string, number>> = {
  "R": 10,
  "000-": 9,
  "000-L": 2,
  "001-": 10,
  "002-": 9,
  "002-T": 3,
  "002-L": 5,
  "002-F": 8,
  "003-": 13,
  "004-": 9,
  "004-L": 3,
};

const ROWS: Readonly<Record<string, Row>> = {
  // Where the documents disagree
  "R1": { tests: ["names", "terminal"] },
  "R2": { tests: ["accounts", "memory", "names"] },
  "R3": { tests: ["talk"] },
  "R4": { tests: ["talk"] },
  "R5": { tests: ["connection", "talk"] },
  "R6": {
    tests: ["connection", "console", "sessions", "terminal"],
    elsewhere: "departure_test.ts: each way to go, 100 of 100 times",
  },
  "R7": { tests: ["talk", "terminal"] },
  "R8": { tests: ["connection"] },
  "R9": { tests: ["talk"] },
  "R10": { tests: ["talk"] },

  // 000, Python-Chat-Server
  "000-1": {
    tests: ["connection"],
    elsewhere: "tests/load: a thousand in the lobby",
    waits: "TLS, WebSocket, Unix sockets",
  },
  "000-2": { tests: ["talk", "terminal"], waits: "multiline: a long text as one" },
  "000-3": { tests: ["talk"] },
  "000-4": { tests: ["talk", "terminal"] },
  "000-5": { tests: ["talk"] },
  "000-6": { tests: ["terminal"] },
  "000-7": { tests: ["names"] },
  "000-8": { tests: ["connection", "terminal"] },
  "000-9": { tests: [], elsewhere: "compile_test.ts: one file with all that it needs" },
  "000-L1": { tests: ["connection", "memory", "terminal"] },
  "000-L2": { tests: ["connection"], elsewhere: "tests/load, tests/bench" },

  // 001, Chat Server Application
  "001-1": { tests: ["connection"] },
  "001-2": { tests: ["names"] },
  "001-3": { tests: ["sessions", "talk"] },
  "001-4": { tests: ["names", "sessions"] },
  "001-5": { tests: ["talk"] },
  "001-6": { tests: ["talk"] },
  "001-7": { tests: ["talk"] },
  "001-8": { tests: ["talk"] },
  "001-9": { tests: ["connection", "talk"] },
  "001-10": { tests: ["connection", "terminal"] },

  // 002, Python Chat Application
  "002-1": { tests: ["names", "terminal"] },
  "002-2": {
    tests: ["sessions", "talk"],
    elsewhere: "deno task load: percentiles of the delivery",
  },
  "002-3": { tests: ["sessions", "talk"] },
  "002-4": { tests: ["talk", "terminal"] },
  "002-5": { tests: [], elsewhere: "compile_test.ts: no runtime, nothing fetched at the start" },
  "002-6": { tests: ["console"] },
  "002-7": { tests: ["connection"], waits: "TLS: ircs://" },
  "002-8": { tests: ["connection", "terminal"] },
  "002-9": { tests: ["connection", "memory", "return", "terminal"] },
  "002-T1": { tests: ["connection", "terminal"] },
  "002-T2": { tests: ["connection"], waits: "the time of a ping on the screen; chatd doctor" },
  "002-T3": { tests: ["console"], elsewhere: "cli_test.ts: exit code 4" },
  "002-L1": { tests: [], waits: "upload (formatting and emoji: 002-F8)" },
  "002-L2": { tests: ["history", "memory"] },
  "002-L3": { tests: ["talk"] },
  "002-L4": {
    tests: ["accounts", "memory"],
    waits: "TLS (rates: 000-3, 000-L2; bans: SPEC.md, Modes)",
  },
  "002-L5": { tests: [], waits: "TLS, WebSocket, proxies" },
  "002-F1": { tests: [], waits: "TLS" },
  "002-F2": { tests: ["talk"], waits: "windows for private talks" },
  "002-F3": { tests: ["history", "memory"] },
  "002-F4": { tests: [], waits: "the web client" },
  "002-F5": { tests: [], waits: "upload" },
  "002-F6": { tests: ["accounts", "memory"] },
  "002-F7": { tests: ["talk"] },
  "002-F8": { tests: ["talk"], waits: "completion of :smile:, Markdown" },

  // 003, ChatServer
  "003-1": { tests: ["connection", "terminal"] },
  "003-2": { tests: ["talk"] },
  "003-3": { tests: ["talk"] },
  "003-4": { tests: ["talk"] },
  "003-5": { tests: ["talk"] },
  "003-6": { tests: ["talk"] },
  "003-7": { tests: ["connection", "terminal"] },
  "003-8": { tests: ["names"] },
  "003-9": { tests: ["talk"] },
  "003-10": { tests: ["talk"] },
  "003-11": { tests: ["talk"] },
  "003-12": { tests: ["connection", "terminal"] },
  "003-13": { tests: ["connection", "terminal"] },
  "003-E": { tests: ["sessions"] },

  // 004, Chat Server and Client
  "004-1": { tests: ["connection", "sessions"] },
  "004-2": { tests: ["talk"] },
  "004-3": { tests: ["terminal"] },
  "004-4": { tests: ["console", "history", "sessions", "terminal"] },
  "004-5": { tests: ["console", "sessions"], waits: "the console's /ban and /reload" },
  "004-6": { tests: ["console"] },
  "004-7": { tests: ["talk"] },
  "004-8": { tests: ["connection", "names"] },
  "004-9": {
    tests: ["console"],
    elsewhere: "net/listener.ts sets no-delay and keep-alive, which nobody sees from outside",
  },
  "004-L1": { tests: [], waits: "upload" },
  "004-L2": { tests: ["connection"], waits: "TLS" },
  "004-L3": { tests: ["accounts", "memory"], elsewhere: "private messages: 000-2" },
};

const ID_REGEXP = /\b(?:R(?:10|[1-9])|00[0-4]-(?:[A-Z]\d?|\d{1,2}))(?![\w-])/g;
const NAME_REGEXP =
  /(?:(?:Deno\.t|terminalT|signalT)est\(\s*|\bname:\s*)(["'`])((?:\\.|(?!\1)[^\\])*)\1/g;

/** The ids in the names of the tests of this folder, each with the files that have it. */
async function namedIds(): Promise<Map<string, string[]>> {
  const ids = new Map<string, string[]>();
  const folder = new URL("./", import.meta.url);
  for await (const { name } of Deno.readDir(folder)) {
    const source = await Deno.readTextFile(new URL(name, folder));
    const file = name.replace("_test.ts", "");
    for (const [, , test = ""] of source.matchAll(NAME_REGEXP)) {
      for (const [id] of test.matchAll(ID_REGEXP)) {
        const files = ids.get(id) ?? [];
        if (!files.includes(file)) ids.set(id, [...files, file].sort());
      }
    }
  }
  return ids;
}

Deno.test("every row of the documents is held by a test, or says what it waits for", () => {
  const ids = Object.entries(COUNTS).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, index) => `${kind}${index + 1}`)
  );
  assertEquals(Object.keys(ROWS).sort(), [...ids, "003-E"].sort());
  for (const [id, { tests, elsewhere, waits }] of Object.entries(ROWS)) {
    assert(tests.length > 0 || elsewhere !== undefined || waits !== undefined, id);
  }
});

Deno.test("the rows' list and the names of the tests agree", async () => {
  const listed = Object.entries(ROWS).filter(([, { tests }]) => tests.length > 0)
    .map(([id, { tests }]) => `${id}: ${[...tests].sort().join(", ")}`);
  const named = [...await namedIds()].map(([id, files]) => `${id}: ${files.join(", ")}`);
  assertEquals(listed.sort(), named.sort());
});
