import { assertEquals } from "@std/assert";
import { passwordProblem } from "../../../../server/core/account_password.ts";

Deno.test("passwordProblem() REGISTER-5 finds what is too short, too long, too near to the name, or not to be typed", () => {
  const codeOf = (password: string): unknown => passwordProblem("Alice", password)?.code ?? null;
  for (
    const right of [
      "tea & milk",
      "hunter22",
      "пароль12",
      "🫖🫖🫖🫖🫖🫖🫖🫖",
      "alice in wonderland",
      "x".repeat(300),
    ]
  ) {
    assertEquals(codeOf(right), null, right);
  }
  for (
    const weak of [
      "",
      "hunter2",
      "alice123",
      "ALICEalice",
      "a\u00ad\u00ad\u00ad\u00ad\u00ad\u00ad\u00ad",
    ]
  ) {
    assertEquals(codeOf(weak), "WEAK_PASSWORD", weak);
  }
  for (const wrong of ["tea\u0007milk", "x".repeat(301), "\u00ad", "\ufffdteamilk"]) {
    assertEquals(codeOf(wrong), "UNACCEPTABLE_PASSWORD", wrong);
  }
});
