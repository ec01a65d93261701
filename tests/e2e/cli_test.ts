/**
 * The command line as users meet it: the program by its task, in a process of its own.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import manifest from "../../deno.json" with { type: "json" };
import { COMMANDS } from "../../client/commands.ts";
import { JOIN_OPTIONS } from "../../client/main.ts";
import { PASSWORD_VARIABLE } from "../../client/password_file.ts";
import { SERVE_OPTIONS, SERVE_VARIABLES } from "../../server/schema.ts";
import { LOCATION_VARIABLES } from "../../server/store/location.ts";

const ROOT = new URL("../../", import.meta.url);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function chatd(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "chatd", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", CHATD_EPHEMERAL: "on", ...env },
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** What fails says so in one line on standard error, and nothing on standard output. */
function assertRefused(outcome: Outcome, code: number, message: string): void {
  assertStringIncludes(outcome.stderr, message);
  assertEquals(outcome.code, code, outcome.stderr);
  assertEquals(outcome.stdout, "");
  assertMatch(outcome.stderr, /^chatd: [^\n]+\n$/);
}

for (const args of [[], ["--help"], ["-h"], ["help"]]) {
  Deno.test(`chatd ${args.join(" ")} shows the commands`, async () => {
    const { code, stdout, stderr } = await chatd(args);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "Usage: chatd COMMAND");
    for (
      const command of ["serve", "mkpasswd", "user", "backup", "export", "join", "help", "version"]
    ) {
      assertMatch(stdout, new RegExp(`^  ${command}\\b.* \\w`, "m"));
    }
  });
}

for (const args of [["serve", "--help"], ["help", "serve"], ["serve", "--name", "x", "-h"]]) {
  Deno.test(`chatd ${args.join(" ")} shows every flag of serve`, async () => {
    const { code, stdout, stderr } = await chatd(args);
    assertEquals([code, stderr], [0, ""]);
    for (const { flag, help } of SERVE_OPTIONS) {
      assertMatch(stdout, new RegExp(`^  --(\\[no-\\])?${flag}\\b`, "m"));
      assertStringIncludes(stdout, help);
    }
  });
}

Deno.test("chatd join --help shows the flags of join", async () => {
  const { code, stdout, stderr } = await chatd(["join", "--help"]);
  assertEquals([code, stderr], [0, ""]);
  for (const flag of JOIN_OPTIONS.map((row) => row.flag)) {
    assertMatch(stdout, new RegExp(`^  --(\\[no-\\])?${flag}\\b`, "m"));
  }
});

Deno.test("chatd --version shows the version of deno.json", async () => {
  for (const flag of ["--version", "version", "-V"]) {
    assertEquals(await chatd([flag]), {
      code: 0,
      stdout: `chatd ${manifest.version}\n`,
      stderr: "",
    });
  }
});

for (
  const [args, message] of [
    [["serv"], 'unknown command "serv"; did you mean serve?'],
    [["help", "jion"], 'unknown command "jion"; did you mean join?'],
    [["--versoin"], 'unknown flag "--versoin"; did you mean --version?'],
    [["serve", "--lisen", ":0"], 'unknown flag "--lisen"; did you mean --listen?'],
    [["join", "--nik", "x"], 'unknown flag "--nik"; did you mean --nick?'],
    [["serve", "--listen"], "--listen: wanted a value, HOST:PORT"],
    [["mkpasswd", "secret"], "mkpasswd takes no argument"],
    [["mkpasswd"], "a password has 1 to 300 bytes"],
    [["serve", "6667"], 'chatd serve takes flags only: got "6667"'],
    [["serve", "--ping-after", "abc"], '--ping-after: got "abc", wanted a number of seconds'],
    [["serve", "--motd", "no such file"], '--motd: cannot read "no such file": no such file'],
  ] as const
) {
  Deno.test(`chatd ${args.join(" ")} is a usage error: exit code 2`, async () => {
    assertRefused(await chatd(args), 2, message);
  });
}

Deno.test("chatd serve with a wrong variable is a configuration error: exit code 5", async () => {
  assertRefused(await chatd(["serve"], { CHATD_SENDQ: "big" }), 5, 'CHATD_SENDQ: got "big"');
});

Deno.test("chatd serve with a wrong file is a configuration error: exit code 5", async () => {
  const file = await Deno.makeTempFile({ suffix: ".toml" });
  try {
    await Deno.writeTextFile(file, '# settings\nname = "a.example"\nping_aftr = 5\n');
    const message = `${file}:3: unknown key "ping_aftr"; did you mean ping_after?`;
    assertRefused(await chatd(["serve", "--config", file]), 5, message);
    assertRefused(await chatd(["serve"], { CHATD_CONFIG: file }), 5, message);
    assertRefused(await chatd(["serve", "--config", `${file}x`]), 5, "--config: cannot read");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("chatd serve where the port is taken is a network error: exit code 4", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    const address = `127.0.0.1:${listener.addr.port}`;
    const outcome = await chatd(["serve", "--listen", address, "--no-console"]);
    assertStringIncludes(outcome.stderr, `Cannot listen on ${address}: address already in use`);
    assertEquals(outcome.code, 4);
  } finally {
    listener.close();
  }
});

/** The permissions that a task gives. */
function permissionsOf(task: { readonly command: string }): string[] {
  return task.command.split(" ").filter((word) => /^--(?:allow|deny|no-prompt)|^-[A-Z]/.test(word));
}

Deno.test("the tasks give the program the least permissions, by name", () => {
  const permissions = permissionsOf(manifest.tasks.chatd);
  const names = permissions.find((word) => word.startsWith("--allow-env="))?.split("=")[1];
  assertEquals(
    names?.split(",").sort(),
    [...SERVE_VARIABLES, ...LOCATION_VARIABLES, PASSWORD_VARIABLE].sort(),
  );
  assertEquals(permissions.filter((word) => !word.startsWith("--allow-env=")), [
    "--no-prompt",
    "--deny-import",
    "--allow-net",
    "--allow-read",
    "--allow-write",
  ]);
  assertEquals(permissionsOf(manifest.tasks.compile), permissions);
  for (const { command } of Object.values(manifest.tasks)) {
    assert(!/ (?:-A|--allow-all)\b/.test(command), command);
  }
});

Deno.test("README.md names every flag of join and everything that its user can type", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  for (const { flag, negatable } of JOIN_OPTIONS) {
    assertStringIncludes(readme, `\`--${negatable ? "no-" : ""}${flag}`);
  }
  for (const { name, aliases, usage } of COMMANDS) {
    const shown = `/${name} ${usage}`.trim().replaceAll("|", "\\|");
    if (name !== "set") assertStringIncludes(readme, `\`${shown}\``);
    for (const alias of aliases) assertStringIncludes(readme, `\`/${alias}\``);
  }
});
