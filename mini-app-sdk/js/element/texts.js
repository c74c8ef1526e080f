// Every word of the element, in both languages of the hall: [zh-CN, en].
const TEXTS = {
  loading: ["正在加载…", "Loading…"],
  slow: ["网络较慢，仍在加载…", "This is taking longer than usual…"],
  retry: ["重试", "Try again"],
  back: ["返回", "Back"],
  go: ["继续", "Continue"],
  failed: ["没有成功", "This did not work"],
  offline: ["网络连接不可用。恢复后会自动继续。", "There is no connection. It goes on by itself when it is back."],
  unlisted: ["没有找到这个事项。", "There is no such service."],
  no_item: ["没有指定事项。", "No service was named."],
  hint_code: ["错误代码：{}", "Error code: {}"],

  guide: ["办事指南", "Guide"],
  authority: ["办理部门", "Authority"],
  time: ["办结时限", "Time"],
  at_once: ["当场办结", "Done at once"],
  days: ["{} 个工作日", "{} working days"],
  by_law: ["{}（法定 {} 个工作日）", "{} ({} working days by law)"],
  cost: ["收费", "Cost"],
  free: ["不收费", "Free of charge"],
  yuan: ["{} 元", "{} yuan"],
  noted: ["{}（{}）", "{} ({})"],
  and: ["；", "; "],
  visits: ["到现场次数", "Visits in person"],
  visits_none: ["零跑动，全程网办", "None: all of it is online"],
  visits_some: ["{} 次", "{}"],
  conditions: ["申请条件", "Conditions"],
  materials: ["申请材料", "What you need"],
  no_materials: ["不需要提交材料。", "Nothing has to be handed in."],
  always: ["必需", "Always needed"],
  depends: ["视情况", "Depends"],
  apply: ["在线申请", "Apply online"],
  form_moved: ["申请表有了新版本。您已填写的内容全部保留，请继续填写。有变化的是：", "There is a new version of this form. Everything that you filled in was kept. What is different:"],
  form_pinned: ["申请表有了新版本。换用新版本会影响您已填写的下列内容，所以这份申请保持原样，可以照常提交：", "There is a new version of this form. It would change what you filled in here, so your application stays as it is. You can submit it as usual:"],
  form_more: ["另外还有 {} 处", "And {} more"],
  continue_draft: ["继续填写", "Go on filling"],
  login_needed: ["申请前需要登录。填写内容随时保存，可以换一台设备继续。", "You will be asked to log in first. Answers are saved as you go: go on later, or on another device."],
  not_online: ["该事项暂不支持在线申请，请到大厅办理。", "This service cannot be applied for online yet. Please come to a hall."],
  your_matters: ["您的办件", "Your cases"],
  logged_in_as: ["已登录：{}", "Logged in: {}"],
  log_out: ["退出登录", "Log out"],
  log_out_anyway: ["仍要退出", "Log out all the same"],
  count_ask: ["可以统计使用次数吗？不记录您是谁和填写的内容。", "May we count how this is used? Never who you are or what you fill in."],
  count_yes: ["同意统计", "Yes, count"],
  count_no: ["不统计", "No, do not count"],
  counted: ["使用次数会被统计。", "How this is used is counted."],
  uncounted: ["不会统计。", "Nothing is counted."],
  count_no_more: ["不再统计", "Count no more"],
  provided_by: ["由{}提供", "Provided by {}"],

  login: ["登录", "Log in"],
  login_text: ["使用手机号和短信验证码登录。", "Log in with your mobile phone and a code by text message."],
  login_again: ["登录已失效，请重新登录。本页填写的内容仍在。", "You have been logged out. Log in again to go on. What you entered is still here."],
  phone: ["手机号", "Mobile phone number"],
  phone_hint: ["11 位手机号", "11 digits"],
  phone_empty: ["请输入手机号", "Enter your mobile phone number"],
  send_code: ["获取验证码", "Send me a code"],
  code_sent: ["验证码已发送至 {}，{} 分钟内有效。", "A code was sent to {}. It can be used for {} minutes."],
  code: ["验证码", "Code"],
  code_hint: ["短信中的 6 位数字", "The six digits of the message"],
  code_empty: ["请输入 6 位验证码", "Enter the six digits of the code"],
  other_phone: ["更换手机号", "Use another number"],
  code_again: ["重新获取验证码", "Send another code"],
  wait: ["操作过于频繁，请 {} 秒后再试。", "Too many attempts. Please wait {} seconds."],

  for_whom: ["您为谁办理？", "Who is this application for?"],
  for_whom_choose: ["请选择为谁办理", "Choose who the application is for"],
  myself: ["{}（本人）", "{} (myself)"],
  organisation: ["{}（单位）", "{} (organisation)"],
  for_nobody: ["这个事项只能由单位办理，您目前没有可以代办的单位。", "Only an organisation can apply for this service, and you are not the agent of one."],
  for_nobody_citizen: ["这个事项只能由个人办理。", "Only a citizen can apply for this service."],
  opening: ["正在打开申请表…", "Opening the form…"],

  step: ["第 {} 步，共 {} 步", "Step {} of {}"],
  optional: ["（选填）", " (optional)"],
  choose: ["请选择", "Please choose"],
  yes: ["是", "Yes"],
  no: ["否", "No"],
  region: ["所在地区", "City and district"],
  detail: ["详细地址", "Street, building, number"],
  from: ["开始日期", "First day"],
  to: ["结束日期", "Last day"],
  format: ["格式：{}", "Format: {}"],
  person_name: ["姓名", "Name"],
  id_type: ["证件类型", "Identity document"],
  id_number: ["证件号码", "Number of the document"],
  citizen_id: ["居民身份证", "Resident identity card"],
  passport: ["护照", "Passport"],
  hk_macao_permit: ["港澳居民来往内地通行证", "Mainland travel permit for Hong Kong and Macao residents"],
  taiwan_permit: ["台湾居民来往大陆通行证", "Mainland travel permit for Taiwan residents"],
  foreign_permanent: ["外国人永久居留身份证", "Foreigner’s permanent residence card"],
  list_search: ["输入名称、拼音或代码查找，再从下面选择", "Type part of the name or the code, then choose below"],
  list_nothing: ["没有找到相符的条目。", "Nothing found."],
  list_found: ["{} 个条目", "Found: {}"],
  list_more: ["显示前 {} 个，请继续输入。", "The first {}: type more to narrow it down."],
  region_0: ["省（自治区、直辖市）", "Province"],
  region_1: ["市（州、盟）", "City"],
  region_2: ["区（县、市）", "District or county"],
  region_3: ["街道（乡、镇）", "Subdistrict or town"],
  region_4: ["社区（村）", "Community or village"],
  sign_hint: ["在框内书写；不便书写的，在下面输入姓名。", "Draw it in the box. If you cannot draw, type your name below."],
  sign_empty: ["签名区，尚未签名", "Signature field, empty"],
  sign_done: ["签名区，已签名", "Signature field, signed"],
  sign_clear: ["清除重签", "Clear"],
  sign_typed: ["或输入姓名代替手写", "Or type your name instead"],
  unknown: ["填写后自动计算", "Worked out when the answers are there"],
  errors: ["有 {} 处需要填写或修改", "Needs attention: {}"],
  to_check: ["核对", "Check"],
  leave: ["保存并离开", "Save and leave"],

  saved: ["已保存 {}", "Saved at {}"],
  saving: ["正在保存…", "Saving…"],
  waiting_kept: ["网络不通：您的填写已保存在本机，恢复后自动上传", "No connection: your answers are saved on this device and will be sent when it is back"],
  waiting: ["网络不通，尚未保存：您的填写只保留在本页，恢复后自动保存", "Not saved yet, no connection: your answers are kept on this page only and will be saved when it is back"],
  refused: ["没有保存：{}", "Not saved: {}"],
  lost: ["{}：{}（{}）填写的“{}”没有采用，现为较晚的填写", "{}: on {}, {}, the answer was “{}”. A later answer stands now"],
  lost_take: ["改用“{}”", "Use “{}”"],
  lost_leave: ["不用了", "Dismiss"],
  on_browser: ["网页", "the web"],
  on_desktop: ["电脑客户端", "the desktop application"],
  on_mobile: ["手机客户端", "the phone application"],
  on_kiosk: ["自助终端", "a kiosk"],
  on_mini_app: ["小程序", "the mini-app"],
  on_console: ["工作台", "the console"],
  on_system: ["系统", "the system"],
  nothing: ["未填写", "Not answered"],

  add: ["添加{}", "Add {}"],
  remove: ["删除{}", "Remove {}"],
  remove_ask: ["要删除“{}”吗？", "Remove “{}”?"],
  removed: ["已删除{}", "{} was removed"],
  cancel: ["取消", "Cancel"],
  row: ["{} {}", "{} {}"],

  files_hint: ["支持 {}，每个不超过 {}，最多 {} 个。", "{}, up to {} each, {} at most."],
  file_large: ["{} 超过 {}，请压缩后再上传。", "{} is larger than {}."],
  file_type: ["{} 不是 {}。", "{} is none of {}."],
  file_empty: ["{} 是空的。", "{} is empty."],
  files_many: ["最多 {} 个文件，其余的没有上传。", "{} files at most: the others were not uploaded."],
  file_failed: ["{} 没有上传：{}", "{} was not uploaded: {}"],
  file_sent: ["{} 上传完成", "{} is uploaded"],
  uploading: ["正在上传 {}", "Uploading {}"],
  uploads_running: ["文件还在上传，请稍候。", "A file is still being uploaded. Please wait."],
  from_profile: ["来自您的个人信息，请核对", "From your profile: please check"],
  from_case: ["来自您以前的申请“{}”，请核对", "From your earlier application “{}”: please check"],
  from_certificate: ["来自电子证照“{}”，请核对", "From the e-certificate “{}”: please check"],
  remove_file: ["删除文件 {}", "Remove the file {}"],

  check: ["核对您的填写", "Check your answers"],
  check_help: ["提交前请逐项核对。提交后如需修改，须等工作人员退回或者要求补正。", "Please check each answer before you submit. Afterwards you can only change what a clerk asks you to."],
  change: ["修改{}", "Change {}"],
  declare: ["我声明所填内容和所交材料真实、准确、完整。我知道提供虚假材料的，申请可能不予批准，并承担相应的法律责任。", "I declare that my answers and the materials are true, correct and complete. I know that an application with false statements can be refused and has consequences in law."],
  declare_own: ["提交即表示您确认所填内容和所交材料真实、准确、完整，并遵守您已同意的声明。", "By submitting you confirm that your answers and materials are true, correct and complete, and that the declaration you agreed to holds."],
  agree: ["我已阅读上述声明，同意并提交申请。", "I have read this declaration and agree to it."],
  agree_first: ["请先阅读并同意声明", "Read the declaration and agree to it first"],
  submit: ["提交申请", "Submit the application"],
  submitting: ["正在提交，请不要关闭页面…", "Submitting. Please keep this page open…"],
  not_sent: ["网络不通，申请没有送出。内容都在，请稍后再次点击“提交申请”，不会重复提交。", "It was not sent: there is no connection. Nothing is lost. Press “Submit the application” again later; it will not be submitted twice."],
  not_sure: ["没有收到服务器的答复，不能确定是否已经提交。请再次点击“提交申请”确认，不会重复提交。", "The server has not answered, so we do not know whether it arrived. Press “Submit the application” again to find out; it will not be submitted twice."],
  confirm_title: ["规则有更新，请确认以下变化", "The rules were updated: confirm what changed"],
  confirm_text: ["您填写期间，政务大厅更新了表单规则、工作日历或者选项列表。您填写的内容都在，请核对。", "While you were filling, the hall updated the rules of this form, its calendar of working days or a list. What you entered is all there. Please check it."],
  confirm_agree: ["我已核对以上变化，同意按更新后的结果提交。", "I have checked these changes and agree to submit with the new results."],
  confirm_first: ["请先核对并确认变化", "Check what changed and confirm it first"],
  confirm_value: ["原来是“{}”，现在是“{}”。", "it was “{}”, it is “{}” now."],
  confirm_now: ["现在是“{}”。", "it is “{}” now."],
  confirm_shown: ["现在会问到：{}", "it is asked now: {}"],
  confirm_hidden: ["不再需要填写，不会提交。", "it is not asked any more and not submitted."],
  confirm_error: ["填写要求有变化：{}", "what is checked here has changed: {}"],
  changed: ["申请内容有更新，请重新核对后再提交。", "Something changed. Please check again, then submit."],
  submitted_before: ["这份申请已经提交，不需要再次提交。", "This application has been submitted already."],

  queued_waiting: ["已保存在本机，尚未提交", "Kept on this device, not yet submitted"],
  queued_unkept: ["尚未提交，请不要关闭本页面", "Not yet submitted: do not close this page"],
  queued_left: ["已保存在本机，尚未确认送达", "Kept on this device, not yet confirmed"],
  queued_elsewhere: ["正由另一个页面处理", "Another window is dealing with it"],
  queued_refused: ["没有被接收", "It was not accepted"],
  queued_conflict: ["没有发送，需要您核对", "Not sent: look at it again"],
  queued_text: ["现在没有网络。恢复后自动发送，您不用再点“提交”。", "There is no connection. It is sent by itself once there is one. You need not press submit again."],
  queued_left_text: ["没有收到大厅的答复：可能没有送到，也可能只是答复没有传回来。会自动再次发送，不会重复提交。", "The hall has not answered: it may not have arrived, or only the answer was lost. It is sent again by itself, and is not submitted twice."],
  queued_time: ["提交时间以政务服务大厅收到的时间为准，不是现在。办理有期限的，请留意。", "The time that counts is when the hall receives it, not now. Mind the last day, if there is one."],
  queued_close: ["内容已加密保存在这个浏览器中：关闭本页面后，下次在这里登录时自动发送。退出登录或者清除浏览数据会删除它，请尽快联网。", "It is kept in this browser, encrypted: if you close this page it is sent when you next log in here. Logging out or clearing browsing data deletes it, so get online soon."],
  queued_open: ["这台设备无法保存内容。在送达之前请不要关闭本页面，否则需要重新提交。", "This device cannot keep it. Do not close this page before it has arrived, or you have to submit again."],
  queued_elsewhere_text: ["它在本浏览器的另一个页面中等待送达。要查看进展或撤销，请到那个页面。", "It waits in another window of this browser. See how it stands or take it back there."],
  queued_conflict_text: ["因此没有发送。您填写的内容都在，核对后请重新提交。", "So it was not sent. Everything you entered is still there: check it and submit again."],
  queued_since: ["存入本机", "Kept here since"],
  queued_draft: ["打开草稿", "Open the draft"],
  queued_check: ["去核对", "Check it again"],
  queued_see: ["查看尚未提交的申请", "See what is not yet submitted"],
  take_back: ["撤销发送", "Do not send it"],
  take_back_text: ["撤销后申请不会提交，您填写的内容都在，可以继续修改。", "The application is not submitted. Everything you entered stays, and you can go on with it."],
  take_back_yes: ["确认撤销", "Yes, take it back"],
  taken_back: ["已撤销，没有提交。", "Taken back. It was not submitted."],
  too_late: ["大厅已经收到，无法撤销。", "The hall has it already, so it could not be taken back."],

  receipt: ["申请已提交", "Your application is submitted"],
  number: ["办件编号", "Case number"],
  submitted_at: ["提交时间", "Submitted"],
  progress: ["办理进度", "Progress"],
  case_of: ["{} {}", "{} {}"],
  due: ["期限", "Due"],
  promised: ["承诺办结", "Promised by"],
  paused: ["办理时限已暂停计算。", "The promised days stand still."],
  history: ["办理经过", "What happened"],
  moved_on: ["办件有新进展：{}", "The case moved on: {}"],
  supplement: ["需要您补交或修改：", "What is asked of you:"],
  supplement_where: ["请到政务服务大厅网站补交", "Hand it in on the hall’s own pages"],
  result: ["办理结果", "Result"],
  document: ["文书编号", "Number of the document"],
  reason: ["理由", "Reason"],
  download: ["下载：{}", "Download {}"],
  withdraw: ["撤回申请", "Withdraw"],
  withdraw_text: ["撤回后本次办理终止，不能恢复；您可以重新申请。", "It ends here and cannot be taken up again. You can make a new application."],
  withdraw_reason: ["撤回原因（选填）", "Why (optional)"],
  withdraw_yes: ["确认撤回", "Yes, withdraw"],
  rate: ["评价本次服务", "Rate this service"],
  rate_how: ["您对本次办理满意吗？", "How satisfied are you?"],
  rate_choose: ["请选择满意程度", "Choose how satisfied you are"],
  rate_comment: ["还想说点什么（选填）", "Anything else you would like to say (optional)"],
  rate_send: ["提交评价", "Send the rating"],
  rated: ["感谢您的评价。", "Thank you for your rating."],
  stars_5: ["非常满意", "Very satisfied"],
  stars_4: ["满意", "Satisfied"],
  stars_3: ["基本满意", "Fairly satisfied"],
  stars_2: ["不满意", "Dissatisfied"],
  stars_1: ["非常不满意", "Very dissatisfied"],
};

/** The words of one language. */
export class Words {
  constructor(language) {
    this.language = language;
    this.at = language === "en" ? 1 : 0;
  }

  /** One of the texts above, its gaps filled. */
  say(key, ...values) {
    let next = 0;
    return TEXTS[key][this.at].replace(/\{\}/g, () => values[next++] ?? "");
  }

  /** A text of the hall's, which comes in every language. */
  of(text) {
    return text?.[this.language] ?? "";
  }

  /** A day: `2026-11-23`. */
  day(day) {
    return this.#date(`${day}T00:00:00Z`, { dateStyle: "long" });
  }

  /** A moment, by the city's clock. */
  moment(at, offsetMinutes = 480) {
    return this.#date(new Date(at).getTime() + offsetMinutes * 60_000, { dateStyle: "medium", timeStyle: "short" });
  }

  /** The time of a moment, by the city's clock. */
  time(at, offsetMinutes = 480) {
    return this.#date(new Date(at).getTime() + offsetMinutes * 60_000, { timeStyle: "medium" });
  }

  #date(value, options) {
    return new Intl.DateTimeFormat(this.language, { ...options, timeZone: "UTC" }).format(new Date(value));
  }
}

/** @internal For the test that no text is missing. */
export const ALL = TEXTS;
