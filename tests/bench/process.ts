/**
 * What the kernel says of a process: the time it has had on the processor and the memory it holds. Linux only.
 *
 * @module
 */

/** Ticks of a second in `/proc/PID/stat`: the kernel shows them at this rate on every machine. */
const TICKS_PER_SECOND = 100;

/** One look at a process. */
export interface Usage {
  /** User and system time since it began, in microseconds. The kernel counts in steps of 10 ms. */
  readonly cpuUs: number;
  /** Of that, in the kernel. */
  readonly systemUs: number;
  /** Memory that is resident, in bytes. */
  readonly rssBytes: number;
}

/**
 * Looks at a process.
 *
 * @throws {Error} If there is no such process, or the system is not Linux.
 */
export async function usageOf(pid: number): Promise<Usage> {
  // Reading /proc ourselves would take every permission there is; `cat` needs that to run programs.
  const { stdout, success } = await new Deno.Command("cat", {
    args: [`/proc/${pid}/stat`, `/proc/${pid}/status`],
    stderr: "null",
  }).output();
  if (!success) throw new Error(`Cannot look at process ${pid}: is it there, and is this Linux?`);
  const text = new TextDecoder().decode(stdout);
  // The name of the program is in brackets and may hold anything; fields are counted after it.
  const fields = text.slice(text.indexOf(") ") + 2).split(" ");
  const user = Number(fields[11]);
  const system = Number(fields[12]);
  const rssKib = Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]);
  return {
    cpuUs: (user + system) * 1e6 / TICKS_PER_SECOND,
    systemUs: system * 1e6 / TICKS_PER_SECOND,
    rssBytes: rssKib * 1024,
  };
}

/** Bytes for people. */
export function formatBytes(bytes: number): string {
  if (Math.abs(bytes) < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** Aligned columns; those that are not told how are at the right, but for the first. */
export function formatTable(
  rows: readonly (readonly string[])[],
  sides: readonly ("left" | "right")[] = ["left"],
): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, cell.length));
  }
  const align = (cell: string, i: number): string =>
    sides[i] === "left" ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  return rows.map((row) => row.map(align).join("  ").trimEnd()).join("\n");
}
