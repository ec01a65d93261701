/**
 * CAP with more capabilities than a line has room for.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { byteLength, CAPABILITIES, type CapabilitySpec, LIMITS } from "../../protocol/mod.ts";
import { TestNode } from "../support/node.ts";

const NAME = `${"a".repeat(63)}`;
const NAMES = Object.keys(CAPABILITIES);

Deno.test("CAP-1 CAP-6 what does not fit a line comes in several, marked but for the last", () => {
  const node = new TestNode({ name: NAME });
  const peer = node.open();
  peer.send("CAP LS 302");
  const lines = peer.take();
  assert(lines.length > 1);
  const told: string[] = [];
  for (const [index, line] of lines.entries()) {
    assert(byteLength(line) <= LIMITS.LINE.value, line);
    const begin = `:${NAME} CAP * LS ${index === lines.length - 1 ? "" : "* "}:`;
    assert(line.startsWith(begin), line);
    told.push(...line.slice(begin.length).split(" "));
  }
  assertEquals(
    told,
    Object.entries(CAPABILITIES).map(([name, { value }]: [string, CapabilitySpec]) =>
      value === undefined ? name : `${name}=${value}`
    ),
  );
});

Deno.test("CAP-1 CAP-3 CAP LIST tells all that is on, to old clients in one line", () => {
  const node = new TestNode({ name: NAME });
  for (const version of [301, 302]) {
    const peer = node.open();
    peer.send(`CAP LS ${version}`);
    for (const name of NAMES) peer.send(`CAP REQ ${name}`);
    peer.take();
    peer.send("CAP LIST");
    const lines = peer.take();
    const told = lines.map((line) => line.slice(line.lastIndexOf(" :") + 2)).join(" ").split(" ");
    if (version === 302) {
      assertEquals(told, [
        "cap-notify",
        ...NAMES.filter((n) => n !== "cap-notify"),
      ]);
    } else assertEquals(lines.length, 1);
    for (const name of told) assert(NAMES.includes(name), name);
  }
});
