/**
 * SASL over AUTHENTICATE, as state machines over strings: both sides of PLAIN, EXTERNAL and SCRAM-SHA-256, and how a message
 * becomes parameters of 400 bytes and parameters a message.
 *
 * Nothing here knows accounts: the server's side says what is to be checked, and its owner checks it.
 *
 * SPEC: "Accounts"; IRCv3 sasl-3.1 and sasl-3.2, RFC 4422, RFC 4616.
 *
 * @module
 */
import { type Bytes, fromBase64, toBase64 } from "./base64.ts";
import { LIMITS } from "./limits.ts";
import {
  type ClientFirst,
  parseClientFirst,
  type SaslCrypto,
  ScramClient,
  type ScramFailure,
  ScramServer,
  type ScramVerifier,
} from "./scram.ts";

/** The mechanisms of this profile. EXTERNAL is for connections with a client certificate. */
export const SASL_MECHANISMS = ["PLAIN", "SCRAM-SHA-256", "EXTERNAL"] as const;

/** The name of a mechanism. */
export type SaslMechanism = typeof SASL_MECHANISMS[number];

/** Whether the text names a mechanism. */
export function isSaslMechanism(text: string): text is SaslMechanism {
  return (SASL_MECHANISMS as readonly string[]).includes(text);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A message as the parameters of AUTHENTICATE that carry it, in order; the last has less than 400 bytes. */
export function formatSasl(message: string): string[] {
  const text = toBase64(encoder.encode(message));
  const size = LIMITS.SASL_CHUNK.value;
  const chunks: string[] = [];
  for (let at = 0; at < text.length; at += size) chunks.push(text.slice(at, at + size));
  if ((chunks.at(-1)?.length ?? size) === size) chunks.push("+");
  return chunks;
}

/** What came of a parameter: a message that is whole, or why there is none. */
export type SaslInput =
  | { readonly kind: "message"; readonly text: string }
  | { readonly kind: "more" | "aborted" | "too-long" | "invalid" };

/** Gathers the parameters of one message after the other. */
export class SaslReader {
  #text = "";

  /** Takes the next parameter. After anything but `message` and `more` the exchange is over. */
  push(param: string): SaslInput {
    if (param === "*") return { kind: "aborted" };
    const isLast = param.length < LIMITS.SASL_CHUNK.value;
    this.#text += param === "+" ? "" : param;
    if (param.length > LIMITS.SASL_CHUNK.value) return { kind: "too-long" };
    if (this.#text.length > LIMITS.SASL.value) return { kind: "invalid" };
    if (!isLast) return { kind: "more" };
    const bytes = fromBase64(this.#text);
    this.#text = "";
    const text = bytes === null ? null : decode(bytes);
    return text === null ? { kind: "invalid" } : { kind: "message", text };
  }
}

function decode(bytes: Bytes): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Who claims to be whom. */
export interface SaslClaim {
  /** As whom it wants to act; empty for who it is. */
  readonly authzid: string;
  readonly name: string;
}

/** A claim with its password. */
export interface PlainClaim extends SaslClaim {
  readonly password: string;
}

/** The message of PLAIN: `[authzid] NUL name NUL password`. */
export function formatPlain({ authzid, name, password }: PlainClaim): string {
  return `${authzid}\0${name}\0${password}`;
}

/** Reads the message of PLAIN; `null` for what is none. */
export function parsePlain(message: string): PlainClaim | null {
  const [authzid = "", name = "", password = "", ...more] = message.split("\0");
  return name === "" || password === "" || more.length > 0 ? null : { authzid, name, password };
}

/** What the owner of an exchange has to do next. */
export type SaslDemand =
  /** Wait: the message goes on. */
  | { readonly kind: "more" }
  /** End it: the client wants no more, has sent too much, or what is no message of the mechanism. */
  | { readonly kind: "aborted" | "too-long" | "invalid" }
  /** Check a password. */
  | { readonly kind: "password"; readonly claim: PlainClaim }
  /** See whose the connection's certificate is. */
  | { readonly kind: "certificate"; readonly authzid: string }
  /** Find the verifier, and call {@linkcode SaslExchange.challenge}. */
  | { readonly kind: "verifier"; readonly claim: SaslClaim }
  /** Await {@linkcode SaslExchange.prove}. */
  | { readonly kind: "proof"; readonly claim: SaslClaim; readonly message: string }
  /** The client, who has been shown the server's signature, goes on. */
  | { readonly kind: "accepted"; readonly claim: SaslClaim };

/** The server's side of one exchange. */
export class SaslExchange {
  readonly mechanism: SaslMechanism;
  readonly #reader = new SaslReader();
  #first: ClientFirst | null = null;
  #scram: ScramServer | null = null;
  #isProven = false;

  constructor(mechanism: SaslMechanism) {
    this.mechanism = mechanism;
  }

  /** Takes a parameter of AUTHENTICATE. */
  receive(param: string): SaslDemand {
    const input = this.#reader.push(param);
    if (input.kind !== "message") return { kind: input.kind };
    const { text } = input;
    switch (this.mechanism) {
      case "PLAIN": {
        const claim = parsePlain(text);
        return claim === null ? { kind: "invalid" } : { kind: "password", claim };
      }
      case "EXTERNAL":
        return { kind: "certificate", authzid: text };
      case "SCRAM-SHA-256":
        return this.#receiveScram(text);
    }
  }

  #receiveScram(text: string): SaslDemand {
    const claim = this.#first;
    if (claim === null) {
      const first = parseClientFirst(text);
      if ("failure" in first) return { kind: "invalid" };
      this.#first = first;
      return { kind: "verifier", claim: first };
    }
    if (!this.#isProven) return { kind: "proof", claim, message: text };
    return text === "" ? { kind: "accepted", claim } : { kind: "invalid" };
  }

  /**
   * What is sent to a client that has named itself by SCRAM.
   *
   * @throws {Error} If it has not.
   */
  challenge(verifier: ScramVerifier, crypto: SaslCrypto): string {
    if (this.#first === null) throw new Error("Nobody has named himself");
    this.#scram = new ScramServer(this.#first, verifier, crypto);
    return this.#scram.challenge;
  }

  /**
   * Checks a proof of SCRAM: the server's own for who is right.
   *
   * @throws {Error} If there was no challenge.
   */
  async prove(message: string): Promise<string | ScramFailure> {
    if (this.#scram === null) throw new Error("There was no challenge");
    const answer = await this.#scram.finish(message);
    this.#isProven = typeof answer === "string";
    return answer;
  }
}

/** The client's side of one exchange. */
export interface SaslClient {
  readonly mechanism: SaslMechanism;
  /** Whether success may be believed: with SCRAM only after the server has proven that it knows the password. */
  readonly isVerified: boolean;
  /**
   * Answers the server.
   *
   * @param challenge What it has sent; empty at first.
   * @returns What it is sent; `null` when the exchange must be aborted.
   */
  respond(challenge: string): string | null | Promise<string | null>;
}

/** Makes the client's side of an exchange. */
export function createSaslClient(
  mechanism: SaslMechanism,
  { name, password }: { readonly name: string; readonly password: string },
  crypto: SaslCrypto,
): SaslClient {
  if (mechanism === "SCRAM-SHA-256") {
    const scram = new ScramClient(name, password, crypto);
    return {
      mechanism,
      get isVerified() {
        return scram.isVerified;
      },
      respond: (challenge) => scram.respond(challenge),
    };
  }
  const message = mechanism === "PLAIN" ? formatPlain({ authzid: "", name, password }) : "";
  return {
    mechanism,
    isVerified: true,
    respond: (challenge) => challenge === "" ? message : null,
  };
}
