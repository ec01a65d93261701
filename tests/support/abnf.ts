/**
 * A reader of RFC 5234 grammars, so that tests draw random valid lines from the specification's own productions.
 *
 * Grammars are over characters (code points), and may not be left-recursive. Prose values are refused.
 *
 * @module
 */
import fc from "fast-check";

/** One piece of a rule. */
export type Node =
  | { readonly kind: "alternation"; readonly of: readonly Node[] }
  | { readonly kind: "concatenation"; readonly of: readonly Node[] }
  | { readonly kind: "repetition"; readonly min: number; readonly max: number; readonly of: Node }
  | { readonly kind: "text"; readonly text: string; readonly caseSensitive: boolean }
  | { readonly kind: "range"; readonly from: number; readonly to: number }
  | { readonly kind: "rule"; readonly name: string };

/** Rules by their name in lower case: ABNF does not look at case. */
export type Grammar = ReadonlyMap<string, Node>;

/** Where a grammar is not ABNF, or not complete. */
export class AbnfError extends Error {
  override readonly name = "AbnfError";
}

interface Token {
  readonly type: "name" | "string" | "number" | "repeat" | "symbol";
  readonly text: string;
  readonly at: number;
}

const TOKEN_REGEXP =
  /(?<skip>\s+|;[^\n]*)|(?<string>(?:%[is])?"[^"\n]*")|(?<number>%[xdbXDB][0-9A-Fa-f]+(?:-[0-9A-Fa-f]+|(?:\.[0-9A-Fa-f]+)*))|(?<repeat>\d*\*\d*|\d+(?=[\w("[%]))|(?<name>[A-Za-z][A-Za-z0-9-]*)|(?<symbol>=\/|[=/()[\]])/y;

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    TOKEN_REGEXP.lastIndex = at;
    const groups = TOKEN_REGEXP.exec(source)?.groups;
    if (groups === undefined) {
      throw new AbnfError(`not ABNF: ${JSON.stringify(source.slice(at, at + 20))}`);
    }
    for (const type of ["string", "number", "repeat", "name", "symbol"] as const) {
      const text = groups[type];
      if (text !== undefined) tokens.push({ type, text, at });
    }
    at = TOKEN_REGEXP.lastIndex;
  }
  return tokens;
}

const RADIX: Readonly<Record<string, number>> = { x: 16, d: 10, b: 2 };

function numberNode(text: string): Node {
  const radix = RADIX[text.charAt(1).toLowerCase()] ?? 16;
  const body = text.slice(2);
  const read = (digits: string): number => parseInt(digits, radix);
  if (body.includes("-")) {
    const [from = "", to = ""] = body.split("-");
    return { kind: "range", from: read(from), to: read(to) };
  }
  const characters = body.split(".").map((digits) => String.fromCodePoint(read(digits)));
  return { kind: "text", text: characters.join(""), caseSensitive: true };
}

/** Reads a recursive-descent rule body out of tokens. */
class Reader {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#next + ahead];
  }

  take(): Token {
    const token = this.#tokens[this.#next++];
    if (token === undefined) throw new AbnfError("the grammar ends in the middle of a rule");
    return token;
  }

  /** Whether a new rule begins here: a name and its equals sign. */
  get isAtRule(): boolean {
    const after = this.peek(1)?.text;
    return this.peek()?.type === "name" && (after === "=" || after === "=/");
  }

  alternation(): Node {
    const of = [this.concatenation()];
    while (this.peek()?.text === "/" && this.peek()?.type === "symbol") {
      this.take();
      of.push(this.concatenation());
    }
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: "alternation", of };
  }

  concatenation(): Node {
    const of: Node[] = [];
    while (!this.isAtEnd && !this.isAtRule) {
      const token = this.peek();
      if (token?.type === "symbol" && token.text !== "(" && token.text !== "[") break;
      of.push(this.repetition());
    }
    if (of.length === 0) throw new AbnfError(`an empty element before "${this.peek()?.text}"`);
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: "concatenation", of };
  }

  repetition(): Node {
    if (this.peek()?.type !== "repeat") return this.element();
    const { text } = this.take();
    if (!text.includes("*")) {
      return { kind: "repetition", min: Number(text), max: Number(text), of: this.element() };
    }
    const [least = "", most = ""] = text.split("*");
    const max = most === "" ? Infinity : Number(most);
    return { kind: "repetition", min: Number(least), max, of: this.element() };
  }

  element(): Node {
    const { type, text } = this.take();
    if (type === "name") return { kind: "rule", name: text.toLowerCase() };
    if (type === "number") return numberNode(text);
    if (type === "string") {
      const quote = text.indexOf('"');
      return { kind: "text", text: text.slice(quote + 1, -1), caseSensitive: text[1] === "s" };
    }
    if (text === "(" || text === "[") {
      const inner = this.alternation();
      const close = this.take().text;
      if (close !== (text === "(" ? ")" : "]")) throw new AbnfError(`"${text}" is not closed`);
      return text === "(" ? inner : { kind: "repetition", min: 0, max: 1, of: inner };
    }
    throw new AbnfError(`"${text}" is not an element`);
  }
}

function* references(node: Node): Generator<string> {
  if (node.kind === "rule") yield node.name;
  else if (node.kind === "repetition") yield* references(node.of);
  else if (node.kind === "alternation" || node.kind === "concatenation") {
    for (const inner of node.of) yield* references(inner);
  }
}

/**
 * Reads a grammar.
 *
 * @throws {AbnfError} If it is not ABNF, a rule is defined twice, or one is named that is not defined.
 */
export function parseGrammar(source: string): Grammar {
  const reader = new Reader(tokenize(source));
  const grammar = new Map<string, Node>();
  while (!reader.isAtEnd) {
    if (!reader.isAtRule) throw new AbnfError(`"${reader.peek()?.text}" is not a rule's name`);
    const name = reader.take().text.toLowerCase();
    const isMore = reader.take().text === "=/";
    const node = reader.alternation();
    const before = grammar.get(name);
    if (isMore !== (before !== undefined)) {
      throw new AbnfError(`rule ${name} is ${isMore ? "added to before it is" : ""} defined twice`);
    }
    grammar.set(
      name,
      before === undefined ? node : { kind: "alternation", of: [before, node] },
    );
  }
  for (const [name, node] of grammar) {
    for (const reference of references(node)) {
      if (!grammar.has(reference)) {
        throw new AbnfError(`rule ${name} names ${reference}: undefined`);
      }
    }
  }
  return grammar;
}

/** The rules that cannot be reached from any of these. */
export function unreachable(grammar: Grammar, from: readonly string[]): string[] {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const node = grammar.get(name);
    if (node !== undefined) { for (const reference of references(node)) visit(reference); }
  };
  for (const name of from) visit(name.toLowerCase());
  return [...grammar.keys()].filter((name) => !seen.has(name));
}

function ruleOf(grammar: Grammar, rule: string): Node {
  const node = grammar.get(rule.toLowerCase());
  if (node === undefined) throw new AbnfError(`there is no rule ${rule}`);
  return node;
}

/** How many more than needed of an endless repetition are drawn at most. */
const MORE = 6;

/** Draws strings of a rule. */
export function arbitrary(grammar: Grammar, rule: string): fc.Arbitrary<string> {
  ruleOf(grammar, rule);
  const rules = fc.letrec<Record<string, string>>((tie) => {
    const build = (node: Node): fc.Arbitrary<string> => {
      switch (node.kind) {
        case "rule":
          return tie(node.name);
        case "range":
          return fc.integer({ min: node.from, max: node.to }).map((code) =>
            String.fromCodePoint(code)
          );
        case "text":
          return node.caseSensitive || !/[a-z]/i.test(node.text)
            ? fc.constant(node.text)
            : fc.mixedCase(fc.constant(node.text));
        case "alternation":
          return fc.oneof(...node.of.map(build));
        case "concatenation":
          return fc.tuple(...node.of.map(build)).map((parts) => parts.join(""));
        case "repetition":
          return fc.array(build(node.of), {
            minLength: node.min,
            maxLength: Math.min(node.max, node.min + MORE),
          }).map((parts) => parts.join(""));
      }
    };
    return Object.fromEntries([...grammar].map(([name, node]) => [name, build(node)]));
  });
  const drawn = rules[rule.toLowerCase()];
  if (drawn === undefined) throw new AbnfError(`there is no rule ${rule}`);
  return drawn;
}

/** Tells whether a whole string is of a rule. Follows all ways at once, so it never explodes. */
export function matcher(grammar: Grammar, rule: string): (text: string) => boolean {
  const start = ruleOf(grammar, rule);
  return (text) => {
    const characters = [...text];
    const ends = (node: Node, from: ReadonlySet<number>): Set<number> => {
      switch (node.kind) {
        case "rule":
          return ends(ruleOf(grammar, node.name), from);
        case "alternation":
          return new Set(node.of.flatMap((inner) => [...ends(inner, from)]));
        case "concatenation":
          return node.of.reduce((at, inner) => ends(inner, at), new Set(from));
        case "range":
          return new Set(
            [...from].filter((at) => isWithin(characters[at], node)).map((at) => at + 1),
          );
        case "text": {
          const wanted = [...node.text];
          const isHere = (at: number): boolean =>
            wanted.every((character, i) => isSame(characters[at + i], character, node));
          return new Set([...from].filter(isHere).map((at) => at + wanted.length));
        }
        case "repetition": {
          const reached = new Set(node.min === 0 ? from : []);
          let at = new Set(from);
          const seen = new Set<number>(reached);
          for (let n = 1; n <= node.max && at.size > 0; n++) {
            at = ends(node.of, at);
            if (n < node.min) continue;
            at = new Set([...at].filter((end) => !seen.has(end)));
            for (const end of at) {
              seen.add(end);
              reached.add(end);
            }
          }
          return reached;
        }
      }
    };
    return ends(start, new Set([0])).has(characters.length);
  };
}

function isWithin(character: string | undefined, range: { from: number; to: number }): boolean {
  const code = character?.codePointAt(0) ?? -1;
  return code >= range.from && code <= range.to;
}

function isSame(
  character: string | undefined,
  wanted: string,
  { caseSensitive }: { caseSensitive: boolean },
): boolean {
  return character === wanted ||
    (!caseSensitive && character?.toLowerCase() === wanted.toLowerCase());
}
