/**
 * TypeScript taken apart as far as the repository's own rules need it: code, comments and literals.
 *
 * @module
 */

/** A stretch of source. Templates are literals around the code of their expressions. */
export interface Segment {
  readonly kind: "code" | "comment" | "literal" | "regexp";
  readonly text: string;
}

/** Before a `/` these mean that a regular expression begins, and no division. */
const BEFORE_REGEXP = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|of|in|yield|await))$/;
const TOKEN_REGEXP =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<literal>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?<template>`)|(?<slash>\/)|(?<open>\{)|(?<close>\})/g;
const REGEXP_REGEXP = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const TEMPLATE_REGEXP = /(?:\\[\s\S]|(?!\$\{)[^`\\])*(?<end>`|\$\{)/y;

/** Takes source apart. */
export function segmentsOf(source: string): Segment[] {
  const segments: Segment[] = [];
  /** For each template that is open, the depth of braces in its expression. */
  const depths: number[] = [];
  let code = "";
  let before = "";
  const flush = (): void => {
    if (code !== "") segments.push({ kind: "code", text: code });
    before = (before + code).trimEnd().slice(-20);
    code = "";
  };
  const readTemplate = (from: number): number => {
    TEMPLATE_REGEXP.lastIndex = from;
    const match = TEMPLATE_REGEXP.exec(source);
    if (match === null) return source.length;
    const end = match.groups?.["end"] ?? "";
    segments.push({ kind: "literal", text: match[0].slice(0, -end.length) });
    if (end === "${") depths.push(0);
    before = end === "${" ? "(" : "x";
    return from + match[0].length;
  };
  let at = 0;
  while (at < source.length) {
    TOKEN_REGEXP.lastIndex = at;
    const match = TOKEN_REGEXP.exec(source);
    code += source.slice(at, match?.index ?? source.length);
    if (match === null) break;
    const groups = match.groups ?? {};
    const token = match[0];
    at = match.index + token.length;
    const depth = depths.at(-1);
    if (groups["comment"] !== undefined) {
      flush();
      segments.push({ kind: "comment", text: token });
    } else if (groups["literal"] !== undefined) {
      flush();
      segments.push({ kind: "literal", text: token.slice(1, -1) });
      before = "x";
    } else if (groups["template"] !== undefined) {
      flush();
      at = readTemplate(at);
    } else if (groups["slash"] !== undefined) {
      REGEXP_REGEXP.lastIndex = match.index;
      const regexp = BEFORE_REGEXP.test((before + code).trimEnd())
        ? REGEXP_REGEXP.exec(source)?.[0]
        : undefined;
      if (regexp === undefined) code += token;
      else {
        flush();
        segments.push({ kind: "regexp", text: regexp });
        before = "x";
        at = match.index + regexp.length;
      }
    } else if (token === "}" && depth === 0) {
      depths.pop();
      flush();
      at = readTemplate(at);
    } else {
      if (depth !== undefined) depths[depths.length - 1] = depth + (token === "{" ? 1 : -1);
      code += token;
    }
  }
  flush();
  return segments;
}

/** Source with its comments, literals and regular expressions taken out. */
export function codeOf(source: string): string {
  return segmentsOf(source).map(({ kind, text }) => kind === "code" ? text : '""').join("");
}

/** The comments of a source. */
export function commentsOf(source: string): string[] {
  return segmentsOf(source).filter(({ kind }) => kind === "comment").map(({ text }) => text);
}

/** The contents of strings and templates. */
export function literalsOf(source: string): string[] {
  return segmentsOf(source).filter(({ kind }) => kind === "literal").map(({ text }) => text);
}

/** What a source imports, as it is written there. */
export function importsOf(source: string): string[] {
  const imports: string[] = [];
  const segments = segmentsOf(source).filter(({ kind }) => kind !== "comment");
  for (const [index, { kind, text }] of segments.entries()) {
    const before = segments[index - 1];
    if (
      kind === "literal" && before?.kind === "code" &&
      /\b(?:from|import\s*\(?)\s*$/.test(before.text)
    ) {
      imports.push(text);
    }
  }
  return imports;
}
