import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  formatMessage,
  isParseFailure,
  type Message,
  parseMessage,
} from "../../../protocol/message.ts";
import { arbitrary, matcher } from "../../support/abnf.ts";
import { grammarOf, readSpec } from "../../support/spec.ts";
import {
  BAD_LINES,
  JOIN_VECTORS,
  type MessageVector,
  SPLIT_VECTORS,
} from "../../vectors/messages.ts";

const GRAMMAR = grammarOf(readSpec());

function messageOf({ tags, source, command, params }: MessageVector): Message {
  return {
    tags: tags === undefined ? null : new Map(Object.entries(tags)),
    source: source ?? null,
    command,
    params: params ?? [],
  };
}

function parsed(line: string): Message {
  const message = parseMessage(line);
  assert(!isParseFailure(message), `refused: ${JSON.stringify(line)}`);
  return message;
}

for (const vector of [...JOIN_VECTORS, ...SPLIT_VECTORS]) {
  Deno.test(`parseMessage() MSG-1 MSG-2 MSG-4 TAG-1 TAG-2 reads ${JSON.stringify(vector.line)}`, () => {
    assertEquals(parsed(vector.line), messageOf(vector));
  });
}

for (const vector of JOIN_VECTORS) {
  Deno.test(`formatMessage() writes ${JSON.stringify(vector.line)}`, () => {
    assertEquals(formatMessage(messageOf(vector)), vector.line);
  });
}

Deno.test("parseMessage() MSG-5 FRAME-2 refuses what is no message", () => {
  for (const line of BAD_LINES) {
    const result = parseMessage(line);
    assert(isParseFailure(result), JSON.stringify(line));
    assertEquals(result.failure === "empty", line.trim() === "", JSON.stringify(line));
  }
});

Deno.test("parseMessage() reads every line of the grammar, and formatMessage() says the same", () => {
  fc.assert(
    fc.property(arbitrary(GRAMMAR, "message"), (line) => {
      const message = parsed(line);
      assert(message.params.length <= 15);
      assertEquals(parsed(formatMessage(message)), normalized(message));
    }),
    { numRuns: 500 },
  );
});

/** An empty tag section is the same as none. */
function normalized(message: Message): Message {
  return message.tags?.size === 0 ? { ...message, tags: null } : message;
}

Deno.test("formatMessage() writes only lines of the grammar", () => {
  const isMessage = matcher(GRAMMAR, "message");
  fc.assert(
    fc.property(arbitrary(GRAMMAR, "message"), (line) => {
      const written = formatMessage(parsed(line));
      assert(isMessage(written), written);
    }),
    { numRuns: 150 },
  );
});

Deno.test("parseMessage() never throws and keeps its promises on any text", () => {
  const noise = fc.string({ unit: fc.constantFrom(..."@:; =\\\r\n\0ab1é🫖") });
  fc.assert(
    fc.property(
      fc.oneof(
        noise,
        fc.string({ unit: fc.nat(0x10ffff).map((code) => String.fromCodePoint(code)) }),
      ),
      (line) => {
        const message = parseMessage(line);
        if (isParseFailure(message)) return;
        assert(message.params.length <= 15);
        for (const param of message.params.slice(0, -1)) {
          assert(param !== "" && !param.includes(" ") && !param.startsWith(":"));
        }
        assert(/^([A-Z]+|[0-9]{3})$/.test(message.command));
        assert(message.source === null || !message.source.includes(" "));
      },
    ),
    { numRuns: 2000 },
  );
});

const WORD = fc.string({ unit: fc.constantFrom(..."ab:#é🫖,1") }).filter((word) =>
  word !== "" && !word.startsWith(":")
);
const TEXT = fc.string({ unit: fc.constantFrom(..." ab:#é🫖@\\;") });

Deno.test("formatMessage() and parseMessage() round-trip any message", () => {
  const message = fc.record({
    tags: fc.option(
      fc.uniqueArray(fc.tuple(fc.stringMatching(/^\+?([a-z.]+\/)?[a-z0-9-]+$/), fc.string()), {
        selector: ([key]) => key,
        minLength: 1,
      }).map((entries) =>
        new Map(entries.map(([key, value]) => [key, value.replaceAll("\0", "")]))
      ),
    ),
    source: fc.option(WORD),
    command: fc.oneof(fc.stringMatching(/^[A-Z]+$/), fc.stringMatching(/^[0-9]{3}$/)),
    params: fc.tuple(fc.array(WORD, { maxLength: 14 }), fc.array(TEXT, { maxLength: 1 })).map(
      (parts) => parts.flat(),
    ),
  });
  fc.assert(
    fc.property(message, (message) => assertEquals(parsed(formatMessage(message)), message)),
    { numRuns: 500 },
  );
});

Deno.test("formatMessage() refuses whatever would inject", () => {
  const bad: readonly (Partial<Message> & Pick<Message, "command">)[] = [
    { command: "" },
    { command: "P ING" },
    { command: "PING\r\nQUIT" },
    { command: "12" },
    { command: "PING", params: ["a\r\nQUIT"] },
    { command: "PING", params: ["a\nQUIT"] },
    { command: "PING", params: ["a\rQUIT"] },
    { command: "PING", params: ["a\0b"] },
    { command: "PING", params: ["a b", "c"] },
    { command: "PING", params: ["", "c"] },
    { command: "PING", params: [":a", "c"] },
    { command: "PING", params: Array.from({ length: 16 }, () => "x") },
    { command: "PING", source: "" },
    { command: "PING", source: "a b" },
    { command: "PING", source: "a\nb" },
    { command: "PING", tags: new Map([["a b", "c"]]) },
    { command: "PING", tags: new Map([["a;b", "c"]]) },
    { command: "PING", tags: new Map([["a=b", "c"]]) },
    { command: "PING", tags: new Map([["", "c"]]) },
    { command: "PING", tags: new Map([["a\n", "c"]]) },
    { command: "PING", tags: new Map([["a", "\0"]]) },
  ];
  for (const message of bad) {
    assertThrows(() => formatMessage(message), TypeError, undefined);
  }
});

Deno.test("formatMessage() gives one line and the same parameters, or throws", () => {
  const any = fc.string({ unit: fc.constantFrom(..." :ab\r\n\0;@") });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 4 }), fc.option(any), (params, source) => {
      let line: string;
      try {
        line = formatMessage({ command: "PRIVMSG", params, source });
      } catch (error) {
        assert(error instanceof TypeError);
        return;
      }
      const message = parsed(line);
      assertEquals({ params: message.params, source: message.source }, { params, source });
      assert(!/[\0\r\n]/.test(line));
    }),
    { numRuns: 1000 },
  );
});
