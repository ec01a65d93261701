import { assertEquals } from "@std/assert";
import { complete } from "../../../client/completion.ts";
import { take, welcomed } from "./support.ts";

function offered(line: string): readonly string[] {
  const state = welcomed();
  take(state, ":Bill!~b@c JOIN #lobby");
  return complete(state, line, line.length)?.candidates ?? [];
}

Deno.test("complete() commands at the start of a line", () => {
  assertEquals(offered("/b"), ["/bc ", "/bm ", "/broadcast "]);
});

Deno.test("complete() nicks, addressed at the start and named later; not one's own", () => {
  assertEquals(offered("b"), ["Bill: ", "bob: "]);
  assertEquals(offered("hi B"), ["Bill ", "bob "]);
  assertEquals(offered("a"), []);
});

Deno.test("complete() arguments of commands", () => {
  assertEquals(offered("/dm "), ["Bill ", "bob "]);
  assertEquals(offered("/part "), ["#lobby "]);
  assertEquals(offered("/help us"), ["users"]);
  assertEquals(offered("see #l"), ["#lobby "]);
  assertEquals(offered("/search tea from:b"), ["Bill ", "bob "]);
  assertEquals(offered("/search in:#"), ["#lobby "]);
});

Deno.test("complete() nothing where there is nothing to complete", () => {
  assertEquals(offered(""), []);
  assertEquals(offered("/users xyz"), []);
});
