import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { ReadTurns } from "../../../../server/net/read_turns.ts";

/** The loop comes round so often, and what was let go has gone. */
async function rounds(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** So many connections are read from and have nothing more to say; tells how many of them may be read from again. */
function read(turns: ReadTurns, count: number): () => number {
  let free = 0;
  for (let i = 0; i < count; i++) {
    turns.read();
    turns.next().then(() => free++);
  }
  return () => free;
}

Deno.test("ReadTurns lets few be read from again in the next turn", async () => {
  const turns = new ReadTurns();
  const free = read(turns, 99);
  await Promise.resolve();
  assertEquals(free(), 0);
  await rounds(1);
  assertEquals(free(), 99);
});

Deno.test("ReadTurns has those who were read from wait until all others were", async () => {
  const turns = new ReadTurns();
  const first = read(turns, 128);
  await rounds(1);
  const second = read(turns, 128);
  await rounds(40);
  const last = read(turns, 5);
  await rounds(40);
  assertEquals([first(), second(), last()], [0, 0, 0]);
  await rounds(40);
  assertEquals([first(), second(), last()], [128, 128, 5]);
});

Deno.test("ReadTurns has those wait whose lines take longer than the turn in which they were read", async () => {
  const turns = new ReadTurns();
  for (let i = 0; i < 128; i++) turns.read();
  await rounds(3);
  let free = 0;
  for (let i = 0; i < 128; i++) turns.next().then(() => free++);
  await rounds(1);
  assertEquals(free, 0);
  await rounds(80);
  assertEquals(free, 128);
});

Deno.test("ReadTurns has nobody wait for long, whoever else comes meanwhile", async () => {
  const turns = new ReadTurns();
  const free = read(turns, 128);
  while (free() === 0) {
    turns.read();
    await rounds(1);
  }
  assertEquals(free(), 128);
});

Deno.test("the runtime reads what has come within as many turns as ReadTurns has for that", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [ours, theirs] = await Promise.all([
    listener.accept(),
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
  ]);
  let isRead = false;
  const reading = ours.read(new Uint8Array(8)).then(() => isRead = true);
  await theirs.write(new Uint8Array(8));
  await rounds(64);
  assert(isRead);
  await reading;
  ours.close();
  theirs.close();
});
