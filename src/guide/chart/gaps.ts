/** Room around things, in millimetres of a chart at its natural size. */
export const GAP = {
  /** From one line to the next beside it. */
  line: 1.2,
  /** Below a box, and for the arrowheads above one. */
  box: 0.7,
  arrow: 1.7,
  /** From a box to its frame, and from there to the lines outside. */
  frame: 1.2,
  outside: 0.8,
  /** From one line to the next where they meet a box. */
  pin: 2.2,
} as const;
