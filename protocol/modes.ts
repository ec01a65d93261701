/**
 * User and channel modes as data, and the reading and writing of mode changes.
 *
 * SPEC: "Modes".
 *
 * @module
 */

/** How a channel mode takes its parameter, by the letters of ISUPPORT's CHANMODES. */
export type ChannelModeKind = "A" | "B" | "C" | "D";

/** One channel mode: A is a list, B always has a parameter, C only when it is set, D never. */
export interface ChannelModeSpec {
  readonly kind: ChannelModeKind;
  /** The lowest rank that may change it. */
  readonly setBy: RankMode;
  readonly summary: string;
}

/** The channel modes of this profile. */
export const CHANNEL_MODES = {
  b: { kind: "A", setBy: "h", summary: "ban: who matches may neither join nor speak" },
  e: { kind: "A", setBy: "h", summary: "exception: who matches is not banned" },
  I: { kind: "A", setBy: "h", summary: "invite exception: who matches needs no invitation" },
  k: { kind: "B", setBy: "h", summary: "key: a word that one must know to join" },
  f: { kind: "C", setBy: "o", summary: "forward: who is refused joins that channel instead" },
  H: { kind: "C", setBy: "o", summary: "history: keeps so many messages for so long, 500:7d" },
  l: { kind: "C", setBy: "h", summary: "limit: no more members than this" },
  C: { kind: "D", setBy: "o", summary: "no CTCP but ACTION" },
  i: { kind: "D", setBy: "h", summary: "invite only" },
  J: { kind: "D", setBy: "o", summary: "members read the history from their own joining on" },
  m: { kind: "D", setBy: "h", summary: "moderated: only those with a rank speak" },
  M: { kind: "D", setBy: "o", summary: "only those who are logged in, or have a rank, speak" },
  n: { kind: "D", setBy: "h", summary: "no messages from outside" },
  R: { kind: "D", setBy: "o", summary: "only those who are logged in join" },
  s: { kind: "D", setBy: "o", summary: "secret: only members see it" },
  t: { kind: "D", setBy: "h", summary: "only operators and halfops change the topic" },
  u: { kind: "D", setBy: "o", summary: "auditorium: members without a rank do not see each other" },
  U: {
    kind: "D",
    setBy: "o",
    summary: "what those without a rank say goes to operators and halfops alone",
  },
} as const satisfies Record<string, ChannelModeSpec>;

/** A channel mode that is a list. */
export type ListMode = "b" | "e" | "I";
/** A channel mode without a parameter. */
export type FlagMode = "C" | "i" | "J" | "m" | "M" | "n" | "R" | "s" | "t" | "u" | "U";
/** A rank of a member. */
export type RankMode = "q" | "a" | "o" | "h" | "v";
/** A user mode. */
export type UserMode = "B" | "g" | "i" | "o" | "R" | "T" | "w" | "Z";

/** One rank: its mode, its prefix, and the bit that stands for it in a membership, higher for the higher rank. */
export interface RankSpec {
  readonly mode: RankMode;
  readonly prefix: string;
  readonly bit: number;
  /** The lowest rank that may give and take it. */
  readonly setBy: RankMode;
  readonly summary: string;
}

/** Ranks, highest first. */
export const RANKS: readonly RankSpec[] = [
  { mode: "q", prefix: "~", bit: 16, setBy: "q", summary: "owner of the channel" },
  {
    mode: "a",
    prefix: "&",
    bit: 8,
    setBy: "q",
    summary: "protected: only an owner acts against it",
  },
  { mode: "o", prefix: "@", bit: 4, setBy: "o", summary: "operator of the channel" },
  { mode: "h", prefix: "%", bit: 2, setBy: "o", summary: "half-operator: kicks, bans and lets in" },
  { mode: "v", prefix: "+", bit: 1, setBy: "h", summary: "voice: may speak where it is moderated" },
];
/** The bit of {@linkcode RANKS} for an operator. */
export const OPERATOR_BIT = 4;

/** How high the highest of these ranks is: 0 for none, 1 for a voice, up to 5 for an owner. */
export function levelOfRanks(ranks: number): number {
  return 32 - Math.clz32(ranks);
}

/** How high a rank is. */
export function levelOfRank(mode: RankMode): number {
  return levelOfRanks(rankOf(mode)?.bit ?? 0);
}

/** The user modes of this profile. */
export const USER_MODES = {
  B: { summary: "bot: it is shown to others" },
  g: { summary: "direct messages only from those who are accepted" },
  i: { summary: "invisible: not listed to those who share no channel" },
  o: { summary: "operator of the server; only OPER sets it" },
  R: { summary: "direct messages only from those who are logged in" },
  T: { summary: "no CTCP but ACTION" },
  w: { summary: "receives WALLOPS" },
  Z: { summary: "connected by TLS; only the server sets it" },
} as const satisfies Record<UserMode, { readonly summary: string }>;

/** The modes that users set and unset themselves, and that they may begin with. (UMODE-2) */
const OWN_MODES = "BgiRTw";

/** Whether users set and unset the mode themselves. */
export function isOwnMode(mode: string): mode is UserMode {
  return mode.length === 1 && OWN_MODES.includes(mode);
}

/** One change of one mode. */
export interface ModeChange {
  readonly sign: "+" | "-";
  readonly mode: string;
  readonly param: string | null;
}

/** The letters of all modes of a kind, as ISUPPORT lists them. */
export function channelModesOfKind(kind: ChannelModeKind): string {
  return Object.entries(CHANNEL_MODES).filter(([, spec]) => spec.kind === kind).map(([mode]) =>
    mode
  )
    .join("");
}

/** Whether the letter is a list mode. */
export function isListMode(mode: string): mode is ListMode {
  return mode === "b" || mode === "e" || mode === "I";
}

/** Whether the letter is a channel mode without a parameter. */
export function isFlagMode(mode: string): mode is FlagMode {
  return mode.length === 1 && "CiJmMnRstuU".includes(mode);
}

/** The rank that the letter sets, if it is one. */
export function rankOf(mode: string): RankSpec | undefined {
  return RANKS.find((rank) => rank.mode === mode);
}

/** Whether a change of this channel mode takes a parameter. Unknown modes take none. */
function takesParam(sign: "+" | "-", mode: string): boolean {
  if (rankOf(mode) !== undefined) return true;
  if (!Object.hasOwn(CHANNEL_MODES, mode)) return false;
  const { kind } = CHANNEL_MODES[mode as keyof typeof CHANNEL_MODES];
  return kind === "A" || kind === "B" || (kind === "C" && sign === "+");
}

/**
 * Reads the mode string of a channel and its parameters. A mode whose parameter is missing has `null`: for a list that
 * asks to see it.
 */
export function parseModeChanges(modes: string, params: readonly string[]): ModeChange[] {
  const changes: ModeChange[] = [];
  let sign: "+" | "-" = "+";
  let next = 0;
  for (const mode of modes) {
    if (mode === "+" || mode === "-") sign = mode;
    else {changes.push({
        sign,
        mode,
        param: takesParam(sign, mode) ? params[next++] ?? null : null,
      });}
  }
  return changes;
}

/** Writes changes as MODE's parameters: `["+o-v", "alice", "bob"]`; an empty list gives an empty one. */
export function formatModeChanges(changes: readonly ModeChange[]): string[] {
  let modes = "";
  let sign = "";
  const params: string[] = [];
  for (const change of changes) {
    if (change.sign !== sign) modes += sign = change.sign;
    modes += change.mode;
    if (change.param !== null) params.push(change.param);
  }
  return modes === "" ? [] : [modes, ...params];
}

/** The prefixes of a membership's ranks, highest first; only the highest without multi-prefix. */
export function prefixesOf(ranks: number, multiPrefix: boolean): string {
  if (ranks === 0) return "";
  const prefixes = RANKS.filter(({ bit }) => (ranks & bit) !== 0).map(({ prefix }) => prefix).join(
    "",
  );
  return multiPrefix ? prefixes : prefixes.slice(0, 1);
}
