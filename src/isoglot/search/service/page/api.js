// Questions to the service, and its refusals in one sentence each.

const TOKEN = "isoglot-token";
const LONGEST_WAIT = 60;

export class Refusal extends Error {
  constructor(status, sentence, wait = null) {
    super(sentence);
    this.status = status;
    this.wait = wait; // seconds
  }
}

export const hasToken = () => sessionStorage.getItem(TOKEN) !== null;

export const keepToken = (token) => sessionStorage.setItem(TOKEN, token);

export async function ask(path, { body, signal } = {}) {
  const answer = await reached(path, {
    method: body ? "POST" : "GET",
    headers: { ...(body && { "content-type": "application/json" }), ...authorization() },
    body: body && JSON.stringify(body),
    signal,
  });
  if (!answer.ok) throw new Refusal(answer.status, await sentence(answer), wait(answer));
  return answer.json();
}

async function reached(path, options) {
  try {
    return await fetch(path, options);
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new Refusal(0, "The search service cannot be reached; it may have been stopped.");
  }
}

function authorization() {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { authorization: `Bearer ${token}` } : {};
}

async function sentence(answer) {
  try {
    const { error } = await answer.json();
    if (typeof error === "string") return error;
  } catch {
    // Something between the page and the service has answered.
  }
  return `The service answered ${answer.status} and gave no reason.`;
}

function wait(answer) {
  const seconds = Number.parseInt(answer.headers.get("retry-after"), 10);
  return Number.isNaN(seconds) ? null : Math.min(Math.max(seconds, 1), LONGEST_WAIT);
}
