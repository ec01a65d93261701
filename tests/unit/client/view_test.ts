import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import type { MessageEvent, ViewEvent } from "../../../client/events.ts";
import { lines, type Look, PLAIN_LOOK } from "../../../client/view.ts";

const TERMINAL: Look = {
  styled: true,
  coloured: true,
  timestamps: true,
  current: "#lobby",
  quiet: false,
  columns: 80,
};

const HELLO: ViewEvent = {
  kind: "message",
  how: "text",
  from: "bob",
  own: false,
  to: { kind: "room", room: "#Lobby" },
  text: "hi \x02you\x02",
  at: new Date(2026, 0, 2, 3, 4),
};

Deno.test("lines() plain: name, colon, text and nothing else", () => {
  assertEquals(lines(HELLO, { ...PLAIN_LOOK, current: "#lobby" }), ["bob: hi you"]);
});

Deno.test("lines() in a terminal: the server's time, a colour and styles", () => {
  const [line = ""] = lines(HELLO, TERMINAL);
  assertMatch(line, /03:04/);
  // deno-lint-ignore no-control-regex -- styles
  assertEquals(line.replace(/\x1b\[[0-9;]*m/g, ""), "03:04 bob: hi you");
  assert(!lines(HELLO, { ...TERMINAL, coloured: false })[0]!.includes("\x1b[3"));
});

Deno.test("lines() a line that was never taken", () => {
  assertEquals(lines({ kind: "unsent", text: "hi" }, PLAIN_LOOK), ["server: Not sent: hi"]);
  const text = " /msg NickServ identify\nhunter2";
  assertEquals(lines({ kind: "unsent", text }, PLAIN_LOOK), [
    "server: Not sent:  /msg NickServ identify ***",
  ]);
});

Deno.test("lines() quiet leaves out banner and hints only", () => {
  const quiet = { ...PLAIN_LOOK, quiet: true };
  assertEquals(lines({ kind: "motd", lines: ["x"] }, quiet), []);
  assertEquals(lines({ kind: "connecting", address: "a:1" }, quiet), []);
  assertEquals(lines({ kind: "connected", nick: "user1", asked: false }, quiet), [
    "server: Connected to the server!",
  ]);
});

Deno.test("lines() whatever a stranger writes: one line each, no control characters", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(fc.property(text, text, text, (a, b, c) => {
    const events: ViewEvent[] = [
      { ...HELLO, from: a, to: { kind: "room", room: b }, text: c } as ViewEvent,
      { ...HELLO, how: "action", to: { kind: "direct", nick: b }, text: c } as ViewEvent,
      { kind: "server", text: a },
      { kind: "motd", lines: [a, b] },
      { kind: "lines", lines: [c] },
      { kind: "users", users: [{ nick: a, away: true, you: false }] },
      { kind: "rooms", rooms: [{ room: a, users: 1, topic: b }] },
      { kind: "joined", nick: a, room: b, own: false, asked: false, lobby: false },
      { kind: "left", nick: a, room: b, own: false, reason: c },
      { kind: "gone", nick: a, cause: "killed", reason: c },
      { kind: "kicked", nick: a, own: false, by: b, room: c, reason: c },
      { kind: "renamed", from: a, to: b, own: false },
      { kind: "topic", room: a, by: b, topic: c },
      { kind: "mode", by: a, target: b, change: c },
      { kind: "invited", by: a, nick: b, room: c },
      { kind: "members", room: a, nicks: [b, c] },
      { kind: "unsent", text: a },
      {
        kind: "history",
        what: "missed",
        of: a,
        lines: [{ ...HELLO, from: b, text: c } as MessageEvent],
        unreadFrom: null,
        more: true,
      },
    ];
    for (const event of events) {
      for (const line of lines(event, PLAIN_LOOK)) assert(!/\p{Cc}/u.test(line));
      for (const line of lines(event, TERMINAL)) {
        // deno-lint-ignore no-control-regex -- styles
        assert(!/\p{Cc}/u.test(line.replace(/\x1b\[[0-9;]*m/g, "")));
      }
    }
  }));
});
