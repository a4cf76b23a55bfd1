/** Which 3W wells teach and which judge: declared before any judged well was looked at, and never changed after. */

/**
 * Normal operation of these wells trains the net; each left out in turn sets the thresholds. The wells with both normal
 * operation and flow instability (1, 4) and those with events alone (10, 14) are the ones left to judge by.
 */
export const trainedOn: readonly string[] = ['WELL-00003', 'WELL-00006', 'WELL-00008'];

/** What thresholds allow on the wells left out: alerts opened in normal operation a well-day. */
export const falseAlarmsPerWellDay = 1;
