import { assertEquals } from "@std/assert";
import { SocketAddress } from "../../bench/sockets.ts";

function hex(ip: string, port: number): string {
  return [...SocketAddress.of(ip, port).bytes].map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

Deno.test("SocketAddress.of() is what the C library takes for IPv4: family, port, address", () => {
  assertEquals(hex("127.0.0.1", 6667), "0200" + "1a0b" + "7f000001" + "00".repeat(8));
});

Deno.test("SocketAddress.of() fills in the groups that an IPv6 address leaves out", () => {
  const of = (address: string) => "0a00" + "1a0b" + "00".repeat(4) + address + "00".repeat(4);
  assertEquals(hex("::1", 6667), of("00".repeat(15) + "01"));
  assertEquals(hex("fe80::1:2", 6667), of("fe80" + "00".repeat(10) + "00010002"));
  assertEquals(hex("1:2:3:4:5:6:7:8", 6667), of("00010002000300040005000600070008"));
});
