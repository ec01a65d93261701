import { assertEquals, assertRejects } from "@std/assert";
import { type PasswordIo, readPassword } from "../../../server/mkpasswd.ts";

class FakeIo implements PasswordIo {
  readonly #chunks: string[];
  readonly isTerminal: boolean;
  said = "";
  modes = "";

  constructor(isTerminal: boolean, ...chunks: string[]) {
    this.isTerminal = isTerminal;
    this.#chunks = chunks;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return Promise.resolve(null);
    const bytes = new TextEncoder().encode(chunk);
    buffer.set(bytes);
    return Promise.resolve(bytes.length);
  }

  setRaw(on: boolean): void {
    this.modes += on ? "+" : "-";
  }

  say(text: string): void {
    this.said += text;
  }
}

Deno.test("readPassword() takes the first line of a pipe, in whatever pieces", async () => {
  assertEquals(await readPassword(new FakeIo(false, "sec", "ret\r", "\nmore\n")), "secret");
  assertEquals(await readPassword(new FakeIo(false, "secret")), "secret");
});

Deno.test("readPassword() shows nothing of what is typed, and leaves the terminal as it was", async () => {
  const io = new FakeIo(true, "x", "\x15se", "x\x7fcret\r", "secret\r");
  assertEquals(await readPassword(io), "secret");
  assertEquals(io.said, "Password: \r\nAgain: \r\n");
  assertEquals(io.modes, "+-");
});

for (
  const [what, io, message] of [
    ["an empty pipe", new FakeIo(false), "a password has 1 to 300 bytes"],
    ["an empty line", new FakeIo(false, "\n"), "a password has 1 to 300 bytes"],
    ["one with spaces", new FakeIo(true, "two words\r"), "a password has 1 to 300 bytes"],
    ["two that differ", new FakeIo(true, "a\r", "b\r"), "the two are not the same"],
    ["Ctrl-C", new FakeIo(true, "sec\x03"), "nothing was done"],
    ["a terminal that goes", new FakeIo(true, "sec"), "the terminal is gone"],
  ] as const
) {
  Deno.test(`readPassword() refuses ${what}`, async () => {
    await assertRejects(() => readPassword(io), Error, message);
    assertEquals(io.modes.replaceAll("+-", ""), "");
  });
}
