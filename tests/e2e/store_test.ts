/**
 * The database from outside: one server to a file, copies while it runs, and what the operator is told.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Daemon, startProgram } from "../support/daemon.ts";

async function run(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const child = await startProgram(args);
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("STORE-5 a file has one server, and is copied while that runs", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/chatd.db`;
  const daemon = await Daemon.start(["--data", file]);
  try {
    const second = await run(["serve", "--listen", "127.0.0.1:0", "--data", file]);
    assertEquals(second.code, 6);
    assertMatch(second.err, /^chatd: The database .* is in use by another chatd\. Stop that one/);

    const copy = `${folder}/copy.db`;
    const backup = await run(["backup", copy, "--data", file]);
    assertEquals([backup.code, backup.err], [0, ""]);
    assertMatch(backup.out, /copy\.db: \d+ bytes\n$/);
    const again = await run(["backup", copy, "--data", file]);
    assertEquals(again.code, 2);
    assertStringIncludes(again.err, "never overwrites anything");
  } finally {
    await daemon.stop();
  }
  const restored = await Daemon.start(["--data", `${folder}/copy.db`]);
  assertEquals(await restored.stop(), 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("STORE-5 a copy is made while people talk on end", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/chatd.db`;
  const daemon = await Daemon.start(["--data", file]);
  try {
    const alice = await daemon.user("alice");
    for (let i = 0; i < 8000; i++) alice.send(`PRIVMSG #lobby :${"x".repeat(400)}`);
    await alice.receive();
    let isOver = false;
    const backup = run(["backup", `${folder}/copy.db`, "--data", file])
      .finally(() => isOver = true);
    for (let i = 0; i < 20_000 && !isOver; i++) {
      alice.send("PRIVMSG #lobby :and on");
      await alice.receive();
    }
    assert(isOver);
    assertEquals((await backup).code, 0);
  } finally {
    await daemon.stop();
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("STORE-5 what is wrong with the file is said in one line, exit code 6", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/letter`;
  await Deno.writeTextFile(file, "Dear friend, this is no database. ".repeat(99));
  const refused = await run(["serve", "--listen", "127.0.0.1:0", "--data", file]);
  assertEquals([refused.code, refused.err.trimEnd().split("\n").length], [6, 1]);
  assertStringIncludes(refused.err, `chatd: Cannot use the database ${file}`);

  const missing = await run(["backup", `${folder}/copy`, "--data", `${folder}/none`]);
  assertEquals(missing.code, 2);
  assertStringIncludes(missing.err, "there is no database");
  const nothing = await run(["backup", `${folder}/copy`]);
  assertEquals(nothing.code, 5, "the settings of these tests keep nothing");
  assert((await run(["backup"])).err.includes("takes one FILE"));
  await Deno.remove(folder, { recursive: true });
});
