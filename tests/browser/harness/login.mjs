/** Logs a citizen in on the login page that is shown. */
export async function logIn(page, hall, citizen) {
  const { phone } = hall.people.citizen(citizen);
  await page.locator("#phone").fill(phone);
  await page.keyboard.press("Enter");
  await page.locator("#code").waitFor();
  await page.locator("#code").fill(await hall.codeFor(phone));
  await page.keyboard.press("Enter");
}
