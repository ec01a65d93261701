import { assert, assertEquals } from "@std/assert";
import { Checkpointer } from "../../../../server/store/checkpointer.ts";
import { openStore } from "../../../../server/store/store.ts";
import { inFolder } from "../../../support/files.ts";
import { entry, read, TEA } from "../../../support/history.ts";

Deno.test(
  "Checkpointer moves the log into the file once something was written, and the database works on meanwhile",
  inFolder(async (folder) => {
    const file = `${folder}/chatd.db`;
    const store = openStore(file);
    const { database, history } = store;
    try {
      using _ = new Checkpointer(database, () => {});
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
    }
  }),
);

Deno.test(
  "Checkpointer has a log begin anew that has grown long, though something is written all the while",
  inFolder(async (folder) => {
    const store = openStore(`${folder}/chatd.db`);
    const { database, history } = store;
    let count = 0;
    const say = (text: string): void => {
      const id = ++count;
      history.record(TEA, entry(`m${id}`, id, { params: [text] }), null);
      database.flush();
    };
    /** Pages of the log. */
    const length = (): number =>
      Number(database.prepare("PRAGMA wal_checkpoint(PASSIVE)").get()?.["log"]);
    try {
      let works = 0;
      using _ = new Checkpointer(database, () => works++);
      const text = "x".repeat(100_000);
      for (let i = 0; i < 200; i++) say(text);
      database.tend(0);
      while (database.checkpointMs === null) {
        say("and on");
        await new Promise((resolve) => setTimeout(resolve));
      }
      assertEquals(works, 1, "the server's own thread had a share in it");
      say("anew");
      assert(length() < 100);
      assertEquals(read(history, { from: "newest", limit: 1 }), `m${count}`);
    } finally {
      database.close();
    }
  }),
);
