/**
 * Clients in a process of their own, that can be killed as a machine kills: without a word.
 *
 * @module
 */
import { Transcription } from "../support/daemon.ts";

/** How long it may take until thousands are registered. */
const READY_WITHIN_MS = 120_000;

/** A process that holds clients named PREFIX0, PREFIX1, …. */
export class Holder {
  readonly #child: Deno.ChildProcess;
  readonly #said: Transcription;

  private constructor(child: Deno.ChildProcess, said: Transcription) {
    this.#child = child;
    this.#said = said;
  }

  /**
   * Starts it, and waits until all its clients are registered.
   *
   * @param pass What they give with PASS.
   */
  static async start(port: number, prefix: string, count: number, pass?: string): Promise<Holder> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-q",
        "--no-prompt",
        "--allow-net=127.0.0.1",
        new URL("./holder.ts", import.meta.url).href,
        String(port),
        prefix,
        String(count),
        ...pass === undefined ? [] : [pass],
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const said = new Transcription(child.stdout);
    await said.until("ready", 0, READY_WITHIN_MS);
    return new Holder(child, said);
  }

  /** Ends it with SIGKILL: the kernel closes what it had open. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch { /* it has ended already */ }
    await this.#child.status;
    await this.#said.done;
  }
}
