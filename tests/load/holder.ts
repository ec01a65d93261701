/**
 * A process that holds connections of registered clients until it is killed: `holder.ts PORT PREFIX COUNT [PASS]`. It says
 * `ready` when all are in, and reads what they are sent.
 *
 * @module
 */
const [port, prefix, count, pass] = Deno.args;
const AT_ONCE = 50;
const WELCOMED_REGEXP = / (?:376|422) /;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function hold(index: number): Promise<void> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  const nick = `${prefix}${index}`;
  const login = pass === undefined ? "" : `PASS ${pass}\r\n`;
  await conn.write(encoder.encode(`${login}NICK ${nick}\r\nUSER ${nick} 0 * :${nick}\r\n`));
  const buffer = new Uint8Array(4096);
  const read = async (): Promise<string> => {
    const bytes = await conn.read(buffer);
    if (bytes === null) throw new Error(`${nick} was closed`);
    return decoder.decode(buffer.subarray(0, bytes));
  };
  for (let text = ""; !WELCOMED_REGEXP.test(text);) text += await read();
  const readOn = async (): Promise<never> => {
    for (;;) await read();
  };
  readOn();
}

for (let first = 0; first < Number(count); first += AT_ONCE) {
  const batch = Math.min(AT_ONCE, Number(count) - first);
  await Promise.all(Array.from({ length: batch }, (_, i) => hold(first + i)));
}
Deno.stdout.writeSync(encoder.encode("ready\n"));
