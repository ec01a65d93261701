/**
 * Folders: what is in them, and one for a while.
 *
 * @module
 */

/** The files below a folder, whose path ends with a slash: by their paths from there. Without what is hidden, installed or made. */
export function* walk(top: string, folder = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(top + folder)) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (!isDirectory) yield path;
    else if (!name.startsWith(".") && name !== "node_modules" && name !== "dist") {
      yield* walk(top, path);
    }
  }
}

/** A test that has a folder of its own. */
export function inFolder(body: (folder: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const folder = await Deno.makeTempDir();
    try {
      await body(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };
}
