import { assertEquals } from "@std/assert";
import type { HistoryEvent, MessageEvent } from "../../../client/events.ts";
import { lines, type Look, PLAIN_LOOK } from "../../../client/view.ts";

const NOW = new Date(2026, 10, 20, 13, 51);
const TERMINAL: Look = { ...PLAIN_LOOK, styled: true, coloured: true, timestamps: true };

function said(text: string, at: Date | null, more: Partial<MessageEvent> = {}): MessageEvent {
  const to = { kind: "room", room: "#tea" } as const;
  return { kind: "message", how: "text", from: "bob", own: false, to, text, at, ...more };
}

function block(more: Partial<HistoryEvent>): HistoryEvent {
  const lines = [
    said("old", new Date(2026, 10, 18, 23, 59)),
    said("yesterday", new Date(2026, 10, 19, 8, 5)),
    said("today", new Date(2026, 10, 20, 9, 0)),
  ];
  return {
    kind: "history",
    what: "latest",
    of: "#tea",
    lines,
    unreadFrom: null,
    more: false,
    ...more,
  };
}

function bare(text: string): string {
  // deno-lint-ignore no-control-regex -- styles
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}

Deno.test("002-F3 in a terminal lines from before have their times, and days where they change", () => {
  const shown = lines(block({ unreadFrom: 2 }), { ...TERMINAL, current: "#tea" }, NOW);
  assertEquals(shown.map(bare), [
    "-- the last of #tea: 3 lines --",
    "-- Wednesday 18 November 2026 --",
    "23:59 bob: old",
    "-- Thursday 19 November 2026 --",
    "08:05 bob: yesterday",
    "-- Friday 20 November 2026 --",
    "-- not read yet --",
    "09:00 bob: today",
  ]);
  // What is known already is dim, what is not is as bright as what is said now.
  assertEquals(shown[2], "\x1b[2m23:59 bob: old\x1b[0m");
  assertEquals(shown[7], lines(block({}).lines[2]!, { ...TERMINAL, current: "#tea" }, NOW)[0]);
});

Deno.test("002-F3 after lines of another day it is said that it is today", () => {
  const lone = [said("old", new Date(2026, 10, 19, 8, 5))];
  assertEquals(lines(block({ lines: lone }), TERMINAL, NOW).map(bare).slice(-2), [
    "08:05 [#tea] bob: old",
    "-- today --",
  ]);
});

Deno.test("002-F3 without a terminal each line from before has its day and time", () => {
  assertEquals(lines(block({ unreadFrom: 1 }), { ...PLAIN_LOOK, current: "#tea" }, NOW), [
    "-- the last of #tea: 3 lines --",
    "[2026-11-18 23:59] bob: old",
    "-- not read yet --",
    "[2026-11-19 08:05] bob: yesterday",
    "[2026-11-20 09:00] bob: today",
  ]);
});

Deno.test("lines from before say what they are", () => {
  const heads: readonly (readonly [Partial<HistoryEvent>, string])[] = [
    [{ what: "missed" }, "missed in #tea while you were away: 3 lines"],
    [{ what: "missed", of: "bob" }, "missed from bob while you were away: 3 lines"],
    [
      { what: "missed", more: true },
      "missed in #tea while you were away: the last 3 lines; /history #tea shows more",
    ],
    [{ what: "older" }, "older in #tea: 3 lines, the first of all"],
    [{ what: "older", more: true }, "older in #tea: 3 lines"],
    [{ what: "found", of: null }, "found: 3 lines"],
    [{ what: "found", of: null, more: true }, "found: 3 lines, and there may be more"],
  ];
  for (const [more, head] of heads) {
    assertEquals(lines(block(more), PLAIN_LOOK, NOW)[0], `-- ${head} --`);
    assertEquals(bare(lines(block(more), TERMINAL, NOW)[0]!), `-- ${head} --`);
  }
});

Deno.test("what was found has its room, and is marked where it was said to one alone", () => {
  const found = [
    said("a", NOW),
    said("b", NOW, { to: { kind: "direct", nick: "alice" } }),
    said("c", NOW, { to: { kind: "direct", nick: "carol" }, from: "alice", own: true }),
    said("d", null),
  ];
  const event = block({ what: "found", of: null, lines: found });
  assertEquals(lines(event, { ...PLAIN_LOOK, current: "#tea" }, NOW).slice(1), [
    "[2026-11-20 13:51] [#tea] bob: a",
    "[2026-11-20 13:51] bob (direct): b",
    "[2026-11-20 13:51] alice (to carol): c",
    "[2026-11-20 13:51] [#tea] bob: d",
  ]);
});
