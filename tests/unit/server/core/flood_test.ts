import { assertEquals } from "@std/assert";
import { TokenBucket } from "../../../../server/core/flood.ts";

Deno.test("TokenBucket LIMIT-2 lets a burst pass and then the rate", () => {
  const bucket = new TokenBucket(10, 0);
  bucket.spend(40);
  assertEquals(bucket.isEmpty, false);
  bucket.spend(1);
  assertEquals(bucket.isEmpty, true);
  assertEquals(bucket.waitMs(0), 100);
  assertEquals(bucket.waitMs(60), 40);
  assertEquals(bucket.waitMs(100), 0);
});

Deno.test("TokenBucket holds no more than the burst, however long it is quiet", () => {
  const bucket = new TokenBucket(10, 0);
  bucket.waitMs(1e9);
  bucket.spend(41);
  assertEquals(bucket.waitMs(1e9), 100);
});

Deno.test("TokenBucket without a rate is never empty", () => {
  const bucket = new TokenBucket(0, 0);
  bucket.spend(1e6);
  assertEquals(bucket.isEmpty, false);
  assertEquals(bucket.waitMs(0), 0);
});

Deno.test("TokenBucket LIMIT-2 is exhausted after a minute at its bottom, not after a pause", () => {
  const bucket = new TokenBucket(10, 0);
  const talk = (from: number, to: number): void => {
    for (let now = from; now <= to; now += 100) {
      bucket.spend(now === from ? 45 : 1);
      bucket.waitMs(now);
    }
  };
  talk(0, 59_000);
  assertEquals(bucket.isExhausted(59_000), false);
  bucket.waitMs(65_000);
  talk(65_000, 100_000);
  assertEquals(bucket.isExhausted(100_000), false);
  talk(100_100, 130_000);
  assertEquals(bucket.isExhausted(130_000), true);
});
