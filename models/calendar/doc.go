// Package calendar tells the time and counts working days.
//
// It is the one clock of the product: no other code asks for the time. Days
// are days of Asia/Shanghai, whatever machine runs the code.
//
// A term counts working days (工作日): Monday to Friday without the days off
// of the State Council's yearly notice on public holidays (国务院办公厅关于部分
// 节假日安排的通知), with the make-up days (调休) it orders. The opening day is
// not counted; a step is due at 24:00 of the N-th working day.
//
// Everything but the Clock is pure: the same calendar and the same instant
// always give the same answer.
package calendar
