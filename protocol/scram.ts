/**
 * SCRAM-SHA-256, both sides: who logs in shows that it knows the password, and the server that it knows it too, without
 * either telling it to the other or to who listens.
 *
 * SPEC: "Accounts"; RFC 5802, RFC 7677. No channel binding is offered.
 *
 * @module
 */
import { type Bytes, fromBase64, toBase64 } from "./base64.ts";
import { preparePassword } from "./saslprep.ts";
import { parseNumber } from "./number.ts";

/** What the exchange needs of cryptography, all of it with SHA-256; and of chance. */
export interface SaslCrypto {
  hash(data: Bytes): Bytes | Promise<Bytes>;
  /** HMAC. */
  sign(key: Bytes, data: Bytes): Bytes | Promise<Bytes>;
  /** PBKDF2 with HMAC: 32 bytes. */
  stretch(password: Bytes, salt: Bytes, iterations: number): Bytes | Promise<Bytes>;
  /** At least 128 bits that nobody can foresee, as letters and digits. */
  nonce(): string;
}

/** What a server keeps of a password: enough to check one who knows it, too little to pass for him. */
export interface ScramVerifier {
  readonly salt: Bytes;
  readonly iterations: number;
  readonly storedKey: Bytes;
  readonly serverKey: Bytes;
}

/** Why an exchange ends: the values of RFC 5802, 7. */
export interface ScramFailure {
  readonly failure:
    | "channel-bindings-dont-match"
    | "channel-binding-not-supported"
    | "extensions-not-supported"
    | "invalid-encoding"
    | "invalid-proof"
    | "invalid-username-encoding"
    | "other-error";
}

/** What a client begins with. */
export interface ClientFirst {
  /** `n,,` or the like. */
  readonly gs2: string;
  /** As whom it wants to act; empty for who it is. */
  readonly authzid: string;
  readonly name: string;
  readonly nonce: string;
  /** All after `gs2`. */
  readonly bare: string;
}

/** The least that RFC 7677 allows, and the most that a client takes upon itself. */
const LEAST_ITERATIONS = 4096;
const MOST_ITERATIONS = 5_000_000;
const HASH_BYTES = 32;

const GS2_REGEXP = /^(?:[ny]|p=[A-Za-z0-9.-]+),(?:a=([^,]+))?,/;
const BARE_REGEXP = /^n=([^,]*),r=([\x21-\x2b\x2d-\x7e]{1,512})((?:,[A-Za-z]=[^,\0]+)*)$/;
const CHALLENGE_REGEXP =
  /^r=([\x21-\x2b\x2d-\x7e]+),s=([^,]+),i=([1-9]\d{0,9})(?:,[A-Za-z]=[^,\0]+)*$/;
const FINAL_REGEXP = /^(c=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[A-Za-z]=[^,\0]+)*),p=([^,]+)$/;
const VERIFIER_REGEXP = /^SCRAM-SHA-256\$(\d{4,7}):([^$:]+)\$([^$:]+):([^$:]+)$/;

const encoder = new TextEncoder();

/** The bytes of a text. */
function bytesOf(text: string): Bytes {
  return encoder.encode(text);
}

/** Reads a name in which `=2C` is a comma and `=3D` an equals sign; `null` if it has an equals sign that is neither. */
function readName(text: string): string | null {
  if (text === "" || /=(?!2C|3D)/.test(text)) return null;
  return text.replaceAll("=2C", ",").replaceAll("=3D", "=");
}

function writeName(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}

/** Reads what a client begins with. */
export function parseClientFirst(message: string): ClientFirst | ScramFailure {
  const header = GS2_REGEXP.exec(message);
  if (header === null) return { failure: "invalid-encoding" };
  if (message.startsWith("p")) return { failure: "channel-binding-not-supported" };
  const [gs2] = header;
  const bare = message.slice(gs2.length);
  if (bare.startsWith("m=")) return { failure: "extensions-not-supported" };
  const [, saslName, nonce] = BARE_REGEXP.exec(bare) ?? [];
  if (saslName === undefined || nonce === undefined) return { failure: "invalid-encoding" };
  const name = readName(saslName);
  const authzid = header[1] === undefined ? "" : readName(header[1]);
  if (name === null || authzid === null) return { failure: "invalid-username-encoding" };
  return { gs2, authzid, name, nonce, bare };
}

/**
 * Makes what a server keeps of a password.
 *
 * @param password Prepared: see {@linkcode preparePassword}.
 */
export async function makeVerifier(
  password: string,
  salt: Bytes,
  iterations: number,
  primitives: SaslCrypto,
): Promise<ScramVerifier> {
  const salted = await primitives.stretch(bytesOf(password), salt, iterations);
  const clientKey = await primitives.sign(salted, bytesOf("Client Key"));
  const serverKey = await primitives.sign(salted, bytesOf("Server Key"));
  return { salt, iterations, storedKey: await primitives.hash(clientKey), serverKey };
}

/** A verifier as text: `SCRAM-SHA-256$iterations:salt$stored key:server key`. */
export function formatVerifier({ salt, iterations, storedKey, serverKey }: ScramVerifier): string {
  const keys = `${toBase64(storedKey)}:${toBase64(serverKey)}`;
  return `SCRAM-SHA-256$${iterations}:${toBase64(salt)}$${keys}`;
}

/** Reads a verifier; `null` for what is none. */
export function parseVerifier(text: string): ScramVerifier | null {
  const [, iterations, ...parts] = VERIFIER_REGEXP.exec(text) ?? [];
  const [salt = null, storedKey = null, serverKey = null] = parts.map(fromBase64);
  if (salt === null || storedKey?.length !== HASH_BYTES || serverKey?.length !== HASH_BYTES) {
    return null;
  }
  const count = parseNumber(iterations ?? "", 1, 9_999_999);
  return count === null ? null : { salt, iterations: count, storedKey, serverKey };
}

/** Compares without telling by its duration where the difference is. */
function equals(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (const [i, byte] of a.entries()) difference |= byte ^ (b[i] ?? 0);
  return difference === 0;
}

function xor(a: Bytes, b: Bytes): Bytes {
  return a.map((byte, i) => byte ^ (b[i] ?? 0));
}

/** The server's side, from the client's first message on. */
export class ScramServer {
  readonly #first: ClientFirst;
  readonly #verifier: ScramVerifier;
  readonly #primitives: SaslCrypto;
  readonly #nonce: string;
  /** What the client is sent. */
  readonly challenge: string;

  constructor(first: ClientFirst, verifier: ScramVerifier, primitives: SaslCrypto) {
    this.#first = first;
    this.#verifier = verifier;
    this.#primitives = primitives;
    this.#nonce = first.nonce + primitives.nonce();
    this.challenge = `r=${this.#nonce},s=${toBase64(verifier.salt)},i=${verifier.iterations}`;
  }

  /** Checks the client's last message: what is answered to one who knows the password. */
  async finish(message: string): Promise<string | ScramFailure> {
    const [, withoutProof, binding, nonce, encoded] = FINAL_REGEXP.exec(message) ?? [];
    const proof = fromBase64(encoded ?? "");
    if (withoutProof === undefined || proof?.length !== this.#verifier.storedKey.length) {
      return { failure: "invalid-encoding" };
    }
    const { gs2, bare } = this.#first;
    if (binding !== toBase64(bytesOf(gs2))) return { failure: "channel-bindings-dont-match" };
    if (nonce !== this.#nonce) return { failure: "other-error" };
    const { storedKey, serverKey } = this.#verifier;
    const signed = bytesOf(`${bare},${this.challenge},${withoutProof}`);
    const clientKey = xor(proof, await this.#primitives.sign(storedKey, signed));
    if (!equals(await this.#primitives.hash(clientKey), storedKey)) {
      return { failure: "invalid-proof" };
    }
    return `v=${toBase64(await this.#primitives.sign(serverKey, signed))}`;
  }
}

/** The client's side. */
export class ScramClient {
  readonly #bare: string;
  readonly #nonce: string;
  readonly #password: string | null;
  readonly #primitives: SaslCrypto;
  #stage: "first" | "challenge" | "signature" | "verified" | "failed" = "first";
  /** What the server has to prove that it knows the password. */
  #signature: Bytes | null = null;

  constructor(name: string, password: string, primitives: SaslCrypto) {
    this.#primitives = primitives;
    this.#nonce = primitives.nonce();
    this.#bare = `n=${writeName(name)},r=${this.#nonce}`;
    this.#password = preparePassword(password);
  }

  /** Whether the server has shown that it knows the password. Who is told of success before that is deceived. */
  get isVerified(): boolean {
    return this.#stage === "verified";
  }

  /**
   * Answers the server.
   *
   * @param challenge What it has sent: nothing at first.
   * @returns What it is sent; `null` when the exchange must be aborted.
   */
  async respond(challenge: string): Promise<string | null> {
    const stage = this.#stage;
    this.#stage = "failed";
    switch (stage) {
      case "first":
        if (challenge !== "" || this.#password === null) return null;
        this.#stage = "challenge";
        return `n,,${this.#bare}`;
      case "challenge":
        return await this.#prove(challenge);
      case "signature": {
        const given = fromBase64(/^v=([^,]+)/.exec(challenge)?.[1] ?? "");
        if (given === null || this.#signature === null) return null;
        if (!equals(given, this.#signature)) return null;
        this.#stage = "verified";
        return "";
      }
      case "verified":
      case "failed":
        return null;
    }
  }

  async #prove(challenge: string): Promise<string | null> {
    const [, nonce, encodedSalt = "", digits] = CHALLENGE_REGEXP.exec(challenge) ?? [];
    const salt = fromBase64(encodedSalt);
    const iterations = parseNumber(digits ?? "", LEAST_ITERATIONS, MOST_ITERATIONS);
    const isFresh = nonce !== undefined && nonce.length > this.#nonce.length &&
      nonce.startsWith(this.#nonce);
    if (!isFresh || iterations === null || salt === null || this.#password === null) return null;
    const primitives = this.#primitives;
    const salted = await primitives.stretch(bytesOf(this.#password), salt, iterations);
    const clientKey = await primitives.sign(salted, bytesOf("Client Key"));
    const storedKey = await primitives.hash(clientKey);
    const serverKey = await primitives.sign(salted, bytesOf("Server Key"));
    const withoutProof = `c=${toBase64(bytesOf("n,,"))},r=${nonce}`;
    const signed = bytesOf(`${this.#bare},${challenge},${withoutProof}`);
    this.#signature = await primitives.sign(serverKey, signed);
    const proof = xor(clientKey, await primitives.sign(storedKey, signed));
    this.#stage = "signature";
    return `${withoutProof},p=${toBase64(proof)}`;
  }
}
