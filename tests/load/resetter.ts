/**
 * A process that connects and resets on end, as fast as it can: `resetter.ts PORT SECONDS [--blindly]`. It waits until each
 * connection is there, or does not even do that. It says `started`, and at the end how many connections it has begun. The
 * runtime cannot reset a connection, the C library can. Linux only.
 *
 * @module
 */
import { SocketAddress } from "../bench/sockets.ts";

const [port, seconds, blindly] = Deno.args;
const SOCK_STREAM = 1, SOCK_NONBLOCK = 0o4000, SOL_SOCKET = 1, SO_LINGER = 13;
/** On, for no time: a close drops what waits and sends a reset. */
const AT_ONCE = new Int32Array([1, 0]);
const BETWEEN_LOOKS = 64;

const { socket, setsockopt, connect, close } = Deno.dlopen("libc.so.6", {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
}).symbols;

const { family, bytes } = SocketAddress.of("127.0.0.1", Number(port));
const type = blindly === undefined ? SOCK_STREAM : SOCK_STREAM | SOCK_NONBLOCK;
const say = (text: string): number => Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));

say("started");
const until = performance.now() + Number(seconds) * 1000;
let count = 0;
while (performance.now() < until) {
  for (let i = 0; i < BETWEEN_LOOKS; i++) {
    const descriptor = socket(family, type, 0);
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, AT_ONCE, AT_ONCE.byteLength);
    connect(descriptor, bytes, bytes.length);
    close(descriptor);
  }
  count += BETWEEN_LOOKS;
}
say(String(count));
