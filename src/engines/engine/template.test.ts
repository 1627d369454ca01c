import { describe, expect, it } from 'vitest'
import {
  exampleValues,
  readTemplate,
  renderTemplate,
  type TemplateLanguage,
  TemplateValueError,
  templateProblemText,
} from './template.ts'

const LANGUAGE: TemplateLanguage = {
  variables: [
    { name: 'seed', meaning: 'Seed of the task.', unit: '', example: 7 },
    { name: 'title', meaning: 'Title.', unit: '', example: 'a title' },
    {
      name: 'layers',
      meaning: 'Layers.',
      unit: '',
      example: [
        { name: 'DISC1', thickness: 0.08 },
        { name: 'DISC2', thickness: 0.1 },
      ],
    },
  ],
  filters: [
    {
      name: 'field',
      meaning: 'Ten columns.',
      apply(value) {
        if (typeof value !== 'number') throw new TemplateValueError('field takes a number.')
        return String(value).padStart(10)
      },
    },
  ],
}

function problems(text: string, values = exampleValues(LANGUAGE)): string[] {
  const read = readTemplate(text, LANGUAGE)
  if (!read.ok) return read.problems.map((one) => `${one.code} ${templateProblemText(one)}`)
  const rendered = renderTemplate(read.template, LANGUAGE, values)
  return rendered.ok ? [] : rendered.problems.map((one) => `${one.code} ${templateProblemText(one)}`)
}

describe('a template', () => {
  it('is filled with the values of a task', () => {
    const text =
      '{% assign total = 0 %}{% for layer in layers %}{{ layer.name }}{{ layer.thickness | field }}\n' +
      '{% assign total = total | plus: layer.thickness %}{% endfor %}{% if seed > 5 %}seed{{ seed | field }}{% endif %} {{ title }} {{ total }}'
    const read = readTemplate(text, LANGUAGE)
    expect(read.ok && read.template.uses).toEqual(['layers', 'seed', 'title'])
    const rendered = read.ok ? renderTemplate(read.template, LANGUAGE, exampleValues(LANGUAGE)) : read
    expect(rendered).toEqual({ ok: true, text: 'DISC1      0.08\nDISC2       0.1\nseed         7 a title 0.18' })
  })

  it('is told every variable that does not exist, with line and column, also in branches not taken', () => {
    expect(problems('a {{ sed }}\n{% if false %}\n  {{ Seed | plus: nothing }}{% endif %}')).toEqual([
      'TEMPLATE_VARIABLE_UNDEFINED line 1, column 6: There is no variable "sed". There are: seed, title, layers.',
      'TEMPLATE_VARIABLE_UNDEFINED line 3, column 6: There is no variable "Seed". There are: seed, title, layers.',
      'TEMPLATE_VARIABLE_UNDEFINED line 3, column 19: There is no variable "nothing". There are: seed, title, layers.',
    ])
    expect(problems('{% for l in layers %}{{ l.thick }}{% endfor %}')[0]).toMatch(
      /^TEMPLATE_VARIABLE_UNDEFINED line 1, column \d+: There is no variable "l\.thick"/u,
    )
  })

  it('is told unknown filters and tags, what cannot be read, and values that a filter cannot use', () => {
    expect(problems('x\n{{ seed | squared }}')[0]).toMatch(
      /^TEMPLATE_FILTER_UNKNOWN line 2, column \d+: There is no filter "squared"\. There are: field, abs/u,
    )
    expect(problems('{{ "now" | date: "%s" }}')[0]).toMatch(/^TEMPLATE_FILTER_UNKNOWN/u)
    for (const tag of ['include "a"', 'render "a"', 'layout "a"', 'block a', 'tablerow x in layers', 'liquid echo 1']) {
      expect(problems(`{% ${tag} %}`)[0], tag).toMatch(/^TEMPLATE_TAG_UNKNOWN line 1, column 1: There is no tag/u)
    }
    expect(problems('{% if seed %}')[0]).toMatch(/^TEMPLATE_SYNTAX line 1, column 1: .*not closed/u)
    expect(problems('{{ seed ')[0]).toMatch(/^TEMPLATE_SYNTAX line 1, column 1: .*not closed/u)
    expect(problems('{{ title | field }}')).toEqual(['TEMPLATE_VALUE_WRONG line 1, column 1: Field takes a number.'])
  })

  // Each of these is ended by the limit of time or of memory, so it takes as long as that.
  it('cannot run on or grow without end', { timeout: 60_000 }, () => {
    expect(problems('{% for i in (1..1000000000) %}x{% endfor %}')[0]).toMatch(/^TEMPLATE_TOO_COSTLY/u)
    const deep = '{% for a in (1..1000) %}{% for b in (1..1000) %}{{ a }}{% endfor %}{% endfor %}'
    expect(problems(deep)[0]).toMatch(/^TEMPLATE_TOO_COSTLY/u)
    const doubling = `{% assign a = "xxxxxxxx" %}${'{% assign a = a | append: a %}'.repeat(40)}{{ a }}`
    expect(problems(doubling)[0]).toMatch(/^TEMPLATE_TOO_COSTLY/u)
    expect(problems('x'.repeat(300_000))[0]).toMatch(/^TEMPLATE_TOO_LARGE/u)
  })

  it('reaches nothing but its variables', () => {
    for (const text of [
      '{{ seed.constructor }}',
      '{{ title.__proto__ }}',
      '{{ layers.constructor.name }}',
      '{{ title.toString }}',
    ]) {
      expect(problems(text)[0], text).toMatch(/^TEMPLATE_VARIABLE_UNDEFINED/u)
    }
    for (const name of ['process', 'globalThis', 'require']) expect(problems(`{{ ${name} }}`)[0]).toMatch(/UNDEFINED/u)
  })
})
