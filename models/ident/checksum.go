package ident

// checkCharacter computes the 18th character from the first 17 digits by
// ISO 7064 MOD 11-2 (GB 11643-1999, 附录 A). The digits must be digits.
func checkCharacter(digits string) byte {
	// weights[i] = 2^(17-i) mod 11.
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(digits[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}
