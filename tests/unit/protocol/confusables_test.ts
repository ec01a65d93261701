import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LOOKALIKES, skeleton } from "../../../protocol/confusables.ts";
import { foldUnicode } from "../../../protocol/precis.ts";
import { CONFUSABLE_NICKS, DISTINCT_NICKS } from "../../vectors/names.ts";

Deno.test("skeleton() NAME-8 is the same for nicks that look alike, and for no others", () => {
  for (const [a, b] of CONFUSABLE_NICKS) assertEquals(skeleton(a), skeleton(b), `${a} ${b}`);
  for (const [a, b] of DISTINCT_NICKS) assert(skeleton(a) !== skeleton(b), `${a} ${b}`);
});

Deno.test("skeleton() NAME-8 of names of ASCII is the same only if they are equal", () => {
  const name = fc.stringMatching(/^[A-Za-z0-9_[\]-]{1,9}$/);
  fc.assert(
    fc.property(name, name, (a, b) => {
      assertEquals(skeleton(a) === skeleton(b), foldUnicode(a) === foldUnicode(b));
      assertEquals(skeleton(a), skeleton(a.toUpperCase()));
    }),
  );
});

Deno.test("the look-alikes are listed once, and none that Unicode decomposes itself", () => {
  const listed = Object.values(LOOKALIKES).flatMap((characters) => [...characters]);
  assertEquals(listed.filter((character, i) => listed.indexOf(character) !== i), []);
  assertEquals(listed.filter((character) => character.normalize("NFKD") !== character), []);
  assertEquals(listed.filter((character) => character < "\x80"), []);
});
