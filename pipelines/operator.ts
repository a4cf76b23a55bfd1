/** The shape of a step in the stream: pure over its state, fed frame by frame, told the time once a cycle. */

/** The wall clock as the cycle sees it: read once, stored with the task, never going back, so that a replay decides alike. */
export interface CycleClock {
  readonly nowMs: number;
}

export type Emit<Out> = (output: Out) => void;

/** Receives the state of one operator, key by key. Bytes are copied before the call returns. */
export interface StateWriter {
  put(key: number, value: Uint8Array): void;
  remove(key: number): void;
}

/**
 * State that survives the process, kept by key (a well's id, or several keys a well). Small: it is written each cycle, changed keys only.
 * `drainChanges` and `drainAll` leave every key clean; if the commit that carries them does not go through, the same bytes
 * are sent again or the whole task is restored: nothing is marked dirty anew.
 */
export interface KeyedState {
  /** Raised when the bytes change their meaning; another version is refused at restore, never guessed. */
  readonly version: number;
  drainChanges(out: StateWriter): void;
  drainAll(out: StateWriter): void;
  restore(key: number, value: Uint8Array): void;
}

/**
 * One step. What `emit` is handed belongs to the operator and is valid only during the call, as is `input`: whoever keeps
 * a part of it copies that part. Never asynchronous: what must be fetched is fetched between cycles by the worker.
 */
export interface Operator<In, Out> {
  /** Stable in a topology: the name under which its state is stored. */
  readonly name: string;
  process(input: In, emit: Emit<Out>): void;
  /** Once a cycle, after its inputs, operators in order of the flow: what the clock decides, what was held for a batch. */
  endCycle?(clock: CycleClock, emit: Emit<Out>): void;
  readonly state?: KeyedState;
  /** Greatest watermark of its wells, Unix ms; null before the first frame. For those who watch: nothing is decided by it. */
  watermarkMs?(): number | null;
  /** Frees what the garbage collector does not (tensors). */
  dispose?(): void;
}
