import { assert, assertEquals, assertMatch } from "@std/assert";
import { type LineSink, LineWriter } from "../../../../server/console/line_writer.ts";

/** A stream whose reader is slow: a write is done when the test says so. */
class SlowSink implements LineSink {
  text = "";
  #release: (() => void) | null = null;

  async write(bytes: Uint8Array): Promise<number> {
    await new Promise<void>((resolve) => this.#release = resolve);
    return this.writeSync(bytes.subarray(0, 100_000));
  }

  writeSync(bytes: Uint8Array): number {
    this.text += new TextDecoder().decode(bytes);
    return bytes.length;
  }

  /** Lets writes through until all is flushed. */
  async read(flushed: Promise<void>): Promise<void> {
    let isDone = false;
    flushed.then(() => isDone = true);
    while (!isDone) {
      this.#release?.();
      await Promise.resolve();
    }
  }
}

Deno.test("LineWriter writes lines in order and makes nobody wait", async () => {
  const sink = new SlowSink();
  const writer = new LineWriter(sink);
  writer.write("one");
  writer.write("two");
  assertEquals(sink.text, "");
  await sink.read(writer.flush());
  assertEquals(sink.text, "one\ntwo\n");
});

Deno.test("LineWriter writes the first line at once, and those that follow together", async () => {
  const writes: string[] = [];
  const sink: LineSink = {
    write: (bytes) => Promise.resolve(sink.writeSync(bytes)),
    writeSync(bytes) {
      writes.push(new TextDecoder().decode(bytes));
      return bytes.length;
    },
  };
  const writer = new LineWriter(sink, 60_000);
  writer.write("one");
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  assertEquals(writes, ["one\n"]);
  for (const line of ["two", "three"]) {
    writer.write(line);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }
  assertEquals(writes, ["one\n"]);
  await writer.flush();
  assertEquals(writes, ["one\n", "two\nthree\n"]);
});

Deno.test("LineWriter bounds what waits and tells how much was left out", async () => {
  const sink = new SlowSink();
  const writer = new LineWriter(sink);
  for (let i = 0; i < 30_000; i++) writer.write("x".repeat(99));
  await sink.read(writer.flush());
  assert(sink.text.length < 1.1 * 1024 * 1024);
  assertMatch(sink.text.slice(-60), /\(\d+ lines left out: nobody has read them\)\n$/);
});

Deno.test("LineWriter goes on when its stream is broken", async () => {
  const broken: LineSink = {
    write: () => Promise.reject(new Deno.errors.BrokenPipe()),
    writeSync() {
      throw new Deno.errors.BrokenPipe();
    },
  };
  const writer = new LineWriter(broken);
  writer.write("nobody hears this");
  await writer.flush();
  writer.write("nor this");
  writer.flushSync();
  await writer.flush();
});

Deno.test("LineWriter writes what waits at once when the process must end", () => {
  const sink = new SlowSink();
  const writer = new LineWriter(sink);
  writer.write("the last words");
  writer.flushSync();
  assertEquals(sink.text, "the last words\n");
});
