import { assert, assertEquals } from "@std/assert";
import { Histogram } from "../../../../server/core/histogram.ts";

Deno.test("percentile() is within 1.1 % of what was recorded, and never above the largest", () => {
  const histogram = new Histogram();
  for (let us = 1; us <= 10_000; us++) histogram.record(us);
  for (const share of [0.5, 0.9, 0.99, 0.999, 1]) {
    const off = histogram.percentile(share) / (share * 10_000);
    assert(off >= 0.999 && off <= 1.011, `${share}: ${off}`);
  }
  assertEquals(histogram.percentile(1), 10_000);
  assertEquals(histogram.max, 10_000);
});

Deno.test("percentile() of nothing is 0", () => {
  assertEquals(new Histogram().percentile(0.99), 0);
});

Deno.test("add() of two halves is the whole", () => {
  const [whole, even, odd] = [new Histogram(), new Histogram(), new Histogram()];
  for (let us = 0; us < 3000; us += 7) {
    whole.record(us);
    (us % 2 === 0 ? even : odd).record(us);
  }
  const sum = new Histogram();
  for (const half of [even, odd]) sum.add(JSON.parse(JSON.stringify(half)));
  assertEquals(sum.toJSON(), whole.toJSON());
  assertEquals(sum.count, whole.count);
});

Deno.test("Histogram.clear() begins anew", () => {
  const histogram = new Histogram();
  for (const us of [5, 500]) histogram.record(us);
  histogram.clear();
  assertEquals([histogram.count, histogram.max, histogram.percentile(0.99)], [0, 0, 0]);
  histogram.record(7);
  assertEquals(histogram.percentile(0.5), 7);
});
