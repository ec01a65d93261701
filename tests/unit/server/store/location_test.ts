import { assertEquals } from "@std/assert";
import { defaultDataFile } from "../../../../server/store/location.ts";

function locate(env: Record<string, string>, os: typeof Deno.build.os = "linux"): string | null {
  return defaultDataFile((name) => env[name], os);
}

Deno.test("defaultDataFile() STORE-1 is where a service manager says, or where the system keeps such things", () => {
  assertEquals(locate({ STATE_DIRECTORY: "/var/lib/chatd:/x" }), "/var/lib/chatd/chatd.db");
  assertEquals(locate({ XDG_STATE_HOME: "/s", HOME: "/h" }), "/s/chatd/chatd.db");
  assertEquals(locate({ XDG_STATE_HOME: "", HOME: "/h" }), "/h/.local/state/chatd/chatd.db");
  assertEquals(locate({ HOME: "/h" }, "darwin"), "/h/Library/Application Support/chatd/chatd.db");
  assertEquals(locate({ LOCALAPPDATA: "C:\\l" }, "windows"), "C:\\l\\chatd\\chatd.db");
  assertEquals(locate({}), null);
});
