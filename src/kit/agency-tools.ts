import { join } from 'node:path';
import type { Clock } from '../clock/index.ts';
import type { DatabaseHost } from './exchange/database-host.ts';
import { HabitSwitch } from './office/habits.ts';
import { type CallbackMessage, HallDoor } from './office/hall.ts';
import { type Office, type OfficeEvent, type OfficeFile, openOffice } from './office/office.ts';
import type { Subjects } from './subjects.ts';

/** What all sandbox agencies of a host share. */
export interface SandboxWorld {
  readonly subjects: Subjects;
  readonly clock: Clock;
  /** Where agencies behind an exchange database have it; each its own, where none is given. */
  readonly databases?: DatabaseHost;
  /** Folder in which agencies keep their books; undefined keeps them in memory. */
  readonly folder?: string;
  /** Whom agencies call back; nobody, where none is given. */
  readonly hall?: Pick<HallDoor, 'callBack'>;
}

/** An office as a sandbox agency opens it. */
export interface SandboxOfficeOptions {
  /** The agency, where one sandbox stands for many. */
  readonly agency?: string;
  /** Whether the same key is taken for the same application. */
  readonly idempotent: boolean;
  /** Days until it decides, by item. Default 1. */
  daysOf?(item: string): number;
  /** How long everything takes against an ordinary office. Default 1. */
  readonly pace?: number;
  /** The call-back that tells an event, signed; undefined for an event of which nobody is told. Without it the office never calls back. */
  message?(file: OfficeFile, event: OfficeEvent): CallbackMessage | undefined;
}

/** What a sandbox agency is made of. */
export interface SandboxTools extends Omit<SandboxWorld, 'folder' | 'hall'> {
  /** Opens the office in which the agency decides applications. */
  office(options: SandboxOfficeOptions): Office;
}

/** The tools of one agency, and what its host sees and switches of them. */
export interface AgencyTools {
  readonly tools: SandboxTools;
  readonly habits: HabitSwitch;
  readonly offices: readonly Office[];
  close(): void;
}

export function agencyTools(id: string, { folder, hall = new HallDoor(), ...world }: SandboxWorld): AgencyTools {
  const habits = new HabitSwitch();
  const offices: Office[] = [];
  const office = ({ agency = id, idempotent, daysOf = () => 1, pace = 1, message }: SandboxOfficeOptions): Office => {
    const opened = openOffice({
      id: agency,
      clock: world.clock,
      idempotent,
      daysOf,
      pace,
      habit: () => habits.of(agency),
      ...(folder && { file: join(folder, 'offices', `${agency}.jsonl`) }),
      ...(message && {
        tell: async (file: OfficeFile, event: OfficeEvent) => {
          const told = message(file, event);
          return told === undefined || hall.callBack(id, told);
        },
      }),
    });
    offices.push(opened);
    return opened;
  };
  return {
    tools: { ...world, office },
    habits,
    offices,
    close() {
      for (const each of offices) each.close();
    },
  };
}
