/**
 * Connections that come through somebody else: WEBIRC, and what it has in common with the header of a proxy.
 *
 * SPEC: "Connection"; IRCv3 webirc.
 *
 * @module
 */
import { formatAddress, isInRange, parseAddress } from "../core/address.ts";
import type { Awaitable } from "../core/ports.ts";
import type { Session } from "../core/state.ts";
import { after, type CommandContext, type CommandRule, type Node } from "./context.ts";
import { parseNumber } from "../../protocol/mod.ts";

/** Whether who comes from this address may say for whom he speaks. */
export function isTrustedProxy({ settings }: Node, address: string): boolean {
  if (settings.trustedProxies.length === 0) return false;
  const parsed = parseAddress(address);
  return parsed !== null && settings.trustedProxies.some((range) => isInRange(parsed, range));
}

/**
 * Takes it from a trusted proxy from where a session comes. Bans are looked at again.
 *
 * @param address In its one form.
 * @param by Who says so, for the log.
 */
export function identify(
  node: Node,
  session: Session,
  address: string,
  port: number,
  by: string,
): Awaitable<void> {
  return after(node.hostOf(address), (host) => {
    if (session.closeReason !== null || session.user !== null) return;
    node.log.info("proxied", { session: session.id, ip: address, port, by });
    session.peer = { address, port, host };
    const ban = node.state.bans.find({ username: null, ...session.peer }, node.clock.epoch());
    if (ban !== undefined) node.supervisor.end(session, { kind: "banned", text: ban.reason });
  });
}

/** Without its options. */
const LEAST_PARAMS = 4;

/** WEBIRC <password> <gateway> <hostname> <ip> [<option>{ <option>}] */
function webirc(context: CommandContext): Awaitable<void> {
  const { node, session } = context;
  const stored = node.settings.webircPassword;
  const [password = "", gateway = "", , ip = "", ...options] = context.message.params;
  const refuse = (text: string): void => {
    const { id, peer } = session;
    node.log.warn("refused", { session: id, ip: peer.address, reason: `WEBIRC: ${text}` });
    node.supervisor.end(session, { kind: "refused", text });
  };
  // Who is not spoken for would come in as the gateway. (WEBIRC-2)
  if (session.commands > 1) return refuse("WEBIRC must be the first command");
  if (context.message.params.length < LEAST_PARAMS) {
    context.numeric("ERR_NEEDMOREPARAMS", "WEBIRC");
    return refuse("WEBIRC needs a password, a gateway, a host name and an address");
  }
  if (stored === null || !isTrustedProxy(node, session.peer.address)) {
    return refuse("You are not a trusted WebIRC gateway");
  }
  const address = parseAddress(ip);
  if (address === null) return refuse("Invalid WebIRC address");
  const given = /(?:^| )remote-port=(\S+)/.exec(options.join(" "))?.[1] ?? "";
  const port = parseNumber(given, 0, 65_535) ?? 0;
  return after(node.passwords.verify(password, stored), (verdict) => {
    if (session.closeReason !== null) return;
    if (verdict === "busy") return refuse("The server is busy. Try again in a minute.");
    if (verdict === "wrong") return refuse("Invalid WebIRC password");
    return identify(node, session, formatAddress(address), port, gateway);
  });
}

/** The rules of this chapter. */
export const gateways = {
  WEBIRC: { stage: "registering", arity: 0, run: webirc },
} as const satisfies Record<string, CommandRule>;
