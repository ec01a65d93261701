/**
 * SPEC.md as data: its clauses, anchors and blocks, and its tables, regenerated from the code.
 *
 * @module
 */
import {
  CAPABILITIES,
  type CapabilitySpec,
  CHANNEL_MODES,
  COMMANDS,
  type CommandSpec,
  encodeIsupport,
  FAILURES,
  type FailureSpec,
  LIMITS,
  NUMERICS,
  type NumericSpec,
  RANKS,
  USER_MODES,
} from "../../protocol/mod.ts";
import { PRIVILEGES } from "../../server/core/privileges.ts";
import { settingsTable } from "../../server/config.ts";
import { TRANSITIONS } from "../../server/core/registration.ts";
import { type Grammar, parseGrammar } from "./abnf.ts";

/** The top of the repository, with a slash at the end. */
export const ROOT: string = new URL("../../", import.meta.url).pathname;
/** Path of the specification. */
export const SPEC_PATH = `${ROOT}protocol/SPEC.md`;

/** A rule with its id. */
export interface Clause {
  readonly id: string;
  readonly line: number;
  /** Why no test cites it, if the text says so: `(untested: why)`. */
  readonly untested: string | null;
}

/** A fenced block. */
export interface Block {
  readonly language: string;
  /** What follows the language: the clauses that a transcript shows. */
  readonly info: readonly string[];
  readonly text: string;
  /** The number of the line after the fence. */
  readonly line: number;
  readonly heading: Heading;
}

/** A heading, with the anchor that links lead to. */
export interface Heading {
  readonly text: string;
  readonly level: number;
  readonly anchor: string;
  readonly line: number;
}

/** The parts of a specification. */
export interface Spec {
  readonly clauses: readonly Clause[];
  readonly headings: readonly Heading[];
  readonly blocks: readonly Block[];
}

const CLAUSE_REGEXP = /^\*\*([A-Z]+-\d+)\*\* /;
const TABLE_REGEXP = /<!-- begin:(\w+) -->\n([\s\S]*?)<!-- end -->/g;

/** The anchor that a heading has on common viewers. */
export function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
}

/** Takes a document apart. */
export function parseSpec(markdown: string): Spec {
  const clauses: Clause[] = [];
  const headings: Heading[] = [];
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  let heading: Heading = { text: "", level: 0, anchor: "", line: 0 };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    const fence = /^(`{3,})(\w*) ?(.*)$/.exec(line);
    if (fence !== null) {
      const end = lines.indexOf(fence[1] ?? "", i + 1);
      const text = lines.slice(i + 1, end).join("\n");
      const info = (fence[3] ?? "").split(" ").filter((word) => word !== "");
      blocks.push({ language: fence[2] ?? "", info, text, line: i + 2, heading });
      i = end;
      continue;
    }
    const [, marks, title] = /^(#+) (.*)$/.exec(line) ?? [];
    if (marks !== undefined && title !== undefined) {
      heading = { text: title, level: marks.length, anchor: anchorOf(title), line: i + 1 };
      headings.push(heading);
    }
    const id = CLAUSE_REGEXP.exec(line)?.[1];
    if (id !== undefined) {
      const end = lines.indexOf("", i);
      const paragraph = lines.slice(i, end < 0 ? undefined : end).join(" ");
      const untested = /\(untested: ([^)]+)\)/.exec(paragraph)?.[1] ?? null;
      clauses.push({ id, line: i + 1, untested });
    }
  }
  return { clauses, headings, blocks };
}

/** The specification of this tree. */
export function readSpec(): Spec {
  return parseSpec(Deno.readTextFileSync(SPEC_PATH));
}

/** The one grammar of all `abnf` blocks. */
export function grammarOf(spec: Spec): Grammar {
  return parseGrammar(
    spec.blocks.filter(({ language }) => language === "abnf").map(({ text }) => text).join("\n"),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string): string {
  if (text === "") return "";
  return text.includes("`") ? "`` " + text + " ``" : "`" + text + "`";
}

function commandsTable(): string {
  const rows = Object.entries(COMMANDS).toSorted(([a], [b]) => a < b ? -1 : 1).map(
    ([verb, spec]: [string, CommandSpec]) => [
      `[${verb}](${spec.spec})`,
      code(spec.params),
      spec.from,
      spec.numerics.map((name) => NUMERICS[name].code).toSorted().join(" "),
      spec.summary,
    ],
  );
  return table(["Command", "Parameters", "From", "Numerics", "What it does"], rows);
}

function numericsTable(): string {
  const rows = Object.entries(NUMERICS).toSorted(([, a], [, b]) => a.code < b.code ? -1 : 1).map(
    ([name, { code: number, params, text }]: [string, NumericSpec]) => [
      number,
      code(name),
      code(params),
      text ?? "",
    ],
  );
  return table(["Code", "Name", "Parameters", "Text"], rows);
}

function failuresTable(): string {
  const rows = Object.entries(FAILURES).map((
    [name, { type, code: shown = name, text }]: [string, FailureSpec],
  ) => [type, code(shown), text]);
  return table(["Type", "Code", "Text"], rows);
}

function capabilitiesTable(): string {
  const rows = Object.entries(CAPABILITIES).map(
    ([name, { value, summary }]: [string, CapabilitySpec]) => [
      code(name),
      value === undefined ? "" : code(value),
      summary,
    ],
  );
  return table(["Capability", "Value", "What it switches on"], rows);
}

function isupportTable(): string {
  const rows = encodeIsupport().flat().map((token) => {
    const [name = "", ...value] = token.split("=");
    return [code(name), code(value.join("="))];
  });
  return table(["Token", "Value"], rows);
}

const PARAMETER_OF_KIND = { A: "mask; none lists", B: "always", C: "when set", D: "none" } as const;

function modesTable(): string {
  const rows = [
    ...Object.entries(CHANNEL_MODES).map(([mode, { kind, summary }]) => [
      code(mode),
      "channel",
      PARAMETER_OF_KIND[kind],
      summary,
    ]),
    ...RANKS.map(({ mode, prefix, summary }) => [
      code(mode),
      `rank ${code(prefix)}`,
      "nick",
      summary,
    ]),
    ...Object.entries(USER_MODES).map(([mode, { summary }]) => [
      code(mode),
      "user",
      "none",
      summary,
    ]),
  ];
  return table(["Mode", "Of", "Parameter", "What it does"], rows);
}

function privilegesTable(): string {
  return table(
    ["Privilege", "Commands"],
    Object.entries(PRIVILEGES).map(([name, commands]) => [code(name), commands]),
  );
}

function limitsTable(): string {
  const rows = Object.entries(LIMITS).map(([name, { value, unit, what }]) => [
    name,
    String(value),
    unit,
    what,
  ]);
  return table(["Limit", "Value", "Unit", "Of"], rows);
}

function stagesDiagram(): string {
  return [
    "```mermaid",
    "stateDiagram-v2",
    ...TRANSITIONS.slice(0, 1).map(({ from }) => `  [*] --> ${from}`),
    ...TRANSITIONS.map(({ from, to, on }) => `  ${from} --> ${to}: ${on}`),
    "```",
  ].join("\n");
}

/** Every generated table by its name. */
export const TABLES: Readonly<Record<string, () => string>> = {
  commands: commandsTable,
  numerics: numericsTable,
  failures: failuresTable,
  capabilities: capabilitiesTable,
  isupport: isupportTable,
  modes: modesTable,
  limits: limitsTable,
  privileges: privilegesTable,
  stages: stagesDiagram,
  settings: settingsTable,
};

/** The names of the tables that a document has places for. */
export function tablesIn(markdown: string): string[] {
  return [...markdown.matchAll(TABLE_REGEXP)].map((match) => match[1] ?? "");
}

/** A document with its tables written anew, and the names of those that differ. */
export function regenerate(markdown: string): { text: string; changed: string[] } {
  const changed: string[] = [];
  const text = markdown.replace(TABLE_REGEXP, (whole, name: string, before: string) => {
    const generate = TABLES[name];
    if (generate === undefined) throw new Error(`There is no table "${name}" to generate`);
    const after = generate().trim() + "\n";
    if (after === before) return whole;
    changed.push(name);
    return `<!-- begin:${name} -->\n${after}<!-- end -->`;
  });
  return { text, changed };
}
