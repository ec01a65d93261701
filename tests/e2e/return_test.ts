/**
 * `chatd join` after a lost connection: it is as before, or does not come back by itself.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder } from "../support/files.ts";
import { Detour, startInTerminal, terminalTest, TestChat } from "../support/join.ts";

terminalTest(
  "002-9 who comes back is in the same rooms, with keys, modes and away, and has the name as soon as it is free",
  async () => {
    await using chat = await TestChat.start();
    await using detour = new Detour(chat.daemon.port);
    await using pty = await startInTerminal(["join", detour.address, "--nick", "rory", "--quiet"]);
    await pty.waitFor("[#lobby] rory>");
    await pty.type("/join #vault sesame\r");
    await pty.waitFor("[#vault] rory>");
    await pty.type("/raw MODE #vault +ks sesame\r/raw MODE rory +w\r/away at tea\r");
    await pty.waitFor("set mode +");
    await pty.waitFor(/marked as being away[^]*rory>$/);
    const bob = await chat.user("bob");
    bob.send("JOIN #vault sesame");
    await bob.receive();

    detour.cut();
    await bob.until((line) => / QUIT /.test(line));
    const thief = await chat.user("rory");
    await pty.waitFor(/\[#vault\] rory_>$/);
    bob.send("WHOIS rory_");
    const whois = await bob.receive();
    assert(whois.some((line) => line.includes(" 301 ") && line.endsWith(":at tea")), whois.join());
    await pty.type("as before\r");
    await bob.until((line) => line.endsWith("PRIVMSG #vault :as before"));

    thief.send("QUIT");
    await pty.waitFor(/\[#vault\] rory>$/);
    await pty.type("/raw MODE rory\r/whois rory\r");
    await pty.waitFor(/\+\w*w/);
    assert(!pty.screen.text.includes("Cannot join"), pty.screen.text);
    assert(!/\n.{6}server: rory\n/.test(pty.screen.text), pty.screen.text);
    await pty.type("/quit\r");
    assertEquals(await pty.exitCode(), 0);
  },
);

for (
  const [what, order, told] of [
    ["is killed", "KILL alice :spam", "You were removed from the server"],
    ["is banned", "KLINE ~alice@* :spam", "Banned: spam"],
  ] as const
) {
  terminalTest(
    `002-9 who ${what} is told so, and does not come back by itself`,
    inFolder(async (folder) => {
      const file = `${folder}/chatd.toml`;
      await Deno.writeTextFile(file, '[operators]\nann = "tea"\n');
      await using chat = await TestChat.start(["--config", file]);
      const ann = await chat.user("ann");
      ann.send("OPER ann tea");
      const pty = await chat.joinInTerminal("alice");
      ann.send(order);
      assertEquals(await pty.exitCode(), 1);
      assert(pty.screen.text.includes(told), pty.screen.text);
      assert(!pty.screen.text.includes("Reconnecting"), pty.screen.text);
    }),
  );
}
