import { isJsonObject, type Json, type JsonObject } from '../std/json.ts'

/** A plain page of all versions and their files, or of those of one version: links, sizes and digests. */
export function listingPage(listing: JsonObject): string {
  const title = escapeHtml(String(listing['name']))
  const versions = Object.entries(objectOf(listing['versions']))
  const tags = Object.entries(objectOf(listing['tags']))
  const sections = versions.map(([version, document]) => section(version, objectOf(document), tagsOf(tags, version)))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
</head>
<body>
<h1>${title}</h1>
${sections.join('\n')}
</body>
</html>
`
}

function section(version: string, document: JsonObject, tags: readonly string[]): string {
  const notes = [
    ...tags,
    ...(document['released'] === true ? ['released'] : []),
    ...(typeof document['deprecated'] === 'string' ? [`yanked: ${document['deprecated']}`] : []),
  ]
  const rows = Object.entries(objectOf(document['files'])).map(([filename, file]) => row(filename, objectOf(file)))
  return `<h2>${escapeHtml([version, ...notes].join(' · '))}</h2>
<table>
<thead><tr><th scope="col">File</th><th scope="col">Bytes</th><th scope="col">SHA-256</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`
}

function row(filename: string, file: JsonObject): string {
  const link = `<a href="${escapeHtml(String(file['url']))}">${escapeHtml(filename)}</a>`
  return `<tr><td>${link}</td><td>${Number(file['sizeBytes'])}</td><td><code>${escapeHtml(String(file['sha256']))}</code></td></tr>`
}

function tagsOf(tags: readonly (readonly [string, Json])[], version: string): readonly string[] {
  return tags.filter(([, tagged]) => tagged === version).map(([tag]) => tag)
}

const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {})

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character)
}
