/**
 * What was said before, for clients that know it from ZNC: they write to `*playback`.
 *
 * SPEC: "Playback".
 *
 * @module
 */
import { LIMITS, parseDecimal } from "../../protocol/mod.ts";
import {
  isOwn,
  type Playing,
  type Readable,
  readableChannel,
  readableChannels,
} from "../core/readable.ts";
import type { Channel } from "../core/state.ts";
import { StoreError } from "../core/store_error.ts";
import { splitTargets } from "./channels.ts";
import type { CommandContext } from "./context.ts";
import { moveMarker, upTo } from "./markers.ts";
import { ENTRIES_PER_TOKEN, isText, piecesOf, tellPieces, under } from "./playback.ts";
import { directs, findReadable, readTargets } from "./readables.ts";

/** Whom clients write to. Nobody can have such a nick. */
const PLAYBACK = "*playback";

/** For how long a PLAY counts for channels that are joined after it. */
const FOLLOWING_MS = 30_000;

/** The latest second that a `from` or a `to` may name. */
const MOST_SECONDS = 99_999_999_999;

const HELP = [
  "PLAY <channels and nicks with commas, or *> [<from> [<to>]] tells what was said there.",
  "LIST tells where something was said, and from when to when. CLEAR <…> marks it as read.",
  "Times are seconds since 1970, with a fraction or without.",
];

/** Whether a text to this target is for `*playback`, whoever writes it. (PLAY-1) */
export function isForPlayback(target: string): boolean {
  return target.startsWith("*") && target.toLowerCase() === PLAYBACK;
}

/** Handles what was written to `*playback`. */
export function playback(context: CommandContext, text: string): void {
  const [verb = "", ...words] = text.split(" ").filter((word) => word !== "");
  try {
    switch (verb.toUpperCase()) {
      case "PLAY":
        return play(context, words);
      case "LIST":
        return list(context);
      case "CLEAR":
        return clear(context, words);
    }
    explain(context);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    say(context, "This cannot be read now. Try again later.");
  }
}

function say(context: CommandContext, text: string): void {
  const source = `${PLAYBACK}!playback@${context.node.settings.name}`;
  context.lineFrom(source, "PRIVMSG", context.session.target, text);
}

function explain(context: CommandContext): void {
  for (const line of HELP) say(context, line);
}

/** Seconds since the epoch, as milliseconds. */
function readSeconds(text: string): number | null {
  const seconds = parseDecimal(text, 0, MOST_SECONDS);
  return seconds === null ? null : Math.floor(seconds * 1000);
}

/** PLAY <names or *> [<from> [<to>]] (PLAY-2) */
function play(context: CommandContext, [list = "", from = "0", to]: readonly string[]): void {
  const { node, session, user } = context;
  const start = readSeconds(from);
  const end = readSeconds(to ?? "0");
  if (list === "" || start === null || end === null) return explain(context);
  const asked = {
    after: start === 0 ? null : start,
    before: end === 0 ? null : end + 1, // that instant too
  };
  const names = list === "*" ? null : splitTargets(context, list).slice(0, LIMITS.CHANNELS.value);
  session.playing = {
    ...asked,
    names: names === null ? null : new Set(names.map((name) => node.state.fold(name))),
    until: node.clock.epoch() + FOLLOWING_MS,
  };
  const readables = names === null
    ? [
      ...readableChannels(user),
      ...directs(context).map(({ readable }) => readable),
    ]
    : names.map((name) => findReadable(context, name)).filter((found) => found !== null);
  for (const [index, readable] of readables.entries()) {
    if (!context.hasRoom) return;
    tellPlayed(context, readable, asked, context.roomBytes / (readables.length - index));
  }
}

/**
 * Plays a channel that was joined after a PLAY that has asked for it. (PLAY-3)
 *
 * @returns Whether there was such a PLAY.
 */
export function playJoined(context: CommandContext, channel: Channel): boolean {
  const { node, session, user } = context;
  const { playing } = session;
  const membership = channel.members.get(user.id);
  if (playing === null || membership === undefined) return false;
  if (playing.until < node.clock.epoch()) session.playing = null;
  if (session.playing === null || playing.names?.has(channel.folded) === false) return false;
  try {
    tellPlayed(context, readableChannel(membership), playing, context.roomBytes / 2);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
  return true;
}

/** Tells the messages of one conversation; of those there is no room for, the oldest are left out. */
function tellPlayed(
  context: CommandContext,
  { conversation, name, since, level }: Readable,
  { after, before }: Pick<Playing, "after" | "before">,
  room: number,
): void {
  const { node, session, user } = context;
  const entries = node.store.history.read({
    conversation,
    since,
    level,
    withEvents: false,
    from: "newest",
    limit: node.settings.playback,
    ...after === null ? {} : { after: { at: after } },
    ...before === null ? {} : { before: { at: before } },
  });
  if (entries === "unknown-reference") return;
  // Without the echo of what one says a client takes it for somebody else's.
  const isShown = conversation.kind !== "direct" || session.has("echo-message");
  const told = entries.filter((entry) =>
    isText(entry) && (isShown || !isOwn(node.state, user, entry))
  );
  session.bucket.spend(told.length / ENTRIES_PER_TOKEN);
  const isStamped = !session.has("server-time");
  const pieces = piecesOf(context, under(name, told), { keep: "newest", room, isStamped });
  if (pieces.length === 0) return;
  context.batch("znc.in/playback", [name], () => tellPieces(context, pieces));
}

/** LIST: where something was said, and from when to when. (PLAY-4) */
function list(context: CommandContext): void {
  const { history } = context.node.store;
  for (const { readable, at } of readTargets(context)) {
    if (!context.hasRoom) return;
    const { conversation, since, level } = readable;
    const range = { conversation, since, level, withEvents: false, limit: 1 };
    const oldest = history.read({ ...range, from: "oldest" });
    const first = oldest === "unknown-reference" ? undefined : oldest[0];
    if (first !== undefined) say(context, `${readable.name} ${seconds(first.at)} ${seconds(at)}`);
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** CLEAR <names or *>: nothing is taken from anybody; it is read. (PLAY-5) */
function clear(context: CommandContext, [list = ""]: readonly string[]): void {
  if (list === "") return explain(context);
  const readables = list === "*"
    ? readTargets(context).map(({ readable }) => readable)
    : splitTargets(context, list).slice(0, LIMITS.CHANNELS.value)
      .map((name) => findReadable(context, name)).filter((found) => found !== null);
  for (const readable of readables) {
    moveMarker(context, readable, upTo(context, readable, Infinity));
  }
  say(context, `Marked as read: ${readables.length}. History itself stays as it is.`);
}
