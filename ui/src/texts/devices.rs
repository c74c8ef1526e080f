//! Words of a kiosk's devices: what is to be done, and what is wrong with them.

use super::texts;

texts! {
    CARD_TITLE = "刷身份证", "Identity card";
    CARD_TEXT = "有预约的，刷身份证直接签到；没有预约的，刷身份证取号。身份证信息只用于这一次，办完即清除。", "With an appointment you check in by your card; without one you take a number. What stands on it is used for this once and then forgotten.";
    CARD_OR_CODE = "刷身份证、预约签到", "Use my identity card, or check in";
    CARD_GO = "刷身份证签到、取号", "Use my identity card";
    CARD_WAITS = "请把身份证平放在读卡区，不要拿开", "Put your identity card flat on the reader and leave it there";
    CARD_WAITS_TEXT = "读卡区在屏幕下方，亮灯处。", "The reader is below the screen, where the light is.";
    CARD_STOP = "不刷了", "Cancel";
    CARD_NONE = "这张身份证今天没有可以签到的预约", "There is no appointment to check in for with this card";
    CARD_NONE_TEXT = "可以取走身份证，选择要办的业务取号。", "Take your card, and choose what you came for to take a number.";
    CARD_LATER = "您的预约 {} 起可以签到。现在也可以先取号。", "You can check in for your appointment from {} on. You can also take a number now.";
    CARD_TAKE = "请取走您的身份证。", "Please take your identity card.";
    CARD_GONE = "已经不记得这张身份证了，请再刷一次。", "The card is forgotten by now. Please put it on the reader again.";
    CARD_REMOVED = "身份证拿开得太早，没有读完。请再放一次，等提示后再取走。", "The card was taken away too early. Please put it there again and leave it until you are told.";
    CARD_UNREADABLE = "读不出这张身份证。请翻面再试，或到服务台办理。", "The card could not be read. Turn it over and try again, or ask at the desk.";
    CARD_TIMED_OUT = "没有看到身份证。需要时请再按一次。", "No card was put there. Press again when you are ready.";
    CARD_MISSING = "这台终端的身份证读卡器现在不能用。{}", "The card reader of this kiosk does not work now. {}";
    CARD_BUSY = "读卡器正忙，请稍等再试。", "The card reader is busy. Please try again in a moment.";
    CARD_BROKEN = "读卡器出了故障。{}", "The card reader is out of order. {}";
    CARD_INSTEAD = "可以输入预约码，或不刷卡取号。", "Type the code of your appointment, or take a number without a card.";

    SCAN_GO = "扫预约二维码", "Scan the QR code";
    SCAN_WAITS = "请把手机上的预约二维码对准扫码窗口", "Hold the QR code of your appointment before the scanner";
    SCAN_FAILED = "没有扫到二维码，请再试一次，或输入预约码。", "No code was read. Try again, or type the code.";

    PAPER_GO = "扫描纸质材料", "Scan a paper";
    PAPER_WAITS = "请把材料正面朝下放在扫描仪上", "Put the paper face down on the scanner";
    PAPER_WAITS_TEXT = "扫描仪在屏幕右侧。扫描后直接交到大厅，本机不保存。", "The scanner is to the right of the screen. What it reads goes to the hall, and stays nowhere here.";
    PAPER_NAME = "扫描件{}", "Scan {}";
    PAPER_DONE = "已扫描，请取走原件。", "It is scanned. Please take your paper.";
    PAPER_UNREADABLE = "没有扫描清楚。请放平材料再试。", "The scan did not come out. Put the paper flat and try again.";
    PAPER_TIMED_OUT = "没有看到材料。需要时请再按一次。", "No paper was put there. Press again when you are ready.";
    PAPER_JAMMED = "扫描仪卡纸。请用手机登录上传，或找工作人员。", "Paper is stuck in the scanner. Upload from your phone, or ask the staff.";
    PAPER_BUSY = "扫描仪正忙，请稍等再试。", "The scanner is busy. Please try again in a moment.";
    PAPER_MISSING = "扫描仪现在不能用。请用手机登录，在“我的办件”中打开这份申请上传；上传后这里会自动更新。", "The scanner does not work now. Log in on your phone, open this application under My matters and upload there; this page follows by itself.";

    PRINT_NUMBER = "打印号码条", "Print the number";
    PRINT_RECEIPT = "打印凭证", "Print the receipt";
    PRINT_FILE = "打印：{}", "Print {}";
    PRINTED = "已打印，请取走纸条。", "It is printed. Please take the slip.";
    PRINTED_FILE = "{} 已打印，请从出纸口取走。", "{} is printed. Please take it from the tray.";
    PRINTER_OUT_OF_PAPER = "打印机缺纸，没有打印，也不会在之后打出。请用手机扫码保存，或找工作人员加纸。", "The printer is out of paper. Nothing was printed, and nothing will be later. Scan the code with your phone, or ask for paper.";
    PRINTER_JAMMED = "打印机卡纸，没有打印完整，也不会在之后打出。请用手机扫码保存，或找工作人员。", "Paper is stuck in the printer. Nothing more will be printed. Scan the code with your phone, or ask at the desk.";
    PRINTER_MISSING = "这台终端现在不能打印。请用手机扫码保存，或到服务台打印。", "This kiosk cannot print now. Scan the code with your phone, or ask at the desk.";
    PRINTER_BUSY = "打印机正忙，请稍等再试。", "The printer is busy. Please try again in a moment.";
    PRINTER_SLOW = "打印机迟迟没有出纸，已取消这次打印。请用手机扫码保存，或找工作人员。", "The printer took too long, and printing was cancelled. Scan the code with your phone, or ask at the desk.";
}
