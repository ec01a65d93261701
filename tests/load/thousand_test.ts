/**
 * A thousand people in one room: every line reaches everybody once, and in order. A thousand pairs: each has its turn.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { formatBytes, formatTable, usageOf } from "../bench/process.ts";
import { Swarm, type SwarmOptions } from "../bench/swarm.ts";
import { Daemon } from "../support/daemon.ts";

const CLIENTS = 1000;
const SENDERS = 10;
const LINES_EACH = 10;
const PAIRS = 1000;
/** How much longer the slowest line of a hundred may take than most do. */
const MOST_TIMES = 8;

/** Clients of a daemon of their own. */
async function withSwarm(
  seating: Pick<SwarmOptions, "channel" | "clients" | "groupSize" | "speakers">,
  body: (swarm: Swarm, daemon: Daemon) => Promise<void>,
): Promise<void> {
  const daemon = await Daemon.start();
  daemon.isChecking = false;
  const swarm = new Swarm({
    ...seating,
    hostname: "127.0.0.1",
    port: daemon.port,
    nicks: "c",
    hasChannelEach: false,
    capabilities: [],
    openingAtOnce: 50,
    hasEcho: false,
    share: 0,
    shares: 1,
  });
  try {
    await body(swarm, daemon);
  } finally {
    swarm.close();
    await daemon.close();
  }
}

Deno.test("1000 clients in the lobby have 100 messages each, none lost, none twice, in order", () => {
  const room = { channel: "#lobby", clients: CLIENTS, groupSize: CLIENTS, speakers: SENDERS };
  return withSwarm(room, async (swarm, daemon) => {
    const { rssBytes: empty } = await usageOf(daemon.child.pid);
    await swarm.grow();
    const { rssBytes: joined } = await usageOf(daemon.child.pid);

    const account = await swarm.talk({
      pace: { window: LINES_EACH }, // all at once
      lines: LINES_EACH,
      seconds: Infinity,
      textBytes: 64,
    });

    // Nobody has an echo of what they said themselves.
    const expected = SENDERS * LINES_EACH * (CLIENTS - 1);
    assertEquals(account, {
      expected,
      delivered: expected,
      lost: 0,
      twice: 0,
      late: 0,
      strange: 0,
    });
    assertEquals(swarm.closed(), 0, "nobody was closed");

    const { rssBytes: spoken } = await usageOf(daemon.child.pid);
    write(formatTable([
      ["daemon's memory", "total", "per client"],
      ["empty", formatBytes(empty), ""],
      ["joined", formatBytes(joined), formatBytes((joined - empty) / CLIENTS)],
      ["after the messages", formatBytes(spoken), formatBytes((spoken - empty) / CLIENTS)],
      ["median of a message's way", `${(swarm.latency.percentile(0.5) / 1000).toFixed(1)} ms`],
      ["the slowest", `${(swarm.latency.max / 1000).toFixed(1)} ms`],
    ]));
  });
});

Deno.test("1000 pairs that answer at once are all served, and nobody again and again before others", () => {
  const pairs = { channel: null, clients: PAIRS * 2, groupSize: 2, speakers: 1 };
  return withSwarm(pairs, async (swarm) => {
    await swarm.grow();
    const { lost } = await swarm.talk({
      pace: { window: 1 },
      lines: Infinity,
      seconds: 3,
      textBytes: 64,
    });
    assertEquals(lost, 0);
    const [most, slowest] = [swarm.latency.percentile(0.5), swarm.latency.percentile(0.99)];
    const text = `${(most / 1000).toFixed(1)} ms for most, ${(slowest / 1000).toFixed(1)} ms`;
    write(`a line from one to the other: ${text} for the slowest of a hundred`);
    assert(slowest < most * MOST_TIMES, text);
  });
});

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}
