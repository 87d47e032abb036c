// A file by the GraphQL multipart request specification, for clients that leave it to their users.
import { address, headers, Refusal } from './story.mjs';

/** The file is `input.file` of the variables. */
export async function upload(query, variables) {
  const { file, ...values } = variables.input;
  const form = new FormData();
  form.append('operations', JSON.stringify({ query, variables: { input: { ...values, file: null } } }));
  form.append('map', JSON.stringify({ 0: ['variables.input.file'] }));
  form.append('0', file, file.name);
  const { data, errors } = await (await fetch(address, { method: 'POST', headers, body: form })).json();
  if (errors) throw new Refusal(errors);
  return data;
}
