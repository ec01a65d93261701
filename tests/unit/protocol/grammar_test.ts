import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  byteLength,
  isChannelName,
  isKey,
  isMetadataKey,
  isNick,
  isRelayedName,
  isServerName,
  isUsername,
  LIMITS,
  truncate,
} from "../../../protocol/mod.ts";
import { arbitrary, matcher, unreachable } from "../../support/abnf.ts";
import { grammarOf, readSpec } from "../../support/spec.ts";

const GRAMMAR = grammarOf(readSpec());

const EMOJI = /\p{RGI_Emoji}/gv;

/** Whether there is nothing in it that NAME-7 leaves out. */
function isSeen(text: string): boolean {
  return [...text].every((character) =>
    !/^[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]$/u.test(character) &&
    character !== "\u2800" && character !== "\u{1d159}"
  );
}

/** Each rule with its expression, and what the limits still leave of it. */
const RULES: Readonly<Record<string, [(text: string) => boolean, (text: string) => boolean]>> = {
  nick: [isNick, (text) => text.length <= LIMITS.NICK.value],
  channel: [
    isChannelName,
    (text) => byteLength(text) <= LIMITS.CHANNEL.value && isSeen(text.replace(EMOJI, "")),
  ],
  "relayed-name": [
    isRelayedName,
    (text) => byteLength(text) <= LIMITS.RELAYED_NAME.value && isSeen(text.replace(EMOJI, "")),
  ],
  user: [isUsername, () => true],
  key: [isKey, (text) => text.length <= LIMITS.KEY.value],
  "metadata-key": [isMetadataKey, () => true],
  "server-name": [isServerName, (text) => text.length <= 63],
};

const NOISE = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."aZ09#~!@$%^&*()_+-=[]{}|\\;:'\",.<>/? `\x07\x7fé🫖"),
    fc.string(),
  ),
  maxLength: 6,
});

for (const [rule, [accepts, fits]] of Object.entries(RULES)) {
  Deno.test(`the expression of ${rule} accepts what the grammar derives`, () => {
    fc.assert(
      fc.property(
        arbitrary(GRAMMAR, rule),
        (text) => assertEquals(accepts(text), fits(text), text),
      ),
      { numRuns: 300 },
    );
  });

  Deno.test(`the expression of ${rule} agrees with the grammar on any text`, () => {
    const derives = matcher(GRAMMAR, rule);
    fc.assert(
      fc.property(fc.oneof(NOISE, NOISE.map((text) => "#" + text)), (text) => {
        assertEquals(accepts(text), derives(text) && fits(text), JSON.stringify(text));
      }),
      { numRuns: 500 },
    );
  });
}

Deno.test("the grammar is one: everything is reached from what is sent and stored", () => {
  const tops = [
    "line",
    "message",
    "source",
    "time-value",
    "msgid-value",
    "batch-reference",
    "label-value",
    "cause-value",
    "target",
    "mask",
    "key",
    "metadata-key",
    "mode-change",
    "capability-list",
    "userhost-reply",
    "isupport-token",
  ];
  assertEquals(unreachable(GRAMMAR, tops), []);
});

Deno.test("every line of the grammar is a message or says that it is none", () => {
  const isMessage = matcher(GRAMMAR, "message");
  const isLine = matcher(GRAMMAR, "line");
  fc.assert(
    fc.property(arbitrary(GRAMMAR, "message"), (text) => {
      assert(isLine(text + "\r\n") === !/[\r\n]/.test(text) && isMessage(text));
    }),
    { numRuns: 100 },
  );
});

Deno.test("truncate() LIMIT-1 cuts within the limit and never a character", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "🫖", "👩‍👩‍👧", "e\u0301") });
  fc.assert(
    fc.property(text, fc.nat(40), (text, bytes) => {
      const cut = truncate(text, bytes);
      assert(text.startsWith(cut) && byteLength(cut) <= bytes);
      const segments = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
      let whole = "";
      while (whole.length < cut.length) whole += segments.shift();
      assertEquals(whole, cut);
      assert(segments.length === 0 || byteLength(cut + segments[0]) > bytes);
    }),
  );
});
