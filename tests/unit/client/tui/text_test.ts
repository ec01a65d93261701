import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  colourOf,
  render,
  sanitise,
  stripFormatting,
  width,
  wrap,
} from "../../../../client/tui/text.ts";

Deno.test("sanitise() makes control characters visible", () => {
  assertEquals(sanitise("a\x1b[2J\x07b"), "a^[[2J^Gb");
  assertEquals(sanitise("\x00\x7f"), "^@^?");
  assertEquals(sanitise("\u009b31m"), "<U+009B>31m");
  assertEquals(sanitise("a\tb"), "a    b");
});

Deno.test("sanitise() makes visible what reorders text or breaks the line", () => {
  assertEquals(sanitise("\u202eabc\u2066"), "<U+202E>abc<U+2066>");
  assertEquals(sanitise("a\u2028b\r\nc"), "a<U+2028>b^M^Jc");
});

Deno.test("sanitise() leaves every script and emoji alone", () => {
  const text = "Grüße, 日本語, עברית, العربية, 👨‍👩‍👧 ❤️";
  assertEquals(sanitise(text), text);
});

Deno.test("sanitise() whatever comes: safe, and stable", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const safe = sanitise(text);
    assert(!/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u.test(safe));
    assertEquals(sanitise(safe), safe);
  }));
});

Deno.test("render() plain takes formatting away", () => {
  const text = "\x02bold\x02 \x0304,12red\x03 \x1ditalic\x0f \x04ff0000hex";
  assertEquals(render(text, false), "bold red italic hex");
  assertEquals(stripFormatting("\x0312 monkeys"), " monkeys");
});

Deno.test("render() styled shows bold and ends every style", () => {
  assertEquals(render("a\x02b\x02c", true), "a\x1b[0;1mb\x1b[0mc");
  assertEquals(render("\x02\x1fb", true), "\x1b[0;1m\x1b[0;1;4mb\x1b[0m");
});

Deno.test("render() styled lets nothing through but styles", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    // deno-lint-ignore no-control-regex -- these are the styles
    const bare = render(text, true).replace(/\x1b\[0(?:;[1-9])*m/g, "");
    assert(!/\p{Cc}/u.test(bare));
  }));
});

Deno.test("colourOf() is the same for a name in any case", () => {
  assertEquals(colourOf("Alice"), colourOf("aLICE"));
});

Deno.test("width() counts cells, and no styles", () => {
  assertEquals([width("abc"), width("日本"), width("\x1b[1mé\x1b[0m"), width("👍")], [3, 4, 1, 2]);
});

Deno.test("wrap() breaks between words and indents what follows", () => {
  assertEquals(wrap("one two three four", 9, 2), ["one two", "  three", "  four"]);
  assertEquals(wrap("short", 10), ["short"]);
});

Deno.test("wrap() keeps a long word whole", () => {
  assertEquals(wrap("see https://example.org/a/b/c now", 12), [
    "see",
    "https://example.org/a/b/c",
    "now",
  ]);
});
