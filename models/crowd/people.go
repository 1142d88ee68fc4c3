package crowd

import (
	"fmt"
	"time"

	"github.com/xueji/xueji/models/ident"
)

// surnames are written by how many people have them: the first ones more often.
var surnames = []rune("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤")

// given are characters of given names.
var given = []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红梅云鹏飞龙凤翔宇轩浩然子涵梓萱雨欣怡佳琪思远博文俊豪嘉诚志远天佑晨曦若彤诗语可馨紫嫣一诺铭泽睿哲皓轩奕辰沐宸亦菲安琪雅静美玲慧颖春秋冬夏松柏竹林海波江河山川星辰月光旭东升阳朝晖国庆建华新民爱国忠义仁礼智信德福禄寿喜康宁乐瑞祥吉庆丰登荣昌盛世清源泉溪湖潭岚峰岭岩石磐坚毅恒心意念思悟")

// name makes a name up: two of three have a given name of two characters.
func (d *dealer) name() string {
	// The product of two throws prefers the front of the list.
	at := d.rng.IntN(len(surnames)) * d.rng.IntN(len(surnames)) / len(surnames)
	name := []rune{surnames[at], given[d.rng.IntN(len(given))]}
	if d.rng.IntN(3) > 0 {
		name = append(name, given[d.rng.IntN(len(given))])
	}
	return string(name)
}

// days are the days of a year on which somebody of the crowd may be born.
var days = func() (list []time.Duration) {
	for i := range 336 {
		list = append(list, time.Duration(i)*day)
	}
	return list
}()

// number gives the next identity number of a division, with the birth date and the sex it
// states. The sequence stays below 996, from where the made-up pupils of rosters have
// theirs.
func (d *dealer) number(p pattern, division string) (time.Time, ident.CitizenID, error) {
	i := d.given[division]
	d.given[division]++
	birth := time.Date(p.Birth.Year(), time.January, 1, 0, 0, 0, 0, time.UTC).Add(days[i%len(days)])
	sequence := 1 + 2*(i/len(days)) // of a boy
	if p.Sex == "2" {
		sequence++
	}
	if sequence > 995 {
		return birth, ident.CitizenID{}, fmt.Errorf("division %s has no numbers left", division)
	}
	digits := fmt.Sprintf("%s%s%03d", division, birth.Format("20060102"), sequence)
	for _, check := range "0123456789X" {
		if number, err := ident.ParseCitizenID(digits + string(check)); err == nil {
			return birth, number, nil
		}
	}
	return birth, ident.CitizenID{}, fmt.Errorf("no number begins with %s", digits[:6])
}
