// Draws the charts of the page from what stands in it. Loaded as text into the page; needs `vega` before it.
/* global vega */
const read = (id) => JSON.parse(document.getElementById(id).textContent)
const { charts, rows, land } = { ...read('charts'), rows: read('rows'), land: read('land') }
const tip = document.getElementById('tip')
const system = matchMedia('(prefers-color-scheme: dark)')
const button = document.getElementById('theme')
const views = new Map()

const theme = () => document.documentElement.dataset.theme ?? (system.matches ? 'dark' : 'light')

function filled(spec, id) {
  const own = { rows: rows[id], land }
  return {
    ...spec,
    data: spec.data.map((one) => (one.name in own ? { ...one, values: own[one.name] } : one)),
  }
}

/** Values of the data are only ever text here. */
function showTip(_, event, __, value) {
  tip.hidden = value == null || value === ''
  if (tip.hidden) return
  tip.replaceChildren(
    ...Object.entries(Object(value)).flatMap(([name, text]) => {
      const [term, description] = [document.createElement('dt'), document.createElement('dd')]
      term.textContent = name
      description.textContent = text
      return [term, description]
    }),
  )
  const { width, height } = tip.getBoundingClientRect()
  tip.style.left = `${Math.min(event.clientX + 14, innerWidth - width - 8)}px`
  tip.style.top = `${Math.min(event.clientY + 14, innerHeight - height - 8)}px`
}

async function draw(id) {
  views.get(id)?.finalize()
  const spec = filled(structuredClone(charts[theme()][id]), id)
  const view = new vega.View(vega.parse(spec), {
    renderer: 'svg',
    container: document.getElementById(`chart-${id}`),
    hover: true,
    tooltip: showTip,
  })
  views.set(id, view)
  await view.runAsync()
}

async function drawAll() {
  button.setAttribute('aria-pressed', String(theme() === 'dark'))
  for (const id of Object.keys(charts[theme()])) await draw(id)
  document.documentElement.dataset.drawn = theme()
}

button.addEventListener('click', () => {
  document.documentElement.dataset.theme = theme() === 'dark' ? 'light' : 'dark'
  void drawAll()
})
system.addEventListener('change', () => void drawAll())
void drawAll()
