import { assert, assertEquals, assertMatch } from "@std/assert";
import { createLog, type LogLevel } from "../../../../server/console/log.ts";

interface Recorded {
  readonly log: ReturnType<typeof createLog>;
  readonly lines: string[];
}

function record(format: "text" | "json", level: LogLevel = "debug"): Recorded {
  const lines: string[] = [];
  const now = () => new Date(2026, 0, 2, 3, 4, 5);
  const log = createLog({ level, format, sink: (line) => lines.push(line), now });
  return { log, lines };
}

Deno.test("createLog() says the four events of a connection in words", () => {
  const { log, lines } = record("text");
  log.info("listening", { address: "127.0.0.1:5555" });
  log.info("waiting");
  log.info("connected", { session: 1, ip: "127.0.0.1", port: 40000 });
  log.info("registered", { session: 1, nick: "Alice" });
  assertEquals(lines, [
    "03:04:05 info  Server is listening on 127.0.0.1:5555. address=127.0.0.1:5555",
    "03:04:05 info  Waiting for connections.",
    "03:04:05 info  Connected with (127.0.0.1, 40000). session=1 ip=127.0.0.1 port=40000",
    "03:04:05 info  Nickname of client is Alice. session=1 nick=Alice",
  ]);
});

Deno.test("createLog() says who has gone, and whose operator's password was wrong", () => {
  const { log, lines } = record("text");
  log.info("disconnected", { session: 1, nick: "Bob", reason: "quit", text: "Quit: bye" });
  log.info("disconnected", { session: 2, ip: "::1", nick: null, reason: "registration-timeout" });
  log.info("oper", { nick: "Bob", accepted: false });
  log.info("oper", { nick: "Bob", accepted: true });
  assertEquals(lines.map((line) => line.slice(15)), [
    'Bob has gone. session=1 nick=Bob reason=quit text="Quit: bye"',
    "::1 has gone. session=2 ip=::1 nick=null reason=registration-timeout",
    "Bob may not be an operator. nick=Bob accepted=false",
    "Bob is an operator now. nick=Bob accepted=true",
  ]);
});

Deno.test("createLog() says a message once, its stack on the same line", () => {
  const { log, lines } = record("text");
  log.error("internal-error", { session: 1, message: "Error: x\n    at f" });
  log.warn("config", { message: "Listening in plain text." });
  assertEquals(lines.map((line) => line.slice(9)), [
    "error Internal error: Error: x\\n    at f. session=1",
    "warn  Listening in plain text.",
  ]);
});

Deno.test("createLog() names an event that it has no words for", () => {
  const { log, lines } = record("text");
  log.debug("odd", { a: true, b: null, c: "", d: "x y", e: 'q"q', f: "k=v" });
  assertEquals(lines, ['03:04:05 debug odd a=true b=null c="" d="x y" e="q\\"q" f="k=v"']);
});

Deno.test("createLog() leaves out what is below its level", () => {
  const { log, lines } = record("text", "warn");
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  assertEquals(lines.map((line) => line.slice(9)), ["warn  c", "error d"]);
});

for (const format of ["text", "json"] as const) {
  Deno.test(`createLog() ${format} stays one harmless line whatever a stranger wrote`, () => {
    const { log, lines } = record(format);
    const evil = "\x1b[2J\r\nfake\x07\x9b1m\u202e\u2028\u200b\ud800 \u{e0041}\x7f";
    log.info("registered", { nick: evil, [evil]: evil });
    log.info(evil);
    assertEquals(lines.length, 2);
    for (const line of lines) {
      // deno-lint-ignore no-control-regex -- control characters are what must not be there
      assert(!/[\x00-\x1f\x7f-\x9f\u202e\u2028\u200b\u{e0041}]/u.test(line), line);
      assert(line.isWellFormed());
    }
  });

  Deno.test(`createLog() ${format} never writes a password`, () => {
    const { log, lines } = record(format);
    log.info("oper", { nick: "alice", password: "hunter2", key: "hunter2", Secret: "hunter2" });
    assert(!lines.join().includes("hunter2"));
    assertMatch(lines.join(), /password.*redacted/);
  });
}

Deno.test("createLog() writes one JSON object a line, whose head no field can change", () => {
  const { log, lines } = record("json");
  log.warn("refused", { reason: "a\x9bb", event: "listening", level: "info" });
  assertEquals(JSON.parse(lines[0] ?? ""), {
    time: new Date(2026, 0, 2, 3, 4, 5).toISOString(),
    level: "warn",
    event: "refused",
    reason: "a\x9bb",
  });
});
