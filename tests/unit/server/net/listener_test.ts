import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { Cloak } from "../../../../server/net/cloak.ts";
import { type Acceptor, Listener } from "../../../../server/net/listener.ts";
import { sessionHost } from "../../../../server/node.ts";
import { TestNode } from "../../../support/node.ts";

/** What a call of accept comes to: an error, or a connection from there. */
type Outcome = Error | string;

/** A listening socket that hands out what it is told to, as fast as the runtime does; then nothing comes any more. */
class FakeAcceptor implements Acceptor {
  readonly addr: Deno.NetAddr = { transport: "tcp", hostname: "127.0.0.1", port: 6667 };
  readonly #outcomes: Iterator<Outcome>;
  #onClose: ((error: Error) => void) | null = null;
  readonly #onEnd: () => void;

  constructor(outcomes: Iterable<Outcome>, onEnd: () => void) {
    this.#outcomes = outcomes[Symbol.iterator]();
    this.#onEnd = onEnd;
  }

  accept(): Promise<Deno.TcpConn> {
    const { value, done } = this.#outcomes.next();
    if (done === true) {
      this.#onEnd();
      return new Promise((_, reject) => this.#onClose = reject);
    }
    return value instanceof Error ? Promise.reject(value) : Promise.resolve(connectionFrom(value));
  }

  close(): void {
    this.#onClose?.(new Deno.errors.BadResource("Listener has been closed"));
  }
}

/** A connection that says nothing and ends; from nowhere, one that is gone already. */
function connectionFrom(hostname: string): Deno.TcpConn {
  const addr = { transport: "tcp", hostname, port: 50_000 } as const;
  const conn = {
    get remoteAddr() {
      if (hostname === "") throw failure("ENOTCONN");
      return addr;
    },
    setNoDelay() {},
    setKeepAlive() {},
    read: () => Promise.resolve(null),
    write: (bytes: Uint8Array) => Promise.resolve(bytes.length),
    closeWrite: () => Promise.resolve(),
    close() {},
  };
  return conn as unknown as Deno.TcpConn;
}

/** An error as the runtime throws it. */
function failure(code: string): Error {
  return Object.assign(new Error(`${code} (os error 0)`), code === "" ? {} : { code });
}

/** What came of a listener whose calls of accept have come to these. */
interface Outcomes {
  readonly host: TestNode;
  readonly pauses: number[];
  /** Turns that the event loop has had meanwhile. */
  readonly turns: number;
}

/** Lets a listener accept until there is nothing more, and closes it. */
async function accept(outcomes: Iterable<Outcome>, host = new TestNode()): Promise<Outcomes> {
  const { promise: end, resolve } = Promise.withResolvers<void>();
  const cloak = new Cloak();
  for (const address of ["192.0.2.1", "192.0.2.2"]) await cloak.of(address); // so that they are let in at once
  const pauses: number[] = [];
  const listener = new Listener(
    new FakeAcceptor(outcomes, resolve),
    sessionHost(host.node),
    cloak,
    host.log,
    false,
    (ms) => {
      pauses.push(ms);
      host.clock.advance(ms);
      return new Promise((resolve) => setImmediate(resolve));
    },
  );
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const running = listener.run();
  await end;
  isOver = true;
  await host.node.supervisor.empty();
  listener.close();
  await running;
  return { host, pauses, turns };
}

function* repeat(count: number, outcome: () => Outcome): Generator<Outcome> {
  for (let i = 0; i < count; i++) yield outcome();
}

const ITS_OWN =
  "ECONNABORTED ECONNRESET EHOSTDOWN EHOSTUNREACH EINTR ENETDOWN ENETUNREACH ENONET " +
  "ENOPROTOOPT ENOTCONN EOPNOTSUPP EPERM EPIPE EPROTO ETIMEDOUT";

for (const code of ITS_OWN.split(" ")) {
  Deno.test(`run() LIVE-10 what befalls one connection holds up no other: ${code}`, async () => {
    const { host, pauses } = await accept([failure(code), "192.0.2.1", failure(code), "192.0.2.2"]);
    assertEquals(pauses, []);
    assertEquals(host.log.of("connected").map(({ fields }) => fields.ip), [
      "192.0.2.1",
      "192.0.2.2",
    ]);
    assertEquals(host.log.of("accept-error").map(({ level }) => level), ["debug"]);
  });
}

for (const code of ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]) {
  Deno.test(`run() LIVE-10 what the system lacks is waited for, and told once a minute: ${code}`, async () => {
    const { host, pauses } = await accept([
      ...repeat(2400, () => failure(code)),
      "192.0.2.1",
      failure(code),
      "192.0.2.2",
    ]);
    // 120 seconds of nothing else.
    assertEquals(pauses, Array(2401).fill(50));
    assertEquals(host.log.of("connected").length, 2);
    const told = host.log.of("accept-error");
    assertEquals(told.map(({ level }) => level), ["warn", "warn", "warn"]);
    assertEquals(told.map(({ fields }) => fields.times), [1, 1200, 1200]);
  });
}

Deno.test("run() LIVE-10 an error that nobody knows is tried again, with a pause that does not grow", async () => {
  const { host, pauses } = await accept([
    ...repeat(100, () => failure("")),
    failure("EBADF"),
    "192.0.2.1",
  ]);
  assertEquals(pauses, Array(101).fill(1));
  assertEquals(host.log.of("connected").length, 1);
  assertEquals(host.log.of("accept-error").map(({ level }) => level), ["warn"]);
});

Deno.test("run() LIVE-10 thousands that are reset leave turns to others, and the log readable", async () => {
  const { host, pauses, turns } = await accept(repeat(20_000, () => failure("ENOTCONN")));
  assertEquals(pauses, []);
  assert(turns > 200, `${turns} turns`);
  assertEquals(host.log.of("accept-error").length, 1);
});

Deno.test("run() LIVE-10 connections that come on end leave turns to others", async () => {
  const { host, turns } = await accept(repeat(1000, () => "192.0.2.1"));
  assertEquals(host.log.of("connected").length, 1000);
  assert(turns > 20, `${turns} turns`);
});

Deno.test("run() LIVE-10 one that is gone when it is welcomed takes no other with it", async () => {
  const { host, pauses } = await accept(["", "192.0.2.1"]);
  assertEquals(pauses, []);
  assertEquals(host.log.of("connected").length, 1);
  assertEquals(host.log.of("accept-error").map(({ level }) => level), ["debug"]);
});

Deno.test("close() LIVE-10 ends a listener that waits for what the system lacks", async () => {
  const host = new TestNode();
  let goOn = (): void => {};
  const paused = Promise.withResolvers<void>();
  const listener = new Listener(
    new FakeAcceptor(repeat(10, () => failure("EMFILE")), () => {}),
    sessionHost(host.node),
    new Cloak(),
    host.log,
    false,
    () => {
      paused.resolve();
      return new Promise((resolve) => goOn = resolve);
    },
  );
  const running = listener.run();
  await paused.promise;
  listener.close();
  goOn();
  await running;
});
