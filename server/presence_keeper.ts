/**
 * Keeps the users who are always on, with the channels in which they stay though nobody has registered them; and brings them
 * back before anybody can come.
 *
 * SPEC: "Always on".
 *
 * @module
 */
import { type Folded, LIMITS, rankOf } from "../protocol/mod.ts";
import type { Node } from "./commands/context.ts";
import { isAlwaysOn } from "./core/absences.ts";
import { apply } from "./core/apply.ts";
import type { NetworkEvent, UserId } from "./core/events.ts";
import { presenceOf, type PresenceRecord } from "./core/presence.ts";
import { ranksOf } from "./core/registered.ts";
import type { Channel, User } from "./core/state.ts";
import { keysOfUser } from "./core/times.ts";

/** Stands for the address of who has not come since the server was started. */
const NO_ADDRESS = "0.0.0.0";

/** Users who are always on, and their channels. */
export class PresenceKeeper {
  readonly #node: Node;
  /** Who is kept, and for which account. */
  readonly #kept = new Map<UserId, Folded>();
  /** Channels that are kept without being registered. */
  readonly #channels = new Set<Folded>();

  constructor(node: Node) {
    this.#node = node;
    node.store.accounts.onAlwaysOn = (name) => this.#chosen(name);
  }

  /** Keeps what an event has changed that was applied just now. */
  note(event: NetworkEvent): void {
    const { state } = this.#node;
    switch (event.type) {
      case "quit":
        return this.#forget(event.user);
      case "join":
        return this.#moved(event.user, state.fold(event.channel));
      case "part":
      case "kick":
        return this.#moved(event.user, event.channel);
      case "account":
        this.#forget(event.user);
        this.#changed(event.user);
        for (const folded of state.user(event.user).channels.keys()) this.#keepChannel(folded);
        return;
      case "connect":
      case "nick":
      case "user-modes":
      case "away":
      case "absence":
      case "realname":
      case "host":
        return this.#changed(event.user);
      case "metadata":
        if (event.target.kind === "user") return this.#changed(event.target.user);
        return this.#keepChannel(event.target.channel);
      case "channel-modes":
        for (const { user } of event.changes) if (user !== undefined) this.#changed(user);
        if (event.changes.some(({ mode }) => rankOf(mode) === undefined)) {
          this.#keepChannel(event.channel);
        }
        return;
      case "rename":
        this.#changedIn(state.fold(event.name));
        this.#clearChannel(event.channel);
        return this.#keepChannel(state.fold(event.name));
      case "channel-register":
        this.#channels.delete(event.channel);
        return this.#changedIn(event.channel);
      case "access": // as "channel-register" it gives ranks to those who are there
        return this.#changedIn(event.channel);
      case "topic":
      case "channel-drop":
        return this.#keepChannel(event.channel);
      default:
        return;
    }
  }

  /** Those who are in a channel have changed. */
  #changedIn(channel: Folded): void {
    for (const id of this.#node.state.channels.get(channel)?.members.keys() ?? []) {
      this.#changed(id);
    }
  }

  #isKept({ account, id }: User): boolean {
    const { store, state, settings } = this.#node;
    if (account === null || !isAlwaysOn(settings, store.accounts, account)) return false;
    return state.userOfAccount(account)?.id === id;
  }

  /** A user has changed. */
  #changed(id: UserId): void {
    const { state, store, supervisor } = this.#node;
    const user = state.users.get(id);
    if (user === undefined || user.account === null || !this.#isKept(user)) return;
    const { account } = user;
    const folded = state.fold(account);
    for (const other of state.usersOfAccount(account)) this.#kept.delete(other.id);
    this.#kept.set(id, folded);
    store.presences.keep(
      folded,
      () => presenceOf(user, account, supervisor.absences.termsOf(user)),
    );
  }

  /** A user is in a channel, or no more. */
  #moved(id: UserId, channel: Folded): void {
    const user = this.#node.state.users.get(id);
    if (user === undefined || !this.#isKept(user)) return;
    this.#changed(id);
    this.#keepChannel(channel);
    this.#clearChannel(channel);
  }

  #forget(id: UserId): void {
    const account = this.#kept.get(id);
    if (account === undefined) return;
    this.#kept.delete(id);
    this.#node.store.presences.drop(account);
    for (const folded of this.#channels) this.#clearChannel(folded);
  }

  /** An account has chosen to stay, or not to. */
  #chosen(account: string): void {
    for (const user of this.#node.state.usersOfAccount(account)) {
      this.#forget(user.id);
      this.#changed(user.id);
      for (const folded of user.channels.keys()) this.#keepChannel(folded);
    }
  }

  #hasKept(channel: Channel): boolean {
    if (this.#kept.size === 0) return false;
    for (const { user } of channel.members.values()) if (this.#kept.has(user.id)) return true;
    return false;
  }

  /** Keeps a channel that is not registered, if somebody stays in it. */
  #keepChannel(folded: Folded): void {
    const channel = this.#node.state.channels.get(folded);
    if (channel === undefined || channel.founder !== null || !this.#hasKept(channel)) return;
    this.#channels.add(folded);
    this.#node.store.channels.keep(channel, true);
  }

  /** Forgets a channel that is not registered, if nobody stays in it any more. */
  #clearChannel(folded: Folded): void {
    const { state, store } = this.#node;
    const channel = state.channels.get(folded);
    const isOver = channel === undefined || channel.founder === null && !this.#hasKept(channel);
    if (isOver && this.#channels.delete(folded)) store.channels.drop(folded);
  }

  /**
   * Brings back who was here, after the channels. Before anybody comes.
   *
   * @throws {StoreError} If it cannot be read.
   */
  restore(): void {
    const { state, store, settings, log } = this.#node;
    if (settings.alwaysOn === "off") store.presences.clear();
    else {
      for (const record of store.presences.list()) {
        if (!isAlwaysOn(settings, store.accounts, record.account)) {
          store.presences.drop(state.fold(record.account)); // or it would come back with another setting
        } else if (!this.#restore(record)) {
          log.warn("user-not-restored", { nick: record.nick });
        }
      }
    }
    const { outbox, clock } = this.#node;
    for (const { folded, founder, members } of [...state.channels.values()]) {
      if (founder !== null) continue;
      if (members.size > 0) {
        this.#channels.add(folded);
      } else {
        apply(state, { type: "channel-drop", channel: folded, at: clock.epoch() }, outbox);
        store.channels.drop(folded);
      }
    }
  }

  /** Brings back one; whether it can be who it was: the operator may have chosen other rules for names since. */
  #restore(record: PresenceRecord): boolean {
    const { state, outbox, settings, startedAt, supervisor } = this.#node;
    const { nick, account, modes, away, metadata } = record;
    const isFree = state.names.nick(nick) === nick && state.userByNick(nick) === undefined &&
      state.userLookingLike(nick) === undefined;
    if (!isFree || state.users.size >= LIMITS.PRESENCES.value) return false;
    // Nobody has it again: sessions have numbers only.
    const id = `${settings.name}/${startedAt.toString(36)}-p${state.users.size}`;
    const make = (event: NetworkEvent): void => apply(state, event, outbox);
    const { username, host, realname, signedOnAt, spokeAt } = record;
    make({
      type: "connect",
      at: signedOnAt,
      user: id,
      nick,
      username,
      host,
      address: NO_ADDRESS,
      realname,
      account,
      spokeAt,
    });
    const user = state.user(id);
    this.#kept.set(id, state.fold(account));
    const absence = record.absence ?? { reason: { kind: "shutdown" }, since: startedAt };
    supervisor.absences.restore(user, absence);
    const changes = modes.map((mode) => ({ sign: "+", mode } as const));
    if (changes.length > 0) make({ type: "user-modes", at: startedAt, user: id, changes });
    if (away !== null) make({ type: "away", at: startedAt, user: id, text: away });
    const target = { kind: "user", user: id } as const;
    if (metadata.length > 0) {
      make({ type: "metadata", at: startedAt, source: user.source, target, changes: metadata });
    }
    for (const { channel, ranks, joinedAt } of record.channels) {
      const known = state.channelByName(channel);
      if (known === undefined && state.names.channel(channel) === null) continue;
      const given = known === undefined ? 0 : ranksOf(state, known, account);
      make({ type: "join", at: joinedAt, user: id, channel, ranks: ranks | given });
    }
    const { since } = absence;
    if (since >= startedAt) { // HIST-11
      state.times.begin(startedAt, keysOfUser(state, user).map((key) => [key, since] as const));
    }
    return true;
  }
}
