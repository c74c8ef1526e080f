//! Words of the console's audit.

use super::texts;

texts! {
    TITLE = "操作审计", "Audit";
    TEXT = "登录和账号管理的全部记录，只能查看和导出，任何人都不能修改或删除。", "Every login and every change of accounts. It is looked at and exported; nobody changes or deletes it.";
    WHOLE = "记录完整：已核对 {} 条，未发现改动。", "Whole: {} lines were checked, and none was changed.";
    EMPTY = "还没有可核对的记录。", "There is nothing to check yet.";
    BROKEN = "记录从第 {} 条起被改动或缺失，请立即报告。", "From line {} on it was changed or is missing something. Report this at once.";
    HEAD = "最后一条的校验值：{}", "Hash of the last line: {}";
    ACCOUNT = "账号", "Account";
    ACTION = "操作", "What";
    ACTION_ALL = "全部操作", "Everything";
    FROM = "起始日期", "From";
    TO = "截止日期", "To";
    FIND = "查询", "Find";
    EXPORT = "导出", "Export";
    EXPORTED = "已导出。", "Exported.";
    OLDER = "更早的记录", "Older lines";
    NONE = "没有符合条件的记录", "No line matches";
    NUMBER = "序号", "No.";
    AT = "时间", "When";
    ACTOR = "操作人", "Who";
    SUBJECT = "涉及账号", "Whose account";
    DETAILS = "变更内容", "What changed";
    NOBODY = "—", "—";
    DATE_WRONG = "请输入正确的日期", "Enter a valid day";

    PASSWORD_REFUSED = "密码错误", "Wrong password";
    PASSWORD_TAKEN = "密码正确", "Right password";
    SECOND_FACTOR_REFUSED = "二次验证未通过", "Wrong second factor";
    LOGGED_IN = "登录", "Logged in";
    LOGGED_OUT = "退出登录", "Logged out";
    SECOND_FACTOR_ENROLLED = "绑定动态口令", "Second factor enrolled";
    PASSKEY_ADDED = "添加通行密钥", "Passkey added";
    PASSKEY_REMOVED = "移除通行密钥", "Passkey removed";
    PASSWORD_CHANGED = "修改密码", "Password changed";
    ACCOUNT_CREATED = "新建账号", "Account created";
    ACCOUNT_CHANGED = "修改账号", "Account changed";
    IDENTITY_CHECKED = "核验办事人身份", "A citizen's identity checked";
    RECOVERY_BEGUN = "为办事人申请找回账号", "A citizen's account asked for";
    STEPPED_UP = "再次确认是本人", "Second factor shown anew";
    AUDIT_EXPORTED = "导出审计记录", "Audit exported";

    CHANGED_NAME = "姓名", "Name";
    CHANGED_ROLES = "角色", "Roles";
    CHANGED_ON = "启用", "Switched on";
    CHANGED_OFF = "停用", "Switched off";
    CHANGED_PASSWORD = "重置密码", "Password reset";
    CHANGED_SECOND = "重置动态口令", "Second factor reset";
    CHANGED_PASSKEYS = "移除通行密钥", "Passkeys removed";
    BY_PASSKEY = "用通行密钥", "By a passkey";
}
