import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { twoColumns } from "../../../../client/tui/columns.ts";
import { width } from "../../../../client/tui/text.ts";

const WIDE = "/search WORDS [from:NAME] [in:#ROOM] [before:DATE] [after:DATE]";
const ROWS = [["/dm NAME TEXT", "Send a message to one user only"], [
  WIDE,
  "Search what was said, wherever you may read",
], ["/users", "List everybody on the server"]] as const;

Deno.test("twoColumns() what is too wide on the left has a row of its own", () => {
  assertEquals(twoColumns(ROWS, 84), [
    "/dm NAME TEXT  Send a message to one user only",
    WIDE,
    "               Search what was said, wherever you may read",
    "/users         List everybody on the server",
  ]);
});

Deno.test("twoColumns() where there is little room all on the right stands below", () => {
  assertEquals(twoColumns(ROWS, 34), [
    "/dm NAME TEXT",
    "    Send a message to one user",
    "    only",
    "/search WORDS [from:NAME]",
    "    [in:#ROOM] [before:DATE]",
    "    [after:DATE]",
    "    Search what was said, wherever",
    "    you may read",
    "/users",
    "    List everybody on the server",
  ]);
});

Deno.test("twoColumns() without a width each row is one line", () => {
  assertEquals(twoColumns(ROWS, null), [
    "/dm NAME TEXT  Send a message to one user only",
    `${WIDE}  Search what was said, wherever you may read`,
    "/users         List everybody on the server",
  ]);
  assertEquals(twoColumns([], 80), []);
});

Deno.test("twoColumns() no line is wider than there is room, and no word is lost", () => {
  const words = fc.array(fc.constantFrom("a", "[from:NAME]", "日本語", "wherever", "/x"), {
    minLength: 1,
    maxLength: 12,
  });
  const rows = fc.array(fc.tuple(words, words), { maxLength: 6 });
  fc.assert(fc.property(rows, fc.integer({ min: 34, max: 200 }), (rows, columns) => {
    const lines = twoColumns(rows.map(([a, b]) => [a.join(" "), b.join(" ")]), columns);
    for (const line of lines) assert(width(line) <= columns, `${columns}: ${line}`);
    assertEquals(lines.join(" ").trim().split(/ +/).filter((word) => word !== ""), rows.flat(2));
  }));
});
