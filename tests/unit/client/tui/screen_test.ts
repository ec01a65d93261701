import { assertEquals } from "@std/assert";
import { Terminal } from "../../../../client/tui/screen.ts";
import { Pty } from "../../../support/pty.ts";
import { MemoryTerminal, turns } from "./support.ts";

function open(columns = 40, rows = 6) {
  const io = new MemoryTerminal(columns, rows);
  const done: string[] = [];
  const terminal = new Terminal({
    prompt: "> ",
    complete: () => ({ from: 0, candidates: ["bob: "] }),
    onLine: (line) => done.push(`line ${line}`),
    onInterrupt: () => done.push("interrupt"),
    onEof: () => done.push("eof"),
    onSignal: (signal) => done.push(signal),
    io,
  });
  return { io, done, terminal };
}

Deno.test("Terminal shows prompt and typing, and hands over a line", async () => {
  const { io, done, terminal } = open();
  await io.type("hi 日本");
  assertEquals(io.screen.cursor, { line: "> hi 日本", column: 9 });
  await io.type("\r");
  assertEquals([done, io.screen.cursor], [["line hi 日本"], { line: ">", column: 2 }]);
  terminal.close();
});

Deno.test("001-10 Terminal an arriving line does not break the one being typed", async () => {
  const { io, terminal } = open();
  await io.type("half");
  terminal.print("bob: one");
  terminal.print("bob: two\nthree");
  await turns();
  assertEquals(io.screen.text, "bob: one\nbob: two\nthree\n> half");
  await io.type("\x01x");
  assertEquals(io.screen.cursor, { line: "> xhalf", column: 3 });
  terminal.close();
});

Deno.test("Terminal everything of one turn is one write", async () => {
  const { io, terminal } = open();
  await turns();
  io.writes = [];
  for (let count = 0; count < 50; count++) terminal.print(`line ${count}`);
  await turns();
  assertEquals(io.writes.length, 1);
  terminal.close();
});

Deno.test("Terminal lines go to the scrollback, the input row stays at the bottom", async () => {
  const { io, terminal } = open(20, 4);
  for (let count = 1; count <= 9; count++) terminal.print(`line ${count}`);
  await turns();
  assertEquals(io.screen.rows, ["line 7", "line 8", "line 9", ">"]);
  assertEquals(io.screen.text.startsWith("line 1\nline 2\n"), true);
  terminal.close();
});

Deno.test("Terminal breaks long lines between words", async () => {
  const { io, terminal } = open(12, 6);
  terminal.print("one two three four", 2);
  await turns();
  assertEquals(io.screen.text, "one two\n  three four\n>");
  terminal.close();
});

Deno.test("Terminal a long line of input scrolls within its row", async () => {
  const { io, terminal } = open(20, 4);
  terminal.print("above");
  await io.type("0123456789abcdefghijklmnopqrstuvwxyz");
  assertEquals(io.screen.text.split("\n").length, 2);
  assertEquals(io.screen.cursor.line.endsWith("xyz"), true);
  await io.type("\x01");
  assertEquals(io.screen.cursor.column, 2);
  terminal.close();
});

Deno.test("Terminal follows the window's size", async () => {
  const { io, terminal } = open(20, 4);
  await io.type("0123456789abcdefghijklmnopqrstuvwxyz");
  io.size = 60;
  io.screen.resize(60, 4);
  io.signal("SIGWINCH");
  await turns();
  assertEquals(io.screen.text, "> 0123456789abcdefghijklmnopqrstuvwxyz");
  terminal.close();
});

Deno.test("Terminal a paste of lines waits for Enter", async () => {
  const { io, done, terminal } = open();
  await io.type("\x1b[200~one\n/quit\n\x1b[201~");
  assertEquals([done, io.screen.cursor.line], [[], "> one⏎/quit"]);
  await io.type("\r");
  assertEquals(done, ["line one\n/quit"]);
  terminal.close();
});

Deno.test("Terminal Tab, Ctrl-C and Ctrl-D", async () => {
  const { io, done, terminal } = open();
  await io.type("b\t");
  assertEquals(terminal.line, "bob: ");
  await io.type("\x03");
  assertEquals([terminal.line, done], ["", []]);
  await io.type("\x03\x04");
  assertEquals(done, ["interrupt", "eof"]);
  terminal.close();
});

Deno.test("Terminal Ctrl-L draws anew", async () => {
  const { io, terminal } = open();
  terminal.print("old");
  await io.type("x\x0c");
  assertEquals(io.screen.rows.filter((row) => row !== ""), ["> x"]);
  terminal.close();
});

Deno.test("Terminal asks, in order, while the line being typed waits", async () => {
  const { io, done, terminal } = open();
  await io.type("draft");
  const name = terminal.ask("Name: ");
  const word = terminal.ask("Password: ", { secret: true });
  await io.type("al");
  assertEquals(io.screen.cursor.line, "Name: al");
  await io.type("\r");
  await io.type("sésame");
  assertEquals(io.screen.cursor, { line: "Password:", column: "Password: ".length });
  await io.type("\r");
  assertEquals([await name, await word], ["al", "sésame"]);
  assertEquals([io.screen.text, done], ["Name: al\nPassword:\n> draft", []]);
  terminal.close();
});

Deno.test("Terminal a declined question is null, and so is an open one at the end", async () => {
  const { io, terminal } = open();
  const declined = terminal.ask("Name: ");
  await io.type("\x03");
  assertEquals(await declined, null);
  const open_ = terminal.ask("Name: ");
  terminal.close();
  assertEquals([await open_, await terminal.ask("More: ")], [null, null]);
});

Deno.test("Terminal close() gives the terminal back, once", async () => {
  const { io, terminal } = open();
  await io.type("half");
  assertEquals([io.raw, [...io.screen.modes]], [true, ["?2004"]]);
  terminal.print("last words");
  terminal.close();
  assertEquals([io.raw, [...io.screen.modes], io.handlers], [false, [], 0]);
  assertEquals([io.screen.text, io.screen.cursor.column], ["last words", 0]);
  const { length } = io.writes;
  terminal.close();
  assertEquals(io.writes.length, length);
});

Deno.test("Terminal an uncaught error or the program's end gives it back, too", async () => {
  const { io } = open();
  await turns();
  io.end();
  assertEquals([io.raw, [...io.screen.modes]], [false, []]);
});

Deno.test("Terminal signals are handed over; the end of input is a hangup", async () => {
  const { io, done, terminal } = open();
  io.signal("SIGTERM");
  io.signal("SIGINT");
  await io.type("");
  assertEquals(done, ["SIGTERM", "SIGINT", "SIGHUP"]);
  terminal.close();
});

Deno.test("Terminal a terminal that is gone does not end the program in the middle", async () => {
  const { io, terminal } = open();
  io.broken = true;
  terminal.print("nobody sees this");
  await turns();
  terminal.close();
});

Deno.test("Terminal after a stop it takes the terminal over again", async () => {
  const { io, terminal } = open();
  await io.type("half");
  io.raw = false;
  io.screen.write("\x1b[?2004l\r\n[1]+ Stopped\r\n");
  io.signal("SIGCONT");
  await turns();
  assertEquals([io.raw, [...io.screen.modes], io.screen.cursor.line], [true, ["?2004"], "> half"]);
  terminal.close();
});

Deno.test("Terminal writes nothing that a plain terminal does not know", async () => {
  const { io, terminal } = open();
  await io.type("abc\x01\x0b\x19\x1b[A\x1b[200~a\nb\x1b[201~\x0c\r");
  terminal.print("x");
  await turns();
  terminal.close();
  assertEquals(io.screen.unknown, []);
});

Deno.test("Terminal a crash of the program gives a real terminal back", async () => {
  const module = new URL("../../../../client/tui/screen.ts", import.meta.url).href;
  for (const crash of ['throw new Error("boom")', 'Promise.reject(new Error("boom"))']) {
    const program = `
      import { Terminal } from "${module}";
      const nothing = () => {};
      const onLine = () => { ${crash}; };
      new Terminal({ prompt: "> ", onLine, onInterrupt: nothing, onEof: nothing }).print("up");
    `;
    await using pty = await Pty.start([Deno.execPath(), "eval", program], {
      cwd: new URL("../../../../", import.meta.url).pathname,
    });
    await pty.waitFor("up\n> ");
    await pty.type("\r");
    assertEquals(await pty.exitCode(), 1);
    assertEquals(await pty.modesAfter(), pty.modesBefore);
    assertEquals([...pty.screen.modes], []);
  }
});
