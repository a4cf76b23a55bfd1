/** One schedule: traffic, workers and faults of one seed, to the end at which nothing may be lost and nothing there twice. */
import { DatabaseError } from 'pg';
import { fencedWaitMs } from '#pipelines/workers/taskOwnership.js';
import { createRandom, seedOf } from '../random.js';
import { compareSentLetters, compareStored } from '../truth/compareStored.js';
import { judgeRecords } from '../truth/judgeRecords.js';
import { readStored } from '../truth/readStored.js';
import { closingTag, makeTraffic, type TrafficRecord } from '../truth/traffic.js';
import { compareRuns } from './compareRuns.js';
import { Coverage } from './coverage.js';
import { FaultPlan } from './faultPlan.js';
import { type Gate, Gates, type Point, type Process } from './gates.js';
import { Group } from './group.js';
import { Ledger } from './ledger.js';
import { SimulatedLog } from './simulatedLog.js';
import { SimulatedWorker } from './simulatedWorker.js';
import { runUndisturbed } from './singleWorker.js';
import {
  type Listener,
  schema,
  type Stage,
  stageWells,
  tenant,
  topology,
  unknownSchemaId,
  windowOptions,
} from './stage.js';
import { measureBy, sleepAtGates } from './virtualTime.js';
import type { HeldMessage } from './wires.js';

export interface Played {
  readonly seed: number;
  /** Every law that was broken, and every difference from the truth. */
  readonly failures: readonly string[];
  /** Everything that the schedule decided, in order: the same for the same seed. */
  readonly trace: readonly string[];
  readonly coverage: Coverage;
}

const partitions = 3;
const startMs = Date.UTC(2026, 8, 21, 14);
/** Traffic is not kept up for ever. */
const troubledStepsMax = 1_500;
const behindTrafficMsMax = 10 * 60_000;
/** After the last fault: between one commit and the next, and to the end. */
const idleStepsMax = 3_000;
const drainStepsMax = 30_000;
/** What a poll brings at most: little while there are faults, so that they meet many cycles; much when all is to end. */
const portions = { troubled: 6, quiet: 60 };
const quietCycleRows = 1_000;
/** Decisions that a hung process misses at most: enough for another to claim its tasks and commit. */
const hungStepsMax = 250;
/** How readily what waits there goes on, where it is not 1: loops poll for ever. */
const weights: ReadonlyMap<Point, number> = new Map([
  ['poll', 0.35],
  ['sleep', 0.2],
  ['again', 0.2],
  // Slow ones: that others overtake them is what they must bear.
  ['fold read', 0.2],
  ['fold write', 0.2],
  ['commit fence', 0.5],
]);
/** Polls in which a worker must have done all that a cycle's clock can still bring. */
const lastPolls = 4;

export async function playSchedule(stage: Stage, seed: number): Promise<Played> {
  await stage.reset();
  const play = new Play(stage, seed);
  stage.listener = play;
  sleepAtGates(play.gates);
  measureBy(() => play.nowMs);
  try {
    await play.run();
  } catch (error) {
    play.failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    play.end();
    sleepAtGates(null);
    measureBy(null);
    stage.listener = null;
  }
  return { seed, failures: play.failures, trace: play.trace, coverage: play.coverage };
}

class Play implements Listener {
  readonly gates = new Gates();
  readonly failures: string[] = [];
  readonly trace: string[] = [];
  readonly coverage = new Coverage();
  readonly #stage: Stage;
  readonly #random;
  readonly #plan: FaultPlan;
  readonly #ledger: Ledger;
  readonly #group: Group;
  readonly #log: SimulatedLog;
  readonly #traffic: TrafficRecord[];
  readonly #held: HeldMessage[] = [];
  /** Dead, and the server has not noticed. */
  readonly #unnoticed: Process[] = [];
  /** Stopped, and when they go on. */
  readonly #hung = new Map<SimulatedWorker, number>();
  readonly #speeds = new Map<string, number>();
  readonly #limits: { cycleRowsMax: number; readonly cycleBytesMax: number; readonly cycleAgeMs: number };
  #nowMs = startMs;
  #restSinceMs = startMs;
  /** Polls of each worker at that time. */
  #pollsBefore = new Map<SimulatedWorker, number>();
  #heldArriveSoon = false;
  #troubled = true;

  constructor(stage: Stage, seed: number) {
    this.#stage = stage;
    this.#random = createRandom(seed);
    const random = this.#random;
    this.#plan = new FaultPlan(random, 3 + random.below(8));
    this.#ledger = new Ledger(stage.pool);
    this.#log = new SimulatedLog(partitions, topology.topics);
    this.#traffic = makeTraffic({
      random: createRandom(seedOf(seed, 1)),
      wells: stageWells,
      schema,
      unknownSchemaId,
      startMs,
      minutes: 5,
      frameMs: 30_000,
      spoilt: 0.25,
    });
    this.#limits = {
      cycleRowsMax: random.pick([4, 20, 1_000]),
      cycleBytesMax: 1_000_000,
      cycleAgeMs: random.pick([200, 500, 2_000]),
    };
    const segmentsMax = random.pick([2, 4]);
    this.#group = new Group({
      random,
      tasks: Array.from({ length: partitions }, (_, task) => task),
      saw: (event) => this.coverage.saw(event),
      trace: (what) => this.trace.push(what),
      start: (name) => {
        this.#speeds.set(name, random.pick([1, 1, 0.15]));
        return new SimulatedWorker({
          name,
          topology,
          open: stage.open,
          thread: stage.thread,
          gates: this.gates,
          wires: stage.wires,
          log: this.#log,
          ledger: this.#ledger,
          random,
          limits: this.#limits,
          portionMax: () => (this.#troubled ? portions.troubled : portions.quiet),
          segmentsMax,
          mutation: stage.mutation.worker?.() ?? {},
          now: () => this.#nowMs,
          pass: (ms) => this.#pass(ms),
          broken: (what) => this.failures.push(what),
          saw: (event) => this.coverage.saw(event),
        });
      },
    });
  }

  /** Troubled times, then none: after the last fault all must come to its end. */
  async run(): Promise<void> {
    this.#group.join();
    this.#group.join();
    await this.gates.settled();
    while (this.#traffic.length > 0 && this.coverage.steps < troubledStepsMax && !this.#failed) {
      await this.#disturb();
      await this.#step();
    }
    this.#troubled = false;
    // Whatever is left has met its faults: it need not take its time.
    this.#speeds.clear();
    this.#limits.cycleRowsMax = quietCycleRows;
    this.#wake(Number.POSITIVE_INFINITY);
    this.trace.push('no more faults');
    this.#append(this.#traffic.length);
    await this.#drain('every record committed', () => this.#isConsumed);
    this.#nowMs += 2 * windowOptions.idleTimeoutMs;
    this.#restIsOver();
    await this.#drain('all said that there is to say', () => this.#isQuiet);
    // Not stopped: what a last cycle had to say would be left to a next owner, who never comes.
    if (!this.#failed) await this.#compare();
  }

  /** Whatever is left of the processes must not go on in the next schedule. */
  end(): void {
    for (const worker of this.#group.living) worker.dead = true;
    this.coverage.schedules = 1;
  }

  async arrived(_process: Process, text: string, error: unknown, values: readonly unknown[]): Promise<void> {
    const advanced = /balancin\.advance\('(.*)'\)/s.exec(text)?.[1];
    if (advanced !== undefined) {
      if (error === null) this.#ledger.stands(JSON.parse(advanced.replaceAll("''", "'")) as never);
      else if (!(error instanceof DatabaseError)) throw error;
    }
    if (text.includes('fold_state') && error === null)
      await this.#ledger.checkState(Number(values[1]), String(values[4]));
    if (advanced !== undefined || text.includes('claim_task')) await this.#ledger.check();
  }

  held(message: HeldMessage): void {
    this.#held.push(message);
    // Before the next claim, or long after it.
    this.#heldArriveSoon = this.#random.chance(0.4);
  }

  /** Something else than a poll was done, after which each worker must look at its tasks anew. */
  #restIsOver(): void {
    this.#restSinceMs = this.#nowMs;
    this.#pollsBefore = new Map(this.#group.living.map((worker) => [worker, worker.consumer?.polls ?? 0]));
  }

  /** Whoever was fenced has claimed its task again by then, and has ended a cycle with it. */
  get #isQuiet(): boolean {
    if (this.#nowMs - this.#restSinceMs < 2 * fencedWaitMs) return false;
    const rested = (worker: SimulatedWorker): boolean =>
      worker.ended || (worker.consumer?.polls ?? 0) - (this.#pollsBefore.get(worker) ?? 0) >= lastPolls;
    return this.#group.living.every(rested) && this.gates.waiting.every(({ point }) => point === 'poll');
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get #failed(): boolean {
    return this.failures.length > 0 || this.#ledger.failures.length > 0;
  }

  get #isConsumed(): boolean {
    for (let task = 0; task < partitions; task++) {
      const next = this.#ledger.nextOffsets(task);
      for (const [topic, end] of this.#log.ends(task)) if ((next[topic] ?? 0) < end) return false;
    }
    return true;
  }

  async #disturb(): Promise<void> {
    const random = this.#random;
    if (random.chance(0.12)) this.#append(1 + random.below(4));
    this.#group.disturb();
    this.#wake(this.coverage.steps);
    if (random.chance(this.#heldArriveSoon ? 0.3 : 0.02)) await this.#deliver();
    if (random.chance(0.05)) await this.#notice();
  }

  /** Time waits for the traffic: records that come hours after their time mean something else. */
  #pass(ms: number): void {
    const [next] = this.#traffic;
    if (next === undefined || this.#nowMs < next.atMs + behindTrafficMsMax) this.#nowMs += ms;
  }

  #append(count: number): void {
    for (const { topic, key, value, atMs } of this.#traffic.splice(0, count)) {
      this.#nowMs = Math.max(this.#nowMs, atMs);
      this.#log.append({ topic, key, value }, this.#nowMs);
    }
  }

  /** A message that its sender took for lost. */
  async #deliver(): Promise<void> {
    const [message] = this.#held.splice(0, 1);
    if (message === undefined) return;
    const before = this.#ledger.standing.length;
    await message.deliver();
    const done = this.#ledger.standing.length > before;
    this.trace.push(`${message.point} of ${message.process.name} arrives late${done ? ' and is done' : ''}`);
    if (message.point === 'commit fence')
      this.coverage.saw(done ? 'COMMIT late, done' : 'COMMIT late, refused');
    await this.gates.settled();
  }

  async #notice(): Promise<void> {
    const process = this.#unnoticed.shift();
    if (process !== undefined) await this.#stage.wires.forget(process);
  }

  /** Lets one of those that wait go on, or not. False where nobody waits. */
  async #step(): Promise<boolean> {
    const gate = this.#choose();
    if (gate === null) return false;
    const { point, process } = gate;
    const fate = this.#troubled && process !== null ? this.#plan.fateAt(point) : 'go';
    if (fate !== 'hang') this.gates.remove(gate);
    this.trace.push(`${process?.name ?? 'somebody'} ${point}${fate === 'go' ? '' : `: ${fate}`}`);
    this.coverage.steps++;
    this.coverage.fate(point, fate);
    if (point === 'commit fence' && fate === 'cut') this.coverage.saw('COMMIT lost');
    if (point === 'commit fence' && fate === 'deaf') this.coverage.saw('answer of COMMIT lost');
    if (!this.#troubled && point !== 'poll') this.#restIsOver();
    if (fate === 'die') await this.#kill(process as SimulatedWorker);
    else if (fate === 'hang') this.#hang(process as SimulatedWorker);
    else gate.open(fate);
    await this.gates.settled();
    this.failures.push(...this.#ledger.failures.splice(0));
    return true;
  }

  async #kill(worker: SimulatedWorker): Promise<void> {
    this.#group.kill(worker);
    if (this.#random.chance(0.3)) this.#unnoticed.push(worker);
    else await this.#stage.wires.forget(worker);
  }

  #hang(worker: SimulatedWorker): void {
    worker.hung = true;
    this.#hung.set(worker, this.coverage.steps + 1 + this.#random.below(hungStepsMax));
    this.coverage.saw('hung');
    if (this.#random.chance(0.8)) this.#group.miss(worker);
  }

  #wake(steps: number): void {
    for (const [worker, untilSteps] of this.#hung)
      if (untilSteps <= steps) {
        this.#hung.delete(worker);
        worker.hung = false;
        this.trace.push(`${worker.name} goes on`);
      }
  }

  #choose(): Gate | null {
    const weightOf = ({ process, point }: Gate): number =>
      (weights.get(point) ?? 1) * (this.#speeds.get(process?.name ?? '') ?? 1);
    const { waiting } = this.gates;
    let at = this.#random.next() * waiting.reduce((sum, gate) => sum + weightOf(gate), 0);
    for (const gate of waiting) {
      at -= weightOf(gate);
      if (at < 0) return gate;
    }
    return waiting.at(-1) ?? null;
  }

  async #drain(what: string, isDone: () => boolean): Promise<void> {
    let standing = this.#ledger.standing.length;
    let progressAt = 0;
    for (let steps = 0; !isDone() && !this.#failed; steps++) {
      if (this.#ledger.standing.length > standing) progressAt = steps;
      standing = this.#ledger.standing.length;
      if (steps > drainStepsMax || steps - progressAt > idleStepsMax) {
        const where = this.gates.waiting.map(({ process, point }) => `${process?.name} ${point}`).join(', ');
        this.failures.push(
          `no progress: not ${what} after ${steps} steps, the last commit after ${progressAt}; waiting: ${where}`,
        );
        return;
      }
      while (this.#held.length > 0) await this.#deliver();
      while (this.#unnoticed.length > 0) await this.#notice();
      this.#group.recover();
      if (!(await this.#step())) await this.gates.settled();
    }
  }

  async #compare(): Promise<void> {
    const { pool, open, thread } = this.#stage;
    const records = this.#log.all();
    const truth = judgeRecords(records, { schemas: new Map([[schema.id, schema.text]]), wells: stageWells });
    const stored = await readStored(pool, topology.id, [tenant]);
    const run = runUndisturbed(this.#ledger.standing, open, thread);
    const { sent } = this.#log;
    const left = await pool.query('SELECT FROM balancin.outbox');
    if ((left.rowCount ?? 0) > 0) this.failures.push(`${left.rowCount} messages are left in the outbox`);
    const letters = sent.filter(({ topic }) => topic === 'balancin.dead-letter.v1');
    this.failures.push(
      ...compareStored(truth, stored, { openTags: new Set([closingTag]) }),
      ...compareSentLetters(
        truth,
        letters.map(({ messageId }) => messageId),
      ),
      ...(await compareRuns(pool, `t_${tenant}`, sent, run)),
    );
    this.coverage.saw('duplicate', truth.frames.duplicate);
    this.coverage.saw('dead letter', truth.deadLetters.size);
    this.coverage.saw('late partial', stored.tally.get('frames late') ?? 0);
    this.coverage.saw('anomaly', run.rows.get('anomaly')?.length ?? 0);
    this.coverage.saw('alert', run.rows.get('alert')?.length ?? 0);
    this.coverage.saw('sent twice', sent.length - new Set(sent.map(({ messageId }) => messageId)).size);
  }
}
