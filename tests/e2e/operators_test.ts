/**
 * Operators in the program itself: how they make their password, and what a signal does.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { PasswordChecker } from "../../server/store/passwords.ts";
import { Daemon, startProgram } from "../support/daemon.ts";
import { startInTerminal, terminalTest } from "../support/join.ts";

const decoder = new TextDecoder();

/** What mkpasswd prints for a password that comes from a pipe. */
async function makePassword(password: string): Promise<string> {
  const child = await startProgram(["mkpasswd"], { stdin: "piped" });
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${password}\n`));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assertEquals([code, decoder.decode(stderr)], [0, ""]);
  return decoder.decode(stdout).trimEnd();
}

Deno.test("OPER-3 chatd mkpasswd prints a hash with which an operator gets in", async () => {
  const hash = await makePassword("tea");
  assertMatch(hash, /^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[\w+/]+\$[\w+/]+$/);
  const file = await Deno.makeTempFile({ suffix: ".toml" });
  await Deno.writeTextFile(file, `[operators]\nann = "${hash}"\nbob = "plain"\n`);
  const daemon = await Daemon.start(["--config", file]);
  try {
    await daemon.log.until(/operator bob .* chatd mkpasswd/);
    assert(!daemon.log.text.includes("operator ann"));
    const alice = await daemon.user("alice");
    alice.send("OPER ann milk");
    alice.send("OPER ann tea");
    const codes = (await alice.until((line) => line.includes(" 381 "))).map((line) =>
      line.split(" ")[1]
    );
    assertEquals(codes.slice(-3), ["464", "MODE", "381"]);
    alice.close();
  } finally {
    await daemon.stop();
    await Deno.remove(file);
  }
});

terminalTest("OPER-3 chatd mkpasswd shows nothing of what is typed at a terminal", async () => {
  await using pty = await startInTerminal(["mkpasswd"], { columns: 200 });
  await pty.waitFor("Password:");
  await pty.type("sesame\r");
  await pty.waitFor("Again:");
  await pty.type("sesame\r");
  assertEquals(await pty.exitCode(), 0);
  assert(!pty.raw.includes("sesame"), pty.raw);
  const hash = /\$argon2id\S+/.exec(pty.screen.text)?.[0] ?? "";
  assertEquals(await new PasswordChecker().verify("sesame", hash), "right");
  assertEquals(await pty.modesAfter(), pty.modesBefore);
});
