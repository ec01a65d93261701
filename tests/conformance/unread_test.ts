/**
 * What cannot be read: lines that are too long, not UTF-8 or no message, and what they would have been.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { parseRange } from "../../server/core/address.ts";
import { FramedPeer, SocketHost } from "../support/hosts.ts";
import { TestNode } from "../support/node.ts";

/** Bytes as they stand in a text, which has none above U+00FF. */
function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

Deno.test("FRAME-5 FRAME-7 what is not UTF-8 is answered with its command, and the session goes on (over sockets)", async () => {
  const host = new SocketHost(new Map());
  const alice = await host.connect();
  alice.sendBytes(latin1("NICK \xff\nNI\xffCK x\n\xff\r\n"));
  assertEquals((await alice.receive()).map((line) => line.replace(/ :[^:]*$/, "")), [
    ":chatd.test FAIL NICK INVALID_UTF8",
    ":chatd.test FAIL * INVALID_UTF8",
    ":chatd.test FAIL * INVALID_UTF8",
  ]);
  await host.close();
});

Deno.test("FRAME-5 MULTI-3 what is not UTF-8 has its label, and a batch that has such a line is not sent (over sockets)", async () => {
  const host = new SocketHost(new Map());
  const alice = await host.connect();
  alice.sendBytes(latin1(
    "CAP REQ :batch labeled-response message-tags draft/multiline\n" +
      "NICK alice\nUSER a 0 * :a\nCAP END\nJOIN #tea\n",
  ));
  await alice.receive();
  alice.sendBytes(latin1("@label=x PRIVMSG #tea :caf\xe9\n@label=\xe9 PRIVMSG #tea :caf\xe9\n"));
  const text = ":The line is not valid UTF-8, and was not read.";
  assertEquals(await alice.receive(), [
    `@label=x :chatd.test FAIL PRIVMSG INVALID_UTF8 ${text}`,
    `:chatd.test FAIL PRIVMSG INVALID_UTF8 ${text}`,
  ]);
  alice.sendBytes(latin1(
    "BATCH +1 draft/multiline #tea\n@batch=1 PRIVMSG #tea :one\n@batch=1 PRIVMSG #tea :caf\xe9\n" +
      "@batch=1 PRIVMSG #tea :three\nBATCH -1\n",
  ));
  const [failed, unread, ...more] = await alice.receive();
  assert(failed?.includes(" FAIL BATCH MULTILINE_INVALID :"), failed);
  assert(unread?.includes(" FAIL PRIVMSG INVALID_UTF8 :"), unread);
  assertEquals(more, []);
  await host.close();
});

Deno.test("FRAME-3 FRAME-6 MULTI-2 what is too long or has a NUL has its label, and a batch that has such a line is not sent", async () => {
  const host = new TestNode();
  const caps = ["batch", "labeled-response", "message-tags", "draft/multiline"];
  const bob = host.user("bob");
  const alice = new FramedPeer(host.user("alice", caps));
  alice.send(`@label=x PRIVMSG bob :${"é".repeat(300)}`);
  alice.send("@label=y PRIVMSG bob :a\0b");
  alice.send(`@label=z;t=${"t".repeat(5000)} PRIVMSG bob :hi`);
  assertEquals((await alice.receive()).map((line) => line.replace(/ :[^:]*$/, "")), [
    "@label=x :chatd.test 417 alice",
    "@label=y :chatd.test NOTICE alice",
    ":chatd.test 417 alice",
  ]);
  for (const unread of ["x".repeat(600), "a\0b", "a\rb"]) {
    alice.send("BATCH +1 draft/multiline bob");
    for (const text of ["one", unread, "three"]) alice.send(`@batch=1 PRIVMSG bob :${text}`);
    alice.send("BATCH -1");
    const [failed, answer, ...more] = await alice.receive();
    assert(failed?.includes(" FAIL BATCH MULTILINE_INVALID :"), failed);
    assert(answer !== undefined && more.length === 0, more.join());
  }
  alice.send("BATCH +1 draft/multiline bob");
  for (const tags of ["batch=1", "batch=1;label="]) alice.send(`@${tags} PRIVMSG bob :hi`);
  alice.send("BATCH -1");
  assert((await alice.receive())[0]?.includes(" FAIL BATCH MULTILINE_INVALID :"));
  assertEquals(bob.take(), []);
});

Deno.test("REG-9 whoever was not understood when saying who they are does not come in as somebody else", async () => {
  const trustedProxies = [parseRange("127.0.0.1")].filter((range) => range !== null);
  const host = new TestNode({ trustedProxies, webircPassword: "hunter2" });
  const gateway = "WEBIRC hunter2 gateway";
  const unread = {
    "PASS name:pass\xe9": "PASS",
    [`PASS ${"x".repeat(600)}`]: "PASS",
    "PASS a\rb": "PASS",
    "@label= PASS x": "PASS",
    [`${gateway} caf\xe9 198.51.100.3`]: "WEBIRC",
    [`${gateway} ${"h".repeat(600)} 198.51.100.3`]: "WEBIRC",
    [`${gateway} a\0b 198.51.100.3`]: "WEBIRC",
  };
  for (const [line, verb] of Object.entries(unread)) {
    const peer = new FramedPeer(host.open("127.0.0.1"));
    if (line.startsWith("@")) peer.send("CAP REQ :batch labeled-response");
    peer.sendBytes(latin1(`${line}\r\nNICK x\r\nUSER x 0 * :x\r\nCAP END\r\n`));
    assertEquals((await peer.receive()).at(-1), `ERROR :${verb} could not be read.`, line);
    assert(peer.closed);
  }
  const alice = new FramedPeer(host.open());
  alice.sendBytes(latin1("CAP REQ sasl\nAUTHENTICATE \xe9\nNICK \xe9\nPRIVMSG \xe9\nPROXY \xe9\n"));
  alice.send("NICK alice");
  alice.send("USER alice 0 * :Alice");
  alice.sendBytes(latin1("CAP END\nPASS \xe9\n"));
  assert((await alice.receive()).at(-1)?.includes(" FAIL PASS INVALID_UTF8 :"));
  assert(!alice.closed);
});

Deno.test("USER-2 USER-4 whose real name is not UTF-8 comes in, and who has none may try again (over sockets)", async () => {
  const host = new SocketHost(new Map());
  const gus = await host.connect();
  gus.sendBytes(latin1("NICK gus\nUSER u 0 * :\n"));
  assert((await gus.receive())[0]?.includes(" 461 gus USER :"));
  gus.sendBytes(latin1("USER u\xe9 0 * :Andr\xe9\n"));
  const [warning, welcome] = await gus.receive();
  assert(warning?.includes(" WARN USER INVALID_UTF8 :"), warning);
  assert(welcome?.includes(" 001 gus "), welcome);
  gus.sendBytes(latin1("WHOIS gus\n"));
  assert((await gus.receive())[0]?.includes(" 311 gus gus ~u "));
  await host.close();
});

Deno.test("SASL-4 FRAME-3 FRAME-5 FRAME-6 what cannot be read ends an exchange of SASL, whose client waits for a numeric", async () => {
  const peer = new FramedPeer(new TestNode().open());
  const unread = { "\xe9": "904", "a\0b": "904", [`${"A".repeat(600)}`]: "905" };
  for (const [param, numeric] of Object.entries(unread)) {
    peer.send("AUTHENTICATE PLAIN");
    peer.sendBytes(latin1(`AUTHENTICATE ${param}\r\n`));
    peer.send("AUTHENTICATE PLAIN"); // data, if the exchange were still open
    peer.send("AUTHENTICATE *");
    const answers = (await peer.receive()).map((line) => line.split(" ").slice(1, 3).join(" "));
    assertEquals(answers, ["AUTHENTICATE +", `${numeric} *`, "AUTHENTICATE +", "906 *"]);
  }
});
