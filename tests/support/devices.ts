/**
 * People with several devices, for tests.
 *
 * @module
 */
import type { TestNode, TestPeer } from "./node.ts";

/** What others see of who comes from the usual address. */
export const HOST = "192-0-2-1.cloaked";
/** The source of alice. */
export const ALICE = `alice!~alice@${HOST}`;

/** A session that is logged in to an account before it registers. */
export function device(
  host: TestNode,
  account: string,
  { nick = account, caps = [] as readonly string[], address = "192.0.2.1" } = {},
): TestPeer {
  const peer = host.open(address);
  peer.session.account = account;
  return peer.register(nick, caps);
}

/** Two devices of alice and a stranger, in one channel; with what was said forgotten. */
export function household(
  host: TestNode,
  caps: readonly string[] = [],
  strangerCaps: readonly string[] = ["message-tags", "away-notify"],
): [TestPeer, TestPeer, TestPeer] {
  const desk = device(host, "alice", { caps });
  desk.send("JOIN #tea");
  const bob = host.user("bob", strangerCaps);
  bob.send("JOIN #tea");
  const phone = device(host, "alice", { nick: "pocket", caps });
  for (const peer of [desk, bob, phone]) peer.take();
  return [desk, phone, bob];
}

/** Lets seconds pass, and the server look at them. */
export function pass(host: TestNode, seconds: number): void {
  host.clock.advance(seconds * 1000);
  for (const session of host.node.state.sessions) session.heardAt = host.clock.now();
  host.node.supervisor.sweep();
}

/** An account that may stay. */
export async function stayer(host: TestNode, name: string): Promise<void> {
  await host.store.accounts.register(name, "correct horse battery", host.clock.epoch());
  host.store.accounts.change(name, { isAlwaysOn: true });
}
