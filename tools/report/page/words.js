// Texts that fit where they go.

export function counted(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

// At most about `most` characters: how it begins and how it ends, and how many are left out between.
export function shortened(text, most) {
  if (text.length <= most) return text;
  const end = Math.floor(most / 4), left = text.length - most;
  return `${text.slice(0, most - end)} … (${left} more characters) … ${text.slice(-end)}`;
}

// The parts of a text that may be megabytes long, whole lines where lines are not as long themselves.
export function chunksOf(text, most = 20000) {
  const chunks = [];
  for (let begin = 0; begin < text.length;) {
    let end = begin + most;
    if (end < text.length) {
      const newline = text.lastIndexOf('\n', end - 1);
      if (newline > begin) end = newline + 1;
    }
    chunks.push(text.slice(begin, end));
    begin = end;
  }
  return chunks;
}
