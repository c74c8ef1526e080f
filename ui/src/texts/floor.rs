//! Words of the console's page for those who work at a counter.

use super::texts;

texts! {
    TITLE = "叫号", "Counters";
    CHOOSE = "选择窗口", "Choose a counter";
    CHOOSE_TEXT = "选择您今天工作的窗口，然后开始叫号。", "Choose the counter at which you work, then begin to call.";
    COUNTER = "{} 号窗口", "Counter {}";
    COUNTER_FREE = "空闲", "Free";
    COUNTER_BY = "{} 在岗", "{} works here";
    COUNTER_AT = "正在办理 {}", "with {}";
    SIT_OF = "到 {} 号窗口", "Work at counter {}";
    STOP = "离开窗口", "Stop working here";
    STOPPED = "已离开窗口。", "You work at no counter now.";
    NONE = "这个大厅没有您可以工作的窗口。", "There is no counter for you in this hall.";

    NOBODY = "没有叫号", "Nobody is called";
    NOBODY_TEXT = "现在等候 {} 人。", "{} waiting now.";
    CALL = "叫下一位", "Call the next";
    CALLED = "已叫 {}，请 {} 号到 {} 号窗口。", "Called {}: number {} to counter {}.";
    NO_ONE_WAITS = "现在没有人等候。", "Nobody waits right now.";
    CALLS = "第 {} 次呼叫", "Called {} times";
    RECALL = "再叫一次", "Call again";
    SERVE = "开始办理", "Begin";
    FINISH = "办理完毕", "Done";
    MISSED = "未到（过号）", "Did not come";
    SKIP = "暂缓，排到最后", "Put at the end";
    TRANSFER = "转到其他队列", "Hand to another queue";
    TRANSFER_TO = "转到", "Hand to";
    TRANSFER_GO = "转出", "Hand over";
    RECALL_OF = "再叫 {}", "Call {} again";

    WAITING = "等候", "Waiting";
    WAITING_NONE = "没有人等候", "Nobody waits";
    WAITED = "已等 {} 分钟", "for {} min";
    NUMBER = "号码", "Number";
    QUEUE = "队列", "Queue";
    WHY = "优先", "Precedence";
    SINCE = "等候", "Waiting";
    MISSED_TITLE = "今天过号的", "Missed today";
    SERVED = "今天已办理 {} 个", "{} served today";
    FLOOR = "大厅窗口", "All counters";
    STATE_CALLED = "已叫号", "Called";
    STATE_SERVING = "办理中", "Being served";
    KIOSKS = "自助终端", "Kiosks";
    KIOSK = "{} 号终端", "Kiosk {}";
    KIOSK_GOOD = "正常", "Works";
    KIOSK_SILENT = "没有消息，最后一次 {}", "Silent since {}";
    KIOSK_NEVER = "从未上线", "Never heard of";
    KIOSK_UNCLEAN = "{} 次办理后未能清除干净，请检查这台终端", "{} visits left something behind: look at this machine";
    KIOSK_VISITS = "启动以来 {} 次", "{} visits since it was started";
    DEVICE_ID_CARD = "身份证读卡器", "card reader";
    DEVICE_CODES = "扫码器", "code scanner";
    DEVICE_SCANNER = "扫描仪", "scanner";
    DEVICE_CAMERA = "摄像头", "camera";
    DEVICE_SLIPS = "小票打印机", "slip printer";
    DEVICE_DOCUMENTS = "文件打印机", "document printer";
    DEVICE_LIGHT = "指示灯", "light";
    DEVICE_DOOR = "机柜门磁", "sensor of the case";
    DEVICE_MISSING = "{}未连接", "{} not connected";
    DEVICE_OUT_OF_PAPER = "{}缺纸", "{} out of paper";
    DEVICE_JAMMED = "{}卡纸", "{} jammed";
    DEVICE_OPEN = "机柜门未关", "case open";
    DEVICE_BROKEN = "{}故障", "{} out of order";

    DISPLAY = "打开大屏", "Open the screen";

    WHY_NO_COUNTER = "请先选择窗口。", "Choose a counter first.";
    WHY_TAKEN = "这个窗口已有同事在岗。", "A colleague works at this counter.";
    WHY_BUSY = "请先处理当前号码。", "Deal with the current number first.";
    WHY_CLOSED = "这个窗口现在不在办公时间。", "This counter is closed at this time.";
    WHY_MOVED = "这个号码已由他人处理，请看最新情况。", "Somebody else has dealt with this number. Look at how it stands.";
    WHY_HAS_TICKET = "这位办事人在那个队列已有号码。", "They have a number of that queue already.";
}
