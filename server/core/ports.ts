/**
 * All that the core needs from outside, as small interfaces. Nothing here does I/O by the time it returns: lines are
 * queued, and leave when the turn is over.
 *
 * @module
 */
import type { Folded, Outgoing, SaslCrypto, ScramVerifier } from "../../protocol/mod.ts";
import type { BanKind, BanTerms } from "./bans.ts";
import type { NetworkEvent, UserId } from "./events.ts";
import type { CloseReason } from "./close_reason.ts";
import type { History, Identity } from "./history.ts";
import type { PresenceRecord } from "./presence.ts";
import type { ChannelRecord } from "./registered.ts";
import type { Settings } from "./settings.ts";
import type { Channel, Session } from "./state.ts";

/** A value now, or later. */
export type Awaitable<T> = T | Promise<T>;

/** What carries one session's lines. `net/` implements it over sockets, tests over an array. */
export interface Link {
  /**
   * Queues a line as a session of this variant sees it.
   *
   * @param mayWait Whether it is for a crowd, and may wait a few milliseconds for what follows it.
   */
  send(line: Outgoing, variant: number, mayWait?: boolean): void;
  /** Queues a line, or lines, for this session alone, without the last line end. */
  sendText(text: string): void;
  /** Closes when all that is queued has left. Nothing can be queued after. */
  end(): void;
  /** Closes now; what is queued is lost. */
  abort(): void;
  /** Bytes that wait to be accepted by the peer. */
  readonly waitingBytes: number;
  /** Bytes that the peer has accepted so far. */
  readonly acceptedBytes: number;
}

/** Where the core puts what must reach clients. Synchronous; no I/O before the turn ends. */
export interface Outbox {
  /** @param batch The reference of the batch that the line is in. */
  send(to: Session, line: Outgoing, batch?: string): void;
  /** Sends so many lines at once, as this session sees them, without the last line end. */
  sendText(to: Session, text: string, lines: number): void;
  /**
   * To many: encoded once per variant, however many sessions. A session whose open reply buffer has this `cause` receives
   * the line through that buffer instead.
   */
  fanOut(to: Iterable<Session>, line: Outgoing, cause?: string, except?: Session | null): void;
  /** Orderly close: what is queued goes first, then ERROR with the reason. */
  close(to: Session, reason: CloseReason): void;
}

/** Why an event could not be made true: somebody else was faster. */
export interface Refusal {
  readonly refusal: "nick-taken" | "gone";
}

/** The seam between one server and a cluster. Reads are local; every change is submitted. */
export interface Network {
  /**
   * Settles once applied on this node. A refusal (nick taken meanwhile) is a value.
   *
   * @param event The network's from now on: it gives it its place in time (HIST-10), and an id.
   */
  submit(event: NetworkEvent): Awaitable<Refusal | null>;
}

/** Time. */
export interface Clock {
  /** Monotonic milliseconds: for deadlines. */
  now(): number;
  /** Milliseconds since the epoch: for people. */
  epoch(): number;
  /** Calls back when the event loop has come round: after all else that waits for its turn now. */
  nextTurn(callback: () => void): void;
}

/** Identities. */
export interface Random {
  /** A message id: unique on the network, never again. */
  id(): string;
}

/** What became of checking a password; `busy` when too many are waiting for it. */
export type PasswordVerdict = "right" | "wrong" | "busy";

/** Checks passwords. */
export interface Passwords {
  /**
   * @param stored A hash, or the password itself; the latter is checked at once.
   * @param from What stands for whoever gives it; others have their turn between two from there.
   */
  verify(password: string, stored: string, from?: string): Awaitable<PasswordVerdict>;
}

/** Something about new settings that their author should know. */
export interface SettingsWarning {
  /** The setting, by its key in the file. */
  readonly key: string;
  readonly message: string;
}

/** What became of reading the settings anew: all of them, or why none. */
export type RehashOutcome =
  | { readonly settings: Settings; readonly warnings: readonly SettingsWarning[] }
  | { readonly failure: string };

/** Where settings come from. */
export interface Configuration {
  /** The path of the file; `null` where there is none. */
  readonly file: string | null;
  /** Reads them anew; what cannot change while the server runs stays as it is. */
  read(): Awaitable<RehashOutcome>;
}

/** Whether what is kept can be kept now, and if not, why, and whose messages wait. */
export type StoreCondition =
  | { readonly isPaused: false }
  | { readonly isPaused: true; readonly why: string; readonly senders: ReadonlySet<UserId> };

/** Figures of the database. */
export interface StoreFigures {
  /** Where it is; `null` in memory. */
  readonly file: string | null;
  readonly bytes: number;
  /** How long the last move of the log into the file has taken; `null` before the first. */
  readonly checkpointMs: number | null;
}

/** An account: a nick with a password, which is kept. */
export interface Account {
  /** As whoever registered it wrote it. */
  readonly name: string;
  readonly folded: Folded;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** When somebody last logged in to it, or was last there. */
  readonly seenAt: number;
  /** Whether its user stays when the last session has gone, if it has chosen. */
  readonly isAlwaysOn: boolean | null;
  /** Whether all sessions that log in to it are one user. */
  readonly isMulticlient: boolean;
}

/** What of an account may be changed. */
export interface AccountChange {
  readonly isAlwaysOn?: boolean;
  readonly isMulticlient?: boolean;
}

/** Whose password it was; `busy` when too many are waiting to be told. */
export type LoginVerdict = Account | "wrong" | "busy";

/** Accounts. A name may be given as anybody writes it. Methods throw a `StoreError` when they cannot answer now. */
export interface Accounts {
  /** For the exchanges of SASL. */
  readonly crypto: SaslCrypto;
  find(name: string): Account | null;
  /** Whether the account has chosen that its user stays without a session; `null` if it has not chosen. Never throws. */
  choosesAlwaysOn(name: string): boolean | null;
  /** Told when an account has chosen to stay, or not to. */
  onAlwaysOn: ((name: string) => void) | null;
  /** The account that the nick belongs to, or that it looks like. Never throws: where that cannot be told, it is nobody's. */
  ownerOf(nick: string): Account | null;
  /** @param password One that `passwordProblem` finds no fault with. */
  register(name: string, password: string, at: number): Promise<Account | "exists" | "busy">;
  /**
   * Takes as long for an account that is not there.
   *
   * @param from What stands for whoever gives the password: see {@linkcode Passwords.verify}.
   */
  verify(name: string, password: string, from?: string): Promise<LoginVerdict>;
  /** What SCRAM needs; for an account that is not there, what nobody can tell from it. */
  verifierOf(name: string): Promise<ScramVerifier>;
  /** The account that a client certificate with this fingerprint opens. */
  byFingerprint(fingerprint: string): Account | null;
  /** @param password As for `register`. */
  setPassword(name: string, password: string): Promise<"done" | "gone" | "busy">;
  /** Whether there was such an account. */
  change(name: string, change: AccountChange): boolean;
  /**
   * Takes the account away, with what is kept of it alone: direct conversations, markers, access to channels. Whoever
   * registers the name anew has nothing of it. Whether there was such an account.
   */
  drop(name: string): boolean;
  /** All, by their folded names. */
  list(): readonly Account[];
  /** Whether another program may have changed accounts since this was asked last. */
  haveChanged(): boolean;
  /** Notes that somebody is there. May be lost in a crash. */
  touch(name: string, at: number): void;
  fingerprintsOf(name: string): readonly string[];
  /** Whether it was nobody's before. */
  addFingerprint(name: string, fingerprint: string): boolean;
  /** Whether it was the account's. */
  removeFingerprint(name: string, fingerprint: string): boolean;
}

/** Channels that outlive the server, as they were when they changed last. Changes are queued. */
export interface Channels {
  /**
   * Keeps a registered channel as it is now, but for its access list.
   *
   * @param mayBeFree Also one that is not registered. @default {false}
   */
  keep(channel: Channel, mayBeFree?: boolean): void;
  /** Keeps its access list, after the channel itself. */
  keepAccess(channel: Channel): void;
  /** Forgets the channel that had this name. */
  drop(channel: Folded): void;
  list(): readonly ChannelRecord[];
}

/** Users who are always on, as they were when they changed last. Changes are queued. */
export interface Presences {
  /** @param record Asked for what to keep when it is written. */
  keep(account: Folded, record: () => PresenceRecord): void;
  drop(account: Folded): void;
  /** Those whose accounts still want to stay. */
  list(): readonly PresenceRecord[];
  /** Forgets all. */
  clear(): void;
}

/** A ban, and when it was set. */
export interface KeptBan extends BanTerms {
  /** Milliseconds since the epoch. */
  readonly setAt: number;
}

/** Bans from the server. Changes are queued. */
export interface Bans {
  /** Keeps one, and forgets those whose time is over. */
  set(terms: BanTerms, setAt: number): void;
  lift(kind: BanKind, target: string): void;
  /** All, those whose time is over too, the oldest first. */
  list(): readonly KeptBan[];
}

/** How far accounts have read, and when they were here last. Reading throws a `StoreError` when it cannot be done now. */
export interface Markers {
  /** How far; milliseconds since the epoch. `place` is a folded channel, another's identity, or `$*`. */
  get(identity: Identity, place: string): number | null;
  /**
   * Only forward. May be lost in a crash.
   *
   * @param name What the place is called, for people.
   */
  set(identity: Identity, place: string, name: string, at: number): void;
  /** What the place was called when it was read last; `null` where that is not known. */
  nameOf(identity: Identity, place: string): string | null;
  /** Those that are not before that instant: what they are markers of, as it has times, by key. (HIST-11) */
  ahead(of: number): readonly (readonly [key: string, at: number])[];
  /** When the account was here last. */
  leftAt(identity: Identity): number | null;
  leave(identity: Identity, at: number): void;
  /** A channel has another name. */
  rename(from: Folded, to: Folded, name: string): void;
}

/** What the server keeps, on disk or in memory only. Its parts throw a `StoreError` when they cannot answer now. */
export interface Store {
  readonly accounts: Accounts;
  readonly history: History;
  readonly channels: Channels;
  readonly presences: Presences;
  readonly bans: Bans;
  readonly markers: Markers;
  readonly condition: StoreCondition;
  /** Told when the condition changes. */
  onCondition: ((condition: StoreCondition) => void) | null;
  /** Told of a defect of ours: something that can never be kept, and was left out. */
  onDefect: ((error: unknown) => void) | null;
  /** What was given up while it could not be kept. */
  readonly lost: number;
  /** What the operator may want to know of the database. */
  readonly figures: StoreFigures;
  /** Keeps all that is queued. Before the first byte of it leaves. Never throws. */
  flush(): void;
  /**
   * Once a second: keeps what nobody has waited for, and what else is to be done now and then.
   *
   * @param now Monotonic milliseconds.
   */
  tend(now: number): void;
}

/** What a log line may tell. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Where events are told to the operator. Never a password. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
