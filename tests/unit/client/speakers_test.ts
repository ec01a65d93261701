import { assertEquals } from "@std/assert";
import { Speakers } from "../../../client/speakers.ts";
import { fold } from "../../../protocol/casemap.ts";

Deno.test("Speakers are as many as there is room for, the last first", () => {
  const speakers = new Speakers();
  for (let count = 0; count < 150; count++) speakers.heard(fold("#a"), fold(`n${count}`));
  speakers.heard(fold("#a"), fold("n60"));
  const of = speakers.of(fold("#a"));
  assertEquals([of.length, of[0], of[1], of.at(-1)], [100, "n60", "n149", "n50"]);
  for (let count = 0; count < 200; count++) speakers.heard(fold(`#${count}`), fold("bob"));
  assertEquals(speakers.of(fold("#a")), []);
});
