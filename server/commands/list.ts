/**
 * Which channels there are: LIST, with the conditions of ELIST.
 *
 * SPEC: "LIST".
 *
 * @module
 */
import { type Folded, LIMITS, matchMask, parseNumber } from "../../protocol/mod.ts";
import type { Awaitable } from "../core/ports.ts";
import type { Channel } from "../core/state.ts";
import { canSeeChannel, canSeeMember } from "../core/visibility.ts";
import { splitTargets } from "./channels.ts";
import { after, type CommandContext, type CommandRule, inSlices } from "./context.ts";

const MS_PER_MINUTE = 60_000;
// [C|T]<n or [C|T]>n
const CONDITION_REGEXP = /^([CT]?)([<>])(\d+)$/i;
const GLOB_REGEXP = /[*?]/;

/** What conditions look at. */
interface Listed {
  readonly channel: Channel;
  /** The members whom the asker is shown: more would tell of those who hide. */
  readonly users: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

type Condition = (listed: Listed) => boolean;

/** What is asked for: some of these channels, by name or mask, for which every condition holds. */
interface Query {
  readonly names: readonly string[];
  readonly masks: readonly string[];
  readonly conditions: readonly Condition[];
  /** The first item that there were too many before. */
  readonly left: string | undefined;
}

/** The condition of ELIST that the item is, if it is one. */
function conditionOf(item: string): Condition | null {
  if (item.startsWith("!")) {
    const mask = item.slice(1);
    return ({ channel }) => !matchMask(mask, channel.name);
  }
  const [, of = "", sign, digits = ""] = CONDITION_REGEXP.exec(item) ?? [];
  if (sign === undefined) return null;
  const bound = parseNumber(digits, 0, 999_999_999);
  if (bound === null) return null;
  const compare = (value: number): boolean => sign === "<" ? value < bound : value > bound;
  const minutes = (now: number, then: number): boolean => compare((now - then) / MS_PER_MINUTE);
  switch (of.toUpperCase()) {
    case "C":
      return ({ channel, now }) => minutes(now, channel.createdAt);
    case "T":
      return ({ channel: { topic }, now }) => topic !== null && minutes(now, topic.at);
    default:
      return ({ users }) => compare(users);
  }
}

/** Reads both parameters: names in the first, masks and conditions in either. */
function readQuery(context: CommandContext): Query {
  const names: string[] = [];
  const masks: string[] = [];
  const conditions: Condition[] = [];
  let left: string | undefined;
  const named = splitTargets(context, context.param(0));
  const others = splitTargets(context, context.param(1));
  for (const [i, item] of [...named, ...others].entries()) {
    const condition = conditionOf(item);
    if (condition === null && !GLOB_REGEXP.test(item)) {
      if (i < named.length) names.push(item);
    } else if (masks.length + conditions.length >= LIMITS.LIST_CONDITIONS.value) {
      left = item;
      break;
    } else if (condition === null) masks.push(item);
    else conditions.push(condition);
  }
  return { names, masks, conditions, left };
}

/** The channels to be looked at: those that are named, if there is no mask; else all. */
function candidates(
  { node: { state } }: CommandContext,
  { names, masks }: Query,
): Iterable<Channel> {
  if (masks.length > 0 || names.length === 0) return state.channels.values();
  return names.flatMap((name) => state.channelByName(name) ?? []);
}

/** Whether a channel is named, or a mask finds it; each is where there is neither. */
function isFound({ folded, name }: Channel, named: ReadonlySet<Folded>, { masks }: Query): boolean {
  return masks.length === 0 || named.has(folded) || masks.some((mask) => matchMask(mask, name));
}

/** LIST [<channel or condition>{,<channel or condition>}] [<condition>{,<condition>}] */
function list(context: CommandContext): Awaitable<void> {
  const { user: viewer, node } = context;
  const query = readQuery(context);
  const named = new Set(query.names.map((name) => node.state.fold(name)));
  const now = node.clock.epoch();
  context.numeric("RPL_LISTSTART", "Channel");
  const told = inSlices(context, candidates(context, query), (channel) => {
    if (!isFound(channel, named, query) || !canSeeChannel(viewer, channel)) return;
    let users = 0;
    for (const { user } of channel.members.values()) {
      if (canSeeMember(viewer, channel, user)) users++;
    }
    if (!query.conditions.every((holds) => holds({ channel, users, now }))) return;
    if (!context.hasRoom) {
      context.numeric("ERR_TOOMANYMATCHES", "LIST", "*");
      return false;
    }
    context.numeric("RPL_LIST", channel.name, String(users), channel.topic?.text ?? "");
  });
  return after(told, () => {
    if (query.left !== undefined) context.numeric("ERR_TOOMANYTARGETS", query.left);
    context.numeric("RPL_LISTEND");
  });
}

/** The rule of this chapter. */
export const listing = {
  LIST: { stage: "active", cost: 2, run: list },
} as const satisfies Record<string, CommandRule>;
