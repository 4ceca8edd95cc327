/* Talks to the sandbox server: what it holds, what changed, what a person does. */

async function json(path, options) {
  const answer = await fetch(path, options);
  if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}`);
  return answer.json();
}

function post(path, body) {
  return json(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

export function fetchState(user) {
  return json(`/_sandbox/state?user=${encodeURIComponent(user)}`);
}

/** Do what a person does. Returns the server's answer; a server that is away answers like a refusal. */
export async function act(user, kind, details) {
  try {
    return await post("/_sandbox/act", { user, kind, ...details });
  } catch (error) {
    return { ok: false, error: "sandbox_unreachable", detail: String(error.message ?? error) };
  }
}

/** Call `changed` when the server says so, and `alive(bool)` when the line comes or goes. Returns a stop function. */
export function follow(user, changed, alive) {
  const source = new EventSource(`/_sandbox/events?user=${encodeURIComponent(user)}`);
  source.addEventListener("changed", changed);
  source.addEventListener("open", () => { alive(true); changed(); });
  source.addEventListener("error", () => alive(false));
  return () => source.close();
}

export function fetchEstate(path) {
  return json(`/_sandbox/estate/${path}`);
}

export function pushEstate(path, body) {
  return post(`/_sandbox/estate/${path}`, body);
}
