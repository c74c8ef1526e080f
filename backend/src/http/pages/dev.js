"use strict";
// Shows what the development mode knows: messages that would have been sent, the demo citizens, and the demo staff's
// present codes.

function cell(tag, text, className) {
  const node = document.createElement(tag);
  node.textContent = text;
  if (className) node.className = className;
  return node;
}

function show(target, heads, rows) {
  const box = document.getElementById(target);
  if (!rows.length) { box.replaceChildren(cell("p", "暂无 · None yet", "quiet")); return; }
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const text of heads) { const th = cell("th", text); th.scope = "col"; head.append(th); }
  const body = table.createTBody();
  for (const cells of rows) body.insertRow().append(...cells);
  box.replaceChildren(table);
}

async function read(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(path + ": " + response.status);
  return response.json();
}

async function refresh() {
  try {
    const messages = await read("/api/v1/dev/messages");
    show("messages", ["时间 Time", "手机 Phone", "验证码 Code", "内容 Text"], messages.map((message) => [
      cell("td", new Date(message.at).toLocaleTimeString()), cell("td", message.to),
      cell("td", (message.text.match(/\b\d{6}\b|\d{6}/) || [""])[0], "code"), cell("td", message.text)]));
    const staff = await read("/api/v1/dev/staff-codes");
    show("staff", ["账号 Account", "姓名 Name", "角色 Roles", "密码 Password", "动态码 Code"], staff.map((member) => [
      cell("td", member.account), cell("td", member.name), cell("td", member.roles.join(", ")),
      cell("td", member.password), cell("td", member.code, "code")]));
  } catch (error) {
    document.getElementById("messages").replaceChildren(cell("p", String(error)));
  }
}

async function citizens() {
  const all = await read("/api/v1/dev/citizens");
  show("citizens", ["手机 Phone", "姓名 Name", "身份证号 Identity number", "认证等级 Level"], all.map((citizen) => [
    cell("td", citizen.phone, "code"), cell("td", citizen.name), cell("td", citizen.citizen_id, "code"),
    cell("td", citizen.assurance)]));
}

citizens().catch((error) => document.getElementById("citizens").replaceChildren(cell("p", String(error))));
refresh();
setInterval(refresh, 2000);
