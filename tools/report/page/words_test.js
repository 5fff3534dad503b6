// Texts that fit.
import {test, same} from './unit.js';
import {counted, shortened, chunksOf} from './words.js';

test('one is one, and all other numbers are many', () => {
  same([counted(0, 'claim'), counted(1, 'claim'), counted(2, 'claim')], ['0 claims', '1 claim', '2 claims']);
});
test('a text that fits stays as it is', () => same(shortened('abcdefgh', 8), 'abcdefgh'));
test('a shortened text begins and ends as the whole one, and says how much it lacks', () => {
  same(shortened('abcdefghij', 8), 'abcdef … (2 more characters) … ij');
});
test('chunks are the whole text, of whole lines where lines fit', () => {
  same(chunksOf('one\ntwo\nthree\n', 9), ['one\ntwo\n', 'three\n']);
});
test('a line longer than a chunk is taken apart', () => {
  same(chunksOf('abcdefgh\nij', 5), ['abcde', 'fgh\n', 'ij']);
  same(chunksOf(''), []);
});
