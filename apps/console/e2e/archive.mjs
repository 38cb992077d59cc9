// A PMTiles archive (version 3) of one tile, and whether a picture shows its colour.
// Layout: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md

const HEADER_BYTES = 127;
const NO_COMPRESSION = 1;
const PNG = 2;

/** The whole world in one tile. */
export function archiveOf(png) {
  // One entry: tile 0, once, so long, at the beginning; each number is a varint.
  const directory = Buffer.from([1, 0, 1, ...varint(png.length), 1]);
  const metadata = Buffer.from('{}');
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('PMTiles', 0, 'latin1');
  header.writeUInt8(3, 7);
  const parts = [directory, metadata, Buffer.alloc(0), png];
  let offset = HEADER_BYTES;
  parts.forEach((part, index) => {
    header.writeBigUInt64LE(BigInt(offset), 8 + 16 * index);
    header.writeBigUInt64LE(BigInt(part.length), 16 + 16 * index);
    offset += part.length;
  });
  for (const at of [72, 80, 88]) header.writeBigUInt64LE(1n, at);
  header.set([1, NO_COMPRESSION, NO_COMPRESSION, PNG, 0, 0], 96);
  [-180, -85, 180, 85].forEach((degrees, index) => header.writeInt32LE(degrees * 1e7, 102 + 4 * index));
  return Buffer.concat([header, ...parts]);
}

function varint(number) {
  const bytes = [];
  for (let rest = number; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}

/** Answers a request for a part of a file, as a server of files does. */
export function part(route, file) {
  const [, from, to] = /bytes=(\d+)-(\d+)/.exec(route.request().headers().range ?? '') ?? [null, '0', String(file.length - 1)];
  const end = Math.min(Number(to), file.length - 1);
  return route.fulfill({
    status: 206,
    contentType: 'application/octet-stream',
    headers: { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Content-Range, ETag', 'Content-Range': `bytes ${from}-${end}/${file.length}`, ETag: '"one"' },
    body: file.subarray(Number(from), end + 1),
  });
}

/** A tile in one colour, drawn by the browser itself. */
export const tileOf = async (page, colour) =>
  Buffer.from(
    await page.evaluate((fill) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 256, height: 256 });
      const pen = canvas.getContext('2d');
      pen.fillStyle = fill;
      pen.fillRect(0, 0, 256, 256);
      return canvas.toDataURL('image/png').split(',')[1];
    }, colour),
    'base64',
  );

/** Share of what is seen of an element that has a colour. */
export async function shareOf(page, selector, [red, green, blue]) {
  const picture = (await page.locator(selector).screenshot()).toString('base64');
  return page.evaluate(
    async ([data, wanted]) => {
      const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(image.width, image.height);
      const pen = canvas.getContext('2d');
      pen.drawImage(image, 0, 0);
      const { data: pixels } = pen.getImageData(0, 0, image.width, image.height);
      let same = 0;
      for (let at = 0; at < pixels.length; at += 4) if (wanted.every((value, index) => Math.abs(pixels[at + index] - value) < 6)) same += 1;
      return same / (pixels.length / 4);
    },
    [picture, [red, green, blue]],
  );
}
