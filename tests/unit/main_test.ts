import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { formatHelp, type OptionRow, parseCommandLine, UsageError } from "../../main.ts";

const ROWS: readonly OptionRow[] = [
  { flag: "nick", value: "NAME", help: "your name" },
  { flag: "listen", value: "HOST:PORT", help: "where", default: "127.0.0.1:6667", many: true },
  { flag: "console", value: null, help: "a console", negatable: true },
  { flag: "plain", value: null, help: "plain lines" },
];

function parse(...args: string[]): ReturnType<typeof parseCommandLine> {
  return parseCommandLine("chatd test", args, ROWS);
}

Deno.test("parseCommandLine() leaves out what was not given", () => {
  assertEquals(parse(), { flags: {}, positionals: [] });
});

Deno.test("parseCommandLine() keeps values and positionals as text", () => {
  assertEquals(parse("localhost", "06667", "--nick", "007"), {
    flags: { nick: "007" },
    positionals: ["localhost", "06667"],
  });
  assertEquals(parse("--nick=a=b", "--", "--plain").positionals, ["--plain"]);
});

Deno.test("parseCommandLine() takes - for a value, as the name of standard input", () => {
  assertEquals(parse("--nick", "-", "a"), { flags: { nick: "-" }, positionals: ["a"] });
});

Deno.test("parseCommandLine() collects flags that may come several times, and takes the last of others", () => {
  assertEquals(parse("--listen", ":1", "--listen=:2", "--nick", "a", "--nick", "b").flags, {
    listen: [":1", ":2"],
    nick: "b",
  });
});

Deno.test("parseCommandLine() tells a switch that was negated from one that was not given", () => {
  assertEquals(parse("--console").flags, { console: true });
  assertEquals(parse("--no-console").flags, { console: false });
  assertEquals(parse("--console", "--no-console").flags, { console: false });
  assertEquals(parse("--no-console", "--console").flags, { console: true });
  assertEquals(parse("--plain").flags, { plain: true });
});

for (
  const [args, message] of [
    [["--nik", "x"], 'unknown flag "--nik"; did you mean --nick? See chatd test --help'],
    [["--no-plain"], 'unknown flag "--no-plain"; did you mean --plain?'],
    [["--no-consol"], 'unknown flag "--no-consol"; did you mean --no-console?'],
    [["--__proto__=x"], 'unknown flag "--__proto__"'],
    [["-n", "x"], 'unknown flag "-n"'],
    [["--nick"], "--nick: wanted a value, NAME"],
    [["--nick="], "--nick: wanted a value, NAME"],
    [["--nick", "--plain"], "--nick: wanted a value, NAME"],
    [["--listen", ":1", "--listen"], "--listen: wanted a value, HOST:PORT"],
    [["--plain=no"], "--plain takes no value"],
  ] as const
) {
  Deno.test(`parseCommandLine() refuses ${args.join(" ")}`, () => {
    assertEquals(assertThrows(() => parse(...args), UsageError, message).exitCode, 2);
  });
}

Deno.test("formatHelp() shows every row with its default, and --help", () => {
  const help = formatHelp("chatd test [OPTION]...", "Try it", ROWS);
  assertStringIncludes(help, "Try it.\n\nUsage: chatd test [OPTION]...\n");
  assertStringIncludes(help, "\n  --listen HOST:PORT        where [127.0.0.1:6667]\n");
  assertStringIncludes(help, "\n  --[no-]console            a console\n");
  assertStringIncludes(help, "\n  --help                    show this help\n");
});
