// Talking to the server this page came from, and to nobody else.

const KEY = "soundscape-token";

function token() {
  const given = location.hash.slice(1);
  if (given) {
    sessionStorage.setItem(KEY, given);
    // Out of the address, so that it is neither bookmarked nor shown.
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem(KEY) ?? "";
}

const headers = { "X-Soundscape-Token": token(), "X-Soundscape-Tab": crypto.randomUUID() };

export class Refused extends Error {}

async function ask(path, options = {}) {
  const response = await fetch(`/api/${path}`, { ...options, headers: { ...headers, ...options.headers } });
  if (response.ok) return response;
  const text = await response.text();
  let message = text;
  try {
    message = JSON.parse(text).error;
  } catch {
    // plain text
  }
  const error = new Refused(message);
  error.status = response.status;
  throw error;
}

const asJson = { "Content-Type": "application/json" };

export const get = async (path) => (await ask(path)).json();

export const post = async (path, body = {}, options = {}) =>
  (await ask(path, { method: "POST", body: JSON.stringify(body), headers: asJson, ...options })).json();

export const send = async (path, data) => (await ask(path, { method: "POST", body: data })).json();

/** Tracks of samples, and what the server says of them. */
export async function pcm(path, body, options = {}) {
  const response = await ask(path, { method: "POST", body: JSON.stringify(body), headers: asJson, ...options });
  const facts = JSON.parse(response.headers.get("X-Sound"));
  return { ...facts, data: new Float32Array(await response.arrayBuffer()) };
}
