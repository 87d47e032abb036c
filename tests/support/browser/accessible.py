"""Whether a page can be used by everybody: by the rules of axe, by keyboard alone, with text of twice its size."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
#: Half of a usual window: text of twice its size has as much room as before at 320 pixels.
_LARGE = {"width": 640, "height": 640}

#: A word as wide as a narrow screen, several times, in whatever is typed into the last form; from another site, as if.
_MISTYPED = """() => {
  const form = [...document.querySelectorAll('form[method=post]')].at(-1);
  for (const each of form.querySelectorAll('input:not([type]), input[type=text], textarea'))
    each.value = 'anticonstitutionnellement'.repeat(5);
  form.noValidate = true;
  form.querySelector('[name=jeton]').value = 'none';
  HTMLFormElement.prototype.submit.call(form);
}"""

#: Everything that takes the focus, in its order: takes it, shows it, and is found without a trap or a detour.
_BY_KEYBOARD = """() => {
  const faults = [], name = each => each.outerHTML.slice(0, 120);
  const shown = (each, part) => {
    const style = getComputedStyle(each, part);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  };
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
  const reachable = all.filter(each => each.type !== 'hidden' && !each.disabled && each.checkVisibility());
  if (reachable.length && !reachable[0].matches('.fr-skiplinks a')) faults.push('no skip link first');
  for (const link of document.querySelectorAll('.fr-skiplinks a'))
    if (!document.getElementById(link.hash.slice(1))) faults.push(`leads nowhere: ${name(link)}`);
  for (const each of document.querySelectorAll('[tabindex]'))
    if (each.tabIndex > 0) faults.push(`order: ${name(each)}`);
  for (const each of reachable) {
    each.focus();
    if (document.activeElement !== each) faults.push(`takes no focus: ${name(each)}`);
    else if (!shown(each) && !(each.labels?.length && shown(each.labels[0], '::before')))
      faults.push(`shows no focus: ${name(each)}`);
  }
  document.activeElement?.blur();
  scrollTo(0, 0);
  return faults;
}"""
#: With text of twice its size nothing is wider than the window, and no text is cut.
_WITH_LARGE_TEXT = """() => {
  document.documentElement.style.fontSize = '200%';
  const faults = [], wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) faults.push(`200 %: ${wide} pixels wide`);
  for (const each of document.querySelectorAll('main *')) {
    const hides = ['hidden', 'clip'].includes(getComputedStyle(each).overflowX);
    if (hides && each.clientWidth > 1 && each.scrollWidth > each.clientWidth + 1 && each.textContent.trim())
      faults.push(`200 %: cut: ${each.outerHTML.slice(0, 120)}`);
  }
  document.documentElement.style.fontSize = '';
  return faults;
}"""
#: What the RGAA asks beyond axe: names of tables, links and buttons that make sense alone, what has to be filled in.
_BEYOND_AXE = """() => {
  const faults = [], words = each => each.textContent.trim().replace(/\\s+/g, ' ');
  for (const each of document.querySelectorAll('table')) {
    if (!each.caption) faults.push(`no caption: ${words(each).slice(0, 80)}`);
    for (const head of each.querySelectorAll('th:not([scope])')) faults.push(`no scope: ${words(head)}`);
  }
  const vague = /^(ici|voir|ouvrir|lire|modifier|supprimer|télécharger|détails?|plus|suite|pdf|csv|excel)$/i;
  for (const each of document.querySelectorAll('a[href]'))
    if (vague.test(words(each))) faults.push(`says too little: ${each.outerHTML.slice(0, 120)}`);
  const places = new Map();
  for (const each of document.querySelectorAll('main a[href]')) {
    const about = document.getElementById(each.getAttribute('aria-describedby')), name = words(each);
    const heard = about ? `${name} (${words(about)})` : name;
    if (name) places.set(heard, new Set([...(places.get(heard) ?? []), each.href.split('#')[0]]));
  }
  for (const [name, all] of places) if (all.size > 1) faults.push(`leads to ${all.size} places: ${name}`);
  const named = new Map();
  for (const each of document.querySelectorAll('details.site-confirm > summary'))
    named.set(words(each), (named.get(words(each)) ?? 0) + 1);
  for (const [name, times] of named) if (times > 1) faults.push(`${times} times the same: ${name}`);
  for (const each of document.querySelectorAll('form[method=post]')) {
    const has = [...each.querySelectorAll('[required]')].some(field => field.checkVisibility());
    const isSaid = words(each).includes('Sauf mention contraire, tous les champs sont obligatoires.');
    if (has !== isSaid && each.checkVisibility())
      faults.push(`${isSaid ? 'nothing has' : 'no word of what has'} to be filled in: ${each.outerHTML.slice(0, 99)}`);
  }
  return faults;
}"""
#: The contrast of texts with what they stand on. Axe judges no link, menu or select: the DSFR underlines by pictures.
_CONTRAST = """() => {
  const faults = [];
  const parts = colour => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [.2126, .7152, .0722][at], 0);
  const ground = each => {
    for (let at = each; at; at = at.parentElement) {
      const found = parts(getComputedStyle(at).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  for (const each of document.querySelectorAll('body *')) {
    const writes = [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!(writes || each.matches('input, select, textarea')) || !each.checkVisibility() || each.disabled) continue;
    const style = getComputedStyle(each), size = parseFloat(style.fontSize), bold = +style.fontWeight >= 700;
    const [a, b] = [light(parts(style.color)), light(ground(each))].sort((one, other) => other - one);
    const least = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5, ratio = (a + .05) / (b + .05);
    if (ratio < least) faults.push(`contrast ${ratio.toFixed(2)}: ${each.outerHTML.slice(0, 120)}`);
  }
  return faults;
}"""
#: Letters, words and lines spaced as readers may want them (WCAG 1.4.12), on a narrow screen.
_SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
  const wide = document.documentElement.scrollWidth;
  document.adoptedStyleSheets = [];
  return wide > innerWidth ? [`spaced: ${wide} pixels wide`] : [];
}"""


def violations(page: Page) -> list[str]:
    """Return what is wrong with the page, as it stands."""
    results = Axe().run(page, options=_RULES).response
    assert results["passes"], "axe looked at nothing"
    faults = [f"{rule['id']}: {node['html'][:200]}" for rule in results["violations"] for node in rule["nodes"]]
    # From the first key on, browsers show where the focus is.
    page.keyboard.press("Tab")
    faults += page.evaluate(_BY_KEYBOARD)
    faults += page.evaluate(_BEYOND_AXE) + page.evaluate(_SPACED) + page.evaluate(_CONTRAST)
    usual = page.viewport_size
    page.set_viewport_size(_LARGE)  # type: ignore[arg-type]
    faults += page.evaluate(_WITH_LARGE_TEXT)
    if usual is not None:
        page.set_viewport_size(usual)
    return faults


def violations_once_refused(page: Page) -> list[str]:
    """Send the last form of the page with what no form accepts; return the faults of the page that says so."""
    with page.expect_navigation():
        page.evaluate(_MISTYPED)
    assert page.title().startswith("Erreur : "), page.title()
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return violations(page) + ([f"{width} pixels too wide"] if width > 0 else [])
