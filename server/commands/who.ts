/**
 * Who is here: WHO, plain and with the fields of WHOX.
 *
 * SPEC: "WHO"; IRCv3 whox.
 *
 * @module
 */
import { ISUPPORT, looksLikeChannel, matchMask, prefixesOf } from "../../protocol/mod.ts";
import type { Awaitable } from "../core/ports.ts";
import { EVERYONE } from "../core/readable.ts";
import type { Membership, User } from "../core/state.ts";
import { canSeeChannel, canSeeMember, canSeeUser, mayAddressAll } from "../core/visibility.ts";
import { addressFor, after, type CommandContext, type CommandRule, inSlices } from "./context.ts";

/** Stands for the token where the asker has given none. */
const NO_TOKEN = "0";
const TOKEN_REGEXP = /^\d{1,3}$/;

/** One line of the answer, before it is written. */
interface Row {
  readonly context: CommandContext;
  readonly token: string;
  readonly user: User;
  /** By the channel that is shown, if one is. */
  readonly membership: Membership | null;
}

/** The fields of WHOX by their letter, in the order in which they are sent. */
const FIELDS: Readonly<Record<string, (row: Row) => string>> = {
  t: ({ token }) => token,
  c: ({ membership }) => membership?.channel.name ?? "*",
  u: ({ user }) => user.username,
  i: ({ context, user }) => addressFor(context.user, user),
  h: ({ user }) => user.host,
  s: ({ context }) => context.node.settings.name,
  n: ({ user }) => user.nick,
  f: flagsOf,
  d: () => "0",
  l: ({ context, user }) =>
    String(Math.max(0, Math.floor((context.node.clock.epoch() - user.spokeAt) / 1000))),
  a: ({ user }) => user.account ?? "0",
  o: () => "n/a",
  r: ({ user }) => user.realname,
};

/** Here or gone, operator, ranks, bot. (WHO-3) */
function flagsOf({ context, user, membership }: Row): string {
  const ranks = membership === null
    ? ""
    : prefixesOf(membership.ranks, context.session.has("multi-prefix"));
  return (user.away === null ? "H" : "G") + (user.isOperator ? "*" : "") + ranks +
    (user.modes.has("B") ? ISUPPORT.BOT : "");
}

/** WHO <mask> [o][%<fields>[,<token>]] */
function who(context: CommandContext): Awaitable<void> {
  const mask = context.param(0);
  const [flags = "", extended] = context.param(1).split("%", 2);
  const [letters, token = ""] = extended?.split(",", 2) ?? [];
  const fields = letters === undefined
    ? null
    : Object.entries(FIELDS).filter(([letter]) => letters.includes(letter)).map(([, field]) =>
      field
    );
  const rowToken = TOKEN_REGEXP.test(token) ? token : NO_TOKEN;
  const told = find(context, mask, (user, membership) => {
    if (flags.includes("o") && !user.isOperator) return true;
    if (!context.hasRoom) {
      context.numeric("ERR_TOOMANYMATCHES", "WHO", mask);
      return false;
    }
    const row = { context, token: rowToken, user, membership };
    if (fields === null) tellPlain(row);
    else context.numeric("RPL_WHOSPCRPL", ...fields.map((field) => field(row)));
    return true;
  });
  return after(told, () => context.numeric("RPL_ENDOFWHO", mask));
}

function tellPlain(row: Row): void {
  const { context, user, membership } = row;
  context.numeric(
    "RPL_WHOREPLY",
    membership?.channel.name ?? "*",
    user.username,
    user.host,
    context.node.settings.name,
    user.nick,
    flagsOf(row),
    `0 ${user.realname}`,
  );
}

/**
 * The users whom the mask finds and the asker may see, each with the channel to show. (WHO-2, SEE-1)
 *
 * @param tell Whether there is room for more.
 */
function find(
  context: CommandContext,
  mask: string,
  tell: (user: User, membership: Membership | null) => boolean,
): Awaitable<void> {
  const { user: viewer, node: { settings, state } } = context;
  if (looksLikeChannel(mask)) {
    const channel = state.channelByName(mask);
    if (channel === undefined || !canSeeChannel(viewer, channel)) return;
    return inSlices(context, channel.members.values(), (membership) => {
      const { user } = membership;
      return !canSeeMember(viewer, channel, user) || tell(user, membership);
    });
  }
  if (mask === EVERYONE) { // WHO-7
    if (!mayAddressAll(viewer, settings.broadcast)) return;
    return inSlices(
      context,
      state.users.values(),
      (user) => tell(user, commonChannel(viewer, user)),
    );
  }
  const exact = state.userByNick(mask);
  if (exact !== undefined) return void tell(exact, commonChannel(viewer, exact));
  return inSlices(context, state.users.values(), (user) => {
    const isFound = canSeeUser(viewer, user) && matchesWho(mask, user, viewer);
    return !isFound || tell(user, commonChannel(viewer, user));
  });
}

/** Whether a glob finds the user. By the address only for operators: trying masks must not find it out. */
function matchesWho(mask: string, user: User, viewer: User): boolean {
  return mask === "*" || mask === "0" || matchMask(mask, user.nick) ||
    matchMask(mask, user.source) || matchMask(mask, user.username) ||
    matchMask(mask, user.host) || matchMask(mask, user.realname) ||
    (viewer.isOperator && matchMask(mask, user.address));
}

/** A channel that the viewer may know the user to be in: one of their own first. */
function commonChannel(viewer: User, user: User): Membership | null {
  for (const [folded, membership] of user.channels) {
    if (viewer.channels.has(folded) && canSeeMember(viewer, membership.channel, user)) {
      return membership;
    }
  }
  for (const membership of user.channels.values()) {
    if (canSeeMember(viewer, membership.channel, user)) return membership;
  }
  return null;
}

/** The rule of this chapter. */
export const searching = {
  WHO: { stage: "active", cost: 2, run: who },
} as const satisfies Record<string, CommandRule>;
