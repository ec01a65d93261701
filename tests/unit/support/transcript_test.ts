import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Host,
  matchesPattern,
  parseTranscript,
  type Peer,
  runTranscript,
  TranscriptError,
} from "../../support/transcript.ts";

/** Answers each line of a peer by the table: lines for oneself, and for all others after a `|`. */
class ScriptedHost implements Host {
  readonly peers: ScriptedPeer[] = [];
  isClosed = false;
  readonly answers: Readonly<Record<string, readonly string[]>>;

  constructor(answers: Readonly<Record<string, readonly string[]>>) {
    this.answers = answers;
  }

  connect(): Promise<ScriptedPeer> {
    const peer = new ScriptedPeer(this);
    this.peers.push(peer);
    return Promise.resolve(peer);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

class ScriptedPeer implements Peer {
  readonly #host: ScriptedHost;
  lines: string[] = [];
  closed = false;

  constructor(host: ScriptedHost) {
    this.#host = host;
  }

  send(line: string): void {
    if (line.startsWith("USER ")) this.lines.push(":s 001 x :hi");
    if (line.startsWith("OPER ")) this.lines.push(":s 381 x :hi");
    for (const answer of this.#host.answers[line] ?? []) {
      if (!answer.startsWith("|")) this.lines.push(answer);
      else {
        for (const other of this.#host.peers) if (other !== this) other.lines.push(answer.slice(1));
      }
    }
    if (line === "QUIT") this.closed = true;
  }

  receive(): Promise<string[]> {
    return Promise.resolve(this.lines.splice(0));
  }

  close(): void {
    this.closed = true;
  }
}

const ANSWERS = {
  A: [":s 1", "|:a!b@c SAY * :so it is"],
  MANY: [":s 353 a b", ":s 353 c", ":s 366"],
  TAGGED: ["@k=v :s X"],
  REF: [":s BATCH +r1", "@batch=r1 :s X", ":s BATCH -r1"],
  QUIT: ["ERROR :bye"],
};

function run(block: string): Promise<void> {
  return runTranscript(parseTranscript(block), () => new ScriptedHost(ANSWERS));
}

const SAY = "A\n";

Deno.test("runTranscript() accepts what is exactly so", async () => {
  const host = new ScriptedHost({ ...ANSWERS, A: [":s PONG a", "|:a!b@c SAY x :so it is"] });
  await runTranscript(
    parseTranscript(`# with bob: caps x y; oper
alice> A
alice< :s PONG a
bob< :a!*@c SAY x :so it is

alice> NOTHING
alice> MANY
alice<+ :s 353 ...
alice< :s 366
bob> REF
bob< :s BATCH +{=r}
bob< @batch={=r} :s X
bob< :s BATCH -{=r}
alice> QUIT
alice< ERROR :*
alice< (closed)`),
    () => host,
  );
  assert(host.isClosed);
});

for (
  const [what, block] of Object.entries({
    "a line too few": `alice> MANY\nalice<+ :s 353 ...\nalice< :s 366\nalice< :s 367`,
    "a line too many": `alice> MANY\nalice<+ :s 353 ...`,
    "a line too many before the next command": `alice> MANY\nalice> NOTHING`,
    "a line that somebody else was not said to receive": `alice> ${SAY}alice< :s 1\n# with bob`,
    "another order": `alice> MANY\nalice< :s 366\nalice<+ :s 353 ...`,
    "another reference":
      `bob> REF\nbob< :s BATCH +{=r}\nbob< @batch={=q} :s X\nbob< :s BATCH -x{=r}`,
    "a tag that nobody asked for": `alice> TAGGED\nalice< :s X`,
    "a connection that is still open": `alice> NOTHING\nalice< (closed)`,
    "a line after the end": `alice> QUIT\nalice< (closed)`,
  })
) {
  Deno.test(`runTranscript() refuses ${what}`, async () => {
    await assertRejects(() => run(block), TranscriptError);
  });
}

Deno.test("matchesPattern() by word, rest, parameters and tags", () => {
  const matches = (pattern: string, line: string): boolean =>
    matchesPattern(pattern, line, new Map());
  assert(matches(":a!~a@* JOIN #tea", ":a!~a@x.y JOIN :#tea"));
  assert(!matches(":a!~a@* JOIN #tea", ":a!~a@x.y JOIN #tea more"));
  assert(matches(":* 366 a #tea :*", ":s 366 a #tea :End of it all"));
  assert(!matches(":* 366 a #tea :x *", ":s 366 a #tea :x y z"));
  assert(matches(":* 004 a ...", ":s 004 a b c d :e f"));
  assert(matches(":* 005 ... :are *", ":s 005 a b :are x"));
  assert(!matches("ERROR :*", ":s ERROR :x"));
  assert(matches("@a=*;b :s X", "@b;a=1 :s X"));
  assert(!matches("@a=* :s X", "@b;a=1 :s X"));
  assert(!matches("@a=* :s X", ":s X"));
  assert(matches(":s X a.b*(c)", ":s X a.bb(c)") && !matches(":s X a.b", ":s X axb"));
});

Deno.test("parseTranscript() writes out repetitions and characters, and names the line that is none", () => {
  const { steps } = parseTranscript("alice> {ab*3}{%x01}{=r}");
  assertEquals(steps, [{ kind: "send", name: "alice", text: "ababab\x01{=r}", at: 1 }]);
  assertThrows(() => parseTranscript("alice> x\nnonsense", 10), TranscriptError, "line 11");
  assertThrows(() => parseTranscript("# with alice: hat"), TranscriptError, "hat");
});
