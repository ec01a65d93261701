/**
 * What is run, on whom, and what it should show.
 *
 * @module
 */

/** Whom a scenario is run on: a server, with clients of some kind. */
export type SubjectId = "chatd" | "inspircd" | "ngircd" | "floor" | "caps" | "unkept";

/** A figure of one subject held against the same figure of another, or against a number. */
export interface Goal {
  readonly figure: string;
  readonly subject: SubjectId;
  readonly against: SubjectId | null;
  readonly most?: number;
  readonly least?: number;
}

/** A scenario with its numbers. */
export interface Row {
  readonly args: readonly string[];
  /** The same, for trying out. */
  readonly quick: readonly string[];
  /** What the server's time is divided by. */
  readonly cost: string;
  readonly subjects: readonly SubjectId[];
  readonly goals: readonly Goal[];
}

/** What the load adds for clients with capabilities. */
export const CAPABILITIES = "message-tags,server-time,echo-message";

const PER_DELIVERY = "serverCpuPerDeliveryUs";
const ALL: readonly SubjectId[] = ["chatd", "inspircd", "ngircd", "floor"];

function row(
  args: string,
  quick: string,
  cost: string,
  goals: readonly Goal[],
  subjects: readonly SubjectId[] = ALL,
): Row {
  return { args: args.split(" "), quick: quick.split(" "), cost, goals, subjects };
}

function most(
  figure: string,
  ratio: number,
  subject: SubjectId = "chatd",
  against: SubjectId | null = "inspircd",
): Goal {
  return { figure, subject, against, most: ratio };
}

/** The table. */
export const ROWS: readonly Row[] = [
  row("fanout 500 10 50", "fanout 50 5 20", PER_DELIVERY, [
    most(PER_DELIVERY, 1.0),
    most("latencyP99Us", 1.0),
    most(PER_DELIVERY, 1.3, "caps", "chatd"),
    most(PER_DELIVERY, 1.25, "chatd", "unkept"),
  ], [...ALL, "caps", "unkept"]),
  row("fanout 1000 10 100", "fanout 100 5 50", PER_DELIVERY, [
    most(PER_DELIVERY, 0.95),
    most("latencyP99Us", 0.6),
  ]),
  row("fanout 1000 10 w8", "fanout 100 5 w8", PER_DELIVERY, [
    most(PER_DELIVERY, 0.7),
    { figure: "deliveriesPerSecond", subject: "chatd", against: "inspircd", least: 3 },
  ]),
  row("rooms 50 10 5000", "rooms 10 10 500", PER_DELIVERY, [
    most(PER_DELIVERY, 1.2),
    most("latencyP99Us", 0.1),
  ]),
  row("dm 1000 1", "dm 50 1", PER_DELIVERY, [most(PER_DELIVERY, 1.15)]),
  row("dm 200 8", "dm 20 8", PER_DELIVERY, [most(PER_DELIVERY, 0.7)]),
  row("connect 10000", "connect 300", "serverCpuPerRegistrationUs", [
    most("serverCpuPerRegistrationUs", 1.0),
    most("refused", 0, "chatd", null),
    most("rssPerClientBytes", 10 * 1024, "chatd", null),
  ]),
  row("names 5000", "names 200", "serverCpuPerJoinLineUs", [most("serverCpuPerJoinLineUs", 1.3)]),
  row("churn 5000", "churn 200", "serverCpuPerLifeUs", []),
  row("beside 5000 20 2", "beside 200 10 10", PER_DELIVERY, [
    most("pairP99Us", 50_000, "chatd", null),
  ], ["chatd", "inspircd", "floor"]),
  // As much as any of them can do on one core: what a pair waits then is shown, and no goal.
  row("beside 5000 20 4", "beside 200 10 20", PER_DELIVERY, [], ["chatd", "inspircd", "floor"]),
];

/** The fan-out at growing rates, for the plot. */
export const SWEEP: readonly Row[] = [5, 10, 25, 50, 75, 100, 150, 200, 300].map((rate) =>
  row(`fanout 1000 10 ${rate}`, `fanout 100 5 ${rate}`, PER_DELIVERY, [], [
    "chatd",
    "inspircd",
    "floor",
  ])
);
