import { assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { ReadTurns } from "../../../../server/net/read_turns.ts";

/** The loop comes round, and what was let go has gone. */
const round = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** So many connections are read from; tells how many of them may be again. */
function read(turns: ReadTurns, count: number): () => number {
  let free = 0;
  for (let i = 0; i < count; i++) turns.next().then(() => free++);
  return () => free;
}

Deno.test("ReadTurns lets few be read from again in the next turn", async () => {
  const turns = new ReadTurns();
  const free = read(turns, 99);
  await Promise.resolve();
  assertEquals(free(), 0);
  await round();
  assertEquals(free(), 99);
});

Deno.test("ReadTurns has those who were read from wait until all others were", async () => {
  const turns = new ReadTurns();
  const first = read(turns, 128);
  await round();
  const second = read(turns, 128);
  await round();
  assertEquals([first(), second()], [0, 0]);
  const last = read(turns, 5);
  await round();
  assertEquals([first(), second(), last()], [128, 128, 5]);
});

Deno.test("ReadTurns has nobody wait for those who do not come", async () => {
  const turns = new ReadTurns();
  const free = read(turns, 128);
  await turns.next();
  assertEquals(free(), 128);
});
