/**
 * What a server on the open Internet meets: rubbish, floods, readers that do not read, crowds that vanish. After each of them
 * it answers within a second, its memory is bounded, it is the same process, and nobody else was touched.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Histogram } from "../../server/core/histogram.ts";
import { formatBytes, usageOf } from "../bench/process.ts";
import { Daemon, type ProgramOptions, type RawPeer, Transcription } from "../support/daemon.ts";
import { Holder } from "./holding.ts";

const ANSWERS_WITHIN_MS = 1000;
/** Only what never comes takes so long. */
const PATIENCE_MS = 60_000;
/** Far above what any of this needs, far below what an unbounded buffer would reach. */
const MEMORY_BYTES = 512 * 1024 * 1024;
const FILES_LEFT = 200;

/** What a value must come within. */
async function within<T>(ms: number, what: string, value: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A daemon, somebody who watches the lobby, and a look at both when the abuse is over. */
async function abuse(
  what: string,
  args: readonly string[],
  run: (daemon: Daemon, witness: RawPeer) => Promise<void>,
  options: ProgramOptions = {},
): Promise<void> {
  const daemon = await Daemon.start(args, options);
  daemon.isChecking = false;
  let hasEnded = false;
  daemon.child.status.then(() => hasEnded = true);
  try {
    const witness = await daemon.user("witness", ["message-tags"]);
    await within(PATIENCE_MS, what, run(daemon, witness));
    const startedAt = performance.now();
    await within(ANSWERS_WITHIN_MS, "answers one who was there", witness.receive());
    const newcomer = await within(ANSWERS_WITHIN_MS, "lets one in", daemon.user("newcomer"));
    const answeredMs = performance.now() - startedAt;
    assert(!witness.closed && !newcomer.closed && !hasEnded);
    const { rssBytes } = await usageOf(daemon.child.pid);
    assert(rssBytes < MEMORY_BYTES, `holds ${formatBytes(rssBytes)}`);
    print(`then answers in ${answeredMs.toFixed(1)} ms and holds ${formatBytes(rssBytes)}`);
    witness.close();
    newcomer.close();
  } finally {
    await daemon.close();
  }
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}

/** Bytes that look like chance and are the same every time. */
function randomBytes(seed: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  let state = seed;
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state >>> 8;
  }
  return bytes;
}

/** The lines up to so many that the pattern fits. */
async function gather(peer: RawPeer, pattern: RegExp, count: number): Promise<RegExpExecArray[]> {
  const found: RegExpExecArray[] = [];
  while (found.length < count && !peer.closed) {
    for (const line of await peer.until((line) => pattern.test(line))) {
      const match = pattern.exec(line);
      if (match !== null) found.push(match);
    }
  }
  return found;
}

Deno.test("random bytes harm nobody, before registration and after", () =>
  abuse("random bytes", [], async (daemon, witness) => {
    for (let seed = 1; seed <= 20; seed++) {
      const peer = seed % 2 === 0 ? await daemon.connect() : await daemon.user(`noise${seed}`);
      peer.sendBytes(randomBytes(seed, 64 * 1024));
      peer.send(""); // ends the last line, so that the session is still good for one
      const lines = await peer.receive();
      // Chance may spell QUIT; it does not with these seeds.
      assert(!peer.closed, `seed ${seed} was closed`);
      assert(lines.length > 0, `seed ${seed} was answered`);
      peer.close();
    }
    await gather(witness, / QUIT :Connection lost/, 10);
  }));

Deno.test("a mebibyte without a line end is refused once, and costs no memory", () =>
  abuse("a mebibyte", [], async (daemon) => {
    const peer = await daemon.user("endless");
    const before = await usageOf(daemon.child.pid);
    peer.sendBytes(new Uint8Array(1024 * 1024).fill(0x61));
    await peer.sent();
    const during = await usageOf(daemon.child.pid);
    print(`a mebibyte of one line costs ${formatBytes(during.rssBytes - before.rssBytes)}`);
    peer.send("");
    const lines = await peer.receive();
    assertEquals(lines.length, 1);
    assertMatch(lines[0] ?? "", / 417 endless /);
    peer.close();
  }));

Deno.test("a client that never reads is dropped alone, and nobody notices", () =>
  abuse("a frozen reader", ["--sendq", "65536"], async (daemon, witness) => {
    const frozen = await daemon.user("frozen");
    const speaker = await daemon.user("speaker");
    const others = await Promise.all(
      Array.from({ length: 5 }, (_, i) => daemon.user(`other${i}`)),
    );
    await witness.receive();

    const window = 50;
    const isWanted = / (?:PRIVMSG #lobby :(\d+) |QUIT :)/;
    const sentAt: number[] = [];
    const latency = new Histogram();
    const say = (): void => {
      speaker.send(`PRIVMSG #lobby :${sentAt.length} ${"x".repeat(400)}`);
      sentAt.push(performance.now());
    };
    for (let i = 0; i < window; i++) say();
    // The others read what they are sent, as people do.
    const reading = others.map((other) => other.until((line) => line.includes(" QUIT :")));
    const quits: string[] = [];
    let next = 0;
    while (quits.length === 0) {
      const line = (await witness.until((line) => isWanted.test(line))).at(-1) ?? "";
      const number = isWanted.exec(line)?.[1];
      if (number === undefined) {
        quits.push(line);
      } else {
        assertEquals(Number(number), next++);
        latency.record((performance.now() - (sentAt[Number(number)] ?? 0)) * 1000);
        say();
      }
    }
    assertMatch(quits[0] ?? "", /chatd\/cause=lost\S* :frozen!\S+ QUIT :SendQ exceeded$/);
    for (const lines of await Promise.all(reading)) {
      const said = lines.filter((line) => line.includes(" PRIVMSG #lobby "));
      assert(said.length >= next - window, "the others have all of it");
    }
    // The rest of what was said comes too, and nobody else goes.
    await speaker.receive();
    const rest = await witness.receive();
    assertEquals(rest.filter((line) => line.includes(" QUIT ")), []);
    assertEquals(next + rest.filter((line) => line.includes(" PRIVMSG ")).length, sentAt.length);
    const ms = (us: number): string => (us / 1000).toFixed(2);
    print(
      `${next} lines until the frozen one was dropped; a witness had them in ` +
        `${ms(latency.percentile(0.5))} ms (median), ${ms(latency.percentile(0.99))} (p99), ` +
        `${ms(latency.max)} (longest), ${window} on the way`,
    );
    for (const peer of [frozen, speaker, ...others]) peer.close();
  }));

Deno.test("2000 clients killed at once are each told as lost, once", () => {
  return abuse("a crowd that vanishes", [], async (daemon, witness) => {
    const files = await openFilesLimit();
    const count = Math.min(2000, files - FILES_LEFT);
    print(`${count} clients; the limit of open files is ${files}`);
    const half = Math.floor(count / 2);
    const holders = await Promise.all([
      Holder.start(daemon.port, "left", half),
      Holder.start(daemon.port, "right", count - half),
    ]);
    await witness.receive();
    await Promise.all(holders.map((holder) => holder.kill()));
    const startedAt = performance.now();
    await within(ANSWERS_WITHIN_MS, "answers while they go", (await daemon.connect()).receive());
    const answeredMs = performance.now() - startedAt;

    const pattern = /chatd\/cause=(\w+)\S* :([^!]+)!\S+ QUIT :(.*)$/;
    const seen = new Map<string, number>();
    const texts = new Set<string>();
    const note = ([, cause, nick = "", text]: RegExpExecArray): void => {
      seen.set(nick, (seen.get(nick) ?? 0) + 1);
      texts.add(`${cause}: ${text}`);
    };
    // Lines are counted as they come: with PING as a barrier there is no waiting for what does not come.
    for (const match of await gather(witness, pattern, count)) note(match);
    const toldMs = performance.now() - startedAt;
    for (const line of await witness.receive()) {
      const match = pattern.exec(line);
      if (match !== null) note(match);
    }
    assertEquals(seen.size, count);
    assertEquals(Math.max(...seen.values()), 1);
    assertEquals([...texts], ["lost: Connection lost"]);
    print(
      `answered another in ${answeredMs.toFixed(1)} ms; all ${count} were told in ${
        toldMs.toFixed(0)
      } ms`,
    );
  });
});

/** How many files a process may have open, as Deno sees it: it takes all that the system lets it have. */
async function openFilesLimit(): Promise<number> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -H -n"] }).output();
  const limit = Number(new TextDecoder().decode(stdout));
  return Number.isNaN(limit) ? Infinity : limit; // "unlimited"
}

Deno.test("those who never finish registering are closed in time, however often they send a byte", () =>
  abuse("slow registration", ["--register-within", "1"], async (daemon, witness) => {
    const slow = await Promise.all(Array.from({ length: 50 }, () => daemon.connect()));
    const errors: string[] = [];
    const endings = slow.map(async (peer) => {
      const lines = await peer.until((line) => line.startsWith("ERROR"));
      errors.push(lines.at(-1) ?? "");
      peer.close();
    });
    for (let i = 0; errors.length < slow.length; i++) {
      for (const peer of slow) if (!peer.closed) peer.sendBytes(new Uint8Array([0x41 + i % 26]));
      await witness.receive();
    }
    await Promise.all(endings);
    for (const error of errors) {
      assertMatch(error, /^ERROR :Closing link: .*\[Registration timeout\]$/);
    }
  }));

Deno.test("a connection too many is refused with ERROR, and let in when there is room", () =>
  abuse("a full server", ["--max-clients", "3"], async (daemon, witness) => {
    const second = await daemon.user("second");
    const third = await daemon.user("third");
    for (let i = 0; i < 100; i++) {
      const refused = await daemon.connect();
      const lines = await refused.until((line) => line.startsWith("ERROR"));
      assertEquals(lines, ["ERROR :The server is full. Try again later."]);
      refused.close();
    }
    for (const peer of [second, third]) {
      peer.send("QUIT");
      await peer.until(() => false); // until it is closed
      peer.close();
    }
    await gather(witness, / QUIT :/, 2);
  }));

Deno.test("a flood is pushed back: nothing of it is lost, nobody is closed, others are served", () => {
  const rate = 500, burst = 4 * rate, lines = burst + rate;
  return abuse("a flood", ["--flood-rate", String(rate)], async (daemon, witness) => {
    const flooder = await daemon.user("flooder");
    const other = await daemon.user("other");
    const text = Array.from({ length: lines }, (_, i) => `PRIVMSG #lobby :${i}\r\n`).join("");
    const startedAt = performance.now();
    flooder.sendBytes(new TextEncoder().encode(text));
    const arriving = gather(witness, /:flooder!\S+ PRIVMSG #lobby :(\d+)/, lines);
    let isOver = false;
    arriving.then(() => isOver = true);
    // A user who asks now and then, within their own rate.
    let worstMs = 0;
    while (!isOver) {
      const askedAt = performance.now();
      await within(ANSWERS_WITHIN_MS, "serves others meanwhile", other.receive());
      worstMs = Math.max(worstMs, performance.now() - askedAt);
      await Promise.race([arriving, new Promise((resolve) => setTimeout(resolve, 10))]);
    }
    const numbers = (await arriving).map(([, number]) => Number(number));
    const seconds = (performance.now() - startedAt) / 1000;
    assertEquals(numbers, Array.from({ length: lines }, (_, i) => i));
    await flooder.receive();
    assert(!flooder.closed);
    // What is over the burst comes at the rate and no faster.
    assert(seconds > 0.9 * (lines - burst) / rate, `took ${seconds} s`);
    print(
      `${lines} lines at ${rate}/s took ${seconds.toFixed(2)} s; ` +
        `others were answered in ${worstMs.toFixed(1)} ms at worst`,
    );
    for (const peer of [flooder, other]) peer.close();
  });
});

Deno.test("10,000 lines in one write, the last of them QUIT, all count", () =>
  abuse("a long write", [], async (daemon, witness) => {
    const talker = await daemon.user("talker");
    const lines = Array.from({ length: 9_999 }, (_, i) => `PRIVMSG #lobby :${i}\r\n`);
    talker.sendBytes(new TextEncoder().encode(lines.join("") + "QUIT :that is all\r\n"));
    await talker.sent();
    talker.close();
    const seen = await gather(
      witness,
      /:talker!\S+ (?:PRIVMSG #lobby :(\d+)|QUIT :(.*))$/,
      lines.length + 1,
    );
    const quit = seen.pop();
    assertEquals(quit?.[2], "Quit: that is all");
    assertEquals(seen.map(([, number]) => Number(number)), lines.map((_, i) => i));
  }));

/** How long strangers connect and reset, and how often somebody comes who means it. */
const RESET_SECONDS = 5;
const NEWCOMER_EVERY_MS = 20;
const RESETTER = new URL("./resetter.ts", import.meta.url).href;

/** A process that connects and resets on end, and when it is over, with how many connections that it has begun. */
async function startResetter(
  port: number,
  args: readonly string[],
): Promise<{ readonly count: Promise<number> }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "--no-prompt", "--allow-ffi", RESETTER],
      ...[String(port), String(RESET_SECONDS), ...args],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const said = new Transcription(child.stdout);
  await said.until("started");
  const count = said.done.then(async () => {
    await child.status;
    return Number(said.text.split("\n")[1]);
  });
  return { count };
}

/** Who does not even wait for an answer begins more than a processor can accept, and the system drops the rest. */
const WAYS: readonly [how: string, args: readonly string[], mostMs: number][] = [
  ["", [], 100],
  [", not waiting for an answer", ["--blindly"], 2000],
];

for (const [how, args, mostMs] of WAYS) {
  Deno.test(`LIVE-10 who connects and resets on end keeps nobody out${how}`, () =>
    abuse("resets", ["--log-level", "debug"], async (daemon) => {
      const { count } = await startResetter(daemon.port, args);
      let isOver = false;
      count.then(() => isOver = true);
      const tookMs: number[] = [];
      const newcomers: Promise<void>[] = [];
      const comeIn = async (nick: string): Promise<void> => {
        const startedAt = performance.now();
        const peer = await daemon.user(nick);
        tookMs.push(performance.now() - startedAt);
        assert(!peer.closed);
        peer.close();
      };
      while (!isOver) {
        newcomers.push(comeIn(`new${newcomers.length}`));
        await new Promise((resolve) => setTimeout(resolve, NEWCOMER_EVERY_MS));
      }
      await within(PATIENCE_MS / 2, "lets them in", Promise.all(newcomers));
      tookMs.sort((a, b) => a - b);
      const at = (share: number): number => tookMs[Math.floor(share * (tookMs.length - 1))] ?? 0;
      const [median, p90, longest] = [at(0.5), at(0.9), at(1)];
      print(
        `${await count} connections were reset in ${RESET_SECONDS} s; ${tookMs.length} newcomers ` +
          `were in after ${median.toFixed(1)} ms (median), ${p90.toFixed(1)} (p90), ` +
          `${longest.toFixed(1)} (longest)`,
      );
      assert(tookMs.length > 50);
      assert(median <= mostMs, `${median} ms`);
    }));
}

Deno.test("LIVE-10 without files for more the server rests, warns once, and is back within a second", () => {
  const files = 64;
  return abuse("no files", [], async (daemon, witness) => {
    const held = await Promise.all(Array.from({ length: 2 * files }, () => daemon.connect()));
    await daemon.log.until("Cannot accept a connection");
    const [before, since] = [await usageOf(daemon.child.pid), performance.now()];
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const cpuMs = ((await usageOf(daemon.child.pid)).cpuUs - before.cpuUs) / 1000;
    const share = cpuMs / (performance.now() - since);
    await within(ANSWERS_WITHIN_MS, "serves those who are there", witness.receive());
    const freedAt = performance.now();
    for (const peer of held) peer.close();
    await within(ANSWERS_WITHIN_MS, "is back", daemon.user("next"));
    print(
      `without files it took ${(100 * share).toFixed(1)} % of a processor, and was back in ` +
        `${(performance.now() - freedAt).toFixed(1)} ms`,
    );
    assert(share < 0.1, `${share}`);
    assertEquals(daemon.log.text.split("Cannot accept a connection").length - 1, 1);
  }, { files });
});
