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
  readonly summary: string;
}

/** The channel modes of this profile. */
export const CHANNEL_MODES = {
  b: { kind: "A", summary: "ban: who matches may neither join nor speak" },
  e: { kind: "A", summary: "exception: who matches is not banned" },
  I: { kind: "A", summary: "invite exception: who matches needs no invitation" },
  k: { kind: "B", summary: "key: a word that one must know to join" },
  l: { kind: "C", summary: "limit: no more members than this" },
  i: { kind: "D", summary: "invite only" },
  m: { kind: "D", summary: "moderated: only those with a rank speak" },
  n: { kind: "D", summary: "no messages from outside" },
  s: { kind: "D", summary: "secret: only members see it" },
  t: { kind: "D", summary: "only operators change the topic" },
} as const satisfies Record<string, ChannelModeSpec>;

/** A channel mode that is a list. */
export type ListMode = "b" | "e" | "I";
/** A channel mode without a parameter. */
export type FlagMode = "i" | "m" | "n" | "s" | "t";
/** A rank of a member. */
export type RankMode = "o" | "v";
/** A user mode. */
export type UserMode = "i" | "o" | "w";

/** One rank: its mode, its prefix, and the bit that stands for it in a membership, higher for the higher rank. */
export interface RankSpec {
  readonly mode: RankMode;
  readonly prefix: string;
  readonly bit: number;
  readonly summary: string;
}

/** Ranks, highest first. */
export const RANKS: readonly RankSpec[] = [
  { mode: "o", prefix: "@", bit: 2, summary: "operator of the channel" },
  { mode: "v", prefix: "+", bit: 1, summary: "voice: may speak where it is moderated" },
];
/** The bit of {@linkcode RANKS} for an operator. */
export const OPERATOR_BIT = 2;
/** The bit of {@linkcode RANKS} for a voice. */
export const VOICE_BIT = 1;

/** The user modes of this profile. */
export const USER_MODES = {
  i: { summary: "invisible: not listed to those who share no channel" },
  o: { summary: "operator of the server; only OPER sets it" },
  w: { summary: "receives WALLOPS" },
} as const satisfies Record<UserMode, { readonly summary: string }>;

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
  return mode.length === 1 && "imnst".includes(mode);
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
