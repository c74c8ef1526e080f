//! Words of applying: choosing for whom, filling, saving, checking, submitting, the receipt.

use super::texts;

texts! {
    APPLY_TITLE = "网上办理", "Apply online";
    FOR_WHOM = "您为谁办理？", "Who is this application for?";
    FOR_WHOM_HELP = "您可以为自己办理，也可以为您担任经办人的单位办理。", "You can apply for yourself, or for an organisation whose agent you are.";
    FOR_MYSELF = "{}（本人）", "{} (myself)";
    FOR_COMPANY = "{}（单位）", "{} (organisation)";
    FOR_NOBODY = "这个事项只能由单位办理，您目前没有可以代办的单位。", "Only an organisation can apply for this service, and you are not the agent of one.";
    FOR_NOBODY_CITIZEN = "这个事项只能由个人办理。", "Only a citizen can apply for this service.";
    NOT_ONLINE = "这个事项暂不支持网上办理，请查看办事指南。", "This service cannot be applied for online yet. Its guide says how to do it.";
    SEE_GUIDE = "查看办事指南", "Read the guide";
    OPENING = "正在打开申请表…", "Opening the form…";
    START = "开始填写", "Start";

    STEP_OF = "第 {} 步，共 {} 步", "Step {} of {}";
    APPLYING_FOR = "办理人：{}", "For {}";
    SAVE_AND_LEAVE = "保存并离开", "Save and leave";
    CHECK_BACK = "返回核对", "Back to the check";
    SAVE_AND_CHECK = "保存并返回核对", "Save and go back to the check";
    PREFILLED = "来自您的个人信息，请核对", "From your profile: please check";
    CHARACTERS_LEFT = "还可输入 {} 字", "{} characters left";
    CHARACTERS_OVER = "超出 {} 字", "{} characters too many";
    DATE_EXAMPLE = "例如：2026年3月9日", "For example 2026 3 9";
    REGION = "所在地区", "City and district";
    DETAIL = "详细地址", "Street, building, number";
    AGREE = "我已阅读并同意", "I have read this and agree";
    COMPUTED_UNKNOWN = "填写后自动计算", "Worked out when the answers are there";
    YUAN = "元", "yuan";
    NO_SUCH_PAGE = "这一页现在不需要填写。", "This page is not needed now.";
    TO_CURRENT_PAGE = "继续填写", "Go on filling";

    SAVED_AT = "已保存 {}", "Saved at {}";
    SAVING = "正在保存…", "Saving…";
    WAITING = "网络不通，尚未保存：您的填写只保留在本页，恢复后自动保存", "Not saved yet, no connection: your answers are kept on this page only and will be saved when it is back";
    REFUSED = "没有保存：{}", "Not saved: {}";
    CONFLICT_ONE = "有 {} 处填写与其他设备不一致，请选择", "{} answer differs from another device: please choose";
    CONFLICT = "有 {} 处填写与其他设备不一致，请选择", "{} answers differ from another device: please choose";
    NOT_SAVED_LEAVE = "还有内容没有保存，离开本页会丢失。", "Something is not saved yet and will be lost if you leave.";
    LEAVE_ANYWAY = "仍要离开", "Leave without saving";
    STAY = "留在本页", "Stay here";
    MERGED_ONE = "其他设备上更新了 {} 处填写，已同步到本页。", "{} answer was updated on another device and is shown here.";
    MERGED = "其他设备上更新了 {} 处填写，已同步到本页。", "{} answers were updated on another device and are shown here.";

    CONFLICT_TITLE = "以下内容在其他设备上有不同的填写", "These answers were changed on another device, too";
    CONFLICT_HELP = "请选择保留哪一个。选定后会自动保存。", "Choose which one stays. It is saved as soon as you choose.";
    CONFLICT_MINE = "本页的填写", "What you entered here";
    CONFLICT_THEIRS = "{}，{}", "{}, {}";
    KEEP_MINE = "保留本页的", "Keep mine";
    KEEP_THEIRS = "采用其他设备的", "Take the other one";
    CONFLICT_KEEP = "{}：{}", "{}: {}";
    NOT_ANSWERED = "未填写", "Not answered";

    LOGGED_OUT_TITLE = "登录已失效", "You have been logged out";
    LOGGED_OUT_TEXT = "请重新登录后继续，本页填写的内容仍在。", "Log in again to go on. What you entered on this page is still here.";
    LOG_IN_AGAIN = "重新登录", "Log in again";
    DRAFT_GONE = "没有找到这份草稿", "There is no such draft";
    DRAFT_GONE_TEXT = "它可能已经提交或者删除，也可能不属于您。", "It may have been submitted or removed, or it is not yours.";
    DRAFT_SUBMITTED = "这份申请已经提交", "This application has been submitted";
    TO_MATTERS = "查看我的办件", "See my matters";

    ADD_ROW = "添加{}", "Add {}";
    ROW_NUMBER = "{} {}", "{} {}";
    EDIT_ROW = "修改{}", "Change {}";
    REMOVE_ROW = "删除{}", "Remove {}";
    REMOVE_ROW_ASK = "要删除“{}”吗？", "Remove “{}”?";
    REMOVE_ROW_TEXT = "已填写的内容会一并删除。", "What was entered for it is removed as well.";
    ROW_DONE = "完成", "Done";
    ROW_REMOVED = "已删除{}", "{} was removed";
    ROWS_NONE = "还没有添加{}", "No {} added yet";
    ROWS_BETWEEN = "请添加 {} 至 {} 项", "Add {} to {}";
    ROWS_AT_LEAST = "至少添加 {} 项", "Add at least {}";
    ROWS_AT_MOST = "最多可添加 {} 项", "You can add up to {}";
    ROWS_FULL = "已达上限 {} 项", "That is all: up to {} can be added";
    ROW_INCOMPLETE = "未填完", "Not complete";

    FILES_HINT = "支持 PDF、JPG、PNG、WEBP，每个不超过 {}，最多 {} 个。", "PDF, JPG, PNG or WEBP, up to {} each, {} files at most.";
    FILES_HINT_ONE = "支持 PDF、JPG、PNG、WEBP，不超过 {}，1 个文件。", "PDF, JPG, PNG or WEBP, up to {}, one file.";
    FILE_TOO_LARGE = "文件超过 {}，请压缩后再上传。", "The file is larger than {}.";
    FILE_WRONG_TYPE = "不支持这种文件，请上传 PDF 或图片。", "This type of file is not accepted: use PDF or a picture.";
    FILE_EMPTY = "文件是空的。", "The file is empty.";
    FILES_TOO_MANY = "最多 {} 个文件，其余的没有上传。", "{} files at most: the others were not uploaded.";
    FILE_UNREADABLE = "没有读到这个文件，请重新选择。", "The file could not be read. Please choose it again.";
    FILE_UPLOADED = "{} 上传完成", "{} is uploaded";
    FILE_FAILED = "{} 没有上传：{}", "{} was not uploaded: {}";
    FILE_CANCEL = "取消上传 {}", "Stop uploading {}";
    FILE_RETRY = "重新上传 {}", "Upload {} again";
    FILE_DISMISS = "不上传 {}", "Do not upload {}";
    FILE_OPEN = "查看 {}", "See {}";
    FILES_FULL = "已达到文件数量上限。", "No more files can be added.";
    UPLOADS_RUNNING = "文件还在上传，请稍候。", "A file is still being uploaded. Please wait.";
    GRADE_A = "材料可信等级：出证机关提供", "Trust grade: from the issuing authority";
    GRADE_B = "材料可信等级：窗口核验", "Trust grade: checked at a window";
    GRADE_C = "材料可信等级：本人上传", "Trust grade: uploaded by you";
    GRADE_D = "材料可信等级：自行制作", "Trust grade: made by you";

    CHECK_TITLE = "核对您的填写", "Check your answers";
    CHECK_HELP = "提交前请逐项核对。提交后如需修改，须等工作人员退回或者要求补正。", "Please check each answer before you submit. Afterwards you can only change what a clerk asks you to.";
    CHECK_STEP = "核对并提交", "Check and submit";
    CHANGE_PAGE = "修改“{}”", "Change “{}”";
    CHANGE_ANSWER = "修改{}", "Change {}";
    MISSING_TITLE = "还有 {} 处需要填写或修改", "{} answers are missing or need a change";
    DECLARE_TITLE = "声明并提交", "Declare and submit";
    DECLARE_TEXT = "我声明所填内容和所交材料真实、准确、完整。我知道提供虚假材料的，申请可能不予批准，并承担相应的法律责任。", "I declare that my answers and the materials are true, correct and complete. I know that an application with false statements can be refused and has consequences in law.";
    DECLARE_AGREE = "我已阅读上述声明，同意并提交申请。", "I have read this declaration and agree to it.";
    DECLARE_FIRST = "请先阅读并同意声明", "Read the declaration and agree to it first";
    SUBMIT_NOW = "提交申请", "Submit the application";
    SUBMITTING = "正在提交，请不要关闭页面…", "Submitting. Please keep this page open…";
    NOT_SENT = "还没有提交成功", "Your application has not been sent";
    NOT_SENT_TEXT = "网络不通，申请没有送达。内容都在，网络恢复后请再次点击“提交申请”，不会重复提交。", "There is no connection, so it did not arrive. Nothing is lost: press “Submit the application” again when you are back online. It will not be submitted twice.";
    NOT_SURE_TEXT = "没有收到服务器的答复。请再次点击“提交申请”确认，不会重复提交。", "The server did not answer in time. Press “Submit the application” again to make sure: it will not be submitted twice.";
    SUBMIT_FAILED = "没有提交", "Not submitted";
    CHANGED_TITLE = "申请内容有更新，请重新核对", "Something changed: please check again";
    CHANGED_TEXT = "您的申请在其他设备上有修改，或表单规则有更新。最新内容如下，请核对后再提交。", "Your application was changed on another device, or the rules of the form changed. Below is how it stands now. Check it, then submit.";
    CHANGED_HERE = "有更新", "Updated";

    RECEIPT_TITLE = "申请已提交", "Your application is submitted";
    RECEIPT_NUMBER = "办件编号", "Case number";
    RECEIPT_ITEM = "事项", "Service";
    RECEIPT_FOR = "申请人", "Applicant";
    RECEIPT_AT = "提交时间", "Submitted";
    RECEIPT_AUTHORITY = "受理部门", "Authority";
    RECEIPT_NEXT = "接下来", "What happens next";
    RECEIPT_KEEP = "请保存或打印本回执。凭编号可随时查询进度，每一步进展都会显示在“我的办件”中。", "Keep or print this receipt. Every step shows up under “My matters”, and you can ask about it with the number.";
    RECEIPT_QR = "扫码查看进度", "Scan to follow the case";
    RECEIPT_SAVE = "保存回执图片", "Save as a picture";
    RECEIPT_SAVED = "回执图片已保存", "The picture is saved";
    RECEIPT_PRINT = "打印回执", "Print";
    RECEIPT_FOLLOW = "查看办理进度", "Follow the case";
    RECEIPT_HEAD = "申请回执", "Receipt of an application";
    COPY_NUMBER = "复制编号", "Copy the number";

    TERMINAL_BROWSER = "网页", "a browser";
    TERMINAL_DESKTOP = "电脑客户端", "the desktop application";
    TERMINAL_MOBILE = "手机客户端", "the phone application";
    TERMINAL_KIOSK = "自助终端", "a kiosk";
    TERMINAL_MINI_APP = "小程序", "the mini-app";
    TERMINAL_CONSOLE = "工作台", "the console";
    TERMINAL_SYSTEM = "系统", "the system";
}
