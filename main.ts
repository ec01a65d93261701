/**
 * The program: `chatd COMMAND`. Reads the command line by the command's own rows and loads nothing else.
 *
 * A command's module comes only when it is asked for, so that `serve` never waits for the client, nor `join`
 * for the server.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { closestString } from "@std/text/closest-string";
import manifest from "./deno.json" with { type: "json" };

/** One flag: a row that is parsed by, checked by and shown in the help. */
export interface OptionRow {
  /** Without its dashes. */
  readonly flag: string;
  /** The placeholder of its value; `null` for a switch, which takes none. */
  readonly value: string | null;
  readonly help: string;
  /** As text, for the help; whoever uses the flag applies it. */
  readonly default?: string;
  /** It may be given several times; otherwise the last one counts. */
  readonly many?: boolean;
  /** `--no-FLAG` says the opposite. */
  readonly negatable?: boolean;
}

/** What was given, by flag; a flag that was not given is absent. A list for one that may come several times. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[]>>;

/** A command line, taken apart. */
export interface CommandLine {
  readonly flags: Flags;
  readonly positionals: readonly string[];
}

/** What a command brings along once it is loaded. */
interface LoadedCommand {
  readonly usage: string;
  readonly options: readonly OptionRow[];
  /** What else its help says. */
  readonly note?: string;
  run(line: CommandLine): Promise<number>;
}

interface Command {
  readonly summary: string;
  load(): Promise<LoadedCommand>;
}

/** A command line that cannot be understood: said in one line on standard error. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** The exit code of the program. */
  readonly exitCode = 2;
}

const HELP_ROW: OptionRow = { flag: "help", value: null, help: "show this help" };

const COMMANDS: ReadonlyMap<string, Command> = new Map(Object.entries({
  serve: {
    summary: "Start the daemon",
    async load() {
      const { loadConfig, SERVE_NOTE, SERVE_OPTIONS, SERVE_USAGE } = await import(
        "./server/config.ts"
      );
      return {
        usage: SERVE_USAGE,
        options: SERVE_OPTIONS,
        note: SERVE_NOTE,
        async run({ flags, positionals }: CommandLine) {
          if (positionals[0] !== undefined) {
            throw new UsageError(
              `chatd serve takes flags only: got "${positionals[0]}"; see chatd serve --help`,
            );
          }
          const config = await loadConfig(flags);
          const { serve } = await import("./server/main.ts");
          return await serve(config, () => loadConfig(flags));
        },
      };
    },
  },
  mkpasswd: {
    summary: "Read a password, and print the hash that stands for it in the settings",
    load: async () => await import("./server/mkpasswd.ts"),
  },
  user: {
    summary: "Make, list, export and forget accounts, and set their passwords",
    load: async () => await import("./server/user.ts"),
  },
  backup: {
    summary: "Copy the database into another file, while the server runs or not",
    load: async () => await import("./server/backup.ts"),
  },
  export: {
    summary: "Write what was said, one JSON object a line, while the server runs or not",
    load: async () => await import("./server/export.ts"),
  },
  join: {
    summary: "Join a chat, on this machine or another",
    async load() {
      const { join, JOIN_OPTIONS, JOIN_USAGE } = await import("./client/main.ts");
      return {
        usage: JOIN_USAGE,
        options: JOIN_OPTIONS,
        run: ({ flags, positionals }: CommandLine) => join(flags, positionals),
      };
    },
  },
}));

/** Commands that are answered here. */
const BUILT_IN = ["help", "version"];

/**
 * Takes a command's arguments apart by its rows.
 *
 * @throws {UsageError} when a flag is not one of the rows', lacks its value, or has one that it does not take
 */
export function parseCommandLine(
  command: string,
  args: readonly string[],
  rows: readonly OptionRow[],
): CommandLine {
  const end = args.indexOf("--");
  const switches = rows.filter((row) => row.value === null).map((row) => row.flag);
  const valued = rows.filter((row) => row.value !== null).map((row) => row.flag);
  const negatable = rows.filter((row) => row.negatable).map((row) => row.flag);
  for (const arg of end === -1 ? args : args.slice(0, end)) {
    const flag = /^--([^=]+)=/.exec(arg)?.[1];
    if (flag !== undefined && switches.includes(flag)) {
      throw new UsageError(`--${flag} takes no value; see ${command} --help`);
    }
  }
  const parsed = parseArgs(joinDashes(args, valued), {
    string: ["_", ...valued],
    boolean: switches,
    // All are collected: only so does a switch that was not given differ from one that was negated.
    collect: [...switches, ...valued],
    negatable,
    unknown(arg, key) {
      if (key === undefined) return true;
      const known = [...switches, ...valued, "help", ...negatable.map((flag) => `no-${flag}`)];
      const flag = arg.replace(/=.*$/s, "");
      throw new UsageError(
        `unknown flag "${flag}"; did you mean ${
          closestString(flag, known.map((name) => `--${name}`))
        }? See ${command} --help`,
      );
    },
  });
  const flags: Record<string, string | boolean | readonly string[]> = {};
  for (const { flag, value, many = false } of rows) {
    // `false` for a negated switch, else what was collected.
    const given = parsed[flag];
    const list: readonly (string | boolean)[] = Array.isArray(given) ? given : [given];
    const last = list.at(-1);
    if (last === undefined) continue;
    if (value !== null && list.includes("")) {
      throw new UsageError(`--${flag}: wanted a value, ${value}; see ${command} --help`);
    }
    flags[flag] = many ? list.map(String) : last;
  }
  return { flags, positionals: parsed._.map(String) };
}

/** A `-` alone is a value, standard input; the parser would take it for the beginning of a flag. */
function joinDashes(args: readonly string[], valued: readonly string[]): string[] {
  const isOpen = (arg: string | undefined) => valued.some((flag) => arg === `--${flag}`);
  return args.flatMap((arg, index) => {
    if (arg === "-" && isOpen(args[index - 1])) return [];
    return args[index + 1] === "-" && isOpen(arg) ? [`${arg}=-`] : [arg];
  });
}

/** The help of one command, from its rows. */
export function formatHelp(usage: string, summary: string, rows: readonly OptionRow[]): string {
  const lines = [...rows, HELP_ROW].map((row): [string, string] => {
    const flag = `--${row.negatable ? "[no-]" : ""}${row.flag}`;
    const left = row.value === null ? flag : `${flag} ${row.value}`;
    return [left, row.default === undefined ? row.help : `${row.help} [${row.default}]`];
  });
  return `${summary}.\n\nUsage: ${usage}\n\nOptions:\n${formatColumns(lines)}\n`;
}

/** Two columns; a left one that is too wide has a line of its own. */
function formatColumns(rows: readonly (readonly [string, string])[]): string {
  const width = 28;
  return rows.map(([left, right]) =>
    left.length + 4 > width
      ? `  ${left}\n${" ".repeat(width)}${right}`
      : `  ${left}`.padEnd(width) + right
  ).join("\n");
}

function formatOverview(): string {
  const rows: [string, string][] = [...COMMANDS].map(([name, { summary }]) => [name, summary]);
  rows.push(["help COMMAND", "Show the flags of a command"], ["version", "Show the version"]);
  return `chatd ${manifest.version}: a chat daemon and its client\n\n` +
    `Usage: chatd COMMAND [OPTION]...\n\nCommands:\n${formatColumns(rows)}\n`;
}

async function helpOf(name: string | undefined): Promise<string> {
  if (name === undefined || BUILT_IN.includes(name)) return formatOverview();
  const command = findCommand(name);
  const { usage, options, note } = await command.load();
  const help = formatHelp(usage, command.summary, options);
  return note === undefined ? help : `${help}\n${note}\n`;
}

/** @throws {UsageError} when there is no such command */
function findCommand(name: string): Command {
  const command = COMMANDS.get(name);
  if (command !== undefined) return command;
  const isFlag = name.startsWith("-");
  const known = isFlag ? BUILT_IN.map((flag) => `--${flag}`) : [...COMMANDS.keys(), ...BUILT_IN];
  throw new UsageError(
    `unknown ${isFlag ? "flag" : "command"} "${name}"; did you mean ${
      closestString(name, known)
    }? See chatd --help`,
  );
}

/**
 * Runs the program.
 *
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    write(Deno.stdout, await helpOf(rest[0]));
    return 0;
  }
  if (name === "version" || name === "--version" || name === "-V") {
    write(Deno.stdout, `chatd ${manifest.version}\n`);
    return 0;
  }
  const command = findCommand(name);
  if (wantsHelp(rest)) {
    write(Deno.stdout, await helpOf(name));
    return 0;
  }
  const { options, run } = await command.load();
  return await run(parseCommandLine(`chatd ${name}`, rest, options));
}

function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end === -1 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
}

/** All of it, even to a pipe; quietly nothing where nobody reads any more. */
function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = new TextEncoder().encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Errors of the user's carry the exit code; their class is known only to the command that was loaded. */
function exitCodeOf(error: unknown): number | null {
  return error instanceof Error && "exitCode" in error && typeof error.exitCode === "number"
    ? error.exitCode
    : null;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    const code = exitCodeOf(error);
    if (code === null || !(error instanceof Error)) throw error;
    write(Deno.stderr, `chatd: ${error.message}\n`);
    Deno.exit(code);
  }
}
