/**
 * The scenarios in which clients talk: one channel, many rooms, pairs, and a pair beside a busy channel.
 *
 * @module
 */
import {
  faults,
  type Figures,
  inside,
  latencies,
  type Look,
  look,
  memory,
  spent,
  type Target,
} from "./figures.ts";
import { Fleet, type Talked } from "./fleet.ts";
import type { Seating } from "./ledger.ts";
import type { Pace, Talk } from "./swarm.ts";

/** How long clients talk, and how long their texts are. */
export interface TalkOptions {
  readonly seconds: number;
  /** How long they have talked before that counts; by default a quarter of it, and at most a second. */
  readonly warmUpSeconds?: number;
  readonly textBytes: number;
}

/** What the fan-out takes from the command line. */
export interface FanoutOptions extends TalkOptions {
  readonly clients: number;
  readonly senders: number;
  readonly pace: Pace;
}

/** Rooms of some members each, in which so many lines a second are said in all. */
export interface RoomsOptions extends TalkOptions {
  readonly rooms: number;
  readonly members: number;
  readonly perSecond: number;
}

/** Pairs of whom one talks to the other, with so many lines on their way. */
export interface PairsOptions extends TalkOptions {
  readonly pairs: number;
  readonly window: number;
}

/** Lines of a speaker at the most: its number has so many digits. */
const MOST_LINES = 50_000_000;

/** One channel in which some talk and all others listen. */
export function fanout(target: Target, options: FanoutOptions): Promise<Figures> {
  const { clients, senders, pace } = options;
  return withFleet(
    target,
    { clients, groupSize: clients, speakers: senders },
    { channel: target.channel ?? "#load" },
    (fleet) =>
      measured(target, fleet, `fanout ${clients} ${senders} ${formatPace(pace)}`, pace, options),
  );
}

/** Rooms in which everybody talks. */
export function rooms(target: Target, options: RoomsOptions): Promise<Figures> {
  const { rooms, members, perSecond } = options;
  const clients = rooms * members;
  return withFleet(
    target,
    { clients, groupSize: members, speakers: members },
    { channel: "#load", hasChannelEach: true },
    (fleet) =>
      measured(
        target,
        fleet,
        `rooms ${rooms} ${members} ${perSecond}`,
        { perSecond: perSecond / clients },
        options,
      ),
  );
}

/** Pairs that are in no channel. */
export function pairs(target: Target, options: PairsOptions): Promise<Figures> {
  const { pairs, window } = options;
  return withFleet(
    target,
    { clients: pairs * 2, groupSize: 2, speakers: 1 },
    { channel: null },
    (fleet) => measured(target, fleet, `dm ${pairs} ${window}`, { window }, options),
  );
}

/** A pair that talks, one line at a time, while a channel is busy: does it still get its turn? */
export function beside(target: Target, options: FanoutOptions): Promise<Figures> {
  const { clients, senders, pace } = options;
  const talk = talkOf(pace, options);
  return withFleet(
    target,
    { clients, groupSize: clients, speakers: senders },
    { channel: target.channel ?? "#load" },
    (crowd) =>
      withFleet(
        { ...target, workers: 1 },
        { clients: 2, groupSize: 2, speakers: 1 },
        { channel: null, nicks: "pair" },
        async (pair) => {
          await crowd.talk({ ...talk, seconds: Math.min(1, talk.seconds / 4) });
          const before = await look(target);
          const [ofCrowd, ofPair] = await Promise.all([
            crowd.talk(talk),
            pair.talk({ ...talk, pace: { window: 1 } }),
          ]);
          const after = await look(target);
          return {
            scenario: `beside ${clients} ${senders} ${formatPace(pace)}`,
            ...figuresOf(ofCrowd, before, after),
            pairDelivered: ofPair.account.delivered,
            pairLost: ofPair.account.lost,
            pairP50Us: Math.round(ofPair.latency.percentile(0.5)),
            pairP99Us: Math.round(ofPair.latency.percentile(0.99)),
            pairMaxUs: Math.round(ofPair.latency.max),
          };
        },
      ),
  );
}

async function withFleet(
  target: Target,
  seating: Omit<Seating, "hasEcho">,
  where: { channel: string | null; hasChannelEach?: boolean; nicks?: string },
  act: (fleet: Fleet) => Promise<Figures>,
): Promise<Figures> {
  const { hostname, port, capabilities = [], workers = 1, openingAtOnce = 50 } = target;
  const fleet = new Fleet({
    hostname,
    port,
    nicks: "c",
    hasChannelEach: false,
    ...where,
    ...seating,
    hasEcho: capabilities.includes("echo-message"),
    capabilities,
    openingAtOnce,
  }, workers);
  try {
    await fleet.grow();
    return await act(fleet);
  } finally {
    await fleet.close();
  }
}

async function measured(
  target: Target,
  fleet: Fleet,
  scenario: string,
  pace: Pace,
  options: TalkOptions,
): Promise<Figures> {
  const talk = talkOf(pace, options);
  await fleet.talk({ ...talk, seconds: options.warmUpSeconds ?? Math.min(1, talk.seconds / 4) });
  const before = await look(target);
  const talked = await fleet.talk(talk);
  const after = await look(target);
  return { scenario, ...figuresOf(talked, before, after) };
}

function talkOf(pace: Pace, { seconds, textBytes }: TalkOptions): Talk {
  return { pace, seconds, lines: MOST_LINES, textBytes };
}

function figuresOf(
  { account, latency, closed, elapsedMs }: Talked,
  before: Look,
  after: Look,
): Figures {
  return {
    delivered: account.delivered,
    ...faults(account),
    closedByServer: closed,
    deliveriesPerSecond: Math.round(account.delivered * 1000 / elapsedMs),
    ...spent(before, after, account.delivered, "Delivery"),
    ...latencies(latency),
    ...inside(after),
    ...memory(before, after, 0),
  };
}

function formatPace(pace: Pace): string {
  return "window" in pace ? `w${pace.window}` : String(pace.perSecond);
}
