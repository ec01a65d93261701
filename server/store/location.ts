/**
 * Where data is kept when nobody says where.
 *
 * @module
 */

/** The file's name. */
const NAME = "chatd.db";

/** The variables that say where programs keep what they remember; the program's permissions name them. */
export const LOCATION_VARIABLES = ["STATE_DIRECTORY", "XDG_STATE_HOME", "HOME", "LOCALAPPDATA"];

/**
 * The database's file by default: where a service manager says, else where this system keeps such things for its user.
 *
 * @returns `null` where nothing says who the user is.
 */
export function defaultDataFile(
  env: (name: string) => string | undefined,
  os: typeof Deno.build.os = Deno.build.os,
): string | null {
  const of = (name: string): string | null => env(name) || null;
  // A service may have several; the first is its own.
  const service = of("STATE_DIRECTORY")?.split(":", 1)[0];
  if (service !== undefined) return `${service}/${NAME}`;
  const xdg = of("XDG_STATE_HOME");
  if (xdg !== null) return `${xdg}/chatd/${NAME}`;
  if (os === "windows") {
    const local = of("LOCALAPPDATA");
    return local === null ? null : `${local}\\chatd\\${NAME}`;
  }
  const home = of("HOME");
  if (home === null) return null;
  return os === "darwin"
    ? `${home}/Library/Application Support/chatd/${NAME}`
    : `${home}/.local/state/chatd/${NAME}`;
}
