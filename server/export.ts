/**
 * `chatd export --json`: writes what was said to standard output, one JSON object a line, while the server runs.
 *
 * @module
 */
import { CASE_MAPPINGS, parseDuration, parseInstant } from "../protocol/mod.ts";
import { type GivenFlags, loadConfig } from "./config.ts";
import { identityOfAccount } from "./core/history.ts";
import { DATA_NOTE, DATA_OPTIONS, DataError, openData } from "./data.ts";
import type { ServeOption } from "./schema.ts";
import { exportHistory } from "./store/export.ts";
import { SqliteStore } from "./store/store.ts";

/** How it is called, for its help. */
export const usage = "chatd export --json [OPTION]...";

/** Its flags. */
export const options: readonly ServeOption[] = [
  { flag: "json", value: null, help: "one JSON object a line, the only form there is" },
  {
    flag: "since",
    value: "WHEN",
    help: "nothing from before: 2026-11-20, 2026-11-20T14:03:00Z, or 7d for a week ago",
  },
  {
    flag: "in",
    value: "PLACE",
    help: "a #room, $* or an account, whose direct messages are meant; may be given several times",
    many: true,
  },
  ...DATA_OPTIONS,
];

/** What its help says besides. */
export const note = `${DATA_NOTE}\nWho may read this file may read what everybody has said.`;

/** Bytes that are written at once. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Writes the history.
 *
 * @throws {DataError} If a flag says nothing that can be understood.
 */
export async function run(
  { flags, positionals }: { flags: GivenFlags; positionals: readonly string[] },
): Promise<number> {
  if (positionals.length > 0) {
    throw new DataError("export takes flags only; see chatd export --help");
  }
  if (flags["json"] !== true) throw new DataError("give --json: it is the only form there is");
  const since = readSince(flags["since"]);
  const places = await readPlaces(flags);
  const { database } = new SqliteStore(await openData(flags));
  try {
    let text = "";
    for (const entry of exportHistory(database, { since, places })) {
      text += JSON.stringify(entry) + "\n";
      if (text.length < CHUNK_BYTES) continue;
      await write(text);
      text = "";
    }
    await write(text);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error; // nobody reads any more
  } finally {
    database.close();
  }
  return 0;
}

/** An instant or how long ago, in milliseconds since the epoch. */
function readSince(given: GivenFlags[string] | undefined): number {
  if (typeof given !== "string") return 0;
  const ago = parseDuration(given);
  if (ago !== null) return Date.now() - ago;
  const [, day, minute = "T00:00", second = ":00"] =
    /^(\d{4}-\d\d-\d\d)(?:(T\d\d:\d\d)(:\d\d(?:\.\d+)?)?Z)?$/.exec(given) ?? [];
  const at = parseInstant(`${day}${minute}${second}Z`);
  if (at !== null) return at;
  throw new DataError(
    `--since: got "${given}", wanted a date, a time such as 2026-11-20T14:03:00Z, or 7d`,
  );
}

/** The places as conversations have them. */
async function readPlaces(flags: GivenFlags): Promise<ReadonlySet<string>> {
  const given = flags["in"];
  if (!Array.isArray(given)) return new Set();
  const { casemapping } = await loadConfig(flags);
  const names = CASE_MAPPINGS[casemapping];
  return new Set(given.map((place: string) => {
    const folded = names.fold(place);
    return /^[#$]/.test(place) ? folded : identityOfAccount(folded);
  }));
}

async function write(text: string): Promise<void> {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(await Deno.stdout.write(bytes));
}
