/**
 * What is told to clients that do not speak CHATHISTORY: `*playback`, and replay.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { say } from "../support/company.ts";
import { SETTINGS, TestNode, type TestPeer } from "../support/node.ts";

/** A server with alice and bob in #tea. */
function company(settings: Partial<typeof SETTINGS> = {}): {
  node: TestNode;
  alice: TestPeer;
  bob: TestPeer;
} {
  const node = new TestNode(settings);
  const [alice, bob] = ["alice", "bob"].map((nick) => node.user(nick)) as [TestPeer, TestPeer];
  for (const peer of [alice, bob]) peer.send("JOIN #tea");
  node.clock.advance(1000);
  for (const peer of [alice, bob]) peer.take();
  return { node, alice, bob };
}

/** What people say in the lines, without their sources. */
function texts(lines: readonly string[]): string[] {
  return lines.filter((line) => / (?:PRIVMSG|NOTICE) /.test(line))
    .map((line) => line.replace(/^(?:@\S+ )?:\S+ \w+ \S+ :?/, ""));
}

/** What the peer is told for this. */
function told(peer: TestPeer, line: string): string[] {
  peer.take();
  peer.send(line);
  return peer.take();
}

/** A session of a user who is logged in. */
function login(node: TestNode, nick: string, capabilities: readonly string[] = []): TestPeer {
  const peer = node.open();
  peer.session.account = nick;
  if (capabilities.length > 0) peer.send(`CAP REQ :${capabilities.join(" ")}`);
  peer.send(`NICK ${nick}`);
  peer.send(`USER ${nick} 0 * :${nick}`);
  peer.send("CAP END");
  return peer;
}

/** Seconds since 1970. */
function seconds({ clock }: TestNode): string {
  return (clock.epoch() / 1000).toFixed(3);
}

const PLAYER = ["znc.in/playback", "batch", "server-time"];

Deno.test("PLAY-1 whoever writes is answered, without any capability, and told nothing twice", () => {
  const { node, alice } = company({ replay: 20 });
  say(node, alice, "PRIVMSG #tea :one", "PRIVMSG #tea :two");
  const carol = node.user("carol");
  assertEquals(texts(told(carol, "PRIVMSG *PlayBack :play #tea 0")), [], "she is not in it");
  const [one, two] = ["one", "two"].map((text) => new RegExp(`^\\[2026-01-01 00:00\\] ${text}$`));
  const seen = texts(told(carol, "JOIN #tea"));
  assertEquals(seen.length, 2);
  const played = texts(told(carol, "PRIVMSG *playback :PLAY * 0"));
  assertEquals(played.length, 2);
  for (const lines of [seen, played]) {
    assertMatch(lines[0] ?? "", one as RegExp);
    assertMatch(lines[1] ?? "", two as RegExp);
  }
  assertMatch(told(carol, "PRIVMSG *playback :what?").join(), / PRIVMSG carol :PLAY </);
  for (const line of ["NOTICE *playback :PLAY * 0", "TAGMSG *playback"]) {
    assertEquals(told(carol, line), []);
  }
  assertMatch(told(carol, "WHOIS *playback").join(), / 401 /);
});

Deno.test("PLAY-2 the end is part of what is played, the beginning is not", () => {
  const { node, alice } = company();
  const carol = node.user("carol", PLAYER);
  carol.send("JOIN #tea");
  node.clock.advance(1000);
  const times = ["one", "two", "three"].map((text) => {
    const at = seconds(node);
    say(node, alice, `PRIVMSG #tea :${text}`);
    return at;
  });
  const play = (from = "", to = ""): string[] =>
    texts(told(carol, `PRIVMSG *playback :PLAY #tea ${from} ${to}`));
  assertEquals(play(times[0], times[1]), ["two"]);
  assertEquals(play("0", times[1]), ["one", "two"]);
  assertEquals(play(times[2]), []);
});

Deno.test("PLAY-2 what was said between two times is told, each conversation in its batch", () => {
  const { node, alice, bob } = company();
  const carol = node.user("carol", PLAYER);
  carol.send("JOIN #tea");
  node.clock.advance(1000);
  say(node, alice, "PRIVMSG #tea :one", "PRIVMSG carol :psst");
  const from = seconds(node);
  node.clock.advance(1000);
  const second = seconds(node);
  say(node, bob, "NOTICE #tea :two", "TOPIC #tea :no", "PRIVMSG #tea :\x01VERSION\x01");
  say(node, bob, "PRIVMSG #tea :\x01ACTION waves\x01");
  const play = (words: string): string[] => texts(told(carol, `PRIVMSG *playback :PLAY ${words}`));
  assertEquals(play("*"), ["one", "two", "\x01ACTION waves\x01", "psst"]);
  assertEquals(play("* 0"), ["one", "two", "\x01ACTION waves\x01", "psst"]);
  assertEquals(play(`#tea,alice ${from}`), ["two", "\x01ACTION waves\x01"]);
  assertEquals(play(`#tea ${second}`), ["\x01ACTION waves\x01"]);
  assertEquals(play(`#tea 0 ${second}`), ["one", "two"]);
  assertEquals(play("alice"), ["psst"]);
  assertEquals(play("#none,dave"), []);
  const [begin = "", line = ""] = told(carol, "PRIVMSG *playback :PLAY alice");
  const reference = /BATCH \+(\S+) znc\.in\/playback alice$/.exec(begin)?.[1];
  assertMatch(line, new RegExp(`^@batch=${reference};time=\\S+Z :alice!\\S+ PRIVMSG carol :psst$`));
  for (const wrong of ["", "#tea yesterday", "#tea 1 2000-01-01"]) {
    assertMatch(play(wrong).join(), /PLAY <channels/);
  }
});

Deno.test("PLAY-2 one's own words to others are told to those who know an echo", () => {
  const node = new TestNode();
  const bob = node.user("bob");
  const carol = node.user("carol", PLAYER);
  say(node, carol, "PRIVMSG bob :mine");
  say(node, bob, "PRIVMSG carol :yours");
  assertEquals(texts(told(carol, "PRIVMSG *playback :PLAY bob")), ["yours"]);
  carol.send("CAP REQ echo-message");
  assertEquals(texts(told(carol, "PRIVMSG *playback :PLAY bob")), ["mine", "yours"]);
});

Deno.test("PLAY-2 so many are told of one conversation, and every one has its part of the room", () => {
  const { node, alice } = company({ sendqBytes: 128 * 1024 });
  const carol = node.user("carol", PLAYER);
  for (const channel of ["#tea", "#milk"]) {
    for (const peer of [alice, carol]) peer.send(`JOIN ${channel}`);
    for (let n = 0; n < SETTINGS.playback + 1; n++) alice.send(`PRIVMSG ${channel} :${n}`);
  }
  const lines = told(carol, "PRIVMSG *playback :PLAY *");
  const of = (channel: string): string[] =>
    texts(lines.filter((line) => line.includes(` ${channel} `)));
  for (const channel of ["#tea", "#milk"]) {
    assert(of(channel).length > 100, `${of(channel).length} of ${channel}`);
    assertEquals(of(channel).at(-1), String(SETTINGS.playback));
  }
  const large = company({ sendqBytes: 8 * 1024 * 1024, playback: 7 });
  const dave = large.node.user("dave", PLAYER);
  dave.send("JOIN #tea");
  for (let n = 0; n < 20; n++) large.alice.send(`PRIVMSG #tea :${n}`);
  const last = ["13", "14", "15", "16", "17", "18", "19"];
  assertEquals(texts(told(dave, "PRIVMSG *playback :PLAY #tea")), last);
  const settings = { ...large.node.node.settings, playback: 2 };
  large.node.configuration.outcome = { settings, warnings: [] };
  for (const line of ["OPER root secret", "REHASH"]) large.alice.send(line);
  assertEquals(texts(told(dave, "PRIVMSG *playback :PLAY #tea")), last.slice(-2));
});

Deno.test("PLAY-3 what is joined soon after a PLAY is played too", () => {
  const { node, alice } = company({ replay: 20 });
  say(node, alice, "PRIVMSG #tea :one", "PRIVMSG #tea :two");
  const carol = node.user("carol", PLAYER);
  carol.send("PRIVMSG *playback :PLAY * 0");
  node.clock.advance(20_000);
  const lines = told(carol, "JOIN #tea");
  assertEquals(texts(lines), ["one", "two"]);
  assertMatch(lines[lines.findIndex((line) => line.includes(" 366 ")) + 1] ?? "", / BATCH \+/);
  const dave = node.user("dave", PLAYER);
  dave.send("PRIVMSG *playback :PLAY #milk 0");
  assertEquals(texts(told(dave, "JOIN #tea")), []);
  const erin = node.user("erin", PLAYER);
  erin.send("PRIVMSG *playback :PLAY * 0");
  node.clock.advance(31_000);
  assertEquals(texts(told(erin, "JOIN #tea")), []);
});

Deno.test("PLAY-4 LIST tells the first and the last time of each conversation", () => {
  const { node, alice } = company();
  const carol = node.user("carol", PLAYER);
  carol.send("JOIN #tea");
  node.clock.advance(1000);
  const first = seconds(node);
  say(node, alice, "PRIVMSG #tea :one");
  const last = seconds(node);
  say(node, alice, "PRIVMSG #tea :two");
  const psst = seconds(node);
  say(node, alice, "PRIVMSG carol :psst");
  const lines = told(carol, "PRIVMSG *playback :list");
  assertEquals(texts(lines), [`#tea ${first} ${last}`, `alice ${psst} ${psst}`]);
  assert(lines.every((line) => / :\*playback!playback@chatd\.test PRIVMSG carol /.test(line)));
});

Deno.test("PLAY-5 CLEAR moves the read marker, and nothing else", () => {
  const { node, alice } = company();
  const carol = node.user("carol", PLAYER);
  carol.send("JOIN #tea");
  say(node, alice, "PRIVMSG #tea :one");
  const now = new Date(node.clock.epoch()).toISOString();
  assertEquals(texts(told(carol, "PRIVMSG *playback :CLEAR #tea")).length, 1);
  assertMatch(told(carol, "MARKREAD #tea").join(), new RegExp(`MARKREAD #tea timestamp=${now}$`));
  assertEquals(texts(told(carol, "PRIVMSG *playback :PLAY #tea")), ["one"]);
});

Deno.test("REPLAY-1 those who can ask are told nothing unasked, nor are bots, nor anybody with 0", () => {
  const { node, alice } = company({ replay: 20 });
  say(node, alice, "PRIVMSG #tea :!op me");
  for (const capability of ["draft/chathistory", "znc.in/playback"]) {
    assertEquals(texts(told(node.user(capability.slice(0, 3), [capability]), "JOIN #tea")), []);
  }
  const bot = node.user("bot");
  bot.send("MODE bot +B");
  assertEquals(texts(told(bot, "JOIN #tea")), []);
  assertEquals(texts(told(node.user("carol"), "JOIN #tea")).length, 1);
  const none = company({ replay: 0 });
  say(none.node, none.alice, "PRIVMSG #tea :hi");
  assertEquals(texts(told(none.node.user("carol"), "JOIN #tea")), []);
});

Deno.test("REPLAY-2 the last lines come after 366, and only what one may read", () => {
  const { node, alice } = company({ replay: 3 });
  say(node, alice, ...[1, 2, 3, 4].map((n) => `PRIVMSG #tea :${n}`));
  say(node, alice, "PRIVMSG @#tea :secret", "TOPIC #tea :leaves", "PRIVMSG #tea :\x01VERSION\x01");
  const lines = told(node.user("carol", ["server-time"]), "JOIN #tea");
  assertEquals(texts(lines), ["3", "4"]);
  const end = lines.findIndex((line) => line.includes(" 366 "));
  assertEquals(lines.length, end + 3);
  say(node, alice, "MODE #tea +J");
  assertEquals(texts(told(node.user("dave"), "JOIN #tea")), []);
});

Deno.test("REPLAY-2 who was there before is told what came since", () => {
  const { node, alice, bob } = company({ replay: 20 });
  say(node, alice, "PRIVMSG #tea :seen");
  say(node, bob, "PART #tea");
  say(node, alice, "PRIVMSG #tea :missed");
  assertEquals(texts(told(bob, "JOIN #TEA")), ["[2026-01-01 00:00] missed"]);
  bob.send("PART #tea");
  node.clock.advance(1000);
  assertEquals(texts(told(bob, "JOIN #tea")), []);
  say(node, alice, "KICK #tea bob");
  say(node, alice, "PRIVMSG #tea :of bob");
  assertEquals(texts(told(bob, "JOIN #tea")), ["[2026-01-01 00:00] of bob"]);
});

Deno.test("REPLAY-3 a text with its time is cut where the line gets too long", () => {
  const { node, alice } = company({ replay: 20 });
  const most = 509 - ":alice!~alice@192-0-2-1.cloaked PRIVMSG #tea :".length;
  say(node, alice, `PRIVMSG #tea :${"x".repeat(most)}`);
  const [line = ""] = told(node.user("carol"), "JOIN #tea").slice(-1);
  assertEquals(line.length, 510);
  assertMatch(line, /PRIVMSG #tea :\[2026-01-01 00:00\] x+$/);
  const [whole] = texts(told(node.user("dave", ["server-time"]), "JOIN #tea"));
  assertEquals(whole, "x".repeat(most));
});

Deno.test("REPLAY-4 a message of several lines counts as many, and one is told at least", () => {
  const node = new TestNode({ replay: 3 });
  const alice = node.user("alice", ["batch", "draft/multiline"]);
  alice.send("JOIN #tea");
  say(node, alice, "PRIVMSG #tea :one", "PRIVMSG #tea :two", "BATCH +1 draft/multiline #tea");
  for (const text of ["a", "", "b"]) alice.send(`@batch=1 PRIVMSG #tea :${text}`);
  say(node, alice, "BATCH -1");
  const stamp = "[2026-01-01 00:00] ";
  const replayed = (nick: string, ...caps: string[]): string[] =>
    texts(told(node.user(nick, caps), "JOIN #tea"));
  assertEquals(replayed("bob"), ["two", "a", "b"].map((text) => stamp + text));
  say(node, alice, "BATCH +1 draft/multiline #tea");
  for (const text of ["c", "d", "e", "f"]) alice.send(`@batch=1 PRIVMSG #tea :${text}`);
  say(node, alice, "BATCH -1");
  assertEquals(replayed("carol", "server-time"), ["c", "d", "e", "f"]);
});

Deno.test("REPLAY-5 who is logged in and comes is told what others have said to them alone meanwhile", () => {
  // With time to come back the user is here, though no session is.
  const node = new TestNode({ replay: 2, graceMs: 3_600_000 });
  const [bob, carol] = ["bob", "carol"].map((nick) => node.user(nick)) as [TestPeer, TestPeer];
  let alice = login(node, "alice");
  say(node, bob, "PRIVMSG alice :seen");
  say(node, alice, "PRIVMSG bob :my own");
  const back = (...capabilities: readonly string[]): string[] => {
    alice = login(node, "alice", capabilities);
    return texts(alice.take());
  };
  const leave = (): void => {
    alice.close();
    node.clock.advance(1000);
  };
  leave();
  say(node, bob, ...[1, 2, 3].map((n) => `PRIVMSG alice :${n}`));
  say(node, carol, "PRIVMSG alice :psst");
  assertEquals(back("server-time"), ["2", "3", "psst"]);
  leave();
  assertEquals(back("server-time"), [], "they were told");
  leave();
  say(node, bob, "PRIVMSG alice :4");
  assertEquals(back("server-time", "draft/chathistory"), [], "it can ask");
  const other = login(node, "alice");
  assertEquals(texts(other.take()), [], "another was here");
  other.close();
  leave();
  say(node, bob, "PRIVMSG alice :5");
  node.node.store.markers.set("=alice", bob.session.user?.id ?? "", "bob", node.clock.epoch());
  assertEquals(back(), [], "it was read");
});

Deno.test("REPLAY-5 what one was here for is not told again", () => {
  const node = new TestNode({ replay: 20 });
  const bob = node.user("bob");
  const first = login(node, "alice");
  say(node, bob, "PRIVMSG alice :seen");
  first.close();
  assertEquals(texts(login(node, "alice").take()), []);
  assertEquals(texts(node.user("alicia").take()), []);
});

Deno.test("REPLAY-2 REPLAY-5 READ-1 HIST-10 what is said after the clock was set back is told to who missed it", () => {
  const node = new TestNode({ replay: 20, graceMs: 3_600_000 });
  const [bob, carol] = [node.user("bob"), node.user("carol", ["draft/chathistory"])];
  bob.send("JOIN #tea");
  let alice = login(node, "alice", ["server-time"]);
  alice.send("JOIN #tea");
  say(node, bob, "PRIVMSG #tea :before");
  alice.send("PART #tea");
  node.clock.advance(1000);
  alice.close();
  node.clock.set(-3_600_000);
  say(node, bob, "PRIVMSG #tea :after");
  alice = login(node, "alice", ["server-time"]);
  alice.close();
  node.clock.advance(1000);
  say(node, bob, "PRIVMSG alice :again");
  alice = login(node, "alice", ["server-time"]);
  assertEquals(texts(alice.take()), ["again"]);
  assertEquals(texts(told(alice, "JOIN #tea")), ["after"]);
  // One who may read from the JOIN on reads all from there, and nothing from before.
  bob.send("MODE #tea +J");
  carol.send("JOIN #tea");
  say(node, bob, "PRIVMSG #tea :then");
  assertEquals(texts(told(carol, "CHATHISTORY LATEST #tea * 9")), ["then"]);
});
