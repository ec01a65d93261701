import { assertEquals } from "@std/assert";
import {
  clientOf,
  Ledger,
  type Seating,
  shareOf,
  speakerOf,
  speakersIn,
  Windows,
} from "../../bench/ledger.ts";

/** Two rooms of three, in each of which the first two speak. */
const ROOMS: Seating = { clients: 6, groupSize: 3, speakers: 2, hasEcho: false };

function tally({ delivered, twice, late, strange }: Ledger): Record<string, number> {
  return { delivered, twice, late, strange };
}

Deno.test("speakerOf() and clientOf() are each other's inverse", () => {
  assertEquals(speakersIn(ROOMS), 4);
  assertEquals([0, 1, 2, 3].map((speaker) => clientOf(ROOMS, speaker)), [0, 1, 3, 4]);
  assertEquals([0, 1, 2, 3, 4, 5].map((client) => speakerOf(ROOMS, client)), [0, 1, -1, 2, 3, -1]);
});

Deno.test("shareOf() keeps groups together where there are enough, and parts the only one", () => {
  const of = (seating: Seating) => [0, 1, 2, 3, 4, 5].map((i) => shareOf(seating, i, 2));
  assertEquals(of(ROOMS), [0, 0, 0, 1, 1, 1]);
  assertEquals(of({ ...ROOMS, groupSize: 6 }), [0, 1, 0, 1, 0, 1]);
});

Deno.test("take() books each line once, by reader and sender", () => {
  const ledger = new Ledger(ROOMS);
  assertEquals([ledger.take(1, 0, 1), ledger.take(2, 0, 1), ledger.take(2, 1, 1)], [
    true,
    true,
    true,
  ]);
  assertEquals(ledger.take(2, 0, 1), false);
  assertEquals(tally(ledger), { delivered: 3, twice: 1, late: 0, strange: 0 });
});

Deno.test("take() tells a line that is late from one that comes twice", () => {
  const ledger = new Ledger(ROOMS);
  assertEquals([1, 4, 2, 4, 2, 3].map((number) => ledger.take(5, 3, number)), [
    true,
    true,
    true,
    false,
    false,
    true,
  ]);
  assertEquals(tally(ledger), { delivered: 4, twice: 2, late: 2, strange: 0 });
});

Deno.test("take() finds lines of other rooms, of listeners, and of oneself strange", () => {
  const ledger = new Ledger(ROOMS);
  assertEquals([ledger.take(3, 0, 1), ledger.take(0, 2, 1), ledger.take(0, 0, 1)], [
    false,
    false,
    false,
  ]);
  assertEquals(tally(ledger), { delivered: 0, twice: 0, late: 0, strange: 3 });
  assertEquals(new Ledger({ ...ROOMS, hasEcho: true }).take(0, 0, 1), true);
});

Deno.test("Windows tells when everybody has a line, and counts anew in the same place", () => {
  const windows = new Windows([2, 1], 2);
  assertEquals([windows.add(0, 1), windows.add(0, 2), windows.add(0, 1)], [false, false, true]);
  assertEquals([...windows.whole], [1, 0]);
  assertEquals([windows.add(0, 3), windows.add(0, 2), windows.add(0, 3)], [false, true, true]);
  assertEquals(windows.add(1, 1), true);
  assertEquals([...windows.whole], [3, 1]);
});
