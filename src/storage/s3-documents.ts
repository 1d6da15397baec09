import { base64ToHex, hexToBase64 } from '../std/base64.ts'
import { badAnswer, failureInAnswer, readText } from './aws-failures.ts'
import type { ListPage, PartsPage, UploadedPart } from './s3-objects.ts'
import { escapeXml, parseXml, type XmlElement } from './xml.ts'

/**
 * The root element of an answer. Throws the failure that it tells of: S3 sends the status of a copy, and of the
 * completion of an upload, before it knows how they end.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export async function rootElement(response: Response, name: string): Promise<XmlElement> {
  const text = await readText(response)
  const failure = failureInAnswer(text)
  if (failure) throw failure
  const root = parsed(response, text).child(name)
  if (!root) throw badAnswer(response, `no ${name}`)
  return root
}

function parsed(response: Response, text: string): XmlElement {
  try {
    return parseXml(text)
  } catch (error) {
    throw badAnswer(response, 'not XML', error)
  }
}

export function parsePage(root: XmlElement): ListPage {
  const objects = root.list('Contents').map((item) => ({
    key: item.text('Key'),
    sizeBytes: Number(item.text('Size')),
    lastModified: Date.parse(item.text('LastModified')),
  }))
  const last = objects.at(-1)
  return root.text('IsTruncated') === 'true' && last ? { objects, next: last.key } : { objects }
}

export function parseParts(root: XmlElement): PartsPage {
  const parts = root.list('Part').map((item) => ({
    partNumber: Number(item.text('PartNumber')),
    etag: item.text('ETag'),
    sizeBytes: Number(item.text('Size')),
    ...(item.child('ChecksumSHA256') && { sha256: base64ToHex(item.text('ChecksumSHA256')) }),
  }))
  const truncated = root.text('IsTruncated') === 'true'
  return truncated ? { parts, next: Number(root.text('NextPartNumberMarker')) } : { parts }
}

export function completeBody(parts: readonly UploadedPart[]): string {
  const items = parts.map(({ partNumber, etag, sha256 }) => {
    // S3 asks for it, part by part, when the upload was begun with checksums
    const checksum = sha256 === undefined ? '' : `<ChecksumSHA256>${hexToBase64(sha256)}</ChecksumSHA256>`
    return `<Part><PartNumber>${partNumber}</PartNumber><ETag>${escapeXml(etag)}</ETag>${checksum}</Part>`
  })
  return `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${items.join('')}</CompleteMultipartUpload>`
}
