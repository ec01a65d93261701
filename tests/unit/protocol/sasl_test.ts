import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  createSaslClient,
  formatPlain,
  formatSasl,
  LIMITS,
  makeVerifier,
  parsePlain,
  SaslExchange,
  SaslReader,
} from "../../../protocol/mod.ts";
import { saslCrypto } from "../../../server/store/sasl_crypto.ts";

/** What a reader makes of parameters, as far as it gets. */
function read(params: readonly string[]): string {
  const reader = new SaslReader();
  for (const param of params) {
    const input = reader.push(param);
    if (input.kind !== "more") return input.kind === "message" ? `=${input.text}` : input.kind;
  }
  return "more";
}

Deno.test("SASL-3 formatSasl() cuts at 400 bytes, and ends a message that fills its last parameter with +", () => {
  assertEquals(formatSasl(""), ["+"]);
  assertEquals(formatSasl("jilles\0jilles\0sesame"), ["amlsbGVzAGppbGxlcwBzZXNhbWU="]);
  assertEquals(formatSasl("x".repeat(299)).map(({ length }) => length), [400, 1]);
  assertEquals(formatSasl("x".repeat(300)).map(({ length }) => length), [400, 1]);
  assertEquals(formatSasl("x".repeat(301)).map(({ length }) => length), [400, 4]);
  assertEquals(formatSasl("x".repeat(600)).at(-1), "+");
});

Deno.test("SASL-3 SaslReader puts together what formatSasl() has cut", () => {
  const texts = fc.string({ unit: "grapheme", maxLength: 900 })
    .filter((text) => formatSasl(text).join("").length <= LIMITS.SASL.value);
  fc.assert(fc.property(texts, (text) => assertEquals(read(formatSasl(text)), `=${text}`)));
});

Deno.test("SASL-4 SaslReader ends at *, at what is too long, and at what is no message", () => {
  assertEquals(read(["*"]), "aborted");
  assertEquals(read(["A".repeat(400), "*"]), "aborted");
  assertEquals(read(["A".repeat(401)]), "too-long");
  assertEquals(read(Array(5).fill("A".repeat(400))), "more");
  assertEquals(read(Array(6).fill("A".repeat(400))), "invalid");
  for (const param of ["A", "====", "A+", "/w==", "gICA", "ä"]) {
    assertEquals(read([param]), "invalid", param);
  }
  fc.assert(fc.property(fc.array(fc.string()), (params) => void read(params)));
});

Deno.test("parsePlain() reads who, as whom and the password, and nothing else", () => {
  assertEquals(parsePlain("\0tim\0tanstaaftanstaaf"), {
    authzid: "",
    name: "tim",
    password: "tanstaaftanstaaf",
  });
  assertEquals(parsePlain("Ursel\0Kurt\0xipj3plmq"), {
    authzid: "Ursel",
    name: "Kurt",
    password: "xipj3plmq",
  });
  for (const wrong of ["", "a", "a\0b", "a\0\0c", "a\0b\0", "a\0b\0c\0", "a\0b\0c\0d"]) {
    assertEquals(parsePlain(wrong), null);
  }
  const word = fc.string({ minLength: 1 }).filter((text) => !text.includes("\0"));
  fc.assert(fc.property(word, word, word, (authzid, name, password) => {
    const claim = { authzid, name, password };
    assertEquals(parsePlain(formatPlain(claim)), claim);
  }));
});

Deno.test("SaslExchange asks for what each mechanism needs, in its order", async () => {
  const plain = new SaslExchange("PLAIN");
  const [message = ""] = formatSasl("\0alice\0secret");
  assertEquals(plain.receive(message), {
    kind: "password",
    claim: { authzid: "", name: "alice", password: "secret" },
  });
  assertEquals(new SaslExchange("PLAIN").receive("+"), { kind: "invalid" });
  assertEquals(new SaslExchange("EXTERNAL").receive("+"), { kind: "certificate", authzid: "" });

  const verifier = await makeVerifier("secret", new Uint8Array(16), 4096, saslCrypto);
  const client = createSaslClient(
    "SCRAM-SHA-256",
    { name: "alice", password: "secret" },
    saslCrypto,
  );
  const server = new SaslExchange("SCRAM-SHA-256");
  const send = async (text: string): Promise<ReturnType<SaslExchange["receive"]>> => {
    const [param = ""] = formatSasl(await client.respond(text) ?? "");
    return server.receive(param);
  };
  assertEquals((await send("")).kind, "verifier");
  const demand = await send(server.challenge(verifier, saslCrypto));
  assert(demand.kind === "proof");
  const answer = await server.prove(demand.message);
  assert(typeof answer === "string");
  assert(!client.isVerified);
  assertEquals((await send(answer)).kind, "accepted");
  assert(client.isVerified);
});

Deno.test("SaslExchange takes no step of SCRAM before its turn, and nothing but an empty message at its end", async () => {
  const first = formatSasl("n,,n=alice,r=abc")[0] ?? "";
  assertEquals(new SaslExchange("SCRAM-SHA-256").receive("+"), { kind: "invalid" });
  assertEquals(
    new SaslExchange("SCRAM-SHA-256").receive(formatSasl("c=biws,r=x,p=AAAA")[0] ?? ""),
    {
      kind: "invalid",
    },
  );
  const verifier = await makeVerifier("secret", new Uint8Array(16), 4096, saslCrypto);
  const server = new SaslExchange("SCRAM-SHA-256");
  server.receive(first);
  server.challenge(verifier, saslCrypto);
  assertEquals(server.receive("+").kind, "proof", "an empty message proves nothing");
  assertEquals(await server.prove(""), { failure: "invalid-encoding" });
  assertEquals(server.receive("+").kind, "proof", "nor does it after a failure");
});

Deno.test("createSaslClient() sends a password or nothing at once, and no more", async () => {
  const credentials = { name: "alice", password: "secret" };
  const plain = createSaslClient("PLAIN", credentials, saslCrypto);
  assertEquals(await plain.respond(""), "\0alice\0secret");
  assertEquals(await plain.respond("what"), null);
  assertEquals(await createSaslClient("EXTERNAL", credentials, saslCrypto).respond(""), "");
});
