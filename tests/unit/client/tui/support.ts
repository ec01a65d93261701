/** What tests of the terminal share: one in memory. */

import type { TerminalIo } from "../../../../client/tui/screen.ts";
import { VirtualScreen } from "../../../support/vt.ts";

const ENCODER = new TextEncoder();

/** A terminal in memory: what is written is drawn, what is typed is read. */
export class MemoryTerminal implements TerminalIo {
  readonly screen: VirtualScreen;
  writes: string[] = [];
  raw = false;
  broken = false;
  size: number;
  readonly #signals = new Map<string, Set<() => void>>();
  readonly #ends = new Set<() => void>();
  #typed: string[] = [];
  #wake: (() => void) | null = null;

  constructor(columns = 40, rows = 6) {
    this.size = columns;
    this.screen = new VirtualScreen(columns, rows);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#typed.length === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const keys = this.#typed.shift()!;
    return keys === "" ? null : ENCODER.encodeInto(keys, buffer).written;
  }

  write(text: string): void {
    if (this.broken) throw new Error("gone");
    this.writes.push(text);
    this.screen.write(text);
  }

  setRaw(on: boolean): void {
    this.raw = on;
  }

  columns(): number {
    return this.size;
  }

  onSignal(signal: string, handler: () => void): () => void {
    const handlers = this.#signals.get(signal) ?? new Set();
    this.#signals.set(signal, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  onEnd(handler: () => void): () => void {
    this.#ends.add(handler);
    return () => this.#ends.delete(handler);
  }

  /** Handlers that are still there. */
  get handlers(): number {
    return [...this.#signals.values()].reduce((sum, set) => sum + set.size, this.#ends.size);
  }

  signal(name: string): void {
    for (const handler of [...this.#signals.get(name) ?? []]) handler();
  }

  /** The program ends by an error that nobody caught. */
  end(): void {
    for (const handler of [...this.#ends]) handler();
  }

  /** Types, and lets the program react; an empty text is the end of input. */
  async type(keys: string): Promise<void> {
    this.#typed.push(keys);
    this.#wake?.();
    await turns();
  }
}

/** Lets everything that is due happen. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
