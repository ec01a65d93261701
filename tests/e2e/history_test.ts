/**
 * What is remembered, as people have it: after the server was killed it is all still there, and can be taken elsewhere.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Daemon, type RawPeer, startProgram } from "../support/daemon.ts";

async function run(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const child = await startProgram(args);
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** What was said in the lines, with who said it. */
function said(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [, nick, text] = /^(?:@\S+ )?:(\w+)!\S+ PRIVMSG \S+ :?(.*)$/.exec(line) ?? [];
    return nick === undefined ? [] : [`${nick}: ${text}`];
  });
}

/** Lets them say this one after the other, each when the others have read what was before. */
async function talk(lines: readonly (readonly [RawPeer, string])[]): Promise<void> {
  for (const [peer, line] of lines) {
    peer.send(line);
    await peer.receive();
  }
}

Deno.test("002-L2 002-F3 what anybody has read is there when the server was killed, and is told and exported", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/chatd.db`;
  const args = ["--data", file, "--replay", "3"];
  const killed = await Daemon.start(args);
  const alice = await killed.user("alice");
  const bob = await killed.user("bob");
  await alice.receive();
  await talk([
    [alice, "PRIVMSG #lobby :one"],
    [bob, "PRIVMSG #lobby :two"],
    [alice, "PRIVMSG #lobby :three"],
    [bob, "PRIVMSG alice :between us"],
    [bob, "PRIVMSG #lobby :four"],
  ]);
  const read = said(await alice.until((line) => line.endsWith(" PRIVMSG #lobby :four")));
  assertEquals(read, ["bob: between us", "bob: four"]);
  await killed.stop("SIGKILL");

  const daemon = await Daemon.start(args);
  try {
    const carol = await daemon.connect();
    for (const line of ["CAP REQ server-time", "NICK carol", "USER carol 0 * :Carol", "CAP END"]) {
      carol.send(line);
    }
    const replayed = await carol.receive();
    assertEquals(said(replayed), ["bob: two", "alice: three", "bob: four"]);
    assert(
      replayed.filter((line) => line.includes(" PRIVMSG ")).every((line) =>
        /^@time=\d{4}-\d\d-\d\dT/.test(line)
      ),
    );

    const dave = await daemon.user("dave", ["draft/chathistory", "batch"]);
    dave.send("CHATHISTORY LATEST #lobby * 50");
    const everything = ["alice: one", "bob: two", "alice: three", "bob: four"];
    assertEquals(said(await dave.receive()), everything);
    const thief = await daemon.user("alice", ["draft/chathistory", "batch", "soju.im/search"]);
    thief.send("CHATHISTORY LATEST bob * 50");
    thief.send("SEARCH text=between");
    assertEquals(said(await thief.receive()), [], "it was for the alice of then");

    const exported = await run(["export", "--json", "--in", "#LOBBY", "--data", file]);
    assertEquals([exported.code, exported.err], [0, ""]);
    const entries = exported.out.trimEnd().split("\n").map((line) => JSON.parse(line));
    const texts = entries.filter(({ verb }) => verb === "PRIVMSG")
      .map(({ from, text }) => `${from.split("!")[0]}: ${text}`);
    assertEquals(texts, everything);
    assert(entries.every((entry) => entry.in === "#lobby" && entry.time.endsWith("Z")));
    for (const peer of [carol, dave, thief]) peer.close();
  } finally {
    await daemon.stop();
  }
  const whole = await run(["export", "--json", "--data", file]);
  assertStringIncludes(whole.out, '"text":"between us"');
  const future = await run(["export", "--json", "--since", "2100-01-01", "--data", file]);
  assertEquals([future.code, future.out], [0, ""]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("004-4 the end of the server closes the database: all of it is in one file", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/chatd.db`;
  const daemon = await Daemon.start(["--data", file]);
  const alice = await daemon.user("alice");
  alice.send("PRIVMSG #lobby :the last words");
  await alice.receive();
  alice.close();
  assertEquals(await daemon.stop(), 0);
  const left = [...Deno.readDirSync(folder)].map(({ name }) => name);
  assert(!left.some((name) => /-(wal|shm)$/.test(name)), left.join());
  const { out } = await run(["export", "--json", "--data", file]);
  assertStringIncludes(out, "the last words");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("chatd export says in one line what it does not understand", async () => {
  const folder = await Deno.makeTempDir();
  const none = ["--data", `${folder}/none`];
  for (
    const [args, message] of [
      [["export", ...none], "give --json"],
      [["export", "--json", ...none], "there is no database"],
      [["export", "--json", "--since", "yesterday", ...none], '--since: got "yesterday"'],
      [["export", "--json", "--since", "2026-02-30T25:61Z", ...none], '--since: got "2026-02-30T'],
      [["export", "--json", "#lobby", ...none], "takes flags only"],
    ] as const
  ) {
    const { code, err } = await run(args);
    assertEquals([code, err.trimEnd().split("\n").length], [2, 1], err);
    assertStringIncludes(err, message);
  }
  await Deno.remove(folder, { recursive: true });
});
