import { assert, assertEquals } from "@std/assert";
import { Outgoing } from "../../../../protocol/mod.ts";
import { TAGS_BIT, TIME_BIT } from "../../../../protocol/capabilities.ts";
import { Form, type FormLine } from "../../../../server/commands/form.ts";

const LINES: readonly FormLine[] = [
  ["RPL_YOURHOST", "Your host is here"],
  ["RPL_MYINFO", "chatd.test", "chatd", "io"],
  ["RPL_MOTD", "- * : *"],
];
const CODES = ["002", "004", "372"];

Deno.test("Form.text() says what its lines say one by one, to each variant and within a batch", () => {
  const form = new Form("chatd.test", LINES);
  for (const nick of ["*", "alice", "Zoë"]) {
    for (const variant of [0, TIME_BIT, TIME_BIT | TAGS_BIT]) {
      for (const batch of [undefined, "7-a"]) {
        const wanted = LINES.map(([, ...params], i) =>
          new Outgoing("chatd.test", CODES[i] ?? "", [nick, ...params], { at: 86_400_000 })
            .text(variant, batch === undefined ? "" : `batch=${batch}`)
        );
        assertEquals(form.text(nick, 86_400_000, variant, batch).split("\r\n"), wanted);
      }
    }
  }
});

Deno.test("Form.isFor() tells of a nick with which a line is too long", () => {
  const form = new Form("chatd.test", [...LINES, ["RPL_MOTD", "é".repeat(240)]]);
  const bytes = 510 - ":chatd.test 372  :".length - 480;
  assert(form.isFor("x".repeat(bytes)));
  assert(!form.isFor("x".repeat(bytes - 1) + "é"));
  assert(new Form("chatd.test", []).isFor("alice"));
});
