/**
 * Operators in the program itself: how they make their password, and what a signal does.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { PasswordChecker } from "../../server/store/passwords.ts";
import { Daemon, RawPeer, startProgram } from "../support/daemon.ts";
import { signalTest, startInTerminal, terminalTest } from "../support/join.ts";

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

signalTest(
  "REHASH-1 REHASH-2 SIGHUP reads the file anew, or says what is wrong with it",
  async () => {
    const file = await Deno.makeTempFile({ suffix: ".toml" });
    await Deno.writeTextFile(file, 'network = "milk"\n');
    const daemon = await Daemon.start(["--config", file]);
    try {
      const alice = await daemon.user("alice");
      await Deno.writeTextFile(file, 'network = "tea"\n\nping_after = "soon"\n');
      daemon.child.kill("SIGHUP");
      await daemon.log.until(`${file}:3: ping_after: got "soon", wanted a number of seconds`);
      assertEquals((await alice.receive()).filter((line) => / 005 /.test(line)), []);
      await Deno.writeTextFile(
        file,
        'network = "tea"\nname = "tea.example"\nlog_format = "json"\n',
      );
      daemon.child.kill("SIGHUP");
      await daemon.log.until('"event":"rehash"');
      await daemon.log.until("name has changed");
      const [line = ""] = await alice.until((line) => / 005 /.test(line));
      assertEquals(line, ":chatd.local 005 alice NETWORK=tea :are supported by this server");
      alice.close();
      assertEquals(await daemon.stop(), 0);
    } finally {
      await daemon.stop();
      await Deno.remove(file);
    }
  },
);

Deno.test("RESTART-1 the server tells everybody and ends with exit code 75", async () => {
  const file = await Deno.makeTempFile({ suffix: ".toml" });
  await Deno.writeTextFile(file, '[operators]\nann = "tea"\n');
  const daemon = await Daemon.start(["--config", file]);
  try {
    const [alice, bob] = [await daemon.user("alice"), await daemon.user("bob")];
    alice.send("OPER ann tea");
    alice.send("RESTART");
    const lines = await bob.until(() => false);
    assertEquals(lines.slice(-2), [
      ":chatd.local NOTICE bob :The server is shutting down.",
      "ERROR :Server shutting down",
    ]);
    await alice.until(() => false);
    for (const peer of [alice, bob]) peer.close();
    assertEquals((await daemon.child.status).code, 75);
  } finally {
    await daemon.stop();
    await Deno.remove(file);
  }
});

Deno.test("PROXY-1 PROXY-4 the program takes addresses from a proxy that it is told to trust, and on a port for proxies nothing else", async () => {
  const daemon = await Daemon.start([
    ...["192.0.2.1", "::1", "127.0.0.0/8"].flatMap((range) => ["--trusted-proxies", range]),
    ...["--listen-proxy", "127.0.0.1:0"],
  ]);
  try {
    const alice = await daemon.connect();
    alice.send("PROXY TCP4 198.51.100.3 192.0.2.1 21726 6667");
    alice.send("NICK alice");
    alice.send("USER alice 0 * :Alice");
    alice.send("WHOIS alice");
    const lines = await alice.until((line) => / 338 /.test(line));
    assertMatch(lines.at(-1) ?? "", / 338 alice alice ~\S+@\S+ 198\.51\.100\.3 :/);
    await daemon.log.until(/127\.0\.0\.1 speaks for 198\.51\.100\.3\..* port=21726/);
    const said = await daemon.log.until(/(?:listening on 127\.0\.0\.1:\d+[^]*){2}/);
    const [, port] = [...said.matchAll(/listening on 127\.0\.0\.1:(\d+)/g)].map(([, port]) => port);
    const bob = new RawPeer(await Deno.connect({ port: Number(port) }));
    bob.send("NICK bob");
    assertMatch((await bob.until(() => false)).join(), /^ERROR :.* begins with a PROXY header\.$/);
    for (const peer of [alice, bob]) peer.close();
  } finally {
    await daemon.stop();
  }
});
