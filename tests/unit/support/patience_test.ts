import { assertEquals, assertRejects } from "@std/assert";
import { Transcription } from "../../support/daemon.ts";
import { soon } from "../../support/patience.ts";

Deno.test("soon() gives what comes, and fails with what it has waited for and what came instead", async () => {
  assertEquals(await soon("a number", Promise.resolve(1)), 1);
  await assertRejects(
    () => soon("a word", new Promise(() => {}), () => "only noise", 1),
    Error,
    "Waited for a word: not within 1 ms.\nonly noise",
  );
});

Deno.test("until() of a transcription says what it has waited for, and what was said", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const said = new Transcription(readable);
  const writer = writable.getWriter();
  await writer.write(new TextEncoder().encode("hello\n"));
  await said.until("hello");
  await assertRejects(
    () => said.until(/world/, 0, 1),
    Error,
    "Waited for /world/: not within 1 ms.\nhello\n",
  );
  await writer.close();
  await assertRejects(() => said.until("world"), Error, "The end came before world:\nhello\n");
  await said.done;
});
