// Writes `<file>.br` beside each file that is named on stdin, one a line, at the best quality of brotli, and prints
// the two sizes of each. Node's own brotli: nothing to compile for it.
import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

for (const file of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const raw = readFileSync(file);
  const small = brotliCompressSync(raw, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
    },
  });
  writeFileSync(`${file}.br`, small);
  console.log(`${raw.length} ${small.length} ${file}`);
}
