/** What decides when an alert opens, ends, repeats and is sent: defaults from practice. */

export interface AlertLimits {
  /** A finding must last so long before it opens an alert; a critical one opens it at once. */
  readonly onDelayMs: number;
  /** All findings must have ended so long before the alert is back to normal. */
  readonly offDelayMs: number;
  /** A finding so soon after an alert's return belongs to that alert, not to a new one. */
  readonly regroupMs: number;
  readonly chatterActivations: number;
  readonly chatterMs: number;
  /** An alert that lasts longer is standing: is it a new normal? */
  readonly standingMs: number;
  /** Alerts sent a well and hour; more are written down and not sent. */
  readonly announcedPerHourMax: number;
  /** After a choke, frequency or speed change, and after a start. */
  readonly settlingMs: number;
  /** Nothing from any well of a site for so long: the site is silent. */
  readonly siteSilentMs: number;
  /** Deferred oil from which an alert matters more, m³/d. */
  readonly mediumDeferredM3PerDay: number;
  readonly highDeferredM3PerDay: number;
}

const minuteMs = 60_000;

export const alertLimits: AlertLimits = {
  // ISA-18.2 and EEMUA 191, table of starting values: 60 s for pressures and temperatures; our detectors add five minutes.
  onDelayMs: minuteMs,
  // Detectors close after ten quiet minutes; as much again keeps an oscillating signal one alert.
  offDelayMs: 10 * minuteMs,
  // Half the settling time of a well after an upset.
  regroupMs: 30 * minuteMs,
  // Issue: three activations in half an hour. EEMUA 191 says three in a minute of operator consoles, for samples a second.
  chatterActivations: 3,
  chatterMs: 30 * minuteMs,
  // ISA-18.2: stale after 24 h.
  standingMs: 24 * 60 * minuteMs,
  // EEMUA 191: an operator takes one alarm in ten minutes; a single well may not use up more than half of that.
  announcedPerHourMax: 3,
  settlingMs: 30 * minuteMs,
  // Two missed polls of the slowest usual edge (five minutes), and the time to say so.
  siteSilentMs: 15 * minuteMs,
  // A well of 30 m³/d that is wholly down is worth a call; 6 m³/d (about 40 bbl/d) is worth a look the same day.
  mediumDeferredM3PerDay: 6,
  highDeferredM3PerDay: 30,
};
