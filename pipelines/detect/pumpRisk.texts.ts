/** Sentences of what the trends of a rod pump's cards warn of, with the first check. */

export const pumpRiskTexts = {
  es: {
    rod_part:
      'Las cargas de las varillas llevan días en aumento o por encima de su límite: pueden partirse; revisar el balance y la velocidad antes de seguir',
    valve_leak:
      'La bomba carga menos que antes desde hace días: fuga en una válvula o en el pistón; probar ambas válvulas con la unidad detenida',
    tubing_leak:
      'Llega menos a superficie con la misma carta: posible fuga en la tubería; probarla a presión y repetir la medición',
    stuck_pump:
      'La bomba se mueve cada día con más fricción: puede atascarse; revisar arena o incrustación y no tirar por encima del límite',
  },
  en: {
    rod_part:
      'Loads of the rods have risen for days or are over their limit: they may part; check balance and speed before going on',
    valve_leak:
      'The pump has carried less for days: a valve or the plunger leaks; check both valves with the unit stopped',
    tubing_leak:
      'Less arrives at surface with the same card: the tubing may leak; test it under pressure and repeat the well test',
    stuck_pump:
      'The pump moves with more friction every day: it may get stuck; check for sand or scale and do not pull over the limit',
  },
} as const;
