/**
 * What people have missed, told to those who cannot ask for it: the last lines of a channel that they join, and direct
 * messages from while they were away.
 *
 * SPEC: "Replay".
 *
 * @module
 */
import { type HistoryEntry, identityOf } from "../core/history.ts";
import { isOwn, type Readable, readableChannel } from "../core/readable.ts";
import type { Channel } from "../core/state.ts";
import { StoreError } from "../core/store_error.ts";
import type { CommandContext } from "./context.ts";
import { markerOf } from "./markers.ts";
import { isText, piecesOf, tellPieces, under } from "./playback.ts";
import { directs } from "./readables.ts";

/** Whether the session is told unasked what was said before. (REPLAY-1) */
function isReplayedTo({ node, session, user }: CommandContext): boolean {
  return node.settings.replay > 0 && !session.has("draft/chathistory") &&
    !session.has("znc.in/playback") && !user.modes.has("B");
}

/**
 * Tells a session that has just joined what was said last, as far as its user has not seen it. (REPLAY-2)
 *
 * @param absentSince When the last session of the user has gone that was there before. (DEVICE-2)
 */
export function replayChannel(
  context: CommandContext,
  channel: Channel,
  absentSince: number | null,
): void {
  const membership = channel.members.get(context.user.id);
  if (membership === undefined || !isReplayedTo(context)) return;
  const leftAt = absentSince ?? context.user.left.get(channel.folded) ?? null;
  attempt(() => replay(context, readableChannel(membership), leftAt));
}

/** Tells a session whose user is logged in the direct messages that nobody has read. (REPLAY-5) */
export function replayMissed(context: CommandContext): void {
  const { node, user } = context;
  if (user.account === null) return;
  attempt(() => {
    const { markers } = node.store;
    const identity = identityOf(node.state, user);
    const leftAt = markers.leftAt(identity) ?? 0;
    // If the process dies, this is the last that is known.
    markers.leave(identity, node.state.times.upTo([identity], Infinity, node.clock.epoch()));
    if (!isReplayedTo(context)) return;
    for (const { readable, at } of directs(context)) {
      const seenAt = Math.max(leftAt, markerOf(context, readable) ?? 0);
      if (at > seenAt) {
        replay(context, readable, seenAt, (entry) => !isOwn(node.state, user, entry));
      }
    }
  });
}

/** Tells the last entries of a conversation, after an instant if one is given. */
function replay(
  context: CommandContext,
  { conversation, name, since, level }: Readable,
  after: number | null,
  isWanted: (entry: HistoryEntry) => boolean = () => true,
): void {
  const { node, session } = context;
  const { replay: limit } = node.settings;
  const entries = node.store.history.read({
    conversation,
    since,
    level,
    withEvents: false,
    from: "newest",
    limit,
    ...after === null ? {} : { after: { at: after } },
  });
  if (entries === "unknown-reference") return;
  const told = entries.filter((entry) => isText(entry) && isWanted(entry));
  const pieces = piecesOf(context, under(name, told), {
    keep: "newest",
    lines: limit,
    isStamped: !session.has("server-time"),
  });
  if (pieces.length === 0) return;
  context.batch("chathistory", [name], () => tellPieces(context, pieces)); // REPLAY-3
}

/** What nobody has asked for may be left out. */
function attempt(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}
