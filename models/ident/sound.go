package ident

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// sounds gives the readings of the characters of a name with their tones, one each: the
// most usual one. A character without a reading stands for itself.
func sounds(name string) []string {
	args := pinyin.NewArgs()
	args.Style = pinyin.Tone3
	list := make([]string, 0, len(name))
	for _, r := range name {
		if of := pinyin.SinglePinyin(r, args); len(of) > 0 {
			list = append(list, of[0])
			continue
		}
		list = append(list, string(r))
	}
	return list
}

// toneless takes the tone from a reading.
func toneless(sound string) string { return strings.TrimRight(sound, "0123456789") }

// SoundKey gives what names are found by that sound alike, in whatever order their
// characters stand and whatever their tones (同音字).
func SoundKey(name string) string {
	list := sounds(NameKey(name))
	for i := range list {
		list[i] = toneless(list[i])
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// lookAlikes are characters of names that differ in a radical such as 亻 and 氵 or in a
// stroke, and are typed for each other (形近字).
var lookAlikes = strings.Fields(`伟炜玮苇 伦沦抡纶轮 洋样详祥 佳桂娃 俊浚竣骏峻 清晴倩情靖 婷停亭 梅海悔晦 仪议义 佩珮 倩清 俞渝瑜愉榆 仁任 侨桥娇骄 依衣 伊尹 沁芯 泽择 淇琪棋祺 浩皓
	沐木 涛焘 渲宣萱喧瑄 漪猗 澜斓 滢莹萤 溪奚 润闰 淑叔 洁吉 浦蒲 汪王 泓弘 泳咏 波玻坡 晨辰宸 昊吴 旻文 晓哓 曦羲 杨扬 柏伯 栋冻 桐铜侗 梓锌 楠南 瑞端 瑶遥谣 璐露鹭 琳林淋霖 珍诊
	玲铃羚龄 环还 茜西 荣莱 莉利俐 菲非霏 蕊芯 薇微 蓉容 艳绝 芬纷 英瑛 莲连 诗侍 诚城成 谦廉 轩干 辉晖 鑫金 锐悦 铭名茗 锋峰烽 钰玉 欣昕 妍研 娜那 娟捐 媛援 嫣焉 怡治 恒桓 悦说 慧惠 宇字 宁丁
	家蒙 子于 予矛 己已 天夭 未末 日曰 思恩 心必 建健 卫韦 申甲 田由 旭旮 强弦 雷蕾 雪霄 霞暇 静净 颖颍 馨声 鹏朋 龙尤`)

// lookAlike says whether two characters are typed for each other.
func lookAlike(a, b rune) bool {
	return slices.ContainsFunc(lookAlikes, func(group string) bool { return strings.ContainsRune(group, a) && strings.ContainsRune(group, b) })
}

// shapes gives one character for all that are typed for each other, also through a third
// one.
var shapes = sync.OnceValue(func() map[rune]rune { // it never changes
	one := map[rune]rune{}
	for _, group := range lookAlikes {
		first, _ := utf8.DecodeRuneInString(group)
		for _, r := range group {
			if one[r] == 0 {
				one[r] = r
			}
		}
		for _, r := range group {
			if from, to := one[r], one[first]; from != to {
				for c, of := range one {
					if of == from {
						one[c] = to
					}
				}
			}
		}
	}
	return one
})

// ShapeKey gives what names are found by that look alike but for characters which are typed
// for each other.
func ShapeKey(name string) string {
	all := shapes()
	return strings.Map(func(r rune) rune {
		if to := all[r]; to != 0 {
			return to
		}
		return r
	}, NameKey(name))
}
