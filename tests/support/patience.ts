/**
 * Waiting that ends: every wait of a test has a limit, and says what it has waited for.
 *
 * @module
 */

/** How long a test waits for something that never comes, unless told. */
export const PATIENCE_MS = 15_000;

/**
 * Gives what is awaited, or fails after a while.
 *
 * @param what What is waited for, as the failure says it.
 * @param seen What has come instead.
 */
export async function soon<T>(
  what: string,
  awaited: Promise<T>,
  seen: () => string = () => "",
  patienceMs: number = PATIENCE_MS,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`Waited for ${what}: not within ${patienceMs} ms.\n${seen()}`)),
      patienceMs,
    );
  });
  try {
    return await Promise.race([awaited, late]);
  } finally {
    clearTimeout(timer);
  }
}
