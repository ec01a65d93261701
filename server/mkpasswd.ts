/**
 * `chatd mkpasswd`: reads a password and prints what stands for it in the settings. On a terminal nothing of it is shown,
 * and it is asked for twice; from a pipe it is the first line.
 *
 * @module
 */
import { isSecret, SECRET_WANTED } from "./setting_values.ts";
import { hashPassword } from "./store/passwords.ts";

/** How it is called, for its help. */
export const usage = "chatd mkpasswd";

/** It has no flags. */
export const options: readonly never[] = [];

/** What its help says besides. */
export const note = 'Put it into the file: [operators] NAME = "$argon2id$..."';

const EXIT_INTERRUPTED = 130;
const MOST_BYTES = 1024;

/** A mistake of the user's, told in one line. */
export class PasswordError extends Error {
  override readonly name = "PasswordError";
  readonly exitCode: number;

  constructor(message: string, exitCode = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The ends of the program that it uses. */
export interface PasswordIo {
  readonly isTerminal: boolean;
  /** `null` at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  setRaw(on: boolean): void;
  /** For the person: not where the hash goes. */
  say(text: string): void;
}

/** Those of this process. */
export const processIo: PasswordIo = {
  isTerminal: Deno.stdin.isTerminal(),
  read: (buffer) => Deno.stdin.read(buffer),
  setRaw: (on) => Deno.stdin.setRaw(on),
  say: (text) => void Deno.stderr.writeSync(new TextEncoder().encode(text)),
};

/**
 * Reads the password and prints the hash.
 *
 * @throws {PasswordError} If there is none, or one that no client could send.
 */
export async function run({ positionals }: { positionals: readonly string[] }): Promise<number> {
  if (positionals.length > 0) {
    throw new PasswordError("mkpasswd takes no argument, which others could see: it reads a line");
  }
  const hash = await hashPassword(await readPassword(processIo));
  await Deno.stdout.write(new TextEncoder().encode(`${hash}\n`));
  return 0;
}

/**
 * Reads a password.
 *
 * @param problemOf What is wrong with it, if anything.
 * @throws {PasswordError} If something is, or it is not the same twice.
 */
export async function readPassword(
  io: PasswordIo,
  problemOf: (password: string) => string | null = secretProblem,
): Promise<string> {
  const checked = (password: string): string => {
    const problem = problemOf(password);
    if (problem !== null) throw new PasswordError(problem);
    return password;
  };
  if (!io.isTerminal) return checked(await readLine(io) ?? "");
  io.setRaw(true); // first: whoever is asked may answer at once
  try {
    const first = checked(await ask(io, "Password: "));
    if (await ask(io, "Again: ") === first) return first;
    throw new PasswordError("the two are not the same");
  } finally {
    io.setRaw(false);
  }
}

function secretProblem(password: string): string | null {
  return isSecret(password) ? null : `a password has ${SECRET_WANTED}`;
}

/** A line from a pipe; `null` if there is none. */
async function readLine(io: PasswordIo): Promise<string | null> {
  const buffer = new Uint8Array(MOST_BYTES);
  let used = 0;
  while (used < buffer.length) {
    const count = await io.read(buffer.subarray(used));
    if (count === null) break;
    used += count;
    if (buffer.subarray(0, used).includes(0x0a)) break;
  }
  if (used === 0) return null;
  return new TextDecoder().decode(buffer.subarray(0, used)).split(/\r?\n/, 1)[0] ?? null;
}

/** Asks on the terminal, and shows nothing of the answer. */
async function ask(io: PasswordIo, question: string): Promise<string> {
  const buffer = new Uint8Array(MOST_BYTES);
  const decoder = new TextDecoder();
  let typed: string[] = [];
  io.say(question);
  try {
    for (;;) {
      const count = await io.read(buffer);
      if (count === null) throw new PasswordError("the terminal is gone");
      for (const key of decoder.decode(buffer.subarray(0, count), { stream: true })) {
        switch (key) {
          case "\r":
          case "\n":
            return typed.join("");
          case "\x03": // Ctrl-C
          case "\x04": // Ctrl-D
            throw new PasswordError("nothing was done", EXIT_INTERRUPTED);
          case "\x15": // Ctrl-U
            typed = [];
            break;
          case "\x08":
          case "\x7f":
            typed.pop();
            break;
          default:
            if (typed.length < MOST_BYTES) typed.push(key);
        }
      }
    }
  } finally {
    io.say("\r\n");
  }
}
