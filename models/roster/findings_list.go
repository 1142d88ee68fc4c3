package roster

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/refusal"
)

// findingsSheet is the name of the one sheet WriteFindingsList writes.
const findingsSheet = "逐行说明"

// findingsTable is the findings as rows: row, column, header, what it means for the
// row, what stood there (masked), what was taken, reason and remedy.
func findingsTable(findings []Finding, c *refusal.Catalogue, lang refusal.Language) [][]string {
	table := [][]string{{"行号", "列", "列名", verdictHeader, "原值", "更正为", remarkHeader}}
	english := lang == refusal.English
	if english {
		table[0] = []string{"Row", "Column", "Header", "Result", "Value", "Corrected to", "What to do"}
	}
	for _, f := range findings {
		row := ""
		if f.Row > 0 { // a finding about the file stands in no row
			row = strconv.Itoa(f.Row)
		}
		header, word := f.Header, verdictWord(f.Severity)
		if english {
			header, word = HeaderInEnglish(header), verdictInEnglish(f.Severity)
		}
		table = append(table, []string{row, f.Column, header, word, f.Shown, f.Corrected, f.Sentence(c, lang)})
	}
	return table
}

// WriteFindingsList writes the findings as a workbook of their own. Nothing of the
// clerk's file stands in it but what the findings show, so its numbers are masked.
func WriteFindingsList(w io.Writer, findings []Finding, c *refusal.Catalogue, lang refusal.Language) error {
	return refusal.Contain(refusal.SheetNotWritable, func() (err error) {
		f := excelize.NewFile(inMemory())
		defer func() { err = errors.Join(err, f.Close()) }()
		if err := f.SetSheetName("Sheet1", findingsSheet); err != nil {
			return fmt.Errorf("write findings: %w", err)
		}
		s, err := newStyles(f)
		if err != nil {
			return err
		}
		sw, err := f.NewStreamWriter(findingsSheet)
		if err != nil {
			return fmt.Errorf("write findings: %w", err)
		}
		for i, line := range findingsTable(findings, c, lang) {
			style := s.text
			if i == 0 {
				style = s.head
			}
			cells := make([]any, len(line))
			for j, text := range line {
				cells[j] = excelize.Cell{StyleID: style, Value: text}
			}
			if err := sw.SetRow(reference(1, i+1), cells); err != nil {
				return fmt.Errorf("write findings: %w", err)
			}
		}
		if err := sw.Flush(); err != nil {
			return fmt.Errorf("write findings: %w", err)
		}
		if err := f.Write(w); err != nil {
			return fmt.Errorf("write findings: %w", err)
		}
		return nil
	})
}

// WriteFindingsCSV writes the findings as WriteFindingsList does, as a text of
// comma-separated values. It begins with a byte order mark, so Excel reads it as
// UTF-8, and no value in it is evaluated as a formula.
func WriteFindingsCSV(w io.Writer, findings []Finding, c *refusal.Catalogue, lang refusal.Language) error {
	b := bufio.NewWriter(w)
	if _, err := b.WriteString("\uFEFF"); err != nil {
		return fmt.Errorf("write findings: %w", err)
	}
	out := csv.NewWriter(b)
	table := findingsTable(findings, c, lang)
	for _, line := range table {
		for i, text := range line {
			line[i] = Neutral(text)
		}
	}
	if err := out.WriteAll(table); err != nil {
		return fmt.Errorf("write findings: %w", err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write findings: %w", err)
	}
	return nil
}

// Neutral puts an apostrophe before a text that a spreadsheet would evaluate
// when it opens a csv file; every export to csv goes through it.
func Neutral(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first(text)) {
		return "'" + text
	}
	return text
}
