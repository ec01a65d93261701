import { assert, assertEquals, assertMatch } from "@std/assert";
import { TokenBucket } from "../../../server/core/flood.ts";
import { MASK, message, ScriptedOutgoing } from "./support.ts";

/** `line 1`, `line 2` and so on, as a paste. */
function paste(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}`).join("\n");
}

/** The texts of what was sent. */
function said(sent: readonly string[]): string[] {
  return sent.map(message).filter(({ command }) => command === "PRIVMSG")
    .map(({ params }) => params.at(-1)!);
}

/** The echo of a line. */
function echo(line: string): string {
  const { tags, params: [target, text] } = message(line);
  const label = tags?.get("label");
  return `${label === undefined ? "" : `@label=${label} `}:${MASK} PRIVMSG ${target} :${text}`;
}

Deno.test("Outgoing R5 waits for each echo; what never came is shown", () => {
  const alice = new ScriptedOutgoing();
  alice.outgoing.say("#lobby", "hi\nyou");
  assertEquals(alice.sent.length, 2);
  assertEquals(alice.state.pending.size, 2);
  alice.take(`@label=c1 :${MASK} PRIVMSG #lobby :hi`);
  alice.outgoing.end();
  assertEquals(alice.shown, ["alice: hi", "server: Not sent: you"]);
  assertEquals(alice.state.pending.size, 0);
});

const ANSWERED: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  ["an error with the label", "nobody", ["echo-message", "labeled-response"], [
    "@label=c1 :chat 401 alice nobody :No such nick",
  ]],
  ["a labelled batch", "bob", ["echo-message", "labeled-response"], [
    "@label=c1 :chat BATCH +1 labeled-response",
    "@batch=1 :chat 301 alice bob :tea",
  ]],
  ["without labels an echo of its text", "#lobby", ["echo-message"], [
    `:${MASK} PRIVMSG #Lobby :hi`,
  ]],
];

for (const [what, target, capabilities, lines] of ANSWERED) {
  Deno.test(`Outgoing ${what} ends the wait`, () => {
    const alice = new ScriptedOutgoing(capabilities);
    alice.outgoing.say(target, "hi");
    alice.take(...lines).shown;
    alice.outgoing.end();
    assertEquals(alice.shown, []);
  });
}

Deno.test("Outgoing without echo shows the own line at once", () => {
  const alice = new ScriptedOutgoing([]);
  alice.outgoing.say("#lobby", "hi", "action");
  assertEquals(alice.shown, ["* alice hi"]);
  alice.outgoing.end();
  assertEquals(alice.shown, []);
});

Deno.test("Outgoing hides a password where it comes back: as echo, from another device, as not sent", () => {
  for (const capabilities of [["echo-message", "labeled-response"], ["echo-message"], []]) {
    const alice = new ScriptedOutgoing(capabilities);
    alice.outgoing.say("NickServ", "IDENTIFY hunter2");
    alice.outgoing.end();
    const [line = "", ...others] = alice.shown;
    assertMatch(line, /IDENTIFY \*\*\*$/);
    assertEquals(others, []);
    alice.take(`:${MASK} PRIVMSG NickServ :identify hunter2`);
    alice.take(`:${MASK} NOTICE nickserv :GHOST bob hunter2`);
    assertEquals(alice.shown, ["alice: identify ***", "alice (notice): GHOST ***"]);
  }
});

Deno.test("Outgoing has only so much on its way, and goes on with each echo", () => {
  const alice = new ScriptedOutgoing();
  alice.outgoing.say("#lobby", paste(30));
  const first = alice.sent;
  assertEquals(said(first), paste(12).split("\n"));
  assertEquals(first.at(-1), "PING chatd-sent-1");
  assertEquals(alice.outgoing.waiting, 18);
  alice.take(echo(first[0]!));
  assertEquals(said(alice.sent), ["line 13"]);
});

Deno.test("Outgoing without echoes goes on when a PING is answered", () => {
  for (const capabilities of [[], ["echo-message"]]) {
    const alice = new ScriptedOutgoing(capabilities);
    alice.outgoing.say("#lobby", paste(30));
    assertEquals(said(alice.sent).length, 12);
    alice.take(":chat PONG chat chatd-sent-0", ":chat PONG chat chatd-sent-9", ":chat PONG chat x");
    assertEquals(alice.sent, []);
    alice.take(":chat PONG chat chatd-sent-1");
    const sent = alice.sent;
    assertEquals(said(sent).length, 12);
    assertEquals(sent.at(-1), "PING chatd-sent-2");
    alice.take(":chat PONG chat chatd-sent-2");
    assertEquals(said(alice.sent), [
      "line 25",
      "line 26",
      "line 27",
      "line 28",
      "line 29",
      "line 30",
    ]);
    assert(alice.outgoing.isDone);
  }
});

Deno.test("Outgoing counts bytes, too", () => {
  const alice = new ScriptedOutgoing();
  alice.outgoing.say("#lobby", Array(20).fill("x".repeat(380)).join("\n"));
  assertEquals(said(alice.sent).length, 10);
});

Deno.test("Outgoing what is typed goes before the rest of a paste, and keeps its order", () => {
  const alice = new ScriptedOutgoing();
  alice.outgoing.say("#lobby", paste(100));
  alice.sent;
  alice.outgoing.say("bob", "help");
  alice.outgoing.command("WHO *");
  assertEquals(alice.sent, ["@label=c101 PRIVMSG bob :help", "WHO *"]);
  for (let count = 0; count < 4; count++) alice.outgoing.say("bob", `more ${count}`);
  alice.outgoing.command("LIST");
  assertEquals(said(alice.sent), ["more 0", "more 1", "more 2"]);
  alice.take(":chat PONG chat chatd-sent-1");
  const [first, second, third] = alice.sent;
  assertEquals([said([first!]), second, said([third!])], [["more 3"], "LIST", ["line 13"]]);
});

Deno.test("Outgoing a pipe's lines keep their order", () => {
  const alice = new ScriptedOutgoing(["echo-message"], false);
  for (let count = 1; count <= 30; count++) alice.outgoing.say("#lobby", `line ${count}`);
  alice.outgoing.command("PART #lobby");
  const sent: string[] = [];
  for (let count = 1; !alice.outgoing.isDone; count++) {
    sent.push(...alice.sent);
    alice.take(`:chat PONG chat chatd-sent-${count}`);
  }
  sent.push(...alice.sent);
  assertEquals(said(sent), paste(30).split("\n"));
  assertEquals(sent.at(-1), "PART #lobby");
});

Deno.test("Outgoing what is stopped is shown", () => {
  const alice = new ScriptedOutgoing();
  assertEquals(alice.outgoing.stop(), false);
  alice.outgoing.say("#lobby", paste(14));
  assertEquals(alice.outgoing.stop(), true);
  assertEquals(alice.shown, [
    "server: Stopped: 2 lines not sent.",
    "server: Not sent: line 13",
    "server: Not sent: line 14",
  ]);
  assert(alice.outgoing.isDone);
  alice.sent;
  alice.take(":chat PONG chat chatd-sent-1");
  assertEquals(alice.sent, []);
});

const GONE: readonly (readonly [string, readonly string[]])[] = [
  ["a KICK", [":bob!b@h KICK #lobby alice"]],
  ["a PART and a JOIN", [`:${MASK} PART #lobby`, `:${MASK} JOIN #lobby`]],
];

for (const [what, lines] of GONE) {
  Deno.test(`Outgoing after ${what} the rest of a paste is not said there, but shown`, () => {
    const alice = new ScriptedOutgoing();
    alice.outgoing.say("#lobby", paste(14));
    alice.outgoing.say("bob", "one\ntwo");
    alice.sent;
    alice.take(...lines, ":chat PONG chat chatd-sent-1");
    assertEquals(said(alice.sent), ["one", "two"]);
    assertEquals(alice.shown.filter((line) => line.includes("Not sent")), [
      "server: Not sent: line 13",
      "server: Not sent: line 14",
    ]);
  });
}

Deno.test("Outgoing a paste that is refused in part is not sent any further, and shown", () => {
  const refusal = ":chat 404 alice #lobby :You cannot speak here.";
  const cases = [
    [["echo-message", "labeled-response"], `@label=c12 ${refusal}`, "line 12"],
    [["echo-message"], refusal, "line 1"],
    [[], refusal, "line 1"],
  ] as const;
  for (const [capabilities, line, refused] of cases) {
    const alice = new ScriptedOutgoing(capabilities);
    alice.outgoing.say("#lobby", paste(14));
    alice.shown;
    alice.take(line);
    assertEquals(alice.shown, [
      "server: You cannot speak here.",
      `server: Not sent: ${refused}`,
      "server: Not sent: line 13",
      "server: Not sent: line 14",
    ]);
    assert(alice.outgoing.isDone);
  }
});

Deno.test("Outgoing one line that is refused is not shown twice", () => {
  const alice = new ScriptedOutgoing();
  alice.outgoing.say("nobody", "hi");
  alice.take("@label=c1 :chat 401 alice nobody :No such nick");
  assertEquals(alice.shown, ['server: User "nobody" is not connected to the server.']);
});

Deno.test("Outgoing one line that a room refuses is shown: its writer may have been put out meanwhile", () => {
  const refusals = ["404 alice #lobby :Cannot send to channel", "FAIL PRIVMSG NO #lobby :No."];
  for (const isLabelled of [true, false]) {
    for (const refusal of refusals) {
      const alice = new ScriptedOutgoing([
        "echo-message",
        ...(isLabelled ? ["labeled-response"] : []),
      ]);
      alice.outgoing.say("#lobby", "hi there");
      alice.take(`${isLabelled ? "@label=c1 " : ""}:chat ${refusal}`);
      assertEquals(alice.shown.slice(1), ["server: Not sent: hi there"], refusal);
    }
  }
});

Deno.test("Outgoing a loss shows what was on its way and what waited", () => {
  const alice = new ScriptedOutgoing();
  alice.outgoing.say("#lobby", paste(14));
  alice.outgoing.end();
  assertEquals(alice.shown, paste(14).split("\n").map((line) => `server: Not sent: ${line}`));
});

for (const capabilities of [["echo-message", "labeled-response"], []]) {
  Deno.test(
    `Outgoing 1,500 lines are all said, and no server of ours takes them for a flood: ${
      capabilities.length === 0 ? "without" : "with"
    } echoes`,
    () => {
      for (const [rate, roundTrip] of [[10, 40], [10, 400], [2, 40], [100, 5]] as const) {
        const alice = new ScriptedOutgoing(capabilities);
        const { clock, outgoing } = alice;
        const bucket = new TokenBucket(rate, 0);
        outgoing.say("#lobby", paste(1500));
        const heard: string[] = [];
        // The server reads a line when it has a token; its answer is here a round trip later.
        let unread: string[] = [];
        const answers: { readonly at: number; readonly line: string }[] = [];
        for (let step = 0; heard.length < 1500; step++) {
          assert(step < 2_000_000, "it stands still");
          unread.push(...alice.sent);
          const wait = bucket.isEmpty ? bucket.waitMs(clock.now()) : 0;
          assert(!bucket.isExhausted(clock.now()), `a flood after ${heard.length} lines`);
          const [line] = unread;
          if (line !== undefined && wait === 0) {
            unread = unread.slice(1);
            bucket.spend(1);
            const { command, params } = message(line);
            if (command === "PRIVMSG") heard.push(params[1]!);
            const answer = command === "PING" ? `:chat PONG chat ${params[0]}` : echo(line);
            if (command === "PING" || capabilities.length > 0) {
              answers.push({ at: clock.now() + roundTrip, line: answer });
            }
            continue;
          }
          const due = [
            answers[0]?.at,
            clock.next,
            line === undefined ? undefined : clock.now() + wait,
          ]
            .filter((at) => at !== undefined);
          assert(due.length > 0, "nothing will ever happen");
          clock.pass(Math.max(0, Math.min(...due) - clock.now()));
          while (answers[0] !== undefined && answers[0].at <= clock.now()) {
            alice.take(answers.shift()!.line);
          }
          alice.shown;
        }
        assertEquals(heard, paste(1500).split("\n"));
      }
    },
  );
}

Deno.test("Outgoing a message of several lines that is refused is shown, by its label and without", () => {
  for (const label of ["labeled-response", "message-tags"]) {
    const alice = new ScriptedOutgoing(["echo-message", label, "batch", "draft/multiline"]);
    alice.outgoing.say("#lobby", "one\ntwo");
    const tag = label === "labeled-response" ? "@label=c1 " : "";
    alice.take(`${tag}:chat FAIL BATCH MULTILINE_MAX_BYTES 4 :It is too long.`);
    assertEquals(alice.shown, [
      "server: It is too long.",
      "server: Not sent: one",
      "server: Not sent: two",
    ]);
  }
});

Deno.test("Outgoing the echo of several lines ends the wait, as a batch or line by line", () => {
  for (const capabilities of [["echo-message", "labeled-response"], ["echo-message"]]) {
    const alice = new ScriptedOutgoing([...capabilities, "batch", "draft/multiline"]);
    alice.outgoing.say("#lobby", "one\ntwo");
    const label = capabilities.length > 1 ? "@label=c1 " : "";
    alice.take(`${label}:${MASK} PRIVMSG #lobby :one`, `:${MASK} PRIVMSG #lobby :two`);
    alice.outgoing.end();
    assertEquals(alice.shown, ["alice: one", "alice: two"]);
  }
});
