/**
 * One person with many devices, over real sockets: what a stranger sees of it, of devices that are killed, and of a server
 * that is.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Holder } from "../load/holding.ts";
import { Daemon, type RawPeer } from "../support/daemon.ts";

const PASSWORD = "correct-horse-battery";

/** A device of alice, who has an account. */
async function device(daemon: Daemon, nick = "alice"): Promise<[RawPeer, string[]]> {
  const peer = await daemon.connect();
  peer.send("CAP REQ :message-tags");
  peer.send(`PASS alice:${PASSWORD}`);
  peer.send(`NICK ${nick}`);
  peer.send(`USER ${nick} 0 * :${nick}`);
  peer.send("CAP END");
  return [peer, await peer.receive()];
}

/** The first device of alice, who gets an account and joins; and a stranger who sees her there. */
async function household(daemon: Daemon): Promise<[RawPeer, RawPeer]> {
  const desk = await daemon.user("alice", ["message-tags"]);
  desk.send(`REGISTER * * ${PASSWORD}`);
  await desk.until((line) => / 900 alice /.test(line));
  desk.send("JOIN #tea");
  await desk.receive();
  const bob = await daemon.user("bob", ["message-tags", "away-notify"]);
  bob.send("JOIN #tea");
  await bob.receive();
  await desk.receive();
  return [desk, bob];
}

/** Waits until as many devices of alice are connected as she sees, one or more than one. */
async function untilAlone(desk: RawPeer): Promise<void> {
  for (;;) {
    desk.send("WHOIS alice");
    if (!(await desk.receive()).some((line) => / 320 alice alice /.test(line))) return;
  }
}

/** Waits until alice has no connection, as somebody else sees it; what that one was told otherwise. */
async function untilAbsent(other: RawPeer): Promise<string[]> {
  const told: string[] = [];
  for (;;) {
    other.send("WHOIS alice");
    const lines = await other.receive();
    told.push(...lines.filter((line) => !/ 3\d\d /.test(line)));
    if (lines.some((line) => / 301 bob alice :Not connected/.test(line))) return told;
  }
}

Deno.test("DEVICE-1 DEVICE-4 DEVICE-6 two devices are one person, of whom a stranger sees neither's coming nor going", async () => {
  const daemon = await Daemon.start();
  try {
    const [desk, bob] = await household(daemon);
    const [phone, welcome] = await device(daemon, "pocket");
    assert(welcome.some((line) => /^:alice!\S+ JOIN #tea$/.test(line.replace(/^@\S+ /, ""))));
    desk.send("PRIVMSG #tea :from the desk");
    await desk.receive();
    const [line = ""] = await phone.receive();
    assertMatch(line, /^@\S*msgid=\S+ :alice!\S+ PRIVMSG #tea :from the desk$/);
    bob.send("PRIVMSG alice :to both");
    await bob.receive();
    for (const peer of [desk, phone]) assertMatch((await peer.receive()).join(), / :to both$/);
    phone.send("QUIT :bye");
    assertMatch(
      (await phone.until((each) => each.includes("ERROR "))).join(),
      /ERROR :.*Quit: bye/,
    );
    await untilAlone(desk);
    assertEquals(await desk.receive(), []);
    desk.send("QUIT :good night");
    const told = await bob.until((each) => each.includes(" QUIT "));
    assertMatch(told.at(-1) ?? "", /chatd\/cause=quit\S* \S+ QUIT :Quit: good night$/);
    assertEquals(told.filter((each) => / (?:JOIN|QUIT) /.test(each)).length, 1);
    bob.close();
  } finally {
    await daemon.close();
  }
});

Deno.test("DEVICE-6 a device that is killed is nobody's business but its user's; the last one is lost", async () => {
  const daemon = await Daemon.start();
  try {
    const [desk, bob] = await household(daemon);
    const holder = await Holder.start(daemon.port, "pocket", 1, `alice:${PASSWORD}`);
    desk.send("WHOIS alice");
    assertMatch((await desk.receive()).join("\n"), / 320 alice alice :is connected with 2 devices/);
    await holder.kill();
    await untilAlone(desk);
    assertEquals(await bob.receive(), []);
    const last = await Holder.start(daemon.port, "pocket", 1, `alice:${PASSWORD}`);
    desk.send("QUIT");
    await desk.until((line) => line.includes("ERROR "));
    assertEquals(await bob.receive(), []);
    await last.kill();
    const told = await bob.until((line) => line.includes(" QUIT "));
    assertMatch(told.join(), /^@\S*chatd\/cause=lost\S* :alice!\S+ QUIT :Connection lost$/);
    bob.close();
  } finally {
    await daemon.close();
  }
});

Deno.test("GRACE-1 GRACE-2 a loss that is made good in time was none; one that is not is told as what it was", async () => {
  const daemon = await Daemon.start(["--grace", "3600"]);
  try {
    const [desk, bob] = await household(daemon);
    const holder = await Holder.start(daemon.port, "pocket", 1, `alice:${PASSWORD}`);
    desk.send("QUIT");
    await desk.until((line) => line.includes("ERROR "));
    await holder.kill();
    assertEquals(await untilAbsent(bob), []);
    const [back, welcome] = await device(daemon, "other");
    assertMatch(welcome.find((line) => / 001 /.test(line)) ?? "", / 001 alice /);
    assertEquals(await bob.receive(), []);
    back.send("QUIT :bye");
    const told = await bob.until((line) => line.includes(" QUIT "));
    assertMatch(told.join(), /^@\S*chatd\/cause=quit\S* \S+ QUIT :Quit: bye$/);
    bob.close();
  } finally {
    await daemon.close();
  }
  const hasty = await Daemon.start(["--grace", "0.5"]);
  try {
    const [desk, bob] = await household(hasty);
    const holder = await Holder.start(hasty.port, "pocket", 1, `alice:${PASSWORD}`);
    desk.send("QUIT");
    await desk.until((line) => line.includes("ERROR "));
    await holder.kill();
    const told = await bob.until((line) => line.includes(" QUIT "));
    assertMatch(told.join(), /^@\S*chatd\/cause=lost\S* :alice!\S+ QUIT :Connection lost$/);
    bob.close();
  } finally {
    await hasty.close();
  }
});

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  Deno.test(`ALWAYS-1 ALWAYS-4 ALWAYS-5 who is always on is here after ${signal} to the server, and messages have waited`, async () => {
    const folder = await Deno.makeTempDir();
    const args = ["--data", `${folder}/chatd.db`];
    const first = await Daemon.start(args);
    const [desk] = await household(first);
    for (
      const line of ["PRIVMSG NickServ :SET ALWAYSON on", "MODE #tea +k sesame", "NICK ally"]
    ) desk.send(line);
    assertMatch((await desk.receive()).join("\n"), / MODE #tea \+k sesame/);
    await first.stop(signal);

    const second = await Daemon.start(args);
    try {
      const bob = await second.user("bob", ["message-tags"]);
      bob.send("JOIN #tea");
      assertMatch((await bob.receive()).join(), / 475 bob #tea /);
      bob.send("JOIN #tea sesame");
      assertMatch((await bob.receive()).join("\n"), / 353 bob = #tea :@ally bob\n/);
      bob.send("PRIVMSG ally :are you there?");
      assertMatch(
        (await bob.receive()).join(),
        / 301 bob ally :Not connected\. Messages are kept\./,
      );
      const [, welcome] = await device(second);
      assertMatch(welcome.find((line) => / 001 /.test(line)) ?? "", / 001 ally /);
      assert(welcome.some((line) => / PRIVMSG ally :.*are you there\?$/.test(line)));
      assertEquals(await bob.receive(), []);
      bob.close();
    } finally {
      await second.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
