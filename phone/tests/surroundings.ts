/** A phone whose clock, chance, tabs and network are the test's, and a database of its own. */

import "fake-indexeddb/auto";
import { keepDevice } from "../src/store/device.ts";
import { type Database, type Device, openStore } from "../src/store/schema.ts";
import type { Reading } from "../src/sync/clock.ts";
import type { Surroundings } from "../src/sync/surroundings.ts";

export const NOON = Date.parse("2026-03-02T12:00:00Z");
export const PATIENT = "7d1c7a34-53b1-4c40-9ab0-0d6c2d0b6f10";
export const DEVICE: Device = {
  server: "https://clinic.example",
  token: "attune_first",
  patientId: PATIENT,
  patientCode: "ANNA",
  clinicName: "Harbour Practice",
  origin: "care",
  ended: false,
};

export interface Clock extends Reading {
  /** Time goes by, for all clocks. */
  pass(ms: number): void;
}

export function clockAt(wall: number): Clock {
  return {
    wall,
    steady: wall,
    page: "first",
    pass(ms) {
      this.wall += ms;
      this.steady += ms;
    },
  };
}

export interface Call {
  path: string;
  headers: Headers;
  body: { sent_at: string; items: { id: string; kind: string; [field: string]: unknown }[] };
}

/** A server that answers every call by `answer`, and what it was asked. */
export function serverOf(answer: (call: Call) => Response | Promise<Response>): {
  fetch: typeof fetch;
  calls: Call[];
} {
  const calls: Call[] = [];
  return {
    calls,
    async fetch(address, init) {
      const body = init?.body ? JSON.parse(String(init.body)) : undefined;
      const call = {
        path: new URL(String(address)).pathname,
        headers: new Headers(init?.headers),
        body,
      };
      calls.push(call);
      return answer(call);
    },
  };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  const type = status < 400 ? "application/json" : "application/problem+json";
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": type, ...headers },
  });
}

export function around(clock: Clock, given: Partial<Surroundings> = {}): Surroundings {
  return {
    clock: () => ({ wall: clock.wall, steady: clock.steady, page: clock.page }),
    random: () => 0.5,
    alone: (_, work) => work(),
    fetch: async () => {
      throw new TypeError("no network");
    },
    more: async () => false,
    app: "1",
    ...given,
  };
}

let databases = 0;

export function newName(): string {
  databases += 1;
  return `attune-${databases}`;
}

export async function connected(name = newName()): Promise<Database> {
  const database = await openStore(() => {}, { name });
  await keepDevice(database, DEVICE);
  return database;
}
