import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Bytes,
  type ClientFirst,
  formatVerifier,
  fromBase64,
  makeVerifier,
  parseClientFirst,
  parseVerifier,
  type SaslCrypto,
  ScramClient,
  ScramServer,
  type ScramVerifier,
} from "../../../protocol/mod.ts";
import { saslCrypto } from "../../../server/store/sasl_crypto.ts";

/** Cryptography as it is, with nonces that a test has chosen. */
function withNonces(...nonces: readonly string[]): SaslCrypto {
  const left = [...nonces];
  return { ...saslCrypto, nonce: () => left.shift() ?? "" };
}

/** The same with SHA-1, for the example of RFC 5802. */
function withSha1(...nonces: readonly string[]): SaslCrypto {
  return {
    ...withNonces(...nonces),
    async hash(data) {
      return new Uint8Array(await crypto.subtle.digest("SHA-1", data));
    },
    async sign(key, data) {
      const algorithm = { name: "HMAC", hash: "SHA-1" };
      const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
      return new Uint8Array(await crypto.subtle.sign("HMAC", imported, data));
    },
    async stretch(password, salt, iterations) {
      const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
      const params = { name: "PBKDF2", hash: "SHA-1", salt, iterations };
      return new Uint8Array(await crypto.subtle.deriveBits(params, key, 160));
    },
  };
}

function bytes(base64: string): Bytes {
  return fromBase64(base64) ?? new Uint8Array();
}

function begin(message: string): ClientFirst {
  const first = parseClientFirst(message);
  if ("failure" in first) throw new Error(first.failure);
  return first;
}

const VECTORS = [
  {
    name: "RFC 7677, 3 (SHA-256)",
    crypto: withNonces,
    nonces: ["rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"],
    salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
    messages: [
      "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
      "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ],
  },
  {
    name: "RFC 5802, 5 (SHA-1)",
    crypto: withSha1,
    nonces: ["fyko+d2lbbFgONRv9qkxdawL", "3rfcNHYJY1ZVvWVs7j"],
    salt: "QSXCR+Q6sek8bf92",
    messages: [
      "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
      "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
      "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
      "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ],
  },
] as const;

for (const { name, crypto: make, nonces, salt, messages } of VECTORS) {
  Deno.test(`SASL-6 both sides say what ${name} says`, async () => {
    const crypto = make(...nonces);
    const [first, challenge, final, signature] = messages;
    const client = new ScramClient("user", "pencil", crypto);
    assertEquals(await client.respond(""), first);
    const verifier = await makeVerifier("pencil", bytes(salt), 4096, crypto);
    const server = new ScramServer(begin(first), verifier, crypto);
    assertEquals(server.challenge, challenge);
    assertEquals(await client.respond(challenge), final);
    assertEquals(await server.finish(final), signature);
    assert(!client.isVerified);
    assertEquals(await client.respond(signature), "");
    assert(client.isVerified);
  });
}

async function verifierOf(password: string): Promise<ScramVerifier> {
  return await makeVerifier(password, bytes("c2FsdHNhbHQ="), 4096, saslCrypto);
}

Deno.test("ScramServer refuses a wrong password, another nonce, another header and what is no proof", async () => {
  const verifier = await verifierOf("pencil");
  const exchange = async (
    password: string,
    change: (final: string) => string = (final) => final,
    header = "n,,",
  ): Promise<unknown> => {
    const client = new ScramClient("user", password, saslCrypto);
    const first = (await client.respond("") ?? "").replace("n,,", header);
    const server = new ScramServer(begin(first), verifier, saslCrypto);
    const final = await client.respond(server.challenge) ?? "";
    const answer = await server.finish(change(final));
    return typeof answer === "string" ? "right" : answer.failure;
  };
  assertEquals(await exchange("pencil"), "right");
  assertEquals(await exchange("pencils"), "invalid-proof");
  assertEquals(await exchange("pencil", (final) => final.replace(",r=", ",r=x")), "other-error");
  assertEquals(
    await exchange("pencil", (final) => final.replace("biws", "eSws")),
    "channel-bindings-dont-match",
  );
  assertEquals(await exchange("pencil", undefined, "y,,"), "channel-bindings-dont-match");
  for (const broken of ["", "p=AAAA", "c=biws,r=x", "c=biws,r=x,p=AAAA", "n,,n=user,r=abc"]) {
    assertEquals(await exchange("pencil", () => broken), "invalid-encoding", broken);
  }
  assertEquals(
    await exchange("pencil", (final) => final.replace(",p=", ",x=y,p=")),
    "invalid-proof",
    "an extension that nobody knows is signed like the rest",
  );
});

Deno.test("ScramClient believes no server that changes the nonce, asks for too little or too much, or cannot sign", async () => {
  const right = "r=abcdef,s=c2FsdHNhbHQ=,i=4096";
  const begun = async (): Promise<ScramClient> => {
    const client = new ScramClient("user", "pencil", withNonces("abc"));
    assertEquals(await client.respond(""), "n,,n=user,r=abc");
    return client;
  };
  const wrong = [
    "",
    "e=other-error",
    "r=abc,s=c2FsdHNhbHQ=,i=4096",
    "r=xbcdef,s=c2FsdHNhbHQ=,i=4096",
    "m=ext,r=abcdef,s=c2FsdHNhbHQ=,i=4096",
    "r=abcdef,s=c2Fsd,i=4096",
    "r=abcdef,s=c2FsdHNhbHQ=,i=4095",
    "r=abcdef,s=c2FsdHNhbHQ=,i=9999999",
    "r=abcdef,s=c2FsdHNhbHQ=,i=04096",
  ];
  for (const challenge of wrong) {
    const client = await begun();
    assertEquals(await client.respond(challenge), null, challenge);
    assertEquals(await client.respond(right), null, "once failed, it stays so");
  }
  for (const answer of ["", "e=invalid-proof", "v=", "v=AAAA", `v=${"A".repeat(43)}=`]) {
    const client = await begun();
    assertNotEquals(await client.respond(right), null);
    assertEquals(await client.respond(answer), null);
    assert(!client.isVerified);
  }
  const odd = new ScramClient("user", "\u0007", saslCrypto);
  assertEquals(await odd.respond(""), null, "no server would take that password");
});

Deno.test("parseClientFirst() reads names, headers and extensions, and refuses what is not offered", () => {
  const read = (text: string): unknown => {
    const first = parseClientFirst(text);
    return "failure" in first ? first.failure : [first.gs2, first.authzid, first.name, first.nonce];
  };
  assertEquals(read("n,,n=user,r=abc"), ["n,,", "", "user", "abc"]);
  assertEquals(read("y,a=jo=2Ce,n=a=3Db=2Cc,r=abc,x=y"), ["y,a=jo=2Ce,", "jo,e", "a=b,c", "abc"]);
  assertEquals(read("p=tls-unique,,n=user,r=abc"), "channel-binding-not-supported");
  assertEquals(read("n,,m=x,n=user,r=abc"), "extensions-not-supported");
  for (const name of ["", "a=b", "a=2c", "=", "a=3"]) {
    assertEquals(read(`n,,n=${name},r=abc`), "invalid-username-encoding", name);
  }
  assertEquals(read("n,a=x=1,n=user,r=abc"), "invalid-username-encoding");
  const broken = ["", "n", "n,", "n,,", "x,,n=user,r=abc", "n,,n=user", "n,,r=abc,n=user"];
  const nonces = [
    "n,,n=user,r=",
    "n,,n=user,r=a b",
    "n,,n=user,r=ä",
    `n,,n=u,r=${"a".repeat(513)}`,
  ];
  for (const text of [...broken, ...nonces, "n,a=,n=user,r=abc"]) {
    assertEquals(read(text), "invalid-encoding", text);
  }
});

Deno.test("parseClientFirst() takes any text, and any name that a client writes comes back", async () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    parseClientFirst(text);
    parseClientFirst(`n,,n=${text},r=abc`);
  }));
  const names = fc.string({ minLength: 1, unit: "grapheme" }).filter((name) =>
    !name.includes("\0")
  );
  await fc.assert(fc.asyncProperty(names, async (name) => {
    const first = await new ScramClient(name, "pencil", saslCrypto).respond("");
    assertEquals(begin(first ?? "").name, name);
  }));
});

Deno.test("makeVerifier() makes text that comes back, and other text is none", async () => {
  const verifier = await verifierOf("pencil");
  assertEquals(parseVerifier(formatVerifier(verifier)), verifier);
  const text = formatVerifier(verifier);
  for (
    const wrong of ["", text.slice(1), `${text}=`, text.replace("4096", "x"), "$argon2id$v=19"]
  ) {
    assertEquals(parseVerifier(wrong), null, wrong);
  }
});
