/** The tests of what the specification says, with its transcripts. */
import { importTests } from "./support/import_tests.ts";

await importTests(new URL("./conformance/", import.meta.url).pathname);
