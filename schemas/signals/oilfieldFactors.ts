/** SI per customary unit of the oilfield, from the API's conversion tables; gas at 60 °F and 14.696 psia. */

export const m3PerBarrel = 0.158_987_294_928;
export const sm3PerMscf = 28.3168;
export const kPaPerPsi = 6.894_757;
export const kNPerKilopound = 4.448_22;
