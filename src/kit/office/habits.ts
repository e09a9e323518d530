/** Ways a sandbox agency deals with applications, and with telling the hall about them. */
const TABLE = {
  grant: 'accepts after an hour, grants when its promised time is over, and calls back each time',
  correct: 'asks for a correction before it accepts, and grants when it was mended',
  refuse: 'accepts, and refuses when its promised time is over',
  reject: 'does not accept the application',
  special: 'stops for an expert review of two days before it grants',
  silent: 'grants, and never calls back',
  twice: 'grants, and says everything twice',
  shuffled: 'grants, and says what it has to say in the wrong order, all at the end',
  late: 'grants, and calls back a day later',
  mixed: 'does one of grant, silent, twice, shuffled and late, by chance',
} as const;

export type Habit = keyof typeof TABLE;
/** All habits, in the order of their table. */
export const HABITS = Object.keys(TABLE) as [Habit, ...Habit[]];
export const describeHabit = (habit: Habit): string => TABLE[habit];

const MIXTURE = ['grant', 'silent', 'twice', 'shuffled', 'late'] as const satisfies readonly Habit[];

/** The habit an application meets: a mixture decides when it arrives. */
export const habitOf = (habit: Habit): Habit =>
  habit === 'mixed' ? (MIXTURE[Math.floor(Math.random() * MIXTURE.length)] ?? 'grant') : habit;

/** Which habit each agency of one sandbox has now. */
export class HabitSwitch {
  #all: Habit = 'grant';
  readonly #byAgency = new Map<string, Habit>();

  /** Sets the habit of one agency, or of all when none is named. */
  set(habit: Habit, agency?: string): void {
    if (agency) {
      this.#byAgency.set(agency, habit);
      return;
    }
    this.#all = habit;
    this.#byAgency.clear();
  }

  of(agency: string): Habit {
    return this.#byAgency.get(agency) ?? this.#all;
  }
}
