/** The resident identity number of GB 11643-1999: 17 digits of which eight are a date, and a check digit by modulus 11. */
export function isIdentityNumber(digits: string): boolean {
  if (!/^[1-9]\d{5}(18|19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]$/.test(digits)) return false
  const sum = weights.reduce((total, weight, index) => total + Number(digits[index]) * weight, 0)
  return '10X98765432'[sum % 11] === digits[17]
}

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** A payment card's number of ISO/IEC 7812: an issuer that cards have, and a check digit by Luhn. */
export function isCardNumber(digits: string): boolean {
  if (!/^[2-6]\d{12,18}$/.test(digits)) return false
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const value = index % 2 === 0 ? Number(digit) : Number(digit) * 2
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}
