"""What a workbook's captions and cells say, and what is wrong with them."""
