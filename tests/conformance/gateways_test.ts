/**
 * The rules of SPEC.md on connections that come through somebody else, over sockets.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { hashPassword } from "../../server/store/passwords.ts";
import { parseRange } from "../../server/core/address.ts";
import type { RawPeer } from "../support/daemon.ts";
import { SocketHost } from "../support/hosts.ts";
import { TestNode } from "../support/node.ts";

const encoder = new TextEncoder();
const HEADER = "PROXY TCP4 198.51.100.3 192.0.2.1 21726 6667\r\n";
const BINARY = Uint8Array.of(
  ...encoder.encode("\r\n\r\n\0\r\nQUIT\n"),
  ...[0x21, 0x11, 0, 12, 198, 51, 100, 4, 192, 0, 2, 1, 0x54, 0xde, 0x1a, 0x0b],
);

/** A server that trusts this machine, or nobody. */
function host(proxies = "127.0.0.1"): SocketHost {
  return new SocketHost(new Map(proxies === "" ? [] : [["trusted_proxies", proxies]]));
}

/** The address that the server has of a peer, as the peer itself sees it. */
async function addressOf(peer: RawPeer, nick: string): Promise<string> {
  for (const line of [`NICK ${nick}`, `USER ${nick} 0 * :x`, `WHOIS ${nick}`]) peer.send(line);
  const lines = await peer.until((line) => / 318 /.test(line));
  return lines.find((line) => / 338 /.test(line))?.split(" ")[5] ?? "";
}

Deno.test("PROXY-1 the address is that of the header, of either version (over sockets)", async () => {
  const server = host();
  const [alice, bob, carol] = [
    await server.connect(),
    await server.connect(),
    await server.connect(),
  ];
  alice.sendBytes(encoder.encode(HEADER));
  for (const byte of BINARY) bob.sendBytes(Uint8Array.of(byte));
  assertEquals(await addressOf(alice, "alice"), "198.51.100.3");
  assertEquals(await addressOf(bob, "bob"), "198.51.100.4");
  assertEquals(await addressOf(carol, "carol"), "127.0.0.1");
  await server.close();
});

Deno.test("PROXY-1 what comes in one piece with the header is read as IRC (over sockets)", async () => {
  const server = host();
  const alice = await server.connect();
  alice.sendBytes(encoder.encode(`${HEADER}NICK alice\r\nUSER a 0 * :A\r\n`));
  const lines = await alice.receive();
  assert(lines[0]?.startsWith(":chatd.test 001 alice "), lines[0]);
  await server.close();
});

Deno.test("PROXY-2 a header that is not valid ends the connection (over sockets)", async () => {
  const server = host();
  const alice = await server.connect();
  alice.sendBytes(encoder.encode("PROXY TCP4 tea 192.0.2.1 1 1\r\nNICK alice\r\n"));
  assertEquals(await alice.until(() => false), ["ERROR :The PROXY header is not valid."]);
  await server.close();
});

Deno.test("PROXY-3 nobody else may send one, of either version (over sockets)", async () => {
  const server = host("");
  const [alice, bob] = [await server.connect(), await server.connect()];
  alice.sendBytes(encoder.encode(`${HEADER}NICK alice\r\n`));
  assertEquals(await alice.until(() => false), ["ERROR :You are not a trusted proxy."]);
  bob.sendBytes(BINARY);
  assert((await bob.until(() => false)).at(-1)?.startsWith("ERROR :"));
  await server.close();
});

Deno.test("PROXY-3 a header that comes too late is a command that there is not (over sockets)", async () => {
  const server = host();
  const alice = await server.connect();
  alice.sendBytes(encoder.encode(`NICK alice\r\n${HEADER}USER a 0 * :A\r\n${HEADER}`));
  const lines = await alice.receive();
  assert(lines[0]?.startsWith(":chatd.test 421 alice PROXY :"), lines[0]);
  assert(lines[1]?.startsWith(":chatd.test 001 alice "), lines[1]);
  assert(lines.at(-1)?.startsWith(":chatd.test 421 alice PROXY :"), lines.at(-1));
  await server.close();
});

Deno.test("PROXY-4 on a port for proxies nobody comes in without a header of a proxy's (over sockets)", async () => {
  const server = new SocketHost(new Map([["trusted_proxies", "127.0.0.1"]]), true);
  const [alice, bob, carol, dave, erin] = [
    await server.connect(),
    await server.connect(),
    await server.connect(),
    await server.connect(),
    await server.connect(),
  ];
  alice.sendBytes(encoder.encode(HEADER));
  for (const byte of BINARY) bob.sendBytes(Uint8Array.of(byte));
  assertEquals(await addressOf(alice, "alice"), "198.51.100.3");
  assertEquals(await addressOf(bob, "bob"), "198.51.100.4");
  dave.sendBytes(encoder.encode("PROXY UNKNOWN\r\n"));
  assertEquals(await addressOf(dave, "dave"), "127.0.0.1"); // the proxy looks whether the server is well
  carol.send("NICK carol");
  erin.sendBytes(encoder.encode("PROXY TCP4 tea 192.0.2.1 1 1\r\nNICK erin\r\n"));
  assertEquals(await carol.until(() => false), [
    "ERROR :A connection to this port begins with a PROXY header.",
  ]);
  assertEquals(await erin.until(() => false), ["ERROR :The PROXY header is not valid."]);
  await server.close();
});

Deno.test("PROXY-4 on a port for proxies nobody but they comes in (over sockets)", async () => {
  const server = new SocketHost(new Map([["trusted_proxies", "192.0.2.0/24"]]), true);
  const alice = await server.connect();
  alice.sendBytes(encoder.encode(`${HEADER}NICK alice\r\n`));
  assertEquals(await alice.until(() => false), ["ERROR :You are not a trusted proxy."]);
  await server.close();
});

Deno.test("WEBIRC-2 who is not trusted is refused, password or not", () => {
  const node = new TestNode({ webircPassword: "hunter2" });
  const peer = node.open();
  peer.send("WEBIRC hunter2 gateway 198.51.100.3 198.51.100.3");
  assertEquals(peer.take(), ["ERROR :You are not a trusted WebIRC gateway"]);
  assert(peer.closed);
  const proxies = [parseRange("192.0.2.0/24")].filter((range) => range !== null);
  const other = new TestNode({ trustedProxies: proxies }).open();
  other.send("WEBIRC hunter2 gateway 198.51.100.3 198.51.100.3");
  assert(other.closed);
});

Deno.test("WEBIRC-1 bans, host and log go by the client's address; the password may be hashed", async () => {
  const trustedProxies = [parseRange("192.0.2.0/24")].filter((range) => range !== null);
  const webircPassword = await hashPassword("hunter2", { memory: 64, passes: 1, parallelism: 1 });
  const node = new TestNode({ trustedProxies, webircPassword });
  const root = node.user("root");
  root.send("OPER root secret");
  root.send("DLINE 198.51.100.0/24 :no");
  const [alice, bob] = [node.open(), node.open()];
  await alice.sendAndWait("WEBIRC hunter2 web host 0::1 :certfp-sha-256=ab remote-port=7 secure");
  assertEquals(alice.session.peer, { address: "0::1", port: 7, host: "0--1.cloaked" });
  assertEquals(node.log.of("proxied")[0]?.fields["by"], "web");
  alice.register("alice");
  assertEquals(alice.session.user?.address, "0::1");
  await bob.sendAndWait("WEBIRC hunter2 web host 198.51.100.7");
  assertEquals(bob.take(), ["ERROR :Closing link: (unknown@198-51-100-7.cloaked) [Banned: no]"]);
  const carol = node.open();
  await carol.sendAndWait("WEBIRC hunter3 web host 203.0.113.7");
  assertEquals(carol.take(), ["ERROR :Invalid WebIRC password"]);
});

Deno.test("BAN-3 a ban of a proxy's own address does not meet those for whom it speaks", () => {
  const trustedProxies = [parseRange("192.0.2.0/24")].filter((range) => range !== null);
  const node = new TestNode({ trustedProxies, webircPassword: "hunter2" });
  const root = node.open("203.0.113.1").register("root");
  root.send("OPER root secret");
  root.send("DLINE 192.0.2.0/24 :no");
  const [alice, bob] = [node.open(), node.open()];
  alice.send("WEBIRC hunter2 web host 198.51.100.7");
  assert(!alice.register("alice").closed);
  assert(bob.register("bob").closed);
});
