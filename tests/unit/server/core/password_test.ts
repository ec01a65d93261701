import { assertEquals } from "@std/assert";
import {
  equalsInConstantTime,
  formatPasswordHash,
  isPasswordHash,
  parsePasswordHash,
} from "../../../../server/core/password.ts";

const HASH = "$argon2id$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$1Z6Zq1/Lq2XXtfAGl/KBxTZPnYaF1c5N";

Deno.test("parsePasswordHash() takes a hash apart, formatPasswordHash() puts it together", () => {
  const parts = parsePasswordHash(HASH);
  assertEquals([parts?.memory, parts?.passes, parts?.parallelism], [65_536, 2, 4]);
  assertEquals(new TextDecoder().decode(parts?.salt), "somesalt");
  assertEquals(parts?.hash.length, 24);
  assertEquals(parts === null ? "" : formatPasswordHash(parts), HASH);
});

for (
  const [change, to] of [
    ["argon2id", "argon2i"],
    ["v=19", "v=16"],
    ["m=65536", "m=9999999"],
    ["m=65536", "m=8"],
    ["t=2", "t=0"],
    ["p=4", "p=0"],
    ["p=4", "p=99"],
    ["c29tZXNhbHQ", ""],
    ["c29tZXNhbHQ", "c29tZXNhbHQ="],
    ["1Z6Zq1", "?"],
    ["$1Z6Zq1", "$1Z6Zq1$"],
  ] as const
) {
  Deno.test(`parsePasswordHash() refuses ${change} → ${to || "nothing"}`, () => {
    assertEquals(parsePasswordHash(HASH.replace(change, to)), null);
  });
}

Deno.test("isPasswordHash() tells what is meant as a hash from passwords", () => {
  assertEquals(["$argon2id$", "$argon2i$x", "argon2id", "$secret"].map(isPasswordHash), [
    true,
    true,
    false,
    false,
  ]);
});

Deno.test("equalsInConstantTime() compares", () => {
  for (const [a, b] of [["", "a"], ["a", ""], ["ab", "abab"], ["a", "b"]] as const) {
    assertEquals(equalsInConstantTime(a, b), false);
  }
  assertEquals(equalsInConstantTime("secret", "secret"), true);
});
