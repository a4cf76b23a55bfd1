/** Findings and alerts of shadows: as those in force, under the name of the shadow. */
import { alert } from './alert.js';
import { anomaly } from './anomaly.js';
import { column, type Table } from './table.js';

export const shadowAnomaly: Table = {
  ...anomaly,
  name: 'shadow_anomaly',
  columns: [column('shadow', 'text'), ...anomaly.columns],
};

export const shadowAlert: Table = {
  ...alert,
  name: 'shadow_alert',
  columns: [column('shadow', 'text'), ...alert.columns],
};
