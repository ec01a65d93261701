/**
 * Whatever was done, those who are always on and the channels in which they stay are after a restart what they were before.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { presenceOf } from "../../server/core/presence.ts";
import { recordOf } from "../../server/core/registered.ts";
import { openStore } from "../../server/store/store.ts";
import { device, stayer } from "../support/devices.ts";
import { memoryStore, TestNode, type TestPeer } from "../support/node.ts";

const STAYING = ["alice", "berta"] as const;
const WHO = [...STAYING, "guest"] as const;
const WHERE = ["#tea", "#Milk"] as const;

const where = fc.constantFrom(...WHERE);
const nick = fc.constantFrom("alice", "berta", "user1", "ally");
const text = fc.constantFrom("hello", "a b", ":)", "");
const LINE = fc.oneof(
  { weight: 5, arbitrary: where.map((each) => `JOIN ${each}`) },
  { weight: 2, arbitrary: where.map((each) => `PART ${each}`) },
  { weight: 2, arbitrary: nick.map((each) => `NICK ${each}`) },
  { weight: 2, arbitrary: fc.tuple(where, text).map(([at, said]) => `TOPIC ${at} :${said}`) },
  { weight: 4, arbitrary: fc.tuple(where, nick).map(([at, who]) => `KICK ${at} ${who}`) },
  {
    weight: 4,
    arbitrary: fc.tuple(
      where,
      fc.constantFrom("+i", "-i", "+sk x", "-k x", "+l 5", "+b a!*@*", "-t", "+J", "+H 5:1d"),
    )
      .map(([at, modes]) => `MODE ${at} ${modes}`),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(where, fc.constantFrom("+o", "-o", "+v", "-v"), nick)
      .map(([at, mode, who]) => `MODE ${at} ${mode} ${who}`),
  },
  { weight: 1, arbitrary: fc.tuple(where, where).map(([at, to]) => `RENAME ${at} ${to}x`) },
  {
    weight: 1,
    arbitrary: fc.tuple(where, text).map(([at, said]) => `METADATA ${at} SET k :${said}`),
  },
  { weight: 1, arbitrary: text.map((said) => `METADATA * SET k :${said}`) },
  { weight: 1, arbitrary: text.map((said) => `AWAY :${said}`) },
  { weight: 1, arbitrary: text.map((said) => `SETNAME :${said}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("+i", "-i", "+B", "+T").map((modes) => `MODE alice ${modes}`),
  },
  { weight: 1, arbitrary: where.map((each) => `PRIVMSG ChanServ :REGISTER ${each}`) },
  { weight: 1, arbitrary: where.map((each) => `PRIVMSG ChanServ :DROP ${each} ${each}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("off", "on", "on").map((on) =>
      `PRIVMSG NickServ :SET ALWAYSON ${on}`
    ),
  },
  { weight: 1, arbitrary: fc.constant("QUIT :bye") },
);

/** What must be the same, of a state. */
function lasting({ node: { state, store } }: TestNode): unknown {
  const staying = [...state.users.values()].filter(({ account }) =>
    account !== null && (store.accounts.choosesAlwaysOn(account) ?? false)
  );
  const channels = [...state.channels.values()].filter(({ founder, members }) =>
    founder !== null || staying.some(({ id }) => members.has(id))
  );
  return {
    users: staying.map((user) => presenceOf(user, user.account ?? "", undefined))
      .map(({ channels, spokeAt: _, ...others }) => ({
        ...others,
        modes: [...others.modes].sort(),
        channels: channels.toSorted((a, b) => a.channel < b.channel ? -1 : 1),
      }))
      .sort((a, b) => a.account < b.account ? -1 : 1),
    channels: channels.map((channel) => recordOf(channel))
      .map((record) => ({ ...record, flags: record.flags.toSorted() }))
      .sort((a, b) => a.name < b.name ? -1 : 1),
  };
}

Deno.test("ALWAYS-4 ALWAYS-5 whatever was done, after a restart it is as it was", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...WHO), LINE), { minLength: 10, maxLength: 80 }),
      async (steps) => {
        const host = new TestNode({}, openStore(null, memoryStore({})));
        for (const account of STAYING) await stayer(host, account);
        const peers = new Map<string, TestPeer>();
        for (const [who, line] of steps) {
          let peer = peers.get(who);
          if (peer === undefined || peer.closed) {
            peer = who === "guest"
              ? host.user("*")
              : device(host, who, { caps: ["draft/metadata-3"] });
            peers.set(who, peer);
            peer.send(`JOIN ${WHERE.join()}`);
          }
          if (!peer.closed) await peer.sendAndWait(line);
        }
        host.store.flush();
        assertEquals(lasting(new TestNode({}, host.store)), lasting(host));
      },
    ),
    { numRuns: 150 },
  );
});
