/** What likely causes are called, what to check first, and what will clear the alert. */

export interface CauseText {
  readonly name: string;
  /** The check to do first. */
  readonly check: string;
  /** What ends the condition. */
  readonly clears: string;
}

const es: Readonly<Record<string, CauseText>> = {
  brokenShaft: {
    name: 'Eje de la bomba roto',
    check: 'Comparar la corriente con la de vacío y confirmar que no llega caudal a superficie',
    clears: 'Cambio de la bomba',
  },
  gasLock: {
    name: 'Bloqueo por gas',
    check: 'Ver si la corriente oscila y si la presión de admisión venía bajando',
    clears: 'Bajar la frecuencia o abrir el revestimiento hasta que la bomba vuelva a cargar',
  },
  pumpOff: {
    name: 'Agotamiento del nivel sobre la bomba',
    check: 'Medir el nivel de fluido y comparar la presión de admisión con su mínimo',
    clears: 'Bajar la frecuencia hasta que el aporte iguale a la bomba',
  },
  pluggedIntake: {
    name: 'Admisión de la bomba tapada',
    check: 'Confirmar que el motor sigue con carga mientras baja la descarga',
    clears: 'Limpieza de la admisión (contraflujo o tratamiento)',
  },
  wornStage: {
    name: 'Etapas desgastadas',
    check: 'Comparar la altura de la bomba con su curva a la misma frecuencia',
    clears: 'Cambio de la bomba; mientras tanto, ajustar la frecuencia',
  },
  scaleInPump: {
    name: 'Incrustación en la bomba',
    check: 'Revisar la tendencia de corriente por caudal y el último análisis de agua',
    clears: 'Tratamiento ácido o inhibidor',
  },
  tubingLeak: {
    name: 'Fuga en la tubería',
    check: 'Comparar el caudal en superficie con el de la curva de la bomba y la presión del revestimiento',
    clears: 'Reparación de la tubería',
  },
  motorOverheating: {
    name: 'Calentamiento del motor',
    check: 'Ver si el caudal basta para enfriar el motor y si subió la carga',
    clears: 'Bajar la carga o recuperar el caudal',
  },
  insulation: {
    name: 'Aislamiento de cable o motor',
    check: 'Medir el aislamiento con el equipo detenido',
    clears: 'Reparación eléctrica; no rearrancar sin medir',
  },
  closedChoke: {
    name: 'Estrangulador cerrado o más cerrado',
    check: 'Confirmar la posición del estrangulador en el pozo',
    clears: 'Volver el estrangulador a su apertura',
  },
  pluggedFlowline: {
    name: 'Línea de flujo obstruida',
    check: 'Comparar la presión de línea con la del colector y buscar parafina o arena',
    clears: 'Limpieza de la línea',
  },
  hydrate: {
    name: 'Hidrato en la línea de producción',
    check: 'Comparar presión y temperatura con la curva de hidratos del gas',
    clears: 'Inhibidor, calor o despresurización controlada',
  },
  safetyValveClosed: {
    name: 'Cierre espurio de la válvula de seguridad de fondo',
    check: 'Ver la presión de control de la válvula y si la de fondo sube mientras baja la del árbol',
    clears: 'Reabrir la válvula por su procedimiento',
  },
  productivityLoss: {
    name: 'Pérdida rápida de productividad',
    check: 'Confirmar con una prueba de pozo y revisar cambios en los vecinos',
    clears: 'Estimulación o ajuste de la producción',
  },
  chokeRestriction: {
    name: 'Restricción en el estrangulador',
    check: 'Comparar la caída de presión con la apertura indicada',
    clears: 'Mover el estrangulador o limpiarlo',
  },
  waterBreakthrough: {
    name: 'Aumento del corte de agua',
    check: 'Tomar una muestra en cabeza y compararla con la última',
    clears: 'Nuevo punto de operación o cierre de la zona',
  },
  gasBreakthrough: {
    name: 'Aumento de la relación gas-petróleo',
    check: 'Repetir la prueba del pozo y ver si el gas es de formación o de levantamiento',
    clears: 'Menor caída de presión o cierre de la zona de gas',
  },
  liftGasShort: {
    name: 'Falta de gas de levantamiento',
    check: 'Ver la presión del colector de gas y la demanda de los demás pozos',
    clears: 'Recuperar el caudal de inyección',
  },
  liftGasBlocked: {
    name: 'Inyección de gas obstruida',
    check: 'Comparar la presión de inyección con su caudal y buscar hidrato en la línea de gas',
    clears: 'Despejar la línea o la válvula de inyección',
  },
  flowInstability: {
    name: 'Flujo inestable',
    check:
      'Ver el periodo y la amplitud de la presión del árbol y si el gas de levantamiento o el estrangulador cambiaron',
    clears: 'Cerrar algo el estrangulador o ajustar el gas hasta que la oscilación se apague',
  },
  severeSlugging: {
    name: 'Golpes de líquido severos en la línea o el riser',
    check:
      'Confirmar el ciclo: la presión del árbol sube mientras se llena el riser y cae al descargar en la plataforma',
    clears: 'Estrangular en superficie o inyectar gas en la base del riser; avisar al separador',
  },
  sandInPump: {
    name: 'Arena en la bomba',
    check: 'Tomar una muestra y ver si vibración y arena bajan con la frecuencia',
    clears: 'Menos frecuencia, control de arena o cambio de la bomba',
  },
  gasInterference: {
    name: 'Interferencia de gas',
    check: 'Ver si la corriente oscila y si el gas sale por el revestimiento',
    clears: 'Más presión de admisión: menos frecuencia o desahogo del revestimiento',
  },
  deadHead: {
    name: 'Bomba contra válvula cerrada',
    check: 'Confirmar en el pozo la posición de válvulas y estrangulador',
    clears: 'Abrir el paso o detener la bomba: sin flujo el motor se calienta en minutos',
  },
  reverseRotation: {
    name: 'Giro al revés',
    check: 'Comparar altura y caudal con los de antes del arranque y las fases conectadas',
    clears: 'Invertir dos fases con el equipo detenido y sin retroceso de líquido',
  },
  powerSupply: {
    name: 'Alimentación eléctrica',
    check: 'Comparar la tensión de las tres fases en el variador y en la red',
    clears: 'La tensión vuelve a su nivel',
  },
  unknown: {
    name: 'Causa sin identificar',
    check: 'Mirar juntas las señales del evento desde la primera que se movió',
    clears: 'Las señales vuelven a su nivel',
  },
};

const en: Readonly<Record<string, CauseText>> = {
  brokenShaft: {
    name: 'Broken pump shaft',
    check: 'Compare the current with no-load current and confirm that no flow reaches surface',
    clears: 'Pump replacement',
  },
  gasLock: {
    name: 'Gas lock',
    check: 'See whether the current swings and the intake pressure was falling before',
    clears: 'Lower the frequency or open the casing until the pump loads again',
  },
  pumpOff: {
    name: 'Pump-off',
    check: 'Shoot a fluid level and compare the intake pressure with its minimum',
    clears: 'Lower the frequency until inflow meets the pump',
  },
  pluggedIntake: {
    name: 'Plugged pump intake',
    check: 'Confirm that the motor stays loaded while the discharge pressure falls',
    clears: 'Cleaning of the intake (backflush or treatment)',
  },
  wornStage: {
    name: 'Worn stages',
    check: "Compare the pump's head with its curve at the same frequency",
    clears: 'Pump replacement; until then, adjust the frequency',
  },
  scaleInPump: {
    name: 'Scale in the pump',
    check: 'Look at the trend of current per rate and the last water analysis',
    clears: 'Acid treatment or inhibitor',
  },
  tubingLeak: {
    name: 'Tubing leak',
    check: "Compare the surface rate with the pump curve's and look at the casing pressure",
    clears: 'Tubing repair',
  },
  motorOverheating: {
    name: 'Motor overheating',
    check: 'See whether the flow past the motor cools it and whether its load rose',
    clears: 'Lower the load or restore the rate',
  },
  insulation: {
    name: 'Insulation of cable or motor',
    check: 'Measure the insulation with the unit stopped',
    clears: 'Electrical repair; no restart before it was measured',
  },
  closedChoke: {
    name: 'Choke closed, or closed further',
    check: "Confirm the choke's position at the well",
    clears: 'Choke back to its opening',
  },
  pluggedFlowline: {
    name: 'Plugged flowline',
    check: "Compare the line's pressure with the manifold's and look for wax or sand",
    clears: 'Cleaning of the line',
  },
  hydrate: {
    name: 'Hydrate in the production line',
    check: "Compare pressure and temperature with the gas's hydrate curve",
    clears: 'Inhibitor, heat or controlled depressurisation',
  },
  safetyValveClosed: {
    name: 'Spurious closure of the downhole safety valve',
    check:
      "Look at the valve's control pressure, and whether the bottom-hole pressure rises while the tree's falls",
    clears: 'Reopen the valve by its procedure',
  },
  productivityLoss: {
    name: 'Rapid loss of productivity',
    check: 'Confirm by a well test and look for changes at the neighbours',
    clears: 'Stimulation or another operating point',
  },
  chokeRestriction: {
    name: 'Restriction in the choke',
    check: 'Compare the pressure drop with the opening shown',
    clears: 'Stroke the choke or clean it',
  },
  waterBreakthrough: {
    name: 'Water cut rising',
    check: 'Sample at the wellhead and compare with the last one',
    clears: 'Another operating point, or shutting off the zone',
  },
  gasBreakthrough: {
    name: 'Gas-oil ratio rising',
    check: 'Test the well again, and tell formation gas from lift gas',
    clears: 'Less drawdown, or shutting off the gas zone',
  },
  liftGasShort: {
    name: 'Lift gas short',
    check: "Look at the gas header's pressure and at the demand of the other wells",
    clears: 'Injection rate restored',
  },
  liftGasBlocked: {
    name: 'Gas injection blocked',
    check: 'Compare injection pressure with its rate and look for hydrate in the gas line',
    clears: 'Line or injection valve cleared',
  },
  flowInstability: {
    name: 'Flow instability',
    check: "Look at period and size of the tree pressure's swing, and whether lift gas or choke were changed",
    clears: 'Choke back a little, or adjust the lift gas, until the swing dies down',
  },
  severeSlugging: {
    name: 'Severe slugging in flowline or riser',
    check:
      "Confirm the cycle: the tree's pressure climbs while the riser fills and falls as it unloads topside",
    clears: 'Choke at surface or inject gas at the riser base; warn the separator',
  },
  sandInPump: {
    name: 'Sand in the pump',
    check: 'Take a sample and see whether vibration and sand fall with the frequency',
    clears: 'Lower frequency, sand control or pump replacement',
  },
  gasInterference: {
    name: 'Gas interference',
    check: 'See whether the current swings and whether gas leaves through the casing',
    clears: 'More intake pressure: lower frequency or a vented casing',
  },
  deadHead: {
    name: 'Pump against a closed valve',
    check: 'Confirm the position of valves and choke at the well',
    clears: 'Open the way or stop the pump: without flow the motor heats within minutes',
  },
  reverseRotation: {
    name: 'Reverse rotation',
    check: 'Compare head and rate with those before the start, and the phases as connected',
    clears: 'Swap two phases with the pump stopped and no liquid falling back',
  },
  powerSupply: {
    name: 'Power supply',
    check: 'Compare the voltage of the three phases at the drive and at the grid',
    clears: 'The voltage comes back to its level',
  },
  unknown: {
    name: 'Cause not identified',
    check: "Look at the event's signals together, from the one that moved first",
    clears: 'The signals return to their level',
  },
};

export const causeTexts = { es, en } as const;
