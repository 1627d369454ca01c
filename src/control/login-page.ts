/** A page of the sign-in: stands by itself, without script, in the colours of the portal. */

export interface LoginPage {
  readonly title: string
  readonly sentences: readonly string[]
  /** The first is the one that most people want. */
  readonly links: readonly { readonly label: string; readonly href: string }[]
  /** A button that changes something. */
  readonly post?: { readonly label: string; readonly action: string }
}

// Colours as in portal/shell/ground.css.
const STYLE = `
:root { color-scheme: light dark; --ground: #f5f7f7; --panel: #fff; --ink: #15212a; --soft: #4c5b66; --line: #dbe1e4; --accent: #0c5a66 }
@media (prefers-color-scheme: dark) { :root { --ground: #11171a; --panel: #182024; --ink: #e3eaed; --soft: #a3b2bb; --line: #2b363c; --accent: #6ccbd8 } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.5 system-ui, sans-serif }
main { max-width: 560px; margin: 12vh auto 0; padding: 24px 28px; background: var(--panel); border: 1px solid var(--line); border-radius: 3px }
.brand { display: flex; align-items: center; gap: 9px; margin-bottom: 18px; font-weight: 650; color: var(--soft) }
h1 { font-size: 20px; margin: 0 0 10px }
p { margin: 0 0 12px; overflow-wrap: anywhere }
nav { display: flex; flex-wrap: wrap; gap: 10px; margin-top: 18px }
nav a, button { font: inherit; padding: 6px 14px; border: 1px solid var(--line); border-radius: 3px; color: var(--ink); background: none; text-decoration: none; cursor: pointer }
nav > :first-child { border-color: var(--accent); color: var(--accent); font-weight: 600 }
@media (max-width: 640px) { main { margin: 0; border-width: 0 0 1px; border-radius: 0 } }
`

export function loginPage({ title, sentences, links, post }: LoginPage): string {
  const buttons = [
    ...(post
      ? [`<form method="post" action="${escaped(post.action)}"><button>${escaped(post.label)}</button></form>`]
      : []),
    ...links.map(({ label, href }) => `<a href="${escaped(href)}">${escaped(label)}</a>`),
    '<a href="/">To the start page</a>',
  ]
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} - Isolario</title>
<link rel="icon" href="/favicon.svg">
<style>${STYLE}</style>
<main>
<div class="brand"><img src="/favicon.svg" alt="" width="22" height="22">Isolario</div>
<h1>${escaped(title)}</h1>
${sentences.map((sentence) => `<p>${escaped(sentence)}</p>`).join('\n')}
<nav aria-label="What to do">${buttons.join('')}</nav>
</main>
</html>
`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!)
