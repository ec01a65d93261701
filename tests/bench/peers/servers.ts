/**
 * The servers that are compared: how each is found, started without limits, and ended.
 *
 * @module
 */
import { programFlags } from "../../support/daemon.ts";

const HERE = new URL(".", import.meta.url).pathname;
const ROOT = new URL("../../../", import.meta.url).pathname;
/** A server that does not listen after so long has not started. */
const START_MS = 20_000;
/** Between two looks whether it does. */
const LOOK_MS = 50;

/** A kind of server. */
export interface Server {
  readonly name: string;
  readonly version: string;
  /** Connections that it takes at a time without putting them off. */
  readonly openingAtOnce: number;
  /** The program and its arguments, for a port and a folder of its own. */
  readonly command: (port: number, folder: string) => Promise<readonly string[]>;
}

/** One that runs. */
export interface RunningServer {
  readonly port: number;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** What a program prints, or `null` where it is not there. */
export async function output(command: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** The first of these places where the program is: Debian keeps servers where not every PATH leads. */
async function find(name: string): Promise<{ path: string; version: string } | null> {
  for (const path of [name, `/usr/sbin/${name}`]) {
    const version = await output(path, ["--version"]);
    if (version !== null) return { path, version: version.split("\n")[0] ?? "" };
  }
  return null;
}

async function configured(name: string, port: number, folder: string): Promise<string> {
  const text = await Deno.readTextFile(HERE + name);
  const path = `${folder}/${name}`;
  await Deno.writeTextFile(
    path,
    text.replaceAll("@PORT@", `${port}`).replaceAll("@FOLDER@", folder),
  );
  return path;
}

/** This daemon with every feature on, history on disk, and these flags beside. */
export function chatd(name: string, flags: readonly string[] = []): Server {
  return {
    name,
    version: `Deno ${Deno.version.deno}, V8 ${Deno.version.v8}`,
    openingAtOnce: 500,
    command: async (port, folder) => [
      Deno.execPath(),
      ...(await programFlags()).map((flag) => flag === "main.ts" ? `${ROOT}main.ts` : flag),
      "serve",
      "--listen",
      `127.0.0.1:${port}`,
      "--data",
      `${folder}/chatd.db`,
      "--flood-rate",
      "0",
      "--max-clients",
      "1000000",
      "--lobby",
      "none",
      ...flags,
    ],
  };
}

/** InspIRCd, if it is there. */
export async function inspircd(): Promise<Server | null> {
  const found = await find("inspircd");
  return found && {
    name: "InspIRCd",
    version: found.version,
    // It completes registrations once a second, however many there are.
    openingAtOnce: 500,
    command: async (port, folder) => [
      found.path,
      "--nofork",
      ...Deno.uid() === 0 ? ["--runasroot"] : [],
      "--config",
      await configured("inspircd.conf", port, folder),
    ],
  };
}

/** ngIRCd, if it is there. */
export async function ngircd(): Promise<Server | null> {
  const found = await find("ngircd");
  return found && {
    name: "ngIRCd",
    version: found.version.replace(/-IDENT.*/, ""),
    // Its backlog has ten places: who finds none tries again a second later.
    openingAtOnce: 10,
    command: async (port, folder) => [
      found.path,
      "--nodaemon",
      "--config",
      await configured("ngircd.conf", port, folder),
    ],
  };
}

/** The least that a server on this runtime can be. */
export const floor: Server = {
  name: "floor",
  version: `Deno ${Deno.version.deno}, V8 ${Deno.version.v8}`,
  openingAtOnce: 500,
  command: async (port) => [
    Deno.execPath(),
    "run",
    "-q",
    "--no-prompt",
    ...(await programFlags()).filter((flag) => flag.startsWith("--v8-flags=")),
    "--allow-net",
    new URL("../floor.ts", import.meta.url).pathname,
    String(port),
  ],
};

/**
 * Starts a server and waits until it listens.
 *
 * @param pin What goes before the command, such as `taskset -c 0`.
 * @throws {Error} If it ends, or does not listen after a while.
 */
export async function start(server: Server, pin: readonly string[]): Promise<RunningServer> {
  const folder = await Deno.makeTempDir({ prefix: "chatd-bench-" });
  const port = freePort();
  const [command = "", ...args] = [...pin, ...await server.command(port, folder)];
  const child = new Deno.Command(command, {
    args,
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let hasEnded = false;
  const ended = child.status.then(() => {
    hasEnded = true;
  });
  const stop = async (): Promise<void> => {
    if (!hasEnded) child.kill("SIGKILL");
    await ended;
    await Deno.remove(folder, { recursive: true });
  };
  const until = performance.now() + START_MS;
  while (!await listens(port)) {
    if (hasEnded || performance.now() > until) {
      await stop();
      throw new Error(`${server.name} does not start: ${[command, ...args].join(" ")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return { port, pid: child.pid, stop };
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

async function listens(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
