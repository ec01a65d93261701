/**
 * Text from before UTF-8, of servers and on standard input. The rule: what is no UTF-8 is read as Windows-1252, which holds
 * Latin-1, each line for itself, and of servers each parameter: people in one room write in both. A text that was cut within its last character, as servers cut at
 * 512 bytes, is UTF-8 still, if it has other characters that show it to be. What is sent is always UTF-8.
 *
 * @module
 */

const COLON = 0x3a, SPACE = 0x20, AT = 0x40, LF = 0x0a, CR = 0x0d;
const REPLACEMENT = "\ufffd";
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const legacy = new TextDecoder("windows-1252");

/** A line that is not UTF-8, without its end, as text. */
export function readLegacyLine(bytes: Uint8Array): string {
  const words: string[] = [];
  for (let at = 0; at <= bytes.length;) {
    const space = bytes.indexOf(SPACE, at);
    // The last parameter has blanks; the source, which begins like it, stands first or behind the tags.
    const isFirst = at === 0 || (words.length === 1 && bytes[0] === AT);
    const isLast = bytes[at] === COLON && !isFirst;
    const end = space < 0 || isLast ? bytes.length : space;
    words.push(readText(bytes.subarray(at, end)));
    at = end + 1;
  }
  return words.join(" ");
}

/** The lines of a text, without their ends. */
export async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let begun: Uint8Array[] = [];
  let isFirst = true;
  const line = (end: Uint8Array) => {
    const bytes = concat([...begun, end]);
    begun = [];
    const text = readText(bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes);
    // A mark at the beginning only says that it is UTF-8.
    const start = isFirst && text.startsWith("\ufeff") ? 1 : 0;
    isFirst = false;
    return text.slice(start);
  };
  for await (const chunk of input) {
    let at = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, at)) {
      yield line(chunk.subarray(at, end));
      at = end + 1;
    }
    if (at < chunk.length) begun.push(chunk.slice(at));
  }
  if (begun.length > 0) yield line(new Uint8Array(0));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function readText(bytes: Uint8Array): string {
  return asUtf8(bytes) ?? cutShort(bytes) ?? legacy.decode(bytes);
}

function asUtf8(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

/** A text in UTF-8 that ends within a character; `null` when it is none, or nothing but its end would show that. */
function cutShort(bytes: Uint8Array): string | null {
  let start = bytes.length - 1;
  while (start > bytes.length - 3 && isContinuation(bytes[start] ?? 0)) start--;
  if ((bytes[start] ?? 0) < 0xc2 || (bytes[start] ?? 0) > 0xf4) return null;
  const text = asUtf8(bytes.subarray(0, start));
  return text === null || text.length === start ? null : text + REPLACEMENT;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
