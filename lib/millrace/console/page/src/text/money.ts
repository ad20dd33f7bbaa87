// Amounts of money: the API sends them as text, and no float is between it and what is shown.

const PLACES = 4;
const UNIT = 10n ** BigInt(PLACES);
const AMOUNT = /^(-?)(\d+)(?:\.(\d{1,4})0*)?$/;

/** An amount in ten-thousandths, `"12.5000"` is 125000; nothing of what is no amount. */
export function unitsOf(text: unknown): bigint {
  const match = AMOUNT.exec(String(text ?? ""));
  if (!match) return 0n;
  const units = BigInt(match[2]!) * UNIT + BigInt((match[3] ?? "").padEnd(PLACES, "0"));
  return match[1] ? -units : units;
}

/** The sum of amounts, in ten-thousandths. */
export const total = (amounts: readonly unknown[]): bigint => amounts.reduce<bigint>((sum, one) => sum + unitsOf(one), 0n);

/** An amount as a person reads it: `1,234.50`; more than two places where it has them. */
export function money(units: bigint): string {
  const positive = units < 0n ? -units : units;
  const whole = (positive / UNIT).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const part = (positive % UNIT).toString().padStart(PLACES, "0").replace(/0{1,2}$/, "");
  return `${units < 0n ? "-" : ""}${whole}.${part}`;
}

/** An amount near enough to be drawn. */
export const drawable = (units: bigint): number => Number(units) / Number(UNIT);
