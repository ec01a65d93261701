import { assertEquals } from "@std/assert";
import { Loop } from "../../../../server/core/loop.ts";
import { FakeClock } from "../../../support/node.ts";

/** A loop, and the clock whose turns are told to come round. */
function setup(
  onDefect = (error: unknown): void => {
    throw error;
  },
): { clock: FakeClock & { waiting: (() => void)[] }; loop: Loop } {
  const clock = Object.assign(new FakeClock(), { waiting: [] });
  return { clock, loop: new Loop(clock, onDefect) };
}

Deno.test("begin() counts from the first work of a turn until the loop comes round", () => {
  const { clock, loop } = setup();
  loop.begin();
  clock.advance(3);
  loop.begin();
  clock.advance(4);
  assertEquals(loop.held.count, 0);
  clock.turn();
  assertEquals([loop.held.count, loop.held.max], [1, 7000]);
});

Deno.test("begin() asks for nothing while there is no work, and time without work does not count", () => {
  const { clock, loop } = setup();
  for (let i = 0; i < 99; i++) {
    loop.begin();
    assertEquals(clock.waiting.length, 1);
    clock.advance(1);
    clock.turn();
    clock.advance(10_000);
    assertEquals(clock.waiting.length, 0);
  }
  loop.begin();
  clock.advance(50);
  clock.turn();
  const { held } = loop;
  assertEquals([held.percentile(0.5) < 1011, held.percentile(0.99) < 1011], [true, true]);
  assertEquals([held.percentile(1), held.max, held.count], [50_000, 50_000, 100]);
});

Deno.test("isLong is said of a turn after 5 ms", () => {
  const { clock, loop } = setup();
  loop.begin();
  clock.advance(4);
  assertEquals(loop.isLong, false);
  clock.advance(1);
  assertEquals(loop.isLong, true);
});

Deno.test("next() does what has waited the longest until 0.1 ms have passed, and the rest in the turns that follow", () => {
  const { clock, loop } = setup();
  const done: string[] = [];
  const work = (name: string, times: number) => (): void => {
    done.push(name);
    clock.advance(0.06);
    if (times > 1) loop.next(work(name, times - 1));
  };
  loop.next(work("a", 2));
  loop.next(work("b", 2));
  loop.next(work("c", 1));
  assertEquals(done, []);
  const turns: string[] = [];
  while (clock.waiting.length > 0) {
    clock.turn();
    turns.push(done.splice(0).join(""));
  }
  assertEquals(turns.filter((turn) => turn !== ""), ["ab", "ca", "b"]);
});

Deno.test("next() goes on where one work has thrown, and tells of it", () => {
  const defects: unknown[] = [];
  const { clock, loop } = setup((error) => defects.push(error));
  const done: string[] = [];
  loop.next(() => {
    throw new Error("a defect");
  });
  loop.next(() => done.push("b"));
  clock.turn();
  assertEquals([String(defects), done], ["Error: a defect", ["b"]]);
});
