import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Times } from "../../../../server/core/times.ts";

const KEYS = ["#tea", "#milk", "=ann =bob", "1-1 1-2", "$*"];

/** What happens: something is said in some conversations, after the clock has moved so far; or the server is started again. */
const STEP = fc.record({
  where: fc.uniqueArray(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 3 }),
  moved: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: -50, max: 50 }),
  ),
  isRestart: fc.boolean(),
});

Deno.test("HIST-10 times rise in each conversation, however the clock goes and however few are remembered", () => {
  fc.assert(fc.property(fc.array(STEP), fc.integer({ min: 1, max: 6 }), (steps, most) => {
    let times = new Times(most);
    let now = 1000;
    const last = new Map<string, number>();
    for (const { where, moved, isRestart } of steps) {
      now += moved;
      if (isRestart) {
        times = new Times(most);
        times.begin(now, [...last].filter(([, at]) => at >= now));
      }
      const [only = ""] = where;
      const at = where.length === 1 ? times.next(only, now) : times.nextOfAll(where, now);
      assert(at >= now, "no time is before now");
      for (const key of where) {
        assert(at > (last.get(key) ?? -Infinity), `${key} has ${at} after ${last.get(key)}`);
        last.set(key, at);
      }
    }
  }));
});

Deno.test("HIST-10 a conversation that is far ahead of the clock takes no other with it", () => {
  const times = new Times(4);
  const now = 1_000_000;
  times.begin(now, [["#ahead", now + 3_600_000]]);
  for (let i = 0; i < 100; i++) assertEquals(times.next(`#room${i}`, now + i), now + i);
  assertEquals(times.next("#ahead", now + 100), now + 3_600_001);
});
