package ident

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Ideographs gives a text with the characters (汉字) its radicals and strokes look
// like. It is for words that are no names, such as addresses; TidyName does it too.
func Ideographs(text string) string { return strings.Map(unradical, text) }

// unradical gives the ideograph (汉字) that a radical or a stroke looks like: input
// methods and texts copied out of PDF files bring U+2F8F for 行. A character that is
// none of them stays as it is.
//
// The radicals of the Kangxi dictionary (U+2F00 to U+2FD5) have compatibility
// decompositions in Unicode itself. For the supplement and the strokes Unicode has
// a property of its own.
func unradical(r rune) rune {
	switch {
	case r >= 0x2F00 && r <= 0x2FD5:
		for _, ideograph := range norm.NFKC.String(string(r)) {
			return ideograph
		}
	case r >= 0x2E80 && r <= 0x2EF3, r >= 0x31C0 && r <= 0x31E3:
		radical := rune(0) // of the pair at hand
		for _, c := range equivalents {
			if radical == 0 {
				radical = c
				continue
			}
			if radical == r {
				return c
			}
			radical = 0
		}
	}
	return r
}

// equivalents are pairs of a radical of the supplement (U+2E80 to U+2EF3), or a
// stroke (U+31C0 to U+31E3), and the unified ideograph that looks the same:
// the property Equivalent_Unified_Ideograph of the Unicode Character Database 15.0
// (UAX #44, EquivalentUnifiedIdeograph.txt). What has none is not listed.
const equivalents = "" +
	"\u2e81\u5382\u2e82\u4e5b\u2e83\u4e5a\u2e84\u4e59\u2e85\u4ebb\u2e86\u5182\u2e87\U00020628\u2e88\u5200" +
	"\u2e89\u5202\u2e8a\u535c\u2e8b\u353e\u2e8c\u5c0f\u2e8d\u5c0f\u2e8e\u5140\u2e8f\u5c23\u2e90\u5c22" +
	"\u2e91\U00021bc2\u2e92\u5df3\u2e93\u5e7a\u2e94\u5f51\u2e95\U0002b739\u2e96\u5fc4\u2e97\u5fc3\u2e98\u624c" +
	"\u2e99\u6535\u2e9b\u65e1\u2e9c\u65e5\u2e9d\u6708\u2e9e\u6b7a\u2e9f\u6bcd\u2ea0\u6c11\u2ea1\u6c35" +
	"\u2ea2\u6c3a\u2ea3\u706c\u2ea4\u722b\u2ea5\u722b\u2ea6\u4e2c\u2ea7\u725b\u2ea8\u72ad\u2ea9\u738b" +
	"\u2eaa\U00024d14\u2eab\u76ee\u2eac\u793a\u2ead\u793b\u2eae\U00025ad7\u2eaf\u7cf9\u2eb0\u7e9f\u2eb1\u7f53" +
	"\u2eb2\u7f52\u2eb3\u34c1\u2eb4\u5197\u2eb5\U0002626b\u2eb6\u7f8a\u2eb7\U0002634c\u2eb8\U0002634b\u2eb9\u8002" +
	"\u2eba\u8080\u2ebb\u807f\u2ebc\u8089\u2ebd\U00026951\u2ebe\u8279\u2ebf\u8279\u2ec0\u8279\u2ec1\u864e" +
	"\u2ec2\u8864\u2ec3\u8980\u2ec4\u897f\u2ec5\u89c1\u2ec6\u89d2\u2ec7\U000278b2\u2ec8\u8ba0\u2ec9\u8d1d" +
	"\u2eca\U00027fb7\u2ecb\u8f66\u2ecc\u8fb6\u2ecd\u8fb6\u2ece\u8fb6\u2ecf\u9091\u2ed0\u9485\u2ed1\u9577" +
	"\u2ed2\u9578\u2ed3\u957f\u2ed4\u95e8\u2ed5\U00028e0f\u2ed6\u961d\u2ed7\u96e8\u2ed8\u9752\u2ed9\u97e6" +
	"\u2eda\u9875\u2edb\u98ce\u2edc\u98de\u2edd\u98df\u2ede\U0002967f\u2edf\u98e0\u2ee0\u9963\u2ee1\U00029810" +
	"\u2ee2\u9a6c\u2ee3\u9aa8\u2ee4\u9b3c\u2ee5\u9c7c\u2ee6\u9e1f\u2ee7\u5364\u2ee8\u9ea6\u2ee9\u9ec4" +
	"\u2eea\u9efe\u2eeb\u6589\u2eec\u9f50\u2eed\u6b6f\u2eee\u9f7f\u2eef\u7adc\u2ef0\u9f99\u2ef1\u9f9c" +
	"\u2ef2\u4e80\u2ef3\u9f9f\u31c6\U000200cc\u31cf\u4e40\u31d0\u4e00\u31d1\u4e28\u31d2\u4e3f\u31d3\u4e3f" +
	"\u31d4\u4e36\u31d5\U000200cd\u31d6\u4e5b\u31d7\U000200ca\u31d8\U000200ce\u31d9\U0002010c\u31da\u4e85\u31db\U00021fe8" +
	"\u31dc\U000200cb\u31dd\u4e40\u31de\U000200d1\u31df\u4e5a\u31e0\u4e59\u31e1\U0002010e"
