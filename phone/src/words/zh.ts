/** Simplified Chinese. */

import { type Fit, fitOf } from "../listening/words.ts";
import type { Answer, Audible, Messages } from "./messages.ts";

const FITS: Record<Fit, string> = {
  well: "很适合您这条路径的下一步",
  fairly: "比较适合您这条路径的下一步",
  best: "在这里的乐曲中最接近您路径的下一步，但不算很近",
};
const ANSWERS: Record<Answer, string> = {
  liking: "您有多喜欢一首曲子",
  valence: "听完后心情有多愉快",
  arousal: "听完后有多清醒",
};
const PIECES: Record<Audible, [more: string, less: string]> = {
  tempo: ["节奏较快的曲子", "节奏较慢的曲子"],
  loudness: ["较响的曲子", "较轻柔的曲子"],
  brightness: ["音色较明亮的曲子", "音色较暗的曲子"],
  mode: ["大调的曲子", "小调的曲子"],
  dissonance: ["音色较粗糙的曲子", "音色较平滑的曲子"],
};
const EFFECTS: Record<Answer, (pieces: string) => string> = {
  liking: (pieces) => `与别人相比，您似乎更喜欢${pieces}。`,
  valence: (pieces) => `与别人相比，您听过${pieces}后心情似乎更好。`,
  arousal: (pieces) => `与别人相比，您听过${pieces}后似乎更平静。`,
};

export const zh: Messages = {
  why: {
    "leads-there": ({ distance }) => FITS[fitOf(distance)],
    liked: ({ liking }, { fixed }) => `您可能给它 ${fixed(liking, 1)} 分（满分 5 分）`,
    "well-known": () => "您很熟悉",
    "sounds-alike": () => "与前一首声音相近",
    "although-heard-lately": () => "尽管您最近听过",
    "to-learn": () => "想了解它是否适合您",
  },
  sureness: { sure: "比较有把握", "fairly-sure": "不太有把握", unsure: "只是猜测" },
  basis: {
    everybody: (answer) =>
      `关于“${ANSWERS[answer]}”，应用依据的是大多数人的回答。没有证据表明按您自己的评分会更好。`,
    "not-yet": (answer, from, { whole }) =>
      `关于“${ANSWERS[answer]}”，在您评过 ${whole(from)} 首曲子之前，应用依据的是大多数人的回答。`,
    "own-level": (answer) =>
      `关于“${ANSWERS[answer]}”，应用依据的是您评分的高低，而不是评了哪些曲子。`,
    "own-tracks": (answer) => `关于“${ANSWERS[answer]}”，应用依据的是您自己的评分。`,
  },
  learned: (answer, feature, amount) => EFFECTS[answer](PIECES[feature][amount === "more" ? 0 : 1]),
  learnedIs: "这是应用根据您的评分和这些曲子所作的推测，并不是关于您健康的结论。",
  nothingToPlay: {
    "other-schema": "应用的模型适用于另一批音乐，正在请求新的模型。",
    "no-tracks": "您的诊所这里还没有音乐。",
    excluded: "您的方案不允许播放这里的任何音乐。请告诉您的治疗师。",
    "not-at-hand": "手机上还没有可以播放的音乐。请联网一次以下载。",
  },
  refused: {
    malformed: "收到的内容无法读取，应用会重新下载。",
    "unknown-key": "应用不认识新模型的签名者，可能需要更新应用。",
    "retired-key": "新模型使用了旧密钥签名，应用会重新下载。",
    "wrong-purpose": "收到的内容不是模型，没有采用。",
    "wrong-signature": "新模型在传输中被改动，没有采用。",
    "other-patient": "新模型属于别人。请重新连接这部手机。",
    "old-version": "收到的模型比现有的旧，没有采用。",
    expired: "模型已过期，或手机日期不对。请检查日期。",
    "other-base": "新模型的各部分不匹配，应用会重新下载。",
    "other-kind": "新模型适用于另一种手机。",
    "wrong-size": "下载中断，应用会重新下载。",
    "wrong-content": "下载的内容被改动，应用会重新下载。",
    "unknown-format": "新模型需要更新版本的应用。请更新应用。",
  },
  pairing: {
    unknown: "这个代码不可用。请再核对一次，或索取新的代码。",
    expired: "这个代码已过期。请索取新的代码。",
    malformed: "代码由八个字符组成，只含：3 4 7 9 A C D E F H J K M N P R T W X Y。",
    "no-answer": "无法连接诊所。请联网后再试。",
    "other-patient": "这部手机上有别人的记录。删除前请先询问。",
    "too-many": (seconds, { whole }) => `尝试次数过多。请等待 ${whole(seconds)} 秒。`,
  },
  handingOver: {
    waiting: (items, { whole }) => `有 ${whole(items)} 条记录保存在手机上，下次联网时发送。`,
    allThere: "您的诊所已收到全部记录。",
    aside: (items, { whole }) =>
      `诊所暂时无法接收 ${whole(items)} 条记录。记录没有丢失，应用会再次尝试。`,
    notConnected: "这部手机已断开连接。请索取新的代码；手机上的内容没有丢失。",
    careEnded: "您已撤回同意。应用已停止，不再发送任何内容。",
    full: "手机存储已满。您的评分仍能保存；有空间之前不再下载音乐。",
  },
  playing: {
    breathe: { in: "吸气", out: "呼气" },
    interrupted: "手机暂停了音乐。准备好后，轻点即可继续。",
    passedOver: "有一首曲子无法播放，已换成下一首。",
    keptSoft: "您的方案让音乐保持轻柔。如果听不清，请调高手机音量。",
    silence: "音乐结束了。请在安静中停留片刻。",
    asleep: "睡眠定时器已让音乐渐渐停止。",
  },
  lock: {
    why: "设置锁后，别人拿到这部手机也看不到应用里的内容。",
    ask: "请输入密码（数字或文字）。",
    askPasskey: "请用通行密钥解锁：指纹、面容或手机密码。",
    wrong: (wait, { whole }) =>
      wait === 0 ? "密码不对，请再试一次。" : `密码不对，请在 ${whole(wait)} 秒后再试。`,
    tooSoon: (wait, { whole }) => `请等待 ${whole(wait)} 秒后再试。`,
    tooShort: "请至少使用六个数字或字符。",
    digits: "六位数字可以防住好奇的人，几个词语组成的密码更安全。",
    notConfirmed: "未使用通行密钥。请再试一次，或输入密码。",
    noPrf: "这个通行密钥不能用来锁定应用。请设置密码。",
    overtaken: "锁已在另一个窗口中更改。请重新查看。",
    finishing: (done, total, { whole }) =>
      `正在加密手机上的内容：${whole(done)}/${whole(total)}。您可以继续使用。`,
    forgotten: "没有密码，谁都打不开。您可以清空这部手机，再重新连接。",
    forget: (items, { whole }) =>
      items === 0
        ? "手机上的全部内容将被删除。诊所已有您的全部记录。"
        : `手机上的全部内容将被删除，包括诊所还没有收到的 ${whole(items)} 条记录。`,
    after: (minutes, { whole }) =>
      minutes === 0 ? "立即锁定" : `离开 ${whole(minutes)} 分钟后锁定`,
  },
  readying: {
    step: {
      consents: "您同意的内容",
      measures: "问题",
      "crisis-contacts": "危机求助",
      reminders: "提醒",
      keys: "诊所的签名",
      model: "您的模型",
      catalogue: "音乐列表",
      plan: "您的方案",
      reserve: "为评分预留的空间",
      music: "音乐",
    },
    ready: "所有内容都在手机上，几周不联网也能使用。",
    notAll: "有些内容未能下载。原有内容保留，应用会再次尝试。",
    music: (here, of, { whole }) => `手机上已有 ${whole(here)} 首，共 ${whole(of)} 首。`,
    musicEnded: {
      spared: "音乐等待 Wi-Fi 下载。您也可以允许使用当前网络。",
      stopped: "已停止下载音乐。手机上的音乐可以播放。",
      "no-answer": "网络中断。手机上的音乐可以播放，其余稍后下载。",
      full: "手机存储已满。手机上的音乐可以播放。",
    },
    withoutModel: {
      none: "您的模型正在制作中。在此之前，请自己选择曲子。您的评分会起作用。",
      expired:
        "您的模型已过期，不能使用。请联网一次以获取新的模型。在此之前，请自己选择曲子；您的评分会保留，并会起作用。",
      other:
        "您的模型不能使用。请联网一次以重新获取。在此之前，请自己选择曲子；您的评分会保留，并会起作用。",
    },
    noPlan: "您的治疗师还没有为您制定方案。",
  },
};
