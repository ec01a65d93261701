/**
 * Figures of the server: STATS.
 *
 * SPEC: "STATS".
 *
 * @module
 */
import { CLIENT_COMMANDS } from "../../protocol/mod.ts";
import type { Privilege } from "../core/privileges.ts";
import { tellBans } from "./bans.ts";
import type { CommandContext, CommandRule } from "./context.ts";
import { isForUs } from "./information.ts";

const SECONDS_PER_DAY = 86_400;

/** A report: who may have it, and its lines. */
interface Report {
  readonly for: "everybody" | "operators" | Privilege;
  readonly tell: (context: CommandContext) => void;
}

/** The reports by their letter. */
const REPORTS: ReadonlyMap<string, Report> = new Map<string, Report>([
  ["d", { for: "ban", tell: (context) => tellBans(context, "address") }],
  ["k", { for: "ban", tell: (context) => tellBans(context, "mask") }],
  ["m", { for: "operators", tell: tellUses }],
  ["u", { for: "everybody", tell: tellUptime }],
]);

/** How often each command has come. */
function tellUses(context: CommandContext): void {
  for (const [i, verb] of CLIENT_COMMANDS.entries()) {
    const count = context.node.uses[i] ?? 0;
    if (count > 0) context.numeric("RPL_STATSCOMMANDS", verb, String(count));
  }
}

/** How long the server is up. */
function tellUptime(context: CommandContext): void {
  const { clock, startedAt } = context.node;
  const seconds = Math.max(0, Math.floor((clock.epoch() - startedAt) / 1000));
  const time = new Date(seconds % SECONDS_PER_DAY * 1000).toISOString().slice(11, 19);
  const days = String(Math.floor(seconds / SECONDS_PER_DAY));
  context.numeric("RPL_STATSUPTIME", days, time.replace(/^0/, ""));
}

/** STATS <letter> [<server>] */
function stats(context: CommandContext): void {
  if (!isForUs(context, 1)) return;
  const [letter = ""] = context.param(0);
  if (letter === "") return context.numeric("ERR_NEEDMOREPARAMS", "STATS");
  const report = REPORTS.get(letter);
  if (report !== undefined) {
    const { operator } = context.user;
    if (report.for !== "everybody") {
      if (operator === null) return context.numeric("ERR_NOPRIVILEGES");
      if (report.for !== "operators" && !operator.privileges.includes(report.for)) {
        return context.numeric("ERR_NOPRIVS", report.for);
      }
    }
    report.tell(context);
  }
  context.numeric("RPL_ENDOFSTATS", letter);
}

/** The rule of this chapter. */
export const statistics = {
  STATS: { stage: "active", cost: 2, run: stats },
} as const satisfies Record<string, CommandRule>;
