/**
 * ISUPPORT tokens: what the server tells of its limits and habits, and how a client reads it.
 *
 * SPEC: "ISUPPORT".
 *
 * @module
 */
import { byteLength } from "./grammar.ts";
import { LIMITS, roomBehind } from "./limits.ts";
import { NUMERICS } from "./numerics.ts";
import { channelModesOfKind, RANKS } from "./modes.ts";

/** Tokens whose value is the same on every server of this profile; an empty value stands for a bare token. */
export const ISUPPORT = {
  ACCOUNTEXTBAN: "R",
  AWAYLEN: String(LIMITS.AWAY.value),
  BOT: "B",
  CALLERID: "g",
  CASEMAPPING: "ascii",
  CHANLIMIT: `#:${LIMITS.CHANNELS.value}`,
  CHANMODES: (["A", "B", "C", "D"] as const).map(channelModesOfKind).join(","),
  CHANNELLEN: String(LIMITS.CHANNEL.value),
  CHANTYPES: "#",
  CHATHISTORY: String(LIMITS.CHATHISTORY.value),
  ELIST: "CMNTU",
  EXCEPTS: "e",
  EXTBAN: ",mR",
  HOSTLEN: String(LIMITS.HOST.value),
  INVEX: "I",
  KEYLEN: String(LIMITS.KEY.value),
  KICKLEN: String(LIMITS.KICK.value),
  MAXLIST: `beI:${LIMITS.LIST_ENTRIES.value}`,
  METADATA: String(LIMITS.METADATA_KEYS.value),
  MODES: String(LIMITS.MODES.value),
  MONITOR: String(LIMITS.MONITOR.value),
  MSGREFTYPES: "msgid,timestamp",
  NAMELEN: String(LIMITS.REALNAME.value),
  NICKLEN: String(LIMITS.NICK.value),
  PREFIX: `(${RANKS.map(({ mode }) => mode).join("")})${
    RANKS.map(({ prefix }) => prefix).join("")
  }`,
  SAFELIST: "",
  STATUSMSG: RANKS.map(({ prefix }) => prefix).join(""),
  TARGMAX:
    `INVITE:1,JOIN:,KICK:,LIST:,NAMES:,NOTICE:${LIMITS.TARGETS.value},PART:,PRIVMSG:${LIMITS.TARGETS.value},TAGMSG:${LIMITS.TARGETS.value},WHOIS:1,WHOWAS:1`,
  TOPICLEN: String(LIMITS.TOPIC.value),
  USERLEN: String(LIMITS.USER.value + 1),
  UTF8ONLY: "",
  WHOX: "",
} as const satisfies Record<string, string>;

/** The most tokens that fit a line of 005. */
const TOKENS_PER_LINE = 13;
/** What tokens have room for, beside server name, nick and text. No token is longer. */
const TOKENS_BYTES = roomBehind(`:<server> 005 <nick> :${NUMERICS.RPL_ISUPPORT.text}`);

/** Values that would break a token are written as `\xHH`. */
function escapeValue(value: string): string {
  return value.replace(
    /[ =\\]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

/** The parameters of each 005 line, without nick and text. `more` are tokens of this server, such as NETWORK; they
 * stand in place of the usual ones. */
export function encodeIsupport(more: Readonly<Record<string, string>> = {}): string[][] {
  const tokens = Object.entries<string>({ ...ISUPPORT, ...more }).map(([name, value]) =>
    value === "" ? name : `${name}=${escapeValue(value)}`
  ).sort();
  return linesOf(tokens);
}

/** The lines that tell of a change: the tokens that are new or have another value, and `-NAME` for those that are gone. */
export function isupportChanges(
  before: readonly (readonly string[])[],
  after: readonly (readonly string[])[],
): string[][] {
  const nameOf = (token: string): string => token.split("=", 1)[0] ?? "";
  const old = new Set(before.flat());
  const names = new Set(after.flat().map(nameOf));
  const gone = [...old].map(nameOf).filter((name) => !names.has(name));
  return linesOf([
    ...after.flat().filter((token) => !old.has(token)),
    ...gone.map((name) => `-${name}`),
  ]);
}

function linesOf(tokens: readonly string[]): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  let bytes = 0;
  for (const token of tokens) {
    const size = byteLength(token) + 1;
    if (line.length === TOKENS_PER_LINE || bytes + size > TOKENS_BYTES) {
      lines.push(line);
      line = [];
      bytes = 0;
    }
    line.push(token);
    bytes += size;
  }
  if (line.length > 0) lines.push(line);
  return lines;
}

/** Reads the tokens of one 005 line into a map; `-NAME` takes one back. */
export function decodeIsupport(tokens: readonly string[], into: Map<string, string>): void {
  for (const token of tokens) {
    if (token.startsWith("-")) {
      into.delete(token.slice(1));
      continue;
    }
    const equals = token.indexOf("=");
    const name = equals < 0 ? token : token.slice(0, equals);
    const value = equals < 0 ? "" : token.slice(equals + 1);
    into.set(
      name,
      value.replace(
        /\\x([0-9A-Fa-f]{2})/g,
        (_, hex: string) => String.fromCharCode(Number(`0x${hex}`)),
      ),
    );
  }
}
