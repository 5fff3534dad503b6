// Texts and timelines: deflated in the page, one block an implementation, taken apart when first asked for.

async function inflated(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).text();
}

export class Blocks {
  constructor(root = document) {
    this.root = root;
    this.known = new Map();
  }

  // Of all claims, in their order. `kind`: 'texts' or 'timelines'.
  of(kind, implementation) {
    const id = `${kind}-${implementation.index}`;
    if (!this.known.has(id)) {
      this.known.set(id, inflated(this.root.getElementById(id).textContent).then(JSON.parse));
    }
    return this.known.get(id);
  }

  async text(implementation, claim) {
    return (await this.of('texts', implementation))[claim.index];
  }
  async timeline(implementation, claim) {
    return (await this.of('timelines', implementation))[claim.index];
  }
}
