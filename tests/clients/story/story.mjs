// The story that every client lives, and what it needs from a client:
//   query(document, variables), mutate(document, variables): its data, or throws a Refusal
//   upload(document, variables): the same, with files in the variables
//   follow(document, variables, next, fail): calls next with each data; returns what cuts the connection
import { readFileSync } from 'node:fs';

const read = name => readFileSync(new URL(`./${name}.graphql`, import.meta.url), 'utf8');

export const documents = Object.fromEntries(
  ['page', 'figures', 'attest', 'attach', 'follow'].map(name => [name, read(name)]),
);

/** What the server refused as a whole, by the codes of its errors. */
export class Refusal extends Error {
  constructor(errors) {
    super(JSON.stringify(errors));
    this.codes = errors.map(error => error.extensions.code);
  }
}

/** What the test says on standard input: where the server is, and what has happened there. */
export const begin = JSON.parse(readFileSync(0, 'utf8'));

export const headers = { authorization: `Bearer ${begin.token}` };
export const address = `${begin.address}/graphql`;
export const socketAddress = address.replace('http', 'ws');

const SECONDS = 20;

/** A subscription until an entry fits: the entries till then, and what cuts it off. */
async function followed(client, after, fits) {
  const entries = [];
  let cut = () => {};
  let ended = false;
  let timer;
  await new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no further entry after ${JSON.stringify(entries)}`)), SECONDS * 1000);
    const next = ({ structureTimeline: entry }) => {
      if (ended) return;
      entries.push(entry);
      ended = fits(entry);
      if (ended) resolve();
    };
    cut = client.follow(documents.follow, { structureId: begin.structure, after }, next, reject);
  });
  clearTimeout(timer);
  return [entries, cut];
}

export async function live(client) {
  const diary = {};
  const [before, cut] = await followed(client, 0, entry => entry.position >= begin.head);
  diary.followed = before.map(entry => entry.type);

  const where = { structureId: begin.structure, first: 2 };
  const pageOf = data => data.structure.animations;
  const titles = page => page.edges.map(edge => edge.node.title);
  const first = pageOf(await client.query(documents.page, where));
  diary.total = first.totalCount;
  diary.page = titles(first);
  const rest = pageOf(await client.query(documents.page, { ...where, after: first.pageInfo.endCursor }));
  diary.rest = titles(rest);
  diary.ended = !rest.pageInfo.hasNextPage;

  await cut();
  const early = { input: { animationId: begin.coming, parents: 9 } };
  diary.refused = (await client.mutate(documents.attest, early)).animationAttest.errors.map(error => error.code);
  const file = new File([Buffer.from(begin.sheet, 'base64')], 'feuille.pdf', { type: 'application/pdf' });
  const attached = await client.upload(documents.attach, { input: { animationId: begin.past, file } });
  const { mediaType, sha256 } = attached.attendanceSheetAttach.animation.attendanceSheet;
  diary.sheet = { mediaType, sha256 };
  const held = { input: { animationId: begin.past, parents: 9, children: 7 } };
  diary.attested = (await client.mutate(documents.attest, held)).animationAttest.animation.attestation.total;
  const again = pageOf(await client.query(documents.page, where));
  diary.shown = again.edges.find(edge => edge.node.id === begin.past).node.attestation.total;

  const last = before.at(-1).position;
  const [missed, end] = await followed(client, last, entry => entry.type === 'animation.attested');
  diary.resumed = missed.map(entry => entry.type);
  await end();

  try {
    await client.query(documents.figures, {});
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    diary.forbidden = refusal.codes;
  }
  process.stdout.write(JSON.stringify(diary), () => process.exit(0));
}
