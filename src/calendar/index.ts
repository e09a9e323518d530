/** Working days and the clocks of cases. */

/** A day of Asia/Shanghai, `YYYY-MM-DD`. */
export type CivilDate = string;

/** A due date that explains itself. */
export interface DueDate {
  readonly due: CivilDate | null;
}
