// The story in TypeScript, as strict as it goes, by documents that @graphql-codegen's client preset typed.
import { readFileSync } from 'node:fs';
import { Client, Refusal } from './client.js';
import {
  AttachTheSheetDocument,
  AttestForTheStoryDocument,
  FollowTheStoryDocument,
  ReadAPageDocument,
  SeeTheCountrysFiguresDocument,
  type ErrorCode,
  type FollowTheStorySubscription,
} from './generated/graphql.js';

interface Beginning {
  address: string;
  token: string;
  structure: string;
  past: string;
  coming: string;
  head: number;
  sheet: string;
}

type Entry = FollowTheStorySubscription['structureTimeline'];

const begin = JSON.parse(readFileSync(0, 'utf8')) as Beginning;
const client = new Client(begin.address, begin.token);

/** The entries after a position, until one fits. */
async function followed(after: number, fits: (entry: Entry) => boolean): Promise<Entry[]> {
  const entries: Entry[] = [];
  const told = client.follow(FollowTheStoryDocument, { structureId: begin.structure, after });
  for await (const { structureTimeline: entry } of told) {
    entries.push(entry);
    if (fits(entry)) break;
  }
  return entries;
}

async function page(after: string | null) {
  const { structure } = await client.ask(ReadAPageDocument, { structureId: begin.structure, first: 2, after });
  if (!structure?.animations) throw new Error('no animations');
  return structure.animations;
}

const before = await followed(0, entry => entry.position >= begin.head);
const first = await page(null);
const rest = await page(first.pageInfo.endCursor ?? null);

const early = { input: { animationId: begin.coming, parents: 9 } };
const refused: ErrorCode[] = (await client.ask(AttestForTheStoryDocument, early)).animationAttest.errors.map(
  error => error.code,
);
const scan = new File([Buffer.from(begin.sheet, 'base64')], 'feuille.pdf', { type: 'application/pdf' });
const attach = { input: { animationId: begin.past, file: scan } };
const attached = await client.upload(AttachTheSheetDocument, attach, 'input.file');
const held = { input: { animationId: begin.past, parents: 9, children: 7 } };
const attested = (await client.ask(AttestForTheStoryDocument, held)).animationAttest.animation?.attestation?.total;
const again = await page(null);
const missed = await followed(before.at(-1)?.position ?? 0, entry => entry.type === 'animation.attested');

let forbidden: string[] = [];
try {
  await client.ask(SeeTheCountrysFiguresDocument, {});
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  forbidden = error.codes;
}

const diary = {
  followed: before.map(entry => entry.type),
  total: first.totalCount,
  page: first.edges.map(edge => edge.node.title),
  rest: rest.edges.map(edge => edge.node.title),
  ended: !rest.pageInfo.hasNextPage,
  refused,
  sheet: attached.attendanceSheetAttach.animation?.attendanceSheet,
  attested,
  shown: again.edges.find(edge => edge.node.id === begin.past)?.node.attestation?.total,
  resumed: missed.map(entry => entry.type),
  forbidden,
};
process.stdout.write(JSON.stringify(diary), () => process.exit(0));
