// What the page shows stands in the address behind #, so that it can be sent, kept and gone back to:
//   #/?q=timeout&level=MUST      #/totals      #/compare?a=NAME&b=NAME
//   #/claim/queue.put.blocks_while_full        #/claim/queue.put.blocks_while_full/mp-fork

export function parseRoute(hash) {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?');
  const words = path.split('/').filter(Boolean).map(decodeURIComponent);
  return {view: words[0] ?? 'matrix', words: words.slice(1), params: new URLSearchParams(query)};
}

export function formatRoute(view, words = [], params = {}) {
  const path = [view === 'matrix' ? '' : view, ...words].filter(Boolean).map(encodeURIComponent).join('/');
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value)).toString();
  return `#/${path}${query ? `?${query}` : ''}`;
}

export function claimHref(claim, implementation) {
  return formatRoute('claim', implementation ? [claim.id, implementation.name] : [claim.id]);
}
