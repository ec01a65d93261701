/**
 * Every limit of the profile, each with its unit and the clause that states it.
 *
 * What a peer can make grow is bounded here or in the server's settings; nowhere else.
 *
 * @module
 */

/** One limit: its value, what it counts, and where the specification states it. */
export interface Limit {
  readonly value: number;
  readonly unit: "bytes" | "characters" | "items";
  readonly what: string;
}

const LINE_BYTES = 510, NICK_BYTES = 30, USER_BYTES = 18, HOST_BYTES = 63, CHANNEL_BYTES = 50;

/** How long the parts of a line may be that its sender does not choose. */
const LONGEST = {
  channel: CHANNEL_BYTES,
  nick: NICK_BYTES,
  server: HOST_BYTES,
  source: NICK_BYTES + "!~".length + USER_BYTES + "@".length + HOST_BYTES,
};

/**
 * How many bytes a line has room for behind a beginning such as `:<source> TOPIC <channel> :`, however long the parts are that it
 * stands for: `<source>`, `<server>`, `<nick>`, `<channel>`. (LIMIT-5)
 */
export function roomBehind(beginning: string): number {
  return Object.entries(LONGEST).reduce(
    (room, [part, bytes]) => {
      const count = beginning.split(`<${part}>`).length - 1;
      return room - count * (bytes - part.length - "<>".length);
    },
    LINE_BYTES - beginning.length,
  );
}

/** The profile's limits by name. */
export const LIMITS = {
  LINE: { value: LINE_BYTES, unit: "bytes", what: "a message without its tags and line end" },
  CLIENT_TAGS: {
    value: 4094,
    unit: "bytes",
    what: "tag data sent by a client, without `@` and space",
  },
  SERVER_TAGS: {
    value: 8189,
    unit: "bytes",
    what: "tag data sent by a server, without `@` and space",
  },
  PARAMS: { value: 15, unit: "items", what: "parameters of a message" },
  LABEL: { value: 64, unit: "bytes", what: "the value of the tag `label`" },
  NICK: { value: NICK_BYTES, unit: "bytes", what: "a nickname, or the name of an account" },
  RELAYED_NAME: { value: 64, unit: "bytes", what: "a name from beyond a bridge, with its `/`" },
  USER: {
    value: USER_BYTES,
    unit: "bytes",
    what: "a user name, without the `~` that the server adds",
  },
  HOST: { value: HOST_BYTES, unit: "bytes", what: "a host that others see, or a server's name" },
  REALNAME: { value: 150, unit: "bytes", what: "a real name" },
  DESCRIPTION: {
    value: roomBehind(":<server> 364 <nick> <server> <server> :0 "),
    unit: "bytes",
    what: "what a server says of itself",
  },
  CHANNEL: { value: CHANNEL_BYTES, unit: "bytes", what: "a channel name with its `#`" },
  KEY: { value: 32, unit: "characters", what: "a channel key" },
  TOPIC: {
    value: roomBehind(":<source> TOPIC <channel> :"),
    unit: "bytes",
    what: "a topic, or the text of WALLOPS",
  },
  AWAY: { value: 200, unit: "bytes", what: "an away text" },
  KICK: { value: 250, unit: "bytes", what: "the reason of a KICK, PART, REDACT or RENAME" },
  QUIT: { value: 250, unit: "bytes", what: "the reason of a QUIT or a KILL" },
  MASK: { value: 150, unit: "bytes", what: "an entry of a channel's list" },
  CHANNELS: { value: 100, unit: "items", what: "channels that a user may be in" },
  LIST_ENTRIES: { value: 100, unit: "items", what: "entries of all lists of a channel together" },
  MODES: { value: 6, unit: "items", what: "mode changes with a parameter in one MODE" },
  AUDITORIUM: {
    value: 300,
    unit: "items",
    what: "members of a channel whose mode `u` is changed",
  },
  SESSIONS: { value: 16, unit: "items", what: "sessions that a user may have at once" },
  TARGETS: { value: 4, unit: "items", what: "targets of one PRIVMSG, NOTICE or TAGMSG" },
  LIST_CONDITIONS: { value: 10, unit: "items", what: "masks and conditions of one LIST" },
  MONITOR: { value: 100, unit: "items", what: "nicknames that a session may watch" },
  BANS: { value: 1000, unit: "items", what: "bans from the server" },
  PRESENCES: { value: 10_000, unit: "items", what: "users who stay without a session" },
  PROXY_HEADER: { value: 2048, unit: "bytes", what: "the header of a proxy" },
  ATTEMPTS: {
    value: 10_000,
    unit: "items",
    what: "addresses, and accounts, whose wrong passwords are remembered",
  },
  METADATA_KEY: { value: 64, unit: "bytes", what: "a key of METADATA" },
  METADATA_VALUE: { value: 256, unit: "bytes", what: "a value of METADATA" },
  METADATA_KEYS: { value: 32, unit: "items", what: "keys that a user or a channel may have" },
  METADATA_SUBS: { value: 50, unit: "items", what: "keys that a session may subscribe to" },
  METADATA_SYNC: {
    value: 100,
    unit: "items",
    what: "values of METADATA that come unasked at once",
  },
  RECENT: { value: 4096, unit: "items", what: "messages that are remembered for REDACT" },
  ACCEPT: { value: 100, unit: "items", what: "users whom a user may accept" },
  CHATHISTORY: { value: 200, unit: "items", what: "entries of one CHATHISTORY or SEARCH" },
  MARKERS: {
    value: 1000,
    unit: "items",
    what: "conversations in which a user's place is remembered",
  },
  MULTILINE_BYTES: {
    value: 4096,
    unit: "bytes",
    what: "the text of a message of several lines, each line feed one",
  },
  MULTILINE_LINES: { value: 100, unit: "items", what: "lines of such a message" },
  REGISTERED_CHANNELS: {
    value: 20,
    unit: "items",
    what: "channels that may be registered to an account",
  },
  ACCESS: { value: 100, unit: "items", what: "accounts that a channel may give ranks to" },
  PASSWORD: { value: 300, unit: "bytes", what: "the password of an account" },
  SASL_CHUNK: { value: 400, unit: "bytes", what: "a parameter of AUTHENTICATE" },
  SASL: { value: 2000, unit: "bytes", what: "a message of SASL, in base64" },
  WHOWAS: { value: 1000, unit: "items", what: "users remembered for WHOWAS" },
} as const satisfies Record<string, Limit>;
