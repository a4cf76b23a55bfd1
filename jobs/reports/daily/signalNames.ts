/** How signals are called and measured in a report. */
import { signalOf } from '#schemas/signals/catalogue.js';
import type { Language } from '../language.js';
import type { LocalFormat } from '../localFormat.js';
import { toOilfield } from '../oilfieldUnits.js';

/** The catalogue's words; a tag that is not ours goes by its own name. */
export function signalName(tag: string, language: Language): string {
  return signalOf(tag)?.description[language] ?? tag;
}

export function signalUnit(tag: string): string {
  const unit = signalOf(tag)?.unit ?? '';
  return unit === '1' ? '' : unit;
}

export interface BothUnits {
  readonly si: string;
  /** Null where the oilfield reads the SI unit too. */
  readonly oilfield: string | null;
}

/** `beside` is what it will be compared with: both get the decimals of the larger. */
export function bothUnits(value: number, unit: string, format: LocalFormat, beside = value): BothUnits {
  const other = toOilfield(value, unit);
  const otherBeside = toOilfield(beside, unit)?.value;
  return {
    si: withUnit(format.measured(value, beside), unit),
    oilfield: other === null ? null : withUnit(format.measured(other.value, otherBeside), other.unit),
  };
}

function withUnit(number: string, unit: string): string {
  // A no-break space: a number must not part from its unit at the end of a line.
  return unit === '' || unit === '1' ? number : `${number}\u00A0${unit}`;
}
