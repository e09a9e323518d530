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
} as const;

export type Habit = keyof typeof TABLE;
/** All habits, in the order of their table. */
export const HABITS = Object.keys(TABLE) as [Habit, ...Habit[]];
export const describeHabit = (habit: Habit): string => TABLE[habit];
