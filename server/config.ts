/**
 * Flags, environment, file and defaults become one immutable snapshot.
 *
 * A flag beats the environment, which beats the file, which beats the default. A wrong value says where it
 * stands, what it is and what was wanted. The rows are in schema.ts.
 *
 * SPEC: "Settings".
 *
 * @module
 */
import { safeParse } from "valibot";
import { closestString } from "@std/text/closest-string";
import { byteLength, truncate } from "../protocol/grammar.ts";
import { isPasswordHash } from "./core/password.ts";
import type { SettingsWarning } from "./core/ports.ts";
import type { Operator, Settings } from "./core/settings.ts";
import {
  CONFIG_OPTION,
  envOf,
  flagOf,
  OPERATOR_WANTED,
  OPERATORS_KEY,
  OPERATORS_SCHEMA,
  type Setting,
  SETTING_KEYS,
  type SettingKey,
  SETTINGS,
} from "./schema.ts";
import { type ListenAddress, MOTD_LINES } from "./setting_values.ts";
import { defaultDataFile } from "./store/location.ts";

export {
  SERVE_NOTE,
  SERVE_OPTIONS,
  SERVE_USAGE,
  SERVE_VARIABLES,
  settingsTable,
} from "./schema.ts";

export type { ListenAddress } from "./setting_values.ts";

const DEFAULT_MOTD = ["Welcome to chatd!", "Be kind to each other."];
// 510 bytes less ":<name> 372 <nick> :- " with the longest names.
const MOTD_LINE_BYTES = 400;

/** All settings, checked: what the core reads, and what only the program does. Replaced whole, never mutated. */
export interface ServerConfig extends Omit<Settings, "version"> {
  /** The file that they were read from, if there is one. */
  readonly file: string | null;
  readonly listen: readonly ListenAddress[];
  /** The database's file; `null` for one in memory. */
  readonly data: string | null;
  /** `power`: what was seen survives a power cut. */
  readonly durability: "process" | "power";
  /** Nobody asked for these addresses: one that this machine does not have is skipped quietly. */
  readonly listenIsDefault: boolean;
  /** Where trusted proxies connect, which say first from whom a connection comes. */
  readonly listenProxy: readonly ListenAddress[];
  /** `null`: when standard input is a terminal. */
  readonly console: boolean | null;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly logFormat: "text" | "json";
}

/** An operator's mistake: the program says it in one line and ends with this code (2 flag, 5 elsewhere). */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** The exit code of the program: 2 for a flag, 5 for the environment or a file. */
  readonly exitCode: 2 | 5;

  constructor(message: string, exitCode: 2 | 5) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What the command line gave, by flag. */
export type GivenFlags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** What loadConfig() needs from outside. */
export interface ConfigSources {
  env(name: string): string | undefined;
  readTextFile(path: string): Promise<string>;
}

/** A parsed file, with what is needed to say where in it a key stands. */
interface ConfigFile {
  readonly path: string;
  readonly text: string;
  readonly values: ReadonlyMap<string, unknown>;
}

/** A value as it was given, and how to speak of its place. */
interface Given {
  readonly value: unknown;
  readonly where: string;
  readonly exitCode: 2 | 5;
  readonly file: ConfigFile | null;
}

/**
 * Reads flags, environment and file into one snapshot.
 *
 * @throws {ConfigError} when a value is not what its setting takes, a key is unknown, or a file cannot be read
 */
export async function loadConfig(
  flags: GivenFlags,
  sources: ConfigSources = { env: Deno.env.get, readTextFile: Deno.readTextFile },
): Promise<ServerConfig> {
  const file = await readConfigFile(flags, sources);
  const given = (key: SettingKey): Given | null => findGiven(key, flags, sources, file);
  const settle = <T>(key: SettingKey, setting: Setting<T> & { readonly default: string }): T => {
    const found = given(key) ?? { value: setting.default, where: key, exitCode: 5, file: null };
    return accept(setting, found, found.value);
  };
  const settleOptional = <T>(key: SettingKey, setting: Setting<T>): T | null => {
    const found = given(key);
    return found === null ? null : accept(setting, found, found.value);
  };
  const [listen, forProxies] = [given("listen"), given("listen_proxy")];
  const listenProxy = forProxies === null ? [] : readList(SETTINGS.listen_proxy, forProxies);
  const network = settle("network", SETTINGS.network);
  const proxies = given("trusted_proxies");
  const trustedProxies = proxies === null ? [] : readList(SETTINGS.trusted_proxies, proxies);
  if (forProxies !== null && listenProxy.length > 0 && trustedProxies.length === 0) {
    const { where, exitCode } = forProxies;
    throw new ConfigError(`${where}: wanted trusted_proxies, too: it is for them alone`, exitCode);
  }
  return Object.freeze({
    file: file?.path ?? null,
    // Who listens for proxies alone need not listen for others.
    listen: listen === null && listenProxy.length > 0 ? [] : readListen(listen),
    listenIsDefault: listen === null,
    listenProxy,
    data: readDataFile(given("data"), given("ephemeral"), sources),
    durability: settle("durability", SETTINGS.durability),
    history: settle("history", SETTINGS.history),
    historyForMs: settle("history_for", SETTINGS.history_for),
    historyMax: settle("history_max", SETTINGS.history_max),
    name: settle("name", SETTINGS.name),
    network,
    description: settleOptional("description", SETTINGS.description) ?? network,
    motd: await readMotd(given("motd"), sources),
    admin: settleOptional("admin", SETTINGS.admin),
    icon: settleOptional("icon", SETTINGS.icon),
    password: settleOptional("password", SETTINGS.password),
    nameTemplate: settle("name_template", SETTINGS.name_template),
    lobby: settle("lobby", SETTINGS.lobby),
    broadcast: settle("broadcast", SETTINGS.broadcast),
    userModes: settle("user_modes", SETTINGS.user_modes),
    registration: settle("registration", SETTINGS.registration),
    clientTagDeny: settle("client_tag_deny", SETTINGS.client_tag_deny),
    console: settleOptional("console", SETTINGS.console),
    logLevel: settle("log_level", SETTINGS.log_level),
    logFormat: settle("log_format", SETTINGS.log_format),
    pingAfterMs: settle("ping_after", SETTINGS.ping_after),
    pongWithinMs: settle("pong_within", SETTINGS.pong_within),
    graceMs: settle("grace", SETTINGS.grace),
    alwaysOn: settle("always_on", SETTINGS.always_on),
    replay: settle("replay", SETTINGS.replay),
    playback: settle("playback", SETTINGS.playback),
    redactWithinMs: settle("redact_within", SETTINGS.redact_within),
    registerWithinMs: settle("register_within", SETTINGS.register_within),
    casemapping: settle("casemapping", SETTINGS.casemapping),
    maxClients: settle("max_clients", SETTINGS.max_clients),
    sendqBytes: settle("sendq", SETTINGS.sendq),
    floodRate: settle("flood_rate", SETTINGS.flood_rate),
    operators: readOperators(file),
    trustedProxies,
    webircPassword: settleOptional("webirc_password", SETTINGS.webirc_password),
  });
}

function findGiven(
  key: SettingKey,
  flags: GivenFlags,
  sources: ConfigSources,
  file: ConfigFile | null,
): Given | null {
  const flag = flagOf(key);
  const fromFlag = flags[flag];
  if (fromFlag !== undefined && !(Array.isArray(fromFlag) && fromFlag.length === 0)) {
    return { value: fromFlag, where: `--${flag}`, exitCode: 2, file: null };
  }
  const variable = envOf(key);
  const fromEnv = sources.env(variable);
  // An empty variable is one that was taken back.
  if (fromEnv !== undefined && fromEnv !== "") {
    return { value: fromEnv, where: variable, exitCode: 5, file: null };
  }
  const fromFile = file?.values.get(key);
  if (file === null || fromFile === undefined) return null;
  return { value: fromFile, where: `${placeOf(file, key)}: ${key}`, exitCode: 5, file };
}

/** What beats what: the file, the environment, a flag. */
function rankOf({ file, exitCode }: Given): number {
  return file !== null ? 0 : exitCode === 5 ? 1 : 2;
}

function accept<T>(setting: Setting<T>, given: Given, value: unknown): T {
  const result = safeParse(setting.schema, value);
  if (result.success) return result.output;
  const got = setting.secret ? "" : `got ${show(value)}, `;
  throw new ConfigError(`${given.where}: ${got}wanted ${setting.wanted}`, given.exitCode);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** A list: of the file, of a flag that came several times, or separated by commas. */
function readList<T>(setting: Setting<T>, given: Given): readonly T[] {
  const { value } = given;
  const list: readonly unknown[] = Array.isArray(value)
    ? value
    : typeof value === "string"
    ? value.split(",").map((part) => part.trim())
    : [value];
  return list.map((each) => accept(setting, given, each));
}

function readListen(given: Given | null): readonly ListenAddress[] {
  const source = given ??
    { value: SETTINGS.listen.default, where: "listen", exitCode: 5, file: null };
  const list = readList(SETTINGS.listen, source);
  return list.length === 0 ? [accept(SETTINGS.listen, source, list)] : list;
}

async function readMotd(given: Given | null, sources: ConfigSources): Promise<readonly string[]> {
  if (given === null) return DEFAULT_MOTD;
  const path = beside(given.file, accept(SETTINGS.motd, given, given.value));
  const text = await readFile(path, given.where, given.exitCode, sources);
  const lines = wrapText(text);
  if (lines.length > MOTD_LINES) {
    throw new ConfigError(
      `${given.where}: got ${lines.length} lines, wanted ${SETTINGS.motd.wanted}`,
      given.exitCode,
    );
  }
  return lines;
}

/** Where the data is, or will be; `null` for nowhere. */
function readDataFile(
  given: Given | null,
  ephemeral: Given | null,
  sources: ConfigSources,
): string | null {
  // Two ways to answer one question: the one that was asked closer by counts.
  const counts = ephemeral !== null && (given === null || rankOf(ephemeral) >= rankOf(given));
  if (counts && accept(SETTINGS.ephemeral, ephemeral, ephemeral.value)) return null;
  if (given !== null) return beside(given.file, accept(SETTINGS.data, given, given.value));
  const file = defaultDataFile(sources.env);
  if (file !== null) return file;
  throw new ConfigError(
    "There is no HOME or STATE_DIRECTORY to keep data in: give --data FILE, or --ephemeral to keep none",
    5,
  );
}

/** A path in a file is meant from where the file is. */
function beside(file: ConfigFile | null, path: string): string {
  if (file === null || /^(?:[\\/]|[A-Za-z]:)/.test(path)) return path;
  return file.path.slice(0, Math.max(file.path.lastIndexOf("/"), file.path.lastIndexOf("\\")) + 1) +
    path;
}

/** Lines that each fit a message, broken at spaces where there are any. */
function wrapText(text: string): string[] {
  const lines: string[] = [];
  const clean = text.replace(/^\ufeff/, "").replaceAll("\0", "").trimEnd();
  for (const line of clean.split(/\r\n|\n|\r/)) {
    let rest = line.trimEnd();
    while (byteLength(rest) > MOTD_LINE_BYTES) {
      const whole = truncate(rest, MOTD_LINE_BYTES);
      const space = whole.lastIndexOf(" ");
      const piece = space > 0 ? whole.slice(0, space) : whole || rest.slice(0, 80);
      lines.push(piece);
      rest = rest.slice(piece.length).trimStart();
    }
    lines.push(rest);
  }
  return lines;
}

async function readFile(
  path: string,
  where: string,
  exitCode: 2 | 5,
  sources: ConfigSources,
): Promise<string> {
  try {
    return await sources.readTextFile(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound
      ? "no such file"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new ConfigError(`${where}: cannot read ${show(path)}: ${why}`, exitCode);
  }
}

async function readConfigFile(
  flags: GivenFlags,
  sources: ConfigSources,
): Promise<ConfigFile | null> {
  const fromFlag = flags[CONFIG_OPTION.flag];
  const variable = envOf(CONFIG_OPTION.flag);
  const path = typeof fromFlag === "string" ? fromFlag : sources.env(variable);
  if (path === undefined || path === "") return null;
  const where = typeof fromFlag === "string" ? `--${CONFIG_OPTION.flag}` : variable;
  const text = await readFile(path, where, 5, sources);
  const { parse, TomlError } = await import("smol-toml");
  try {
    const file = { path, text, values: new Map<string, unknown>(Object.entries(parse(text))) };
    checkKeys(file);
    return file;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const why = error.message.split("\n", 1)[0]?.replace(/^Invalid TOML document: /, "");
    throw new ConfigError(`${path}:${error.line}: ${why}`, 5);
  }
}

function checkKeys(file: ConfigFile): void {
  const known: readonly string[] = [...SETTING_KEYS, OPERATORS_KEY];
  for (const key of file.values.keys()) {
    if (known.includes(key)) continue;
    throw new ConfigError(
      `${placeOf(file, key)}: unknown key ${show(key)}; did you mean ${closestString(key, known)}?`,
      5,
    );
  }
}

function readOperators(file: ConfigFile | null): ReadonlyMap<string, Operator> {
  const table = file?.values.get(OPERATORS_KEY);
  if (file === null || table === undefined) return new Map();
  const result = safeParse(OPERATORS_SCHEMA, table);
  if (result.success) return new Map(Object.entries(result.output));
  const [name, part] = (result.issues[0].path ?? []).map(({ key }) => String(key));
  if (name === undefined) {
    const place = placeOf(file, OPERATORS_KEY);
    throw new ConfigError(`${place}: ${OPERATORS_KEY}: wanted a table of names and passwords`, 5);
  }
  const inTable = part === undefined ? null : findLine(file, part, `${OPERATORS_KEY}.${name}`);
  const place = inTable ?? placeOf(file, name, OPERATORS_KEY);
  throw new ConfigError(`${place}: operators: ${show(name)}: wanted ${OPERATOR_WANTED}`, 5);
}

/** `file:line` of a key of the given table (or of the table's own head); `file` where it is not found. */
function placeOf(file: ConfigFile, key: string, table = ""): string {
  return findLine(file, key, table) ?? file.path;
}

function findLine(file: ConfigFile, key: string, table: string): string | null {
  const head = /^\s*\[\[?\s*["']?([^\]"']+?)["']?\s*\]/;
  const assignment = /^\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*(?:\.\s*["']?([\w-]+)["']?\s*)?[=.]/;
  let current = "";
  for (const [index, line] of file.text.split("\n").entries()) {
    const opened = head.exec(line)?.[1];
    const match = assignment.exec(line);
    const first = match?.[1] ?? match?.[2] ?? match?.[3];
    const isHere = opened !== undefined
      ? table === "" ? opened.split(".")[0] === key : opened === `${table}.${key}`
      : first !== undefined &&
        ((current === table && first === key) || (first === table && match?.[4] === key));
    if (isHere) return `${file.path}:${index + 1}`;
    if (opened !== undefined) current = opened;
  }
  return null;
}

/** `host:port`, with an IPv6 address in brackets. */
export function formatAddress({ hostname, port }: ListenAddress): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || /^(?:::ffff:)?127\./i.test(hostname);
}

/** One warning for each address that others than this machine can reach in plain text. */
export function plainTextWarnings(config: ServerConfig): string[] {
  const all = [...config.listen, ...config.listenProxy];
  return all.filter(({ hostname }) => !isLoopback(hostname)).map((address) =>
    `Listening in plain text on ${formatAddress(address)}: everybody on the way can read and ` +
    "change what is said. Keep it inside a network that you trust, or put a TLS proxy in front."
  );
}

/** One warning for each operator whose password everybody can read who can read the file. */
export function plainPasswordWarnings({ operators }: Pick<ServerConfig, "operators">): string[] {
  return [...operators].filter(([, { password }]) => !isPasswordHash(password)).map(([name]) =>
    `The password of the operator ${name} stands readable in the file: run chatd mkpasswd, and ` +
    "put there what it prints."
  );
}

/** Settings that cannot change while the server runs. */
const FIXED = {
  listen: "listen",
  listen_proxy: "listenProxy",
  data: "data",
  durability: "durability",
  name: "name",
  casemapping: "casemapping",
  console: "console",
} as const satisfies Partial<Record<SettingKey, keyof ServerConfig>>;

/**
 * Settings that may take the place of those in force: what cannot change now stays as it is, and a warning for each such
 * setting says so.
 */
export function keepFixed(
  current: ServerConfig,
  next: ServerConfig,
): { readonly config: ServerConfig; readonly warnings: readonly SettingsWarning[] } {
  const fields = Object.values(FIXED);
  const kept = Object.fromEntries(fields.map((field) => [field, current[field]]));
  const isChanged = (field: keyof ServerConfig): boolean =>
    JSON.stringify(next[field]) !== JSON.stringify(current[field]);
  const changed = Object.entries(FIXED).filter(([, field]) => isChanged(field));
  const { listenIsDefault } = current;
  return {
    config: Object.freeze({ ...next, ...kept, listenIsDefault }),
    warnings: changed.map(([key]) => ({
      key,
      message: `${key} has changed, which takes effect when the server is started again.`,
    })),
  };
}
