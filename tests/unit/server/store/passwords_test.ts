import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { parsePasswordHash } from "../../../../server/core/password.ts";
import { hashPassword, PasswordChecker } from "../../../../server/store/passwords.ts";

/** As cheap as it gets: tests need no safety. */
const CHEAP = { memory: 64, passes: 1, parallelism: 1 };

Deno.test("hashPassword() OPER-3 makes a PHC string that the checker accepts, and no other password with it", async () => {
  const hash = await hashPassword("tea & milk", CHEAP);
  assertMatch(hash, /^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assertNotEquals(await hashPassword("tea & milk", CHEAP), hash);
  const checker = new PasswordChecker();
  assertEquals(await checker.verify("tea & milk", hash), "right");
  for (const wrong of ["", "tea & mil", "Tea & milk", hash]) {
    assertEquals(await checker.verify(wrong, hash), "wrong");
  }
});

Deno.test("hashPassword() costs what is recommended", async () => {
  const parts = parsePasswordHash(await hashPassword("x"));
  assertEquals([parts?.memory, parts?.passes, parts?.parallelism], [47_104, 1, 1]);
});

Deno.test("PasswordChecker knows hashes of other programs", async () => {
  // By the reference implementation: echo -n password | argon2 somesalt -t 2 -m 16 -p 4 -l 24 -id
  const hash = "$argon2id$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$1Z6Zq1/Lq2XXtfAGl/KBxTZPnYaF1c5N";
  assert(parsePasswordHash(hash) !== null);
  const again =
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
  assertEquals(await new PasswordChecker().verify("password", again), "right");
});

Deno.test("PasswordChecker answers at once for a password that is not hashed", () => {
  const checker = new PasswordChecker();
  assertEquals(checker.verify("secret", "secret"), "right");
  assertEquals(checker.verify("secre", "secret"), "wrong");
  assertEquals(checker.verify("", "secret"), "wrong");
});

Deno.test("PasswordChecker OPER-3 lets some wait, and refuses the rest at once", async () => {
  const hash = await hashPassword("x", CHEAP);
  const checker = new PasswordChecker();
  const verdicts = Array.from(
    { length: 70 },
    (_, i) => checker.verify(i < 1 ? "x" : `x${i}`, hash),
  );
  assertEquals(verdicts.filter((verdict) => verdict === "busy").length, 4);
  const settled = await Promise.all(verdicts);
  assertEquals(settled.filter((verdict) => verdict === "right").length, 1);
  assertEquals(await checker.verify("x", hash), "right");
});

Deno.test("PasswordChecker LOGIN-8 who tries many passwords keeps nobody else waiting, and not out", async () => {
  // The stranger's take far longer, so that the order of the ends is that of the beginnings.
  const hash = await hashPassword("x", CHEAP);
  const dear = await hashPassword("x", { ...CHEAP, memory: 4096 });
  const checker = new PasswordChecker(64);
  const done: string[] = [];
  const verify = async (password: string, from: string): Promise<void> => {
    const verdict = await checker.verify(password, from === "stranger" ? dear : hash, from);
    if (verdict !== "busy") done.push(`${from}: ${verdict}`);
  };
  const flood = Array.from({ length: 100 }, (_, i) => verify(`guess ${i}`, "stranger"));
  const others = ["alice", "bob"].map((name) => verify(`x${name}`, name));
  await Promise.all([...flood, ...others]);
  // Two were begun at once, and half of 64 may wait; the others are next, each after one of the stranger's at the most.
  assertEquals(done.filter((each) => each.startsWith("stranger")).length, 34);
  for (const name of ["alice", "bob"]) assert(done.indexOf(`${name}: wrong`) < 8, done.join());
});

Deno.test("PasswordChecker checks one password once for those who give it together", async () => {
  const hash = await hashPassword("x", CHEAP);
  const checker = new PasswordChecker();
  const verdicts = await Promise.all(Array.from({ length: 1000 }, () => checker.verify("x", hash)));
  assertEquals(new Set(verdicts), new Set(["right"]));
});
