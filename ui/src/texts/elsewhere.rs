//! Words of one draft on several terminals: what changed elsewhere, who has it open, going on there.

use super::texts;

texts! {
    CHANGED = "刚刚在{}上修改", "Just changed on {}";
    CHANGED_OF = "“{}”刚刚在{}上修改。", "“{}” was just changed on {}.";
    CHANGED_TO = "刚刚在{}上改为“{}”。您正在填写这一项，尚未采用。", "Just changed on {} to “{}”. You are filling this in, so it was not taken.";
    TAKE = "采用", "Take it";
    LOST = "{}（{}）填写的“{}”没有采用，现在是较晚的填写。", "On {}, {}, the answer was “{}”. A later answer stands now.";
    BRING_BACK = "改用“{}”", "Use “{}”";
    BROUGHT_BACK = "已改回：{}", "Brought back: {}";
    DISMISS = "不用了", "Dismiss";
    LOST_ONE = "有 {} 处填写因其他设备较晚的填写没有采用，已保留在相应问题下，可以改回。", "{} answer was replaced by a later one from another device. It is kept at its question, and you can bring it back.";
    LOST_SOME = "有 {} 处填写因其他设备较晚的填写没有采用，已保留在相应问题下，可以改回。", "{} answers were replaced by later ones from another device. They are kept at their questions, and you can bring them back.";

    LATE = "{}（{}）填写的“{}”没有计入：新版表单已不再询问这一项。", "On {}, {}, the answer was “{}”. It does not count: the new version of the form no longer asks for it.";

    ALSO_OPEN = "同时打开：{}", "Also open on: {}";
    AND = "、", ", ";

    CONTINUE = "在手机上继续", "Continue on your phone";
    CONTINUE_ELSEWHERE = "换一台设备继续", "Continue on another device";
    CONTINUE_HELP = "用手机扫描二维码，登录后即可接着填写。两边可以同时打开，互相看得到修改。", "Scan this with your phone and log in there to go on. Both can stay open: each shows what the other changes.";
    CONTINUE_HELP_ELSEWHERE = "用另一台设备扫描二维码或打开下面的地址，登录后即可接着填写。两边可以同时打开，互相看得到修改。", "Scan this with another device, or open the address there, and log in to go on. Both can stay open: each shows what the other changes.";
    CONTINUE_CODE = "这份申请的地址", "The address of this application";
    CONTINUE_TYPE = "也可以在浏览器中打开：", "Or open it in a browser:";
    CONTINUE_OPENED = "已在{}上打开，可以在那里继续。", "It is open on {}. You can go on there.";
    CONTINUE_SAVING = "正在保存，以便在那里看到最新内容…", "Saving, so that you find everything there…";
    CONTINUE_UNSAVED = "还有内容没有保存到服务器，网络恢复后才能在手机上看到。", "Some answers have not reached the server yet. They will appear there once there is a connection.";

    MOVED_TITLE = "其他设备上有修改，请重新核对", "Another device changed something: please check again";
    MOVED_TEXT = "下列内容刚刚有修改，申请尚未提交。请核对后再提交。", "These answers have just changed, and nothing was submitted. Check them, then submit.";
    MOVED_LINE = "{} → {}（{}，{}）", "{} → {} ({}, {})";
}
