import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { KeyDecoder, type KeyEvent } from "../../../../client/tui/keys.ts";

const ENCODER = new TextEncoder();

function decode(input: string): KeyEvent[] {
  return new KeyDecoder().push(ENCODER.encode(input));
}

/** One byte at a time; texts that touch are joined, for reads may split them anywhere. */
function decodeSplit(input: string): KeyEvent[] {
  const decoder = new KeyDecoder();
  const events: KeyEvent[] = [];
  for (const byte of ENCODER.encode(input)) {
    for (const event of decoder.push(Uint8Array.of(byte))) {
      const last = events.at(-1);
      if (event.kind === "text" && last?.kind === "text") {
        events[events.length - 1] = { kind: "text", text: last.text + event.text };
      } else events.push(event);
    }
  }
  return events;
}

function key(name: string, held: { ctrl?: true; alt?: true; shift?: true } = {}): KeyEvent {
  return { kind: "key", name, ctrl: false, alt: false, shift: false, ...held };
}

const CASES: readonly (readonly [string, string, readonly KeyEvent[]])[] = [
  ["text in several scripts", "aß日👍", [{ kind: "text", text: "aß日👍" }]],
  ["Enter as CR and as LF", "\r\n", [key("enter"), key("enter")]],
  ["Ctrl-A", "\x01", [key("a", { ctrl: true })]],
  ["Ctrl-C between texts", "x\x03y", [
    { kind: "text", text: "x" },
    key("c", { ctrl: true }),
    { kind: "text", text: "y" },
  ]],
  ["Tab and Shift-Tab", "\t\x1b[Z", [key("tab"), key("tab", { shift: true })]],
  ["Backspace as DEL, Ctrl-H as itself", "\x7f\x08", [
    key("backspace"),
    key("h", { ctrl: true }),
  ]],
  ["arrows after CSI", "\x1b[A\x1b[B\x1b[C\x1b[D", [
    key("up"),
    key("down"),
    key("right"),
    key("left"),
  ]],
  ["arrows after SS3", "\x1bOA\x1bOD", [key("up"), key("left")]],
  ["Home and End in four dialects", "\x1b[H\x1bOF\x1b[1~\x1b[8~", [
    key("home"),
    key("end"),
    key("home"),
    key("end"),
  ]],
  ["Delete and pages", "\x1b[3~\x1b[5~\x1b[6~", [key("delete"), key("pageup"), key("pagedown")]],
  ["Ctrl-Left and Alt-Right of xterm", "\x1b[1;5D\x1b[1;3C", [
    key("left", { ctrl: true }),
    key("right", { alt: true }),
  ]],
  ["Ctrl-arrow of rxvt", "\x1bOd", [key("left", { ctrl: true })]],
  ["Alt-B and Alt-Shift-B", "\x1bb\x1bB", [
    key("b", { alt: true }),
    key("b", { alt: true, shift: true }),
  ]],
  ["Alt-Backspace", "\x1b\x7f", [key("backspace", { alt: true })]],
  ["CSI u: Ctrl-W and a plain letter", "\x1b[119;5u\x1b[120u", [
    key("w", { ctrl: true }),
    { kind: "text", text: "x" },
  ]],
  ["unknown sequences are swallowed", "\x1b[99~\x1b[?1;2c\x1b[[Aa\x1b[15;2~", [
    { kind: "text", text: "a" },
  ]],
  ["a focus report is swallowed", "\x1b[Ia\x1b[O", [{ kind: "text", text: "a" }]],
  ["controls of the second set are swallowed", "a\u009bb", [{ kind: "text", text: "ab" }]],
  ["a control in the middle of a sequence counts", "\x1b[1\x03", [key("c", { ctrl: true })]],
  ["a paste keeps its lines", "\x1b[200~one\r\ntwo\rthree\n\x1b[201~x", [
    { kind: "paste", text: "one\ntwo\nthree\n" },
    { kind: "text", text: "x" },
  ]],
  [
    "a paste may hold sequences and Enter without doing anything",
    "\x1b[200~\x1b[A\t\r\x1b[201~",
    [
      { kind: "paste", text: "\x1b[A\t\n" },
    ],
  ],
];

for (const [name, input, expected] of CASES) {
  Deno.test(`KeyDecoder ${name}`, () => assertEquals(decode(input), [...expected]));
  Deno.test(`KeyDecoder ${name}, byte by byte`, () => {
    assertEquals(decodeSplit(input), [...expected]);
  });
}

Deno.test("KeyDecoder a terminal's report in one read is swallowed", () => {
  assertEquals(decode("\x1b]11;rgb:0000/0000/0000\x07a"), [{ kind: "text", text: "a" }]);
  assertEquals(decode("\x1bP1$r0m\x1b\\a").filter((event) => event.kind === "text"), [
    { kind: "text", text: "a" },
  ]);
});

Deno.test("KeyDecoder Alt-] typed alone does not wait for the end of a report", () => {
  const decoder = new KeyDecoder();
  assertEquals(decoder.push(ENCODER.encode("\x1b]")), [key("]", { alt: true })]);
  assertEquals(decoder.push(ENCODER.encode("a")), [{ kind: "text", text: "a" }]);
});

Deno.test("KeyDecoder Ctrl-C frees a user from a paste whose end was lost", () => {
  const decoder = new KeyDecoder();
  decoder.push(ENCODER.encode("\x1b[200~lost"));
  decoder.push(Uint8Array.of(3));
  assertEquals(decoder.push(ENCODER.encode("a")), [{ kind: "text", text: "a" }]);
});

Deno.test("KeyDecoder no bytes make it throw or give control characters as text", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 24 }), { maxLength: 4 }), (chunks) => {
    const decoder = new KeyDecoder();
    return chunks.flatMap((chunk) => decoder.push(chunk)).every((event) =>
      event.kind !== "text" || !/\p{Cc}/u.test(event.text)
    );
  }));
});
