/**
 * Facts that change shared state, as plain data: the same for facts from here and from other nodes. Users are named by id,
 * channels by folded name; `source` is what those concerned are shown as the message's origin.
 *
 * @module
 */
import type { Folded, ModeChange, MultilineLine, UserMode } from "../../protocol/mod.ts";
import type { BanKind, BanTerms } from "./bans.ts";
import type { Cause } from "./close_reason.ts";
import type { OperatorGrant } from "./privileges.ts";
import type { ChannelRecord } from "./registered.ts";

/** A user's identity on the network. */
export type UserId = string;

/** What every fact tells. */
interface Fact {
  /** When: milliseconds since the epoch. Where something has happened there at this time already, the network makes it later. */
  readonly at: number;
  /** The id of the labelled command that asked for it; ties its lines to that command's reply. */
  readonly cause?: string | undefined;
  /**
   * The `msgid` of the line that tells of it, and of what is kept of it. The network gives one to what has none, but not to a
   * message, which brings its own.
   */
  readonly id?: string | undefined;
}

/** A user has come. */
export interface ConnectEvent extends Fact {
  readonly type: "connect";
  readonly user: UserId;
  readonly nick: string;
  readonly username: string;
  readonly host: string;
  /** The real address; operators see it. */
  readonly address: string;
  readonly realname: string;
  /** The account that the user is logged in to. */
  readonly account?: string | null;
  /** The modes that it begins with; none unless said. */
  readonly modes?: readonly UserMode[];
  /** When the user has said something last, if it was here before: milliseconds since the epoch. */
  readonly spokeAt?: number;
}

/** A user has gone. */
export interface QuitEvent extends Fact {
  readonly type: "quit";
  readonly user: UserId;
  readonly text: string;
  readonly reason: Cause;
}

/** A user has another nick. */
export interface NickEvent extends Fact {
  readonly type: "nick";
  readonly user: UserId;
  readonly nick: string;
}

/** A user is in a channel. */
export interface JoinEvent extends Fact {
  readonly type: "join";
  readonly user: UserId;
  /** As the joiner wrote it; the first to join gives a channel its spelling. */
  readonly channel: string;
  /** The ranks that the member begins with: bits of RANKS. */
  readonly ranks: number;
}

/** A user has left a channel. */
export interface PartEvent extends Fact {
  readonly type: "part";
  readonly user: UserId;
  readonly channel: Folded;
  readonly text: string | null;
}

/** A user was put out of a channel. */
export interface KickEvent extends Fact {
  readonly type: "kick";
  readonly source: string;
  readonly user: UserId;
  readonly channel: Folded;
  readonly text: string;
}

/** A channel has another topic; an empty one is none. */
export interface TopicEvent extends Fact {
  readonly type: "topic";
  readonly source: string;
  readonly channel: Folded;
  readonly text: string;
}

/** A change of a channel's modes that is known to be possible. For a rank, `user` is who gets it. */
export interface ChannelModeChange extends ModeChange {
  readonly user?: UserId;
}

/** A channel's modes have changed. */
export interface ChannelModesEvent extends Fact {
  readonly type: "channel-modes";
  readonly source: string;
  readonly channel: Folded;
  readonly changes: readonly ChannelModeChange[];
}

/** A user's modes have changed. */
export interface UserModesEvent extends Fact {
  readonly type: "user-modes";
  readonly user: UserId;
  readonly changes: readonly { readonly sign: "+" | "-"; readonly mode: UserMode }[];
  /** What comes with `+o`. */
  readonly operator?: OperatorGrant;
}

/** A user is away, or back (`null`). */
export interface AwayEvent extends Fact {
  readonly type: "away";
  readonly user: UserId;
  readonly text: string | null;
}

/** The last session of a user has gone, and the user stays; or there is one again (`null`). */
export interface AbsenceEvent extends Fact {
  readonly type: "absence";
  readonly user: UserId;
  /** `told` if others learn of it as of an AWAY, `silent` while it may be back at once. */
  readonly absence: "silent" | "told" | null;
}

/** A user has another real name. */
export interface RealnameEvent extends Fact {
  readonly type: "realname";
  readonly user: UserId;
  readonly realname: string;
}

/** A user has another host. */
export interface HostEvent extends Fact {
  readonly type: "host";
  readonly user: UserId;
  readonly host: string;
}

/** A user has logged in to an account, or out (`null`). */
export interface AccountEvent extends Fact {
  readonly type: "account";
  readonly user: UserId;
  readonly account: string | null;
}

/** A user with mode `g` or `R` takes messages from these users, whatever the mode says. */
export interface AcceptEvent extends Fact {
  readonly type: "accept";
  readonly user: UserId;
  readonly accepted: readonly UserId[];
  /** Of those whom it has written to, the ones whose answers it still awaits. */
  readonly awaited: readonly UserId[];
}

/** Somebody who is not accepted has written to a user with mode `g`. */
export interface CallerEvent extends Fact {
  readonly type: "caller";
  readonly user: UserId;
  readonly nick: string;
  /** `user@host`, as others see it. */
  readonly address: string;
}

/** A channel has another name. */
export interface RenameEvent extends Fact {
  readonly type: "rename";
  readonly source: string;
  /** Its name before. */
  readonly channel: Folded;
  readonly name: string;
  readonly text: string;
}

/** A user was invited to a channel. */
export interface InviteEvent extends Fact {
  readonly type: "invite";
  readonly source: string;
  readonly user: UserId;
  readonly channel: Folded;
  /** Whether the one who invites has a say there: then the channel's doors are open. */
  readonly opens: boolean;
}

/** Whom a message is for. */
export type MessageTarget =
  /** With `prefix`, of one of RANKS, only for members of at least that rank. */
  | { readonly kind: "channel"; readonly channel: Folded; readonly prefix?: string }
  | { readonly kind: "user"; readonly user: UserId }
  | { readonly kind: "everyone" };

/** Something was said. */
export interface MessageEvent extends Fact {
  readonly type: "message";
  readonly verb: "PRIVMSG" | "NOTICE" | "TAGMSG";
  readonly source: string;
  /** Who said it; `null` for the server. */
  readonly from: UserId | null;
  /** The session that said it, by number, on its own node: it sees an echo only if it asked for one. */
  readonly session?: number;
  readonly target: MessageTarget;
  readonly text: string;
  /** The lines of a message that has several; `text` is all of them. */
  readonly lines?: readonly MultilineLine[] | undefined;
  readonly msgid: string;
  /** The nick of `from`, where it says for somebody else what `source` has said. (RELAY-1) */
  readonly relayedBy?: string | undefined;
  /** Client-only tags, as they came. */
  readonly tags?: ReadonlyMap<string, string> | undefined;
}

/** A message was taken back. */
export interface RedactEvent extends Fact {
  readonly type: "redact";
  readonly source: string;
  readonly from: UserId;
  /** As in {@linkcode MessageEvent}. */
  readonly session: number;
  /** Whom the message was for. */
  readonly target: MessageTarget;
  readonly msgid: string;
  /** The reason, or `null`. */
  readonly text: string | null;
}

/** Something was said to all users with mode +w. */
export interface WallopsEvent extends Fact {
  readonly type: "wallops";
  readonly source: string;
  readonly text: string;
}

/** A user or a channel tells something else of itself. */
export interface MetadataEvent extends Fact {
  readonly type: "metadata";
  readonly source: string;
  /** The session that made the change, by number, on its own node: it is not told of it. */
  readonly session?: number;
  readonly target:
    | { readonly kind: "user"; readonly user: UserId }
    | { readonly kind: "channel"; readonly channel: Folded };
  /** Keys with their values; `null` takes one away. */
  readonly changes: readonly (readonly [key: string, value: string | null])[];
}

/** Somebody is banned from the server; a ban of the same target is replaced. */
export interface BanEvent extends Fact, BanTerms {
  readonly type: "ban";
}

/** A ban from the server is lifted. */
export interface UnbanEvent extends Fact {
  readonly type: "unban";
  readonly kind: BanKind;
  readonly target: string;
}

/** A channel belongs to an account, or to another than before. */
export interface ChannelRegisterEvent extends Fact {
  readonly type: "channel-register";
  readonly channel: Folded;
  /** The name of the account. */
  readonly founder: string;
}

/** A channel belongs to nobody any more. */
export interface ChannelDropEvent extends Fact {
  readonly type: "channel-drop";
  readonly channel: Folded;
}

/** A registered channel gives other ranks to an account. */
export interface AccessEvent extends Fact {
  readonly type: "access";
  readonly channel: Folded;
  /** The name of the account. */
  readonly account: string;
  /** Bits of RANKS; 0 takes the entry away. */
  readonly ranks: number;
}

/** A registered channel is there again; nobody is in it. */
export interface ChannelRestoreEvent extends Fact {
  readonly type: "channel-restore";
  readonly record: ChannelRecord;
}

/** Every fact. */
export type NetworkEvent =
  | ConnectEvent
  | QuitEvent
  | NickEvent
  | JoinEvent
  | PartEvent
  | KickEvent
  | TopicEvent
  | ChannelModesEvent
  | UserModesEvent
  | AwayEvent
  | AbsenceEvent
  | RealnameEvent
  | HostEvent
  | AccountEvent
  | InviteEvent
  | MessageEvent
  | MetadataEvent
  | RedactEvent
  | RenameEvent
  | AcceptEvent
  | CallerEvent
  | WallopsEvent
  | BanEvent
  | UnbanEvent
  | ChannelRegisterEvent
  | ChannelDropEvent
  | ChannelRestoreEvent
  | AccessEvent;
