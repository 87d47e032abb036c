// Asks the browser for a passkey (WebAuthn) and posts the form with its answer. A form tells what to ask for in
// `data-create` or `data-get`: the options as JSON, bytes in base64url. Its empty fields are filled in by their names.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const credentials = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

async function create(options) {
  const user = { ...options.user, id: bytes(options.user.id) };
  const excludeCredentials = credentials(options.excludeCredentials);
  const challenge = bytes(options.challenge);
  const made = await navigator.credentials.create({ publicKey: { ...options, challenge, user, excludeCredentials } });
  const { clientDataJSON, attestationObject } = made.response;
  return { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) };
}

async function get(options) {
  const allowCredentials = credentials(options.allowCredentials);
  const challenge = bytes(options.challenge);
  const signed = await navigator.credentials.get({ publicKey: { ...options, challenge, allowCredentials } });
  const { authenticatorData, clientDataJSON, signature } = signed.response;
  return {
    "signature-credentialId": signed.id,
    "signature-authenticatorData": text(authenticatorData),
    "signature-clientDataJSON": text(clientDataJSON),
    "signature-signature": text(signature),
  };
}

const form = document.querySelector("form[data-create], form[data-get]");
const button = form.querySelector("[data-key]");
const refusal = form.querySelector("[data-refusal]");
form.querySelector("[data-unscripted]").remove();

if (!window.PublicKeyCredential) {
  refusal.textContent = "Ce navigateur ne connaît pas les clés d'accès. Ouvrez cette page dans un navigateur à jour.";
} else {
  button.hidden = false;
  button.addEventListener("click", async () => {
    refusal.textContent = "";
    button.disabled = true;
    try {
      const { create: making, get: asking } = form.dataset;
      const answer = making ? await create(JSON.parse(making)) : await get(JSON.parse(asking));
      for (const [name, value] of Object.entries(answer)) form.elements.namedItem(name).value = value;
      form.submit();
    } catch (error) {
      button.disabled = false;
      refusal.textContent =
        error.name === "InvalidStateError"
          ? "Cet appareil a déjà une clé d'accès de vous."
          : "L'appareil n'a pas répondu, ou vous avez annulé. Recommencez.";
    }
  });
}
