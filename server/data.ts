/**
 * What the commands that work on the database have in common: how they find it. They may do so while the server runs.
 *
 * @module
 */
import { ConfigError, type GivenFlags, loadConfig } from "./config.ts";
import { CONFIG_OPTION, SERVE_OPTIONS, type ServeOption } from "./schema.ts";
import { Database } from "./store/database.ts";

/** The flags that say where the database is: as `chatd serve` has them. */
export const DATA_OPTIONS: readonly ServeOption[] = [
  ...SERVE_OPTIONS.filter(({ flag }) => flag === "data"),
  CONFIG_OPTION,
];

/** What the help of these commands says below their flags. */
export const DATA_NOTE =
  "Flags, environment and file say where the database is, as they do for chatd serve.\n" +
  "The server may be running meanwhile.";

/** How long a server that writes is waited for. */
const BUSY_MS = 5000;

/** A mistake of the user's, told in one line. */
export class DataError extends Error {
  override readonly name = "DataError";
  /** The exit code of the program. */
  readonly exitCode = 2;
}

/**
 * Opens the database of a server.
 *
 * @param isMade Whether it is made where there is none.
 * @throws {ConfigError} If the settings say nothing or nonsense.
 * @throws {DataError} If there is no database yet.
 * @throws {DatabaseError} If it cannot be used.
 */
export async function openData(flags: GivenFlags, isMade = false): Promise<Database> {
  const { data } = await loadConfig(flags);
  if (data === null) {
    throw new ConfigError("The settings say that nothing is kept: there is no database", 5);
  }
  if (!isMade && !await isFile(data)) {
    throw new DataError(`there is no database ${data}: give --data FILE`);
  }
  return Database.open(data, { busyMs: BUSY_MS });
}

/** Whether there is such a file. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
