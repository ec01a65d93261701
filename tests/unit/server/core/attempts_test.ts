import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../../../protocol/mod.ts";
import { Attempts } from "../../../../server/core/attempts.ts";

Deno.test("Attempts OPER-4 gives five at once, then one in thirty seconds", () => {
  const attempts = new Attempts();
  let now = 0;
  for (let i = 0; i < 5; i++) assert(attempts.take("a", now));
  assert(!attempts.take("a", now));
  assert(attempts.take("b", now));
  now += 29_000;
  assert(!attempts.take("a", now));
  now += 1000;
  assert(attempts.take("a", now));
  assert(!attempts.take("a", now));
  attempts.forgive("a");
  assert(attempts.take("a", now));
});

Deno.test("Attempts forgets the oldest beyond its limit", () => {
  const attempts = new Attempts();
  for (let i = 0; i < 6; i++) attempts.take("first", 0);
  for (let i = 1; i <= LIMITS.ATTEMPTS.value; i++) attempts.take(`n${i}`, 0);
  assertEquals(attempts.take("first", 0), true);
});
