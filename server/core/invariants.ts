/**
 * What must hold of the state after every event.
 *
 * @module
 */
import { ASCII, type Folded } from "../../protocol/mod.ts";
import { awayOf } from "./away.ts";
import type { NetworkState, Session } from "./state.ts";

/**
 * Checks that the indexes agree with one another. For tests: it walks everything.
 *
 * @throws {Error} If they do not, naming what is wrong.
 */
export function checkInvariants(state: NetworkState): void {
  const assert = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(`Broken state: ${what}`);
  };
  assert(state.users.size === state.nicks.size, "as many nicks as users");
  for (const mode of ["i", "o"] as const) {
    const users = [...state.users.values()].filter(({ modes }) => modes.has(mode));
    assert(users.length === state.usersWith[mode], `users with mode ${mode} are counted`);
  }
  const registering = [...state.sessions].filter(({ stage }) => stage === "registering");
  assert(registering.length === state.registering, "sessions without a user are counted");
  const active = [...state.sessions].filter(({ stage }) => stage === "active");
  assert(active.length === state.attached, "sessions with a user are counted");
  const accounts = new Set<Folded>();
  const watched = new Set<Folded>();
  for (const user of state.users.values()) {
    assert(user.isOperator === (user.operator !== null), `${user.nick} is an operator or not`);
    assert(state.nicks.get(user.folded) === user, `${user.nick} is under its nick`);
    assert(user.folded === state.fold(user.nick), `${user.nick} is folded as the network does`);
    const double = state.userLookingLike(user.nick);
    assert(
      double === (state.names === ASCII ? undefined : user),
      `${user.nick} looks like nobody else`,
    );
    for (const [folded, membership] of user.channels) {
      assert(state.channels.get(folded) === membership.channel, `${folded} of ${user.nick} exists`);
      assert(
        membership.channel.members.get(user.id) === membership,
        `${user.nick} is in ${folded}`,
      );
    }
    if (user.account !== null) {
      accounts.add(state.fold(user.account));
      assert(state.usersOfAccount(user.account).has(user), `${user.nick} is under its account`);
    }
    const isAbsent = user.absence !== null;
    assert(isAbsent === (user.sessions.size === 0), `${user.nick} is absent without a session`);
    assert(isAbsent || user.awayText === awayOf(user), `${user.nick} is away as its devices are`);
    assert(!isAbsent || !user.isOperator, `${user.nick} is absent, and no operator`);
    for (const session of user.sessions) {
      assert(session.stage === "active", `session ${session.id} of ${user.nick} is active`);
      assert(session.user === user, `session ${session.id} is ${user.nick}'s`);
      for (const nick of session.watched.keys()) {
        watched.add(nick);
        assert(state.watches.of(nick).has(session), `session ${session.id} watches ${nick}`);
      }
    }
  }
  assert(accounts.size === state.accountsInUse, "accounts are those of users who are here");
  assert(watched.size === state.watches.size, "only those who are here watch");
  for (const channel of state.channels.values()) {
    assert(state.channels.get(channel.folded) === channel, `${channel.name} is under its name`);
    const { founder, access } = channel;
    assert(founder !== null || channel.members.size > 0, `${channel.name} has members`);
    assert(founder !== null || access.size === 0, `${channel.name} gives ranks if registered`);
    for (const [account, { name, ranks }] of access) {
      assert(account === state.fold(name) && ranks > 0, `${channel.name} gives ranks to ${name}`);
    }
    const local = new Set<Session>();
    for (const { user } of channel.members.values()) {
      assert(user.channels.has(channel.folded), `${user.nick} knows of ${channel.name}`);
      for (const session of user.sessions) local.add(session);
    }
    assert(local.size === channel.local.size, `${channel.name} has its local sessions`);
    for (const session of local) {
      assert(channel.local.has(session), `${channel.name} has session ${session.id}`);
    }
  }
}
