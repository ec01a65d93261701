/**
 * The conversations of a command's sender: by name, and all of them.
 *
 * SPEC: "Who may read it".
 *
 * @module
 */
import { parseSource } from "../../protocol/mod.ts";
import {
  type HistoryEntry,
  type Identity,
  identityOf,
  identityOfAccount,
} from "../core/history.ts";
import {
  isOwn,
  otherEnd,
  type Readable,
  readableByAll,
  readableByName,
  readableChannels,
  readableDirect,
} from "../core/readable.ts";
import type { NetworkState, User } from "../core/state.ts";
import type { CommandContext } from "./context.ts";

/** With so many others the sender's conversations are looked at, the latest. */
const TALKS = 1000;

/** A conversation with the time of its last entry. */
export interface ReadTarget {
  readonly readable: Readable;
  readonly at: number;
}

/**
 * What the name stands for, if the sender may read it: a nick for whoever has it now, else for somebody who had it when they
 * talked to the sender, or for the account of that name. (READ-4)
 *
 * @throws {StoreError} If that cannot be found out now.
 */
export function findReadable(context: CommandContext, name: string): Readable | null {
  const { node: { state }, user } = context;
  const found = readableByName(state, user, name);
  if (found !== "nick") return found;
  const holder = state.userByNick(name);
  if (holder !== undefined) {
    return readableDirect(state, user, identityOf(state, holder), holder.nick);
  }
  const folded = state.fold(name);
  const past = directs(context).findLast(({ readable }) => state.fold(readable.name) === folded);
  if (past !== undefined) return past.readable;
  return readableDirect(state, user, identityOfAccount(folded), spellingOf(context, name));
}

/** A nick that nobody has, as it was spelled last: by its account, or by who had it last. (NAME-10) */
function spellingOf({ node: { state, store } }: CommandContext, nick: string): string {
  const folded = state.fold(nick);
  return store.accounts.find(nick)?.name ??
    state.departed.findLast((departed) => state.fold(departed.nick) === folded)?.nick ?? nick;
}

/** The sender's conversations with one other each, the one in which something was said last at the end. */
export function directs({ node: { state, store }, user }: CommandContext): ReadTarget[] {
  const own = identityOf(state, user);
  const here = new Here(state);
  const targets: ReadTarget[] = [];
  for (const { conversation, entry } of store.history.direct(own, TALKS)) {
    if (conversation.kind !== "direct") continue;
    const other = otherEnd(own, conversation.ends);
    const name = here.find(other)?.nick ?? nickOf(state, user, entry);
    // Under the nick of somebody else it could not be found.
    const holder = state.userByNick(name);
    if (holder !== undefined && identityOf(state, holder) !== other) continue;
    targets.push({ readable: readableDirect(state, user, other, name), at: entry.at });
  }
  return targets.reverse();
}

/** The nick that the user's partner had when this was said. */
function nickOf(state: NetworkState, user: User, entry: HistoryEntry): string {
  return isOwn(state, user, entry) ? entry.target : parseSource(entry.source).nick;
}

/** Channels and users of whom there is something for the sender to read, the one in which something was said last at the end. */
export function readTargets(context: CommandContext): ReadTarget[] {
  const channels = readableChannels(context.user);
  const last = context.node.store.history.last(channels);
  const targets: ReadTarget[] = [];
  for (const readable of channels) {
    const said = last.find(({ conversation }) => conversation === readable.conversation);
    if (said !== undefined) targets.push({ readable, at: said.entry.at });
  }
  return [...targets, ...directs(context)].sort((one, other) => one.at - other.at);
}

/** All that the sender may read, with each other the one first in which something was said last. */
export function allReadables(context: CommandContext): Readable[] {
  const { user } = context;
  const talks = directs(context).reverse().map(({ readable }) => readable);
  return [...readableChannels(user), readableByAll(user), ...talks];
}

/** Users by identity. */
class Here {
  readonly #state: NetworkState;
  #loggedIn: Map<Identity, User> | null = null;

  constructor(state: NetworkState) {
    this.#state = state;
  }

  find(identity: Identity): User | undefined {
    const { users } = this.#state;
    const user = users.get(identity);
    if (user !== undefined) return user;
    if (this.#loggedIn === null) {
      this.#loggedIn = new Map();
      for (const each of users.values()) {
        if (each.account !== null) this.#loggedIn.set(identityOf(this.#state, each), each);
      }
    }
    return this.#loggedIn.get(identity);
  }
}
