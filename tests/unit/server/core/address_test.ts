import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  formatAddress,
  formatRange,
  isInRange,
  networkOf,
  parseAddress,
  parseRange,
} from "../../../../server/core/address.ts";

/** What is read, and how it is written. */
const ADDRESSES = [
  ["192.0.2.1", "192.0.2.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:c000:201", "192.0.2.1"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["2001:db8::1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["fe80::1%eth0", "fe80::1"],
  ["::1", "0::1"],
  ["::", "0::"],
  ["1::", "1::"],
  ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
] as const;

for (const [text, written] of ADDRESSES) {
  Deno.test(`parseAddress() reads ${text}`, () => {
    const address = parseAddress(text);
    assert(address !== null);
    assertEquals(formatAddress(address), written);
    assertEquals(parseAddress(written), address);
  });
}

for (
  const text of [
    "",
    "1",
    "1.2.3",
    "1.2.3.4.5",
    "256.0.0.1",
    "01.2.3.4",
    "1.2.3.-4",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "12345::",
    "g::",
    "1.2.3.4::",
    "chatd.test",
  ]
) {
  Deno.test(`parseAddress() refuses "${text}"`, () => assertEquals(parseAddress(text), null));
}

Deno.test("formatAddress() and parseAddress() go together for every address", () => {
  const address = fc.oneof(
    fc.record({ family: fc.constant(4 as const), bits: fc.bigInt(0n, 2n ** 32n - 1n) }),
    fc.record({ family: fc.constant(6 as const), bits: fc.bigInt(0n, 2n ** 128n - 1n) }),
    fc.record({ family: fc.constant(6 as const), bits: fc.bigInt(0n, 2n ** 20n) }),
  );
  fc.assert(fc.property(address, (address) => {
    assertEquals(parseAddress(formatAddress(address)), address);
    assert(!formatAddress(address).startsWith(":"));
  }));
});

Deno.test("parseRange() and isInRange() know networks of both families", () => {
  const inside = (address: string, range: string): boolean => {
    const [a, r] = [parseAddress(address), parseRange(range)];
    assert(a !== null && r !== null);
    return isInRange(a, r);
  };
  assert(inside("192.0.2.77", "192.0.2.0/24"));
  assert(!inside("192.0.3.77", "192.0.2.0/24"));
  assert(inside("192.0.2.77", "192.0.2.77"));
  assert(inside("::ffff:192.0.2.77", "192.0.2.99/24"));
  assert(inside("10.0.0.1", "0.0.0.0/0"));
  assert(!inside("::1", "0.0.0.0/0"));
  assert(inside("2001:db8:1::5", "2001:db8::/32"));
  assert(!inside("2001:db9::5", "2001:db8::/32"));
  for (const wrong of ["192.0.2.0/33", "192.0.2.0/", "192.0.2.0/x", "::/129", "/8", "tea"]) {
    assertEquals(parseRange(wrong), null, wrong);
  }
  const written = (text: string): string => {
    const range = parseRange(text);
    return range === null ? "" : formatRange(range);
  };
  assertEquals(written("192.0.2.77/24"), "192.0.2.0/24");
  assertEquals(written("192.0.2.77/32"), "192.0.2.77");
  assertEquals(written("2001:DB8::5/32"), "2001:db8::/32");
});

Deno.test("networkOf() is the /64 of IPv6, and an address of IPv4", () => {
  assertEquals(networkOf("192.0.2.1"), "192.0.2.1");
  assertEquals(networkOf("2001:db8:0:1:2:3:4:5"), "2001:db8:0:1::/64");
  assertEquals(networkOf("a test"), "a test");
});
