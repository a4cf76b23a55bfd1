/** Likely causes of an event, from which signals left their level and in which direction. */

type Side = 'high' | 'low';

interface CausePattern {
  /** Key of the texts. */
  readonly cause: string;
  /** Signals and the side each leaves its level on, sustained, at an unchanged choke and frequency. */
  readonly signs: Readonly<Record<string, Side>>;
}

/**
 * After the signature tables of ESPs (symptom matrices of makers and of the vocabulary of C-FER's ESP-RIFTS) and the event
 * classes of 3W (Petrobras). A pattern needs two of its signs, or its only one.
 */
const patterns: readonly CausePattern[] = [
  { cause: 'brokenShaft', signs: { 'esp.pip': 'high', 'esp.ia': 'low', 'esp.pdp': 'low', 'esp.vpk': 'low' } },
  { cause: 'gasLock', signs: { 'esp.ia': 'low', 'esp.pdp': 'low', 'esp.tm': 'high', 'well.whp': 'low' } },
  { cause: 'pumpOff', signs: { 'esp.pip': 'low', 'esp.ia': 'low', 'well.ql': 'low' } },
  { cause: 'pluggedIntake', signs: { 'esp.pip': 'high', 'esp.pdp': 'low', 'well.ql': 'low' } },
  { cause: 'wornStage', signs: { 'esp.pip': 'high', 'esp.pdp': 'low', 'esp.vpk': 'high' } },
  { cause: 'scaleInPump', signs: { 'esp.ia': 'high', 'esp.tm': 'high', 'esp.pip': 'high' } },
  { cause: 'tubingLeak', signs: { 'well.whp': 'low', 'well.chp': 'high', 'well.ql': 'low' } },
  { cause: 'motorOverheating', signs: { 'esp.tm': 'high' } },
  { cause: 'insulation', signs: { 'esp.leak': 'high', 'esp.insul': 'low' } },
  { cause: 'closedChoke', signs: { 'well.whp': 'high', 'well.flp': 'low', 'well.choke.down.p': 'low' } },
  {
    cause: 'pluggedFlowline',
    signs: { 'well.whp': 'high', 'well.flp': 'high', 'well.choke.down.p': 'high' },
  },
  {
    cause: 'hydrate',
    signs: {
      'well.tpt.p': 'high',
      'well.tpt.t': 'low',
      'well.choke.down.t': 'low',
      'well.choke.up.p': 'low',
    },
  },
  {
    cause: 'safetyValveClosed',
    signs: { 'well.pdg.p': 'high', 'well.tpt.p': 'low', 'well.choke.up.p': 'low', 'well.tpt.t': 'low' },
  },
  { cause: 'productivityLoss', signs: { 'well.pdg.p': 'low', 'well.tpt.p': 'low', 'well.ql': 'low' } },
  {
    cause: 'chokeRestriction',
    signs: { 'well.choke.up.p': 'high', 'well.tpt.p': 'high', 'well.choke.down.t': 'low' },
  },
  { cause: 'waterBreakthrough', signs: { 'well.bsw': 'high', 'well.wcut': 'high', 'well.qo': 'low' } },
  { cause: 'gasBreakthrough', signs: { 'well.gor': 'high', 'well.qg': 'high', 'well.qo': 'low' } },
  { cause: 'liftGasShort', signs: { 'gl.qgi': 'low', 'gl.cp': 'low', 'well.ql': 'low' } },
  { cause: 'liftGasBlocked', signs: { 'gl.cp': 'high', 'gl.qgi': 'low' } },
];

/** What a rule over several sensors found names its cause by itself, by the finding's text key. */
const saidByRule: Readonly<Record<string, string>> = {
  valveClosed: 'safetyValveClosed',
  chokeRestricted: 'chokeRestriction',
  slugging: 'severeSlugging',
  unstable: 'flowInstability',
  broken_shaft: 'brokenShaft',
  gas_lock: 'gasLock',
  motor_burnout: 'motorOverheating',
  overheating: 'motorOverheating',
  insulation_cable: 'insulation',
  worn_stage: 'wornStage',
  plugged_intake: 'pluggedIntake',
  scale_in_pump: 'scaleInPump',
  tubing_leak: 'tubingLeak',
  sand: 'sandInPump',
  pump_off: 'pumpOff',
  gas_interference: 'gasInterference',
  closed_choke: 'closedChoke',
  plugged_flowline: 'pluggedFlowline',
  dead_head: 'deadHead',
  reverse_rotation: 'reverseRotation',
  power: 'powerSupply',
};

export function isSaidByRule(textKey: string): boolean {
  return textKey in saidByRule;
}

export const causeKeys: readonly string[] = [
  ...new Set([...patterns.map((p) => p.cause), ...Object.values(saidByRule), 'unknown']),
];

/** As many as a person reads. */
const causesMax = 3;

/** Names of the tags any pattern speaks of. */
export const causeTags: ReadonlySet<string> = new Set(patterns.flatMap((p) => Object.keys(p.signs)));

/**
 * Keys of `causes.texts.ts`, likeliest first: by the share of a pattern's signs that were seen, less those that contradict
 * it; ties in the order above. What a rule found (its text keys) comes before what only fits. `unknown` where nothing does.
 */
export function likelyCauses(
  sides: ReadonlyMap<string, Side>,
  textKeys: readonly string[] = [],
): readonly string[] {
  const said = Object.entries(saidByRule).flatMap(([key, cause]) => (textKeys.includes(key) ? [cause] : []));
  const fitting = patterns
    .map(({ cause, signs }, at) => {
      const entries = Object.entries(signs);
      let agree = 0;
      let contradict = 0;
      for (const [tag, side] of entries) {
        const seen = sides.get(tag);
        if (seen === side) agree++;
        else if (seen !== undefined) contradict++;
      }
      const enough = agree >= Math.min(2, entries.length);
      return { cause, at, fit: enough ? (agree - contradict) / entries.length : 0 };
    })
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit || a.at - b.at);
  const causes = [...new Set([...said, ...fitting.map(({ cause }) => cause)])];
  return causes.length === 0 ? ['unknown'] : causes.slice(0, causesMax);
}
