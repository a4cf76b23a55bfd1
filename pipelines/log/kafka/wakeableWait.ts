/** A wait that another may end before its time. One at a time. */
export class WakeableWait {
  #wake: (() => void) | null = null;

  async sleep(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }

  /** Nothing where nobody waits. */
  wake(): void {
    this.#wake?.();
  }
}
