/** Frames as a log carries them, written by avsc alone. */
import avro from 'avsc';

export interface SentFrame {
  readonly tenant: string;
  readonly site: string;
  readonly well: string;
  readonly stream: string;
  readonly epoch: number;
  readonly seq: number;
  readonly t0: number;
  readonly historical: boolean;
  readonly series: readonly {
    readonly tag: string;
    readonly dtMs: readonly number[];
    readonly value: readonly number[];
    readonly quality: Buffer;
  }[];
}

export interface FrameSchema {
  readonly id: number;
  readonly text: string;
}

/** Byte 0, the schema's id as int32 big-endian, the value. */
export function frameEncoder({ id, text }: FrameSchema): (frame: SentFrame) => Buffer {
  const type = avro.Type.forSchema(JSON.parse(text) as avro.Schema);
  const header = Buffer.alloc(5);
  header.writeInt32BE(id, 1);
  return (frame) => Buffer.concat([header, type.toBuffer(frame)]);
}
