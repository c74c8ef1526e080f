//! Words of the citizen's matters: drafts, cases, supplement, withdrawal, result, rating.

use super::texts;

texts! {
    TITLE = "我的办件", "My matters";
    WAITING_FOR_YOU = "等您处理", "Waiting for you";
    DRAFTS = "未提交的草稿", "Not yet submitted";
    UNDER_WAY = "正在办理", "In progress";
    ENDED = "已结束", "Ended";
    NONE_TITLE = "还没有办件", "Nothing here yet";
    NONE_TEXT = "您提交的申请和未完成的草稿都会显示在这里。", "Your applications and drafts will be shown here.";
    FIND_SERVICE = "去办事", "Find a service";

    DRAFT_CHANGED = "{} 在{}上修改", "Changed {} on {}";
    DRAFT_CONTINUE_OF = "继续填写：{}", "Go on with {}";
    DRAFT_DISCARD = "删除草稿", "Discard";
    DRAFT_DISCARD_OF = "删除草稿：{}", "Discard the draft of {}";
    DRAFT_DISCARD_ASK = "要删除这份草稿吗？", "Discard this draft?";
    DRAFT_DISCARD_TEXT = "“{}”已填写的内容和已上传的文件都会删除，不能恢复。", "Everything entered and uploaded for “{}” is removed for good.";
    DRAFT_DISCARDED = "草稿已删除。", "The draft was discarded.";
    FOR_PRINCIPAL = "申请人：{}", "For {}";

    TAG_YOU = "等您处理", "Waits for you";
    TAG_OVERDUE = "超期", "Overdue";
    LINE_YOU = "等您处理，截止 {}", "Waits for you until {}";
    LINE_YOU_OPEN = "等您处理", "Waits for you";
    LINE_AUTHORITY = "由{}办理，{} 前完成", "With {} until {}";
    LINE_AUTHORITY_OPEN = "由{}办理", "With {}";
    LINE_THIRD = "等待其他单位答复，{} 前", "Waits for another body until {}";
    LINE_THIRD_OPEN = "等待其他单位答复", "Waits for another body";
    LINE_ENDED = "{} 结束", "Ended {}";
    DAYS_LEFT_ONE = "（还剩 {} 个工作日）", " ({} working day left)";
    DAYS_LEFT_MORE = "（还剩 {} 个工作日）", " ({} working days left)";
    DAYS_LAST = "（今天是最后一天）", " (today is the last day)";
    DAYS_OVER_ONE = "（已超过 {} 个工作日）", " ({} working day late)";
    DAYS_OVER_MORE = "（已超过 {} 个工作日）", " ({} working days late)";

    HEAD_SUPPLEMENT_ONE = "等您补交 {} 项内容", "Waits for you: hand in {} thing";
    HEAD_SUPPLEMENT_MORE = "等您补交 {} 项内容", "Waits for you: hand in {} things";
    HEAD_SUPPLEMENT_UNTIL = "{}，截止 {}", "{} by {}";
    HEAD_AUTHORITY = "正在由{}办理", "{} is handling it";
    HEAD_THIRD = "等待其他单位答复", "Waits for another body";
    HEAD_ISSUED = "已办结", "Done";
    HEAD_REJECTED = "未获批准", "Not approved";
    HEAD_NOT_ACCEPTED = "未被受理", "Not accepted";
    HEAD_LAPSED = "因逾期未补交而终止", "Ended: nothing was handed in by the last day";
    HEAD_WITHDRAWN = "您已撤回申请", "You withdrew this application";
    HEAD_TERMINATED = "已终止", "Terminated";
    HEAD_TRANSFERRED = "已转交其他机关", "Passed on to another authority";
    PROMISED = "承诺 {} 前办结。", "We promise to finish by {}.";
    DUE_NEXT = "这一步在 {} 前完成{}。", "This step is done by {}{}.";
    PAUSED = "办理时限已暂停计算，您补交之后继续计算。", "Our promised days stand still until you have handed it in.";
    PAUSED_OTHER = "办理时限已暂停计算，收到答复后继续计算。", "Our promised days stand still until the answer is there.";
    OVERDUE = "本应在 {} 前完成，已经超期。很抱歉，您可以拨打 {} 催办。", "This should have been done by {} and is late. We are sorry. You can call {} to ask.";
    OVERDUE_YOU = "应在 {} 前提交，已经超过期限，请尽快提交。", "This was due on {}. Please hand it in as soon as you can.";

    CASE_OF = "办件 {}", "Case {}";
    NUMBER = "办件编号", "Case number";
    AUTHORITY = "受理部门", "Authority";
    APPLICANT = "申请人", "Applicant";
    SUBMITTED_AT = "提交时间", "Submitted";
    UPDATED = "这个办件有新进展：{}", "This case moved on: {}";
    UPDATED_SOMETHING = "您的办件有新进展。", "One of your cases moved on.";
    TIMELINE = "办理经过", "What happened";
    ACTED_FOR = "{}（代 {} 办理）", "{} (for {})";
    BY_SYSTEM = "系统", "The system";
    FROM_TERMINAL = "通过{}", "from {}";
    ANSWERS_SHOW = "查看填写的内容", "Show what you filled in";
    RECEIPT = "查看回执", "Receipt";
    GUIDE = "办事指南", "Guide";

    SUPPLEMENT_TITLE = "按要求补交", "Hand in what is missing";
    SUPPLEMENT_START = "现在补交", "Hand it in now";
    SUPPLEMENT_LIST = "需要您补交或修改：", "What is asked of you:";
    SUPPLEMENT_ITEM = "{}：{}", "{}: {}";
    SUPPLEMENT_WHY = "工作人员说明：{}", "What the clerk says: {}";
    SUPPLEMENT_NOTE = "附言：{}", "Note: {}";
    SUPPLEMENT_HELP = "请在 {} 前一次提交全部内容。只需填写下面列出的项目，其余内容保持不变。", "Hand in everything at once by {}. Only what is listed below can be changed; all else stays as it is.";
    SUPPLEMENT_SUBMIT = "提交补正", "Hand in";
    SUPPLEMENT_DONE = "补正已提交", "Your supplement is handed in";
    SUPPLEMENT_NOT_SAVED = "补交的内容只保留在本页，提交后才会送达。", "What you enter here is kept on this page only until you hand it in.";
    SUPPLEMENT_KEPT = "填写的内容保存在本机，提交后才会送达。", "What you enter is kept on this device. It arrives when you hand it in.";
    SUPPLEMENT_AGAIN = "您上次填写但没有提交的内容已恢复。", "What you entered before and did not hand in is here again.";
    SUPPLEMENT_ANEW = "清除，重新填写", "Take it away and start over";
    SUPPLEMENT_UNREAD = "如果您曾在本机填写过，之前的内容暂时无法读取。重新填写后，新内容将覆盖原内容。", "If you filled this in on this device before, what you entered cannot be read now. If you start over, what you enter takes its place.";
    SUPPLEMENT_WITHOUT = "重新填写", "Start over";
    SUPPLEMENT_RIGHT = "这一项没有问题，不用修改", "This is right as it is";
    SUPPLEMENT_OPEN = "请修改或补充；没有问题的，请勾选此项", "Change it or add to it. If it is right, tick this.";
    SUPPLEMENT_OPEN_OF = "“{}”：请修改或补充；没有问题的，请勾选“这一项没有问题，不用修改”", "“{}”: change it or add to it; if it is right, tick “This is right as it is”";
    SUPPLEMENT_NOTHING = "目前没有需要补交的内容。", "Nothing is asked of you at present.";
    SUPPLEMENT_NOT_SENT = "网络不通，补正没有送达。内容仍在本页，网络恢复后请再次点击“提交补正”，不会重复提交。", "There is no connection, so it did not arrive. It is still on this page: press “Hand in” again when you are back online. It will not be handed in twice.";
    BACK_TO_CASE = "返回办件", "Back to the case";
    CASE_MOVED = "这个办件刚有变化，已为您显示最新情况，请核对后再操作。", "This case has just changed. It is shown as it stands now: look at it again.";

    WITHDRAW = "撤回申请", "Withdraw";
    WITHDRAW_ASK = "要撤回这次申请吗？", "Withdraw this application?";
    WITHDRAW_TEXT = "撤回后本次办理终止，不能恢复；您可以重新申请。", "It ends here and cannot be taken up again. You can make a new application.";
    WITHDRAW_REASON = "撤回原因", "Why";
    WITHDRAW_YES = "确认撤回", "Yes, withdraw";
    WITHDRAW_DONE = "申请已撤回。", "The application is withdrawn.";

    RESULT = "办理结果", "Result";
    RESULT_AT = "办结时间", "Ended";
    RESULT_NUMBER = "文书编号", "Number of the document";
    RESULT_REASON = "理由", "Reason";
    RESULT_DOWNLOAD = "下载：{}", "Download {}";
    RESULT_ELSEWHERE = "{}（请在手机或电脑上登录查看）", "{} (log in on your phone or computer to read it)";
    RESULT_DOWNLOADED = "{} 已下载。", "{} was downloaded.";

    RATE = "评价本次服务", "Rate this service";
    RATE_HOW = "您对本次办理满意吗？", "How satisfied are you?";
    STARS_5 = "非常满意", "Very satisfied";
    STARS_4 = "满意", "Satisfied";
    STARS_3 = "基本满意", "Fairly satisfied";
    STARS_2 = "不满意", "Dissatisfied";
    STARS_1 = "非常不满意", "Very dissatisfied";
    RATE_TAGS = "主要是因为", "Mainly because of";
    TAG_OVERALL = "整体服务", "The service as a whole";
    TAG_EFFICIENCY = "办事效率", "How fast it went";
    TAG_GUIDE = "指南准确", "How right the guide was";
    TAG_CONVENIENCE = "办理便捷", "How convenient it was";
    TAG_USABILITY = "平台好用", "How easy this site is to use";
    RATE_COMMENT = "还想说点什么", "Anything else you would like to say";
    RATE_SUBMIT = "提交评价", "Send the rating";
    RATE_CHOOSE = "请选择满意程度", "Choose how satisfied you are";
    RATED = "您的评价", "Your rating";
    RATED_THANKS = "感谢您的评价。", "Thank you for your rating.";
    STARS_OF = "{} 分（满分 5 分）", "{} of 5";
}
