/** What the ESP model sees, as plain data: its hash goes into the manifest, and an artifact with another is refused. */
import { signalNames } from '../signals.js';
import { baselineDefaults } from './baseline.js';
import { channels } from './channels.js';
import { operatingPointDefaults } from './operatingPoint.js';
import { summaryNames } from './summaryRow.js';
import { dayEndHour, pulledAfterHours } from './wellFeatures.js';

export const espFeatureSpec = {
  name: 'esp-hours-days',
  /** Raised by hand where a formula changes that the lists below do not show. */
  formulas: 4,
  signals: signalNames,
  channels,
  summary: summaryNames,
  dayEndHour,
  pulledAfterHours,
  baseline: baselineDefaults,
  operatingPoint: operatingPointDefaults,
};
