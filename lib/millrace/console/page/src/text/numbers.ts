// Numbers as they are shown.

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** A whole number: `12,431`. */
export const count = (value: number): string => whole.format(value);

/** A number in few characters: `12.4K`. */
export const compact = (value: number): string => short.format(value);

/** A ratio: `1.25 %`. */
export const percent = (ratio: number): string => `${Number((100 * ratio).toPrecision(3))} %`;

/** A count with its noun: `1 line`, `2 lines`. */
export const counted = (value: number, noun: string, nouns = `${noun}s`): string => `${count(value)} ${value === 1 ? noun : nouns}`;
