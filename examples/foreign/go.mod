module handoffs

go 1.21
