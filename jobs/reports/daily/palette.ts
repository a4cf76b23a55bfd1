/** The colours of the report, for chart and template alike: one accent, and red and amber for what needs attention alone. */

export const palette = {
  ink: '#1d2733',
  muted: '#5d6b7a',
  faint: '#97a3b0',
  line: '#d5dbe1',
  wash: '#f4f6f8',
  accent: '#0f4c5c',
  series: '#1f6f83',
  critical: '#b3261e',
  warning: '#c77700',
  info: '#5d6b7a',
  good: '#2f7d5b',
} as const;
