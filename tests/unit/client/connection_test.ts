import { assertEquals, assertRejects } from "@std/assert";
import {
  ConnectError,
  DEFAULT_TIMING,
  dial,
  type Ending,
  isLoopback,
  type Link,
  openLink,
} from "../../../client/connection.ts";
import { FakeServer } from "./support.ts";

const NEVER = new AbortController().signal;

/** A link to the server, and what it receives. */
async function connect(server: FakeServer): Promise<{ link: Link; lines: unknown[] }> {
  const conn = await dial(
    { host: "127.0.0.1", port: server.port, room: null },
    DEFAULT_TIMING,
    NEVER,
  );
  const lines: unknown[] = [];
  return { link: openLink(conn, (line) => lines.push(line), DEFAULT_TIMING), lines };
}

Deno.test("dial() a name that nobody has gets a sentence of its own", async () => {
  const address = { host: "nobody.invalid", port: 6667, room: null };
  await assertRejects(
    () => dial(address, DEFAULT_TIMING, NEVER),
    ConnectError,
    "Cannot find nobody.invalid: no server has that name.",
  );
});

Deno.test("dial() can be given up", async () => {
  const address = { host: "127.0.0.1", port: 1, room: null };
  await assertRejects(() => dial(address, DEFAULT_TIMING, AbortSignal.abort()), ConnectError);
});

Deno.test("dial() finds a server on localhost, whichever family it listens in", async () => {
  await using server = new FakeServer();
  const address = { host: "localhost", port: server.port, room: null };
  const conn = await dial(address, DEFAULT_TIMING, NEVER);
  conn.close();
});

Deno.test("openLink() hands over lines in order, and a line that cannot be read as such", async () => {
  await using server = new FakeServer();
  const { link, lines } = await connect(server);
  const peer = await server.accept();
  peer.send("one", "two", "x".repeat(9000), "three");
  peer.send("PING x");
  await peer.finish();
  assertEquals(await link.ended, "closed" satisfies Ending);
  assertEquals(lines, [
    "one",
    "two",
    { failure: "line-too-long", line: "x".repeat(64) },
    "three",
    "PING x",
  ]);
});

Deno.test("openLink() what is no UTF-8 is read as Windows-1252, by parameter", async () => {
  await using server = new FakeServer();
  const { link, lines } = await connect(server);
  const peer = await server.accept();
  const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
  peer.sendBytes(latin1(":alice!u@h PRIVMSG #f :caf\xe9\r\n"));
  peer.send("PRIVMSG #café :café \ufffd");
  peer.sendBytes(latin1("nul\0 caf\xe9\r\n"));
  await peer.finish();
  await link.ended;
  assertEquals(lines, [
    ":alice!u@h PRIVMSG #f :café",
    "PRIVMSG #café :café \ufffd",
    { failure: "forbidden-byte", line: "nul\0 café" },
  ]);
});

Deno.test("openLink() sends what was queued in one turn in order", async () => {
  await using server = new FakeServer();
  const { link } = await connect(server);
  const peer = await server.accept();
  for (let count = 0; count < 100; count++) link.send(`LINE ${count}`);
  for (let count = 0; count < 100; count++) {
    assertEquals(await peer.until("LINE"), `LINE ${count}`);
  }
  link.close();
  link.send("after the end");
  link.close();
  assertEquals([await link.ended, await peer.until("after")], ["closed", null]);
});

Deno.test("openLink() an error in the handler is not hidden", async () => {
  await using server = new FakeServer();
  const conn = await dial(
    { host: "127.0.0.1", port: server.port, room: null },
    DEFAULT_TIMING,
    NEVER,
  );
  const link = openLink(conn, () => {
    throw new RangeError("boom");
  }, DEFAULT_TIMING);
  const peer = await server.accept();
  peer.send("x");
  await assertRejects(() => link.ended, RangeError, "boom");
});

Deno.test("isLoopback() is true for addresses of this machine only", () => {
  const isLocal = (hostname: string) => isLoopback({ transport: "tcp", hostname, port: 1 });
  assertEquals(
    ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"].map(isLocal),
    Array(4).fill(true),
  );
  assertEquals(["192.0.2.1", "::12", "12.7.0.1", "::"].map(isLocal), Array(4).fill(false));
});
