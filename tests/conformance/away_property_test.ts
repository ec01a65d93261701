/**
 * Whatever the devices of a person say of being away, come and go: others know of the person what follows from it, and are told
 * only what is new.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ALICE, stayer } from "../support/devices.ts";
import { TestNode, type TestPeer } from "../support/node.ts";

const ABSENT = "Not connected. Messages are kept.";

/** A device as it should be: the last thing that it has said of itself, and how late. */
interface Device {
  readonly peer: TestPeer;
  away: string | null;
  order: number;
}

const TEXT = fc.constantFrom(null, "*", "lunch", "bus", "train");
const ACTION = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant("say" as const), which: fc.nat(3), text: TEXT }),
  },
  // Without a text it does not say anything before it is one.
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("come" as const),
      text: fc.option(TEXT, { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("go" as const), which: fc.nat(3) }) },
);

/** What a person is, by what is known of all devices; `left` is what the last one that went has left. */
function expected(devices: readonly Device[], left: string | null): string | null {
  if (devices.length === 0) return left ?? ABSENT;
  if (devices.some(({ away }) => away === null)) return null;
  const reasons = devices.filter(({ away }) => away !== "*").sort((a, b) => b.order - a.order);
  return reasons[0]?.away ?? "*";
}

const awayLine = (text: string | null): string => text === null ? "AWAY" : `AWAY :${text}`;

Deno.test("DEVICE-7 DEVICE-8 AWAY-2 AWAY-4 whatever devices say, others know of the person what follows, and are told it once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(ACTION, { maxLength: 40 }), async (actions) => {
      const host = new TestNode();
      await stayer(host, "alice");
      const bob = host.user("bob", ["away-notify"]);
      bob.send("JOIN #tea");
      let devices: Device[] = [];
      let left: string | null = null;
      let order = 0;
      let known: string | null = null;
      const come = (text: string | null | undefined): Device => {
        const peer = host.open();
        peer.session.account = "alice";
        peer.send("CAP REQ draft/pre-away");
        if (text !== undefined) peer.send(awayLine(text));
        for (const line of ["NICK alice", "USER alice 0 * :alice", "CAP END"]) peer.send(line);
        // Who had no device is as away as before.
        const keeps = devices.length === 0 && left !== null && left !== "*" &&
          (text === undefined || text === "*");
        return { peer, away: keeps ? left : text ?? null, order: ++order };
      };
      devices.push(come(undefined));
      devices[0]?.peer.send("JOIN #tea");
      bob.take();
      for (const action of actions) {
        const others = devices.map(({ peer }) => peer);
        for (const peer of others) peer.take();
        if (action.what === "come") {
          devices.push(come(action.text));
        } else {
          const chosen = devices[action.which % Math.max(1, devices.length)];
          if (chosen === undefined) continue;
          others.splice(others.indexOf(chosen.peer), 1);
          if (action.what === "say") {
            chosen.peer.send(awayLine(action.text));
            [chosen.away, chosen.order] = [action.text, ++order];
          } else {
            chosen.peer.close();
            devices = devices.filter((device) => device !== chosen);
            if (devices.length === 0) left = chosen.away;
          }
        }
        const now = expected(devices, left);
        const told = now === known
          ? []
          : [now === null ? `:${ALICE} AWAY` : `:${ALICE} AWAY :${now}`];
        assertEquals(bob.take(), told, JSON.stringify(action));
        known = now;
        for (const peer of others) assertEquals(peer.take(), []);
        bob.send("WHO alice %f");
        assertEquals(bob.take()[0]?.split(" ")[3]?.[0], now === null ? "H" : "G");
      }
    }),
    { numRuns: 100 },
  );
});
