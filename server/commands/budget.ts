/**
 * What one user may do to many, or to somebody who has not asked for it, without saying anything: each such thing has a
 * budget of its own, far below that of lines.
 *
 * SPEC: "Limits".
 *
 * @module
 */
import { levelOfRanks } from "../../protocol/mod.ts";
import { TokenBucket } from "../core/flood.ts";
import type { Channel } from "../core/state.ts";
import { HALFOP_LEVEL } from "../core/visibility.ts";
import type { CommandContext } from "./context.ts";

/** What has a budget. */
export type Stir = "account" | "away" | "invite" | "name" | "nick" | "return" | "topic";

/** How many at once, and how many a second for long. */
const BURST = 5;
const PER_SECOND = 0.1;

/**
 * The seconds that the user has to wait before it may do so again; 0 where it need not, and then it is charged. All its
 * devices have one budget, operators of the server none. (LIMIT-4)
 */
export function secondsToWait({ node, user }: CommandContext, what: Stir): number {
  if (node.settings.floodRate === 0 || user.isOperator) return 0;
  const now = node.clock.now();
  user.budgets ??= new Map();
  let bucket = user.budgets.get(what);
  if (bucket === undefined) {
    bucket = new TokenBucket(PER_SECOND, now, BURST - 1); // the last one may be owed
    user.budgets.set(what, bucket);
  }
  const wait = bucket.waitMs(now);
  if (wait === 0) bucket.spend(1);
  return Math.ceil(wait / 1000);
}

/** Whether the user may do so now; otherwise says how long it has to wait. (LIMIT-4) */
export function mayStir(context: CommandContext, what: Stir, ...about: readonly string[]): boolean {
  const seconds = secondsToWait(context, what);
  if (seconds === 0) return true;
  context.failSaying("RATE_LIMITED", tooFast(seconds), ...about, String(seconds));
  return false;
}

/** How many lines a channel may cause at once, and a second for long, by which members come into sight or go out of it. */
const SIGHT_BURST = 20_000;
const SIGHTS_PER_SECOND = 1000;

/** The seconds until a change of modes may bring so many lines of that kind; 0 where it may now, and is charged. (CMODE-8) */
export function secondsToSight({ node }: CommandContext, channel: Channel, lines: number): number {
  if (node.settings.floodRate === 0) return 0;
  const now = node.clock.now();
  channel.sights ??= new TokenBucket(SIGHTS_PER_SECOND, now, SIGHT_BURST);
  const wait = channel.sights.waitMs(now);
  if (wait === 0) channel.sights.spend(lines);
  return Math.ceil(wait / 1000);
}

/** The lines by which a member is told of others, and others of no more, where it gets these ranks in place of those. */
export function sightsOf(channel: Channel, before: number, after: number): number {
  const seesAll = (ranks: number): boolean => levelOfRanks(ranks) >= HALFOP_LEVEL;
  return channel.flags.has("u") && seesAll(before) !== seesAll(after) ? channel.members.size : 0;
}

/** In words. */
export function tooFast(seconds: number): string {
  return `You are doing that too often. Try again in ${seconds} ${
    seconds === 1 ? "second" : "seconds"
  }.`;
}
