import { assert, assertEquals } from "@std/assert";
import { plot, ticksOf } from "../../../bench/peers/plot.ts";

Deno.test("ticksOf() begins at or below the lowest value and ends at or above the highest", () => {
  assertEquals(ticksOf(3, 40), [2, 5, 10, 20, 50]);
  assertEquals(ticksOf(10, 10), [10]);
  assertEquals(ticksOf(1000, 2000), [1000, 2000]);
});

Deno.test("plot() places points within the axes, and escapes names", () => {
  const axis = { title: "x", format: String };
  const svg = plot("a < b", axis, axis, [
    { name: "one & two", colour: "#123456", points: [[10, 100], [100, 10]] },
    { name: "none", colour: "#000000", points: [] },
  ]);
  assert(svg.includes('<polyline points="70,40 610,365"'), svg);
  assert(svg.includes("one &amp; two") && svg.includes("a &lt; b") && !svg.includes("none<"));
});
