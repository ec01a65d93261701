/**
 * Lists of two columns, such as commands and what they do, laid out for the width that there is. The rule: no row is
 * left to the terminal to break, from 40 cells on. What is on the left and too wide for its column has a row of its own;
 * where there is little room everything on the right stands below what it belongs to.
 * @module
 */

import { width, wrap } from "./text.ts";

/** What stands on the left, and on the right of it. Both are safe to print. */
export type ColumnRow = readonly [left: string, right: string];

/** Cells of the left column, at the most. */
const MOST_LEFT = 28;
/** With less than that on the right there is but one column. */
const LEAST_RIGHT = 30;
const GAP = 2;
/** How far what continues a row is moved in where there is but one column. */
const INDENT = 4;

/** The rows as lines of at most `columns` cells; `null`: as wide as they are, each one line. */
export function twoColumns(rows: readonly ColumnRow[], columns: number | null): string[] {
  const lefts = rows.map(([left]) => width(left)).filter((cells) => cells <= MOST_LEFT);
  const from = Math.max(0, ...lefts) + GAP;
  const pad = (left: string) => left + " ".repeat(Math.max(GAP, from - width(left)));
  if (columns === null) return rows.map(([left, right]) => pad(left) + right);
  const isNarrow = columns - from < LEAST_RIGHT;
  return rows.flatMap(([left, right]) => {
    if (isNarrow) return [...wrap(left, columns, INDENT), ...below(right, columns, INDENT)];
    const lines = below(right, columns, from);
    if (width(left) + GAP > from) return [...wrap(left, columns, INDENT), ...lines];
    return [pad(left) + (lines[0] ?? "").trimStart(), ...lines.slice(1)];
  });
}

/** A text moved in. */
function below(text: string, columns: number, indent: number): string[] {
  return wrap(text, columns - indent).map((line) => " ".repeat(indent) + line);
}
