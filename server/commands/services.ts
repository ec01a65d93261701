/**
 * The way to services: PRIVMSG to their names, NICKSERV, NS, CHANSERV and CS; and what queries tell of them.
 *
 * SPEC: "Services".
 *
 * @module
 */
import type { Awaitable } from "../core/ports.ts";
import { serviceByNick, type ServiceName } from "../core/services.ts";
import { CHANSERV } from "./chanserv.ts";
import type { CommandContext, CommandRule } from "./context.ts";
import { NICKSERV } from "./nickserv.ts";
import { ask, echo, refuseLines, type Service } from "./service.ts";

const SERVICES: Readonly<Record<ServiceName, Service>> = { ChanServ: CHANSERV, NickServ: NICKSERV };

/** The service of a nick. */
export function serviceOf({ node: { state } }: CommandContext, nick: string): Service | undefined {
  const name = serviceByNick(state.names, nick);
  return name === undefined ? undefined : SERVICES[name];
}

/** What was written to a service. */
interface Written {
  readonly verb: string;
  readonly text: string;
  /** The lines of a message that has several. */
  readonly lines?: readonly unknown[] | undefined;
}

/** Hands on what was written to a service: a PRIVMSG, for the rest is never answered. (SERVICE-2) */
export function writeTo(
  context: CommandContext,
  service: Service,
  { verb, text, lines }: Written,
): Awaitable<void> {
  if (lines === undefined) echo(context, verb, service.name, text);
  // A CTCP request is for a program, and here is none.
  if (verb !== "PRIVMSG" || text.startsWith("\x01")) return;
  if (lines !== undefined) return refuseLines(context, service);
  return ask(context, service, text);
}

/** WHOIS of a service. (SERVICE-6) */
export function tellService(context: CommandContext, { name, title }: Service): void {
  const { settings } = context.node;
  context.numeric("RPL_WHOISUSER", name, name, settings.name, "*", title);
  context.numeric("RPL_WHOISSERVER", name, settings.name, settings.description);
  context.numeric("RPL_WHOISSPECIAL", name, "is a service of this server");
}

function command(service: Service): CommandRule {
  return {
    stage: "active",
    arity: 0,
    run: (context) => ask(context, service, context.message.params.join(" ")),
  };
}

/** The rules of this chapter. */
export const services = {
  CHANSERV: command(CHANSERV),
  CS: command(CHANSERV),
  NICKSERV: command(NICKSERV),
  NS: command(NICKSERV),
} as const satisfies Record<string, CommandRule>;
