/**
 * The rules of the repository itself: who may import what, and that text, tables, code and tests are in step.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { COMMANDS, type CommandSpec, NUMERICS } from "../protocol/mod.ts";
import { walk } from "./support/files.ts";
import { codeOf, commentsOf, importsOf, literalsOf } from "./support/source.ts";
import { type Heading, readSpec, regenerate, ROOT, SPEC_PATH } from "./support/spec.ts";

/** A TypeScript file of the repository; paths are from the top. */
interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const SPEC = readSpec();
const FILES: readonly SourceFile[] = [...walk(ROOT)].filter((path) => path.endsWith(".ts")).sort()
  .map((path) => ({ path, text: Deno.readTextFileSync(ROOT + path) }));

/** Whether a path is the place, or in it if that is a folder. */
function isIn(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

function within(...places: readonly string[]): SourceFile[] {
  return FILES.filter(({ path }) => places.some((place) => isIn(path, place)));
}

/** What a place may import of ours, and of others: packages, if any. */
interface ImportRule {
  readonly place: string;
  readonly ours: readonly string[];
  readonly packages: "any" | "none";
}

/** The first rule whose place a file is in holds for it. */
const IMPORT_RULES: readonly ImportRule[] = [
  { place: "protocol", ours: ["protocol"], packages: "none" },
  { place: "server/core", ours: ["protocol", "server/core"], packages: "none" },
  {
    place: "server/commands",
    ours: ["protocol", "server/core", "server/commands"],
    packages: "none",
  },
  {
    place: "server/turn.ts",
    ours: ["protocol", "server/core", "server/commands"],
    packages: "none",
  },
  { place: "server/net", ours: ["protocol", "server/core", "server/net"], packages: "any" },
  { place: "server/store", ours: ["protocol", "server/core", "server/store"], packages: "any" },
  {
    place: "server/cluster",
    ours: ["protocol", "server/core", "server/cluster"],
    packages: "any",
  },
  {
    place: "server/console",
    ours: ["protocol", "server/core", "server/console", "client/tui"],
    packages: "any",
  },
  { place: "server", ours: ["protocol", "server", "deno.json"], packages: "any" },
  { place: "client/tui", ours: ["client/tui"], packages: "any" },
  { place: "client", ours: ["protocol", "client", "deno.json"], packages: "any" },
  { place: "main.ts", ours: ["server", "client", "deno.json"], packages: "any" },
];

Deno.test("dependencies point one way: protocol, core, commands, turn, and the rest", () => {
  const wrong: string[] = [];
  for (const { path, text } of FILES) {
    const rule = IMPORT_RULES.find(({ place }) => isIn(path, place));
    if (rule === undefined) {
      assert(isIn(path, "tests"), `${path} is in no folder that has a rule`);
      continue;
    }
    for (const specifier of importsOf(text)) {
      const isOurs = specifier.startsWith(".");
      const target = isOurs ? new URL(specifier, `file:///${path}`).pathname.slice(1) : specifier;
      const isAllowed = isOurs
        ? rule.ours.some((place) => isIn(target, place))
        : rule.packages === "any";
      if (!isAllowed) wrong.push(`${path} imports ${target}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("names are compared as the network compares them, never by one mapping of the protocol", () => {
  const wrong = within("server/core", "server/commands").filter(({ text }) =>
    /^import \{[^}]*\b(?:fold|isNick)\b[^}]*\} from "[./]*protocol/m.test(text)
  ).map(({ path }) => path);
  assertEquals(wrong, [], "use state.fold(), state.names.nick() and state.names.channel()");
});

/** What the pure folders get through ports, or not at all. A `new Date` of a given instant is pure. */
const IMPURE =
  /\b(?:Deno|localStorage|navigator|WebSocket)\b|\b(?:setTimeout|setInterval|setImmediate|fetch|prompt|alert)\s*\(|\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bperformance\s*\.|\bMath\s*\.\s*random\b|\bcrypto\s*\.|\bconsole\s*\.|\bglobalThis\b/g;

Deno.test("protocol, core, commands and turn use no clock, no chance, no timer and no I/O", () => {
  const pure = within("protocol", "server/core", "server/commands", "server/turn.ts");
  const found = pure.flatMap(({ path, text }) =>
    [...codeOf(text).matchAll(IMPURE)].map(([use]) => `${path}: ${use}`)
  );
  assertEquals(found, []);
});

Deno.test("NUM-1 NUM-2 numbers and times from outside are read by protocol/number.ts alone", () => {
  const found = within("protocol", "server", "client", "main.ts").flatMap(({ path, text }) =>
    [...codeOf(text).matchAll(/\b(?:parseInt|parseFloat|Date\.parse)\b/g)].map(([use]) =>
      `${path}: ${use}`
    )
  );
  assertEquals(found, []);
});

Deno.test("the top level holds what it is said to hold, and nothing else", () => {
  const allowed = new Set(
    "deno.json deno.lock main.ts README.md LICENSE protocol server client tests .ci .github .gitignore .git"
      .split(" "),
  );
  const passing = new Set(["dist", "node_modules"]);
  const found = [...Deno.readDirSync(ROOT)].map(({ name }) => name);
  assertEquals(found.filter((name) => !allowed.has(name) && !passing.has(name)), []);
});

Deno.test("what every task fetches is what the settings of the project name, and runs nothing when it comes", () => {
  const read = (file: string): unknown => JSON.parse(Deno.readTextFileSync(ROOT + file));
  const { imports } = read("deno.json") as { imports: Record<string, string> };
  const { specifiers, npm } = read("deno.lock") as {
    specifiers: Record<string, string>;
    npm: Record<string, { scripts?: boolean }>;
  };
  // `npm:deno-std@1.4.0/assert/mod.js`: the package without the place in it.
  const named = Object.values(imports).map((name) => /^npm:[^/]+/.exec(name)?.[0] ?? name);
  assertEquals(Object.keys(specifiers).sort(), [...new Set(named)].sort());
  // Deno greets a newcomer with a warning about each of those.
  assertEquals(Object.keys(npm).filter((name) => npm[name]?.scripts === true), []);
});

Deno.test("files are named in snake_case and have at most 500 lines", () => {
  const wrong = FILES.flatMap(({ path, text }) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const lines = text.split("\n").length - 1;
    return [
      ...(/^[a-z][a-z0-9]*(_[a-z0-9]+)*(\.d)?\.ts$/.test(name) ? [] : [`${path}: its name`]),
      ...(lines <= 500 ? [] : [`${path}: ${lines} lines`]),
    ];
  });
  assertEquals(wrong, []);
});

Deno.test("unit tests mirror the paths of what they test", () => {
  const paths = new Set(FILES.map(({ path }) => path));
  const orphans = within("tests/unit").map(({ path }) => path).filter((path) => {
    if (!path.endsWith("_test.ts")) return false;
    const subject = path.slice("tests/unit/".length).replace(/_test\.ts$/, ".ts");
    return !paths.has(subject) && !paths.has(`tests/${subject}`);
  });
  assertEquals(orphans, []);
});

Deno.test("no file has a note of unfinished work, and no test sleeps", () => {
  const unfinished = new RegExp(`\\b(?:${["TO" + "DO", "FIX" + "ME", "XX" + "X"].join("|")})\\b`);
  const wrong = FILES.flatMap(({ path, text }) =>
    [
      ...commentsOf(text).filter((comment) => unfinished.test(comment)),
      ...(isIn(path, "tests") ? codeOf(text).match(/\bsleep\w*\s*\(|\bdelay\s*\(/g) ?? [] : []),
      ...commentsOf(text).filter((comment) => /deno-lint-ignore-file/.test(comment)),
    ].map((found) => `${path}: ${found}`)
  );
  assertEquals(wrong, []);
});

Deno.test("the tables of SPEC.md and README.md are what the code says", () => {
  for (const path of [SPEC_PATH, `${ROOT}README.md`]) {
    const { changed } = regenerate(Deno.readTextFileSync(path));
    assertEquals(changed, [], `${path}: run \`deno task spec\``);
  }
});

/** The headings of a section: its own, and those under it. */
function sectionOf(anchor: string): Heading[] {
  const start = SPEC.headings.findIndex((heading) => heading.anchor === anchor);
  const own = SPEC.headings[start];
  if (own === undefined) return [];
  const end = SPEC.headings.findIndex(({ level }, i) => i > start && level <= own.level);
  return SPEC.headings.slice(start, end < 0 ? undefined : end);
}

Deno.test("every command has its place in SPEC.md, with a transcript that shows it", () => {
  const wrong: string[] = [];
  for (const [verb, { spec }] of Object.entries<CommandSpec>(COMMANDS)) {
    const lines = sectionOf(spec.slice(1)).map(({ line }) => line);
    const transcripts = SPEC.blocks.filter(({ language, heading }) =>
      language === "irc" && lines.includes(heading.line)
    );
    if (lines.length === 0) wrong.push(`${verb}: no heading ${spec}`);
    else if (transcripts.length === 0) wrong.push(`${verb}: no transcript under ${spec}`);
  }
  assertEquals(wrong, []);
});

Deno.test("links within SPEC.md and README.md lead to headings", () => {
  const anchors = new Set(SPEC.headings.map(({ anchor }) => anchor));
  assertEquals(anchors.size, SPEC.headings.length, "two headings have one anchor");
  const links = [...Deno.readTextFileSync(SPEC_PATH).matchAll(/\]\(#([^)]*)\)/g)];
  assertEquals(links.map(([, anchor = ""]) => anchor).filter((anchor) => !anchors.has(anchor)), []);
});

Deno.test("the numerics that the server uses are those of the table", () => {
  const used = new Set(
    within("server").flatMap(({ text }) =>
      literalsOf(text).flatMap((literal) => literal.match(/^(?:RPL|ERR)_[A-Z0-9]+$/) ?? [])
    ),
  );
  const rows = Object.keys(NUMERICS);
  assertEquals([...used].filter((name) => !rows.includes(name)).sort(), [], "not in the table");
  assertEquals(rows.filter((name) => !used.has(name)), [], "in the table, and never sent");
  const codes = Object.values(NUMERICS).map(({ code }) => code);
  assertEquals(new Set(codes).size, codes.length, "two numerics have one code");
});

Deno.test("every numeric of a command's row is one that its chapter or the common checks explain", () => {
  const text = Deno.readTextFileSync(SPEC_PATH).replace(/<!-- begin:[\s\S]*?<!-- end -->/g, "");
  const unexplained = Object.entries(NUMERICS).filter(([, { code }]) =>
    !new RegExp(`\\b${code}\\b`).test(text)
  );
  assertEquals(unexplained.map(([name, { code }]) => `${code} ${name}`), []);
});

const CLAUSE_IDS = new Set(SPEC.clauses.map(({ id }) => id));
const PREFIXES = new Set([...CLAUSE_IDS].map((id) => id.replace(/-\d+$/, "")));

/** Every clause id in a text, whether there is such a clause or not. */
function citedIn(text: string): string[] {
  return [...text.matchAll(/\b([A-Z]+)-\d+\b/g)].filter(([, prefix = ""]) => PREFIXES.has(prefix))
    .map(([id]) => id);
}

Deno.test("clause ids are given once, and number their chapters without gaps", () => {
  const ids = SPEC.clauses.map(({ id }) => id);
  assertEquals(ids.filter((id, i) => ids.indexOf(id) !== i), []);
  const gaps = ids.map((id) => id.replace(/\d+$/, (n) => String(Number(n) - 1)))
    .filter((id) => !id.endsWith("-0") && !CLAUSE_IDS.has(id));
  assertEquals(gaps, []);
});

Deno.test("every clause that code or tests cite exists", () => {
  const wrong = FILES.flatMap(({ path, text }) =>
    [...commentsOf(text), ...literalsOf(text)].flatMap(citedIn)
      .filter((id) => !CLAUSE_IDS.has(id)).map((id) => `${path}: ${id}`)
  );
  for (const { info, line } of SPEC.blocks.filter(({ language }) => language === "irc")) {
    for (const id of info) if (!CLAUSE_IDS.has(id)) wrong.push(`SPEC.md:${line}: ${id}`);
  }
  assertEquals(wrong, []);
});

Deno.test("every clause that the conformance tables name exists", () => {
  const text = Deno.readTextFileSync(SPEC_PATH);
  const tables = text.slice(text.indexOf(". Conformance\n"));
  assertEquals(citedIn(tables).filter((id) => !CLAUSE_IDS.has(id)), []);
});

Deno.test("every clause is shown by a transcript or named by a test, or says why not", () => {
  const tested = new Set([
    ...SPEC.blocks.flatMap(({ info }) => info),
    ...within("tests").filter(({ path }) => path.endsWith("_test.ts")).flatMap(({ text }) =>
      literalsOf(text).flatMap(citedIn)
    ),
  ]);
  const untested = SPEC.clauses.filter(({ id, untested }) => !tested.has(id) && untested === null);
  assertEquals(untested.map(({ id }) => id), []);
  const wrongly = SPEC.clauses.filter(({ id, untested }) => tested.has(id) && untested !== null);
  assertEquals(wrongly.map(({ id }) => id), [], "tested, and said not to be");
});
