import { assertEquals } from "@std/assert";
import type { BanTerms } from "../../../../server/core/bans.ts";
import { BanStore } from "../../../../server/store/bans.ts";
import { Database } from "../../../../server/store/database.ts";

const TERMS: BanTerms = {
  kind: "mask",
  target: "~bob@*",
  reason: "too much milk",
  by: "root",
  until: null,
};

Deno.test("BanStore keeps bans as they were set, the oldest first, and one for each target", () => {
  const bans = new BanStore(Database.open(null));
  const network: BanTerms = { ...TERMS, kind: "address", target: "192.0.2.0/24", until: 5000 };
  bans.set(TERMS, 2000);
  bans.set(network, 1000);
  assertEquals(bans.list(), [{ ...network, setAt: 1000 }, { ...TERMS, setAt: 2000 }]);
  bans.set({ ...TERMS, target: "~BOB@*", reason: "tea" }, 3000);
  assertEquals(bans.list().map(({ reason }) => reason), ["too much milk", "tea"]);
  bans.lift("mask", "~bob@*");
  bans.lift("mask", "192.0.2.0/24");
  assertEquals(bans.list(), [{ ...network, setAt: 1000 }]);
});

Deno.test("BanStore forgets those whose time is over when another is set", () => {
  const bans = new BanStore(Database.open(null));
  bans.set({ ...TERMS, until: 5000 }, 1000);
  bans.set({ ...TERMS, target: "~eve@*" }, 4999);
  assertEquals(bans.list().length, 2);
  bans.set({ ...TERMS, target: "~mallory@*" }, 5000);
  assertEquals(bans.list().map(({ target }) => target), ["~eve@*", "~mallory@*"]);
});
