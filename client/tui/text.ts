/**
 * Text that strangers wrote, made fit for a terminal: nothing in it may move the cursor, change a
 * mode or reorder the line. Also widths, word wrap and colours. The rule: whatever is printed went
 * through `sanitise` or `render` first.
 * @module
 */

import stringWidth from "string-width";

/** Begins and ends of styles as terminals know them (SGR). */
const STYLE_CODES = {
  bold: 1,
  dim: 2,
  italic: 3,
  underline: 4,
  reverse: 7,
  strike: 9,
} as const;

/** Stands for what nobody may see, whatever its length. */
export const HIDDEN = "***";

/** A text style. */
export type Style = keyof typeof STYLE_CODES;

/** Formatting codes that chat programs put into texts. */
const FORMATS: Readonly<Record<string, Style | "reset" | "mono">> = {
  "\x02": "bold",
  "\x1d": "italic",
  "\x1f": "underline",
  "\x1e": "strike",
  "\x16": "reverse",
  "\x11": "mono",
  "\x0f": "reset",
};

const FORMAT_PATTERN =
  // deno-lint-ignore no-control-regex
  /\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[0-9a-fA-F]{6}(?:,[0-9a-fA-F]{6})?)?|[\x02\x0f\x11\x16\x1d\x1e\x1f]/g;

const UNSAFE_PATTERN =
  // deno-lint-ignore no-control-regex
  /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]|[\u{e0000}-\u{e001f}]/gu;

/** Takes away formatting codes (bold, colours …) that chat programs put into texts. */
export function stripFormatting(text: string): string {
  return text.replace(FORMAT_PATTERN, "");
}

/**
 * Makes visible what could drive a terminal: control characters as `^[`, the second control set and
 * characters that change the direction of text as `<U+202E>`. A tab becomes spaces. What remains is
 * safe to print, and still is after a second pass.
 */
export function sanitise(text: string): string {
  return text.toWellFormed().replace(UNSAFE_PATTERN, (char) => {
    const code = char.codePointAt(0)!;
    if (code === 0x09) return "    ";
    if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
    if (code === 0x7f) return "^?";
    return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
  });
}

/**
 * A stranger's text ready to print: safe, with its formatting shown by the terminal's own styles
 * (`styled`) or taken away. Colours are always taken away: they are rarely readable.
 */
export function render(text: string, styled: boolean): string {
  if (!styled) return sanitise(stripFormatting(text));
  let out = "";
  let end = 0;
  const active = new Set<Style>();
  for (const match of text.matchAll(FORMAT_PATTERN)) {
    out += sanitise(text.slice(end, match.index));
    end = match.index + match[0].length;
    const format = FORMATS[match[0]];
    if (format === undefined || format === "mono") continue;
    if (format === "reset") active.clear();
    else if (!active.delete(format)) active.add(format);
    out += `\x1b[0${[...active].map((style) => `;${STYLE_CODES[style]}`).join("")}m`;
  }
  out += sanitise(text.slice(end));
  return active.size > 0 ? `${out}\x1b[0m` : out;
}

/** Puts a style round a text that is safe already. */
export function style(text: string, kind: Style): string {
  return `\x1b[${STYLE_CODES[kind]}m${text}\x1b[0m`;
}

/** The terminal's own colours but black, white and dark blue, which are unreadable somewhere. */
const NAME_COLOURS = [31, 32, 33, 35, 36, 91, 92, 93, 94, 95, 96] as const;

/** The colour (SGR code) of a name: always the same for the same name, whatever its case. */
export function colourOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const char of name.toLowerCase()) {
    hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0;
  }
  return NAME_COLOURS[hash % NAME_COLOURS.length]!;
}

/** Puts its colour round a name that is safe already. */
export function colourName(name: string): string {
  return `\x1b[${colourOf(name)}m${name}\x1b[0m`;
}

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** How many cells a text takes in a terminal; styles take none. */
export function width(text: string): number {
  return PRINTABLE_ASCII.test(text) ? text.length : stringWidth(text);
}

/**
 * Breaks a line between words so that no part is wider than `columns`; parts after the first begin
 * with `indent` spaces. A word wider than a line stays whole: the terminal breaks it, and a copied
 * address stays in one piece.
 */
export function wrap(line: string, columns: number, indent = 0): string[] {
  if (columns <= 0 || width(line) <= columns) return [line];
  const margin = " ".repeat(indent < columns / 2 ? indent : 0);
  const lines: string[] = [];
  let current = "";
  let used = 0;
  let gap = "";
  for (const part of line.split(/( +)/)) {
    if (part.startsWith(" ")) {
      gap = part;
      continue;
    }
    if (part === "") continue;
    const partWidth = width(part);
    if (used > margin.length && used + gap.length + partWidth > columns) {
      lines.push(current);
      current = margin + part;
      used = margin.length + partWidth;
    } else {
      current += gap + part;
      used += gap.length + partWidth;
    }
    gap = "";
  }
  if (current !== "") lines.push(current);
  return lines;
}
