/** The unit tests. */
import { importTests } from "./support/import_tests.ts";

await importTests(new URL("./unit/", import.meta.url).pathname);
