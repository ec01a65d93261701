import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { readLegacyLine, readLines } from "../../../client/legacy_text.ts";

const ENCODER = new TextEncoder();

/** `é` in Latin-1 is written `\xe9`, what is in a `[]` of these lines is UTF-8. */
function bytesOf(line: string): Uint8Array {
  return Uint8Array.from(
    line.split(/\[(.*?)\]/).flatMap((part, index) =>
      index % 2 === 1 ? [...ENCODER.encode(part)] : [...part].map((char) => char.charCodeAt(0))
    ),
  );
}

const CASES: readonly (readonly [string, string])[] = [
  [":alice!u@h PRIVMSG #f :caf\xe9", ":alice!u@h PRIVMSG #f :café"],
  [":al\xe9!u@h PRIVMSG #f :caf\xe9 \xe0", ":alé!u@h PRIVMSG #f :café à"],
  ["PRIVMSG #f :\x80 5 \x93so\x94 \x85", "PRIVMSG #f :€ 5 “so” …"],
  ["PRIVMSG #caf\xe9 :[日本語 é]", "PRIVMSG #café :日本語 é"],
  ["PRIVMSG [#café] :caf\xe9", "PRIVMSG #café :café"],
  ["@+x=[é] :a!u@h PRIVMSG #f caf\xe9", "@+x=é :a!u@h PRIVMSG #f café"],
  ["@x :[é]!u@h TOPIC #f :caf\xe9 :[b]", "@x :é!u@h TOPIC #f :café :b"],
  ["PRIVMSG #f :[ü] \xfc", "PRIVMSG #f :Ã¼ ü"],
  ["PRIVMSG #f :[Müll] and M\xc3", "PRIVMSG #f :Müll and M\ufffd"],
  ["PRIVMSG #f :[日本]\xe8\xaa", "PRIVMSG #f :日本\ufffd"],
  ["PRIVMSG #f :M\xc3", "PRIVMSG #f :MÃ"],
  ["  a  \xe9 ", "  a  é "],
  ["\xe9", "é"],
];

for (const [line, text] of CASES) {
  Deno.test(`readLegacyLine() ${JSON.stringify(text)}`, () => {
    assertEquals(readLegacyLine(bytesOf(line)), text);
  });
}

Deno.test("readLegacyLine() a line in UTF-8 is what it is, and bytes of ASCII never change", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    assertEquals(readLegacyLine(ENCODER.encode(text)), text);
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    const ascii = (text: string) => text.replace(/[^\0-\x7f]/g, "");
    const expected = String.fromCharCode(...bytes.filter((byte) => byte < 0x80));
    assertEquals(ascii(readLegacyLine(bytes)), expected);
  }));
});

Deno.test("readLines() each line for itself, wherever the bytes are split", async () => {
  const bytes = bytesOf("[\ufeffé]\r\ncaf\xe9\n\n[日本]\r\r\nlast[é]");
  for (let at = 0; at <= bytes.length; at++) {
    const input = ReadableStream.from([bytes.slice(0, at), bytes.slice(at)]);
    assertEquals(await Array.fromAsync(readLines(input)), ["é", "café", "", "日本\r", "lasté"]);
  }
  assertEquals(await Array.fromAsync(readLines(ReadableStream.from([bytesOf("a\n")]))), ["a"]);
  assertEquals(await Array.fromAsync(readLines(ReadableStream.from([]))), []);
});
