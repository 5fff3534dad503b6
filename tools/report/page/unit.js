// A test is a sentence and a function that throws: test('says what', () => same(1 + 1, 2)). page_units_test.py runs
// them in the browser that the page is for.

const TESTS = [];

export function test(name, body) { TESTS.push({name, body}); }

export function same(actual, expected) {
  const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== e) throw new Error(`it is ${a}, not ${e}`);
}

export function about(actual, expected, tolerance = 1e-9) {
  if (!(Math.abs(actual - expected) <= tolerance)) throw new Error(`it is ${actual}, not about ${expected}`);
}

// [[name, what went wrong or '']...]
export function results() {
  return TESTS.map(({name, body}) => {
    try { body(); return [name, '']; } catch (error) { return [name, String(error)]; }
  });
}
