// What differs between two implementations, or two versions of one. The same rules as in ../differences.h.

// 'worse', 'better', 'changed', or '' for the same.
function directionOfVerdict(a, b) {
  if (a.sign === ' ' || b.sign === ' ') return a.sign === b.sign ? '' : a.sign === ' ' ? 'new' : 'gone';
  const good = (cell) => cell.sign === 'h' || cell.sign === 'n';
  if (good(a) && good(b)) return a.variation === b.variation ? '' : 'changed';
  if (a.sign === b.sign) return '';
  if (b.sign === 'v' || good(a)) return 'worse';
  return good(b) ? 'better' : 'changed';
}

function directionOfHygiene(a, b) {
  if (a.sign === ' ' || b.sign === ' ' || a.dirty === b.dirty) return '';
  return b.dirty ? 'worse' : 'better';
}

// Rows in the order of the claims: {claim, a, b, direction}.
export function differences(model, first, second) {
  const rows = [];
  for (const claim of model.claims) {
    const a = model.cell(first, claim), b = model.cell(second, claim);
    const both = [directionOfVerdict(a, b), directionOfHygiene(a, b)];
    const direction = ['worse', 'better', 'changed', 'new', 'gone'].find((each) => both.includes(each));
    if (direction) rows.push({claim, a, b, direction});
  }
  return rows;
}
