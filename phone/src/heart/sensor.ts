/**
 * A heart-rate sensor by Web Bluetooth: the standard Heart Rate service (Bluetooth SIG, Heart Rate Service
 * 1.0: service 0x180D, characteristic 0x2A37). What it says is shown, and neither kept nor sent.
 */

/** The parts of Web Bluetooth that are used; not every browser has it. */
interface Bluetooth {
  requestDevice(given: { filters: { services: string[] }[] }): Promise<BluetoothDevice>;
}
interface BluetoothDevice extends EventTarget {
  gatt?: {
    connect(): Promise<{
      getPrimaryService(name: string): Promise<{
        getCharacteristic(name: string): Promise<Measurement>;
      }>;
    }>;
    disconnect(): void;
  };
}
interface Measurement extends EventTarget {
  value?: DataView;
  startNotifications(): Promise<unknown>;
}

export interface Sensor {
  stop(): void;
}

export function canSense(): boolean {
  return bluetooth() !== undefined;
}

/**
 * Have the patient choose a sensor, and hear it from then on: beats a minute, or null where the sensor does
 * not touch the skin. `lost`: it cannot be heard any more. Throws where none was chosen or it does not answer.
 */
export async function listenToHeart(
  heard: (beats: number | null) => void,
  lost: () => void,
): Promise<Sensor> {
  const device = await bluetooth()?.requestDevice({ filters: [{ services: ["heart_rate"] }] });
  if (device?.gatt === undefined) throw new Error("No sensor was chosen.");
  const { gatt } = device;
  const server = await gatt.connect();
  const service = await server.getPrimaryService("heart_rate");
  const measurement = await service.getCharacteristic("heart_rate_measurement");
  const read = () => heard(measurement.value ? beatsIn(measurement.value) : null);
  measurement.addEventListener("characteristicvaluechanged", read);
  device.addEventListener("gattserverdisconnected", lost);
  await measurement.startNotifications();
  return {
    stop() {
      device.removeEventListener("gattserverdisconnected", lost);
      measurement.removeEventListener("characteristicvaluechanged", read);
      gatt.disconnect();
    },
  };
}

/** Beats a minute of a Heart Rate Measurement: one byte of flags, of which bit 0 says that two bytes follow
 * instead of one, and bits 1 and 2 whether the sensor can feel the skin, and does. Null where it does not. */
export function beatsIn(value: DataView): number | null {
  const flags = value.getUint8(0);
  const [canFeel, feels] = [(flags & 0b100) !== 0, (flags & 0b010) !== 0];
  if (canFeel && !feels) return null;
  return (flags & 1) === 1 ? value.getUint16(1, true) : value.getUint8(1);
}

function bluetooth(): Bluetooth | undefined {
  return (navigator as { bluetooth?: Bluetooth }).bluetooth;
}
