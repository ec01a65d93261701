import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { onBeforeWrites } from "../../../../server/net/flusher.ts";
import { SendQueue, type Writer } from "../../../../server/net/sendq.ts";

/** A writer whose peer accepts bytes when the test says so. */
class ManualWriter implements Writer {
  readonly writes: { bytes: Uint8Array; accept: (count: number) => void; fail: () => void }[] = [];
  #arrived: (() => void) | null = null;

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.writes.push({
        bytes,
        accept: resolve,
        fail: () => reject(new Deno.errors.BrokenPipe()),
      });
      this.#arrived?.();
    });
  }

  /** The write of this number, when it has been started. */
  async nth(
    index: number,
  ): Promise<{ text: string; accept: (count: number) => void; fail: () => void }> {
    while (this.writes.length <= index) {
      await new Promise<void>((resolve) => this.#arrived = resolve);
    }
    const write = this.writes[index];
    if (write === undefined) throw new Error("no such write");
    return { text: new TextDecoder().decode(write.bytes), accept: write.accept, fail: write.fail };
  }
}

interface Setup {
  readonly writer: ManualWriter;
  readonly queue: SendQueue;
  readonly events: string[];
}

function setup(limitBytes = 100): Setup {
  const writer = new ManualWriter();
  const events: string[] = [];
  const queue = new SendQueue(writer, limitBytes, {
    onOverflow: () => events.push("overflow"),
    onBroken: () => events.push("broken"),
    onDrained: () => events.push("drained"),
  });
  return { writer, queue, events };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const settled = (): Promise<void> =>
  new Promise((resolve) => queueMicrotask(() => queueMicrotask(resolve)));

Deno.test("SendQueue everything that a turn queues leaves in one write", async () => {
  const { writer, queue } = setup();
  for (const text of ["one ", "two ", "three"]) queue.push(bytes(text));
  assertEquals(writer.writes.length, 0);
  assertEquals((await writer.nth(0)).text, "one two three");
  assertEquals(queue.waitingBytes, 13);
});

Deno.test("SendQueue STORE-2 has what is told kept before its first byte leaves", async () => {
  const { writer, queue, events } = setup();
  const unhook = onBeforeWrites(() => events.push(`kept with ${writer.writes.length} writes`));
  try {
    queue.push(bytes("one "));
    queue.push(bytes("two"));
    const { text, accept } = await writer.nth(0);
    assertEquals([text, ...events], ["one two", "kept with 0 writes"]);
    queue.push(bytes("three"));
    accept(7);
    await writer.nth(1);
    assertEquals(events, ["kept with 0 writes", "kept with 1 writes"]);
  } finally {
    unhook();
  }
});

let times = 0;

/** Time that stands still until the test lets it pass. */
async function withTime(body: (pass: (ms: number) => void) => Promise<void>): Promise<void> {
  const { now } = performance;
  const { setTimeout } = globalThis;
  const start = now.call(performance) + ++times * 1000; // long after the last flush of other tests
  let elapsed = 0;
  const timers: { at: number; run: () => void }[] = [];
  performance.now = () => start + elapsed;
  globalThis.setTimeout = ((run: () => void, ms = 0) => {
    timers.push({ at: elapsed + ms, run });
  }) as unknown as typeof setTimeout;
  const pass = (ms: number): void => {
    elapsed += ms;
    for (const timer of timers.splice(0)) {
      if (timer.at <= elapsed) timer.run();
      else timers.push(timer);
    }
  };
  try {
    await body(pass);
  } finally {
    pass(100); // nothing waits for a time that never comes
    performance.now = now;
    globalThis.setTimeout = setTimeout;
  }
}

Deno.test("SendQueue lets what is for a crowd leave at once, and what follows it soon wait for more", () =>
  withTime(async (pass) => {
    const { writer, queue } = setup();
    const other = setup();
    queue.push(bytes("one"), true);
    (await writer.nth(0)).accept(3);
    await settled();
    pass(1);
    queue.push(bytes("two "), true);
    pass(1);
    queue.push(bytes("three"), true);
    other.queue.push(bytes("for another crowd"), true);
    await settled();
    assertEquals([writer.writes.length, other.writer.writes.length], [1, 0]);
    pass(1);
    assertEquals((await writer.nth(1)).text, "two three");
    assertEquals((await other.writer.nth(0)).text, "for another crowd");
    pass(5);
    other.queue.push(bytes("after a while"), true);
    other.writer.writes[0]?.accept(17);
    assertEquals((await other.writer.nth(1)).text, "after a while");
  }));

for (const { writes, restMs } of [{ writes: 500, restMs: 2 }, { writes: 1500, restMs: 4 }]) {
  Deno.test(`SendQueue lets a crowd wait ${restMs} ms after 4 ms with ${writes} writes`, () =>
    withTime(async (pass) => {
      const members = Array.from({ length: writes }, () => setup());
      for (const { queue } of members) queue.push(bytes("one"), true);
      const [first, last] = [members[0] as Setup, members.at(-1) as Setup];
      (await first.writer.nth(0)).accept(3);
      pass(4);
      await last.writer.nth(0);
      first.queue.push(bytes("two"), true);
      pass(restMs - 0.1);
      await settled();
      assertEquals(first.writer.writes.length, 1);
      pass(0.1);
      assertEquals((await first.writer.nth(1)).text, "two");
    }));
}

Deno.test("SendQueue lets what is for one alone never wait, and what waits go with it, in order", () =>
  withTime(async () => {
    const { writer, queue } = setup();
    queue.push(bytes("one"), true);
    (await writer.nth(0)).accept(3);
    await settled();
    queue.push(bytes("two "), true);
    queue.push("three ");
    queue.push(bytes("four"), true);
    assertEquals((await writer.nth(1)).text, "two three four");
  }));

Deno.test("SendQueue writes what waits before it ends", () =>
  withTime(async (pass) => {
    const { writer, queue, events } = setup();
    queue.push(bytes("one"), true);
    (await writer.nth(0)).accept(3);
    await settled();
    queue.push(bytes("two"), true);
    queue.end();
    pass(5);
    const { text, accept } = await writer.nth(1);
    accept(3);
    await settled();
    assertEquals([text, ...events], ["two", "drained"]);
  }));

Deno.test("SendQueue has one write in flight; what comes meanwhile goes in the next", async () => {
  const { writer, queue } = setup();
  queue.push(bytes("first"));
  const first = await writer.nth(0);
  queue.push(bytes("second"));
  queue.push(bytes("third"));
  await settled();
  assertEquals(writer.writes.length, 1);
  first.accept(5);
  assertEquals((await writer.nth(1)).text, "secondthird");
});

Deno.test("SendQueue goes on after a write that was accepted in part", async () => {
  const { writer, queue } = setup();
  queue.push(bytes("abcdef"));
  (await writer.nth(0)).accept(2);
  const rest = await writer.nth(1);
  assertEquals(rest.text, "cdef");
  assertEquals([queue.acceptedBytes, queue.waitingBytes], [2, 4]);
  rest.accept(4);
  await settled();
  assertEquals([queue.acceptedBytes, queue.waitingBytes], [6, 0]);
});

Deno.test("SendQueue tells an overflow once, drops what does not fit, and has room again when cleared", async () => {
  const { writer, queue, events } = setup(10);
  queue.push(bytes("12345678"));
  queue.push(bytes("too much"));
  queue.push(bytes("x"));
  assertEquals(events, ["overflow"]);
  queue.clear();
  queue.push(bytes("ERROR"));
  assertEquals((await writer.nth(0)).text, "ERROR");
});

Deno.test("SendQueue keeps the order when it is cleared in the middle of a write", async () => {
  const { writer, queue } = setup(10);
  queue.push(bytes("12345678"));
  const first = await writer.nth(0);
  queue.push(bytes("ab"));
  queue.clear();
  queue.push(bytes("!"));
  assertEquals(queue.waitingBytes, 9);
  first.accept(8);
  assertEquals((await writer.nth(1)).text, "!");
});

Deno.test("SendQueue is drained when all before the end is accepted, and takes nothing after", async () => {
  const { writer, queue, events } = setup();
  queue.push(bytes("bye"));
  queue.end();
  queue.push(bytes("too late"));
  assertEquals(events, []);
  (await writer.nth(0)).accept(3);
  await settled();
  assertEquals(events, ["drained"]);
  assertEquals(writer.writes.length, 1);
});

Deno.test("SendQueue that is empty is drained at once", () => {
  const { queue, events } = setup();
  queue.end();
  assertEquals(events, ["drained"]);
});

Deno.test("SendQueue tells a broken connection once and keeps nothing", async () => {
  const { writer, queue, events } = setup();
  queue.push(bytes("hello"));
  (await writer.nth(0)).fail();
  await settled();
  queue.push(bytes("again"));
  queue.end();
  assertEquals(events, ["broken"]);
  assertEquals(queue.waitingBytes, 0);
});

Deno.test("SendQueue gathers no more than 64 KiB into one write", async () => {
  const { writer, queue } = setup(1 << 20);
  for (let i = 0; i < 3; i++) queue.push(new Uint8Array(40 * 1024).fill(0x61 + i));
  const first = await writer.nth(0);
  assertEquals(first.text.length, 40 * 1024);
  first.accept(40 * 1024);
  assertEquals((await writer.nth(1)).text[0], "b");
});

Deno.test("SendQueue of very many connections flush, some each turn of the loop", async () => {
  const setups = Array.from({ length: 350 }, () => setup());
  for (const { queue } of setups) queue.push(bytes("x"));
  await settled();
  const started = setups.filter(({ writer }) => writer.writes.length > 0).length;
  assertEquals(started, 100);
  for (const { writer } of setups) assertEquals((await writer.nth(0)).text, "x");
});

Deno.test("SendQueue of a crowd flush in short turns, so that whoever has something to say is read from", () =>
  withTime(async (pass) => {
    const setups = Array.from({ length: 50 }, () => setup());
    for (const { queue, writer } of setups) {
      const { write } = writer;
      writer.write = (bytes) => {
        pass(0.03);
        return write.call(writer, bytes);
      };
      queue.push(bytes("x"), true);
    }
    await settled();
    const counts: number[] = [];
    for (let started = 0; started < 50;) {
      const now = setups.filter(({ writer }) => writer.writes.length > 0).length;
      counts.push(now - started);
      started = now;
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert(Math.max(...counts) <= 8, `${counts}`);
  }));
