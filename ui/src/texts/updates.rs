//! Words of the console's page on hot updates.

use super::texts;

texts! {
    TITLE = "页面更新", "Page updates";
    TEXT = "自助终端、桌面端和手机端的页面版本：推广给谁，有多少终端已取得、已启用，有多少自动退回。终端只报告版本和结果，不报告自己是谁。判断是否停止一个版本时，来自同一网络的报告只计入一部分。", "The pages of kiosks, desktops and phones: whom a release is for, how many terminals have fetched it, run it, or went back from it by themselves. A terminal says which release and what became of it, never who it is. Of what one network tells only a part decides on whether a release is stopped.";
    EMPTY = "还没有发布过更新", "No update was published yet";
    EMPTY_TEXT = "发布新的页面版本后，推广范围和终端的情况会在这里显示。", "Once a release of the pages is published, whom it is for and what terminals make of it is shown here.";
    DESKTOP = "桌面端", "Desktops";
    KIOSK = "自助终端", "Kiosks";
    MOBILE = "手机端", "Phones";
    RELEASE = "版本", "Release";
    NUMBER = "第 {} 次发布", "no. {}";
    OFFERED = "推广范围", "Offered to";
    ALL = "全部终端", "all terminals";
    SHARE = "{}% 的终端", "{}% of terminals";
    CHANNELS = "渠道：{}", "channels: {}";
    REGIONS = "地区：{}", "regions: {}";
    HALLS = "大厅：{}", "halls: {}";
    FORCED = "立即更换", "at once";
    STAGED = "已取得", "Fetched";
    COMMITTED = "已启用", "Running well";
    ROLLED_BACK = "自动退回", "Went back";
    OF_TRIED = "占试用的 {}%", "{}% of those that tried";
    OTHERS = "其他", "Other";
    NOT_DOWNLOADED = "未下载完成 {}", "did not come {}";
    DAMAGED = "文件损坏 {}", "damaged {}";
    DROPPED = "不再适用 {}", "no longer fitting {}";
    TAKEN_BACK = "已收回 {}", "taken back {}";
    STANDING = "状态", "Standing";
    WELL = "正常", "Well";
    GROWING = "推广中", "Growing";
    NOT_OFFERED = "未推广", "Not offered";
    STOPPED = "已停止", "Stopped";
    STOPPED_BY_ITSELF = "退回过多，已停止", "Too many went back: stopped";
    FAILS = "退回过多", "Too many went back";
    REVOKED = "已收回", "Taken back";
    LAST = "最近报告 {}", "last told {}";
}
