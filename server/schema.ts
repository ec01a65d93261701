/**
 * The server's settings: one row for each, from which `--help`, the checks and the documents come.
 *
 * Flag and variable follow from a row's key. Rows only: where values are found is config.ts.
 *
 * SPEC: "Settings".
 *
 * @module
 */
import {
  array,
  type GenericSchema,
  integer,
  lazy,
  maxValue,
  minValue,
  optional,
  picklist,
  pipe,
  record,
  strictObject,
  transform,
} from "valibot";
import { parseRange } from "./core/address.ts";
import { ALL_PRIVILEGES } from "./core/privileges.ts";
import type { Operator } from "./core/settings.ts";
import { isChannelName, isServerName } from "../protocol/grammar.ts";
import { LIMITS } from "../protocol/limits.ts";
import { parseDuration } from "../protocol/number.ts";
import { isTagDeny } from "../protocol/tags.ts";
import {
  DEFAULT_HOST,
  DEFAULT_PORT,
  isLabel,
  isNameTemplate,
  isPictureUrl,
  isSecret,
  KIBIBYTE,
  MOTD_LINES,
  numberFrom,
  readAddress,
  readAdministrator,
  readSize,
  readText,
  readUserModes,
  secondsFrom,
  SECRET_REGEXP,
  SECRET_WANTED,
  STORED_SCHEMA,
  SWITCH_SCHEMA,
  textThat,
} from "./setting_values.ts";

/** One setting as the command line shows it. */
export interface ServeOption {
  /** Without its dashes. */
  readonly flag: string;
  /** The placeholder of its value; `null` for a switch. */
  readonly value: string | null;
  readonly help: string;
  readonly default?: string;
  readonly many?: boolean;
  readonly negatable?: boolean;
}

/** One setting: what it is, what it takes, and how a string or a value of the file becomes what the server uses. */
export interface Setting<T> extends Omit<ServeOption, "flag"> {
  readonly wanted: string;
  readonly schema: GenericSchema<unknown, T>;
  /** Never shown in a message. */
  readonly secret?: boolean;
}

/** The settings by their key in the file. Flag and variable follow from the key. */
export const SETTINGS = {
  listen: {
    value: "HOST:PORT",
    help: "where to listen, in plain text; may be given several times",
    default: `${DEFAULT_HOST}:${DEFAULT_PORT},[::1]:${DEFAULT_PORT}`,
    many: true,
    wanted: "HOST:PORT, [IPv6]:PORT or a port from 0 to 65535",
    schema: readText(readAddress),
  },
  listen_proxy: {
    value: "HOST:PORT",
    help:
      "where to listen for trusted proxies, whose connections have to begin with a header of the PROXY protocol; may be given several times",
    many: true,
    wanted: "HOST:PORT, [IPv6]:PORT or a port from 0 to 65535",
    schema: readText(readAddress),
  },
  data: {
    value: "FILE",
    help:
      "the database: history, accounts, registered channels (by default where this system keeps such things)",
    wanted: "a file",
    schema: textThat((text) => text !== ""),
  },
  ephemeral: {
    value: null,
    help: "keep nothing when the server ends",
    negatable: true,
    wanted: "true or false",
    schema: SWITCH_SCHEMA,
  },
  history: {
    value: null,
    help: "keep what is said, for those who may read it",
    default: "on",
    negatable: true,
    wanted: "true or false",
    schema: SWITCH_SCHEMA,
  },
  history_for: {
    value: "DURATION",
    help: "how long what is said is kept, such as 90d; 0 is for ever",
    default: "0",
    wanted: "a duration such as 12h, 90d or 1y, or 0",
    schema: readText((text) => text === "0" ? 0 : parseDuration(text) || null),
  },
  history_max: {
    value: "N",
    help: "messages that are kept of each room and of what two say to each other; 0 is no limit",
    default: "100000",
    wanted: "a whole number from 0 to 1000000000",
    schema: pipe(numberFrom(0, 1_000_000_000), integer()),
  },
  durability: {
    value: "process|power",
    help:
      "what was seen survives the end of the process, or a power cut too, which costs a wait for the disk",
    default: "process",
    wanted: "process or power",
    schema: picklist(["process", "power"]),
  },
  name: {
    value: "NAME",
    help: "the server's own name, which messages from it carry",
    default: "chatd.local",
    wanted: "a name of letters, digits, hyphens and dots, such as chat.example.org",
    schema: textThat(isServerName),
  },
  network: {
    value: "NAME",
    help: "the network's name, shown in the welcome",
    default: "chatd",
    wanted: "1 to 50 bytes without control characters",
    schema: textThat((text) => isLabel(text, 50)),
  },
  description: {
    value: "TEXT",
    help: "what the server says of itself in WHOIS and LINKS (by default the network's name)",
    wanted: `1 to ${LIMITS.DESCRIPTION.value} bytes without control characters`,
    schema: textThat((text) => isLabel(text, LIMITS.DESCRIPTION.value)),
  },
  motd: {
    value: "FILE",
    help: "a text that everybody is greeted with",
    wanted: `a text file of at most ${MOTD_LINES} lines`,
    schema: textThat((text) => text !== ""),
  },
  admin: {
    value: "TEXT",
    help: "who runs the server: an e-mail address, or a place; who; that address",
    wanted: 'an e-mail address, such as "Leeds; The Tea Society; tea@example.org"',
    schema: readText(readAdministrator),
  },
  icon: {
    value: "URL",
    help: "a picture that stands for the network in clients",
    wanted: "the address of a picture, https://… of at most 200 bytes",
    schema: textThat(isPictureUrl),
  },
  password: {
    value: "PASSWORD",
    help: "what everybody must give to join; others see a flag in `ps`, so prefer the variable",
    secret: true,
    wanted: SECRET_WANTED,
    schema: textThat(isSecret),
  },
  name_template: {
    value: "NAME",
    help: "names for those who choose none; {n} is the lowest free number",
    default: "user{n}",
    wanted: "a nickname that holds {n} once",
    schema: textThat(isNameTemplate),
  },
  lobby: {
    value: "CHANNEL",
    help: "the room in which everybody starts; none switches it off",
    default: "#lobby",
    wanted: 'a room such as "#lobby", or none',
    schema: pipe(
      textThat((text) => text === "none" || (isChannelName(text) && text.length > 1)),
      transform((text) => text === "none" ? null : text),
    ),
  },
  broadcast: {
    value: "everyone|ops|off",
    help: "who may write to everybody on the server",
    default: "everyone",
    wanted: "everyone, ops or off",
    schema: picklist(["everyone", "ops", "off"]),
  },
  user_modes: {
    value: "MODES",
    help: "modes that users begin with, and may change; +i: strangers do not see them in lists",
    default: "+i",
    wanted: "letters of B, g, i, R, T and w, such as +iw, or none",
    schema: readText(readUserModes),
  },
  registration: {
    value: "open|after-connect|closed",
    help:
      "who may make an account: everybody, who has come in already, or only whoever runs chatd user add",
    default: "open",
    wanted: "open, after-connect or closed",
    schema: picklist(["open", "after-connect", "closed"]),
  },
  client_tag_deny: {
    value: "TAGS",
    help: "tags of clients that do not pass: names without +, or * and -names of those that do",
    default: "none",
    wanted: 'tags such as "typing,draft/react", "*", "*,-typing" or none, at most 150 bytes',
    schema: pipe(
      textThat((text) => text === "none" || (isTagDeny(text) && text.length <= 150)),
      transform((text) => text === "none" ? "" : text),
    ),
  },
  casemapping: {
    value: "ascii|precis",
    help: "nicknames in ASCII, or in the letters of all scripts, of which no two may look alike",
    default: "ascii",
    wanted: "ascii or precis",
    schema: picklist(["ascii", "precis"]),
  },
  console: {
    value: null,
    help: "take the operator's commands from standard input (by default when it is a terminal)",
    negatable: true,
    wanted: "true or false",
    schema: SWITCH_SCHEMA,
  },
  log_level: {
    value: "debug|info|warn|error",
    help: "the least level that is logged",
    default: "info",
    wanted: "debug, info, warn or error",
    schema: picklist(["debug", "info", "warn", "error"]),
  },
  log_format: {
    value: "text|json",
    help: "lines for people, or one JSON object a line",
    default: "text",
    wanted: "text or json",
    schema: picklist(["text", "json"]),
  },
  ping_after: {
    value: "SECONDS",
    help: "silence after which a client is asked whether it is there",
    default: "90",
    wanted: "a number of seconds from 0.1 to 86400",
    schema: secondsFrom(0.1, 86400),
  },
  pong_within: {
    value: "SECONDS",
    help: "time that a client has to answer before its connection counts as lost",
    default: "30",
    wanted: "a number of seconds from 0.1 to 86400",
    schema: secondsFrom(0.1, 86400),
  },
  grace: {
    value: "SECONDS",
    help:
      "time in which who was lost and is logged in may be back without others noticing; 0: they see a loss at once",
    default: "0",
    wanted: "a number of seconds from 0 to 86400",
    schema: secondsFrom(0, 86400),
  },
  always_on: {
    value: "off|opt-in|opt-out",
    help:
      "whether users of accounts stay when their last device has gone: none, who chooses so, who does not choose otherwise",
    default: "opt-in",
    wanted: "off, opt-in or opt-out",
    schema: picklist(["off", "opt-in", "opt-out"]),
  },
  redact_within: {
    value: "SECONDS",
    help: "time in which users may take back what they have said; 0 is never",
    default: "900",
    wanted: "a number of seconds from 0 to 86400",
    schema: secondsFrom(0, 86400),
  },
  register_within: {
    value: "SECONDS",
    help: "time that a connection has to give its name",
    default: "30",
    wanted: "a number of seconds from 0.1 to 86400",
    schema: secondsFrom(0.1, 86400),
  },
  replay: {
    value: "N",
    help: "lines that are told again to those who join, where their client does not ask for them",
    default: "20",
    wanted: "a whole number from 0 to 200",
    schema: pipe(numberFrom(0, 200), integer()),
  },
  playback: {
    value: "N",
    help: "messages of one conversation that `*playback` tells at the most",
    default: "1000",
    wanted: "a whole number from 1 to 10000",
    schema: pipe(numberFrom(1, 10_000), integer()),
  },
  max_clients: {
    value: "N",
    help: "connections at a time",
    default: "10000",
    wanted: "a whole number from 1 to 1000000",
    schema: pipe(numberFrom(1, 1_000_000), integer()),
  },
  sendq: {
    value: "BYTES",
    help: "bytes that may wait for a client that does not read, before it is dropped",
    default: "2M",
    wanted: "a number of bytes from 8K to 1024M, such as 65536, 64K or 1M",
    schema: pipe(
      readText(readSize),
      minValue(8 * KIBIBYTE),
      maxValue(1024 * KIBIBYTE * KIBIBYTE),
    ),
  },
  trusted_proxies: {
    value: "ADDRESS",
    help: "addresses or networks that may say for whom they speak: by PROXY, by WEBIRC",
    many: true,
    wanted: "an address or a network such as 192.0.2.0/24",
    schema: readText(parseRange),
  },
  webirc_password: {
    value: "PASSWORD",
    help: "what WEBIRC must give; a password, or what chatd mkpasswd prints",
    secret: true,
    wanted: SECRET_WANTED,
    schema: STORED_SCHEMA,
  },
  flood_rate: {
    value: "N",
    help: "lines a second that a user may send for long; 0 is no limit",
    default: "10",
    wanted: "a number from 0 to 1000000",
    schema: numberFrom(0, 1_000_000),
  },
} as const satisfies Record<string, Setting<unknown>>;

/** A row's key, which is its key in the file. */
export type SettingKey = keyof typeof SETTINGS;

/** The keys of the rows, in their order. */
export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];
/** The file's table of operators. */
export const OPERATORS_KEY = "operators";
const OPERATOR_SCHEMA: GenericSchema<unknown, Operator> = lazy((given) =>
  typeof given === "string"
    ? pipe(
      STORED_SCHEMA,
      transform((password): Operator => ({ password, privileges: ALL_PRIVILEGES })),
    )
    : strictObject({
      password: STORED_SCHEMA,
      privileges: optional(array(picklist(ALL_PRIVILEGES)), [...ALL_PRIVILEGES]),
    })
);

/** Operators' names, and their passwords alone or with privileges. */
export const OPERATORS_SCHEMA: GenericSchema<unknown, Readonly<Record<string, Operator>>> = record(
  textThat((name) => SECRET_REGEXP.test(name)),
  OPERATOR_SCHEMA,
);

/** What an operator's entry has to be. */
export const OPERATOR_WANTED =
  `a name without spaces, and as its password ${SECRET_WANTED}, or what chatd mkpasswd prints; ` +
  `or a table with password and privileges (${ALL_PRIVILEGES.join(", ")})`;

/** The flag that names the file itself. */
export const CONFIG_OPTION: ServeOption = {
  flag: "config",
  value: "FILE.toml",
  help: "a file with settings, and a table [operators]",
};

/** The flag of a key, without its dashes. */
export function flagOf(key: string): string {
  return key.replaceAll("_", "-");
}

/** The environment variable of a key. */
export function envOf(key: string): string {
  return `CHATD_${key.toUpperCase()}`;
}

/** The flags of `chatd serve`. */
export const SERVE_OPTIONS: readonly ServeOption[] = [
  ...SETTING_KEYS.map((key): ServeOption => ({ flag: flagOf(key), ...optionPart(SETTINGS[key]) })),
  CONFIG_OPTION,
];

/** The one line that says how `chatd serve` is called. */
export const SERVE_USAGE = "chatd serve [OPTION]...";

/** What the help of `chatd serve` says below its flags. */
export const SERVE_NOTE =
  "Each of them may also stand in the environment (CHATD_NAME_TEMPLATE=guest{n}) or in the file\n" +
  '(name_template = "guest{n}"). A flag beats the environment, which beats the file.';

/** The environment variables that are read; the program's permissions name them. */
export const SERVE_VARIABLES: readonly string[] = [
  ...SETTING_KEYS.map(envOf),
  envOf(CONFIG_OPTION.flag),
];

function optionPart(setting: Setting<unknown>): Omit<ServeOption, "flag"> {
  const { value, help, many = false, negatable = false } = setting;
  const part = { value, help, many, negatable };
  return setting.default === undefined ? part : { ...part, default: setting.default };
}

/** The settings as a Markdown table, for the documents. */
export function settingsTable(): string {
  const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;
  const rows = [...SERVE_OPTIONS].map((option) => {
    const key = option.flag.replaceAll("-", "_");
    const flag = option.negatable
      ? `${code(`--${option.flag}`)}, ${code(`--no-${option.flag}`)}`
      : code(`--${option.flag}${option.value === null ? "" : ` ${option.value}`}`);
    const cells = [
      flag,
      code(envOf(key)),
      option === CONFIG_OPTION ? "" : code(key),
      option.default === undefined ? "" : code(option.default),
      option.help,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    "| Flag | Variable | Key in the file | Default | Meaning |",
    "|---|---|---|---|---|",
    ...rows,
    '| | | `[operators]` | | operators: `name = "password or hash"`, or a table with `password` and `privileges` |',
  ].join("\n");
}
