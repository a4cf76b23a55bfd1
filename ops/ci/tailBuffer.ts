/** Keeps the end of a long output: what came before a failure is worth more than how it all began. */

export class TailBuffer {
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private dropped = 0;

  private readonly bytesMax: number;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.bytes += chunk.byteLength;
    let first = this.chunks[0];
    while (first !== undefined && this.bytes > this.bytesMax) {
      const excess = Math.min(this.bytes - this.bytesMax, first.byteLength);
      if (excess === first.byteLength) this.chunks.shift();
      else this.chunks[0] = first.subarray(excess);
      this.bytes -= excess;
      this.dropped += excess;
      first = this.chunks[0];
    }
  }

  text(): string {
    const kept = Buffer.concat(this.chunks).toString('utf8');
    return this.dropped === 0 ? kept : `… ${this.dropped} bytes before this were dropped …\n${kept}`;
  }
}
