/**
 * CHATHISTORY: what is told, and in which form.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { LIMITS } from "../../protocol/mod.ts";
import { ask, company, FROM, READER, say, texts } from "../support/company.ts";
import type { TestPeer } from "../support/node.ts";

Deno.test("READ-6 all tags come back, each to those who know it", () => {
  const { node, alice, bob } = company([...READER, "server-time", "account-tag", "draft/oper-tag"]);
  const dave = node.open();
  dave.session.account = "Dave";
  dave.register("dave", ["message-tags"]);
  dave.send("OPER root secret");
  dave.send("MODE dave +B");
  dave.send("JOIN #tea");
  alice.take();
  dave.send("@+draft/reply=x;+y PRIVMSG #tea :hi");
  const [live = ""] = alice.take();
  node.clock.advance(60_000);
  dave.close();
  bob.take();
  bob.send("CHATHISTORY LATEST #tea * 1");
  const [, told = ""] = bob.take();
  assertMatch(
    live,
    /^@time=\S+;account=Dave;draft\/oper;bot;msgid=\w+;\+draft\/reply=x;\+y :dave!/,
  );
  assertEquals(told.replace(/^@batch=\w+;/, "@"), live);
  const erin = node.user("erin", ["draft/chathistory"]);
  erin.send("JOIN #tea");
  erin.take();
  erin.send("CHATHISTORY LATEST #tea * 1");
  assertEquals(erin.take(), [live.replace(/^@\S+ /, "")]);
});

Deno.test("READ-6 what was taken back is not told, and a channel is called what it is called now", () => {
  const { node, alice, bob } = company([...READER, "draft/message-redaction", "echo-message"]);
  say(node, alice, "PRIVMSG #tea :oops", `PRIVMSG #tea :${"x".repeat(460)}`);
  const id = /msgid=([^; ]+)\S* \S+ PRIVMSG #tea :?oops/.exec(alice.take().join("\n"))?.[1];
  alice.send(`REDACT #tea ${id}`);
  assertEquals(texts(bob, "CHATHISTORY LATEST #tea * 5"), ["x".repeat(460)]);
  const name = `#${"n".repeat(LIMITS.CHANNEL.value - 1)}`;
  alice.send(`RENAME #tea ${name}`);
  const [begin, line = "", end] = ask(bob, `CHATHISTORY LATEST ${name} * 5`);
  assertEquals([begin, end], [`BATCH + chathistory ${name}`, "BATCH -"]);
  assertMatch(line, new RegExp(`^alice PRIVMSG ${name} :?x{380,}$`));
  assertEquals(texts(bob, "CHATHISTORY LATEST #tea * 5"), []);
});

Deno.test("CHATH-2 each subcommand tells its part, and nothing of its references", () => {
  const { node, alice, bob } = company();
  const at: string[] = [];
  const ids: string[] = [];
  for (let n = 0; n < 9; n++) {
    at.push(`timestamp=${new Date(node.clock.epoch()).toISOString()}`);
    bob.take();
    say(node, alice, `PRIVMSG #tea :${n}`);
    ids.push(`msgid=${/msgid=([^; ]+)/.exec(bob.take().join())?.[1]}`);
  }
  for (const by of [at, ids]) {
    const said = (command: string): string => texts(bob, `CHATHISTORY ${command}`).join("");
    assertEquals(said(`BEFORE #tea ${by[5]} 3`), "234");
    assertEquals(said(`BEFORE #tea ${by[2]} 9`), "01");
    assertEquals(said(`BEFORE #tea ${by[0]} 9`), "");
    assertEquals(said(`AFTER #tea ${by[5]} 2`), "67");
    assertEquals(said(`AFTER #tea ${by[8]} 2`), "");
    assertEquals(said(`LATEST #tea ${by[5]} 2`), "78");
    assertEquals(said(`LATEST #tea ${by[5]} 9`), "678");
    assertEquals(said("latest #tea * 4"), "5678");
    assertEquals(said(`BETWEEN #tea ${by[2]} ${by[7]} 3`), "345");
    assertEquals(said(`BETWEEN #tea ${by[7]} ${by[2]} 3`), "456");
    assertEquals(said(`BETWEEN #tea ${by[7]} ${by[7]} 3`), "");
    const around = said(`AROUND #tea ${by[4]} 5`);
    assertEquals(around, "23456");
    assertEquals(said(`AROUND #tea ${by[4]} 1`), "4");
  }
  assertEquals(texts(bob, `CHATHISTORY BETWEEN #tea ${at[2]} ${ids[5]} 9`).join(""), "34");
});

Deno.test("CHATH-3 the order is the same every time, where messages share an instant", () => {
  const { alice, bob } = company();
  for (let n = 0; n < 9; n++) alice.send(`PRIVMSG #tea :${n}`);
  const ids = bob.take().map((line) => /msgid=([^; ]+)/.exec(line)?.[1]);
  let told = "";
  let reference = "*";
  for (let i = 0; i < 3; i++) {
    const command = reference === "*" ? "LATEST" : "BEFORE";
    const page = texts(bob, `CHATHISTORY ${command} #tea ${reference} 3`).join("");
    reference = `msgid=${ids[Number(page[0])]}`;
    told = page + told;
  }
  assertEquals(told, "012345678");
});

Deno.test("CHATH-3 in a labelled answer the batch is within that of the answer", () => {
  const { node, alice, bob } = company([...READER, "labeled-response", "draft/multiline"]);
  say(node, alice, "PRIVMSG #tea :one");
  for (
    const line of [
      "BATCH +1 draft/multiline #tea",
      "@batch=1 PRIVMSG #tea :two",
      "@batch=1 PRIVMSG #tea :three",
      "BATCH -1",
    ]
  ) alice.send(line);
  bob.take();
  bob.send("@label=x CHATHISTORY LATEST #tea * 5");
  const lines = bob.take();
  const [outer, inner, many] = lines.flatMap((line) => /BATCH \+(\S+)/.exec(line)?.[1] ?? []);
  const batches = lines.map((line) => /^@(?:\S*;)?batch=([^; ]+)/.exec(line)?.[1] ?? "");
  assertEquals(batches, [
    "",
    outer,
    inner,
    inner,
    many,
    many,
    inner,
    outer,
    "",
  ]);
  assertMatch(lines[0] ?? "", /^@label=x :chatd\.test BATCH \+\S+ labeled-response$/);
  assertMatch(lines[1] ?? "", / BATCH \+\S+ chathistory #tea$/);
  assertMatch(lines[3] ?? "", / BATCH \+\S+ draft\/multiline #tea$/);
});

Deno.test("CHATH-4 a message of several lines is told line by line to those who do not know such", () => {
  const { alice, bob } = company([...READER, "draft/multiline"]);
  for (
    const line of [
      "@+a=b BATCH +1 draft/multiline #tea",
      "@batch=1 PRIVMSG #tea :two",
      "@batch=1 PRIVMSG #tea :",
      "@batch=1;draft/multiline-concat PRIVMSG #tea :three",
      "BATCH -1",
    ]
  ) alice.send(line);
  const live = bob.take();
  bob.send("CHATHISTORY LATEST #tea * 5");
  const strip = (line: string): string => line.replace(/^@batch=(?!id\w+;?draft)[^; ]+[; ]/, "@");
  const told = bob.take().slice(1, -1);
  assertEquals(told.length, live.length);
  assertEquals(told.slice(1, -1), live.slice(1, -1));
  assertEquals(strip(told[0] ?? ""), live[0]);
  bob.send("CAP REQ -draft/multiline");
  bob.take();
  bob.send("CHATHISTORY LATEST #tea * 5");
  const single = bob.take().slice(1, -1).map((line) => line.replace(/batch=[^; ]+;?/, ""));
  assertEquals(single.length, 2);
  assertMatch(single[0] ?? "", /^@msgid=\S+;\+a=b :alice\S+ PRIVMSG #tea :?two$/);
  assertMatch(single[1] ?? "", /^@\+a=b :alice\S+ PRIVMSG #tea :?three$/);
});

Deno.test("CHATH-5 events and TAGMSG are for those who ask for them", () => {
  const { node, alice, bob, carol } = company();
  const dave = node.user("dave", [...READER, "draft/event-playback"]);
  dave.send("JOIN #tea");
  node.clock.advance(1000);
  say(
    node,
    alice,
    "TOPIC #tea :leaves",
    "MODE #tea +v bob",
    "@+draft/react=x TAGMSG #tea",
    "PRIVMSG #tea :hi",
    "NICK ally",
  );
  say(node, carol, "PART #tea :bye");
  say(node, alice, "KICK #tea bob :enough");
  bob.send("JOIN #tea");
  bob.send("QUIT :gone");
  const told = ask(dave, `CHATHISTORY LATEST #tea * 50`);
  assertEquals(told.slice(1, -1).filter((line) => !/ JOIN /.test(line)), [
    "alice TOPIC #tea :leaves",
    "alice MODE #tea +v bob",
    "alice TAGMSG #tea",
    "alice PRIVMSG #tea :hi",
    "alice NICK ally",
    "carol PART #tea :bye",
    "ally KICK #tea bob :enough",
    "bob QUIT :Quit: gone",
  ]);
  assertEquals(told.filter((line) => / JOIN /.test(line)), [
    ..."alice bob carol dave bob".split(" ").map((nick) => `${nick} JOIN #tea`),
  ]);
  const id = /msgid=([^; ]+)\S* \S+ PRIVMSG #tea :?hi/.exec((() => {
    dave.send("CHATHISTORY LATEST #tea * 50");
    return dave.take().join("\n");
  })())?.[1];
  const erin = node.user("erin", ["message-tags", "draft/message-redaction"]);
  erin.send("OPER root secret");
  erin.send("JOIN #tea");
  erin.send(`REDACT #tea ${id}`);
  const redacted = (): string[] =>
    ask(dave, "CHATHISTORY LATEST #tea * 50").filter((line) => / REDACT | hi$/.test(line));
  assertEquals(redacted(), []);
  dave.send("CAP REQ draft/message-redaction");
  assertEquals(redacted(), [`erin REDACT #tea ${id}`]);
  say(node, alice, "PRIVMSG #tea :hi again");
  dave.send("CAP REQ :-draft/event-playback");
  assertEquals(texts(dave, "CHATHISTORY LATEST #tea * 50"), ["hi again"]);
  dave.send("CAP REQ :draft/event-playback extended-join -message-tags");
  const plain = ask(dave, "CHATHISTORY LATEST #tea * 50");
  assert(plain.includes("alice JOIN #tea * alice"), plain.join("\n"));
  assert(!plain.some((line) => line.includes("TAGMSG")));
});

Deno.test("CHATH-6 what cannot be asked is refused, with what was wrong", () => {
  const { bob } = company();
  const trials: readonly (readonly [string, string])[] = [
    ["", "INVALID_PARAMS *"],
    ["LATEST", "INVALID_PARAMS LATEST"],
    ["LATEST #tea * 5 5", "INVALID_PARAMS LATEST"],
    ["NEWEST #tea * 5", "INVALID_PARAMS NEWEST"],
    ["LATEST #tea * 0", "INVALID_PARAMS LATEST 0"],
    ["LATEST #tea * -5", "INVALID_PARAMS LATEST -5"],
    ["BEFORE #tea * 5", "INVALID_PARAMS BEFORE #tea *"],
    ["BEFORE #tea msgid= 5", "INVALID_PARAMS BEFORE #tea msgid="],
    [
      "BEFORE #tea timestamp=2026-13-01T00:00:00.000Z 5",
      "INVALID_PARAMS BEFORE #tea timestamp=2026-13-01T00:00:00.000Z",
    ],
    ["BEFORE #tea timestamp=2026-01-01 5", "INVALID_PARAMS BEFORE #tea timestamp=2026-01-01"],
    ["BEFORE #tea id=5 5", "INVALID_MSGREFTYPE BEFORE #tea id=5"],
    ["BEFORE #none msgid=x 5", "INVALID_TARGET BEFORE #none"],
    ["BEFORE 5times msgid=x 5", "INVALID_TARGET BEFORE 5times"],
    ["BEFORE #tea msgid=x 5", "MESSAGE_ERROR BEFORE #tea"],
    ["BETWEEN #tea msgid=x msgid=y 5", "MESSAGE_ERROR BETWEEN #tea"],
    [`TARGETS ${FROM} msgid=x 5`, "INVALID_MSGREFTYPE TARGETS msgid=x"],
    [`TARGETS ${FROM} 5`, "INVALID_PARAMS TARGETS"],
    [`TARGETS * ${FROM} 5`, "INVALID_PARAMS TARGETS *"],
  ];
  for (const [params, outcome] of trials) {
    const [line = ""] = ask(bob, `CHATHISTORY ${params}`);
    assertEquals(line.split(" :")[0], `FAIL CHATHISTORY ${outcome}`);
  }
});

Deno.test("CHATH-7 no more is told than the limit, and than there is room for, the far end left out", () => {
  const { node, alice, bob } = company(READER, { sendqBytes: 64 * 1024 });
  for (let n = 0; n < 250; n++) alice.send(`PRIVMSG #tea :${n}`);
  assertEquals(texts(bob, "CHATHISTORY LATEST #tea * 1000").length, LIMITS.CHATHISTORY.value);
  const long = "y".repeat(400);
  for (let n = 0; n < 200; n++) say(node, alice, `PRIVMSG #tea :${n} ${long}`);
  const numbers = (command: string): number[] =>
    texts(bob, command).map((text) => Number(text.split(" ")[0]));
  const latest = numbers("CHATHISTORY LATEST #tea * 200");
  assert(latest.length > 50 && latest.length < 120, `${latest.length}`);
  assertEquals(latest.at(-1), 199);
  assertEquals(latest[0], 200 - latest.length);
  const after = numbers(`CHATHISTORY AFTER #tea ${FROM} 200`);
  assertEquals(after[0], 0);
  bob.link.waitingBytes = 60 * 1024;
  assertEquals(ask(bob, "CHATHISTORY LATEST #tea * 200"), [
    "FAIL CHATHISTORY MESSAGE_ERROR LATEST #tea :There is no room for them now. Try again.",
  ]);
});

Deno.test("CHATH-8 what was found costs", () => {
  const { alice, bob } = company(READER, { floodRate: 10 });
  for (let n = 0; n < 100; n++) {
    alice.session.bucket.spend(-1);
    alice.send(`PRIVMSG #tea :${n}`);
  }
  const cost = (command: string): number => {
    let spent = 0;
    const { bucket } = bob.session;
    const spend = bucket.spend.bind(bucket);
    bucket.spend = (tokens) => {
      spent += tokens;
      spend(tokens);
    };
    bob.send(command);
    return spent;
  };
  assertEquals(cost("CHATHISTORY LATEST #tea * 100"), 4);
});

Deno.test("CHATH-9 TARGETS tells where there is something to read, by the last that was said", () => {
  const { node, alice, bob, carol } = company();
  const at = (): string => `timestamp=${new Date(node.clock.epoch()).toISOString()}`;
  const begin = at();
  node.clock.advance(1000);
  say(node, alice, "JOIN #milk", "PRIVMSG #milk :not for bob", "PRIVMSG #tea :one");
  say(node, carol, "PRIVMSG bob :two");
  const middle = at();
  node.clock.advance(1000);
  say(node, bob, "PRIVMSG alice :three");
  const end = at();
  const names = (peer: TestPeer, command: string): string[] =>
    ask(peer, `CHATHISTORY TARGETS ${command}`).slice(1, -1).map((line) =>
      line.split(" ")[2] ?? ""
    );
  assertEquals(names(bob, `${begin} ${end} 9`), ["#tea", "carol", "alice"]);
  assertEquals(names(bob, `${end} ${begin} 9`), ["#tea", "carol", "alice"]);
  assertEquals(names(bob, `${begin} ${end} 2`), ["#tea", "carol"]);
  assertEquals(names(bob, `${end} ${begin} 2`), ["carol", "alice"]);
  assertEquals(names(bob, `${begin} ${middle} 9`), ["#tea", "carol"]);
  assertEquals(names(bob, `${middle} ${end} 9`), ["alice"]);
  assertEquals(names(carol, `${begin} ${end} 9`), ["#tea", "bob"]);
  carol.send("PRIVMSG $* :to all");
  assertEquals(names(bob, `${begin} ${at()} 9`).includes("$*"), false);
  carol.send("NICK caroline");
  assertEquals(names(bob, `${begin} ${middle} 9`), ["#tea", "caroline"]);
  assertMatch(
    ask(bob, `CHATHISTORY TARGETS ${begin} ${end} 1`)[1] ?? "",
    /^CHATHISTORY TARGETS #tea \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  );
});

Deno.test("TAG-5 HIST-3 in an auditorium, too, whatever has a msgid can be referred to", () => {
  const { node, alice, bob, carol } = company([...READER, "draft/event-playback"]);
  const seen: string[] = [];
  const listen = (): void => {
    for (const line of alice.take()) {
      const [, msgid] = /^@msgid=([^; ]+)/.exec(line) ?? [];
      if (msgid !== undefined) seen.push(msgid);
      else if (/ (?:JOIN|PART|KICK|NICK|QUIT) /.test(line)) seen.push("none");
    }
  };
  const commands = [
    [alice, "MODE #tea +u"],
    [bob, "PART #tea"],
    [bob, "JOIN #tea"],
    [carol, "NICK carola"],
    [alice, "KICK #tea bob :out"],
    [alice, "TOPIC #tea :Assam"],
    [carol, "QUIT :bye"],
  ] as const;
  for (const [peer, line] of commands) {
    say(node, peer, line);
    listen();
  }
  assertEquals(seen.filter((msgid) => msgid === "none").length, 5);
  for (const msgid of seen.filter((msgid) => msgid !== "none")) {
    assert(!ask(alice, `CHATHISTORY AFTER #tea msgid=${msgid} 5`).join().includes("FAIL"));
  }
  assertEquals(seen.length, 7);
});
