/**
 * Accounts from outside: made by their users or by the operator while the server runs, kept over a restart, and forgotten.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Daemon, type RawPeer, startProgram } from "../support/daemon.ts";

const PASSWORD = "correct horse";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `chatd user` with a line on its standard input. */
async function user(file: string, args: readonly string[], line = ""): Promise<Outcome> {
  const child = await startProgram(["user", ...args, "--data", file], { stdin: "piped" });
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(line));
  await input.close().catch(() => {}); // it may have read enough
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** Somebody who logs in by PLAIN and comes as `nick`: the numerics, or the line that it ended with. */
async function logIn(
  daemon: Daemon,
  nick: string,
  name: string,
  password: string,
): Promise<[RawPeer, string]> {
  const peer = await daemon.connect();
  for (const line of ["CAP REQ :sasl", `NICK ${nick}`, "USER x 0 * :x", "AUTHENTICATE PLAIN"]) {
    peer.send(line);
  }
  peer.send(`AUTHENTICATE ${btoa(`\0${name}\0${password}`)}`);
  peer.send("CAP END");
  const lines = await peer.receive();
  const codes = lines.map((line) => line.split(" ")[1] ?? "");
  return [peer, codes.filter((code) => /^(?:00[1]|433|90\d)$/.test(code)).join(" ")];
}

Deno.test("R2 002-F6 002-L4 004-L3 a name belongs to its account, over a restart, and to nobody else", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/chatd.db`;
  const daemon = await Daemon.start(["--data", file]);
  const alice = await daemon.user("alice");
  alice.send(`REGISTER * * :${PASSWORD}`);
  assertMatch((await alice.receive()).join("\n"), / REGISTER SUCCESS alice :.*\n.* 900 alice /);
  const [bob, codes] = await logIn(daemon, "bob", "alice", "wrong horse");
  assertEquals(codes, "904 001");
  alice.send("QUIT");
  await alice.until(() => false);
  bob.send("NICK alice");
  assertMatch((await bob.receive()).join(), / 433 bob alice :.*belongs to an account/);
  assertEquals(await daemon.stop(), 0);
  assert(!daemon.log.text.includes("horse"), "no password is in the log");

  const again = await Daemon.start(["--data", file]);
  const [, guest] = await logIn(again, "alice", "nobody", PASSWORD);
  assertEquals(guest, "904 433");
  const [, owner] = await logIn(again, "alice", "Alice", PASSWORD);
  assertEquals(owner, "900 903 001");
  assertEquals(await again.stop(), 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("PERSON-1 PERSON-2 PERSON-3 the operator makes, lists, exports and forgets accounts while the server runs", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/chatd.db`;
  assertEquals((await user(file, ["list"])).code, 2, "there is no database yet");
  assertEquals(await user(file, ["add", "alice"], `${PASSWORD}\n`), {
    code: 0,
    out: "alice: made\n",
    err: "",
  });
  const daemon = await Daemon.start(["--data", file, "--registration", "closed"]);
  const refusals: readonly (readonly [readonly string[], string, number, string])[] = [
    [["add", "bob"], "short\n", 2, "at least 8 characters"],
    [["add", "ALICE"], `${PASSWORD}\n`, 7, "there is an account alice already"],
    [["add", "1st"], `${PASSWORD}\n`, 2, "no nickname"],
    [["add", "NickServ"], `${PASSWORD}\n`, 2, "no nickname"],
    [["passwd", "carol"], `${PASSWORD}\n`, 7, "there is no account carol"],
    [["forget", "carol"], "", 7, "there is no account carol"],
    [["export"], "", 2, "takes one NAME"],
    [["list", "alice"], "", 2, "takes no name"],
    [["frobnicate"], "", 2, "add, passwd, list, export, forget"],
  ];
  for (const [args, line, code, text] of refusals) {
    const outcome = await user(file, args, line);
    assertEquals([outcome.code, outcome.out], [code, ""], outcome.err);
    assertStringIncludes(outcome.err, text);
  }
  assertEquals((await user(file, ["add", "bob"], `${PASSWORD}\r\n`)).code, 0);
  assertEquals((await user(file, ["passwd", "bob"], "staple battery\n")).code, 0);
  assertMatch((await user(file, ["list"])).out, /^alice\t2\S+Z\t2\S+Z\nbob\t\S+\t\S+\n$/);
  assertEquals((await logIn(daemon, "bob", "bob", PASSWORD))[1], "904 433");

  const [bob, codes] = await logIn(daemon, "bob", "bob", "staple battery");
  assertEquals(codes, "900 903 001");
  const [alice] = await logIn(daemon, "alice", "alice", PASSWORD);
  for (const line of ["PRIVMSG #lobby :tea?", "PRIVMSG alice :just you"]) bob.send(line);
  alice.send("PRIVMSG #lobby :yes please");
  await bob.receive();
  await alice.receive();
  const { out } = await user(file, ["export", "bob"]);
  const kept = JSON.parse(out);
  assertEquals([kept.account.name, kept.channels, kept.fingerprints], ["bob", [], []]);
  const said = kept.messages.filter(({ verb }: { verb: string }) => verb === "PRIVMSG");
  assertEquals(said.map(({ target, text }: Record<string, string>) => [target, text]), [
    ["#lobby", "tea?"],
    ["alice", "just you"],
  ]);
  assert(!/argon2|SCRAM|staple/.test(out), "no password in whatever form");

  assertEquals((await user(file, ["forget", "BOB"])).out, "bob: forgotten, with 2 messages\n");
  assertMatch((await bob.until((line) => / 901 /.test(line))).at(-1) ?? "", / 901 bob bob!\S+ :/);
  assertEquals((await user(file, ["export", "bob"])).code, 7);
  assertStringIncludes((await user(file, ["export", "alice"])).out, "yes please");
  assertEquals(await daemon.stop(), 0);
  const bytes = await Deno.readFile(file);
  const content = new TextDecoder("latin1").decode(bytes);
  assert(
    !content.includes("just you") && !content.includes("tea?"),
    "it is not in the file either",
  );
  assert(content.includes("yes please"));
  await Deno.remove(folder, { recursive: true });
});
