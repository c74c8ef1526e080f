// Says, over whatever stands there, that the pages are exchanged for newer ones.
(() => {
  const notice = document.createElement("div");
  notice.setAttribute("role", "alert");
  Object.assign(notice.style, {
    position: "fixed", inset: "0 0 auto 0", zIndex: "2147483647", padding: "1rem 1.5rem", textAlign: "center",
    font: "600 1.125rem/1.5 system-ui, sans-serif", color: "#fff", background: "#12305c",
  });
  for (const [lang, text] of [
    ["zh-CN", "页面正在更新，马上就好。您填写的内容已经保存。"],
    ["en", "The pages are being updated. What you have filled in is kept."],
  ]) {
    const line = document.createElement("p");
    line.lang = lang;
    line.style.margin = "0";
    line.textContent = text;
    notice.append(line);
  }
  document.body.append(notice);
})();
