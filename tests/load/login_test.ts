/**
 * A thousand who log in at once: each is answered, the server's memory stays bounded, and those who talk meanwhile hardly
 * notice.
 *
 * SPEC: "Accounts".
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { openStore } from "../../server/store/store.ts";
import { Histogram } from "../../server/core/histogram.ts";
import { formatBytes, usageOf } from "../bench/process.ts";
import { Daemon, type RawPeer } from "../support/daemon.ts";

const CLIENTS = 1000;
const ACCOUNTS = 50;
/** A talk of so many lines to and fro is timed before, and as many as there is time for meanwhile. */
const CALM_LINES = 500;

/** What each client does, in turns, and the numerics of which one must come. */
const DEEDS: readonly (readonly [name: string, lines: (i: number) => string[], answers: string])[] =
  [
    ["the right password", (i) => plain(`user${i % ACCOUNTS}`, "a good password"), "903|904"],
    ["a wrong password", (i) => plain(`user${i % ACCOUNTS}`, `guess ${i}`), "904"],
    ["no such account", (i) => plain(`nobody${i}`, "a good password"), "904"],
    ["an exchange given up", () => ["AUTHENTICATE PLAIN", "AUTHENTICATE *"], "906"],
    ["rubbish", () => ["AUTHENTICATE PLAIN", "AUTHENTICATE !!!!"], "904"],
    ["too much", () => ["AUTHENTICATE PLAIN", ...endless()], "904"],
    ["no end", () => ["AUTHENTICATE SCRAM-SHA-256"], "904|906|\\+"],
  ];

function plain(name: string, password: string): string[] {
  return ["AUTHENTICATE PLAIN", `AUTHENTICATE ${btoa(`\0${name}\0${password}`)}`];
}

function endless(): string[] {
  return Array.from({ length: 50 }, () => `AUTHENTICATE ${"A".repeat(400)}`);
}

/** Times lines between two until told to stop, one after the other. */
async function talk(
  ann: RawPeer,
  bob: RawPeer,
  isDone: (count: number) => boolean,
): Promise<Histogram> {
  const latency = new Histogram();
  for (let i = 0; !isDone(i); i++) {
    const startedAt = performance.now();
    ann.send(`PRIVMSG bob :line ${i}`);
    await bob.until((line) => line.endsWith(`:line ${i}`));
    latency.record((performance.now() - startedAt) * 1000);
  }
  return latency;
}

/** One client from an address of its own; tells whether it was answered as it should be. */
async function logIn(daemon: Daemon, i: number): Promise<string> {
  const deed = DEEDS[i % DEEDS.length];
  assert(deed !== undefined);
  const [name, lines, answers] = deed;
  const peer = await daemon.connect();
  peer.send(`PROXY TCP4 10.0.${i >> 8}.${i & 255} 127.0.0.1 1000 6667`);
  for (const line of ["CAP REQ sasl", ...lines(i)]) peer.send(line);
  const pattern = new RegExp(
    `^(?::\\S+ (?:${answers}) |AUTHENTICATE (?:${answers})$|:\\S+ AUTHENTICATE (?:${answers})$)`,
  );
  const said = await peer.until((line) => pattern.test(line));
  const last = said.at(-1) ?? "nothing";
  peer.close();
  assert(pattern.test(last), `${name}: ${said.join("\n")}`);
  return `${name}: ${last.split(" ")[1] ?? last}`;
}

Deno.test(`${CLIENTS} logins at once are all answered, and hold up nobody`, async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/chatd.db`;
  const store = openStore(file);
  for (let i = 0; i < ACCOUNTS; i++) {
    await store.accounts.register(`user${i}`, "a good password", Date.now());
  }
  store.database.close();
  const daemon = await Daemon.start([
    "--data",
    file,
    "--trusted-proxies",
    "127.0.0.1",
    "--register-within",
    "120",
  ]);
  daemon.isChecking = false;
  try {
    const [ann, bob] = [await daemon.user("ann"), await daemon.user("bob")];
    const calm = await talk(ann, bob, (count) => count === CALM_LINES);
    const before = await usageOf(daemon.child.pid);
    let isOver = false;
    const startedAt = performance.now();
    const busy = talk(ann, bob, () => isOver);
    const outcomes = new Map<string, number>();
    await Promise.all(Array.from({ length: CLIENTS }, async (_, i) => {
      const outcome = await logIn(daemon, i);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }));
    const tookMs = performance.now() - startedAt;
    isOver = true;
    const latency = await busy;
    const after = await usageOf(daemon.child.pid);
    assertEquals([...outcomes.values()].reduce((sum, count) => sum + count), CLIENTS);
    assert(after.rssBytes < 512 * 1024 * 1024, formatBytes(after.rssBytes));
    const ms = (us: number): string => `${(us / 1000).toFixed(1)} ms`;
    print(`${CLIENTS} logins at once, answered after ${(tookMs / 1000).toFixed(1)} s:`);
    for (const [outcome, count] of [...outcomes].sort()) print(`  ${outcome}: ${count}`);
    print(
      `two who talk meanwhile: p50 ${ms(latency.percentile(0.5))}, p99 ${
        ms(latency.percentile(0.99))
      }, ` +
        `max ${ms(latency.max)} (before: p50 ${ms(calm.percentile(0.5))}, p99 ${
          ms(calm.percentile(0.99))
        })`,
    );
    print(`memory ${formatBytes(before.rssBytes)}, then ${formatBytes(after.rssBytes)}`);
    for (const peer of [ann, bob]) peer.close();
  } finally {
    await daemon.close();
    await Deno.remove(folder, { recursive: true });
  }
});

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}
