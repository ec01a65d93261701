import { assertEquals } from "@std/assert";
import { Batches } from "../../../client/batches.ts";
import { formatMessage } from "../../../protocol/message.ts";
import { message } from "./support.ts";

/** What comes out of these lines: messages to be taken in now, and batches as a whole. */
function sorted(...lines: readonly string[]): string[] {
  const batches = new Batches((type) => type === "chathistory");
  return lines.flatMap((line) => {
    const sorted = batches.sort(message(line));
    switch (sorted.is) {
      case "live":
        return [line];
      case "several":
        return sorted.messages.map(formatMessage);
      case "whole":
        return ["whole", ...sorted.batch.messages.map(formatMessage)];
      case "gathered":
        return [];
    }
  });
}

const LINES = [
  "@batch=x :bob!b@h PRIVMSG #tea :",
  "@batch=x :bob!b@h PRIVMSG #tea :one ",
  "@batch=x;draft/multiline-concat :bob!b@h PRIVMSG #tea :two",
  "@batch=x :bob!b@h PRIVMSG #tea :",
  "@batch=x :bob!b@h PRIVMSG #tea :three",
];

Deno.test("Batches a message of several lines becomes several, of which the first has its id", () => {
  assertEquals(
    sorted(
      "@msgid=m1;time=t1;label=c1 :bob!b@h BATCH +x draft/multiline #tea",
      ...LINES,
      "PING x",
      ":bob!b@h BATCH -x",
    ),
    [
      "PING x",
      "@msgid=m1;time=t1;label=c1 :bob!b@h PRIVMSG #tea :one two",
      "@time=t1;label=c1 :bob!b@h PRIVMSG #tea :three",
    ],
  );
});

Deno.test("Batches a message of several lines in another batch is gathered with it", () => {
  assertEquals(
    sorted(
      ":chat BATCH +h chathistory #tea",
      "@batch=h;msgid=m0 :bob!b@h PRIVMSG #tea :zero",
      "@batch=h;msgid=m1;time=t1 :bob!b@h BATCH +x draft/multiline #tea",
      ...LINES,
      ":bob!b@h BATCH -x",
      "@batch=h;msgid=m2 :bob!b@h PRIVMSG #tea :four",
      ":chat BATCH -h",
    ),
    [
      "whole",
      "@batch=h;msgid=m0 :bob!b@h PRIVMSG #tea :zero",
      "@msgid=m1;time=t1 :bob!b@h PRIVMSG #tea :one two",
      "@time=t1 :bob!b@h PRIVMSG #tea :three",
      "@batch=h;msgid=m2 :bob!b@h PRIVMSG #tea :four",
    ],
  );
});

Deno.test("Batches what nobody waits for is taken in one by one", () => {
  const lines = [
    ":chat BATCH +l labeled-response",
    "@batch=l :chat 301 alice bob :tea",
    ":chat BATCH -l",
  ];
  assertEquals(sorted(...lines), lines);
});
