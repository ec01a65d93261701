import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { masked, maskedText, secretAt } from "../../../client/secrets.ts";

const HIDDEN: readonly (readonly [string, string])[] = [
  ["/msg NickServ IDENTIFY hunter2", "/msg NickServ IDENTIFY ***"],
  ["/MSG nickserv identify alice hunter2", "/MSG nickserv identify ***"],
  ["  /dm NickServ REGISTER hunter2 a@b.c", "  /dm NickServ REGISTER ***"],
  ["\t/dm   NickServ   PASSWD  old new", "\t/dm   NickServ   PASSWD  ***"],
  ["\n/dm NickServ GHOST bob hunter2", "\n/dm NickServ GHOST ***"],
  ["/query NickServ RECOVER bob hunter2", "/query NickServ RECOVER ***"],
  ["/notice NickServ IDENTIFY hunter2", "/notice NickServ IDENTIFY ***"],
  ['/dm NickServ "IDENTIFY hunter2"', '/dm NickServ "IDENTIFY ***'],
  ["/dm NickServ IDENTFIY hunter2", "/dm NickServ IDENTFIY ***"],
  ["/dm NickServ SET PASSWORD hunter2", "/dm NickServ SET PASSWORD ***"],
  ["/dm NickServ SET PASSWORD hunter2 on", "/dm NickServ SET PASSWORD ***"],
  ["/dm bob,NickServ IDENTIFY hunter2", "/dm bob,NickServ IDENTIFY ***"],
  ["/dm NickServ@services.example IDENTIFY hunter2", "/dm NickServ@services.example IDENTIFY ***"],
  ["/dm Q@CServe.example AUTH alice hunter2", "/dm Q@CServe.example AUTH ***"],
  ["/dm ChanServ IDENTIFY #tea hunter2", "/dm ChanServ IDENTIFY #tea ***"],
  ["/dm ChanServ REGISTER #tea hunter2 for tea", "/dm ChanServ REGISTER #tea ***"],
  ["/dm ChanServ SET #tea PASSWORD hunter2", "/dm ChanServ SET #tea PASSWORD ***"],
  ["/dm NickServ: identify hunter2", "/dm NickServ: identify ***"],
  ["/dm @NickServ identify hunter2", "/dm @NickServ identify ***"],
  ["/dm NickSrv identify hunter2", "/dm NickSrv identify ***"],
  ["/dm nick-server identify hunter2", "/dm nick-server identify ***"],
  ["/mgs NickServ identify hunter2", "/mgs NickServ identify ***"],
  ["/m nickserv ghost bob hunter2", "/m nickserv ghost ***"],
  ["/cs identify #tea hunter2", "/cs identify #tea ***"],
  ["/ns identify hunter2", "/ns identify ***"],
  ["/NickServ identify hunter2", "/NickServ identify ***"],
  ["/identify hunter2", "/identify ***"],
  ["/oper ann hunter2", "/oper ***"],
  ["/login alice hunter2", "/login alice ***"],
  ["/register hunter2", "/register ***"],
  ["/raw OPER ann hunter2", "/raw OPER ***"],
  ["/RAW pass :hunter2", "/RAW pass ***"],
  ["/quote AUTHENTICATE aHVudGVyMg==", "/quote AUTHENTICATE ***"],
  ["/raw REGISTER * * hunter2", "/raw REGISTER ***"],
  ["/raw VERIFY alice 1234", "/raw VERIFY ***"],
  ["/raw NS IDENTIFY hunter2", "/raw NS IDENTIFY ***"],
  ["/raw NICKSERV :IDENTIFY hunter2", "/raw NICKSERV :IDENTIFY ***"],
  ["/raw PRIVMSG NickServ :IDENTIFY hunter2", "/raw PRIVMSG NickServ :IDENTIFY ***"],
  ["/raw @label=x :alice OPER ann hunter2", "/raw @label=x :alice OPER ***"],
  ["/raw CS :IDENTIFY #tea hunter2", "/raw CS :IDENTIFY #tea ***"],
  ["one\n/msg NickServ IDENTIFY hunter2\ntwo", "one\n/msg NickServ IDENTIFY ***"],
];

for (const [input, shown] of HIDDEN) {
  Deno.test(`a secret is hidden: ${JSON.stringify(input)}`, () => {
    assertEquals(masked(input), shown);
  });
}

const READABLE = [
  "hunter2",
  "NickServ IDENTIFY",
  "/dm bob identify hunter2",
  "/dm @#tea register now",
  "/dm ns identify hunter2",
  "/history NickServ 5",
  "/topic NickServ identify is how to log in",
  "/search NickServ identify",
  "/dm nicks identify hunter2",
  "/dm nickolas serves vegan food",
  "/dm NickServ",
  "/dm NickServ IDENTIFY",
  "/dm NickServ IDENTIFY  ",
  "/dm NickServ HELP REGISTER",
  "/dm NickServ INFO bob",
  "/dm NickServ SET ALWAYSON on",
  "/dm ChanServ ACCESS #tea ADD bob operator",
  "/dm ChanServ REGISTER #tea",
  "/login alice",
  "/raw MODE #tea +m",
  "/raw",
  "/say /msg NickServ IDENTIFY hunter2",
  "/me identify hunter2",
  "/",
];

for (const input of READABLE) {
  Deno.test(`nothing is hidden: ${JSON.stringify(input)}`, () =>
    assertEquals(secretAt(input), null));
}

Deno.test("a secret is hidden in a text to a service, and in no other", () => {
  assertEquals(maskedText("NICKSERV", "identify hunter2"), "identify ***");
  assertEquals(maskedText("ChanServ", "IDENTIFY #tea hunter2"), "IDENTIFY #tea ***");
  assertEquals(maskedText("nickserv", "HELP REGISTER"), "HELP REGISTER");
  assertEquals(maskedText("bob", "identify hunter2"), "identify hunter2");
  assertEquals(maskedText("#nickserv", "identify hunter2"), "identify hunter2");
});

Deno.test("a secret is hidden whatever its length, case and blanks", () => {
  const verbs = ["/msg NickServ identify", "/ns ghost", "/raw oper", "/dm nickserv idnetify"];
  const word = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => text.trim() !== "");
  fc.assert(fc.property(
    fc.constantFrom(...verbs),
    fc.boolean(),
    fc.stringMatching(/^[ \t]{0,3}$/),
    word,
    (verb, isUpper, blanks, secret) => {
      const cased = isUpper ? verb.toUpperCase() : verb;
      const spaced = blanks + cased.replaceAll(" ", ` ${blanks}`);
      assertEquals(masked(`${spaced} ${secret}`).trimEnd().endsWith("***"), true);
      assert(!masked(`${spaced} s3cret${secret}`).includes("s3cret"));
    },
  ));
});
