import { assertEquals } from "@std/assert";
import { complete } from "../../../client/completion.ts";
import { MASK, ScriptedHistory, take, welcomed } from "./support.ts";

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

Deno.test("complete() who spoke last in the room at hand, then its members, then those of others", () => {
  const state = welcomed();
  const room = (name: string, ...nicks: string[]) => [
    `:alice!~alice@h JOIN ${name}`,
    `:chat 353 alice = ${name} :alice ${nicks.join(" ")}`,
  ];
  take(state, ...room("#a", "aaron", "abe"), ...room("#b", "adam", "alan", "albert", "anna"));
  take(
    state,
    ":aaron!x@y PRIVMSG #a :here",
    ":alan!x@y PRIVMSG #B :hi",
    ":anna!x@y NOTICE #b :hi",
    ":Alan!x@y PRIVMSG @#b :again",
    ":anna!x@y NICK Anne",
    ":adam!x@y PRIVMSG alice :hi",
  );
  state.targets.choose("#b", true);
  const of = (line: string) =>
    complete(state, line, line.length)?.candidates.map((name) => name.replace(/[ :]+$/, ""));
  assertEquals(of("a"), ["alan", "Anne", "adam", "albert", "aaron", "abe"]);
  assertEquals(of("/kick #a a"), ["aaron", "abe", "adam", "alan", "albert", "Anne"]);
  take(state, ":alan!x@y PART #b", ":albert!x@y PRIVMSG #b :hi");
  assertEquals(of("hi a"), ["albert", "Anne", "adam", "aaron", "abe"]);
});

Deno.test("complete() /unignore offers those who are ignored", () => {
  const state = welcomed();
  for (const whom of ["bob", "account:eve"]) state.ignores.add(whom, null, state.fold);
  assertEquals(complete(state, "/unignore ", 10)?.candidates, ["bob ", "account:eve "]);
});

Deno.test("complete() who spoke before the user came is offered, too", () => {
  const alice = new ScriptedHistory().take(":chat 001 alice :Hi", `@t=10 :${MASK} JOIN #tea`);
  const { state } = alice;
  state.targets.choose("#tea", true);
  alice.take(
    ":chat 353 alice = #tea :alice bill bob bea",
    "@label=h1 :chat BATCH +b chathistory #tea",
    "@batch=b;t=1 :bob!~b@h PRIVMSG #tea :one",
    "@batch=b;t=2 :bill!~b@h PRIVMSG #tea :two",
    ":chat BATCH -b",
  );
  assertEquals(complete(state, "b", 1)?.candidates, ["bill: ", "bob: ", "bea: "]);
});
