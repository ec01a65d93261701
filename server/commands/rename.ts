/**
 * A channel gets another name: RENAME.
 *
 * SPEC: "Channels".
 *
 * @module
 */
import { LIMITS, truncate } from "../../protocol/mod.ts";
import type { Channel } from "../core/state.ts";
import { levelIn, OPERATOR_LEVEL, OWNER_LEVEL } from "../core/visibility.ts";
import { namesOf, ownChannel, tellNames, tellTopic } from "./channels.ts";
import { after, CommandContext, type CommandRule } from "./context.ts";
import { renameMarkers, tellMarker } from "./markers.ts";

/** How long a channel keeps a name before it can have another: those who do not know RENAME are sent much for each. */
const RENAME_AGAIN_MS = 60_000;

/** RENAME <channel> <channel> [<reason>] */
function rename(context: CommandContext): Promise<void> | void {
  const { node, user } = context;
  const { state } = node;
  const membership = ownChannel(context, context.param(0));
  if (membership === null) return;
  const { channel } = membership;
  const needed = channel.founder === null ? OPERATOR_LEVEL : OWNER_LEVEL; // REGCHAN-6
  if (levelIn(user, channel) < needed) {
    return context.numeric("ERR_CHANOPRIVSNEEDED", channel.name);
  }
  const asked = context.param(1);
  const name = state.names.channel(asked);
  if (name === null) { // RENAME-3, NAME-7
    const text = `A channel's name ${state.names.channelProblem(asked)}.`;
    return context.failSaying("CANNOT_RENAME", text, channel.name, asked);
  }
  const isSpelling = state.fold(name) === channel.folded;
  const holder = state.channelByName(name);
  if (channel.name === name || (holder !== undefined && holder !== channel)) {
    return context.fail("CHANNEL_NAME_IN_USE", channel.name, name);
  }
  if ([channel.name, name].some((each) => isLobby(context, each))) {
    return context.fail("CANNOT_RENAME", channel.name, name); // RENAME-3
  }
  if (!isSpelling && node.clock.epoch() - channel.renamedAt < RENAME_AGAIN_MS) {
    const text = `${channel.name} was renamed a moment ago. Try again in a minute.`;
    return context.failSaying("CANNOT_RENAME", text, channel.name, name);
  }
  const text = truncate(context.param(2), LIMITS.KICK.value);
  const { source } = user;
  const before = channel.folded;
  const renamed = context.submit({ type: "rename", source, channel: channel.folded, name, text });
  return after(renamed, () => {
    if (isSpelling) return;
    renameMarkers(context, before, channel);
    introduce(context, channel);
  });
}

function isLobby({ node }: CommandContext, name: string): boolean {
  const { lobby } = node.settings;
  return lobby !== null && node.state.fold(lobby) === node.state.fold(name);
}

/** Tells those who do not know RENAME about the channel that they seem to have joined, each as if they had asked. (RENAME-5) */
function introduce({ node, message, cause }: CommandContext, channel: Channel): void {
  const seen = new Map<string, string[]>();
  for (const session of channel.local) {
    if (session.has("draft/channel-rename")) continue;
    const reader = new CommandContext(node, session, message, cause);
    tellTopic(reader, channel);
    tellMarker(reader, channel);
    if (session.has("no-implicit-names")) continue;
    // Members see the same, in as many forms as there are; but in an auditorium each sees others.
    const form = channel.flags.has("u")
      ? `${session.id}`
      : `${session.has("multi-prefix")} ${session.has("userhost-in-names")}`;
    const lines = seen.get(form) ?? namesOf(reader, channel);
    seen.set(form, lines);
    tellNames(reader, channel, lines);
  }
}

/** The rule of a channel's name. */
export const renaming = {
  RENAME: { stage: "active", cost: 5, run: rename },
} as const satisfies Record<string, CommandRule>;
