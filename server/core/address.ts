/**
 * Addresses and networks as numbers: read, written in one form, and compared.
 *
 * @module
 */

import { parseNumber } from "../../protocol/mod.ts";

/** An address: 4 or 6, and its bits as one number. */
export interface Address {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

/** All addresses with the same first bits. */
export interface AddressRange extends Address {
  /** How many of the first bits count. */
  readonly length: number;
}

const WIDTH = { 4: 32, 6: 128 } as const;
/** What one customer is given of IPv6: whoever has one address of it has them all. */
const CUSTOMER_BITS = 64;
const MAPPED_PREFIX = 0xffffn;

function parse4(text: string): bigint | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let bits = 0n;
  for (const part of parts) {
    const octet = parseNumber(part, 0, 255);
    // A zero before other digits says octal to some programs.
    if (octet === null || String(octet) !== part) return null;
    bits = bits << 8n | BigInt(octet);
  }
  return bits;
}

function parse6(text: string): bigint | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const lists = halves.map((half) => half === "" ? [] : half.split(":"));
  const groups: string[][] = [];
  for (const [i, list] of lists.entries()) {
    const last = list.at(-1);
    if (last?.includes(".") && i === lists.length - 1) {
      const tail = parse4(last);
      if (tail === null) return null;
      list.splice(-1, 1, (tail >> 16n).toString(16), (tail & 0xffffn).toString(16));
    }
    if (list.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return null;
    groups.push(list);
  }
  const [head = [], tail] = groups;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const all = [...head, ...Array(missing).fill("0"), ...(tail ?? [])];
  return BigInt(`0x${all.map((group) => group.padStart(4, "0")).join("")}`);
}

/** Reads an address; IPv4 in the clothes of IPv6 (`::ffff:192.0.2.1`) counts as IPv4. `null` for what is none. */
export function parseAddress(text: string): Address | null {
  const four = parse4(text);
  if (four !== null) return { family: 4, bits: four };
  const six = text.includes(":") ? parse6(text.replace(/%\w+$/, "")) : null;
  if (six === null) return null;
  return six >> 32n === MAPPED_PREFIX
    ? { family: 4, bits: six & 0xffff_ffffn }
    : { family: 6, bits: six };
}

/** Reads `192.0.2.0/24`, `2001:db8::/32` or a single address. What is beyond the length is dropped. */
export function parseRange(text: string): AddressRange | null {
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const { family, bits } = address;
  const width = WIDTH[family];
  const given = slash < 0 ? String(width) : text.slice(slash + 1);
  const length = parseNumber(given, 0, width);
  if (length === null) return null;
  return { family, length, bits: prefix(bits, width, length) };
}

function prefix(bits: bigint, width: number, length: number): bigint {
  const rest = BigInt(width - length);
  return bits >> rest << rest;
}

/** Whether the address is in the range. */
export function isInRange({ family, bits }: Address, range: AddressRange): boolean {
  return family === range.family && prefix(bits, WIDTH[family], range.length) === range.bits;
}

/** An address in its one form: lower case, the longest run of zeros as `::` (RFC 5952). Never begins with a colon. */
export function formatAddress({ family, bits }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => bits >> shift & 255n).join(".");
  const groups = Array.from({ length: 8 }, (_, i) => bits >> BigInt(112 - 16 * i) & 0xffffn);
  let from = 0, most = 1;
  for (let start = 0; start < 8; start++) {
    let run = 0;
    while (start + run < 8 && groups[start + run] === 0n) run++;
    if (run > most) [from, most] = [start, run];
  }
  const hex = (list: readonly bigint[]): string => list.map((n) => n.toString(16)).join(":");
  if (most === 1) return hex(groups);
  const text = `${hex(groups.slice(0, from))}::${hex(groups.slice(from + most))}`;
  // In a line it would be taken for the last parameter.
  return text.startsWith(":") ? `0${text}` : text;
}

/** A range as `address/length`; a single address without a length. */
export function formatRange(range: AddressRange): string {
  const address = formatAddress(range);
  return range.length === WIDTH[range.family] ? address : `${address}/${range.length}`;
}

/** What stands for one peer: its address, or for IPv6 the network that it has for itself. */
export function networkOf(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === null || parsed.family === 4) return address;
  return formatRange({ ...parsed, length: CUSTOMER_BITS, bits: prefix(parsed.bits, 128, 64) });
}
