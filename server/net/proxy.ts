/**
 * The header that a proxy sends before anything else, to say from whom the connection comes: the PROXY protocol, versions 1
 * and 2. Read before lines are framed, for the second version is not text.
 *
 * SPEC: "Connection"; https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt
 *
 * @module
 */
import { LIMITS, parseNumber } from "../../protocol/mod.ts";
import { formatAddress, parseAddress } from "../core/address.ts";

/** What the bytes so far come to. */
export type ProxyStep =
  | { readonly kind: "more" }
  /** There is no header. `rest` is all that has come. */
  | { readonly kind: "none"; readonly rest: Uint8Array<ArrayBuffer> }
  /** A whole header; `source` is `null` where the proxy speaks for itself. `rest` is what has come behind it. */
  | {
    readonly kind: "header";
    readonly source: ProxySource | null;
    readonly rest: Uint8Array<ArrayBuffer>;
  }
  | { readonly kind: "failure" };

/** From whom a proxied connection comes. */
export interface ProxySource {
  readonly address: string;
  readonly port: number;
}

const SIGNATURE_1 = new TextEncoder().encode("PROXY ");
const SIGNATURE_2 = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10);
/** With its CRLF, as the specification has it. */
const MOST_BYTES_1 = 107;
const FIXED_BYTES_2 = 16;
const LINE_1 = /^PROXY (?:UNKNOWN(?: .*)?|(TCP[46]) (\S+) (\S+) (\d{1,5}) (\d{1,5}))$/;

const MORE: ProxyStep = { kind: "more" };
const FAILURE: ProxyStep = { kind: "failure" };

/** Gathers bytes until it is known whether they begin with a header, and what it says. */
export class ProxyReader {
  #bytes = new Uint8Array(0);

  /** Takes bytes in; after anything but `more` the reader is done. */
  push(chunk: Uint8Array): ProxyStep {
    const bytes = new Uint8Array(this.#bytes.length + chunk.length);
    bytes.set(this.#bytes);
    bytes.set(chunk, this.#bytes.length);
    this.#bytes = bytes;
    if (beginsLike(bytes, SIGNATURE_2)) return read2(bytes);
    if (beginsLike(bytes, SIGNATURE_1)) return read1(bytes);
    return { kind: "none", rest: bytes };
  }
}

/** Whether the bytes, as far as there are any, are those of the signature. */
function beginsLike(bytes: Uint8Array, signature: Uint8Array): boolean {
  return signature.every((byte, i) => i >= bytes.length || bytes[i] === byte);
}

function read1(bytes: Uint8Array<ArrayBuffer>): ProxyStep {
  const end = bytes.subarray(0, MOST_BYTES_1).indexOf(10);
  if (end < 0) return bytes.length < MOST_BYTES_1 ? MORE : FAILURE;
  if (bytes[end - 1] !== 13) return FAILURE;
  const match = LINE_1.exec(String.fromCharCode(...bytes.subarray(0, end - 1)));
  if (match === null) return FAILURE;
  const rest = bytes.subarray(end + 1);
  const [, family, from = "", to = "", port = "", toPort = ""] = match;
  if (family === undefined) return { kind: "header", source: null, rest };
  const isOf = (text: string): boolean =>
    parseAddress(text) !== null && text.includes(":") === (family === "TCP6");
  const fromPort = parseNumber(port, 0, 65_535);
  const isTo = isOf(to) && parseNumber(toPort, 0, 65_535) !== null;
  if (!isOf(from) || fromPort === null || !isTo) return FAILURE;
  return { kind: "header", source: sourceOf(from, fromPort), rest };
}

function read2(bytes: Uint8Array<ArrayBuffer>): ProxyStep {
  if (bytes.length < FIXED_BYTES_2) return MORE;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const version = view.getUint8(12);
  const family = view.getUint8(13);
  const end = FIXED_BYTES_2 + view.getUint16(14);
  const isKnown = version === 0x20 || version === 0x21; // LOCAL, PROXY
  if (!isKnown || end > LIMITS.PROXY_HEADER.value) return FAILURE;
  if (bytes.length < end) return MORE;
  const rest = bytes.subarray(end);
  if (version === 0x20) return { kind: "header", source: null, rest };
  switch (family) {
    case 0x00: // unspecified
    case 0x31: // a socket of the proxy's own machine
      return { kind: "header", source: null, rest };
    case 0x11: { // TCP over IPv4
      if (end < FIXED_BYTES_2 + 12) return FAILURE;
      const address = formatAddress({ family: 4, bits: BigInt(view.getUint32(16)) });
      return { kind: "header", source: sourceOf(address, view.getUint16(24)), rest };
    }
    case 0x21: { // TCP over IPv6
      if (end < FIXED_BYTES_2 + 36) return FAILURE;
      const bits = view.getBigUint64(16) << 64n | view.getBigUint64(24);
      const address = formatAddress({ family: 6, bits });
      return { kind: "header", source: sourceOf(address, view.getUint16(48)), rest };
    }
    default:
      return FAILURE;
  }
}

/** With the address in its one form: what is IPv4 in truth is shown so. */
function sourceOf(text: string, port: number): ProxySource {
  const address = parseAddress(text);
  return { address: address === null ? text : formatAddress(address), port };
}
