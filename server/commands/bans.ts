/**
 * Bans from the server: KLINE DLINE UNKLINE UNDLINE.
 *
 * SPEC: "Operators".
 *
 * @module
 */
import {
  byteLength,
  LIMITS,
  type NumericName,
  parseDuration,
  truncate,
} from "../../protocol/mod.ts";
import { parseAddress } from "../core/address.ts";
import { Ban, type BanKind, type BanTerms, readBanTarget } from "../core/bans.ts";
import { after, type CommandContext, type CommandRule, type Node } from "./context.ts";
import type { Awaitable } from "../core/ports.ts";

/** What a ban is set for if nobody says why. */
const NO_REASON = "No reason given";

/** How STATS names the kinds, and the numeric of each. */
const LISTS: Readonly<Record<BanKind, readonly [letter: string, NumericName]>> = {
  mask: ["k", "RPL_STATSKLINE"],
  address: ["d", "RPL_STATSDLINE"],
};

/** The bans of a kind that are in force: what STATS tells of them. */
export function tellBans(context: CommandContext, kind: BanKind): void {
  const { state, clock } = context.node;
  const [, numeric] = LISTS[kind];
  const seconds = (epoch: number | null): string =>
    epoch === null ? "0" : String(Math.floor(epoch / 1000));
  for (const { target, setAt, until, by, reason } of state.bans.inForce(kind, clock.epoch())) {
    context.numeric(numeric, target, seconds(setAt), seconds(until), by, reason);
  }
}

/** The list that a command without a target asks for. */
function listBans(context: CommandContext, kind: BanKind): void {
  tellBans(context, kind);
  context.numeric("RPL_ENDOFSTATS", LISTS[kind][0]);
}

/** KLINE and DLINE [[<duration>] <target> [<reason>]] */
function ban(context: CommandContext, kind: BanKind): Awaitable<void> {
  const { node, user, message } = context;
  const params = [...message.params];
  const duration = parseDuration(params[0] ?? "");
  if (duration !== null) params.shift();
  else if (params.length === 0) return listBans(context, kind);
  const [given, ...words] = params;
  if (given === undefined) return context.numeric("ERR_NEEDMOREPARAMS", message.command);
  if (Number.isNaN(duration)) return context.fail("INVALID_DURATION");
  const target = readBanTarget(kind, given);
  if (target === null || byteLength(target) > LIMITS.MASK.value) {
    return context.fail("INVALID_MASK", given);
  }
  const now = node.clock.epoch();
  const terms: BanTerms = {
    kind,
    target,
    reason: truncate(words.join(" ").trim(), LIMITS.QUIT.value) || NO_REASON,
    by: user.operator?.name ?? "*",
    until: duration === null ? null : now + duration,
  };
  const fresh = new Ban(terms, now);
  if (fresh.meets(user, parseAddress(user.address))) { // BAN-4
    return context.failSaying("INVALID_MASK", "That would ban you yourself.", given);
  }
  const { bans } = node.state;
  const count = [...bans.inForce("mask", now), ...bans.inForce("address", now)].length;
  if (count >= LIMITS.BANS.value && bans.get(kind, target, now) === undefined) {
    return context.fail("BANS_FULL", given);
  }
  return after(context.submit({ type: "ban", ...terms }), () => {
    const ended = enforce(node, fresh);
    node.log.info("ban", {
      session: context.session.id,
      by: user.nick,
      target,
      reason: terms.reason,
      until: terms.until === null ? null : new Date(terms.until).toISOString(),
      ended,
    });
    const time = terms.until === null ? "for ever" : `until ${new Date(terms.until).toISOString()}`;
    context.failSaying(
      "BAN_SET",
      `${target} is banned ${time}. Connections that were ended: ${ended}.`,
      target,
    );
  });
}

/**
 * Ends those sessions of this node whom a ban meets, and the stay of users without one; tells how many connections they
 * are. A device is met by where it is, or by what its user is shown as. (DEVICE-6)
 */
function enforce({ state, supervisor }: Node, ban: Ban): number {
  const met = [...state.sessions].filter(({ closeReason, user, peer }) => {
    if (closeReason !== null) return false;
    const subject = { username: user?.username ?? null, ...peer };
    if (ban.meets(subject, parseAddress(peer.address))) return true;
    return user !== null && ban.kind === "mask" && ban.meets(user, parseAddress(peer.address));
  });
  const reason = { kind: "banned", text: ban.reason } as const;
  for (const session of met) supervisor.drop(session, reason);
  for (const user of [...state.users.values()]) {
    if (user.absence === null || !ban.meets(user, parseAddress(user.address))) continue;
    supervisor.endAbsence(user, reason);
  }
  return met.length;
}

/** UNKLINE and UNDLINE <target> */
function unban(context: CommandContext, kind: BanKind): Awaitable<void> {
  const { node, user } = context;
  const given = context.param(0);
  const target = readBanTarget(kind, given);
  const found = target === null ? undefined : node.state.bans.get(kind, target, node.clock.epoch());
  if (found === undefined) return context.fail("NO_SUCH_BAN", given);
  return after(context.submit({ type: "unban", kind, target: found.target }), () => {
    node.log.info("unban", { session: context.session.id, by: user.nick, target: found.target });
    context.failSaying("BAN_LIFTED", `${found.target} is banned no more.`, found.target);
  });
}

/** The rules of these commands. */
export const bans = {
  DLINE: { stage: "active", arity: 0, operator: "ban", run: (context) => ban(context, "address") },
  KLINE: { stage: "active", arity: 0, operator: "ban", run: (context) => ban(context, "mask") },
  UNDLINE: { stage: "active", operator: "ban", run: (context) => unban(context, "address") },
  UNKLINE: { stage: "active", operator: "ban", run: (context) => unban(context, "mask") },
} as const satisfies Record<string, CommandRule>;
