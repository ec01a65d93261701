/**
 * SPEC.md chapter "History": what happens when the database cannot be written.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { openStore } from "../../server/store/store.ts";
import { TestNode } from "../support/node.ts";
import { OPERATOR } from "../support/transcript.ts";

Deno.test("STORE-4 the chat goes on while nothing can be kept: operators and speakers are told, once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/chatd.db`;
    openStore(file).database.close();
    const disk = { maxPages: Deno.statSync(file).size / 4096 };
    const host = new TestNode({}, openStore(file, disk));
    const { node, store } = host;
    const [ann, bob, root] = [
      host.user("ann", ["standard-replies"]),
      host.user("bob"),
      host.user("root"),
    ];
    root.send(`OPER ${OPERATOR.name} ${OPERATOR.password}`);
    root.take();
    const keep = (): void =>
      store.database.enqueue(
        () => store.database.prepare("INSERT INTO meta VALUES (?, ?)").run("k", "x".repeat(40_000)),
        ann.session.user?.id,
      );
    ann.send("PRIVMSG bob :hello");
    keep();
    store.flush();
    const warning = ":chatd.test WARN PRIVMSG HISTORY_PAUSED :";
    assertEquals(ann.take().filter((line) => line.startsWith(warning)).length, 1);
    assert(root.take().some((line) => line.includes("NOTICE root :History is paused")));
    assertEquals(host.log.of("history-paused").length, 1);

    ann.send("PRIVMSG bob :do you read me?");
    assertEquals(ann.take(), []);
    bob.send("PRIVMSG ann :I do");
    bob.send("PRIVMSG ann :and well");
    const told = bob.take().filter((line) => line.includes("cannot be kept"));
    assertEquals(told.length, 1, "as a NOTICE, for bob does not know standard replies");
    assertEquals(ann.take().length, 2);

    disk.maxPages = 100_000;
    host.clock.advance(2000);
    node.supervisor.sweep();
    assert(root.take().some((line) => line.includes("NOTICE root :History goes on")));
    assertEquals(host.log.of("history-resumed").map(({ fields }) => fields), [{ lost: 0 }]);
    store.database.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("STORE-4 what can never be kept is left out, and the operator's log tells of the defect", () => {
  const host = new TestNode();
  const [ann, bob] = [host.user("ann"), host.user("bob")];
  host.store.database.enqueue(() => {
    throw new Error("a defect of ours");
  });
  ann.send("PRIVMSG bob :hello");
  host.store.flush();
  assertEquals(bob.take().length, 1);
  const [entry, ...others] = host.log.of("internal-error");
  assert(String(entry?.fields["message"]).includes("a defect of ours"));
  assertEquals([others, host.store.condition.isPaused], [[], false]);
});
