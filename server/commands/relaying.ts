/**
 * What bridges say for others: RELAYMSG.
 *
 * SPEC: "RELAYMSG"; IRCv3 relaymsg.
 *
 * @module
 */
import { FAILURES, formatSource, isRelayedName, RELAY_SEPARATOR } from "../../protocol/mod.ts";
import { whyReserved } from "../core/services.ts";
import { canSeeChannel, isBanned, levelIn, OPERATOR_LEVEL } from "../core/visibility.ts";
import type { CommandContext, CommandRule } from "./context.ts";
import { sendAs } from "./messages.ts";

/** RELAYMSG <channel> <name> <text> */
function relaymsg(context: CommandContext): void {
  const { user, node: { state } } = context;
  const [name, text] = [context.param(1).normalize("NFC"), context.param(2)];
  const channel = state.channelByName(context.param(0));
  if (channel === undefined || !canSeeChannel(user, channel)) {
    return context.numeric("ERR_NOSUCHCHANNEL", context.param(0));
  }
  if (levelIn(user, channel) < OPERATOR_LEVEL) {
    return context.fail("PRIVS_NEEDED", channel.name); // RELAY-3
  }
  if (text.trim() === "") return context.numeric("ERR_NOTEXTTOSEND");
  const problem = whyNoName(context, name);
  if (problem !== null) return context.failSaying("INVALID_NICK", problem, name);
  const source = formatSource(name, user.username, user.host);
  const speaker = { source, account: null };
  if (isBanned(channel, speaker, true)) return context.fail("BANNED", channel.name, name); // RELAY-4
  sendAs(context, source, channel.name, text);
}

/** Why nobody can be spoken for under the name, as a sentence; `null` if that can be. (RELAY-2) */
function whyNoName({ node: { state: { names } } }: CommandContext, name: string): string | null {
  if (!isRelayedName(name)) return FAILURES.INVALID_NICK.text;
  const parts = name.split(RELAY_SEPARATOR);
  const reserved = [parts.join(""), ...parts].map((part) => whyReserved(names, part));
  return reserved.find((why) => why !== null) ?? null;
}

/** The rule of this chapter. */
export const relaying = {
  RELAYMSG: { stage: "active", run: relaymsg },
} as const satisfies Record<string, CommandRule>;
