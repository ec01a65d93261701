/**
 * Watching nicknames: MONITOR.
 *
 * SPEC: "MONITOR"; IRCv3 monitor.
 *
 * @module
 */
import { LIMITS, roomBehind } from "../../protocol/mod.ts";
import type { User } from "../core/state.ts";
import { splitTargets } from "./channels.ts";
import { type CommandContext, type CommandRule, packWords } from "./context.ts";
import { tellWatched } from "./metadata_sync.ts";

/** What a list of nicks or sources has room for. */
const LIST_BYTES = roomBehind(":<server> 730 <nick> :");
/** What a list that is no last parameter has room for. */
const MIDDLE_BYTES = 100;

/** MONITOR +|-|C|L|S [<nick>{,<nick>}] */
function monitor(context: CommandContext): void {
  const { session, node } = context;
  const subcommand = context.param(0).toUpperCase();
  switch (subcommand) {
    case "+":
    case "-": {
      const targets = splitTargets(context, context.param(1));
      if (targets.length === 0) return context.numeric("ERR_NEEDMOREPARAMS", "MONITOR");
      if (subcommand === "+") return watch(context, targets);
      for (const target of targets) node.state.watches.remove(session, node.state.fold(target));
      return;
    }
    case "C":
      return node.state.watches.clear(session);
    case "L":
      for (const line of packWords(session.watched.values(), LIST_BYTES, ",")) {
        context.numeric("RPL_MONLIST", line);
      }
      return context.numeric("RPL_ENDOFMONLIST");
    case "S":
      return tellStatus(context, session.watched.values());
    default:
      return context.fail("INVALID_SUBCOMMAND", context.param(0));
  }
}

/** Adds to the list what it has room for, and tells of each new one whether somebody has it. */
function watch(context: CommandContext, targets: readonly string[]): void {
  const { session, node } = context;
  const { state } = node;
  const invalid = targets.filter((target) => state.names.nick(target) === null);
  const wanted = targets.filter((target) =>
    state.names.nick(target) !== null && !session.watched.has(state.fold(target))
  );
  const room = LIMITS.MONITOR.value - session.watched.size;
  const added = wanted.slice(0, room);
  for (const nick of added) state.watches.add(session, state.fold(nick), nick);
  tellStatus(context, added);
  for (const line of packWords(wanted.slice(room), MIDDLE_BYTES, ",")) {
    context.numeric("ERR_MONLISTFULL", String(LIMITS.MONITOR.value), line);
  }
  for (const target of invalid) context.numeric("ERR_ERRONEUSNICKNAME", target); // MONITOR-2
}

function tellStatus(context: CommandContext, nicks: Iterable<string>): void {
  const { state } = context.node;
  const online: User[] = [];
  const offline: string[] = [];
  for (const nick of nicks) {
    const user = state.userByNick(nick);
    if (user === undefined) offline.push(nick);
    else online.push(user);
  }
  const sources = online.map(({ source }) => source);
  for (const line of packWords(sources, LIST_BYTES, ",")) context.numeric("RPL_MONONLINE", line);
  for (const line of packWords(offline, LIST_BYTES, ",")) context.numeric("RPL_MONOFFLINE", line);
  tellWatched(context, online);
}

/** The rules of this chapter. */
export const monitoring = {
  MONITOR: { stage: "active", run: monitor },
} as const satisfies Record<string, CommandRule>;
