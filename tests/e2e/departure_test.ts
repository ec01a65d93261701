/**
 * How others are told of a departure: whoever has sent QUIT has quit, whoever has not is lost, and either is told once. Over
 * real sockets, for it is the kernel that makes it hard: it answers data for a closed socket with a reset, and a reset may
 * come with the QUIT still unread.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Holder } from "../load/holding.ts";
import { Daemon, type RawPeer } from "../support/daemon.ts";

const CLIENTS = 100;
/** Far more than it takes; only a departure that is never told reaches it. */
const WITHIN_MS = 30_000;

const encoder = new TextEncoder();

/** What a witness has seen of one nick's departure. */
interface Departure {
  readonly cause: string;
  readonly text: string;
}

const QUIT_REGEXP = /^@(?:\S*;)?chatd\/cause=([^; ]+)\S* :([^! ]+)!\S+ QUIT :(.*)$/;

/** Waits for so many lines that the pattern fits, then looks whether any comes on top. */
async function gather(
  witness: RawPeer,
  pattern: RegExp,
  count: number,
): Promise<RegExpExecArray[]> {
  const found: RegExpExecArray[] = [];
  const keep = (lines: readonly string[]): void => {
    for (const line of lines) {
      const match = pattern.exec(line);
      if (match !== null) found.push(match);
    }
  };
  const timer = setTimeout(() => witness.close(), WITHIN_MS);
  while (found.length < count && !witness.closed) {
    keep(await witness.until((line) => pattern.test(line)));
  }
  clearTimeout(timer);
  if (!witness.closed) keep(await witness.receive());
  return found;
}

/** Lets clients in, has them leave, and holds what the witness was told against what is wanted of each. */
async function check(
  leave: (conn: Deno.TcpConn) => Promise<void>,
  wanted: Departure,
  { reads = true } = {},
): Promise<void> {
  const daemon = await Daemon.start();
  try {
    const witness = await daemon.user("witness", ["message-tags"]);
    const nicks = Array.from({ length: CLIENTS }, (_, i) => `leaver${i}`);
    const conns = await Promise.all(nicks.map(async (nick) => {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port: daemon.port });
      await write(conn, `NICK ${nick}\r\nUSER ${nick} 0 * :${nick}\r\n`);
      return conn;
    }));
    await gather(witness, /^(?:@\S+ )?:leaver\d+!\S+ JOIN /, CLIENTS);
    const drains = reads ? conns.map(drain) : [];
    if (reads) await Promise.all(drains.map(({ answered }) => answered));
    await Promise.all(conns.map(leave));
    await expect(witness, nicks, wanted);
    await Promise.all(drains.map(({ done }) => done));
    witness.close();
  } finally {
    await daemon.close();
  }
}

/** Each of these, and each once, has left in the way that is wanted. */
async function expect(
  witness: RawPeer,
  nicks: readonly string[],
  wanted: Departure,
): Promise<void> {
  const seen = new Map<string, Departure[]>(nicks.map((nick) => [nick, []]));
  for (
    const [, cause = "", nick = "", text = ""] of await gather(witness, QUIT_REGEXP, nicks.length)
  ) {
    seen.get(nick)?.push({ cause, text });
  }
  assertEquals(seen, new Map(nicks.map((nick) => [nick, [wanted]])));
}

async function write(conn: Deno.TcpConn, text: string): Promise<void> {
  for (let rest = encoder.encode(text); rest.length > 0;) {
    rest = rest.subarray(await conn.write(rest));
  }
}

/** Reads what comes; `answered` when all that was sent before has been. */
function drain(conn: Deno.TcpConn): { answered: Promise<void>; done: Promise<void> } {
  const answered = Promise.withResolvers<void>();
  const run = async (): Promise<void> => {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(16 * 1024);
    try {
      await write(conn, "PING drained\r\n");
      let text = "";
      for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
        text = text.slice(-16) + decoder.decode(buffer.subarray(0, count), { stream: true });
        if (text.includes("drained\r\n")) answered.resolve();
      }
    } catch { /* closed by us */ }
  };
  return { answered: answered.promise, done: run() };
}

const QUIT: Departure = { cause: "quit", text: "Quit: bye" };
const LOST: Departure = { cause: "lost", text: "Connection lost" };

Deno.test("100 of 100 that send QUIT and close at once have quit", () =>
  check(async (conn) => {
    await write(conn, "QUIT :bye\r\n");
    conn.close();
  }, QUIT));

Deno.test("100 of 100 that send QUIT and close with unread data, which resets, have quit", () =>
  check(
    async (conn) => {
      await write(conn, "QUIT :bye\r\n");
      conn.close();
    },
    QUIT,
    { reads: false },
  ));

Deno.test("100 of 100 whose QUIT stands behind commands that can no longer be answered have quit", () =>
  check(
    async (conn) => {
      await write(conn, `PING ${"x".repeat(400)}\r\n`.repeat(50) + "QUIT :bye\r\n");
      conn.close();
    },
    QUIT,
    { reads: false },
  ));

Deno.test("100 of 100 that close without a word are lost", () =>
  check((conn) => {
    conn.close();
    return Promise.resolve();
  }, LOST));

Deno.test("100 of 100 that close with unread data, which resets, are lost", () =>
  check(
    (conn) => {
      conn.close();
      return Promise.resolve();
    },
    LOST,
    { reads: false },
  ));

Deno.test("100 of 100 that break off in the middle of a QUIT are lost", () =>
  check(async (conn) => {
    await write(conn, "QUIT :bye");
    conn.close();
  }, LOST));

Deno.test("100 of 100 whose process is killed are lost", async () => {
  const daemon = await Daemon.start();
  try {
    const witness = await daemon.user("witness", ["message-tags"]);
    const holder = await Holder.start(daemon.port, "held", CLIENTS);
    await gather(witness, /:held\d+!\S+ JOIN /, CLIENTS);
    await holder.kill();
    await expect(witness, Array.from({ length: CLIENTS }, (_, i) => `held${i}`), LOST);
    witness.close();
  } finally {
    await daemon.close();
  }
});
