import { assert, assertEquals } from "@std/assert";
import { parseAddress } from "../../../../server/core/address.ts";
import { Ban, type BanKind, BanList, readBanTarget } from "../../../../server/core/bans.ts";

for (
  const [kind, text, target] of [
    ["mask", "~bob@*.example", "~bob@*.example"],
    ["mask", "*@192.0.2.9/24", "*@192.0.2.0/24"],
    ["mask", "*@2001:DB8::/32", "*@2001:db8::/32"],
    ["mask", "bob", null],
    ["mask", "bob!*@*", null],
    ["mask", "@host", null],
    ["mask", "bob@", null],
    ["mask", "a@b@c", null],
    ["mask", ":a@b", null],
    ["address", "192.0.2.9", "192.0.2.9"],
    ["address", "192.0.2.9/8", "192.0.0.0/8"],
    ["address", "::1", "0::1"],
    ["address", "192.0.2.*", null],
    ["address", "*@192.0.2.1", null],
  ] as const
) {
  Deno.test(`readBanTarget() BAN-1 reads ${kind} "${text}" as ${target}`, () => {
    assertEquals(readBanTarget(kind, text), target);
  });
}

const SUBJECT = { username: "~bob", host: "abc.cloaked", address: "192.0.2.7" };

for (
  const [kind, target, isMet, isMetBefore] of [
    ["mask", "~bob@*", true, false],
    ["mask", "*@*", true, true],
    ["mask", "*@192.0.2.7", true, true],
    ["mask", "*@192.0.2.*", true, true],
    ["mask", "~B?b@192.0.2.0/24", true, false],
    ["mask", "*@ABC.cloaked", true, true],
    ["mask", "bob@*", false, false],
    ["mask", "*@192.0.3.0/24", false, false],
    ["address", "192.0.2.0/24", true, true],
    ["address", "192.0.2.8", false, false],
    ["address", "2001:db8::/32", false, false],
  ] as const
) {
  Deno.test(`Ban.meets() BAN-1 ${kind} ${target}`, () => {
    const ban = new Ban({ kind, target, reason: "", by: "root", until: null }, 0);
    const address = parseAddress(SUBJECT.address);
    assertEquals(ban.meets(SUBJECT, address), isMet);
    assertEquals(ban.meets({ ...SUBJECT, username: null }, address), isMetBefore);
  });
}

Deno.test("BanList forgets what is over, and replaces what has the same target", () => {
  const list = new BanList();
  const set = (kind: BanKind, target: string, until: number | null, now: number): void =>
    list.set({ kind, target, reason: String(now), by: "root", until }, now);
  set("address", "192.0.2.0/24", 100, 0);
  set("mask", "~Bob@*", null, 1);
  set("mask", "~bob@*", null, 2);
  assertEquals(list.size, 2);
  assertEquals(list.find(SUBJECT, 99, "address")?.reason, "0");
  assertEquals(list.find(SUBJECT, 99, "mask")?.reason, "2");
  assertEquals(list.find(SUBJECT, 100, "address"), undefined);
  assertEquals(list.get("address", "192.0.2.0/24", 100), undefined);
  assertEquals([...list.inForce("address", 100)], []);
  set("mask", "x@y", null, 100);
  assertEquals(list.size, 2);
  list.lift("mask", "~BOB@*");
  assert(list.find(SUBJECT, 100) === undefined);
});
