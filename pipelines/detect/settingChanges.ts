/** When somebody last changed how a well runs: choke, frequency, speed, or a start; kept a well and lane. */

/** Tags listened to; the place in this list is their number. */
const settingTags = ['well.choke', 'esp.f', 'srp.spm', 'esp.run', 'srp.run'] as const;
/** A move of more than this is a change: 2 % of choke, 0.5 Hz, 0.2 strokes a minute, a start or a stop. */
const moveMin = [2, 0.5, 0.2, 0.5, 0.5] as const;
/** The limit: residual detectors say nothing for so long. */
const mutedMs = 30 * 60_000;

/** Numbers a slot: when it changed, then the settled values (1 more than they are, so that 0 is never seen). */
export const settingFields = 1 + settingTags.length;

export class SettingChanges {
  state = new Float64Array(64 * settingFields);

  static numberOf(tag: string): number {
    return (settingTags as readonly string[]).indexOf(tag);
  }

  /** True where this is a change; the first value seen is none. */
  note(slot: number, setting: number, startMs: number, value: number): boolean {
    this.reserve(slot);
    const at = slot * settingFields + 1 + setting;
    const settled = this.state[at] as number;
    const now = Math.fround(value + 1);
    if (settled !== 0 && Math.abs(now - settled) <= (moveMin[setting] as number)) return false;
    this.state[at] = now;
    if (settled !== 0) this.change(slot, startMs);
    return settled !== 0;
  }

  /** Nobody knows what happened meanwhile: a silence counts as a change. */
  change(slot: number, startMs: number): void {
    this.reserve(slot);
    this.state[slot * settingFields] = startMs;
  }

  isMuted(slot: number, startMs: number): boolean {
    this.reserve(slot);
    const changedMs = this.state[slot * settingFields] as number;
    return changedMs > 0 && startMs - changedMs < mutedMs;
  }

  reserve(slot: number): void {
    if ((slot + 1) * settingFields <= this.state.length) return;
    const wider = new Float64Array(Math.max((slot + 1) * settingFields, this.state.length * 2));
    wider.set(this.state);
    this.state = wider;
  }
}
