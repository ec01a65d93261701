import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  CLIENT_LIMITS,
  type FrameFailure,
  Framer,
  type FramerLimits,
} from "../../../protocol/framer.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { arbitrary } from "../../support/abnf.ts";
import { grammarOf, readSpec } from "../../support/spec.ts";

const GRAMMAR = grammarOf(readSpec());
const encoder = new TextEncoder();

type Frame = string | FrameFailure;

/** All lines of these chunks, which share one buffer as a socket's reads do. */
function frames(chunks: readonly Uint8Array[], limits?: FramerLimits): Frame[] {
  const framer = new Framer(limits);
  const buffer = new Uint8Array(Math.max(0, ...chunks.map(({ length }) => length)));
  const found: Frame[] = [];
  for (const chunk of chunks) {
    buffer.set(chunk);
    framer.push(buffer.subarray(0, chunk.length));
    for (let frame = framer.next(); frame !== null; frame = framer.next()) found.push(frame);
    buffer.fill(0);
  }
  return found;
}

function bytesOf(...parts: readonly (string | readonly number[])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => typeof part === "string" ? [...encoder.encode(part)] : [...part]),
  );
}

function kinds(found: readonly Frame[]): string[] {
  return found.map((frame) => typeof frame === "string" ? `line ${frame}` : frame.failure);
}

function assertSameWhereverSplit(bytes: Uint8Array, limits?: FramerLimits): void {
  const whole = frames([bytes], limits);
  for (let at = 0; at <= bytes.length; at++) {
    const split = [bytes.slice(0, at), bytes.slice(at)];
    assertEquals(frames(split, limits), whole, `split at ${at}`);
  }
  const single = Array.from(bytes, (_, i) => bytes.slice(i, i + 1));
  assertEquals(frames(single, limits), whole, "byte by byte");
}

Deno.test("Framer FRAME-1 takes CRLF and bare LF", () => {
  const bytes = bytesOf("one\r\ntwo\nthree\r\n\r\n\nfour");
  assertEquals(frames([bytes]), ["one", "two", "three", "", ""]);
  assertSameWhereverSplit(bytes);
});

Deno.test("Framer FRAME-3 takes 510 bytes and no more, without the line end", () => {
  for (const end of ["\r\n", "\n"]) {
    assertEquals(frames([bytesOf("a".repeat(510), end)]), ["a".repeat(510)]);
    assertEquals(kinds(frames([bytesOf("é".repeat(255), "a", end, "b", end)])), [
      "line-too-long",
      "line b",
    ]);
  }
});

Deno.test("Framer FRAME-4 counts tags apart from the line", () => {
  const tags = "@" + "t".repeat(LIMITS.CLIENT_TAGS.value) + " ";
  assertEquals(frames([bytesOf(tags, "a".repeat(510), "\r\n")]), [tags + "a".repeat(510)]);
  const wrong: Readonly<Record<string, string>> = {
    [`@t${tags.slice(1)}PING`]: "tags-too-long",
    [tags + "a".repeat(511)]: "line-too-long",
    [tags.trim() + "t"]: "tags-too-long",
  };
  for (const [line, failure] of Object.entries(wrong)) {
    assertEquals(kinds(frames([bytesOf(line, "\r\nPING\r\n")])), [failure, "line PING"]);
  }
});

Deno.test("Framer FRAME-5 FRAME-7 reports invalid UTF-8 and goes on", () => {
  for (const bad of [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
    const bytes = bytesOf("PRIVMSG bob :", bad, "\r\nPING\r\n");
    assertEquals(kinds(frames([bytes])), ["invalid-utf8", "line PING"]);
    assertSameWhereverSplit(bytes);
  }
});

Deno.test("Framer FRAME-6 reports NUL and a CR that ends no line", () => {
  for (const bad of ["a\0b", "\0", "a\rb", "\ra", "a\r\r"]) {
    const bytes = bytesOf(bad, "\r\nPING\r\n");
    assertEquals(kinds(frames([bytes])), ["forbidden-byte", "line PING"], JSON.stringify(bad));
    assertSameWhereverSplit(bytes);
  }
});

Deno.test("Framer keeps a byte order mark: it is a character", () => {
  assertEquals(frames([bytesOf([0xef, 0xbb, 0xbf], "PING\n")]), ["\ufeffPING"]);
});

Deno.test("Framer FRAME-3 FRAME-7 drops a mebibyte without a line end and holds none of it", () => {
  const framer = new Framer();
  const chunk = new Uint8Array(64 * 1024).fill(0x61);
  for (let i = 0; i < 16; i++) {
    framer.push(chunk);
    assertEquals(framer.next(), null);
    assert(framer.pendingBytes <= CLIENT_LIMITS.lineBytes + CLIENT_LIMITS.tagBytes + 3);
  }
  framer.push(encoder.encode("\r\nPING\r\n"));
  assertEquals(framer.next(), { failure: "line-too-long", line: "a".repeat(64) });
  assertEquals(framer.next(), "PING");
});

Deno.test("Framer FRAME-3 FRAME-4 FRAME-6 tells what a line was that it cannot give, wherever it is split", () => {
  const tags = `@label=x;t=${"t".repeat(4000)}`;
  const cases: readonly (readonly [string, FrameFailure])[] = [
    [`PASS ${"é".repeat(300)}`, { failure: "line-too-long", line: `PASS ${"é".repeat(29)}\ufffd` }],
    [`${tags} TOPIC ${"a".repeat(600)}`, {
      failure: "line-too-long",
      line: `${tags} TOPIC ${"a".repeat(58)}`,
    }],
    [`${tags}${"t".repeat(100)} PASS x`, { failure: "tags-too-long", line: "" }],
    ["PASS a\0b", { failure: "forbidden-byte", line: "PASS a\0b" }],
  ];
  for (const [line, failure] of cases) {
    const bytes = bytesOf(line, "\r\nPING\r\n");
    for (const at of [0, 1, 5, 40, 4090, 4620, bytes.length - 8]) {
      assertEquals(frames([bytes.slice(0, at), bytes.slice(at)]), [failure, "PING"], `at ${at}`);
    }
  }
});

Deno.test("Framer FRAME-8 gives nothing for an unfinished line", () => {
  assertEquals(frames([bytesOf("PING")]), []);
});

Deno.test("Framer gives the same lines wherever valid lines of the grammar are split", () => {
  const lines = fc.array(arbitrary(GRAMMAR, "line"), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(lines, (lines) => assertSameWhereverSplit(bytesOf(lines.join("")))),
    { numRuns: 60 },
  );
});

Deno.test("Framer gives the same whatever the bytes and however they are split", () => {
  const byte = fc.constantFrom(0x0a, 0x0d, 0x00, 0x20, 0x40, 0x61, 0x62, 0x80, 0xc3, 0xa9, 0xff);
  const limits = { lineBytes: 6, tagBytes: 4 };
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 40 }), (bytes) => {
      assertSameWhereverSplit(Uint8Array.from(bytes), limits);
    }),
    { numRuns: 500 },
  );
});

Deno.test("Framer never throws on any bytes", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 6 }), (chunks) => {
      frames(chunks, { lineBytes: 16, tagBytes: 8 });
    }),
    { numRuns: 500 },
  );
});

Deno.test("Framer FRAME-5 gives what is no UTF-8 to who can read it, wherever it is split", () => {
  const given: string[] = [];
  const read = (bytes: Uint8Array) => {
    given.push([...bytes].map((byte) => byte.toString(16)).join(" "));
    return "read";
  };
  const bytes = bytesOf("a\r\nb ", [0xe9], "\r\n\ufffd\r\n");
  for (let at = 0; at <= bytes.length; at++) {
    const framer = new Framer(CLIENT_LIMITS, read);
    const found: Frame[] = [];
    for (const chunk of [bytes.subarray(0, at), bytes.subarray(at)]) {
      framer.push(chunk);
      for (let frame = framer.next(); frame !== null; frame = framer.next()) found.push(frame);
    }
    assertEquals(found, ["a", "read", "\ufffd"]);
  }
  assertEquals(new Set(given), new Set(["62 20 e9"]));
});
