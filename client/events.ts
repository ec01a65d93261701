/**
 * What happened, as a user interface needs to know it: plain data, no wire format, no wording.
 * @module
 */

/** Where a message goes. */
export type Target =
  | { readonly kind: "room"; readonly room: string }
  /** To one user; `nick` is the receiver. */
  | { readonly kind: "direct"; readonly nick: string }
  | { readonly kind: "everyone" };

/** Why a user is gone. */
export type Cause = "quit" | "lost" | "killed" | "shutdown";

/** One user in an answer to `/users`. */
export interface UserRow {
  readonly nick: string;
  readonly away: boolean;
  readonly you: boolean;
}

/** One room in an answer to `/rooms`. */
export interface RoomRow {
  readonly room: string;
  readonly users: number;
  readonly topic: string;
}

/** What somebody said. */
export interface MessageEvent {
  readonly kind: "message";
  readonly how: "text" | "action" | "notice";
  readonly from: string;
  readonly own: boolean;
  readonly to: Target;
  readonly text: string;
  readonly at: Date | null;
}

/** Lines that were said before. */
export interface HistoryEvent {
  readonly kind: "history";
  /**
   * `missed`: said while the user was away; `latest`: the last ones of a room that the user has entered; `older`: those
   * before what was shown; `found`: those that were searched for.
   */
  readonly what: "missed" | "latest" | "older" | "found";
  /** The room or the other user; `null` when they are of several. */
  readonly of: string | null;
  /** Oldest first; at least one. */
  readonly lines: readonly MessageEvent[];
  /** The first that the user has not read, as far as the server knows; `null` if there is none. */
  readonly unreadFrom: number | null;
  /** There are more, which were not asked for. */
  readonly more: boolean;
}

/** Something to show. `at` is the server's time, `null` for now. Texts and names are as strangers wrote them. */
export type ViewEvent =
  | MessageEvent
  | HistoryEvent
  /** A sentence from the server or from the client itself. */
  | { readonly kind: "server"; readonly text: string; readonly at?: Date | null }
  /** Lines that are shown as they are, such as a list that the user asked for. */
  | { readonly kind: "lines"; readonly lines: readonly string[] }
  /** What the user may type, and what it does. */
  | { readonly kind: "commands"; readonly rows: readonly (readonly [string, string])[] }
  | { readonly kind: "connecting"; readonly address: string }
  /** `asked`: the name is the one that the user wanted. */
  | { readonly kind: "connected"; readonly nick: string; readonly asked: boolean }
  | { readonly kind: "motd"; readonly lines: readonly string[] }
  | {
    readonly kind: "joined";
    readonly nick: string;
    readonly room: string;
    readonly own: boolean;
    /** The user asked to enter: not the server's doing. */
    readonly asked: boolean;
    readonly lobby: boolean;
  }
  | {
    readonly kind: "left";
    readonly nick: string;
    readonly room: string;
    readonly own: boolean;
    readonly reason: string;
  }
  | { readonly kind: "gone"; readonly nick: string; readonly cause: Cause; readonly reason: string }
  | {
    readonly kind: "kicked";
    readonly nick: string;
    readonly own: boolean;
    readonly by: string;
    readonly room: string;
    readonly reason: string;
  }
  | {
    readonly kind: "renamed";
    readonly from: string;
    readonly to: string;
    readonly own: boolean;
  }
  | {
    readonly kind: "roomRenamed";
    readonly by: string;
    readonly from: string;
    readonly to: string;
    readonly reason: string;
  }
  | {
    readonly kind: "topic";
    readonly room: string;
    /** Who set it now; `null` when it is only told. */
    readonly by: string | null;
    readonly topic: string;
  }
  | { readonly kind: "mode"; readonly by: string; readonly target: string; readonly change: string }
  | { readonly kind: "invited"; readonly by: string; readonly nick: string; readonly room: string }
  | { readonly kind: "members"; readonly room: string; readonly nicks: readonly string[] }
  | { readonly kind: "users"; readonly users: readonly UserRow[] }
  | { readonly kind: "rooms"; readonly rooms: readonly RoomRow[] }
  | { readonly kind: "unsent"; readonly text: string };
