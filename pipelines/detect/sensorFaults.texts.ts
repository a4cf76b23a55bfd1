/** What findings of a sensor or its clock say that need more than one minute to see, by text key. */

export const sensorFaultTexts = {
  es: {
    erratic: 'El sensor es errático: su ruido es muchas veces el habitual mientras su media no cambia',
    unitChanged:
      'La señal sigue en otra unidad: su nivel cambió de un minuto a otro por un factor de conversión',
    drift: 'El sensor deriva: se mueve cada día en el mismo sentido y los demás de su tipo en el pozo no',
    clockFault: 'El reloj del equipo en sitio está mal: llegan muestras con horas imposibles',
  },
  en: {
    erratic: 'The sensor is erratic: its noise is many times the usual while its mean stays',
    unitChanged:
      'The signal goes on in another unit: its level changed from one minute to the next by a factor of conversion',
    drift: "The gauge drifts: it moves one way every day, and the well's others of its kind do not",
    clockFault: 'The clock at the site is wrong: samples come with impossible times',
  },
} as const;
