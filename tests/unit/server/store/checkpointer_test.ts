import { assert, assertEquals } from "@std/assert";
import { Checkpointer } from "../../../../server/store/checkpointer.ts";
import { openStore } from "../../../../server/store/store.ts";
import { entry, read, TEA } from "../../../support/history.ts";

Deno.test("Checkpointer moves the log into the file once something was written, and the database works on meanwhile", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/chatd.db`;
  const store = openStore(file);
  const { database, history } = store;
  try {
    using _ = new Checkpointer(database);
    const empty = Deno.statSync(file).size;
    const text = "x".repeat(100_000);
    history.record(TEA, entry("m1", 1, { params: [text] }), null);
    database.tend(0);
    assertEquals(database.checkpointMs, null, "it has only begun");
    database.tend(1000); // not twice at a time
    history.record(TEA, entry("m2", 2), null);
    database.flush();
    while (database.checkpointMs === null) await new Promise((resolve) => setTimeout(resolve));
    assert(Deno.statSync(file).size > empty + text.length);
    assertEquals(read(history), "m1 m2");
  } finally {
    database.close();
    await Deno.remove(folder, { recursive: true });
  }
});
