import { assertEquals } from "@std/assert";
import type { Folded } from "../../../../protocol/mod.ts";
import { Logins } from "../../../../server/core/logins.ts";

const ALICE = "alice" as Folded;

Deno.test("Logins LOGIN-4 counts by account and by address, each for itself", () => {
  const logins = new Logins();
  for (let i = 0; i < 10; i++) assertEquals(logins.take({ account: ALICE, from: `a${i}` }, 0), 0);
  assertEquals(logins.take({ account: ALICE, from: "a10" }, 0), 30_000);
  assertEquals(logins.take({ account: "bob" as Folded, from: "a10" }, 0), 0);
  const nobody = { account: null, from: "x" };
  for (let i = 0; i < 20; i++) {
    assertEquals(logins.take(nobody, 0), 0);
    logins.fail(nobody, 0);
  }
  assertEquals(logins.take(nobody, 0), 30_000);
  assertEquals(logins.take({ account: ALICE, from: "y" }, 30_000), 0);
});

Deno.test("Logins LOGIN-4 a refusal counts nothing, and what is given back counts no more", () => {
  const logins = new Logins();
  const attempt = { account: ALICE, from: "x" };
  for (let i = 0; i < 10; i++) logins.take(attempt, 0);
  for (let i = 0; i < 100; i++) logins.take(attempt, 0);
  logins.giveBack(attempt);
  assertEquals(logins.take(attempt, 0), 0);
  assertEquals(logins.take(attempt, 0), 30_000);
  for (let i = 0; i < 1000; i++) {
    logins.take({ account: ALICE, from: "y" }, 1e9);
    logins.giveBack({ account: ALICE, from: "y" });
  }
  for (let i = 0; i < 9; i++) assertEquals(logins.take({ account: ALICE, from: "y" }, 1e9), 0);
});

Deno.test("Logins LOGIN-4 lets a crowd in that shares an address", () => {
  const logins = new Logins();
  for (let i = 0; i < 1000; i++) {
    assertEquals(logins.take({ account: `pupil${i}` as Folded, from: "school" }, 0), 0);
  }
});
