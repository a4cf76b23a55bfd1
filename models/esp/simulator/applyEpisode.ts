/** What an operating event does to the well while it lasts. */
import type { Condition } from './condition.js';
import type { Episode } from './life.js';

/** Directions: table of ESP signatures [common practice]. The physics makes the rest (rate, pressures, heat) of it. */
export function applyEpisode(condition: Condition, episode: Episode, timeMs: number): void {
  const { size } = episode;
  const minutes = (timeMs - episode.startMs) / 60_000;
  /** 0–1, drawn with the period. */
  const spread = (episode.periodMin - 2) / 28;
  const wave = Math.sin((2 * Math.PI * minutes) / episode.periodMin);
  switch (episode.kind) {
    case 'trip':
      condition.running = false;
      // Codes differ by drive: only that there is one means something.
      condition.trip = 1 + (Math.floor(size * 97) % 7);
      break;
    case 'shut_in':
    case 'workover':
      condition.running = false;
      break;
    case 'gas_interference':
      condition.extraGas += size * (0.06 + 0.06 * wave);
      condition.ampsNoise += 0.05 * size;
      condition.vibrationG += 0.05 * size;
      break;
    case 'gas_lock':
      // Too little head to lift anything, yet a pump that churns: discharge falls by half, load stays above idling.
      condition.head *= 0.3 + 0.2 * spread + 0.08 * wave;
      condition.shaftPower *= 0.9 - 0.25 * size + 0.08 * wave;
      condition.extraGas += 0.25 + 0.1 * spread;
      condition.ampsNoise += 0.02 + 0.025 * size;
      condition.vibrationG += 0.2 * size;
      break;
    case 'pump_off':
      condition.inflow *= 0.3 / size;
      break;
    case 'closed_choke':
      condition.choke *= 0.04 + 0.05 / size;
      if (size > 1) condition.chokeShown = condition.choke;
      break;
    case 'dead_head':
      condition.choke *= 0.004;
      break;
    case 'plugged_flowline':
      condition.lineBlock *= 1 + 40 * size * Math.min(1, minutes / 60);
      break;
    case 'reverse_rotation':
      // Vanes that lean the wrong way: half the head, for about the torque of before.
      condition.head *= 0.35 + 0.2 * spread;
      condition.passage *= 0.7;
      condition.shaftPower *= 1.1 + 0.3 * spread;
      condition.vibrationG += 0.04 * size;
      break;
    case 'power':
      condition.voltage *= 1 - 0.12 * size;
      condition.voltageUnbalance += 0.03 * size;
      condition.thdPercent += 4 * size;
      break;
    case 'overheating':
      condition.rise *= 1 + (0.3 + 0.5 * size) * Math.min(1, minutes / 180);
      break;
    case 'unknown':
      condition.ampsNoise += 0.04 * size;
      condition.vibrationG += 0.15 * size;
      break;
  }
}
