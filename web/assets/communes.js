// Offers communes while somebody types one: the browser's own list of suggestions, which keyboards and screen readers
// know. Fields to help have `data-communes`. Without this script, or an answer, the form asks as it always does.

const LEAST = 2;
const PAUSE = 200;

document.querySelectorAll("input[data-communes]").forEach(suggest);

export function suggest(field) {
  const list = document.createElement("datalist");
  list.id = `${field.id}-communes`;
  field.after(list);
  field.setAttribute("list", list.id);
  let waiting;
  let latest = "";
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    const typed = field.value.trim();
    const offered = [...list.options].some((option) => option.value === typed);
    if (typed.length >= LEAST && typed !== latest && !offered) waiting = setTimeout(() => offer(typed), PAUSE);
  });

  async function offer(typed) {
    latest = typed;
    const answer = await fetch(`/communes.json?texte=${encodeURIComponent(typed)}`).catch(() => null);
    if (!answer?.ok || typed !== latest) return;
    const options = (await answer.json()).map(({ value, label }) => Object.assign(new Option(label, value), { label }));
    list.replaceChildren(...options);
  }
}
