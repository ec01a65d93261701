import { assertEquals } from "@std/assert";
import { Client, counted, type Sink } from "../../bench/client.ts";
import type { Socket } from "../../bench/sockets.ts";

const socket = { listen() {}, send() {}, close() {} } as unknown as Socket;

/** What a client tells of bytes that come: who said which, and how long other lines are. */
function told(text: string): string[] {
  const seen: string[] = [];
  const sink: Sink = {
    onCounted: (_, sender, number) => seen.push(`${sender}:${number}`),
    onOther: (_, __, from, end) => {
      seen.push(`${end - from} bytes`);
      return true;
    },
    onChunk() {},
    onClosed() {},
  };
  const bytes = new TextEncoder().encode(text + "\n"); // a search ends behind what has come
  assertEquals(new Client(0, socket, sink).onBytes(bytes, bytes.length - 1), text.length);
  return seen;
}

/** A line as the server passes it on. */
function said(sender: number, number: number): string {
  return `:c${sender}!c@host ` + new TextDecoder().decode(counted("#load", sender, number, 64));
}

Deno.test("Client counts lines of one length and of others, and what is between them", () => {
  const [short, long] = [said(1, 1), said(123, 2)];
  const other = `:server 353 c1 = #load :${"@c ".repeat(20)}\r\n`;
  const text = short + said(2, 7) + other + long + short + "PING :x\r\n" + said(9, 3);
  assertEquals(told(text), [
    "1:1",
    "2:7",
    `${other.length - 2} bytes`,
    "123:2",
    "1:1",
    "7 bytes",
    "9:3",
  ]);
});

Deno.test("Client goes on behind a line that looks counted from its end only", () => {
  const tail = said(1, 1).slice(-60, -2).replace(/\d/g, "x");
  const other = `:server 372 c1 :${tail}\r\n`;
  assertEquals(told(other + other + said(1, 1)), [
    `${other.length - 2} bytes`,
    `${other.length - 2} bytes`,
    "1:1",
  ]);
});
