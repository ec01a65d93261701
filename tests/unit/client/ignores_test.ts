import { assertEquals } from "@std/assert";
import { Ignores } from "../../../client/ignores.ts";
import { fold } from "../../../protocol/casemap.ts";
import { MASK, message, ScriptedHistory, StillClock, timeOf } from "./support.ts";

Deno.test("Ignores hold for their time, and in the place of the same", () => {
  const clock = new StillClock();
  const ignores = new Ignores(() => clock.now());
  const hidden = () => ignores.hides(message(":bob!b@h PRIVMSG #tea :hi"), fold);
  assertEquals(hidden(), false);
  ignores.add("bob", 1000, fold);
  clock.pass(999);
  assertEquals(hidden(), true);
  clock.pass(1);
  assertEquals([hidden(), ignores.entries], [false, []]);
  ignores.add("bob", 1000, fold);
  ignores.add("Bob", null, fold);
  clock.pass(5000);
  assertEquals([hidden(), ignores.entries], [true, [{ kind: "name", text: "Bob", until: null }]]);
  assertEquals([ignores.remove("BOB", fold), ignores.remove("bob", fold)], [true, false]);
});

Deno.test("Ignores know names, masks and accounts apart", () => {
  const hides = (given: string, line: string) => {
    const ignores = new Ignores();
    ignores.add(given, null, fold);
    return ignores.hides(message(line), fold);
  };
  const bob = "@account=Robert :Bob!~b@a.example ";
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["bob", `${bob}PRIVMSG #tea :hi`, true],
    ["bo", `${bob}PRIVMSG #tea :hi`, false],
    ["bo*", `${bob}NOTICE alice :hi`, true],
    ["*@*.example", `${bob}TAGMSG #tea`, true],
    ["*!~b@*", `${bob}INVITE alice #tea`, true],
    ["bob!*@b.example", `${bob}PRIVMSG #tea :hi`, false],
    ["account:robert", `${bob}PRIVMSG #tea :hi`, true],
    ["account:bob", `${bob}PRIVMSG #tea :hi`, false],
    ["robert", `${bob}PRIVMSG #tea :hi`, false],
    ["bob", `${bob}JOIN #tea`, false],
    ["bob", `${bob}QUIT :bye`, false],
    ["*", "PRIVMSG #tea :no source", false],
  ];
  for (const [given, line, expected] of cases) {
    assertEquals(hides(given, line), expected, `${given}: ${line}`);
  }
});

const WELCOME = [":chat 001 alice :Welcome", ":chat 422 alice :No MOTD"];
const JOIN = `@time=${timeOf(10)} :${MASK} JOIN #tea`;

Deno.test("what the ignored say is shown neither live nor from before, and what they do is", () => {
  const alice = new ScriptedHistory().take(...WELCOME);
  const { ignores, fold } = alice.state;
  for (const whom of ["bob", "*!*@bad.example", "account:eve"]) ignores.add(whom, null, fold);
  alice.take(JOIN, ":chat MARKREAD #tea timestamp=2026-11-20T12:00:01.000Z").shown;
  alice.take(
    "@label=h1 :chat BATCH +b chathistory #tea",
    "@batch=b;t=1 :carol!~c@h PRIVMSG #tea :read",
    "@batch=b;t=2 :bob!~b@h PRIVMSG #tea :one",
    "@batch=b;t=3 :x!~x@bad.example NOTICE #tea :two",
    "@batch=b;t=4;account=Eve :y!~y@h PRIVMSG #tea :three",
    "@batch=b;t=5 :carol!~c@h PRIVMSG #tea :new",
    ":chat BATCH -b",
  );
  assertEquals(alice.shown, [
    "-- the last of #tea: 2 lines --",
    "[t] carol: read",
    "-- not read yet --",
    "[t] carol: new",
  ]);
  alice.take(
    "@t=6 :bob!~b@h PRIVMSG alice :psst",
    "@t=7 :bob!~b@h PRIVMSG $* :all",
    ":bob!~b@h INVITE alice #x",
    ":bob!~b@h PRIVMSG alice :\x01VERSION\x01",
    ":bob!~b@h JOIN #tea",
    ":bob!~b@h NICK rob",
    "@t=8 :rob!~b@h PRIVMSG #tea :still me",
    "@t=9;account=eve :carol!~c@h PRIVMSG #tea :hidden",
    "@t=10 :carol!~c@h PRIVMSG #tea :seen",
  );
  assertEquals(alice.shown, [
    "server: bob joined the chat!",
    "server: bob is now known as rob.",
    "carol: seen",
  ]);
  ignores.remove("rob", fold);
  alice.take("@t=11 :rob!~b@h PRIVMSG #tea :again");
  assertEquals(alice.shown, ["rob: again"]);
});

Deno.test("one's own words are shown whomever one ignores", () => {
  const alice = new ScriptedHistory().take(...WELCOME);
  alice.state.ignores.add("a*", null, alice.state.fold);
  alice.take("@t=1 :alice!~a@h PRIVMSG bob :hi").shown;
  alice.did(alice.history.older({ target: "bob", count: 5, before: null }));
  alice.take(
    "@label=h1 :chat BATCH +b chathistory bob",
    "@batch=b;t=0 :alice!~a@h PRIVMSG bob :before",
    ":chat BATCH -b",
  );
  assertEquals(alice.shown.at(-1), "[t] alice: before");
});
