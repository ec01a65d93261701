import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { ASCII, createSaslClient, PRECIS, SaslExchange } from "../../../../protocol/mod.ts";
import type { Account } from "../../../../server/core/ports.ts";
import { AccountStore } from "../../../../server/store/accounts.ts";
import { Database } from "../../../../server/store/database.ts";
import { CHEAP } from "../../../support/node.ts";

function open(names = ASCII, database = Database.open(null)): [AccountStore, Database] {
  return [new AccountStore(database, names, CHEAP), database];
}

function nameOf(verdict: Account | string): string {
  return typeof verdict === "string" ? verdict : `=${verdict.name}`;
}

Deno.test("AccountStore keeps who registered under either spelling, once", async () => {
  const [accounts] = open();
  assertEquals(accounts.find("Alice"), null);
  assertEquals(nameOf(await accounts.register("Alice", "open sesame", 1000)), "=Alice");
  assertEquals(await accounts.register("ALICE", "another one", 2000), "exists");
  assertEquals(accounts.find("alice"), {
    name: "Alice",
    folded: ASCII.fold("alice"),
    createdAt: 1000,
    seenAt: 1000,
    isAlwaysOn: null,
    isMulticlient: true,
  });
  const both = await Promise.all(
    ["bob", "Bob"].map((name) => accounts.register(name, "12345678", 1)),
  );
  assertEquals(both.filter((verdict) => verdict === "exists").length, 1, "whoever is first");
  assertEquals(accounts.list().map(({ folded }) => String(folded)), ["alice", "bob"]);
});

Deno.test("AccountStore LOGIN-6 knows right from wrong, and the same password from every keyboard", async () => {
  const [accounts, database] = open();
  await accounts.register("alice", "café \u00a0 8 %", 1);
  assertEquals(nameOf(await accounts.verify("ALICE", "cafe\u0301   8 %")), "=alice");
  for (const wrong of ["cafe   8 %", "", "café", "\u0007", "x".repeat(400)]) {
    assertEquals(await accounts.verify("alice", wrong), "wrong");
  }
  assertEquals(await accounts.verify("bob", "café"), "wrong");
  assertEquals(await accounts.verify("", ""), "wrong");
  const kept = database.prepare("SELECT password, scram FROM accounts").get();
  assertMatch(String(kept?.["password"]), /^\$argon2id\$v=19\$m=64,t=1,p=1\$/);
  assertMatch(String(kept?.["scram"]), /^SCRAM-SHA-256\$4096:/);
  await assertRejects(() => accounts.register("carol", "x".repeat(301), 1), TypeError);
});

async function scram(accounts: AccountStore, name: string, password: string): Promise<boolean> {
  const client = createSaslClient("SCRAM-SHA-256", { name, password }, accounts.crypto);
  const server = new SaslExchange("SCRAM-SHA-256");
  const first = btoa(await client.respond("") ?? "");
  server.receive(first);
  const final = await client.respond(
    server.challenge(await accounts.verifierOf(name), accounts.crypto),
  );
  const answer = await server.prove(final ?? "");
  if (typeof answer !== "string") return false;
  await client.respond(answer);
  return client.isVerified;
}

Deno.test("AccountStore has a verifier for SCRAM that follows the password", async () => {
  const [accounts] = open();
  await accounts.register("alice", "open sesame", 1);
  assert(await scram(accounts, "Alice", "open sesame"));
  assert(!await scram(accounts, "alice", "open sesam"));
  assertEquals(await accounts.setPassword("Alice", "shut sesame"), "done");
  assertEquals(await accounts.setPassword("bob", "shut sesame"), "gone");
  assert(await scram(accounts, "alice", "shut sesame"));
  assertEquals(await accounts.verify("alice", "open sesame"), "wrong");
  assertEquals(nameOf(await accounts.verify("alice", "shut sesame")), "=alice");
});

Deno.test("AccountStore LOGIN-5 has for who is not there a salt that stays, and that nobody can satisfy", async () => {
  const [accounts, database] = open();
  const first = await accounts.verifierOf("nobody");
  assertEquals([first.salt.length, first.iterations], [16, 4096]);
  assertEquals((await accounts.verifierOf("NOBODY")).salt, first.salt);
  assertNotEquals((await accounts.verifierOf("somebody")).salt, first.salt);
  const again = new AccountStore(database, ASCII, CHEAP);
  assertEquals((await again.verifierOf("nobody")).salt, first.salt, "also after a restart");
  const [others] = open();
  assertNotEquals((await others.verifierOf("nobody")).salt, first.salt, "elsewhere another");
  assert(!await scram(accounts, "nobody", "12345678"));
  assert(!await scram(accounts, "nobody", "open sesame"));
});

Deno.test("AccountStore OWN-1 owns nicks, and those that look like them where names are of all scripts", async () => {
  const [accounts] = open(PRECIS);
  await accounts.register("coco", "open sesame", 1);
  for (const nick of ["coco", "COCO", "сосо"]) assertEquals(accounts.ownerOf(nick)?.name, "coco");
  assertEquals(accounts.ownerOf("cocoa"), null);
  assertEquals(accounts.find("сосо"), null, "it only looks like it");
  assertEquals(await accounts.register("сосо", "open sesame", 1), "exists");
});

Deno.test("AccountStore changes, touches and drops, with fingerprints", async () => {
  const [accounts, database] = open();
  await accounts.register("alice", "open sesame", 1000);
  await accounts.register("bob", "open sesame", 1000);
  accounts.touch("Alice", 5000);
  assert(accounts.change("alice", { isAlwaysOn: true }));
  assert(!accounts.change("carol", { isAlwaysOn: true }));
  const { seenAt, isAlwaysOn } = accounts.find("alice") ?? {};
  assertEquals([seenAt, isAlwaysOn], [5000, true]);
  assert(accounts.addFingerprint("alice", "ab12"));
  assert(!accounts.addFingerprint("bob", "ab12"), "it is somebody's already");
  assertEquals(accounts.byFingerprint("ab12")?.name, "alice");
  assertEquals(accounts.byFingerprint("cd34"), null);
  assertEquals(accounts.fingerprintsOf("Alice"), ["ab12"]);
  assert(!accounts.removeFingerprint("bob", "ab12"));
  assert(accounts.drop("ALICE"));
  assert(!accounts.drop("alice"));
  assertEquals(accounts.byFingerprint("ab12"), null);
  assertEquals(database.prepare("SELECT count(*) AS n FROM fingerprints").get()?.["n"], 0);
});

Deno.test("AccountStore LOGIN-6 lets so many wait for a check, and refuses the rest at once", async () => {
  const [accounts] = open();
  await accounts.register("alice", "open sesame", 1);
  const verdicts = await Promise.all(
    Array.from({ length: 600 }, (_, i) => accounts.verify("alice", `wrong ${i}`)),
  );
  assertEquals(verdicts.filter((verdict) => verdict === "busy").length, 600 - 514);
  assertEquals(verdicts.filter((verdict) => verdict === "wrong").length, 514);
  assertEquals(nameOf(await accounts.verify("alice", "open sesame")), "=alice");
});

Deno.test("AccountStore owns nothing where the file cannot be read, and says so elsewhere", async () => {
  const [accounts, database] = open();
  await accounts.register("alice", "open sesame", 1);
  database.close();
  assertEquals(accounts.ownerOf("alice"), null);
  await assertRejects(() => accounts.verify("alice", "open sesame"), Error, "not open");
});

Deno.test("AccountStore OWN-1 names are looked at anew, and each is its owner's whatever it looks like", async () => {
  const [accounts, database] = open(PRECIS);
  for (const name of ["Bjørn", "ivan", "olga"]) await accounts.register(name, "open sesame", 1);
  const owners = (store: AccountStore, ...nicks: string[]): (string | undefined)[] =>
    nicks.map((nick) => store.ownerOf(nick)?.name);
  // As they were kept by a server to which these letters looked otherwise.
  database.prepare("UPDATE accounts SET look = 'bjørn' WHERE name = 'Bjørn'").run();
  database.prepare(
    "UPDATE accounts SET name = 'ıvan', folded = 'ıvan', look = 'ıvan' WHERE name = 'olga'",
  ).run();
  assertEquals(owners(accounts, "BJØRN", "Bjo\u0337rn"), ["Bjørn", undefined]);
  const [later] = open(PRECIS, database);
  assertEquals(owners(later, "BJØRN", "Bjo\u0337rn"), ["Bjørn", "Bjørn"]);
  assertEquals(owners(later, "ivan", "ıvan", "іvаn"), ["ivan", "ıvan", "ivan"]);
  const [again] = open(PRECIS, database);
  assertEquals(owners(again, "ivan", "ıvan", "іvаn"), ["ivan", "ıvan", "ivan"]);
});
