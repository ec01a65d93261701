/**
 * The scenarios in which clients come, sit, join and go.
 *
 * @module
 */
import { type Figures, latencies, look, memory, spent, type Target } from "./figures.ts";
import { Fleet } from "./fleet.ts";
import { Histogram } from "../../server/core/histogram.ts";

/** Clients that register, sit in the channel if there is one, and say nothing. One that is refused is an error. */
export async function idle(target: Target, clients: number): Promise<Figures> {
  return await come(target, clients, target.channel, "idle");
}

/** Clients that register, are in no channel, and say nothing. Those that are refused are counted. */
export async function connect(target: Target, clients: number): Promise<Figures> {
  return await come(target, clients, null, "connect");
}

async function come(
  target: Target,
  clients: number,
  channel: string | null,
  scenario: "idle" | "connect",
): Promise<Figures> {
  const fleet = fleetOf(target, clients, channel);
  try {
    const before = await look(target);
    const { opened, refused, latency } = await fleet.grow(scenario === "connect");
    const after = await look(target);
    const histogram = new Histogram();
    histogram.add(latency);
    return {
      scenario: `${scenario} ${clients}`,
      refused,
      closedByServer: await fleet.closed(),
      registrationsPerSecond: Math.round(opened * 1000 / (after.atMs - before.atMs)),
      ...spent(before, after, opened, "Registration"),
      ...latencies(histogram),
      ...memory(before, after, opened),
    };
  } finally {
    await fleet.close();
  }
}

/** Clients that are there already all join one channel at once. */
export async function names(target: Target, clients: number): Promise<Figures> {
  const fleet = fleetOf(target, clients, null);
  try {
    await fleet.grow();
    const before = await look(target);
    const { delivered, twice } = await fleet.storm(target.channel ?? "#load");
    const after = await look(target);
    // Who joins is told so, and so are all that were there before.
    const expected = clients * (clients + 1) / 2;
    return {
      scenario: `names ${clients}`,
      delivered,
      lost: expected - delivered,
      twice,
      closedByServer: await fleet.closed(),
      seconds: Number(((after.atMs - before.atMs) / 1000).toFixed(2)),
      ...spent(before, after, delivered, "JoinLine"),
      ...memory(before, after, clients),
    };
  } finally {
    await fleet.close();
  }
}

/** Clients that come, join a channel in which others come and go, and quit. */
export async function churn(target: Target, lives: number): Promise<Figures> {
  const fleet = fleetOf(target, 0, null);
  try {
    await fleet.churn(Math.min(lives, 100), "#churn"); // warms both sides up
    const before = await look(target);
    const { opened, refused, latency } = await fleet.churn(lives, "#churn");
    const after = await look(target);
    const histogram = new Histogram();
    histogram.add(latency);
    return {
      scenario: `churn ${lives}`,
      refused,
      livesPerSecond: Math.round(opened * 1000 / (after.atMs - before.atMs)),
      ...spent(before, after, opened, "Life"),
      ...latencies(histogram),
      ...memory(before, after, 0),
    };
  } finally {
    await fleet.close();
  }
}

function fleetOf(target: Target, clients: number, channel: string | null): Fleet {
  const { hostname, port, capabilities = [], workers = 1, openingAtOnce = 50 } = target;
  return new Fleet({
    hostname,
    port,
    clients,
    groupSize: Math.max(1, clients),
    speakers: 0,
    hasEcho: false,
    nicks: "c",
    channel,
    hasChannelEach: false,
    capabilities,
    openingAtOnce,
  }, workers);
}
