// Reads a QR code as a phone's camera does: from the picture, not from what drew it.
import decodeQR from "qr/decode.js";

/** The text of the QR code that a part of the page shows. */
export async function readQr(page, shown) {
  return readQrOf(page, await shown.screenshot());
}

/** The text of the QR code on a PNG. */
export async function readQrOf(page, png) {
  // The browser unpacks the picture: no library is needed for that.
  const { width, height, pixels } = await page.evaluate(async (encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    let letters = "";
    for (let at = 0; at < data.length; at += 4096) letters += String.fromCharCode(...data.subarray(at, at + 4096));
    return { width: bitmap.width, height: bitmap.height, pixels: btoa(letters) };
  }, png.toString("base64"));
  const data = new Uint8ClampedArray(Buffer.from(pixels, "base64"));
  return decodeQR({ width, height, data }, { effort: Infinity, timeLimit: Infinity });
}
