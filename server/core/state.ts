/**
 * What the node knows: users, channels and their members on the whole network, and the sessions of its own. Only `apply`
 * changes what is shared; sessions belong to the node alone.
 *
 * @module
 */
import {
  ASCII,
  type CapabilityName,
  type CaseMapping,
  type FlagMode,
  type Folded,
  foldMask,
  formatSource,
  type ListMode,
  type SaslExchange,
  type UserMode,
  variantOf,
} from "../../protocol/mod.ts";
import { BanList } from "./bans.ts";
import type { ClientBatch } from "./client_batch.ts";
import type { CloseReason } from "./close_reason.ts";
import type { UserId } from "./events.ts";
import type { ChannelRetention } from "./history.ts";
import { TokenBucket } from "./flood.ts";
import type { Link, StoreCondition } from "./ports.ts";
import type { OperatorGrant } from "./privileges.ts";
import type { Stage } from "./registration.ts";
import { RecentMessages } from "./recent.ts";
import type { AccessEntry, AccountName } from "./registered.ts";
import type { ReplyBuffer } from "./reply.ts";
import type { Playing } from "./readable.ts";
import { Times } from "./times.ts";
import { Watches } from "./watches.ts";

/** Where a session comes from. */
export interface Peer {
  readonly address: string;
  readonly port: number;
  /** What others see in place of the address. */
  readonly host: string;
}

/** How often one session may broadcast for long, and how often at once. */
const BROADCASTS_PER_SECOND = 0.5;
const BROADCAST_BURST = 4;

/** What most sessions and users have of some things: shared, for a set of one's own costs 150 bytes. */
const NONE: ReadonlySet<never> = new Set();
const NO_TIMES: ReadonlyMap<Folded, number> = new Map();
const NO_MARKERS: ReadonlyMap<string, number> = new Map();
const NO_WATCHES: ReadonlyMap<Folded, string> = new Map();

/** What those who write to a user without a session are told. (DEVICE-8) */
const ABSENT = "Not connected. Messages are kept.";

/** What most channels give to accounts. */
export const NO_ACCESS: ReadonlyMap<Folded, AccessEntry> = new Map();

/** What users and channels tell of themselves, by key. */
export type Metadata = ReadonlyMap<string, string>;

/** What most of them tell. */
export const NO_METADATA: Metadata = new Map();

/** One IRC conversation over a connection of this node. */
export class Session {
  readonly id: number;
  /** Before registration a trusted proxy may say that it is somebody else. */
  peer: Peer;
  readonly link: Link;
  readonly bucket: TokenBucket;
  /** For `PRIVMSG $*`, which reaches everybody. */
  broadcasts: TokenBucket;
  /** For changes of metadata; most never make one. */
  changes: TokenBucket | null = null;
  stage: Stage = "registering";
  /** Commands before registration, without PING and PONG. */
  commands = 0;
  /** What registration has gathered; `nick` is `*` when the server shall choose. */
  nick: string | null = null;
  username: string | null = null;
  realname = "";
  password: string | null = null;
  /** The account that it has logged in to before it had a user. */
  account: string | null = null;
  /** An exchange of SASL that has begun. */
  sasl: SaslExchange | null = null;
  /** The fingerprint of its client certificate: SHA-256 in small hexadecimal digits. */
  fingerprint: string | null = null;
  /** What it has said with AWAY, and in which order after others; 0 if nothing yet. Only `core/away.ts` sets them. */
  away: string | null = null;
  awayOrder = 0;
  /** Between the first CAP LS or REQ and CAP END. */
  negotiating = false;
  /** The highest version of CAP LS; 302 implies cap-notify. */
  capVersion = 301;
  capabilities: ReadonlySet<CapabilityName> = NONE;
  /** The bits of the capabilities that decide which tags the session sees. */
  variant = 0;
  user: User | null = null;
  /** The nicks that it watches, as it spelled them. Only `Watches` sets it. */
  watched: ReadonlyMap<Folded, string> = NO_WATCHES;
  /** The keys of metadata that it wants to hear of. */
  subscriptions: ReadonlySet<string> = NONE;
  /** What was told before there was a user. */
  metadata: Metadata = NO_METADATA;
  /** What it has asked `*playback` for last. */
  playing: Playing | null = null;
  /** The batch that the client has opened. */
  batch: ClientBatch | null = null;
  /** Open while a labelled command is handled. */
  reply: ReplyBuffer | null = null;
  /** What it was told of last: that messages are not kept. */
  toldOf: StoreCondition | null = null;
  /** Why it is closing. Set once. */
  closeReason: CloseReason | null = null;

  /** Monotonic milliseconds. */
  readonly openedAt: number;
  heardAt: number;
  pingedAt: number | null = null;
  stalledAt: number | null = null;
  closingAt: number | null = null;
  drainedAt: number | null = null;
  /** `link.acceptedBytes` at the last sweep. */
  acceptedBytes = 0;

  constructor(id: number, peer: Peer, link: Link, floodRate: number, now: number) {
    this.id = id;
    this.peer = peer;
    this.link = link;
    this.bucket = new TokenBucket(floodRate, now);
    const perSecond = floodRate === 0 ? 0 : BROADCASTS_PER_SECOND;
    this.broadcasts = new TokenBucket(perSecond, now, BROADCAST_BURST);
    this.openedAt = now;
    this.heardAt = now;
  }

  /** What numerics address: the nick, or `*` before there is one. */
  get target(): string {
    return this.user?.nick ?? (this.nick === null ? "*" : this.nick);
  }

  /** Whether the capability was negotiated. */
  has(capability: CapabilityName): boolean {
    return this.capabilities.has(capability);
  }

  /** Adds or removes capabilities. */
  setCapabilities(changes: Iterable<readonly [CapabilityName, boolean]>): void {
    const capabilities = new Set(this.capabilities);
    for (const [name, on] of changes) {
      if (on) capabilities.add(name);
      else capabilities.delete(name);
    }
    this.capabilities = capabilities;
    this.variant = variantOf(capabilities);
  }
}

/** How a user is here who has no session. */
export type Absence = "silent" | "told";

/** An identity on the network, here or on another node. */
export class User {
  readonly id: UserId;
  nick: string;
  folded: Folded;
  readonly username: string;
  host: string;
  /** Of the first of its sessions on this node; as it was while there is none. */
  address: string;
  realname: string;
  /** The account that the user is logged in to. Only `NetworkState.logIn` sets it. */
  account: string | null = null;
  /** `nick!user@host`. */
  source: string;
  modes: ReadonlySet<UserMode> = NONE;
  /** What goes with mode `o`. */
  operator: OperatorGrant | null = null;
  /** What the person says with all devices; as it was while there is none. */
  awayText: string | null = null;
  /** Whether the last session has gone and the user has stayed; `told` if others know, `silent` if it may be back at once. */
  absence: Absence | null = null;
  readonly channels: Map<Folded, Membership> = new Map();
  /** The sessions on this node: one for each device. */
  readonly sessions: Set<Session> = new Set();
  /** Whom the modes `g` and `R` let through; and whom the user wrote to while it had one, the latest last: they may answer. */
  accepted: ReadonlySet<UserId> = NONE;
  awaited: ReadonlySet<UserId> = NONE;
  /** When the user was last told of somebody whom it does not. Milliseconds since the epoch. */
  toldOfCallerAt = -Infinity;
  /** Channels that the user was invited to and has not joined since; not one of the same name made later. */
  invitations: ReadonlySet<Channel> = NONE;
  metadata: Metadata = NO_METADATA;
  /** For changes of metadata, and for what reaches many without a text; most never make one. */
  changes: TokenBucket | null = null;
  budgets: Map<string, TokenBucket> | null = null;
  /** How far a user who is not logged in has read, by conversation, the latest to change last. Milliseconds since the epoch. */
  markers: ReadonlyMap<string, number> = NO_MARKERS;
  /** When the user left channels, by folded name, the latest last. Milliseconds since the epoch. */
  left: ReadonlyMap<Folded, number> = NO_TIMES;
  /** Milliseconds since the epoch. */
  readonly signedOnAt: number;
  spokeAt: number;

  constructor(
    id: UserId,
    nick: string,
    folded: Folded,
    username: string,
    host: string,
    address: string,
    realname: string,
    at: number,
  ) {
    this.id = id;
    this.nick = nick;
    this.folded = folded;
    this.username = username;
    this.host = host;
    this.address = address;
    this.realname = realname;
    this.source = formatSource(nick, username, host);
    this.signedOnAt = at;
    this.spokeAt = at;
  }

  /** Why the user is away, as those who write are told; `null` if it is not. */
  get away(): string | null {
    return this.awayText ?? (this.absence === null ? null : ABSENT);
  }

  /** Whether the user is an operator of the server. */
  get isOperator(): boolean {
    return this.modes.has("o");
  }

  /** Takes another nick. */
  rename(nick: string, folded: Folded): void {
    this.nick = nick;
    this.folded = folded;
    this.source = formatSource(nick, this.username, this.host);
  }

  /** Takes another host. */
  move(host: string): void {
    this.host = host;
    this.source = formatSource(this.nick, this.username, host);
  }
}

/** The link between a user and a channel. */
export interface Membership {
  readonly user: User;
  readonly channel: Channel;
  /** Bits of RANKS. */
  ranks: number;
  readonly joinedAt: number;
}

/** An entry of a channel's list. */
export interface ListEntry {
  readonly mask: string;
  readonly by: string;
  readonly at: number;
}

/** A topic, and who set it when. */
export interface Topic {
  readonly text: string;
  readonly by: string;
  readonly at: number;
}

/** A channel. */
export class Channel {
  name: string;
  folded: Folded;
  /** When it got its name, if it had another. Milliseconds since the epoch. */
  renamedAt = -Infinity;
  readonly createdAt: number;
  topic: Topic | null = null;
  metadata: Metadata = NO_METADATA;
  readonly flags: Set<FlagMode> = new Set();
  key: string | null = null;
  limit: number | null = null;
  /** The channel that those who are refused join instead. */
  forward: string | null = null;
  /** How much of its history is kept, where that is less than of others. */
  retention: ChannelRetention | null = null;
  readonly lists: Readonly<Record<ListMode, Map<string, ListEntry>>> = {
    b: new Map(),
    e: new Map(),
    I: new Map(),
  };
  /** For members who come into sight, and go out of it, by changes of modes. */
  sights: TokenBucket | null = null;
  /** The account that it belongs to: a registered channel stays when nobody is in it. */
  founder: AccountName | null = null;
  registeredAt = -Infinity;
  /** The ranks that it gives to accounts. */
  access: ReadonlyMap<Folded, AccessEntry> = NO_ACCESS;
  readonly members: Map<UserId, Membership> = new Map();
  /** The sessions of this node whose users are members: what fan-out walks. */
  readonly local: Set<Session> = new Set();

  constructor(name: string, folded: Folded, at: number) {
    this.name = name;
    this.folded = folded;
    this.createdAt = at;
  }

  /** Puts an entry on a list, in place of the one for the same mask. */
  addToList(mode: ListMode, entry: ListEntry): void {
    this.lists[mode].set(foldMask(entry.mask), entry);
  }

  /** Takes another name. */
  rename(name: string, folded: Folded): void {
    this.name = name;
    this.folded = folded;
  }
}

/** A user who has left. */
export interface Departed {
  readonly nick: string;
  readonly username: string;
  readonly host: string;
  readonly realname: string;
  readonly at: number;
}

/** Users and channels of the network with their indexes, and the sessions of this node. */
export class NetworkState {
  /** The name of this node: the source of what it tells on its own. */
  readonly serverName: string;
  /** When names are equal. */
  readonly names: CaseMapping;
  readonly users: Map<UserId, User> = new Map();
  readonly nicks: Map<Folded, User> = new Map();
  /** Users by what their nicks look like; empty where each looks like itself. */
  readonly #looks: Map<string, User> = new Map();
  /** Users by their account: one, or more where somebody has logged in late. */
  readonly #accounts: Map<Folded, Set<User>> = new Map();
  readonly channels: Map<Folded, Channel> = new Map();
  /** Those who have left, the latest last, up to LIMITS.WHOWAS. */
  readonly departed: Departed[] = [];
  /** The messages sent last, for REDACT. */
  readonly recent: RecentMessages = new RecentMessages();
  /** The last times of what is said and done. */
  readonly times: Times = new Times();
  /** Who may not come. */
  readonly bans: BanList = new BanList();
  /** Every session of this node, closing ones too. */
  readonly sessions: Set<Session> = new Set();
  /** The most users at one time. */
  mostUsers = 0;
  /** How many users have these modes: every newcomer is told, and nobody shall be counted anew for each. */
  readonly usersWith: { i: number; o: number } = { i: 0, o: 0 };
  /** Sessions of this node that are not registered yet. */
  registering = 0;
  /** Sessions of this node that have a user. */
  attached = 0;
  /** Which nicks the sessions of this node watch. */
  readonly watches: Watches = new Watches();

  constructor(serverName: string, names: CaseMapping = ASCII) {
    this.serverName = serverName;
    this.names = names;
  }

  /** The key of a nick or a channel name on this network. */
  fold(name: string): Folded {
    return this.names.fold(name);
  }

  /** Puts a user under its nick. */
  enter(user: User): void {
    this.nicks.set(user.folded, user);
    if (this.names !== ASCII) this.#looks.set(this.names.look(user.nick), user);
  }

  /** Frees a user's nick. */
  vacate(user: User): void {
    this.nicks.delete(user.folded);
    if (this.names !== ASCII) this.#looks.delete(this.names.look(user.nick));
  }

  /** The user whose nick looks like this one. (NAME-8) */
  userLookingLike(nick: string): User | undefined {
    return this.#looks.get(this.names.look(nick));
  }

  /** Notes the account of a user; `null` for none. */
  logIn(user: User, account: string | null): void {
    if (user.account !== null) {
      const folded = this.fold(user.account);
      const others = this.#accounts.get(folded);
      others?.delete(user);
      if (others?.size === 0) this.#accounts.delete(folded);
    }
    user.account = account;
    if (account === null) return;
    const folded = this.fold(account);
    const users = this.#accounts.get(folded);
    if (users === undefined) this.#accounts.set(folded, new Set([user]));
    else users.add(user);
  }

  /** The users who are logged in to the account. */
  usersOfAccount(account: string): ReadonlySet<User> {
    return this.#accounts.get(this.fold(account)) ?? NONE;
  }

  /** The user to whom new sessions of the account belong: the one with its nick, or else the first. */
  userOfAccount(account: string): User | undefined {
    const folded = this.fold(account);
    const users = this.#accounts.get(folded) ?? NONE;
    let first: User | undefined;
    for (const user of users) {
      if (user.folded === folded) return user;
      first ??= user;
    }
    return first;
  }

  /** How many accounts somebody is logged in to. */
  get accountsInUse(): number {
    return this.#accounts.size;
  }

  /** The user of this nick. */
  userByNick(nick: string): User | undefined {
    return this.nicks.get(this.fold(nick));
  }

  /** The channel of this name. */
  channelByName(name: string): Channel | undefined {
    return this.channels.get(this.fold(name));
  }

  /**
   * The user of this id.
   *
   * @throws {Error} If there is none: an event told of a user who is not here.
   */
  user(id: UserId): User {
    const user = this.users.get(id);
    if (user === undefined) throw new Error(`No user "${id}"`);
    return user;
  }

  /**
   * The channel of this folded name.
   *
   * @throws {Error} If there is none: an event told of a channel that is not here.
   */
  channel(folded: Folded): Channel {
    const channel = this.channels.get(folded);
    if (channel === undefined) throw new Error(`No channel "${folded}"`);
    return channel;
  }

  /** Ties a session of this node to its user. */
  attach(session: Session, user: User): void {
    session.user = user;
    this.registering--;
    this.attached++;
    // More devices are not more leave to speak to everybody.
    for (const { broadcasts } of user.sessions) session.broadcasts = broadcasts;
    if (user.sessions.size === 0) user.address = session.peer.address;
    user.sessions.add(session);
    for (const { channel } of user.channels.values()) channel.local.add(session);
  }

  /** Unties a session from its user, who goes on with the sessions that are left. */
  detach(session: Session): void {
    const { user } = session;
    if (user === null) {
      this.registering--;
      return;
    }
    this.attached--;
    user.sessions.delete(session);
    const [first] = user.sessions;
    if (first !== undefined) user.address = first.peer.address;
    this.watches.clear(session);
    for (const { channel } of user.channels.values()) channel.local.delete(session);
  }
}
