import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type EditorAction, LineEditor } from "../../../../client/tui/editor.ts";
import { KeyDecoder } from "../../../../client/tui/keys.ts";

const ENCODER = new TextEncoder();

/** Types as a terminal would send it. */
function type<Begun>(editor: LineEditor<Begun>, keys: string): EditorAction<Begun>[] {
  return new KeyDecoder().push(ENCODER.encode(keys)).map((event) => editor.handle(event))
    .filter((action) => action !== null);
}

/** The line with `|` at the cursor. */
function line<Begun>(editor: LineEditor<Begun>): string {
  return `${editor.text.slice(0, editor.cursor)}|${editor.text.slice(editor.cursor)}`;
}

function after(keys: string): string {
  const editor = new LineEditor();
  type(editor, keys);
  return line(editor);
}

const CASES: readonly (readonly [string, string, string])[] = [
  ["Ctrl-A and Ctrl-E", "abc\x01x\x05y", "xabcy|"],
  ["Ctrl-B and Ctrl-F", "abc\x02\x02\x06x", "abx|c"],
  ["Home and End", "abc\x1b[Hx\x1b[Fy", "xabcy|"],
  ["Delete and Ctrl-D take what follows", "abcd\x01\x1b[3~\x04", "|cd"],
  ["Backspace and Ctrl-H take what precedes", "abcd\x7f\x08", "ab|"],
  ["Ctrl-K and Ctrl-Y", "one two\x1bb\x0b\x01\x19", "two|one "],
  ["Ctrl-U", "one two\x1bb\x15", "|two"],
  ["Ctrl-W takes to the blank before", "a b/c-d\x17", "a |"],
  ["Ctrl-W twice and Ctrl-Y gives both back", "a bc de\x17\x17\x19", "a bc de|"],
  ["Ctrl-T", "abdc\x14", "abcd|"],
  ["Alt-B and Alt-F", "one-two three\x1bb\x1bb\x1bfX", "one-twoX| three"],
  ["Ctrl-Left and Ctrl-Right", "one two\x1b[1;5D\x1b[1;5D\x1b[1;5Cx", "onex| two"],
  ["Alt-D", "one two\x01\x1bd", "| two"],
  ["Alt-Backspace takes a word, not the dash", "one-two\x1b\x7f", "one-|"],
  ["wide characters are one step", "日本語\x02x", "日本x|語"],
  ["a flag, a family and an accent are one step each", "🇩🇪👨‍👩‍👧é\x7f\x7f\x02x", "x|🇩🇪"],
  ["Ctrl-C clears a line", "abc\x03x", "x|"],
  ["a paste of several lines is one line of input", "a\x1b[200~b\nc\n\x1b[201~d", "ab\ncd|"],
];

for (const [name, keys, expected] of CASES) {
  Deno.test(`LineEditor ${name}`, () => assertEquals(after(keys), expected));
}

Deno.test("LineEditor Enter submits and empties the line", () => {
  const editor = new LineEditor();
  assertEquals(type(editor, "hi\r"), [{ do: "submit", line: "hi", begun: undefined }]);
  assertEquals(line(editor), "|");
});

Deno.test("LineEditor Ctrl-C and Ctrl-D on an empty line say so", () => {
  const editor = new LineEditor();
  assertEquals(type(editor, "x\x03\x03"), [{ do: "interrupt" }]);
  assertEquals(type(editor, "\x04"), [{ do: "eof" }]);
  assertEquals(type(editor, "\x0c"), [{ do: "redraw" }]);
});

Deno.test("LineEditor history goes up and down and keeps the draft", () => {
  const editor = new LineEditor();
  type(editor, "one\rtwo\rtwo\rdraft");
  type(editor, "\x1b[A");
  assertEquals(line(editor), "two|");
  type(editor, "\x1b[A\x1b[A\x1b[A");
  assertEquals(line(editor), "one|");
  type(editor, "\x1b[B\x1b[B\x1b[B");
  assertEquals(line(editor), "draft|");
});

Deno.test("LineEditor Tab goes round the candidates, Shift-Tab back, typing ends it", () => {
  const editor = new LineEditor((text, cursor) => ({
    from: text.lastIndexOf(" ", cursor - 1) + 1,
    candidates: ["bob ", "bill "],
  }));
  type(editor, "/dm b\t");
  assertEquals(line(editor), "/dm bob |");
  type(editor, "\t");
  assertEquals(line(editor), "/dm bill |");
  type(editor, "\t\x1b[Z");
  assertEquals(line(editor), "/dm bill |");
  type(editor, "x");
  assertEquals(line(editor), "/dm bill x|");
});

Deno.test("LineEditor Tab in the middle does not double the blank", () => {
  const editor = new LineEditor(() => ({ from: 0, candidates: ["bob "] }));
  type(editor, "b you\x01\x06\t");
  assertEquals(line(editor), "bob| you");
});

Deno.test("LineEditor view() scrolls a long line so that the cursor is seen", () => {
  const editor = new LineEditor();
  type(editor, "0123456789abcdefghij");
  const end = editor.view(10);
  assertEquals(end.shown.endsWith("j"), true);
  assertEquals(end.column <= 9, true);
  type(editor, "\x01");
  assertEquals(editor.view(10), { shown: "0123456789", column: 0 });
});

Deno.test("LineEditor view() counts cells and shows line ends", () => {
  const editor = new LineEditor();
  type(editor, "日\x1b[200~a\nb\x1b[201~");
  assertEquals(editor.view(20), { shown: "日a⏎b", column: 5 });
});

Deno.test("LineEditor view() shows no control character of a paste", () => {
  const editor = new LineEditor();
  type(editor, "\x1b[200~\x1b[2J\u202e\x1b[201~");
  assertEquals(editor.view(20).shown, "^[[2J\ufffd");
});

Deno.test("LineEditor whatever is typed, the cursor stays in the line and the row fits", () => {
  const keys = fc.constantFrom(
    ..."a|é|日|👍🏽|\u0301| |\x01|\x02|\x05|\x06|\x08|\x0b|\x14|\x15|\x17|\x19|\x1bb|\x1bd|\x1b[A|\x1b[B|\x1b[3~"
      .split("|"),
  );
  fc.assert(fc.property(fc.array(keys), fc.integer({ min: 4, max: 30 }), (typed, columns) => {
    const editor = new LineEditor();
    for (const key of typed) {
      type(editor, key);
      const { column } = editor.view(columns);
      if (editor.cursor < 0 || editor.cursor > editor.text.length) return false;
      if (column < 0 || column >= columns || !editor.text.isWellFormed()) return false;
    }
    return true;
  }));
});

Deno.test("LineEditor shows and remembers nothing of a secret, and completes nothing in it", () => {
  const secretAt = (line: string) => line.startsWith("pass ") && line.length > 5 ? 5 : null;
  const complete = () => ({ from: 5, candidates: ["bob "] });
  const editor = new LineEditor(complete, {}, secretAt);
  type(editor, "pass hunter2");
  assertEquals(editor.view(40), { shown: "pass ***", column: 8 });
  type(editor, "\t\x1b[D\x1b[D");
  assertEquals(line(editor), "pass hunte|r2");
  assertEquals(editor.view(40), { shown: "pass ***", column: 8 });
  type(editor, "\x1b[H");
  assertEquals(editor.view(40).column, 0);
  assertEquals(type(editor, "\r"), [{ do: "submit", line: "pass hunter2", begun: undefined }]);
  type(editor, "\x10");
  assertEquals(line(editor), "pass |");
});

/** An editor of which each line knows as the how-manieth it was begun. */
function numbered(): { readonly editor: LineEditor<number>; begin(number: number): void } {
  let now = 0;
  const editor = new LineEditor(undefined, {}, undefined, () => now);
  return { editor, begin: (number) => now = number };
}

Deno.test("LineEditor a line keeps what there was when its first character was typed, until it is empty", () => {
  const { editor, begin } = numbered();
  const ends: readonly string[] = ["\x15", "\x03", "\x7f\x7f\x7f", "\x17", "\x01\x0b", "\r"];
  for (const [index, end] of ends.entries()) {
    begin(index);
    type(editor, "abc");
    begin(99);
    type(editor, "\x01\x1b[3~x\x05");
    assertEquals(editor.begun, index);
    type(editor, end);
    assertEquals([editor.text, editor.begun], ["", undefined]);
  }
});

Deno.test("LineEditor a line is begun by a paste, by what was taken out and by what is remembered", () => {
  const { editor, begin } = numbered();
  type(editor, "gone\r");
  type(editor, "cut\x15");
  const beginnings: readonly string[] = ["\x1b[200~a\nb\x1b[201~", "\x19", "\x1b[A"];
  for (const [index, keys] of beginnings.entries()) {
    begin(index + 1);
    type(editor, keys);
    begin(0);
    assertEquals(type(editor, "!\r").map((action) => "begun" in action && action.begun), [
      index + 1,
    ]);
  }
});

Deno.test("LineEditor the line that was left for what is remembered is the one that it was", () => {
  const { editor, begin } = numbered();
  type(editor, "old\r");
  begin(1);
  type(editor, "half\x1b[A");
  assertEquals([editor.text, editor.begun], ["old", 1]);
  type(editor, "\x15");
  begin(2);
  type(editor, "x");
  assertEquals(editor.begun, 2);
  type(editor, "\x1b[B");
  assertEquals([editor.text, editor.begun], ["half", 1]);
});

Deno.test("LineEditor what could not be used is put back as it was begun", () => {
  const { editor, begin } = numbered();
  begin(1);
  const [action] = type(editor, "hi\r");
  begin(2);
  editor.putBack("hi", action !== undefined && "begun" in action ? action.begun : undefined);
  assertEquals([line(editor), editor.begun], ["hi|", 1]);
});

Deno.test("LineEditor a paste for which there is no room is left out as a whole", () => {
  const editor = new LineEditor(undefined, { line: 10 });
  assertEquals(type(editor, "abc\x1b[200~1234567\n\x1b[201~"), []);
  assertEquals(line(editor), "abc1234567|");
  type(editor, "\x15ab");
  assertEquals(type(editor, "\x1b[200~123456789\x1b[201~"), [{ do: "overflow" }]);
  assertEquals(line(editor), "ab|");
});
