/**
 * Bytes to lines: many in one chunk, one in each, and one in pieces.
 *
 * @module
 */
import { Framer } from "../../protocol/mod.ts";

const LINE = new TextEncoder().encode(
  "PRIVMSG #lobby :the quick brown fox jumps over the lazy dog, and then over the next\r\n",
);
const MANY = 1000;
/** What a busy connection reads at once. */
const CHUNK_BYTES = 16 * 1024;

const stream = new Uint8Array(LINE.length * MANY);
for (let i = 0; i < MANY; i++) stream.set(LINE, i * LINE.length);

/** Frames the stream in chunks of so many bytes. */
function frame(chunkBytes: number): void {
  const framer = new Framer();
  for (let at = 0; at < stream.length; at += chunkBytes) {
    framer.push(stream.subarray(at, at + chunkBytes));
    while (framer.next() !== null);
  }
}

const options = { group: "1000 lines" };
Deno.bench("frame, 16 KiB at a time", options, () => frame(CHUNK_BYTES));
Deno.bench("frame, a line at a time", options, () => frame(LINE.length));
Deno.bench("frame, a third of a line at a time", options, () => frame(LINE.length / 3));
