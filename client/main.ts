/**
 * `chatd join`: from the command line to the program's exit code.
 * @module
 */

import { accountQuestion } from "./account.ts";
import { Chat, EXIT } from "./chat.ts";
import { ConnectError, DEFAULT_TIMING } from "./connection.ts";
import type { Credentials } from "./login.ts";
import {
  type Address,
  DEFAULT_HISTORY,
  type JoinOptions,
  parseOptions,
  UsageError,
} from "./options.ts";
import { PASSWORD_VARIABLE, readPassword } from "./password_file.ts";
import { complain, PlainUi } from "./plain_ui.ts";
import { TerminalUi } from "./terminal_ui.ts";

export { JOIN_OPTIONS, JOIN_USAGE, UsageError } from "./options.ts";

/**
 * Joins a chat and stays until the user leaves. The caller ends the process afterwards: a read of
 * standard input may still be waiting.
 *
 * @returns the exit code: 0 fine, 1 no connection, 3 name or account refused, 128 and more: ended by a signal
 * @throws {UsageError} when the command line cannot be understood
 */
export async function join(
  flags: Readonly<Record<string, string | boolean | readonly string[]>>,
  positionals: readonly string[],
): Promise<number> {
  const options = parseOptions(flags, positionals);
  const interactive = !options.plain && Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  return interactive ? await joinInTerminal(options) : await joinPlain(options);
}

async function joinPlain(options: JoinOptions): Promise<number> {
  if (options.address === null) {
    throw new UsageError("without a terminal chatd join wants an address: chatd join HOST:PORT");
  }
  const credentials = await credentialsOf(options, () => {
    throw new UsageError(
      `without a terminal --account wants --password-file FILE or ${PASSWORD_VARIABLE}`,
    );
  });
  const ui = new PlainUi(options.quiet);
  const chat = new Chat({
    address: options.address,
    nick: options.nick ?? options.account ?? "",
    password: options.password,
    credentials,
    history: options.history ?? 0,
    reconnect: false,
    interactive: false,
    timing: DEFAULT_TIMING,
  }, ui);
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
    try {
      Deno.addSignalListener(signal, () => chat.quit(undefined, code));
    } catch {
      // Not every system has every signal.
    }
  }
  try {
    return await ui.run(chat);
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    complain(error.message);
    return EXIT.network;
  }
}

/** The account of the command line, with an empty password if the user gives none. */
async function credentialsOf(
  { account, passwordFile }: JoinOptions,
  ask: (name: string) => Promise<string | null>,
): Promise<Credentials | null> {
  if (account === null) return null;
  const password = await readPassword(passwordFile) ?? await ask(account) ?? "";
  return { name: account, password };
}

async function joinInTerminal(options: JoinOptions): Promise<number> {
  const ui = new TerminalUi(options.quiet);
  try {
    let address = options.address ?? await ui.askAddress(null, options.port);
    if (address === null) return ui.signalled ?? EXIT.fine;
    const nick = options.nick ?? options.account ?? await ui.askName();
    if (nick === null) return ui.signalled ?? EXIT.fine;
    // Standard input is where the person types: there is nothing to read but an answer.
    const passwordFile = options.passwordFile === "-" ? null : options.passwordFile;
    const credentials = await credentialsOf(
      { ...options, passwordFile },
      (name) => ui.askSecret(accountQuestion(name)),
    );
    if (credentials?.password === "") return ui.signalled ?? EXIT.fine;
    for (;;) {
      try {
        return await stay(ui, options, address, nick, credentials);
      } catch (error) {
        if (!(error instanceof ConnectError)) throw error;
        ui.attach(null);
        if (options.address !== null) {
          ui.close();
          complain(error.message);
          return EXIT.network;
        }
        ui.say(error.message);
      }
      const other: Address | null = await ui.askAddress(address, null);
      if (other === null) return ui.signalled ?? EXIT.network;
      address = other;
    }
  } finally {
    ui.close();
  }
}

async function stay(
  ui: TerminalUi,
  options: JoinOptions,
  address: Address,
  nick: string,
  credentials: Credentials | null,
): Promise<number> {
  const chat = new Chat({
    address,
    nick,
    password: options.password,
    credentials,
    history: options.history ?? DEFAULT_HISTORY,
    reconnect: options.reconnect,
    interactive: true,
    timing: DEFAULT_TIMING,
  }, ui);
  ui.attach(chat);
  return await chat.run();
}
