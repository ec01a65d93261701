/**
 * The password of the account, as the command line says where it is.
 * @module
 */

import { UsageError } from "./options.ts";

/** The environment variable that may hold it; the program's tasks permit to read it. */
export const PASSWORD_VARIABLE = "CHATD_ACCOUNT_PASSWORD";

/**
 * The first line of a file, `-` for standard input; without a file what the environment has, or `null`.
 *
 * @throws {UsageError} If there is no such file, or no password in it
 */
export async function readPassword(file: string | null): Promise<string | null> {
  if (file === null) return checked(PASSWORD_VARIABLE, fromEnvironment());
  if (file === "-") return checked("--password-file: standard input", await firstLine(Deno.stdin));
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reason = error instanceof Deno.errors.NotFound ? "no such file" : error.message;
    throw new UsageError(`--password-file: cannot read "${file}": ${reason}`);
  }
  return checked(`--password-file: "${file}"`, text.split(/\r?\n/, 1)[0] ?? "");
}

function fromEnvironment(): string | null {
  try {
    return Deno.env.get(PASSWORD_VARIABLE) ?? null;
  } catch {
    return null; // Not permitted: then it is not there.
  }
}

function checked(where: string, password: string | null): string | null {
  if (password === null) return null;
  if (password === "" || /[\0\r\n]/.test(password)) {
    throw new UsageError(`${where}: wanted a password in one line`);
  }
  return password;
}

/** Takes no byte more: what follows the line is what the user says. */
async function firstLine(
  input: { read(into: Uint8Array): Promise<number | null> },
): Promise<string> {
  const bytes: number[] = [];
  const byte = new Uint8Array(1);
  while (bytes.length < MOST_BYTES && await input.read(byte) !== null && byte[0] !== 0x0a) {
    bytes.push(byte[0]!);
  }
  return new TextDecoder().decode(new Uint8Array(bytes)).replace(/\r$/, "");
}

const MOST_BYTES = 1024;
