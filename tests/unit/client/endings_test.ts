import { assertEquals } from "@std/assert";
import { isFinal } from "../../../client/endings.ts";
import { CLOSE_REASONS, type CloseReason, errorText } from "../../../server/core/close_reason.ts";
import { message } from "./support.ts";

const FINAL = [
  ":root!r@h KILL alice :spam",
  ":chat 465 alice :You are banned from this server.",
  ":chat 463 alice :Your host isn't among the privileged",
  "ERROR :Closing Link: h (Killed (root (spam)))",
  "ERROR :Closing Link: h (K-Lined)",
  "ERROR :Closing Link: h (G:Lined: go away)",
  "ERROR :Closing link: (~u@h) [Z-lined: spam]",
  "ERROR :Closing Link: h (AKILL ID:x)",
  "ERROR :Closing Link: h (Autokilled: spam)",
  "ERROR :Closing link: (~u@h) [Banned: spam]",
  "ERROR :You are banned from this server- try elsewhere",
  "ERROR :Closing Link: h (*** Banned: listed in DNSBL)",
  "ERROR :Closing Link: h (Bad Password)",
  "ERROR :The password is missing or wrong.",
  "ERROR :Closing Link: h (Too many host connections (local))",
  "ERROR :Closing Link: h (No more connections allowed from your host)",
  "ERROR :Session limit exceeded",
  "ERROR :Closing Link: h (You are not authorized to connect to this server)",
];

for (const line of FINAL) {
  Deno.test(`isFinal() nobody comes back after ${line}`, () => {
    assertEquals(isFinal(message(line)), true);
  });
}

const PASSING = [
  ":chat 001 alice :You were banned once",
  ":chat NOTICE alice :You have been killed",
  ":bob!b@h PRIVMSG alice :banned",
  ":chat 464 alice :Password incorrect",
  "ERROR :Closing Link: h (Ping timeout: 120 seconds)",
  "ERROR :Closing Link: h (Excess Flood)",
  "ERROR :SendQ exceeded",
  "ERROR :Closing Link: h (Killed (irc.example (Nick collision)))",
  "ERROR :The server is full. Try again later.",
  "ERROR :Closing Link: h (Too many connections, try again later)",
  "ERROR :Trying to reconnect too fast.",
  "ERROR :Closing Link: h (Throttled: too many connections from your host)",
  "ERROR :Server Terminating. Restarting",
  "ERROR :Closing Link: h (Quit: gone)",
  "ERROR",
];

for (const line of PASSING) {
  Deno.test(`isFinal() the client comes back after ${line}`, () => {
    assertEquals(isFinal(message(line)), false);
  });
}

Deno.test("isFinal() of the ends that this server gives: KILL and bans, and no other", () => {
  const reasons: CloseReason[] = [
    { kind: "quit", text: "bye" },
    { kind: "moved", to: "alice" },
    { kind: "lost", detail: "eof" },
    { kind: "ping-timeout", seconds: 90 },
    { kind: "registration-timeout" },
    { kind: "sendq-exceeded" },
    { kind: "flood" },
    { kind: "killed", by: "root", text: "spam" },
    { kind: "banned", text: "spam" },
    { kind: "refused", text: "The server is full. Try again later." },
    { kind: "shutdown" },
    { kind: "internal-error" },
  ];
  assertEquals(reasons.map(({ kind }) => kind).sort(), Object.keys(CLOSE_REASONS).sort());
  const final = reasons.filter((reason) =>
    isFinal({ tags: null, source: null, command: "ERROR", params: [errorText(reason, "~u@h")] })
  );
  assertEquals(final.map(({ kind }) => kind), ["killed", "banned"]);
});
