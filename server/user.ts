/**
 * `chatd user`: accounts, by whoever runs the server. It works on the database, whether the server runs or not.
 *
 * @module
 */
import { CASE_MAPPINGS } from "../protocol/mod.ts";
import { type GivenFlags, loadConfig } from "./config.ts";
import { passwordProblem } from "./core/account_password.ts";
import type { Account } from "./core/ports.ts";
import { whyReserved } from "./core/services.ts";
import { DATA_NOTE, DATA_OPTIONS, DataError, openData } from "./data.ts";
import { processIo, readPassword } from "./mkpasswd.ts";
import { exportPerson, forgetPerson } from "./store/person.ts";
import { SqliteStore } from "./store/store.ts";

/** How it is called, for its help. */
export const usage = "chatd user add|passwd|list|export|forget [NAME] [OPTION]...";

/** Its flags. */
export const options = DATA_OPTIONS;

/** What its help says besides. */
export const note =
  `add NAME     make an account; its password is asked for, or is the first line of a pipe
passwd NAME  give an account another password
list         list the accounts: name, when it was made, when somebody was last there
export NAME  print all that is kept of a person as JSON
forget NAME  take away the account, and all that its user has said

${DATA_NOTE}`;

const encoder = new TextEncoder();

/** There is no such account, or there is one already. */
class AccountError extends Error {
  override readonly name = "AccountError";
  /** The exit code of the program. */
  readonly exitCode = 7;
}

/** What a subcommand works on. */
interface Work {
  readonly store: SqliteStore;
  /** As it was given; empty where none is wanted. */
  readonly name: string;
  /** The name in the form that it is shown in; `null` if no account can have it. */
  readonly nick: string | null;
}

/** One subcommand. */
interface Subcommand {
  readonly takesName: boolean;
  /** Makes the database where there is none. */
  readonly makesData?: boolean;
  /** @returns What is printed, piece by piece. */
  run(work: Work): Iterable<string> | Promise<Iterable<string>>;
}

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  add: { takesName: true, makesData: true, run: add },
  passwd: { takesName: true, run: passwd },
  list: { takesName: false, run: list },
  export: { takesName: true, run: (work) => exportPerson(work.store, find(work)) },
  forget: { takesName: true, run: forget },
};

/**
 * Runs the subcommand that was named.
 *
 * @throws {DataError} If the command line is wrong.
 * @throws {AccountError} If there is no such account, or there is one already.
 */
export async function run(
  { flags, positionals }: { flags: GivenFlags; positionals: readonly string[] },
): Promise<number> {
  const [verb = "", name = "", ...more] = positionals;
  const subcommand = Object.hasOwn(SUBCOMMANDS, verb) ? SUBCOMMANDS[verb] : undefined;
  if (subcommand === undefined) {
    throw new DataError(`user takes ${Object.keys(SUBCOMMANDS).join(", ")}; see chatd user --help`);
  }
  if ((name !== "") !== subcommand.takesName || more.length > 0) {
    const wanted = subcommand.takesName ? "one NAME" : "no name";
    throw new DataError(`user ${verb} takes ${wanted}; see chatd user --help`);
  }
  const { casemapping } = await loadConfig(flags);
  const names = CASE_MAPPINGS[casemapping];
  const database = await openData(flags, subcommand.makesData);
  try {
    const store = new SqliteStore(database, { names });
    const nick = whyReserved(names, name) === null ? names.nick(name) : null;
    const told = await subcommand.run({ store, name, nick });
    const out = Deno.stdout.writable.getWriter();
    for (const piece of told) await out.write(encoder.encode(piece));
  } finally {
    database.close();
  }
  return 0;
}

/** The account of this name. */
function find({ store: { accounts }, name }: Work): Account {
  const account = accounts.find(name);
  if (account === null) throw new AccountError(`there is no account ${name}`);
  return account;
}

async function askPassword(name: string): Promise<string> {
  return await readPassword(processIo, (password) => passwordProblem(name, password)?.text ?? null);
}

async function add({ store: { accounts }, name, nick }: Work): Promise<string[]> {
  if (nick === null) throw new DataError(`${name} is no nickname that an account may have`);
  const owner = accounts.ownerOf(nick);
  if (owner !== null) throw new AccountError(`there is an account ${owner.name} already`);
  const made = await accounts.register(nick, await askPassword(nick), Date.now());
  if (typeof made === "string") throw new AccountError(`there is an account ${nick} already`);
  return [`${made.name}: made\n`];
}

async function passwd(work: Work): Promise<string[]> {
  const { name } = find(work);
  await work.store.accounts.setPassword(name, await askPassword(name));
  return [`${name}: has another password\n`];
}

function forget(work: Work): string[] {
  const { name } = find(work);
  const count = forgetPerson(work.store, find(work));
  return [`${name}: forgotten, with ${count} message${count === 1 ? "" : "s"}\n`];
}

function list({ store: { accounts } }: Work): string[] {
  const day = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
  return accounts.list().map(({ name, createdAt, seenAt }) =>
    `${name}\t${day(createdAt)}\t${day(seenAt)}\n`
  );
}
