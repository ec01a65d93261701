/**
 * Accounts, registered channels and bans as people use them, through a daemon that is killed.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Daemon, type RawPeer } from "../support/daemon.ts";

/** Sends lines one after the other, and gives what is answered to the last of them. */
async function ask(peer: RawPeer, ...lines: readonly string[]): Promise<string[]> {
  let answer: string[] = [];
  for (const line of lines) {
    peer.send(line);
    answer = await peer.receive();
  }
  return answer;
}

Deno.test("REGCHAN-2 BAN-7 NICKSERV-2 a daemon that was killed has accounts, channels and bans again", async () => {
  const folder = await Deno.makeTempDir();
  const config = `${folder}/chatd.toml`;
  await Deno.writeTextFile(config, '[operators]\nroot = "secret"\n');
  const args = ["--config", config, "--data", `${folder}/chatd.db`];
  const daemon = await Daemon.start(args);
  const alice = await daemon.user("alice");
  const bob = await daemon.user("bob");
  for (const peer of [alice, bob]) await ask(peer, "PRIVMSG NickServ :REGISTER correct-horse");
  await ask(
    alice,
    "JOIN #tea",
    "CS REGISTER #tea",
    "MODE #tea +ikb-t sesame eve!*@*",
    "CS ACCESS #tea ADD bob operator",
    "OPER root secret",
    "KLINE 1h ~mallory@* :no milk",
  );
  assertEquals((await ask(alice, "TOPIC #tea :Earl Grey")).length, 1, "all was answered");
  await daemon.stop("SIGKILL");
  for (const peer of [alice, bob]) peer.close();

  const again = await Daemon.start(args);
  try {
    const mallory = await again.user("mallory");
    assert((await mallory.receive()).every((line) => !line.includes(" 001 ")));
    assert(mallory.closed, "the ban is in force");
    const eve = await again.user("eve");
    assert((await ask(eve, "LIST")).some((line) => line.endsWith(" 322 eve #tea 0 :Earl Grey")));
    assert((await ask(eve, "JOIN #tea sesame")).some((line) => line.includes(" 474 eve #tea ")));
    const guest = await again.user("guest");
    const login = await ask(guest, "PRIVMSG NickServ :IDENTIFY bob correct-horse");
    assert(login.some((line) => line.endsWith(" NOTICE guest :Your nickname is free: /nick bob")));
    const joined = (await ask(guest, "JOIN #tea")).map((line) => line.replace(/^\S+ /, ""));
    assertEquals(joined.slice(0, 3), [
      "JOIN #tea",
      "MODE #tea +o guest",
      "332 guest #tea :Earl Grey",
    ]);
    const modes = await ask(guest, "MODE #tea");
    assert(modes.some((line) => / 324 guest #tea \+\S*k\S* sesame$/.test(line)), modes.join("\n"));
    for (const peer of [mallory, eve, guest]) peer.close();
  } finally {
    assertEquals(await again.stop(), 0);
    await Deno.remove(folder, { recursive: true });
  }
  const said = daemon.log.text + daemon.out.text + again.log.text + again.out.text;
  assert(!said.includes("correct-horse"), "no password in the log");
  assert(!said.includes("sesame"));
});
