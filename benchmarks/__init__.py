"""Speed, memory and false alarms: measured on request, apart from the tests."""
