/**
 * SPEC.md chapter "Modes": how much of a channel's history is kept.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { TestNode } from "../support/node.ts";

Deno.test("MODE-9 H takes messages and a duration, is shown, and is taken away", () => {
  const host = new TestNode();
  const ann = host.user("ann");
  ann.send("JOIN #tea");
  ann.take();
  const answer = (line: string): string => {
    ann.send(line);
    return ann.take().map((each) => each.replace(/^:\S+ /, "")).join("; ");
  };
  assertEquals(answer("MODE #tea +H 500:7D"), "MODE #tea +H 500:7d");
  assertEquals(answer("MODE #tea +H 500:7d"), "", "it is so already");
  assertEquals(answer("MODE #tea").split("; ")[0], "324 ann #tea +ntH 500:7d");
  for (const wrong of ["7d", "0:0", "x:1d", "5:tomorrow"]) {
    assertEquals(answer(`MODE #tea +H ${wrong}`).slice(0, 15), "696 ann #tea H ");
  }
  assertEquals(answer("MODE #tea +H"), "");
  assertEquals(answer("MODE #tea -H"), "MODE #tea -H");
  assertEquals(answer("MODE #tea -H"), "");
  assertEquals(answer("MODE #tea").split("; ")[0], "324 ann #tea +nt");
});
