/**
 * `chatd backup FILE`: copies the database while the server runs. The copy is whole, or it is not there.
 *
 * @module
 */
import type { GivenFlags } from "./config.ts";
import { DATA_NOTE, DATA_OPTIONS, DataError, isFile, openData } from "./data.ts";

/** How it is called, for its help. */
export const usage = "chatd backup FILE [OPTION]...";

/** Its flags. */
export const options = DATA_OPTIONS;

/** What its help says besides. */
export const note = DATA_NOTE;

/**
 * Makes the copy.
 *
 * @throws {DataError} If no file was named, or it is there already.
 */
export async function run(
  { flags, positionals }: { flags: GivenFlags; positionals: readonly string[] },
): Promise<number> {
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) {
    throw new DataError("backup takes one FILE, where the copy goes; see chatd backup --help");
  }
  if (await isFile(file)) {
    throw new DataError(`${file} is there already, and a backup never overwrites anything`);
  }
  const partial = `${file}.partial`;
  const database = await openData(flags);
  try {
    await Deno.writeFile(partial, new Uint8Array(), { mode: 0o600 });
    await database.backup(partial);
    await Deno.rename(partial, file);
  } catch (error) {
    await Deno.remove(partial).catch(() => {});
    const why = error instanceof Error ? error.message : String(error);
    throw new DataError(`cannot write ${file}: ${why}`);
  } finally {
    database.close();
  }
  const { size } = await Deno.stat(file);
  await Deno.stdout.write(new TextEncoder().encode(`${file}: ${size} bytes\n`));
  return 0;
}
