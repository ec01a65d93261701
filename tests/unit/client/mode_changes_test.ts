import { assertEquals } from "@std/assert";
import { modeChanges } from "../../../client/mode_changes.ts";
import { newSession } from "../../../client/session.ts";

/** The changes as text. */
function changes(target: string, params: string, isupport: Record<string, string> = {}): string {
  const state = newSession("alice", { notices: true, exitWord: true });
  for (const [name, value] of Object.entries(isupport)) state.isupport.set(name, value);
  return modeChanges(state, target, params.split(" "))
    .map(({ sign, letter, value }) => `${sign}${letter}${value === null ? "" : `=${value}`}`)
    .join(" ");
}

Deno.test("modeChanges() gives each letter its parameter, as the server says or as it has always been", () => {
  assertEquals(changes("#a", "+ok-l+l bob sesame 5"), "+o=bob +k=sesame -l +l=5");
  assertEquals(changes("#a", "nt-bk *!*@x"), "+n +t -b=*!*@x -k");
  const isupport = { CHANMODES: "bq,k,lj,nt", PREFIX: "(qo)~@" };
  assertEquals(changes("#a", "+qjk-j+o a 5:5 key bob", isupport), "+q=a +j=5:5 +k=key -j +o=bob");
  assertEquals(changes("alice", "+ik-w x"), "+i +k -w");
  assertEquals(changes("#a", ""), "");
});
