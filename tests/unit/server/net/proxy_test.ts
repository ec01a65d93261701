import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LIMITS } from "../../../../protocol/mod.ts";
import { ProxyReader, type ProxyStep } from "../../../../server/net/proxy.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

/** A header of version 2. */
function binary(version: number, family: number, body: readonly number[], length = body.length) {
  return Uint8Array.of(
    ...encoder.encode(SIGNATURE),
    version,
    family,
    length >> 8,
    length & 255,
    ...body,
  );
}

const FOUR = [198, 51, 100, 3, 192, 0, 2, 1, 0x54, 0xde, 0x1a, 0x0b];
const SIX = [
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5],
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0x54, 0xde, 0x1a, 0x0b],
];
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 51, 100, 3, ...SIX.slice(16)];
const FIELDS = [0x04, 0, 3, 1, 2, 3, 0x05, 0, 1, 7];

/** A valid header, and the source that it names. */
const VALID: readonly (readonly [name: string, Uint8Array, string | null])[] = [
  [
    "TCP4",
    encoder.encode("PROXY TCP4 198.51.100.3 192.0.2.1 21726 6667\r\n"),
    "198.51.100.3 21726",
  ],
  ["TCP6", encoder.encode("PROXY TCP6 2001:DB8::5 ::1 1 2\r\n"), "2001:db8::5 1"],
  ["UNKNOWN", encoder.encode("PROXY UNKNOWN\r\n"), null],
  ["UNKNOWN with more", encoder.encode("PROXY UNKNOWN ffff:: ffff:: 65535 65535\r\n"), null],
  ["2 of IPv4", binary(0x21, 0x11, FOUR), "198.51.100.3 21726"],
  ["2 of IPv6", binary(0x21, 0x21, SIX), "2001:db8::5 21726"],
  ["2 of IPv4 in IPv6", binary(0x21, 0x21, MAPPED), "198.51.100.3 21726"],
  ["2 with fields", binary(0x21, 0x11, [...FOUR, ...FIELDS]), "198.51.100.3 21726"],
  ["2 LOCAL", binary(0x20, 0x00, []), null],
  ["2 LOCAL with an address", binary(0x20, 0x11, FOUR), null],
  ["2 without a family", binary(0x21, 0x00, FIELDS), null],
  ["2 of a local socket", binary(0x21, 0x31, Array(216).fill(0)), null],
];

const IRC = encoder.encode("NICK alice\r\nUSER a 0 * :A\r\n");

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** What a reader says of pieces, and all that is left for IRC. */
function readPieces(pieces: readonly Uint8Array[]): { step: ProxyStep; rest: string } {
  const reader = new ProxyReader();
  for (const [i, piece] of pieces.entries()) {
    const step = reader.push(piece);
    if (step.kind === "more") continue;
    const rest = "rest" in step ? step.rest : new Uint8Array();
    return { step, rest: decoder.decode(concat(rest, ...pieces.slice(i + 1))) };
  }
  return { step: { kind: "more" }, rest: "" };
}

function sourceOf(step: ProxyStep): string | null | undefined {
  if (step.kind !== "header") return undefined;
  return step.source === null ? null : `${step.source.address} ${step.source.port}`;
}

for (const [name, header, source] of VALID) {
  Deno.test(`ProxyReader PROXY-1 reads ${name}, split at every byte`, () => {
    const all = concat(header, IRC);
    for (let at = 0; at <= all.length; at++) {
      const { step, rest } = readPieces([all.subarray(0, at), all.subarray(at)]);
      assertEquals([sourceOf(step), rest], [source, decoder.decode(IRC)], `split at ${at}`);
    }
    const { step, rest } = readPieces([...all].map((byte) => Uint8Array.of(byte)));
    assertEquals([sourceOf(step), rest], [source, decoder.decode(IRC)]);
  });
}

Deno.test("ProxyReader PROXY-1 reads headers in whatever pieces", () => {
  const cuts = fc.array(fc.nat(300), { maxLength: 8 });
  fc.assert(fc.property(fc.constantFrom(...VALID), cuts, ([, header, source], cuts) => {
    const all = concat(header, IRC);
    const at = [0, ...cuts.map((cut) => Math.min(cut, all.length)), all.length].sort((a, b) =>
      a - b
    );
    const pieces = at.slice(1).map((end, i) => all.subarray(at[i], end));
    const { step, rest } = readPieces(pieces);
    assertEquals([sourceOf(step), rest], [source, decoder.decode(IRC)]);
  }));
});

for (
  const text of [
    "NICK alice\r\n",
    "PASS x\r\n",
    "PROXYX\r\n",
    "\r\nNICK a\r\n",
    "\r\n\r\n\0\r\nQUIX\n",
    "proxy TCP4 1.2.3.4 1.2.3.4 1 1\r\n",
  ]
) {
  Deno.test(`ProxyReader leaves ${JSON.stringify(text)} as it is, split at every byte`, () => {
    const all = encoder.encode(text);
    for (let at = 0; at <= all.length; at++) {
      const { step, rest } = readPieces([all.subarray(0, at), all.subarray(at)]);
      assertEquals([step.kind, rest], ["none", text]);
    }
  });
}

for (
  const [name, bytes] of [
    ["no family", encoder.encode("PROXY \r\n")],
    ["no such family", encoder.encode("PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n")],
    ["no address", encoder.encode("PROXY TCP4 1.2.3 1.2.3.4 1 1\r\n")],
    ["the other family", encoder.encode("PROXY TCP4 ::1 ::1 1 1\r\n")],
    ["the other family", encoder.encode("PROXY TCP6 1.2.3.4 1.2.3.4 1 1\r\n")],
    ["no such port", encoder.encode("PROXY TCP4 1.2.3.4 1.2.3.4 65536 1\r\n")],
    ["a bare line feed", encoder.encode("PROXY TCP4 1.2.3.4 1.2.3.4 1 1\n")],
    ["108 bytes", encoder.encode(`PROXY UNKNOWN ${"x".repeat(92)}\r\n`)],
    ["no end", encoder.encode(`PROXY UNKNOWN ${"x".repeat(500)}`)],
    ["version 1 in binary", binary(0x11, 0x11, FOUR)],
    ["no such command", binary(0x22, 0x11, FOUR)],
    ["UDP", binary(0x21, 0x12, FOUR)],
    ["too short for IPv4", binary(0x21, 0x11, FOUR.slice(1))],
    ["too short for IPv6", binary(0x21, 0x21, SIX.slice(1))],
    ["too long", binary(0x21, 0x11, [], LIMITS.PROXY_HEADER.value)],
  ] as const
) {
  Deno.test(`ProxyReader PROXY-2 refuses ${name}`, () => {
    assertEquals(readPieces([...bytes].map((byte) => Uint8Array.of(byte))).step.kind, "failure");
    assertEquals(readPieces([bytes]).step.kind, "failure");
  });
}

Deno.test("ProxyReader keeps no more than a header may have", () => {
  const reader = new ProxyReader();
  const most = binary(0x21, 0x11, [...FOUR, ...Array(LIMITS.PROXY_HEADER.value - 28).fill(0)]);
  assertEquals(most.length, LIMITS.PROXY_HEADER.value);
  assertEquals(reader.push(most.subarray(0, -1)).kind, "more");
  assert(reader.push(most.subarray(-1)).kind === "header");
});
